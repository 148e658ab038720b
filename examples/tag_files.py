"""The tags of the example pictures, each in one of the spellings that people's folders really hold.

Every function below `in_order` returns the text of a whole tag file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

Tags = Mapping[str, Sequence[str]]
"""Category (one of `CATEGORIES`) to tags in Danbooru's own spelling."""

CATEGORIES = ("character", "copyright", "general")
PEOPLE = ("1girl", "1boy", "2girls", "solo")


def tags(general: str, character: str = "", series: str = "original") -> Tags:
    """Sort tags, apart by spaces, into their categories."""
    return {"character": character.split(), "copyright": series.split(), "general": general.split()}


def in_order(picture: Tags) -> list[str]:
    """List the tags of all categories, characters first."""
    return [tag for category in CATEGORIES for tag in picture[category]]


def commas(picture: Tags) -> str:
    r"""Write `long hair, alice \(alice in wonderland\)`, as most taggers for training do."""
    return ", ".join(_spaced(tag).replace("(", r"\(").replace(")", r"\)") for tag in in_order(picture)) + "\n"


def people_first(picture: Tags) -> str:
    """Write commas and spaces, the count of people first, as prompts for text-to-image models begin."""
    counts = [tag for tag in picture["general"] if tag in PEOPLE]
    others = [tag for tag in picture["general"] if tag not in PEOPLE]
    return ", ".join(_spaced(tag) for tag in [*counts, *picture["character"], *picture["copyright"], *others])


def underscores(picture: Tags) -> str:
    """Write `long_hair, alice_(alice_in_wonderland)`."""
    return ", ".join(in_order(picture)) + "\n"


def lines(picture: Tags) -> str:
    """Write one tag a line with underscores, as gallery-dl does."""
    return "\n".join(in_order(picture)) + "\n"


def post_string(picture: Tags) -> str:
    """Write one sorted line, tags apart by spaces, as in `tag_string` of a Danbooru post."""
    return " ".join(sorted(in_order(picture))) + "\n"


def gallery_json(picture: Tags) -> str:
    """Write the metadata file of gallery-dl: a list of all tags, and one for each category."""
    content: dict[str, object] = {"category": "danbooru", "extension": "jpg", "rating": "g"}
    content["tags"] = sorted(in_order(picture))
    content.update({f"tags_{category}": sorted(picture[category]) for category in CATEGORIES})
    return json.dumps(content, indent=4) + "\n"


def namespaces(picture: Tags) -> str:
    """Write one tag a line with spaces and a namespace, as Hydrus does."""
    named = {"character": "character:", "copyright": "series:", "general": ""}
    return "".join(f"{named[kind]}{_spaced(tag)}\n" for kind in CATEGORIES for tag in picture[kind])


def kept_and_shuffled(picture: Tags) -> str:
    """Write commas, and `|||` after the tags that kohya's trainer keeps in front when it shuffles."""
    names = [*picture["character"], *picture["copyright"]]
    kept = [*names, *(tag for tag in picture["general"] if tag in PEOPLE)]
    shuffled = [tag for tag in picture["general"] if tag not in PEOPLE]
    return f"{', '.join(map(_spaced, kept))} ||| {', '.join(map(_spaced, shuffled))}\n"


def from_windows(picture: Tags) -> str:
    """Write commas, a byte order mark in front and a Windows line end, as old editors save."""
    return "\ufeff" + ", ".join(map(_spaced, in_order(picture))) + "\r\n"


def _spaced(tag: str) -> str:
    return tag.replace("_", " ")
