"""The XML captions of NewBie: a block for each character, and one for all the rest.

The form is that of NewBie-image-Exp0.1, README.md:41-71 at 709e9a4. Values are tags with underscores. Nothing
reads the XML as such, so nothing is escaped. A caption is one line here, as every caption is; `in_lines`
breaks it as the README does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

CHARACTER_KEYS = ("n", "gender", "appearance", "clothing", "expression", "action", "position")
# Where somebody stands in the picture: the README has center_left and center_right.
POSITIONS = ("left", "center_left", "center", "center_right", "right")
GENERAL_KEYS = ("count", "artists", "style", "background", "atmosphere", "quality", "objects", "other")

_MARK = re.compile(r"<(/?)([a-z_]+\d*)>")
_BEHIND_A_MARK = re.compile(r"(?<=>) (?=</?[a-z_]+\d*>)")
_BEHIND_A_BLOCK = re.compile(r"(</(?:character_\d+|general_tags)>)\n")
_NAME = re.compile(r"<n>(.*?)</n>")


def rendered(characters: Sequence[Mapping[str, Sequence[str]]], general: Mapping[str, Sequence[str]]) -> str:
    """The caption of these tags, by the keys of a character's block and of the general one."""
    blocks = [
        _block(f"character_{number}", each, CHARACTER_KEYS) for number, each in enumerate(characters, start=1)
    ]
    return " ".join([*blocks, _block("general_tags", general, GENERAL_KEYS)])


def _block(name: str, values: Mapping[str, Sequence[str]], keys: Sequence[str]) -> str:
    lines = [f"<{key}>{', '.join(values[key])}</{key}>" for key in keys if values.get(key)]
    return " ".join([f"<{name}>", *lines, f"</{name}>"])


def in_lines(caption: str) -> str:
    """The caption with a line for each key, and an empty one between its blocks."""
    return _BEHIND_A_BLOCK.sub(r"\1\n\n", _BEHIND_A_MARK.sub("\n", caption))


def faults(caption: str) -> list[str]:
    """What is wrong with a caption; nothing where each mark that opens is closed again."""
    opened: list[str] = []
    for closes, name in _MARK.findall(caption):
        if not closes:
            opened.append(name)
        elif not opened or opened.pop() != name:
            return [f"</{name}> closes what is not open"]
    wrong = [f"<{name}> is not closed" for name in opened]
    return wrong or ([] if "<general_tags>" in caption else ["<general_tags> is missing"])


def with_trigger(caption: str, trigger: str) -> str:
    """The caption with the trigger word before the name of its first character, or else at its start."""
    if not trigger:
        return caption
    if _NAME.search(caption):
        return _NAME.sub(lambda found: f"<n>{trigger}, {found[1]}</n>", caption, count=1)
    if "<character_1>" in caption:
        return caption.replace("<character_1>", f"<character_1> <n>{trigger}</n>", 1)
    if "<other>" in caption:
        return caption.replace("<other>", f"<other>{trigger}, ", 1)
    return caption.replace("</general_tags>", f"<other>{trigger}</other> </general_tags>", 1)
