"""The server of one embedded model: a process on this computer that answers to this run alone."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import secrets
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

from pydantic import SecretStr

from errors import StageError, UserError
from events import happened
from llm.embedded.devices import Computer
from llm.embedded.files import Fit, ModelFiles
from settings import EndpointSettings

_log = logging.getLogger(__name__)

_HOST = "127.0.0.1"
_GUARD = Path(__file__).with_name("guard.py")
# MiB of memory for prompts, because all prompts of a stage begin alike.
_PROMPT_CACHE = 256
_PAUSE = 0.05
# A line of llama.cpp about an error, and the time and the place in its source with which it begins.
_ERROR, _ORIGIN = re.compile(r"\bE\b|error|failed"), re.compile(r"^[\d.]+ [A-Z] (?:\w+ +)?")
_LONGEST_QUOTE = 200
_LONGEST_END = 5.0
# Exit codes of the guard where SIGKILL ended it, or the server.
_KILLED = (-9, 256 - 9)
# Another program may take the port before llama.cpp does.
_TRIES = 3
_PORT_TAKEN = re.compile(r"couldn't bind|address already in use", re.IGNORECASE)
# Patterns of llama.cpp's messages, each with the message for the user; {model} and {projector} are files.
_MEANINGS = (
    (
        r"mismatch between text model",
        "the projector {projector} does not belong to the model {model}: put the right *mmproj*.gguf beside "
        "it, or none",
    ),
    (
        r"unknown model architecture|unknown projector type|unsupported .*projector",
        "this llama.cpp is too old for {model}: pip install --upgrade xllamacpp, or update llama-server",
    ),
    (
        r"unable to allocate|failed to allocate|out of memory|cannot meet free memory target",
        "there is too little memory for {model}: close other programs, or take a smaller model",
    ),
)


class ModelServer:
    """Serves a model while it is wanted. What llama.cpp says goes to the log of the run."""

    def __init__(self, computer: Computer, files: ModelFiles, fitted: Fit) -> None:
        """Nothing is started yet."""
        self.computer = computer
        self.files = files
        self.fitted = fitted
        self.key = secrets.token_urlsafe(32)
        self._process: subprocess.Popen[bytes] | None = None
        self._said: IO[bytes] | None = None
        self.url = f"http://{_HOST}/v1"

    @property
    def is_running(self) -> bool:
        """Whether it was started, and has not been stopped; it may have ended by itself."""
        return self._process is not None

    def refuse_ended(self) -> None:
        """Raise StageError where llama.cpp has ended by itself."""
        if self._process is not None and self._process.poll() is not None:
            said = self._end_of_what_it_said()
            raise StageError(
                f"llama.cpp has ended by itself ({said or 'without a word'}), perhaps for want of memory: "
                "what is done is kept, run again"
            )

    async def start(self, on_wait: Callable[[str], None]) -> None:
        """Load the model; raises UserError where that cannot be done."""
        for _ in range(_TRIES):
            on_wait(f"loading {self.files.name}")
            try:
                if await self._start():
                    happened("model loaded", model=self.files.name, fit=str(self.fitted))
                    return
            except BaseException:
                # Whatever ended the loading, Ctrl-C too, no process may be left behind.
                await self.stop()
                raise
            finally:
                on_wait("")
            is_taken, refusal = self._has_said(_PORT_TAKEN), self._refusal()
            await self.stop()
            if not is_taken:
                raise refusal
        raise refusal

    async def stop(self) -> None:
        """End the process, if there is one, and hand on what it said."""
        process, self._process = self._process, None
        if process is None or process.stdin is None:
            return
        # The guard ends the server, and then itself.
        process.stdin.close()
        for _ in range(round(_LONGEST_END / _PAUSE)):
            if process.poll() is not None:
                break
            await asyncio.sleep(_PAUSE)
        else:
            process.kill()
            process.wait()
        self._hand_on()

    async def _start(self) -> bool:
        """Start the process and wait until it answers; whether it does, or has ended."""
        port = _free_port()
        self._said = tempfile.TemporaryFile("a+b")  # noqa: SIM115 - open as long as the process
        self._process = process = subprocess.Popen(  # noqa: S603 - Python itself
            [sys.executable, str(_GUARD)],
            stdin=subprocess.PIPE,
            stdout=self._said,
            stderr=self._said,
            # Ctrl-C is for this program, which then ends the server.
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        assert process.stdin is not None  # noqa: S101 - it is a pipe
        wanted = {"command": list(self.computer.runner.command), "environment": self._environment(port)}
        process.stdin.write(f"{json.dumps(wanted)}\n".encode())
        process.stdin.flush()
        self.url = f"http://{_HOST}:{port}/v1"
        # Importing the client takes a second, so it comes after the checks that may refuse the model.
        from llm.client import Client

        client = Client(self.url, EndpointSettings(url=self.url, api_key=SecretStr(self.key)))
        try:
            while process.poll() is None:
                # It takes no connection at first, then refuses all requests until the model is loaded.
                if (await client.reach("../props")).status == 200:
                    return True
                await asyncio.sleep(_PAUSE)
        finally:
            await client.close()
        return False

    def _environment(self, port: int) -> dict[str, str]:
        """The settings, as llama-server reads them from the environment; it passes over unknown ones.

        A list of processes shows command lines to everybody, so the key must not be in one.
        """
        projector = {"LLAMA_ARG_MMPROJ": str(self.files.projector)} if self.files.projector else {}
        return {
            "LLAMA_ARG_MODEL": str(self.files.header.path),
            **projector,
            "LLAMA_ARG_ALIAS": self.files.name,
            "LLAMA_ARG_HOST": _HOST,
            "LLAMA_ARG_PORT": str(port),
            "LLAMA_API_KEY": self.key,
            "LLAMA_ARG_CTX_SIZE": str(self.fitted.context),
            "LLAMA_ARG_N_PARALLEL": str(self.fitted.slots),
            "LLAMA_ARG_KV_UNIFIED": "1",
            "LLAMA_ARG_CACHE_RAM": str(_PROMPT_CACHE),
            "LLAMA_ARG_REASONING": "auto" if self.fitted.may_reason else "off",
            "LLAMA_ARG_JINJA": "1",
            "LLAMA_ARG_OFFLINE": "1",
            # Errors and warnings.
            "LLAMA_ARG_LOG_VERBOSITY": "2",
            "LLAMA_LOG_VERBOSITY": "2",
            # No page, no list of what is worked on, and no other page of the browser; under the names that
            # these have and had.
            "LLAMA_ARG_UI": "0",
            "LLAMA_ARG_WEBUI": "0",
            "LLAMA_ARG_NO_WEBUI": "1",
            "LLAMA_ARG_ENDPOINT_SLOTS": "0",
            "LLAMA_ARG_NO_ENDPOINT_SLOTS": "1",
            "LLAMA_ARG_CORS_ORIGINS": "",
        }

    def _refusal(self) -> UserError:
        model, projector = self.files.header.path, self.files.projector
        if self._process is not None and self._process.returncode in _KILLED:
            return UserError(
                f"llama.cpp was killed while it loaded {model}, perhaps for want of memory: close other "
                "programs, or take a smaller model"
            )
        for words, meaning in _MEANINGS:
            if self._has_said(re.compile(words, re.IGNORECASE)):
                return UserError(meaning.format(model=model, projector=projector))
        said = self._end_of_what_it_said() or "it says nothing"
        return UserError(
            f"llama.cpp cannot load {model} ({said}): download it again, or take another model; --log FILE "
            "keeps all that llama.cpp says"
        )

    def _lines(self) -> list[str]:
        if self._said is None:
            return []
        self._said.seek(0)
        lines = self._said.read().decode("utf-8", "replace").splitlines()
        return [" ".join(line.split()) for line in lines if line.strip()]

    def _has_said(self, words: re.Pattern[str]) -> bool:
        return any(words.search(line) for line in self._lines())

    def _end_of_what_it_said(self) -> str:
        """Its last line of an error, without the time and the place in its source; "" for none."""
        errors = [line for line in self._lines() if _ERROR.search(line)]
        return _ORIGIN.sub("", errors[-1])[:_LONGEST_QUOTE] if errors else ""

    def _hand_on(self) -> None:
        for line in self._lines():
            happened("llama.cpp", model=self.files.name, line=line)
            _log.debug("llama.cpp: %s", line)
        if self._said is not None:
            self._said.close()
            self._said = None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        port: int = probe.getsockname()[1]
        return port
