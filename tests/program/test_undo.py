"""What people wrote before a run with `existing = overwrite` is kept, and --undo puts it back."""

from __future__ import annotations

import json
from pathlib import Path

from tests.fakes.endpoint import FakeEndpoint
from tests.program.project import Project

ANOTHER = ("--set", "Dataset.existing=overwrite", "--set", "Tags.trigger=new")
# Bytes of an editor that saves in an encoding of its own.
EDITED = "My own words. Caf\u00e9.\r\n".encode("cp1252")


def contents(project: Project) -> dict[str, bytes]:
    found = [*project.captions.rglob("*.txt"), *project.descriptions.rglob("*.txt")]
    seen = (path for path in found if ".replaced" not in path.parts)
    return {path.relative_to(project.folder).as_posix(): path.read_bytes() for path in seen}


def test_undo_puts_back_all_that_overwrite_replaced_and_nothing_that_was_edited_since(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = Project(
            tmp_path,
            endpoint.url,
            Interrogator__skip="False",
            Dataset__target="sd-scripts",
            Endpoint__seed="1",
        )
        for name in ("a", "deep/b", "c", "d"):
            project.add(f"{name}.png")
        nothing = project.run("--undo")
        assert nothing.code == 0
        assert "there is nothing to put back" in nothing.out
        assert project.run().code == 0
        (project.captions / "deep/b.txt").write_bytes(EDITED)
        (project.descriptions / "a.txt").write_text("Seen by me.", encoding="utf-8")
        assert project.run("--export", "sd-scripts").code == 0
        before, metadata = contents(project), (project.captions / "metadata.json").read_bytes()
        project.add("new.png")

        result = project.run(*ANOTHER, "--set", "Endpoint.model=other")
        assert result.code == 0
        folder, *others = (project.captions / ".replaced").iterdir()
        assert others == []
        assert f"1 caption written by hand was replaced, and kept in {folder}" in result.out
        assert "1 description written by hand was replaced" in result.out
        assert [path.name for path in folder.rglob("*.txt")] == ["b.txt"]
        assert (folder / "deep/b.txt").read_bytes() == EDITED
        assert project.caption("deep/b").startswith("new")

        for arguments in (("--report",), ("--export", "txt", str(tmp_path / "training"))):
            assert project.run(*arguments).code == 0
        assert "Caf" not in (project.captions / "report.html").read_text().partition('"before"')[0]
        assert not [path for path in (tmp_path / "training").rglob("*") if "replaced" in path.name]

        (project.captions / "c.txt").write_text("Written after the run.", encoding="utf-8")
        result = project.run("--undo")
    assert result.code == 0
    # The fake sees the same again in three of the pictures.
    assert "Put back 3 captions, 1 description that the run of " in result.out
    assert "; as before that run already: 3 texts.\n" in result.out
    assert f"Changed since that run, and left as they are:\n  {project.captions / 'c.txt'}" in result.out
    after = contents(project)
    assert after.pop("captions/new.txt")
    assert after.pop("descriptions/new.txt")
    assert after == {**before, "captions/c.txt": b"Written after the run."}
    entries = json.loads((project.captions / "metadata.json").read_bytes())
    not_compared = {str(project.images / name): None for name in ("c.png", "new.png")}
    assert {**entries, **not_compared} == {**json.loads(metadata), **not_compared}

    state = contents(project)
    again = project.run("--undo")
    assert again.code == 0
    assert "Put back nothing that the run of " in again.out
    assert "; as before that run already: 7 texts.\n" in again.out
    assert contents(project) == state


def test_after_undo_refresh_knows_what_a_model_wrote_and_what_a_person_did(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = Project(tmp_path, endpoint.url)
        project.add("a.png")
        project.add("b.png")
        assert project.run().code == 0
        (project.captions / "b.txt").write_bytes(EDITED)
        assert project.run(*ANOTHER).code == 0
        assert project.run("--undo").code == 0
        asked = len(endpoint.requests)
        assert "0 captions written; 2 there already" in project.run("--set", "Dataset.existing=refresh").out
        assert len(endpoint.requests) == asked
        refreshed = project.run("--set", "Dataset.existing=refresh", "--set", "Endpoint.model=other")
        assert "1 caption written; 1 there already" in refreshed.out
    assert (project.captions / "b.txt").read_bytes() == EDITED


def test_undo_puts_back_what_apply_replaced(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.add("a.png")
    project.add("b.png")
    assert project.run().code == 0
    (project.captions / "b.txt").write_bytes(EDITED)
    before = contents(project)
    corrections = tmp_path / "corrections.json"
    entries = [{"picture": name, "caption": "Corrected."} for name in "ab"]
    corrections.write_text(json.dumps({"version": 1, "corrections": entries}))
    result = project.run("--apply", str(corrections))
    assert result.code == 0
    assert "1 caption written by hand was replaced, and kept in" in result.out
    assert project.caption("a") == project.caption("b") == "Corrected."
    assert project.run("--undo").code == 0
    assert contents(project) == before


def test_undo_puts_no_caption_back_for_a_picture_that_is_excluded_by_now(tmp_path: Path) -> None:
    project = Project(tmp_path)
    picture = project.add("a.png")
    assert project.run().code == 0
    (project.captions / "a.txt").write_bytes(EDITED)
    assert project.run(*ANOTHER).code == 0
    picture.with_suffix(".txt").write_text("loli, nude")
    written = contents(project)
    assert "Put back nothing that the run" in project.run("--undo").out
    assert contents(project) == written
