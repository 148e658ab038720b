"""llama.cpp's real server in a process of its own, so that the tests meet a server nobody here wrote.

`python -m tests.fakes.llama_server '{"model": …}'` is that process: it prints its address and runs until its
standard input ends, so that it never outlives the tests.
"""

import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import IO

SLOTS = 2
CONTEXT = 32_768  # tokens, divided over the slots
MODEL_NAME = "tiny"


@dataclass(frozen=True, slots=True)
class Launch:
    """What the server is started with: paths of GGUF files, the key it asks for if any, and its slots."""

    model: str
    projector: str = ""
    api_key: str = ""
    slots: int = SLOTS
    context: int = CONTEXT


class LlamaServer:
    """A running server: `with LlamaServer(launch, log) as server`, then `server.url`."""

    def __init__(self, launch: Launch, log: Path) -> None:
        """Start the server; it is ready when this returns. What it says goes to `log`."""
        self.api_key = launch.api_key
        self._log = log
        command = [sys.executable, "-m", "tests.fakes.llama_server", json.dumps(asdict(launch))]
        root = Path(__file__).parents[2]
        with log.open("wb") as errors:
            self._process = subprocess.Popen(
                command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors
            )
        self.url = f"{self._address()}/v1"

    def __enter__(self) -> "LlamaServer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()

    def _address(self) -> str:
        """Read lines until the one that names the address: xllamacpp has loaded the model by then."""
        for line in _opened(self._process.stdout):
            if line.startswith(b"listening "):
                return line.split()[1].decode()
        raise RuntimeError(f"llama.cpp's server did not start:\n{self._log.read_text(errors='replace')}")


def _opened(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe


def _serve(launch: Launch) -> None:
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = launch.model
    parameters.model_alias = {MODEL_NAME}
    if launch.projector:
        parameters.mmproj.path = launch.projector
    if launch.api_key:
        parameters.api_keys = [launch.api_key]
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.n_parallel = launch.slots
    parameters.n_ctx = launch.context
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 1
    server = xllamacpp.Server(parameters)
    print("listening", server.listening_address, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    _serve(Launch(**json.loads(sys.argv[1])))
