"""The JSON captions of Ideogram 4, held to the rules of its verifier.

The rules are those of musubi-tuner, ideogram4/caption_verifier.py at 30c658c: which keys there are and in
which order, what is required, boxes as [ymin, xmin, ymax, xmax] of whole numbers from 0 to 1000, and colours
as #RRGGBB in capitals. The line is dumped as there: without spaces, and letters beyond ASCII as they are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

Json = dict[str, Any]

_DESCRIPTION, _STYLE, _PARTS = "high_level_description", "style_description", "compositional_deconstruction"
_ROOT = (_DESCRIPTION, _STYLE, _PARTS)
_PHOTO_STYLE = ("aesthetics", "lighting", "photo", "medium", "color_palette")
_OTHER_STYLE = ("aesthetics", "lighting", "medium", "art_style", "color_palette")
_PARTS_KEYS = ("background", "elements")
_ELEMENTS = {
    "obj": ("type", "bbox", "desc", "color_palette"),
    "text": ("type", "bbox", "text", "desc", "color_palette"),
}
_OPTIONAL = frozenset({_DESCRIPTION, _STYLE, "bbox", "color_palette"})
_NO_TEXTS = frozenset({_STYLE, _PARTS, "elements", "type", "bbox", "color_palette"})
_MOST_COLOURS = {_STYLE: 16, "element": 5}
_COLOUR = re.compile(r"#[0-9A-F]{6}")
_LARGEST = 1000

_REQUEST = f"""Write the caption as one JSON object and nothing else, with these keys in this order:
- "{_DESCRIPTION}": one or two sentences on the whole picture
- "{_PARTS}": an object with "background" (a sentence on the place, the sky and what is far away) and \
"elements" (a list with an object for each person, animal or thing that stands out: "type", which is "obj", \
and "desc", one to three sentences on its looks, its clothes and what it does; for words that can be read in \
the picture "type", which is "text", "text" with these words, and "desc")
All that is said above about captions holds for each of these texts."""
_BOXES = f"""
Behind its "type" each element has "bbox", which says where it is in the picture: [top, left, bottom, \
right], four whole numbers from 0 to {_LARGEST}, counted from the upper left corner."""


def request(*, sees: bool) -> str:
    """What is added to a prompt; boxes are only asked of a model that `sees` the picture."""
    return _REQUEST + _BOXES if sees else _REQUEST


def schema(*, sees: bool) -> Json:
    """The JSON schema of what is asked for; boxes are only asked of a model that `sees` the picture."""
    text: Json = {"type": "string"}
    side = {"type": "integer", "minimum": 0, "maximum": _LARGEST}
    box: Json = {"bbox": {"type": "array", "items": side, "minItems": 4, "maxItems": 4}} if sees else {}
    element = object_schema({"type": {"enum": ["obj"]}, **box, "desc": text})
    words = object_schema({"type": {"enum": ["text"]}, **box, "text": text, "desc": text})
    elements = {"type": "array", "items": {"anyOf": [element, words]}}
    return object_schema(
        {_DESCRIPTION: text, _PARTS: object_schema({"background": text, "elements": elements})}
    )


def object_schema(properties: Json) -> Json:
    """The JSON schema of an object with these keys, all of them and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def caption_of(description: str, background: str, elements: Sequence[str]) -> str:
    """The caption of these texts."""
    objects = [{"type": "obj", "desc": desc} for desc in elements]
    return rendered({_DESCRIPTION: description, _PARTS: {"background": background, "elements": objects}})


def rendered(caption: Mapping[str, Any]) -> str:
    """The caption on one line, as its trainers want it."""
    return json.dumps(caption, ensure_ascii=False, separators=(",", ":"))


def mended(answer: Mapping[str, Any], *, sees: bool) -> Json:
    """An answer with its keys in order and each text on one line.

    Keys that are unknown go, and so do boxes of a model that does not see the picture.
    """
    caption: Json = _ordered(_on_one_line(answer), _ROOT)
    if isinstance(style := caption.get(_STYLE), dict):
        caption[_STYLE] = _ordered(style, _PHOTO_STYLE if "photo" in style else _OTHER_STYLE)
    parts = caption.get(_PARTS)
    if isinstance(parts, dict):
        caption[_PARTS] = _ordered(parts, _PARTS_KEYS)
        elements = parts.get("elements")
        if isinstance(elements, list):
            caption[_PARTS]["elements"] = [
                _ordered({"type": "obj", **each}, [*_keys_of(each, sees=sees)])
                if isinstance(each, dict)
                else each
                for each in elements
            ]
    return caption


