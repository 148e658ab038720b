"""A picture that must never be sent is stopped whatever the program is told to do with it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.fakes.endpoint import FakeEndpoint
from tests.program.project import Project

OLD_CAPTION = "An old caption of that picture."


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--dry-run", "9"),
        ("--compare", "other.ini"),
        ("--report",),
        ("--export", "imagefolder", "exported"),
        ("--export", "sd-scripts", "exported"),
        ("--check",),
    ],
    ids=" ".join,
)
def test_nothing_of_such_a_picture_is_sent_shown_or_exported(tmp_path: Path, words: tuple[str, ...]) -> None:
    with FakeEndpoint() as endpoint:
        # Filters come after the judgement, so they cannot hide the tags from it.
        project = Project(
            tmp_path, url=endpoint.url, Interrogator__skip="False", Tags__exclude="loli, nude, blue_hat"
        )
        project.add("kept.png", "1girl, solo, red hat")
        project.add("out.png", "1girl, loli, nude, blue hat, green scarf")
        (tmp_path / "other.ini").write_text(f"[Endpoint]\nurl = {endpoint.url}\n", encoding="utf-8")
        project.captions.mkdir()
        (project.captions / "out.txt").write_text(OLD_CAPTION, encoding="utf-8")
        if words[:1] == ("--export",):
            (project.captions / "kept.txt").write_text("A girl in a red hat.", encoding="utf-8")
        before = {path for path in tmp_path.rglob("*") if path.is_file()}
        result = project.run(*words)
        sent = json.dumps([request.body for request in endpoint.requests])
    assert result.code == 0, result.err
    assert ("red hat" in sent) == (words[:1] in ((), ("--dry-run",), ("--compare",)))
    assert not any(word in sent for word in ("loli", "blue hat", "green scarf"))
    written = [path for path in tmp_path.rglob("*") if path.is_file() and path not in before]
    for text in (path.read_text(encoding="utf-8", errors="replace") for path in written):
        assert OLD_CAPTION not in text
        assert "green scarf" not in text
