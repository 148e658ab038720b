"""The fields of a chat request, and how they are sent to a server that does not take all of them.

Services refuse fields that others need: Mistral `seed`, reasoning models of OpenAI `max_tokens` and
`temperature`, LM Studio some kinds of `response_format`; templates of Gemma refuse system messages. What a
server refuses once is not sent to it again.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import orjson

from errors import UserError
from llm.prompts import Message
from llm.trouble import Trouble
from settings import EndpointSettings

REASONING_FIELDS = frozenset(
    {"reasoning_effort", "reasoning", "chat_template_kwargs", "enable_thinking", "think", "thinking_budget"}
)
# Fields that a request can do without.
_OPTIONAL = (
    *("seed", "temperature", "top_p", "stop", "response_format", "max_tokens", "max_completion_tokens"),
    *sorted(REASONING_FIELDS),
)
# Ollama, OpenRouter and Gemini ("only works in thinking mode") say so without the name of the field.
_NO_REASONING = re.compile(
    r"not support (?:thinking|reasoning)|(?:thinking|reasoning) (?:is|cannot|must|mode)|thinking[_ ]budget"
)
# How servers say without the name of the field that they cannot hold an answer to a schema.
_NO_SCHEMA = re.compile(
    r"json[ _-]?schema|response_?schema|grammar|structured[ _]outputs?|additionalproperties|json mode"
)
_SCHEMA = "response_format"
_OTHER_NAME = {"max_tokens": "max_completion_tokens"}
_REFUSING = re.compile(
    r"n[o']t |cannot|un(?:supported|known|recogni[sz]ed|expected|available)|extra|invalid|deprecated|only"
    r"|fail|(?:must|should) be"
)
_NO_SYSTEM_MESSAGE = re.compile(
    r"system[ _](?:role|message|prompt|instruction)|role[^.]{0,20}system|developer instruction|must alternate"
)
_ONLY_STREAMS = re.compile(r"only supports? stream|stream[^.]{0,30}(?:required|must be (?:set to )?true)")
# How much the temperature rises with each answer that was not accepted, how much in all, and up to what: some
# services allow no more than 1.
_WARMER, _MOST_WARMER, _WARMEST = 0.1, 0.3, 1.0


def fields_of_request(
    settings: EndpointSettings,
    model: str,
    messages: Sequence[Message],
    attempt: int,
    extra_fields: Mapping[str, object],
) -> dict[str, Any]:
    """The fields of a request; `attempt` counts the replies to the same messages that were not accepted.

    `extra_fields` stand beside those of the settings, but for those that are left empty there.
    """
    fields: dict[str, Any] = {
        "model": model,
        # Some servers stream unless they are told not to.
        "stream": False,
        "messages": [message.as_json() for message in messages],
        "temperature": _warmer(settings.temperature, attempt),
        "top_p": settings.top_p,
        "max_tokens": settings.max_tokens,
        "seed": (settings.seed or 0) + attempt if attempt else settings.seed,
        "stop": list(settings.stop) or None,
    }
    # A setting that is left empty is not sent, because the server may refuse the field.
    further = {name: value for name, value in extra_fields.items() if fields.get(name, "") is not None}
    fields = {name: value for name, value in fields.items() if value is not None}
    if REASONING_FIELDS & settings.extra_body.keys():
        # The user has a way of their own to turn reasoning on or off.
        further = {name: value for name, value in further.items() if name not in REASONING_FIELDS}
    return {**fields, **further, **settings.extra_body}


def body_of(fields: Mapping[str, Any]) -> bytes:
    """The body of a request with these fields; raises UserError for a value that JSON cannot hold."""
    try:
        return orjson.dumps(fields)
    except TypeError as error:
        raise UserError(f"no request can be written ({error}): correct seed or extra_body") from error


def _warmer(temperature: float | None, attempt: int) -> float | None:
    """The temperature after this many answers that were not accepted.

    A model that refuses or repeats itself at a low temperature often does so with every seed.
    """
    if temperature is None or temperature >= _WARMEST:
        return temperature
    return round(min(temperature + min(attempt * _WARMER, _MOST_WARMER), _WARMEST), 3)


class Dialect:
    """How requests to one server have to look, as learnt from its refusals."""

    def __init__(self, kept: Collection[str] = ()) -> None:
        """`kept` are fields that the user asks for by name, which are sent whatever the server says."""
        self._optional = [name for name in _OPTIONAL if name not in kept]
        self._left_out: set[str] = set()
        self._renamed: dict[str, str] = {}
        self._streams = self._takes_no_system_message = False

    def adapted(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """The fields of a request in the form that the server takes."""
        sent = {
            self._renamed.get(name, name): value
            for name, value in fields.items()
            if self._renamed.get(name, name) not in self._left_out
        }
        if self._streams:
            sent["stream"] = True
        if self._takes_no_system_message:
            sent["messages"] = _without_system_messages(fields["messages"])
        return sent

    def learn(self, seen: Trouble, sent: Mapping[str, Any]) -> str:
        """Change what is sent after a refusal; what is different from now on, "" if nothing is."""
        if seen.error is None or seen.kind not in ("refused", "broken"):
            return ""
        text = seen.error.words
        if _NO_SYSTEM_MESSAGE.search(text) and any(each["role"] == "system" for each in sent["messages"]):
            self._takes_no_system_message = True
            return "takes no system message, so its text is put before the first message of the user"
        if _ONLY_STREAMS.search(text) and not sent.get("stream"):
            self._streams = True
            return "only streams, so answers are read from a stream"
        name = self._refused_field(seen.error.fields, text, sent)
        if _REFUSING.search(text) is None:
            # Many servers know no schema, and not all of them say why they refuse a request that has one.
            is_unexplained = seen.kind == "refused" and not any(each in text for each in sent)
            name = _SCHEMA if is_unexplained and _SCHEMA in sent and _SCHEMA in self._optional else ""
        if not name:
            return ""
        other = _OTHER_NAME.get(name, "")
        if other and other in text:
            self._renamed[name] = other
            return f"takes {other} in place of {name}, so that is sent"
        self._left_out.add(name)
        return f"refuses {name}, so it is left out"

    def _refused_field(self, named: Sequence[str], text: str, sent: Mapping[str, Any]) -> str:
        """The field that a server refuses, from those that its error names or has in its words."""
        known = [name for name in self._optional if name in sent]
        exact = [name for name in known if name in named]
        in_words = [name for name in known if re.search(rf"\b{name}\b", text)]
        implied = sorted(REASONING_FIELDS & set(known)) if _NO_REASONING.search(text) else []
        if _SCHEMA in known and _NO_SCHEMA.search(text):
            implied.append(_SCHEMA)
        return next(iter(exact or in_words or implied), "")


def _without_system_messages(messages: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The messages with the texts of system messages at the beginning of the first message of the user."""
    rules = "\n\n".join(each["content"] for each in messages if each["role"] == "system")
    others = [dict(each) for each in messages if each["role"] != "system"]
    first = next((each for each in others if each["role"] == "user"), None)
    if first is None:
        return [{"role": "user", "content": rules}, *others]
    content = first["content"]
    if isinstance(content, str):
        first["content"] = f"{rules}\n\n{content}"
    else:
        # The picture stays in front, as some servers lose a text before it.
        *pictures, text = content
        first["content"] = [*pictures, {**text, "text": f"{rules}\n\n{text['text']}"}]
    return others
