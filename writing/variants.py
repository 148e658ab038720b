"""Asking for several captions of a picture in one answer, and reading them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from check import is_list
from errors import LIST_OF_TAGS, ItemError
from llm.answers import Reply
from llm.prompts import Message, with_request
from llm.replies import Form, clean
from styling.forms import CAPTION
from styling.ideogram4 import Json, object_schema

# What each variant is, in the words of the request.
WANTED: Mapping[str, str] = {
    "long": "one paragraph of 80 to 150 words",
    "medium": "two or three sentences of 40 to 70 words in all",
    "short": "one sentence of at most 30 words",
}
# Variants of more words are not accepted; up to a third more than asked for is.
MOST_WORDS: Mapping[str, int] = {"long": 200, "medium": 95, "short": 40}

_KEY = re.compile(
    rf"^[ \t]*[-*_#\"]{{0,4}}[ \t]*[*_\"]{{0,3}}({'|'.join(WANTED)})\b[^:\n]{{0,20}}:[*_\"]{{0,3}}[ \t]*",
    re.IGNORECASE | re.MULTILINE,
)


def request_for(names: Sequence[str]) -> str:
    """What is added to a prompt to get all these variants in one answer."""
    if len(names) == 1:
        return f"Write the caption as {WANTED[names[0]]}. Answer with the caption alone."
    wanted = "\n".join(f'- "{name}": {WANTED[name]}' for name in names)
    return (
        f"Write the caption {len(names)} times, at different lengths. All that is said above about captions "
        f"holds for each; only the length differs:\n{wanted}\n"
        "Answer with a JSON object that has exactly these keys and the captions as values, and nothing else."
    )


def asking_for(messages: Sequence[Message], names: Sequence[str]) -> Sequence[Message]:
    """The messages with a request for these variants, which the one usual caption needs none of."""
    return messages if names == [CAPTION] else with_request(messages, request_for(names))


def response_format(name: str, schema: Json) -> Json:
    """The field of a request that makes the answer follow a schema, on servers that support it."""
    json_schema = {"name": name, "strict": True, "schema": schema}
    return {"response_format": {"type": "json_schema", "json_schema": json_schema}}


def schema_for(names: Sequence[str]) -> Json:
    """The schema of an answer with all these variants."""
    return object_schema({name: {"type": "string"} for name in names})


def first_object_in(text: str) -> Json:
    """The JSON object in an answer, which may have text around it; raises ValueError where there is none."""
    try:
        found: Json = json.JSONDecoder(strict=False).raw_decode(text, max(text.find("{"), 0))[0]
    except RecursionError as error:
        raise ValueError("brackets that are nested too deeply") from error
    if not isinstance(found, dict):
        raise ValueError("no object")
    return found


def read_caption(reply: Reply, form: Form, *, name: str = CAPTION) -> str:
    """The one caption in a reply; raises ItemError where it cannot be used."""
    return _clean_variant(reply.text, reply.finish_reason, form, name)


def read_several(reply: Reply, form: Form, *, names: Sequence[str]) -> dict[str, str]:
    """Those of the variants in a reply that can be used; raises ItemError if there are none."""
    whole = replace(form, one_line=False, plain_text=False)
    found = split(clean(reply.text, reply.finish_reason, whole), names)
    used = {}
    for name, text in found.items():
        with suppress(ItemError):
            used[name] = _clean_variant(text, None, form, name)
    return used


def _clean_variant(text: str | None, finish_reason: str | None, form: Form, name: str) -> str:
    """A variant made clean; raises ItemError for a list of tags, unless an example of the prompt has one."""
    caption = clean(text, finish_reason, replace(form, max_words=MOST_WORDS.get(name)))
    examples = form.prompted.examples if form.prompted else ()
    if is_list(caption) and not any(is_list(answer) for _, answer in examples):
        raise ItemError(
            LIST_OF_TAGS,
            "the answer is a list of tags; ask for sentences, or answer an example in the template with a "
            "list if lists are wanted",
        )
    return caption


def split(text: str, names: Sequence[str]) -> dict[str, str]:
    """The variants in an answer, which may be JSON, JSON with text around it, or labelled paragraphs.

    Variants that are not in the answer are missing from the result. Raises ItemError if there are none.
    """
    found = _from_json(text, names) or _from_labels(text, names)
    if not found:
        raise ItemError("no variants", f"asked for {', '.join(names)}, and got something else")
    return found


def _from_json(text: str, names: Sequence[str]) -> dict[str, str]:
    try:
        parsed = first_object_in(text)
    except ValueError:
        return {}
    by_name = {str(key).strip().lower(): value for key, value in parsed.items()}
    return {name: by_name[name] for name in names if isinstance(by_name.get(name), str) and by_name[name]}


def _from_labels(text: str, names: Sequence[str]) -> dict[str, str]:
    """`Long: …` and `Short: …`, each from its label to the next."""
    pieces = _KEY.split(text)
    # The text before the first label, then label and text in turn.
    found = {
        name.lower(): said.strip(' \t\n,"*') for name, said in zip(pieces[1::2], pieces[2::2], strict=True)
    }
    return {name: found[name] for name in names if found.get(name)}
