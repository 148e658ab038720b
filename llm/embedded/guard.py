"""Starts the server of an embedded model, and ends it when the program ends that started this process.

The first line of standard input says in JSON what to start: `command`, and `environment` for what it is told.
When the input ends, the server is ended, whatever it does: a program that is killed cannot end it any more,
and a library that loads a model reacts to nothing. If this process is killed itself, Linux ends the server,
and on other systems the server of the library ends by itself, as its own input ends then. It imports nothing
of this program, so that it starts at once.
"""

import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress

_PR_SET_PDEATHSIG = 1  # of linux/prctl.h


def main() -> int:
    """Run the server to its end, or to that of the input; its exit code."""
    wanted = json.loads(sys.stdin.readline())
    server = subprocess.Popen(  # noqa: S603 - the command comes from the program itself
        wanted["command"],
        env={**os.environ, **wanted["environment"]},
        stdin=subprocess.PIPE,
        # A script called llama-server may start the server as a process of its own, which is in its group.
        start_new_session=True,
        preexec_fn=_ending_with_guard() if sys.platform == "linux" else None,
    )
    threading.Thread(target=_end_with_input, args=(server,), daemon=True).start()
    code = server.wait()
    _end(server)
    return code


def _ending_with_guard() -> Callable[[], None]:
    """Called in the process of the server, it has Linux kill that as soon as this one is gone."""
    prctl, guard = ctypes.CDLL(None).prctl, os.getpid()

    def ask() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != guard:
            # It was killed before the question.
            os._exit(1)

    return ask


def _end_with_input(server: "subprocess.Popen[bytes]") -> None:
    sys.stdin.read()
    _end(server)


def _end(server: "subprocess.Popen[bytes]") -> None:
    if sys.platform == "win32":
        server.kill()
    else:
        # If the server has ended, its group is empty, and killpg raises ProcessLookupError.
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)


if __name__ == "__main__":
    os._exit(main() & 0xFF)
