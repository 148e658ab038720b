"""Which program or service it is that answers chat requests.

What is known of each is in its class in `desktop.py` or `engines.py`: how it is recognised, where it
tells about its models, how reasoning is turned off, and what to tell a user who has no model in it.
docs/servers.md has the same facts for users.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from llm.programs.base import EFFORT, TEMPLATE, Program
from llm.programs.desktop import KoboldCpp, LlamaCpp, LmStudio, Ollama, TabbyApi, TextGenerationWebui
from llm.programs.engines import Aphrodite, Gemini, LiteLlm, Mistral, MlxLm, MlxVlm, OpenRouter, Sglang, Vllm


class Unknown(Program):
    """A server that nothing is known about."""


class UnknownHere(Program):
    """Such a server on this computer."""

    reasoning = (EFFORT, TEMPLATE)


# The first that fits is taken: Aphrodite imitates KoboldCpp.
PROGRAMS: tuple[Program, ...] = (
    *(LmStudio(), Ollama(), LlamaCpp(), TextGenerationWebui(), TabbyApi(), Aphrodite(), KoboldCpp(), Vllm()),
    *(Sglang(), MlxLm(), MlxVlm(), LiteLlm(), OpenRouter(), Mistral(), Gemini()),
)
UNKNOWN, UNKNOWN_HERE = Unknown(), UnknownHere()


def recognised(
    listed: Sequence[object], headers: Mapping[str, str], port: int | None, *, is_here: bool
) -> Program:
    """The program whose list of models this is, or that alone uses this port."""
    by_port = (each for each in PROGRAMS if each.owns_port and port in each.ports)
    by_list = (each for each in PROGRAMS if each.has_listed(listed, headers))
    return next(by_list, None) or next(by_port, UNKNOWN_HERE if is_here else UNKNOWN)
