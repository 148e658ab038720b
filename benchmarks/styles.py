"""How many requests a caption in the form of a base model takes: `python -m benchmarks.styles`.

The tag sets of the composer's tests are captioned in some styles with the settings as they come, against an
endpoint that answers well: with the composer's sentences, or an object of them where one is asked for. Beside
it is what people do without styles: a template asks for the tags, a full stop and the sentences, and all of
it is checked as a caption. Exits with 1 where tags and sentences take more than one request a picture, or a
list of tags any.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

from styling import ideogram4
from tests.fakes.endpoint import FakeEndpoint
from tests.program.project import Project
from tests.program.starts import ROOT

_SETS = ROOT / "tests" / "composer" / "sets.txt"
_MARKS = {"c": "character", "s": "series", "m": "meta", "a": "artist"}
# Requests a picture that are stated, by style.
_STATED = {"prose": None, "anima": 1.0, "pony7": 1.0, "noobai": 0.0, "ideogram4": None, "newbie": None}
_BY_TEMPLATE = "prose, tags by a template"


def tag_files() -> list[str]:
    """The tags of each set, as a tag file has them."""
    lines = _SETS.read_text(encoding="utf-8").splitlines()
    rows = [line.partition("|")[2].split() for line in lines if "|" in line and not line.startswith("#")]
    return [", ".join(map(_written, row)) for row in rows]


def _written(tag: str) -> str:
    name, _, mark = tag.partition("@")
    return f"{_MARKS[mark]}:{name}" if mark else name


def _good_answer(body: dict[str, Any], case: str) -> str:
    prompt = body["messages"][-1]["content"]
    draft, tags = (
        found[1] if (found := re.search(rf"^{key}: (.*)$", prompt, re.MULTILINE)) else "A picture."
        for key in ("Draft", "Tags")
    )
    if case == "ideogram4":
        return ideogram4.caption_of(draft, "", [])
    if case == "newbie":
        names = re.findall(r'"n" is one of (.*), each once', prompt)[0].split(", ")
        people = [{"n": name, "gender": "1girl", "tags": tags.split(", ")} for name in names]
        return json.dumps({"characters": people})
    return f"{tags}. {draft}" if case == _BY_TEMPLATE else draft


def measure(case: str, files: list[str]) -> tuple[int, int]:
    """How many requests a case takes, and how many captions it gives."""
    with (
        tempfile.TemporaryDirectory() as folder,
        FakeEndpoint(answer=lambda body: _good_answer(body, case)) as endpoint,
    ):
        project = Project(Path(folder), endpoint.url, Interpreter__style=case.partition(",")[0])
        for key in ("repairs", "floor", "reading"):
            del project.set[f"Interpreter.{key}"]
        for number, tags in enumerate(files):
            project.add(f"{number:03}.png", tags)
        project.run()
        made = sum(1 for _ in project.captions.glob("*.txt"))
        return len(endpoint.requests), made


def main() -> int:
    """Print the table; 1 where a figure is missed."""
    files, missed = tag_files(), False
    print(f"{'style':26} {'captions':>9} {'requests':>9} {'a picture':>10}")
    for case in (*_STATED, _BY_TEMPLATE):
        requests, made = measure(case, files)
        share, stated = requests / max(1, made), _STATED.get(case)
        is_missed = made == 0 or (stated is not None and share > stated)
        missed |= is_missed
        print(f"{case:26} {made:9,} {requests:9,} {share:10.2f}{'  missed' if is_missed else ''}", flush=True)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
