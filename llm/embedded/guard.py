"""Starts the server of an embedded model, and ends it when the program ends that started this process.

The first line of standard input says in JSON what to start: `command`, and `environment` for what it is told.
When the input ends, the server is ended, whatever it does: a program that is killed cannot do that by itself,
and a library that loads a model listens to nobody. It imports nothing of this program, so that it starts at
once.
"""

import json
import os
import subprocess
import sys
import threading


def main() -> int:
    """Run the server to its end, or to that of the input; its exit code."""
    wanted = json.loads(sys.stdin.readline())
    server = subprocess.Popen(  # noqa: S603 - the command comes from the program itself
        wanted["command"], env={**os.environ, **wanted["environment"]}, stdin=subprocess.DEVNULL
    )
    threading.Thread(target=_end_with_input, args=(server,), daemon=True).start()
    return server.wait()


def _end_with_input(server: "subprocess.Popen[bytes]") -> None:
    sys.stdin.read()
    server.kill()


if __name__ == "__main__":
    os._exit(main() & 0xFF)