def _on_one_line(value: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, list):
        return [_on_one_line(each) for each in value]
    if isinstance(value, dict):
        return {key: _on_one_line(each) for key, each in value.items()}
    return value


def _keys_of(element: Json, *, sees: bool) -> Iterator[str]:
    keys = _ELEMENTS.get(str(element.get("type", "obj")), ("type",))
    return (key for key in keys if sees or key != "bbox")


def _ordered(values: Mapping[str, Any], keys: Sequence[str]) -> Json:
    return {key: values[key] for key in keys if values.get(key) is not None}


def faults(caption: object) -> list[str]:
    """What the verifier would say of a caption; nothing if it holds to the rules."""
    if not isinstance(caption, dict):
        return ["the answer should be one JSON object"]
    found = [*_faults_of("the object", caption, _ROOT)]
    if _STYLE in caption:
        found += _style_faults(caption[_STYLE])
    if _PARTS in caption:
        found += _part_faults(caption[_PARTS])
    return found


def _style_faults(style: object) -> Iterator[str]:
    if isinstance(style, dict):
        yield from _faults_of(_STYLE, style, _PHOTO_STYLE if "photo" in style else _OTHER_STYLE)
    else:
        yield f"{_STYLE} should be an object"


def _part_faults(parts: object) -> Iterator[str]:
    if not isinstance(parts, dict):
        yield f"{_PARTS} should be an object"
        return
    yield from _faults_of(_PARTS, parts, _PARTS_KEYS)
    elements = parts.get("elements", [])
    if not isinstance(elements, list):
        yield "elements should be a list"
        return
    for number, element in enumerate(elements, start=1):
        place = f"element {number}"
        if not isinstance(element, dict) or element.get("type") not in _ELEMENTS:
            yield f'{place} should be an object with "type", which is "obj" or "text"'
            continue
        yield from _faults_of(place, element, _ELEMENTS[element["type"]])
        if "bbox" in element and not _is_box(element["bbox"]):
            yield f"the bbox of {place} should be four whole numbers from 0 to {_LARGEST}"


def _faults_of(place: str, values: Json, keys: Sequence[str]) -> Iterator[str]:
    """What is wrong with the keys of an object, with its texts and with its colours."""
    for key in values:
        if key not in keys:
            yield f"{place} should have no {key}"
    for key in keys:
        if key not in values and key not in _OPTIONAL:
            yield f"{place} should have {key}"
    in_order = [key for key in keys if key in values]
    if [key for key in values if key in keys] != in_order:
        yield f"the keys of {place} should stand in this order: {', '.join(in_order)}"
    for key in in_order:
        if key not in _NO_TEXTS and not isinstance(values[key], str):
            yield f"{key} of {place} should be a text"
    colours = values.get("color_palette", []) if "color_palette" in keys else []
    most = _MOST_COLOURS[_STYLE if place == _STYLE else "element"]
    is_right = isinstance(colours, list) and len(colours) <= most
    if not is_right or not all(isinstance(each, str) and _COLOUR.fullmatch(each) for each in colours):
        yield f"color_palette of {place} should be at most {most} colors such as #AABBCC"


def _is_box(box: object) -> bool:
    return (
        isinstance(box, list)
        and len(box) == 4
        and all(type(side) is int and 0 <= side <= _LARGEST for side in box)
    )


def texts_in(caption: Mapping[str, Any]) -> list[str]:
    """What a caption says, every text of it but its keys, types and colours."""
    parts = caption.get(_PARTS, {})
    style = caption.get(_STYLE, {})
    said = [caption.get(_DESCRIPTION), *(style.get(key) for key in ("aesthetics", "lighting", "art_style"))]
    said.append(parts.get("background"))
    for element in parts.get("elements", []):
        said += [element.get("text") and f'"{element["text"]}"', element.get("desc")]
    return [text for text in said if text]


def with_description(caption: str, change: Callable[[str], str]) -> str:
    """The caption with its description changed, which is where a trigger word stands."""
    rest = json.loads(caption)
    changed = change(rest.pop(_DESCRIPTION, ""))
    return rendered({_DESCRIPTION: changed, **rest})
