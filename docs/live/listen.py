"""Print each photo as it is stored, and go on where the connection was lost. Needs ``pip install websockets``."""

import json
import subprocess

from websockets.sync.client import connect


def photobak(*arguments: str) -> str:
    return subprocess.run(["photobak", *arguments], capture_output=True, text=True, check=True).stdout


url, place = json.loads(photobak("status", "--json"))["ws_url"], {}
while True:
    with connect(url, additional_headers={"Authorization": f"Bearer {photobak('token').strip()}"}) as socket:
        socket.send(json.dumps({"type": "subscribe", "topic": "photos", **place}))
        for heard in map(json.loads, socket):
            place = {"after": heard["sequence"]}
            if heard["type"] == "message":
                print(heard["message"]["sha256"], heard["message"]["filename"], flush=True)
