"""Starts the program many times in little time.

Most of a short run is the start of Python and the import of libraries. Where the system can fork, a server
process imports them once, and each run is a fork of it, with its own folder, streams and memory: nothing that
one run does is seen by the next. Tests of the start itself, of signals and of streams begin a Python instead.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

ROOT = Path(__file__).parents[2]
LONGEST_RUN = 600

# What runs import late, so that a start is quick for a user, and what they compute once.
IMPORTED_ONCE = [
    *("caption", "captioning.run", "captioning.eventlog", "captioning.sampling", "commands.checkup"),
    *("commands.checkup.data_set", "commands.checkup.project", "commands.checkup.servers"),
    *("commands.comparison", "commands.corrections", "commands.dry_run", "commands.export", "commands.undo"),
    *("deferred.folder", "llm.completions", "llm.endpoint", "llm.transport", "review.report"),
    *("page_summaries.saving", "writing.trigger_tags", "tests.program.warm"),
    *("deferred.endpoint", "llm.embedded.server", "tag_provider", "wiki.danbooru"),
    *("aiohttp", "jinja2.sandbox", "multiprocessing.synchronize", "pyvips", "regex", "requests"),
]
_server = None
if "forkserver" in multiprocessing.get_all_start_methods():
    _server = multiprocessing.get_context("forkserver")
    _server.set_forkserver_preload(IMPORTED_ONCE)


def run_to_end(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None, watcher: str = ""
) -> tuple[int, str, str]:
    """Run `python caption.py` in a folder: the exit code, stdout and stderr.

    A watcher is Python code that the process does first, such as an audit hook. With variables of Python's
    own in `environment` a Python begins, because it reads them itself; the watcher then sees imports too.
    """
    if _server is None or any(name.startswith("PYTHON") for name in environment or {}):
        return _start(arguments, folder, environment or {}, watcher)
    with tempfile.TemporaryDirectory() as said:
        out, err = Path(said, "out"), Path(said, "err")
        told = (list(arguments), folder, out, err, environment, watcher)
        process = _server.Process(target=_program, args=told)
        process.start()
        process.join(LONGEST_RUN)
        if process.exitcode is None:
            process.kill()
            raise subprocess.TimeoutExpired(list(arguments), LONGEST_RUN, err.read_bytes())
        return process.exitcode, out.read_text(), err.read_text()


def _start(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str], watcher: str
) -> tuple[int, str, str]:
    with tempfile.TemporaryDirectory() as place:
        Path(place, "sitecustomize.py").write_text(watcher, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, str(ROOT / "caption.py"), *arguments],
            cwd=folder,
            env={**os.environ, **({"PYTHONPATH": place} if watcher else {}), **environment},
            capture_output=True,
            text=True,
            timeout=LONGEST_RUN,
            check=False,
        )
    return done.returncode, done.stdout, done.stderr


@dataclass(frozen=True, slots=True)
class Begun:
    """A run under way as a process, and the file of what it says on stderr."""

    process: subprocess.Popen[bytes] | BaseProcess
    errors: Path

    @property
    def pid(self) -> int:
        """The number of the process."""
        assert self.process.pid is not None
        return self.process.pid

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, if it has not ended meanwhile."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def wait(self, seconds: float) -> int | None:
        """Wait so long at most for its end: the exit code, or a signal below 0; None while it runs."""
        if isinstance(self.process, BaseProcess):
            self.process.join(seconds)
            return self.process.exitcode
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        return self.process.returncode


def begin(
    arguments: Sequence[str], folder: Path, said: Path, environment: Mapping[str, str] | None = None
) -> Begun:
    """Start `python caption.py` in a folder, and write what it says into the folder `said`."""
    out, err = said / "out", said / "err"
    if _server is None:
        with out.open("wb") as stdout, err.open("wb") as stderr:
            command = [sys.executable, str(ROOT / "caption.py"), *arguments]
            variables = {**os.environ, **(environment or {})}
            running = subprocess.Popen(command, cwd=folder, env=variables, stdout=stdout, stderr=stderr)
            return Begun(running, err)
    process = _server.Process(target=_program, args=(list(arguments), folder, out, err, environment, ""))
    process.start()
    return Begun(process, err)


def _program(
    arguments: list[str],
    folder: Path,
    out: Path,
    err: Path,
    environment: Mapping[str, str] | None,
    watcher: str,
) -> None:
    """Do in a forked process what Python does with caption.py."""
    for path, descriptor in ((out, 1), (err, 2)):
        with path.open("wb") as file:
            os.dup2(file.fileno(), descriptor)
    # Python makes its streams to fit the files that are there when it starts.
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115 - open to the end
    sys.stderr = open(2, "w", closefd=False)  # noqa: SIM115 - open to the end
    # Tests that nohup started would hand on that it is ignored, and the test of it would wait for minutes.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    os.chdir(folder)
    os.environ.update(environment or {})
    exec(watcher, {})
    sys.argv = [str(ROOT / "caption.py"), *arguments]
    import caption

    os._exit(caption.main())
