"""Tags that are stored apart from their pictures: in a folder, or in a table by id."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.fakes.endpoint import FakeEndpoint
from tests.program.project import Project, png
from tests.shards.tars import tar, texts_in

pyarrow = pytest.importorskip("pyarrow")


def _table(path: Path, rows: list[dict[str, Any]], **options: int) -> Path:
    import pyarrow.parquet

    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), path, **options)
    return path


def test_tags_of_pictures_in_a_shard_come_from_a_table_as_those_of_boorus_are(tmp_path: Path) -> None:
    def row(number: int, tags: str, rating: str = "g") -> dict[str, Any]:
        things = {"tag_string_general": tags, "tag_string_character": "hatsune_miku", "rating": rating}
        return {"id": number, "md5": "0f", "score": 7, **things}

    posts = _table(
        tmp_path / "posts.parquet",
        [
            row(12, "1girl solo red_hair"),
            row(13, "1girl loli", "e"),
            row(999, "1boy"),
            row(16, "1girl solo"),
            row(16, "1girl loli nude"),
            row(14, "1girl solo hat"),
        ],
        row_group_size=2,
    )
    with FakeEndpoint() as endpoint:
        project = Project(tmp_path, endpoint.url)
        project.set |= {"Dataset.images": str(project.images / "*.tar"), "Dataset.tags": str(posts)}
        tar(
            project.images / "data-0000.tar",
            {
                **{f"{number}.png": png() for number in range(12, 17)},
                "12.json": b'{"width": 32}',
                "14.txt": b"loli, nude",
            },
        )
        result = project.run()
        texts = [request.body["messages"][-1]["content"] for request in endpoint.requests]
        assert result.code == 1
        assert "1 failed (1 no tag file); 3 excluded" in result.out
        assert (
            "15.png: there are no tags of this picture in the place that [Dataset] tags names" in result.out
        )
        assert list(texts_in(project.captions / "data-0000.tar")) == ["12.txt"]
        assert len(texts) == 1
        assert "red hair" in texts[0]
        assert "hatsune miku" in texts[0]


def test_tags_in_a_folder_of_their_own_count_and_those_beside_the_pictures_exclude(tmp_path: Path) -> None:
    project = Project(tmp_path, Dataset__tags=str(tmp_path / "tags"))
    project.add("a/one.png", "1boy, solo, hat")
    project.add("a/two.png", "1girl, loli, nude")
    for name in ("one", "two"):
        (project.images / "b").mkdir(exist_ok=True)
        (project.images / "b" / f"{name}.png").write_bytes(png())
    for name, tags in {
        "a/one": "1girl, solo, red hair",
        "a/two": "1girl, solo",
        "b/one": "1girl, hat",
    }.items():
        path = tmp_path / "tags" / f"{name}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(tags)
    result = project.run()
    assert result.code == 1
    assert "1 failed (1 no tag file); 1 excluded" in result.out
    assert "girl" in project.caption("a/one").lower()
    assert "boy" not in project.caption("a/one").lower()
    assert "hat" in project.caption("b/one")
    assert not (project.captions / "a/two.txt").exists()


def test_a_place_of_tags_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.add("a.png")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 and no more")
    _table(tmp_path / "nameless.parquet", [{"tags": "1girl"}])
    for place, sentence in (
        ("nowhere", "there is no folder"),
        ("broken.parquet", "cannot be read"),
        ("nameless.parquet", "has no column id, by which the tags of a picture are found"),
    ):
        project.set["Dataset.tags"] = str(tmp_path / place)
        result = project.run()
        assert (result.code, result.err.count("\n")) == (2, 1), result.err
        assert sentence in result.err
