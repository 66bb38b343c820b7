"""Print each photo as it is stored, and go on where the connection was lost. Needs ``pip install websockets``."""

import json
import subprocess
import time
from contextlib import suppress

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect


def photobak(*arguments: str) -> str:
    return subprocess.run(["photobak", *arguments], capture_output=True, text=True, check=True).stdout


url, place = json.loads(photobak("status", "--json"))["ws_url"], {}
while True:
    lost = suppress(ConnectionClosed, OSError, subprocess.CalledProcessError)
    with lost, connect(url, additional_headers={"Authorization": f"Bearer {photobak('token').strip()}"}) as socket:
        socket.send(json.dumps({"type": "subscribe", "topic": "photos", **place}))
        caught_up = False
        for heard in map(json.loads, socket):
            if heard["type"] == "message":
                print(heard["message"]["sha256"], heard["message"]["filename"], flush=True)
            caught_up = caught_up or heard["type"] == "subscribed"
            if caught_up:  # before that, what is told live comes before what was missed
                place = {"after": heard["sequence"]}
            if heard.get("more"):
                break  # as much as is told at once; the next connection asks for the rest
    time.sleep(1)
