// Print the name of each photo as it is stored. Runs in a browser as it is; in Node.js older than 22 with `npm i ws`.
const [apiUrl, wsUrl, idToken] = (globalThis.process?.argv ?? []).slice(2);
const WebSocket = globalThis.WebSocket ?? (await import("ws")).default;

// A browser can't send the token with a WebSocket, so it asks for a ticket, which is good for one connection.
const headers = { Authorization: `Bearer ${idToken}` };
const answer = await fetch(`${apiUrl}/ws/ticket`, { method: "POST", headers });
const { ticket } = await answer.json();
const socket = new WebSocket(`${wsUrl}?ticket=${ticket}`);

socket.onopen = () => socket.send(JSON.stringify({ type: "subscribe", topic: "photos" }));
socket.onmessage = ({ data }) => {
  const heard = JSON.parse(data);
  if (heard.type === "subscribed") console.log("listening");
  if (heard.type === "message") console.log(heard.message.sha256, heard.message.filename);
};
socket.onclose = ({ code }) => console.log("closed", code);
