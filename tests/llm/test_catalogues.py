"""What each program tells about its models, read from its own routes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from llm.programs import PROGRAMS
from llm.programs.base import Catalogue
from tests.fakes.answers import Json

BASE = "../"


def catalogue(program: str, listed: list[Json], routes: Mapping[str, Any]) -> Catalogue:
    """What a program with these rows in its list, and this JSON at its routes, is known to have."""
    found = next(each for each in PROGRAMS if each.name == program)

    async def ask(place: str, question: Json | None = None) -> object:
        return routes.get(f"{place} {question['model']}" if question else place)

    return asyncio.run(found.catalogue(ask, listed))


LM_STUDIO = [
    {"type": "embedding", "key": "nomic", "loaded_instances": []},
    {"type": "llm", "key": "far", "loaded_instances": []},
    {
        "type": "llm",
        "key": "q/vl-4b",
        "loaded_instances": [{"id": "q/vl-4b:2", "config": {"context_length": 4096, "parallel": 4}}],
        "max_context_length": 262_144,
        "capabilities": {"vision": True, "reasoning": {"allowed_options": ["off", "on"]}},
    },
    {"type": "llm", "key": "near", "loaded_instances": [], "max_context_length": 8192},
]
OLD_LM_STUDIO = [
    {"id": "a", "type": "vlm", "state": "loaded", "loaded_context_length": 4096, "max_context_length": 8192},
    {"id": "b", "type": "llm", "state": "not-loaded", "max_context_length": 8192},
    {"id": "c", "type": "embeddings", "state": "not-loaded"},
]
ROUTER = [
    {"id": "a", "owned_by": "llamacpp", "status": {"value": "unloaded"}},
    {"id": "b", "owned_by": "llamacpp", "status": {"value": "sleeping"}, "meta": {"n_ctx": 2048}},
    {"id": "c", "owned_by": "llamacpp", "status": {"value": "unloaded", "failed": True}},
]
PROPERTIES = {
    "default_generation_settings": {"n_ctx": 4096},
    "total_slots": 2,
    "modalities": {"vision": True},
    "chat_template": "{% if enable_thinking %}<think>{% endif %}",
}
TABBY = {"id": "x", "parameters": {"use_vision": False, "max_seq_len": 4096, "max_batch_size": 8}}
OPENROUTER = {
    "id": "x/y",
    "context_length": 131_072,
    "architecture": {"input_modalities": ["text", "image"], "output_modalities": ["text"]},
    "supported_parameters": ["max_tokens", "reasoning"],
    "top_provider": {"context_length": 65_536},
    "pricing": {"prompt": "0", "completion": "0"},
}
MISTRAL = {
    "id": "m",
    "owned_by": "mistralai",
    "capabilities": {"completion_chat": False, "vision": False},
    "max_context_length": 32_768,
}


# For each program its list, its other routes, and of each model: name, chats, loaded, sees, reasons, context.
@pytest.mark.parametrize(
    ("program", "listed", "routes", "expected", "slots"),
    [
        (
            "LM Studio",
            [{"id": "near"}, {"id": "q/vl-4b:2"}, {"id": "nomic"}],
            {f"{BASE}api/v1/models": {"models": LM_STUDIO}},
            [
                ("nomic", False, False, None, False, None),
                ("q/vl-4b:2", True, True, True, True, 4096),
                ("near", True, False, None, False, 8192),
            ],
            4,
        ),
        (
            "LM Studio",
            [{"id": "a"}, {"id": "b"}, {"id": "c"}],
            {
                f"{BASE}api/v1/models": {"error": "Unexpected endpoint"},
                f"{BASE}api/v0/models": {"data": OLD_LM_STUDIO},
            },
            [
                ("a", True, True, True, None, 4096),
                ("b", True, False, False, None, 8192),
                ("c", False, False, False, None, None),
            ],
            None,
        ),
        ("LM Studio", [{"id": "a"}], {}, [("a", True, None, None, None, None)], None),
        (
            "Ollama",
            [],
            {
                f"{BASE}api/tags": {
                    "models": [{"name": "a:1"}, {"name": "b", "capabilities": ["embedding"]}]
                },
                f"{BASE}api/ps": {"models": [{"name": "a:1", "context_length": 4096}]},
                f"{BASE}api/show a:1": {"capabilities": ["completion", "vision", "thinking"]},
            },
            [("a:1", True, True, True, True, 4096), ("b", False, False, False, False, None)],
            None,
        ),
        # An older one does not tell what a model can do.
        (
            "Ollama",
            [],
            {f"{BASE}api/tags": {"models": [{"name": "all-minilm"}, {"name": "a"}]}},
            [("all-minilm", False, False, None, None, None), ("a", True, False, None, None, None)],
            None,
        ),
        (
            "llama.cpp",
            [{"id": "a.gguf", "meta": {"n_ctx": 1024}}],
            {f"{BASE}props": PROPERTIES},
            [("a.gguf", True, True, True, True, 4096)],
            2,
        ),
        (
            "llama.cpp",
            ROUTER,
            {},
            [
                ("a", True, False, None, None, None),
                ("b", True, True, None, None, 2048),
                ("c", False, False, None, None, None),
            ],
            None,
        ),
        (
            "KoboldCpp",
            [{"id": "koboldcpp/x"}],
            {
                f"{BASE}api/extra/version": {"result": "KoboldCpp", "vision": False},
                f"{BASE}api/extra/true_max_context_length": {"value": 8192},
            },
            [("koboldcpp/x", True, True, False, None, 8192)],
            None,
        ),
        ("KoboldCpp", [{"id": "koboldcpp/inactive"}], {}, [], None),
        ("TabbyAPI", [{"id": "x"}, {"id": "y"}], {"model": TABBY}, [("x", True, True, False, None, 4096)], 8),
        ("TabbyAPI", [{"id": "x"}], {}, [], None),
        (
            "text-generation-webui",
            [{"id": "x"}],
            {"internal/model/info": {"model_name": "x.gguf"}},
            [("x.gguf", True, True, None, None, None)],
            None,
        ),
        (
            "text-generation-webui",
            [{"id": "x"}],
            {"internal/model/info": {"model_name": "None"}},
            [],
            None,
        ),
        ("vLLM", [{"id": "v", "max_model_len": 4096}], {}, [("v", True, None, None, None, 4096)], None),
        (
            "SGLang",
            [{"id": "s", "max_model_len": 4096}],
            {f"{BASE}model_info": {"has_image_understanding": True}},
            [("s", True, None, True, None, 4096)],
            None,
        ),
        (
            "SGLang",
            [{"id": "s"}],
            {f"{BASE}get_model_info": {"has_image_understanding": False}},
            [("s", True, None, False, None, None)],
            None,
        ),
        (
            "LiteLLM",
            [{"id": "a"}, {"id": "b"}],
            {
                "model/info": {
                    "data": [
                        {"model_name": "a", "model_info": {"supports_vision": True, "max_input_tokens": 8192}}
                    ]
                }
            },
            [("a", True, None, True, None, 8192), ("b", True, None, None, None, None)],
            None,
        ),
        (
            "mlx-lm",
            [{"id": "hub/a"}, {"id": "/models/b"}],
            {},
            [("/models/b", True, True, False, None, None), ("hub/a", True, False, False, None, None)],
            None,
        ),
        ("mlx-vlm", [{"id": "a", "loaded": True}], {}, [("a", True, True, None, None, None)], None),
        ("OpenRouter", [OPENROUTER], {}, [("x/y", True, None, True, True, 65_536)], None),
        ("Mistral", [MISTRAL], {}, [("m", False, None, False, None, 32_768)], None),
        (
            "Gemini",
            [{"id": "models/gemini-2.5-flash"}, {"id": "models/imagen-4"}],
            {},
            [("gemini-2.5-flash", True, None, None, None, None), ("imagen-4", False, None, None, None, None)],
            None,
        ),
    ],
)
def test_what_a_program_tells_is_read(
    program: str,
    listed: list[Json],
    routes: Mapping[str, Any],
    expected: list[tuple[str, bool, bool | None, bool | None, bool | None, int | None]],
    slots: int | None,
) -> None:
    found = catalogue(program, listed, routes)
    facts = [
        (each.name, each.chats, each.loaded, each.sees, each.reasons, each.context) for each in found.models
    ]
    assert (facts, found.slots) == (expected, slots)


@pytest.mark.parametrize(
    "odd", [None, 5, "x", [], {}, [[]], {"data": 7}, {"models": {"a": 1}}, {"models": [None, 3]}]
)
def test_a_route_that_answers_with_something_else_tells_nothing(odd: object) -> None:
    routes = dict.fromkeys(
        (
            *(
                f"{BASE}api/v1/models",
                f"{BASE}api/v0/models",
                f"{BASE}api/tags",
                f"{BASE}api/ps",
                f"{BASE}props",
            ),
            *(f"{BASE}api/extra/version", f"{BASE}model_info", "model", "internal/model/info", "model/info"),
        ),
        odd,
    )
    for program in PROGRAMS:
        rows: list[Json] = [
            {"id": "a"},
            {"id": 5},
            {"id": "b", "meta": [], "architecture": 3, "pricing": {"prompt": 0}},
        ]
        found = catalogue(program.name, rows, routes)
        assert {each.name for each in found.models} <= {"a", "b", "default_model"}
