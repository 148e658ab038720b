"""url = embedded: llama.cpp inside this program."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from errors import UserError

# In tokens, for each request; and how many requests are worked on at once.
_CONTEXT = 16384
_SLOTS = 2


def start(model: str) -> str:
    """Load a model, serve it on this computer, and return the url of the server.

    `model` is a GGUF file, or `owner/name/file.gguf` of the Hugging Face hub. If the model can see, its
    vision projector `*mmproj*.gguf` has to be in the same folder. The server runs as long as the program.
    Raises UserError if it cannot be started.
    """
    return f"{_server(_local_file(model)).listening_address}/v1"


# A server ends when there is no reference to it, so the cache keeps one.
@functools.cache
def _server(path: Path) -> Any:  # noqa: ANN401 - the library has no types
    try:
        import xllamacpp
    except ImportError:
        raise UserError("url = embedded needs llama.cpp: pip install xllamacpp") from None
    try:
        return xllamacpp.Server(_parameters(xllamacpp, path))
    except (RuntimeError, ValueError, OSError) as error:
        raise UserError(f"llama.cpp cannot load {path} ({error}): is it a whole GGUF file?") from error


def _parameters(xllamacpp: Any, path: Path) -> Any:  # noqa: ANN401 - the library has no types
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(path)
    projector = next((each for each in sorted(path.parent.glob("*mmproj*.gguf")) if each != path), None)
    if projector is not None:
        parameters.mmproj.path = str(projector)
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    # Errors only. Otherwise each request would write five lines over the progress bar.
    parameters.verbosity = 1
    parameters.n_parallel = _SLOTS
    parameters.n_ctx = _CONTEXT * _SLOTS
    return parameters


def _local_file(model: str) -> Path:
    if not model.lower().endswith(".gguf"):
        raise UserError(
            "url = embedded needs a model: write model = FILE.gguf, or owner/name/file.gguf of the hub"
        )
    path = Path(model).expanduser()
    if path.is_file():
        return path
    if model.count("/") < 2 or path.is_absolute():
        raise UserError(f"the model {path} does not exist: correct model in config.ini")
    return _from_hub(model)


def _from_hub(model: str) -> Path:
    try:
        import huggingface_hub
    except ImportError:
        raise UserError(f"to download {model}: pip install huggingface_hub") from None
    owner, name, file = model.split("/", 2)
    try:
        return Path(huggingface_hub.hf_hub_download(f"{owner}/{name}", file))
    except (OSError, ValueError, huggingface_hub.errors.HfHubHTTPError) as error:
        raise UserError(f"{model} cannot be downloaded ({error}): check the name and the network") from error
