"""Fakes of programs that serve models, each with the routes, the listings and the errors of its own.

They are written from the documentation and the source of these programs as of 2026, and do what a test needs:
they hold some models, load the one that is asked for, and refuse as the program does.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tests.fakes.answers import Json, asks_for_colour, completion
from tests.fakes.endpoint import FakeEndpoint, Fault, Request, Status
from tests.fakes.faults import Exchange


@dataclass(frozen=True, slots=True)
class Held:
    """A model that a program holds; `context` is the one that it is loaded with."""

    name: str
    sees: bool = False
    chats: bool = True
    reasons: bool = False
    loaded: bool = False
    context: int = 8192


@dataclass(frozen=True, slots=True)
class _Json:
    """An answer with this JSON."""

    body: Json | str
    code: int = 200

    def send(self, exchange: Exchange) -> None:
        exchange.answer(self.code, self.body)


@dataclass(frozen=True, slots=True)
class _Answer:
    """A good answer by this model, with its reasoning if any; it reads `most` tokens of a prompt at most."""

    model: Held
    reasoning: str = ""
    most: int = 1_000_000

    def send(self, exchange: Exchange) -> None:
        body = {**exchange.request.body, "model": self.model.name}
        sees = self.model.sees and asks_for_colour(body)
        whole = completion(body, "Orange." if sees else exchange.good_text())
        if self.reasoning:
            whole["choices"][0]["message"]["reasoning_content"] = self.reasoning
        whole["usage"]["prompt_tokens"] = min(whole["usage"]["prompt_tokens"], self.most)
        if exchange.wait(exchange.latency):
            exchange.answer(200, whole)


class _Program(FakeEndpoint):
    """What the fakes share: the models that they hold."""

    base = "/v1"
    port = 0

    def __init__(self, *held: Held, **options: object) -> None:
        self.held = list(held)
        super().__init__(
            base=self.base,
            routes={path: _Live(self, path) for path in self.paths},
            judge=self.judge_chat,
            **{"port": self.port, "nowhere": self.elsewhere, **options},  # type: ignore[arg-type]
        )

    paths: Sequence[str] = ()

    def route(self, path: str, request: Request) -> Fault:
        """What is at one of `paths`."""
        raise NotImplementedError

    def elsewhere(self, request: Request) -> Fault:
        """What is at any other path."""
        return Status(404, "404 page not found")

    def judge_chat(self, request: Request) -> Fault:
        """The answer to a chat request."""
        raise NotImplementedError

    def named(self, name: object) -> Held | None:
        """The model of this name."""
        return next((each for each in self.held if each.name == name), None)

    def load(self, name: str) -> None:
        """Load a model in place of the others."""
        self.held = [replace(each, loaded=each.name == name) for each in self.held]


@dataclass(frozen=True, slots=True)
class _Live:
    """A route whose answer depends on the state of the program."""

    program: _Program
    path: str

    def send(self, exchange: Exchange) -> None:
        self.program.route(self.path, exchange.request).send(exchange)


def sends_picture(request: Request) -> bool:
    """Whether there is a picture in a chat request."""
    return '"image_url"' in json.dumps(request.body["messages"])


def listing(*rows: Json) -> _Json:
    """The answer to GET /models."""
    return _Json({"object": "list", "data": list(rows)})


class LmStudio(_Program):
    """LM Studio 0.4: models are loaded on demand, and unknown routes are answered with 200 and an error."""

    paths = ("/v1/models", "/api/v1/models", "/api/v0/models")

    def route(self, path: str, request: Request) -> Fault:
        if path == "/v1/models":
            return listing(
                *(
                    {"id": each.name, "object": "model", "owned_by": "organization_owner"}
                    for each in self.held
                )
            )
        if path == "/api/v0/models":
            return listing(*map(self._old_row, self.held))
        return _Json({"models": [self._row(each) for each in self.held]})

    def elsewhere(self, request: Request) -> Fault:
        method = "POST" if request.body else "GET"
        return _Json({"error": f"Unexpected endpoint or method. ({method} {request.path})"})

    def judge_chat(self, request: Request) -> Fault:
        model = self.named(request.body.get("model"))
        if model is None or not model.chats:
            return _Json({"error": "No models loaded. Please load a model in the developer page."}, 400)
        if sends_picture(request) and not model.sees:
            return _Json({"error": "Model does not support images. Please use a model that does."}, 400)
        self.load(model.name)
        is_off = request.body.get("reasoning_effort") == "none"
        return _Answer(model, "The user wants a caption." if model.reasons and not is_off else "")

    @staticmethod
    def _row(held: Held) -> Json:
        config = {"context_length": held.context, "parallel": 4}
        capabilities: Json = {"vision": held.sees}
        if held.reasons:
            capabilities["reasoning"] = {"allowed_options": ["off", "on"], "default": "on"}
        return {
            "type": "llm" if held.chats else "embedding",
            "key": held.name,
            "loaded_instances": [{"id": held.name, "config": config}] if held.loaded else [],
            "max_context_length": 262_144,
            "capabilities": capabilities,
        }

    @staticmethod
    def _old_row(held: Held) -> Json:
        kind = "vlm" if held.sees else "llm" if held.chats else "embeddings"
        row = {"id": held.name, "type": kind, "max_context_length": 262_144}
        if held.loaded:
            return {**row, "state": "loaded", "loaded_context_length": held.context}
        return {**row, "state": "not-loaded"}


class Ollama(_Program):
    """Ollama: lists what was pulled last first, and reads no more of a prompt than its context holds."""

    paths = ("/", "/v1/models", "/api/tags", "/api/ps", "/api/show")

    def route(self, path: str, request: Request) -> Fault:
        if path == "/":
            return Status(200, "Ollama is running")
        if path == "/v1/models":
            return listing(*({"id": each.name, "owned_by": "library"} for each in self.held))
        if path == "/api/tags":
            return _Json({"models": [{"name": each.name, "model": each.name} for each in self.held]})
        if path == "/api/ps":
            running = [each for each in self.held if each.loaded]
            return _Json(
                {"models": [{"name": each.name, "context_length": each.context} for each in running]}
            )
        model = self.named(request.body.get("model"))
        if model is None:
            return _Json({"error": f"model '{request.body.get('model')}' not found"}, 404)
        can = ["completion"] if model.chats else ["embedding"]
        can += ["vision"] * model.sees + ["thinking"] * model.reasons
        return _Json(
            {"capabilities": can, "model_info": {"general.architecture": "x", "x.context_length": 131_072}}
        )

    def judge_chat(self, request: Request) -> Fault:
        name, effort = request.body.get("model"), request.body.get("reasoning_effort")
        model = self.named(name)
        if model is None:
            return self._refusal(404, f'model "{name}" not found, try pulling it first')
        if not model.chats:
            return self._refusal(400, f'"{name}" does not support chat')
        if effort not in (None, "none") and not model.reasons:
            return self._refusal(400, f'"{name}" does not support thinking')
        if sends_picture(request) and not model.sees:
            return self._refusal(500, "Failed to create new sequence: missing data required for image input")
        self.load(model.name)
        return _Answer(model, "Let me see." if model.reasons and effort != "none" else "", model.context)

    @staticmethod
    def _refusal(code: int, message: str) -> Fault:
        return _Json({"error": {"message": message, "type": "api_error", "param": None, "code": None}}, code)


class LlamaCpp(_Program):
    """llama.cpp with one model: it answers to any name, under its own name."""

    paths = ("/v1/models", "/props", "/tokenize")

    def route(self, path: str, request: Request) -> Fault:
        (model,) = self.held
        if path == "/tokenize":
            return _Json({"tokens": request.body["content"].split()})
        if path == "/props":
            return _Json(
                {
                    "default_generation_settings": {"n_ctx": model.context},
                    "total_slots": 4,
                    "modalities": {"vision": model.sees, "audio": False},
                    "chat_template": "{% if enable_thinking %}<think>{% endif %}"
                    if model.reasons
                    else "{{ x }}",
                }
            )
        meta = {"n_ctx": model.context, "n_ctx_train": 131_072}
        return listing({"id": model.name, "aliases": [model.name], "owned_by": "llamacpp", "meta": meta})

    def judge_chat(self, request: Request) -> Fault:
        (model,) = self.held
        if sends_picture(request) and not model.sees:
            message = "image input is not supported - hint: if this is unexpected, provide the mmproj"
            return _Json({"error": {"code": 500, "message": message, "type": "server_error"}}, 500)
        return _Answer(model)


class Gemini(_Program):
    """Gemini: knows few fields, refuses with a list of one error, and thinks whatever it is asked."""

    base = "/v1beta/openai"
    paths = ("/v1beta/openai/models",)
    fields = (
        *("model", "messages", "stream", "temperature", "top_p", "max_tokens", "stop", "response_format"),
        "reasoning_effort",
    )

    def route(self, path: str, request: Request) -> Fault:
        return listing(*({"id": f"models/{each.name}", "owned_by": "google"} for each in self.held))

    def judge_chat(self, request: Request) -> Fault:
        model = self.named(str(request.body.get("model")).removeprefix("models/"))
        if "authorization" not in request.headers:
            return self.refusal(400, "API key not valid. Please pass a valid API key.")
        if model is None:
            return self.refusal(
                404, f"models/{request.body.get('model')} is not found for API version v1main"
            )
        if unknown := request.body.keys() - {*self.fields}:
            return self.refusal(
                400, f'Invalid JSON payload received. Unknown name "{min(unknown)}": Cannot find field.'
            )
        if model.reasons and request.body.get("reasoning_effort") == "none":
            return self.refusal(400, "Budget 0 is invalid. This model only works in thinking mode.")
        return _Answer(model)

    @staticmethod
    def refusal(code: int, message: str, *details: Json) -> Status:
        """A refusal with these words."""
        error = {"code": code, "message": message, "status": "INVALID_ARGUMENT", "details": details}
        return Status(code, json.dumps([{"error": error}]))


class OpenRouter(_Program):
    """OpenRouter: lists without a key, and refuses with the words of its router."""

    base = "/api/v1"
    paths = ("/api/v1/models",)

    def route(self, path: str, request: Request) -> Fault:
        return listing(*map(self._row, self.held))

    def judge_chat(self, request: Request) -> Fault:
        if "authorization" not in request.headers:
            return self._refusal(401, "No auth credentials found")
        model = self.named(request.body.get("model"))
        if model is None:
            return self._refusal(400, f"{request.body.get('model')} is not a valid model ID")
        if sends_picture(request) and not model.sees:
            return self._refusal(404, "No endpoints found that support image input")
        if model.reasons and request.body.get("reasoning") == {"enabled": False}:
            return self._refusal(400, "Reasoning is mandatory for this endpoint and cannot be disabled.")
        return _Answer(model)

    @staticmethod
    def _row(held: Held) -> Json:
        price = "0" if held.name.endswith(":free") else "0.0000012"
        return {
            "id": held.name,
            "context_length": held.context,
            "architecture": {
                "input_modalities": ["text", "image"] if held.sees else ["text"],
                "output_modalities": ["text"] if held.chats else ["image"],
            },
            "pricing": {"prompt": price, "completion": price},
            "supported_parameters": ["max_tokens", "seed", *(["reasoning"] if held.reasons else [])],
            "top_provider": {"context_length": held.context, "max_completion_tokens": 8192},
        }

    @staticmethod
    def _refusal(code: int, message: str) -> Fault:
        return _Json({"error": {"message": message, "code": code}}, code)
