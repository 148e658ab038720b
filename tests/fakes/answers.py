"""What the fake endpoint says: a caption, or sentences about wiki pages, and the JSON and HTTP around it."""

import hashlib
import json
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

Json = dict[str, Any]

_SENTENCE = (
    "A small|A large|A young|An old|A sleepy|A cheerful|A curious|A quiet|"
    "A tall|A round|A shy|A proud|A gentle|A busy|A tired|A lively",
    "brown|white|black|grey|golden|red|orange|cream|spotted|striped|silver|tan|dark|pale|russet|blue",
    "dog|cat|horse|fox|rabbit|heron|owl|goat|sheep|pony|squirrel|deer|duck|otter|hedgehog|swan",
    "rests|waits|stands|sits|walks|plays|sleeps|runs|stretches|looks around|"
    "eats|drinks|yawns|wanders|listens|stays still",
    "beside a wooden bench|near a stone wall|under a wide bridge|behind a garden fence|"
    "next to a parked bicycle|below an apple tree|by a calm lake|on a narrow path|"
    "in a field of flowers|at the edge of a forest|close to an open gate|on a sunny porch|"
    "between two haystacks|in front of a red barn|along a sandy beach|among tall reeds",
    "while clouds drift by|while leaves fall|while birds pass overhead|while rain begins|"
    "as the sun rises|as the sun sets|as mist lifts|as a breeze blows|"
    "while a train passes|while bells ring|as shadows grow|as lamps are lit|"
    "while snow melts|while bees hum|as the tide turns|as smoke rises",
    "on a spring morning|on a summer day|on an autumn evening|on a winter night|"
    "at early dawn|at midday|at late dusk|during a quiet holiday|"
    "on market day|on a weekend walk|after a long storm|before the harvest|"
    "during a village fair|in the first frost|at the end of May|in late October",
)

# A page as the shipped template for wiki pages lists it.
_PAGE = re.compile(r"^(\d+)\. (.+?) \([a-z]+\): ", re.MULTILINE)


def caption_for(body: Json) -> str:
    """Write a caption-like sentence of 14 to 22 words; equal messages give equal sentences, others differ."""
    digest = hashlib.sha256(json.dumps(body.get("messages"), sort_keys=True).encode()).digest()
    words = (choices.split("|") for choices in _SENTENCE)
    return " ".join(choices[byte % 16] for choices, byte in zip(words, digest, strict=False)) + "."


def asks_for_colour(body: Json) -> bool:
    """Whether a request shows the plain picture by which a model proves that it sees."""
    content = (body.get("messages") or [{}])[-1].get("content")
    return isinstance(content, list) and any("What colour is" in part.get("text", "") for part in content)


def pages_in(body: Json) -> list[str]:
    """The names of the pages in the last message of a request."""
    return [name for _, name in _PAGE.findall(body["messages"][-1]["content"])]


def sentence_about(name: str) -> str:
    """What the model says of a page."""
    return f"Something like a {name} stands in plain sight."


def gists(body: Json) -> str:
    """The whole answer."""
    return "\n".join(
        f"{number}. {sentence_about(name)}" for number, name in enumerate(pages_in(body), start=1)
    )


def completion(body: Json, text: str | None, finish_reason: str = "stop") -> Json:
    """Build the JSON of a chat completion whose usage counts words as tokens."""
    asked, said = _words_of(body), len((text or "").split())
    message = {"role": "assistant", "content": text}
    usage = {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said}
    return {
        "id": "chatcmpl-fake",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": body.get("model", ""),
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": finish_reason}],
        "usage": usage,
    }


def _words_of(body: Json) -> int:
    """Count the words of all text in the messages, in plain contents and in parts beside pictures."""
    contents = [message.get("content") or "" for message in body.get("messages", [])]
    parts = [part for content in contents if isinstance(content, list) for part in content]
    texts = [content for content in contents if isinstance(content, str)]
    texts += [part["text"] for part in parts if part.get("type") == "text"]
    return sum(len(text.split()) for text in texts)


def http_message(code: int, body: str | Json, headers: Mapping[str, str]) -> bytes:
    """Build a whole HTTP response; `headers` may replace the type and the length."""
    content = (body if isinstance(body, str) else json.dumps(body)).encode()
    lines = {"Content-Type": "application/json", "Content-Length": str(len(content)), **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {code} {HTTPStatus(code).phrase}\r\n{head}\r\n".encode() + content
