"""Programs and services that are started or sold with their models; most list these in the usual way.

The facts are from the documentation and the source of these programs in 2026; of mlx and LiteLLM they were
also measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from llm.listings import Model, at, positive, rows, text, truth, usual_models
from llm.programs.base import EFFORT, SWITCH, TEMPLATE, Ask, Catalogue, Program

# The model that mlx-lm was started with.
DEFAULT = "default_model"


class Vllm(Program):
    """Serves the models that it was started with; does not say whether they see."""

    name = "vLLM"
    ports = (8000,)
    owner = "vllm"
    has_no_other = True
    get_a_model = "start vllm serve with a model"
    longer_context = "start vllm serve with a larger --max-model-len"
    reasoning = (EFFORT, TEMPLATE)


class Aphrodite(Vllm):
    """As vLLM, of which it is a descendant. It also imitates KoboldCpp."""

    name = "Aphrodite"
    ports = (2242,)
    owner = "aphrodite"
    get_a_model = "start aphrodite run with a model"
    longer_context = "start aphrodite run with a larger --max-model-len"


class Sglang(Program):
    """Answers any name, and repeats the wrong name in its answer."""

    name = "SGLang"
    ports = (30000,)
    owner = "sglang"
    answers_any_name = True
    get_a_model = "start it with --model-path"
    longer_context = "start it with a larger --context-length"

    async def catalogue(self, ask: Ask, listed: Sequence[object]) -> Catalogue:
        """From the list and /model_info, which was called /get_model_info before."""
        answer = await ask("../model_info") or await ask("../get_model_info")
        sees = truth(answer, "has_image_understanding")
        return Catalogue(self, [replace(model, sees=sees) for model in usual_models(listed)])


class MlxLm(Program):
    """Lists what was downloaded, and has one of these loaded; tries to download a model that it has not.

    It takes no pictures. Until something was downloaded, its list is an empty answer.
    """

    name = "mlx-lm"
    ports = (8080,)
    header = ("server", "BaseHTTP")
    has_no_other = True
    get_a_model = "start mlx_lm.server with --model"
    get_a_seer = "start mlx_vlm.server with a vision model"
    longer_context = "take a model with a longer context"
    reasoning = (TEMPLATE,)

    async def catalogue(self, ask: Ask, listed: Sequence[object]) -> Catalogue:
        """From the list, whose last row is the model that it was started with, if that is a folder."""
        models = [replace(model, sees=False, loaded=False) for model in usual_models(listed)]
        if models and (len(models) == 1 or Path(models[-1].name).is_absolute()):
            models.insert(0, replace(models.pop(), loaded=True, aliases=(DEFAULT,)))
        else:
            models.insert(0, Model(DEFAULT, sees=False, loaded=True))
        return Catalogue(self, models)


class MlxVlm(Program):
    """Silently drops a picture if its model takes only text."""

    name = "mlx-vlm"
    ports = (8080,)
    header = ("server", "mlx_vlm")
    get_a_model = "start it with --model"
    longer_context = "take a model with a longer context"
    reasoning = (EFFORT, SWITCH)


class Service(Program):
    """Sells the models of others, or hands requests on to those who do: the user loads nothing in it."""

    get_a_model = get_a_seer = "name another one of its models"
    longer_context = "name a model with a longer context"


class LiteLlm(Service):
    """A gateway, which hands most fields on to the service behind it."""

    name = "LiteLLM"
    ports = (4000,)
    header = ("x-litellm-version", "")
    get_a_model = get_a_seer = "name one in its model_list"
    has_no_other = True

    async def catalogue(self, ask: Ask, listed: Sequence[object]) -> Catalogue:
        """From the list and /v1/model/info, which has what its configuration says of each model."""
        told = rows(await ask("model/info"), "data")
        described = {text(row, "model_name"): at(row, "model_info") for row in told}
        models = [(each, described.get(each.name)) for each in usual_models(listed)]
        return Catalogue(
            self,
            [
                replace(
                    each, sees=truth(known, "supports_vision"), context=positive(known, "max_input_tokens")
                )
                for each, known in models
            ],
        )


class OpenRouter(Service):
    """Sells the models of many services; some are free."""

    name = "OpenRouter"
    reasoning = (
        {
            "off": {"reasoning": {"enabled": False}},
            "low": {"reasoning": {"effort": "low"}},
            "on": {"reasoning": {"enabled": True}},
        },
    )

    def has_listed(self, listed: Sequence[object], headers: Mapping[str, str]) -> bool:
        """It alone lists the providers of a model."""
        return any(isinstance(at(row, "top_provider"), dict) for row in listed)


class Mistral(Service):
    """Knows two levels of reasoning, and refuses fields that it does not know."""

    name = "Mistral"
    owner = "mistralai"
    reasoning = (
        {
            "off": {"reasoning_effort": "none"},
            "low": {"reasoning_effort": "high"},
            "on": {"reasoning_effort": "high"},
        },
    )


class Gemini(Service):
    """Refuses fields that it does not know, in a list of one error; some models cannot but reason.

    It does not tell which models see. Its list has `models/` before each name, which answers leave out.
    """

    name = "Gemini"
    owner = "google"

    def has_listed(self, listed: Sequence[object], headers: Mapping[str, str]) -> bool:
        """Gateways list its models beside those of others."""
        return bool(listed) and all(text(row, "owned_by") == self.owner for row in listed)

    async def catalogue(self, ask: Ask, listed: Sequence[object]) -> Catalogue:
        """From the list."""
        return Catalogue(
            self,
            [
                replace(each, name=each.name.removeprefix("models/"), aliases=(each.name,))
                for each in usual_models(listed)
            ],
        )
