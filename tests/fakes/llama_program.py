"""A program llama-server for the PATH of a test, which finds a graphics card and needs no model.

It takes its settings from the environment as the real one does, and writes them into the file FAKE_LLAMA,
with its number. FAKE_LLAMA_LOADS=never has it load for ever, as a large model on a slow disk does. With
FAKE_LLAMA_AT_ONCE=8 it answers as soon as 8 requests wait for their answers, and not before.
"""

import json
import os
import stat
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CARD = "NVIDIA GeForce RTX 4070"
HANGS = 90.0
CAPTION = "A girl with a smile stands in a garden."
_DEVICES = f"Available devices:\n  CUDA0: {CARD} (12282 MiB, 11040 MiB free)\n"


def install(folder: Path) -> dict[str, str]:
    """Put it into a folder; the variables with which a run finds it there."""
    folder.mkdir()
    program = folder / "llama-server"
    root = Path(__file__).parents[2]
    program.write_text(
        f'#!/bin/sh\ncd "{root}" && exec "{sys.executable}" -m tests.fakes.llama_program "$@"\n'
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "FAKE_LLAMA": str(folder / "told.json")}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    at_once = threading.Barrier(int(os.environ.get("FAKE_LLAMA_AT_ONCE", "1")), timeout=HANGS)

    def log_message(self, *said: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self._answer({"total_slots": 8} if self.path == "/props" else {"data": []})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.at_once.wait()
        message = {"role": "assistant", "content": CAPTION}
        usage = {"prompt_tokens": 2000, "completion_tokens": 10, "total_tokens": 2010}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        self._answer({"model": body["model"], "choices": [choice], "usage": usage})

    def _answer(self, told: object) -> None:
        is_ready = os.environ.get("FAKE_LLAMA_LOADS") != "never"
        knows_key = self.headers["Authorization"] == f"Bearer {os.environ['LLAMA_API_KEY']}"
        data = json.dumps(told).encode()
        self.send_response(200 if is_ready and knows_key else 503 if knows_key else 401)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def main() -> None:
    if "--list-devices" in sys.argv:
        print(_DEVICES)
        return
    told = {name: value for name, value in os.environ.items() if name.startswith("LLAMA_")}
    with ThreadingHTTPServer(("127.0.0.1", int(told["LLAMA_ARG_PORT"])), _Handler) as server:
        Path(os.environ["FAKE_LLAMA"]).write_text(json.dumps({**told, "process": os.getpid()}))
        server.serve_forever()


if __name__ == "__main__":
    main()
