"""report.html: one page with pictures and captions, opened from disk, without a server or a network."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from dataset.disk import write_whole
from review.gathering import Page, Sources, gather

NAME = "report.html"
_PAGE = Path(__file__).with_name("page")
_FIRST = 48
# In this order: each may use what those before it define.
_SCRIPTS = (
    *("elements", "theme", "data", "corrections", "filters", "overview", "cards", "detail", "keys"),
    "start",
)


def write_report(sources: Sources) -> Path:
    """Write the report beside the captions, and return where it is.

    Raises UserError where it cannot be written.
    """
    path = sources.captions.root / NAME
    write_whole(path, render(gather(sources)))
    return path


def render(values: Page) -> str:
    """The page that shows these values; its texts are data, whatever stands in them."""
    # The first pictures are shown before the browser has read the others.
    pictures = values["pictures"]
    return fill(
        "report",
        _SCRIPTS,
        ("report",),
        first=json_in_html({**values, "pictures": pictures[:_FIRST]}),
        rest=json_in_html(pictures[_FIRST:]),
    )


def fill(name: str, scripts: Sequence[str], styles: Sequence[str], **values: object) -> str:
    """The page NAME.html.j2 with these scripts and styles of ours; texts among the values are escaped."""
    # No part of the page but its own script and style is ever run, even if a text got into the markup.
    parts = "\n".join(_read(f"{each}.js") for each in scripts)
    script = f'(() => {{\n"use strict";\n{parts}\n}})();'
    style = "\n".join(_read(f"{each}.css") for each in styles)
    environment = Environment(autoescape=True, loader=FileSystemLoader(_PAGE))
    return environment.get_template(f"{name}.html.j2").render(
        script=Markup(script),  # noqa: S704 - our own file
        style=Markup(style),  # noqa: S704 - our own file
        script_hash=_hash(script),
        style_hash=_hash(style),
        **values,
    )


def json_in_html(values: object) -> Markup:
    """JSON that can stand inside a script element: no sign in it can end the element or begin a comment."""
    text = json.dumps(values, ensure_ascii=True, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704 - just made safe


def _read(name: str) -> str:
    return (_PAGE / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """What a content security policy knows an inline script or style by."""
    return base64.b64encode(sha256(text.encode("utf-8")).digest()).decode("ascii")
