"""The server of a model that the program runs itself: what is told where it fails, and that none is left."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest

from errors import StageError, UserError
from llm.embedded import Demand, NoConsent
from llm.embedded.devices import Computer, Runner, runner
from llm.embedded.files import fit, model_files
from llm.embedded.picking import GB, Room
from llm.embedded.server import ModelServer
from settings import EndpointSettings
from tests.llm.serving import PROMPT, serving, this_computer
from tests.program.memory import linux_only
from tests.program.processes import wait_until

DEFAULTS = Demand(EndpointSettings(url="embedded"), PROMPT)


def server_of(model: Path, computer: Computer) -> ModelServer:
    files = model_files(str(model), Room(100 * GB), NoConsent())
    return ModelServer(computer, files, fit(files, [DEFAULTS], Room(2 * GB)))


def server_by(model: Path, command: Sequence[str]) -> ModelServer:
    """A server that another program takes the place of."""
    return server_of(model, Computer(Runner("program", command), GB))


def refusal(server: ModelServer) -> str:
    with pytest.raises(UserError) as raised:
        asyncio.run(server.start(lambda words: None))
    assert not server.is_running
    return str(raised.value)


def test_a_projector_of_another_model_is_told_and_nothing_goes_on_running(model_folder: Path) -> None:
    from tests.fakes.tiny_model import write_vision_projector

    projector, model = model_folder / "mmproj.gguf", model_folder / "text.gguf"
    write_vision_projector(projector, width=32)
    told = refusal(server_of(model, this_computer()))
    assert told.startswith(f"the projector {projector} does not belong to the model {model}: put ")


# What llama.cpp says, by a program that says it, and what the user is told.
SAYS = {
    "E srv load_model: unknown model architecture: 'newest'": "this llama.cpp is too old for {}: ",
    "E alloc_tensor_range: failed to allocate CPU buffer of size 9": "there is too little memory for {}: ",
    "0.01.2 E srv load_model: something new": "llama.cpp cannot load {} (load_model: something new): ",
    "": "llama.cpp cannot load {} (it says nothing): download it again, ",
}


@pytest.mark.parametrize("said", SAYS)
def test_what_llama_cpp_says_becomes_a_sentence_for_the_user(model_folder: Path, said: str) -> None:
    model = model_folder / "text.gguf"
    told = refusal(
        server_by(model, (sys.executable, "-c", f"import sys; sys.stderr.write({said!r}); sys.exit(1)"))
    )
    assert told.startswith(SAYS[said].format(model))


@linux_only
def test_a_server_that_the_system_kills_while_it_loads_lacks_memory(model_folder: Path) -> None:
    model = model_folder / "text.gguf"
    told = refusal(server_by(model, (sys.executable, "-c", "import os; os.kill(os.getpid(), 9)")))
    assert told.startswith(f"llama.cpp was killed while it loaded {model}, perhaps for want of memory: close")


# It is ready at once. With ONE it ends after it has said so.
ANSWERS = """
import http.server, os
class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *said): pass
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
with http.server.HTTPServer(("127.0.0.1", int(os.environ["LLAMA_ARG_PORT"])), Handler) as server:
    server.{}()
"""
ONE, ALL = (
    (sys.executable, "-c", ANSWERS.format("handle_request")),
    (
        sys.executable,
        "-c",
        ANSWERS.format("serve_forever"),
    ),
)


def test_a_server_that_has_ended_by_itself_ends_the_stage(model_folder: Path) -> None:
    server = server_by(model_folder / "text.gguf", ONE)

    async def run() -> None:
        await server.start(lambda words: None)
        while True:
            server.refuse_ended()
            await asyncio.sleep(0.01)

    with pytest.raises(
        StageError, match=r"llama\.cpp has ended by itself \(without a word\), perhaps for want"
    ):
        asyncio.run(run())


async def stopped(server: ModelServer, guard: int) -> None:
    await server.stop()


async def without_guard(server: ModelServer, guard: int) -> None:
    os.kill(guard, signal.SIGKILL)


# As a package does that puts a script called llama-server on PATH.
BY_SCRIPT = (sys.executable, "-c", "import subprocess, sys; subprocess.call(sys.argv[1:])")


@linux_only
@pytest.mark.parametrize(
    ("script", "program", "ended"),
    [((), ALL, without_guard), (BY_SCRIPT, None, without_guard), (BY_SCRIPT, ALL, stopped)],
    ids=["a program and its guard", "a library behind a script and its guard", "a program behind a script"],
)
def test_no_process_of_a_server_is_left(
    model_folder: Path,
    script: tuple[str, ...],
    program: tuple[str, ...] | None,
    ended: Callable[[ModelServer, int], Awaitable[None]],
) -> None:
    model = model_folder / "text.gguf"
    server = server_by(model, (*script, *(program or runner("library").command)))

    async def run() -> None:
        await server.start(lambda words: None)
        processes = serving(model)
        assert len(processes) == 1 + bool(script)
        (guard,) = {each.parent for each in processes} - {each.process for each in processes}
        await ended(server, guard)
        await asyncio.to_thread(wait_until, "no process is left", is_so=lambda: not serving(model))
        await server.stop()

    asyncio.run(run())
