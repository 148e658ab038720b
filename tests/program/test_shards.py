"""Runs over pictures in tars: alone, and by three processes of which one is killed."""

from __future__ import annotations

import base64
import json
import shutil
import tarfile
import threading
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path

import pytest

from dataset.locks import locked
from tests.fakes.answers import Json, caption_for
from tests.fakes.endpoint import FakeEndpoint
from tests.program.processes import HANGS, running
from tests.program.project import Project, png
from tests.shards.tars import tar, texts_in

EXCLUDED = "loli, sex, 1girl, red_kite"
SHARDS, PICTURES = 6, 30
# Of each shard, one picture has no tags and one must not be sent.
CAPTIONED = PICTURES - 2


def _files(shard: int, excluded: int = 7, empty: int = 8) -> list[tuple[str, bytes]]:
    """The members of a shard; of every second picture, the tag file comes first."""
    files = []
    for number in range(PICTURES):
        tags = f"1girl, solo, smile, red_hair, {('hat', 'boat', 'lantern')[number % 3]}, tag_{shard}_{number}"
        tags = {excluded: EXCLUDED, empty: ""}.get(number, tags)
        pair = [(f"{number:03}.png", png((shard, number, 90))), (f"{number:03}.txt", tags.encode())]
        files += pair[:: -1 if number % 2 else 1]
    return files


def _sharded(folder: Path, url: str = "builtin", **settings: str) -> Project:
    project = Project(folder, url, **settings)
    project.set["Dataset.images"] = str(project.images / "*.tar")
    return project


def _captions(project: Project) -> dict[str, str]:
    """All captions, by shard and key."""
    return {
        f"{path.stem}/{name.removesuffix('.txt')}": text
        for path in sorted(project.captions.glob("*.tar"))
        for name, text in texts_in(path).items()
    }


def _lines(path: Path, outcome: str) -> list[Json]:
    lines = path.read_text().splitlines() if path.exists() else []
    return [line for line in map(json.loads, lines) if line.get("picture") and line["outcome"] == outcome]


