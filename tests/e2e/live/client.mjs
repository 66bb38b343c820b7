// One connection made with npm's ws: sends each line of its standard input, prints each message that it hears.
import readline from "node:readline";
import WebSocket from "ws";

const { url, headers } = JSON.parse(process.argv[2]);
const socket = new WebSocket(url, { headers });
const print = (event) => console.log(JSON.stringify(event));

socket.on("open", () => print({ event: "open" }));
socket.on("message", (data) => print(JSON.parse(data)));
socket.on("unexpected-response", (_request, response) => {
  print({ event: "refused", status: response.statusCode });
  process.exit();
});
socket.on("close", (code) => {
  print({ event: "close", code });
  process.exit();
});
readline.createInterface({ input: process.stdin }).on("line", (line) => socket.send(line));
