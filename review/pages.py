"""What report.html and compare.html share: their data, the marks of tags, and filling a template."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from check import Coverage, check, list_fault
from dataset.disk import make_folder, write_whole
from dataset.finishing import Finishing
from dataset.journal import Journal
from dataset.pictures import Picture
from dataset.tagged_pictures import TaggedPictures
from dataset.text_folder import Texts
from errors import UserError
from review.habits import LISTS, form_of
from styling.tag_line import Tagged
from tags.implications import Implied, speakers

Values = dict[str, object]

SAID, MISSED, PERHAPS, CONTRADICTED, NOT_CHECKED = "s", "m", "p", "c", "-"

# Both pages have this in their title, within the first bytes.
_MARK = "– Tagscribe</title>"
_LONGEST_HEAD = 10_000
_PARTS = Path(__file__).with_name("page")
# Browsers do not show a TIFF, so it gets a placeholder.
_SHOWN_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".avif", ".gif")


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a page finds its data.

    `categories` gives the categories of tags, `implied` what a tag implies, and `meanings` what tags mean, as
    far as they are known. `finishing` knows what in a caption are tags, and what sentences.
    """

    collection: TaggedPictures
    captions: Texts
    descriptions: Texts
    journal: Journal
    categories: Callable[[Sequence[str]], Mapping[str, str]]
    implied: Implied
    meanings: Callable[[Sequence[str]], Iterable[str]]
    finishing: Finishing


def coverage_of(
    sources: Sources,
    caption: str,
    description: str,
    tags: Sequence[str],
    categories: Mapping[str, str],
    names: frozenset[str],
) -> tuple[Coverage, str]:
    """How a caption covers its tags, and its sentences; of several variants the first is looked at.

    Tags that stand in it as the style wants them are said, and only its sentences are checked.
    """
    aliases = speakers(tags, sources.implied)
    sentences, has_tags = sources.finishing.sentences_in(caption, Tagged(tags, categories))
    told = (description, *sources.meanings(tags))
    coverage = check(sentences, tags, categories, aliases, names, told=told, remember=True)
    # A list is recognised by its lack of English grammar words, and JSON has pieces of sentences.
    finishing = sources.finishing
    should_be_prose = finishing.settings.may_be_english and not finishing.forms.structure
    if should_be_prose and sentences and form_of(sentences) == LISTS:
        coverage = replace(coverage, faults=(*coverage.faults, list_fault(sentences)))
    return coverage.with_said(tags) if has_tags else coverage, sentences


def marks(coverage: Coverage, tags: Sequence[str]) -> str:
    """One letter for each tag, in their order."""
    letters = {
        **dict.fromkeys(coverage.said, SAID),
        **dict.fromkeys(coverage.missed, MISSED),
        **dict.fromkeys(coverage.perhaps, PERHAPS),
        **dict.fromkeys(coverage.contradicted, CONTRADICTED),
    }
    return "".join(letters.get(tag, NOT_CHECKED) for tag in tags)


def picture_address(picture: Picture) -> str:
    """The address of a picture relative to the folder of pictures; "" if browsers cannot show it."""
    return quote(os.fsencode(picture.name)) if picture.name.lower().endswith(_SHOWN_SUFFIXES) else ""


def folder_address(images: Path, page: Path) -> str:
    """The address of the folder of pictures relative to the folder of a page."""
    try:
        relative = os.path.relpath(images, page)
    except ValueError:  # another drive of Windows
        return f"{images.resolve().as_uri()}/"
    return quote(os.fsencode(Path(relative).as_posix())) + "/"


def fill(name: str, scripts: Sequence[str], styles: Sequence[str], **values: object) -> str:
    """The page NAME.html.j2 with these scripts and styles from the folder `page`; values are escaped."""
    parts = "\n".join(_read(f"{each}.js") for each in scripts)
    script = f'(() => {{\n"use strict";\n{parts}\n}})();'
    style = "\n".join(_read(f"{each}.css") for each in styles)
    environment = Environment(autoescape=True, loader=FileSystemLoader(_PARTS))
    # The page allows only the script and style with these hashes, even if a text ended up as markup.
    return environment.get_template(f"{name}.html.j2").render(
        script=Markup(script),  # noqa: S704 - our own file
        style=Markup(style),  # noqa: S704 - our own file
        script_hash=_hash(script),
        style_hash=_hash(style),
        **values,
    )


def json_in_html(values: object) -> Markup:
    """JSON for a script element: no sign in it can end the element or begin a comment."""
    text = json.dumps(values, ensure_ascii=True, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704 - just made safe


def _read(name: str) -> str:
    return (_PARTS / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """The hash by which a content security policy names an inline script or style."""
    return base64.b64encode(sha256(text.encode("utf-8")).digest()).decode("ascii")


def save_page(path: Path, page: str) -> None:
    """Write a page, but over no file of another program; raises UserError where that cannot be done."""
    if path.is_file() and _MARK not in _head(path):
        raise UserError(
            f"{path} was not written by this program: move it away, so that the page can be written"
        )
    make_folder(path.parent)
    write_whole(path, page)


def _head(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_LONGEST_HEAD).decode("utf-8", "replace")
    except OSError:
        return _MARK  # Writing the page says what is wrong.
