"""The models of a server, from JSON in which anything may be missing or of another kind.

What the server does not say is guessed from the name of the model.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

# No real context is longer, and sums stay readable.
_LONGEST_CONTEXT = 100_000_000
# The names of the field at llama.cpp, vLLM, LM Studio, OpenRouter and Mistral: first those of the context
# that is in use, then those of the longest that is possible.
_CONTEXT_FIELDS = (
    ("meta", "n_ctx"),
    ("max_model_len",),
    ("loaded_context_length",),
    ("top_provider", "context_length"),
    ("context_length",),
    ("max_context_length",),
)


# Parts of the names of models that embed, rank, sort, listen, speak or draw.
_NO_CHAT = re.compile(
    r"embed|rerank|colbert|minilm|whisper|moderation|diffusion|transcri|dall-?e|wav2vec|kokoro|musicgen"
    r"|paraphrase-|sentence-|gpt-image|gpt-realtime"
    r"|(?<![a-z0-9])(?:bge|gte|e5|clip|siglip|nomic|mxbai|tts|speech|voxtral|parler|orpheus|bark|sdxl|flux"
    r"|imagen|veo|sora|guard\d*|guardian|reward|davinci|babbage)(?![a-z0-9])"
    r"|llama-?guard|shieldgemma|gemini-(?:[\w.-]+-)?(?:image|live|native-audio)|lyria|(?<![a-z0-9])aqa(?![a-z0-9])"
)
# Parts of the names of models that see pictures.
_SEES = re.compile(
    r"vision|llava|pixtral|moondream|joycaption|toriigate|florence|molmo|idefics|smolvlm|multimodal|omni"
    r"|cogvlm|internvl|minicpm-?[vo](?![a-z])|llama-?4(?!\d)|gpt-(?:4o|4\.1|5)|claude|gemini"
    r"|gemma-?3n?(?!-?(?:270m|1b))(?![\w.]*:(?:270m|1b))(?![a-z0-9.])|gemma-?4(?!\d)"
    # From 3.5 on, Qwen's models see without saying so in their names.
    r"|qwen-?3\.[5-9](?!\d)"
    r"|mistral-(?:small-?3\.[12]|medium-?3)|glm-4\.\d+v|(?<![a-z])vlm?\d*(?![a-z])|\dvl(?![a-z])"
)


@dataclass(frozen=True, slots=True)
class Model:
    """A model as its server describes it; None is what the server does not say.

    `chats` is False for models that embed, rank, listen, speak or draw. `context` is in tokens for one
    request. A `free` one costs nothing at a service that sells the others.
    """

    name: str
    chats: bool = True
    loaded: bool | None = None
    sees: bool | None = None
    reasons: bool | None = None
    context: int | None = None
    free: bool = False
    aliases: tuple[str, ...] = ()

    def is_called(self, name: str) -> bool:
        """Whether a request for this name gets this model."""
        names = {each.lower() for each in (self.name, *self.aliases)}
        # Ollama adds the tag where the user leaves it out.
        return not names.isdisjoint((name.lower(), f"{name.lower()}:latest"))


def at(value: object, *path: str | int) -> object:
    """The value at a path of keys and positions; None if there is none."""
    for step in path:
        if isinstance(value, dict) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def text(value: object, *path: str | int) -> str:
    """The text at a path; "" for anything else."""
    found = at(value, *path)
    return found if isinstance(found, str) else ""


def truth(value: object, *path: str | int) -> bool | None:
    """True or False at a path; None for anything else."""
    found = at(value, *path)
    return found if isinstance(found, bool) else None


def positive(value: object, *path: str | int) -> int | None:
    """A count of at least 1 at a path; None for anything else."""
    found = at(value, *path)
    is_count = isinstance(found, int) and not isinstance(found, bool) and 0 < found <= _LONGEST_CONTEXT
    return found if is_count else None  # type: ignore[return-value]


def rows(value: object, *path: str | int) -> list[object]:
    """The list at a path; an empty one for anything else."""
    found = at(value, *path)
    return found if isinstance(found, list) else []


def holds(value: object, *path: str | int, word: str) -> bool | None:
    """Whether the list at a path has a word; None if there is no list."""
    found = at(value, *path)
    return word in found if isinstance(found, list) else None


def usual_models(listed: Sequence[object]) -> list[Model]:
    """The models in the rows of GET /models, by their usual fields."""
    return [_usual_model(row) for row in listed if text(row, "id")]


def _usual_model(row: object) -> Model:
    name = text(row, "id")
    sees = holds(row, "architecture", "input_modalities", word="image")
    writes = holds(row, "architecture", "output_modalities", word="text") is not False
    prices = [text(row, "pricing", kind) for kind in ("prompt", "completion")]
    return Model(
        name,
        chats=is_for_chat(name) and writes and truth(row, "capabilities", "completion_chat") is not False,
        loaded=_is_loaded(row),
        sees=truth(row, "capabilities", "vision") if sees is None else sees,
        reasons=holds(row, "supported_parameters", word="reasoning"),
        context=next((found for field in _CONTEXT_FIELDS if (found := positive(row, *field))), None),
        free=prices == ["0", "0"],
        aliases=tuple(each for each in rows(row, "aliases") if isinstance(each, str)),
    )


def _is_loaded(row: object) -> bool | None:
    """Whether a model is loaded, by the status of llama.cpp's router (also a sleeping one) or of mlx-vlm."""
    status = text(row, "status", "value")
    return status in ("loaded", "sleeping") if status else truth(row, "loaded")


def is_for_chat(name: str) -> bool:
    """Whether a model of this name seems to take chat requests."""
    return not _NO_CHAT.search(name.lower())


def seems_to_see(name: str) -> bool:
    """Whether models of this name usually see pictures."""
    return bool(_SEES.search(name.lower()))
