"""Programs with which people load models on their own computer, and which list them in their own routes.

The facts are from the documentation and the source of these programs in 2026; of llama.cpp they were also
measured.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from llm.listings import Model, at, holds, positive, rows, text, truth, usual_models
from llm.programs.base import EFFORT, SWITCH, TEMPLATE, Ask, Catalogue, Program

# Ollama is asked about each model in a request of its own, but only about this many.
_MOST_SHOWN = 40


class LmStudio(Program):
    """Its own routes list every model on the disk; those of the protocol only what a request can get."""

    name = "LM Studio"
    ports = (1234,)
    owns_port = True
    owner = "organization_owner"
    has_no_other = True
    get_a_model = "download a model in LM Studio and load it"
    longer_context = "set a longer context where LM Studio loads the model"

    async def catalogue(self, ask: Ask, listed: Sequence[object]) -> Catalogue:
        """From /api/v1/models (0.4), or /api/v0/models (0.3.6)."""
        within_reach = {text(row, "id") for row in listed}
        answer = await ask("../api/v1/models")
        if found := rows(answer, "models"):
            models = [_of_lm_studio(row) for row in found]
            slots = [positive(row, "loaded_instances", 0, "config", "parallel") for row in found]
        else:
            models = [_of_old_lm_studio(row) for row in rows(await ask("../api/v0/models"), "data")]
            slots = []
        # Where models are not loaded on demand, those that are not loaded are out of reach.
        models = [each for each in models if each.name and (each.loaded or each.name in within_reach)]
        if not models:
            return await super().catalogue(ask, listed)
        return Catalogue(self, models, next(filter(None, slots), None))


def _of_lm_studio(row: object) -> Model:
    name = text(row, "loaded_instances", 0, "id")
    context = positive(row, "loaded_instances", 0, "config", "context_length")
    return Model(
        name or text(row, "key"),
        chats=text(row, "type") == "llm",
        loaded=bool(name),
        sees=truth(row, "capabilities", "vision"),
        reasons=bool(at(row, "capabilities", "reasoning")),
        context=context or positive(row, "max_context_length"),
        aliases=(text(row, "key"),),
    )


def _of_old_lm_studio(row: object) -> Model:
    kind = text(row, "type")
    return Model(
        text(row, "id"),
        chats=kind in ("llm", "vlm"),
        loaded=text(row, "state") == "loaded",
        sees=kind == "vlm",
        context=positive(row, "loaded_context_length") or positive(row, "max_context_length"),
    )


class Ollama(Program):
    """Loads the model that a request names. Its context is known once the model is loaded."""

    name = "Ollama"
    ports = (11434,)
    owns_port = True
    owner = "library"
    has_no_other = True
    get_a_model = get_a_seer = "run: ollama pull qwen3.5:9b"
    longer_context = "start it with OLLAMA_CONTEXT_LENGTH=16384 in its environment"

    async def catalogue(self, ask: Ask, listed: Sequence[object]) -> Catalogue:
        """From /api/tags, /api/ps and /api/show."""
        found = [row for row in rows(await ask("../api/tags"), "models") if text(row, "name")]
        if not found:
            return await super().catalogue(ask, listed)
        running = {text(row, "name"): row for row in rows(await ask("../api/ps"), "models")}
        models = await asyncio.gather(
            *(_of_ollama(ask, row, running, may_ask=count < _MOST_SHOWN) for count, row in enumerate(found))
        )
        return Catalogue(self, models)


async def _of_ollama(ask: Ask, row: object, running: Mapping[str, object], *, may_ask: bool) -> Model:
    name = text(row, "name")
    if may_ask and at(row, "capabilities") is None:
        row = await ask("../api/show", {"model": name})
    (usual,) = usual_models([{"id": name}])
    can = "capabilities"
    return replace(
        usual,
        chats=usual.chats and holds(row, can, word="completion") is not False,
        loaded=name in running,
        sees=holds(row, can, word="vision"),
        reasons=holds(row, can, word="thinking"),
        context=positive(running.get(name), "context_length"),
    )


class LlamaCpp(Program):
    """One model that answers to any name, or a router that loads what is named."""

    name = "llama.cpp"
    ports = (8080, 9931)
    owner = "llamacpp"
    header = ("server", "llama.cpp")
    get_a_model = "start llama-server with -m model.gguf"
    longer_context = "start llama-server with a larger -c, which its slots share"
    reasoning = (EFFORT, TEMPLATE)
    answers_any_name = True

    async def catalogue(self, ask: Ask, listed: Sequence[object]) -> Catalogue:
        """From the list, and from /props where there is one model."""
        named = [row for row in listed if text(row, "id")]
        models = [
            replace(model, chats=model.chats and truth(row, "status", "failed") is not True)
            for row, model in zip(named, usual_models(named), strict=True)
        ]
        properties = await ask("../props") if len(models) == 1 and models[0].loaded is None else None
        if properties is None:
            return Catalogue(self, models)
        template = text(properties, "chat_template")
        sees = truth(properties, "modalities", "vision")
        only = replace(
            models[0],
            loaded=True,
            sees=models[0].sees if sees is None else sees,
            reasons=reasons_by_template(template) if template else None,
            context=positive(properties, "default_generation_settings", "n_ctx") or models[0].context,
        )
        return Catalogue(self, (only,), positive(properties, "total_slots"))


def reasons_by_template(template: str) -> bool:
    """Whether a chat template is that of a model which reasons."""
    return any(mark in template for mark in ("enable_thinking", "<think>"))


class KoboldCpp(Program):
    """Takes no reasoning field, and silently drops a picture if it has no projector."""

    name = "KoboldCpp"
    ports = (5001,)
    owner = "koboldcpp"
    owns_port = True
    answers_any_name = True
    get_a_model = "load a model in KoboldCpp"
    longer_context = "start KoboldCpp with a larger --contextsize"
    reasoning = ()

    async def catalogue(self, ask: Ask, listed: Sequence[object]) -> Catalogue:
        """From /api/extra/version and /api/extra/true_max_context_length."""
        sees = truth(await ask("../api/extra/version"), "vision")
        context = positive(await ask("../api/extra/true_max_context_length"), "value")
        active = (model for model in usual_models(listed) if not model.name.endswith("inactive"))
        return Catalogue(
            self,
            [replace(each, loaded=True, sees=sees, context=context or each.context) for each in active],
        )


class TabbyApi(Program):
    """Silently drops pictures if vision is not switched on."""

    name = "TabbyAPI"
    ports = (5000,)
    owner = "tabbyAPI"
    answers_any_name = True
    get_a_model = "load a model in TabbyAPI"
    longer_context = "load the model with a larger max_seq_len"
    reasoning = (SWITCH, TEMPLATE)

    async def catalogue(self, ask: Ask, listed: Sequence[object]) -> Catalogue:
        """From /v1/model, the one that is loaded; the list has those on the disk too."""
        answer = await ask("model")
        parameters, name = at(answer, "parameters"), text(answer, "id")
        if not name:
            return Catalogue(self)
        only = Model(
            name,
            loaded=True,
            sees=truth(parameters, "use_vision"),
            context=positive(parameters, "max_seq_len"),
        )
        return Catalogue(self, (only,), positive(parameters, "max_batch_size"))


class TextGenerationWebui(Program):
    """Silently cuts the start of a prompt that is too long."""

    name = "text-generation-webui"
    ports = (5000,)
    owner = "user"
    answers_any_name = True
    get_a_model = "load a model under Model"
    longer_context = "load the model with a larger ctx-size under Model"
    reasoning = (SWITCH, EFFORT)

    async def catalogue(self, ask: Ask, listed: Sequence[object]) -> Catalogue:
        """From /v1/internal/model/info, which says None where no model is loaded."""
        name = text(await ask("internal/model/info"), "model_name")
        if name in ("", "None"):
            return Catalogue(self, () if name else usual_models(listed))
        found = [model for model in usual_models(listed) if model.name == name]
        only = found[0] if found else usual_models([{"id": name}])[0]
        return Catalogue(self, (replace(only, loaded=True),))