def test_three_processes_one_of_them_killed_make_the_captions_of_one_over_a_folder(
    tmp_path: Path,
) -> None:
    first, go, lock = Counter[str](), threading.Event(), threading.Lock()

    def answer(body: Json) -> str:
        with lock:
            first[body["model"]] += 1
            is_held = body["model"] == "a" and first["a"] > CAPTIONED // 2
        if is_held:
            go.wait(HANGS)
        return caption_for(body)

    folder = Project(tmp_path / "folder")
    with FakeEndpoint(answer=answer, models=("a", "b", "c", "tiny")) as endpoint, ExitStack() as stack:
        sharded = [
            _sharded(tmp_path / "shards", endpoint.url, Endpoint__model=model, Endpoint__concurrency="4")
            for model in "abc"
        ]
        for shard in range(SHARDS):
            tar(sharded[0].images / f"{shard:05}.tar", _files(shard))
            for name, data in _files(shard):
                path = folder.images / f"{shard:05}" / name
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(data)
        killed = stack.enter_context(running(sharded[0]))
        journal = sharded[0].captions / "00000.jsonl"
        killed.until(lambda: len(_lines(journal, "done")) == CAPTIONED // 2 and first["a"] > CAPTIONED // 2)
        others = [stack.enter_context(running(project)) for project in sharded[1:]]
        killed.until(lambda: first["b"] and first["c"])
        killed.kill()
        go.set()
        for run in others:
            assert run.wait(HANGS) == 1, run.errors
        asked = Counter(json.dumps(request.body["messages"]) for request in endpoint.requests)
        folder.set |= {"Endpoint.url": endpoint.url}
        assert folder.run().code == 1
    assert _captions(sharded[0]) == {
        path.relative_to(folder.captions).with_suffix("").as_posix(): path.read_text()
        for path in folder.captions.rglob("*.txt")
    }
    assert len(_captions(sharded[0])) == SHARDS * CAPTIONED
    assert not [text for text in asked if "kite" in text], "an excluded picture was sent"
    twice = sum(asked.values()) - len(asked)
    assert len(asked) == SHARDS * CAPTIONED
    assert twice == first["a"] - CAPTIONED // 2 <= 4, "more than what was in flight was asked again"
    assert not [*sharded[0].captions.rglob("*.part")]


def test_shards_that_are_whole_are_captioned_and_the_others_are_named(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = _sharded(tmp_path, endpoint.url, Interrogator__skip="False")
        whole = tar(project.images / "a.tar", _files(1))
        cut = tar(project.images / "b.tar", _files(2)[:12])
        data = cut.read_bytes()
        cut.write_bytes(data[: data.index(b"003.png") + 520])
        (project.images / "c.tar").write_bytes(b"this is no tar" * 99)
        tar(project.images / "d.tar", {"../1.png": png(), "2.png": png(), "2.txt": b"1girl", "3.txt": b"hat"})
        tar(project.images / "e.tar", {"index.json": b"{}"})
        tar(project.images / "f.tar", {"1.png": png()})
        result = project.run()
        assert result.code == 1
        assert "b.tar breaks off at member 8: fetch it again; 3 pictures were captioned." in result.out
        assert "c.tar is no tar file that can be read" in result.out
        assert "../1.png: a member of a tar must be a plain file below its folder" in result.out
        assert "e.tar holds no picture that can be captioned" in result.out
        assert "f.tar: Left out, without a tag file: 1 (1.png); name a table or a folder" in result.out
        assert "6 shards found." in result.out
        assert "All shards: 5 shards done; 32 pictures described; 32 captions written" in result.out
        assert len(texts_in(project.captions / "a.tar")) == CAPTIONED
        assert sorted(texts_in(project.captions / "b.tar")) == ["000.txt", "001.txt", "002.txt"]
        assert list(texts_in(project.captions / "d.tar")) == list(texts_in(project.descriptions / "d.tar"))
        asked = len(endpoint.requests)
        assert asked == 2 * (CAPTIONED + 3 + 1)
        # Of one that was fetched again, what was missing is captioned, and of the others nothing.
        cut.write_bytes(data)
        tar(whole, _files(1, excluded=9, empty=10))
        again = project.run()
        assert "b.tar Interpreter: 3 captions written; 3 there already" in again.out
        assert "a.tar Interpreter: 2 captions written; 28 there already" in again.out
        assert {"007.txt", "008.txt"} < (there := texts_in(project.captions / "a.tar")).keys()
        assert {"009.txt", "010.txt"}.isdisjoint(there), "an excluded picture kept its caption"
        assert len(endpoint.requests) == asked + 2 * (3 + 2)


def test_what_a_vision_model_saw_excludes_a_picture_of_a_shard_for_all_commands(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    import pyarrow.parquet as parquet

    said = ["A girl in a dress.", "A naked child."]
    with FakeEndpoint(answer=lambda body: said[0]) as endpoint:
        project = _sharded(tmp_path, endpoint.url, Interpreter__sees="False")
        tar(
            project.images / "a.tar",
            {"1.png": png((1, 1, 1)), "1.txt": b"1girl, dress", "2.png": png(), "2.txt": b"hat, dress"},
        )
        assert project.run().code == 0
        said[0] = said[1]
        project.set["Interrogator.skip"] = "False"
        seen = project.run("--limit", "1")
        assert "1 excluded" in seen.out
        asked = len(endpoint.requests)
        assert project.run("--export", "parquet", str(tmp_path / "all.parquet")).code == 0
        assert parquet.read_table(tmp_path / "all.parquet")["file_name"].to_pylist() == ["a/2.png"]
        project.set |= {"Interrogator.skip": "True", "Interpreter.sees": "True"}
        shown = project.run("--dry-run", "2").out
        assert "Excluded, and not captioned" in shown
        assert "=== 1.png" not in shown
        sent = [str(request.body) for request in endpoint.requests[asked:]]
        assert sent
        assert not any(base64.b64encode(png((1, 1, 1))).decode() in each for each in sent)


def test_tars_of_pictures_alone_with_an_index_beside_each_have_their_tags_from_a_table(
    tmp_path: Path,
) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    import pyarrow.parquet as parquet

    project = _sharded(tmp_path, Dataset__tags=str(tmp_path / "images" / "posts.parquet"))
    rows, usual = list[Json](), {"rating": "g", "tag_string_character": "", "tag_string_copyright": ""}
    for shard in range(2):
        ids = [1000 * number + shard for number in range(1, 6)]
        path = tar(project.images / f"data-000{shard}.tar", {f"{each}.png": png() for each in ids})
        with tarfile.open(path) as archive:
            files = {each.name: {"offset": each.offset_data, "size": each.size} for each in archive}
        index = {"filesize": path.stat().st_size, "hash": "0" * 40, "hash_lfs": "0" * 64, "files": files}
        path.with_suffix(".json").write_text(json.dumps(index))
        rows += [{"id": each, "tag_string_general": f"1girl solo hat tag_{each}", **usual} for each in ids]
    rows[1] |= {"rating": "e", "tag_string_general": "1girl loli"}
    rows[2] |= {"tag_string_character": "alice_margatroid", "tag_string_copyright": "touhou"}
    parquet.write_table(pyarrow.Table.from_pylist(rows[:-1]), project.images / "posts.parquet")
    first = project.run()
    assert first.code == 1
    assert "All shards: 2 shards done; 8 captions written; 1 failed (1 no tag file); 1 excluded." in first.out
    assert "5001.png: there are no tags of this picture" in first.out
    assert list(_captions(project)) == [
        *("data-0000/1000", "data-0000/3000", "data-0000/4000", "data-0000/5000"),
        *("data-0001/1001", "data-0001/2001", "data-0001/3001", "data-0001/4001"),
    ]
    assert "Alice Margatroid" in _captions(project)["data-0000/3000"]
    # The table is no shard, though the pattern would name it.
    project.set["Dataset.images"] = str(project.images / "*.parquet")
    assert "there is no file" in project.run().err


def test_shards_in_a_store_and_what_shards_cannot_have_is_one_sentence(tmp_path: Path) -> None:
    pytest.importorskip("fsspec")
    project = _sharded(tmp_path)
    assert "there is no file" in project.run().err
    tar(project.images / "a.tar", {"1.png": png(), "1.txt": b"1girl, solo"})
    project.set["Dataset.images"] = f"file://{project.images}/*.tar"
    looked = project.run()
    assert "All shards: 1 shard done; 1 caption written" in looked.out, looked.err
    shutil.rmtree(project.captions)
    for address in ("quux://bucket/*.tar", "s3://bucket/folder"):
        project.set["Dataset.images"] = address
        assert f"caption.py: {address} cannot be read" in project.run().err
    project.set["Dataset.images"] = str(project.images / "*.tar")
    (tmp_path / "corrections.json").write_text("[]")
    shutil.copy(tmp_path / "config.ini", tmp_path / "other.ini")
    refused: Sequence[tuple[dict[str, str], tuple[str, ...], str]] = (
        ({"Dataset.captions": "beside"}, (), "captions = beside is for folders of pictures"),
        ({"Dataset.captions": str(project.images)}, (), "captions of"),
        ({"Tags.hide": "auto", "Tags.trigger": "x"}, (), "hide = auto is for folders"),
        ({"Dataset.target": "sd-scripts"}, (), "target = sd-scripts writes files for a folder"),
        ({"Cluster.ray": "auto", "Endpoint.url": "auto"}, (), "url = auto is for one machine"),
        ({"Cluster.ray": "auto"}, ("--limit", "3"), "--limit is for one machine"),
        ({"Endpoint.url": "http://a:1/v1, http://b:1/v1"}, (), "url names several servers"),
        ({"Cluster.ray": "auto", "Dataset.images": str(tmp_path)}, (), "ray is for pictures in shards"),
        *(
            ({}, (each,), "this command reads a folder of pictures")
            for each in ("--undo", "--report", "--review")
        ),
        ({}, ("--compare", str(tmp_path / "other.ini")), "this command reads a folder of pictures"),
        ({}, ("--apply", str(tmp_path / "corrections.json")), "this command reads a folder of pictures"),
        ({}, ("--export", "sd-scripts"), "is for folders of pictures: of shards there is --export parquet"),
    )
    if find_spec("ray") is None:
        refused = (*refused, ({"Cluster.ray": "auto"}, (), "pip install -r requirements-cluster.txt"))
    for settings, arguments, sentence in refused:
        before = dict(project.set)
        project.set |= settings
        result = project.run(*arguments)
        assert (result.code, result.err.count("\n")) == (2, 1), result.err
        assert sentence in result.err
        project.set = before
    batch = {"Endpoint.url": "batch", "Endpoint.batch": str(tmp_path / "batch")}
    before, project.set = project.set, project.set | batch
    with locked(tmp_path / "batch"):
        shared = project.run()
    assert (shared.code, shared.err.count("\n")) == (2, 1), shared.err
    assert f"another run is writing to {tmp_path / 'batch'}: wait" in shared.err
    project.set = before
    tar(project.images / "b.tar", {"1.png": png(), "1.txt": b"loli, nude"})
    for arguments in (("--check",), ("--dry-run",)):
        looked = project.run(*arguments)
        assert "2 shards; this looks at a.tar" in looked.out, looked.err
    assert "--part is for shards" in Project(tmp_path / "folder").run("--part", "1/2").err
    assert "17/16 should be K/N with K from 1 to N" in project.run("--part", "17/16").err
    part = project.run("--part", "2/2")
    assert "2 shards found, 1 of them in this part." in part.out
    assert not (project.captions / "a.tar").exists()
    tar(project.captions / "a.tar", {"1.txt": b"of somebody else"})
    assert "this program did not write it" in project.run().err
    assert texts_in(project.captions / "a.tar") == {"1.txt": "of somebody else"}


def test_pictures_in_parquet_are_described_and_captioned_into_parquet(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    import pyarrow.parquet as parquet

    def row(number: int, tags: list[str], **more: object) -> Json:
        picture = {"bytes": png((number, 1, 1)), "path": f"images/{number}.png"}
        return {"image": picture, "tags": tags, "rating": "g", **more}

    rows = [row(number, ["1girl", "solo", f"tag_{number}"]) for number in range(40)]
    rows += [row(40, ["1girl", "loli"], rating="explicit"), row(41, []), row(3, ["twice"])]
    with FakeEndpoint() as endpoint:
        project = _sharded(tmp_path, endpoint.url, Interrogator__skip="False", Interpreter__sees="True")
        project.set["Dataset.images"] = str(project.images / "*.parquet")
        parquet.write_table(pyarrow.Table.from_pylist(rows), project.images / "a.parquet", row_group_size=25)
        parquet.write_table(pyarrow.table({"tags": ["1girl"]}), project.images / "b.parquet")
        (project.images / "c.parquet").write_bytes(b"PAR1 and no more")
        result = project.run()
        assert result.code == 1, result.err
        assert "b.parquet has no column of pictures" in result.out
        assert "c.parquet is no Parquet file that can be read" in result.out
        assert "All shards: 1 shard done; 39 pictures described; 39 captions written" in result.out
        assert "40.png: tags combine" in result.out
        captions = parquet.read_table(project.captions / "a.parquet").to_pydict()
        assert captions["key"] == [str(number) for number in range(40) if number != 3]
        shown = {f"tag {number}": png((number, 1, 1)) for number in range(40)}
        for request in endpoint.requests:
            parts = {part["type"]: part for part in request.body["messages"][-1]["content"]}
            told = max((tag for tag in shown if tag in parts["text"]["text"]), key=len)
            url = parts["image_url"]["image_url"]["url"]
            assert base64.b64decode(url.partition(",")[2]) == shown[told]
        assert len(endpoint.requests) == 2 * 39
        assert project.run("--export", "parquet", str(tmp_path / "all.parquet")).code == 1
        table = parquet.read_table(tmp_path / "all.parquet").to_pydict()
        assert table["caption"] == captions["caption"]
        assert (table["file_name"][0], table["tags"][0]) == ("a/0.png", ["1girl", "solo", "tag_0"])
        assert "Nothing" not in (again := project.run()).out
        assert len(endpoint.requests) == 2 * 39, again.out
