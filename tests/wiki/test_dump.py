from __future__ import annotations

import csv
import gzip
import json
import logging
import random
import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pydantic
import pytest

from errors import UserError
from wiki.dump import DumpSource
from wiki.source import Page

ROOT = Path(__file__).parents[2]
Rows = list[dict[str, object]]
Writer = Callable[[Path, Rows], None]

HAT = {
    "title": "straw hat",
    "body": "A hat of [[straw]].\r\n\r\nh4. See also\r\n* [[hat]]",
    "category": "general",
    "other_names": "[]",
    "is_deleted": "False",
    "post_count": "12",
}
ZERO = {**HAT, "title": "0_0", "body": "Round [b]eyes[/b].", "post_count": "3"}
MARLA = {**HAT, "title": "Marla Quill", "body": 'Keeps a "light".', "category": "character", "post_count": ""}
GONE = {**HAT, "title": "gone", "body": "Was a hat.", "is_deleted": "True"}
BAT = {**HAT, "title": "bat", "body": "Ambiguous tag, do not use."}
PAGES: Rows = [dict(row) for row in (HAT, ZERO, MARLA, GONE, BAT)]


def write_csv(path: Path, rows: Rows) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def write_json_lines(path: Path, rows: Rows) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def write_parquet(path: Path, rows: Rows, rows_in_group: int = 2) -> None:
    table = pyarrow.Table.from_pylist(rows)
    pyarrow.parquet.write_table(table, path, row_group_size=rows_in_group)


def packed(write: Writer) -> Writer:
    def write_packed(path: Path, rows: Rows) -> None:
        write(path, rows)
        path.write_bytes(gzip.compress(path.read_bytes(), 6))

    return write_packed


FORMATS: dict[str, Writer] = {
    "dump.csv": write_csv,
    "dump.csv.gz": packed(write_csv),
    "dump.jsonl": write_json_lines,
    "dump.jsonl.gz": packed(write_json_lines),
    "dump.ndjson": write_json_lines,
    "dump.parquet": write_parquet,
    "DUMP.CSV": write_csv,
    # A browser may have unpacked the file and kept its name.
    "unpacked.csv.gz": write_csv,
}


def pages_of(path: Path, tags: Iterable[str]) -> dict[str, Page]:
    return {page.tag: page for page in DumpSource(path).pages(list(tags))}


def written(folder: Path, rows: Rows, name: str = "dump.jsonl") -> Path:
    FORMATS[name](folder / name, rows)
    return folder / name


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_pages(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, PAGES, name)
    assert pages_of(path, ["marla_quill", "straw_hat", "0_0", "gone", "bat", "sun_hat"]) == {
        "straw_hat": Page("straw_hat", "straw_hat", "A hat of straw.", "general", 12, True),
        "0_0": Page("0_0", "0_0", "Round eyes.", "general", 3, True),
        "marla_quill": Page("marla_quill", "marla_quill", 'Keeps a "light".', "character", None, True),
        "gone": Page("gone", "gone", "", "general", 12, True),
        "bat": Page("bat", "bat", "", "general", 12, True),
        "sun_hat": Page.unknown("sun_hat"),
    }


def test_a_dump_is_named_after_its_file(tmp_path: Path) -> None:
    assert DumpSource(written(tmp_path, PAGES)).name == "dump.jsonl"


def test_no_tags_are_no_pages(tmp_path: Path) -> None:
    assert pages_of(written(tmp_path, PAGES), []) == {}


def test_an_e621_dump_is_read_as_the_site_publishes_it(tmp_path: Path) -> None:
    rows = (
        "id,created_at,updated_at,title,body,creator_id,updater_id,is_locked,parent\n"
        '1,2020-01-01,2026-01-01,gryphon,"thumb #1\n\nPart [[lion]], part ""eagle"".",5,6,f,\n'
        "2,2020-01-01,2026-01-01,griffin,,5,6,t,Gryphon\n"
        "3,2020-01-01,2026-01-01,griffon,,5,6,t,griffin\n"
        "4,2020-01-01,2026-01-01,lost,What was lost.,5,6,t,nowhere\n"
        "5,2020-01-01,2026-01-01,round,,5,6,t,about\n"
        "6,2020-01-01,2026-01-01,about,,5,6,t,round\n"
    )
    path = tmp_path / "wiki_pages.csv.gz"
    path.write_bytes(gzip.compress(rows.encode()))
    pages = pages_of(path, ["griffon", "griffin", "gryphon", "lost", "round"])
    gryphon = 'Part lion, part "eagle".'
    assert [(page.tag, page.name, page.text) for page in pages.values()][:4] == [
        ("griffon", "gryphon", gryphon),
        ("griffin", "gryphon", gryphon),
        ("gryphon", "gryphon", gryphon),
        ("lost", "lost", "What was lost."),
    ]
    assert pages["round"].known
    assert pages["round"].text == ""


@pytest.mark.parametrize(
    ("columns", "category"),
    [
        ({"category": "Artist"}, "artist"),
        ({"category": 4}, "character"),
        ({"category": "5"}, "meta"),
        ({"category": 3.0}, "copyright"),
        ({"category": 5, "parent": ""}, "species"),
        ({"category_id": 2, "creator_id": 9}, "contributor"),
        ({"category": 6, "parent": None}, None),
        ({"category": "unheard of"}, None),
        ({"category": None}, None),
        ({}, None),
    ],
)
def test_a_category_is_read_by_the_numbers_of_its_site(
    tmp_path: Path, columns: dict[str, object], category: str | None
) -> None:
    path = written(tmp_path, [{"title": "x", "body": "y", **columns}])
    assert pages_of(path, ["x"])["x"].category == category


@pytest.mark.parametrize("title", ["name", "tag", "title", "Title"])
@pytest.mark.parametrize("body", ["text", "description", "body"])
@pytest.mark.parametrize("name", ["dump.csv", "dump.parquet"])
def test_columns_may_have_other_names(tmp_path: Path, title: str, body: str, name: str) -> None:
    path = written(tmp_path, [{title: "x", body: "A hat."}], name)
    assert pages_of(path, ["x"])["x"].text == "A hat."


@pytest.mark.parametrize("deleted", [True, "True", "true", "t", 1])
def test_a_deleted_page_has_no_text(tmp_path: Path, deleted: object) -> None:
    path = written(tmp_path, [{"title": "x", "body": "y", "is_deleted": deleted}])
    assert pages_of(path, ["x"])["x"].text == ""


@pytest.mark.parametrize("standing", [False, "False", "f", None, 0, ""])
def test_a_page_that_is_not_deleted_has_its_text(tmp_path: Path, standing: object) -> None:
    path = written(tmp_path, [{"title": "x", "body": "y", "is_deleted": standing}])
    assert pages_of(path, ["x"])["x"].text == "y"


def test_titles_that_are_numbers_are_titles(tmp_path: Path) -> None:
    path = written(tmp_path, [{"title": 2023, "body": "A year."}])
    assert pages_of(path, ["2023"])["2023"].text == "A year."


def test_of_two_pages_with_one_title_the_newer_one_that_is_not_deleted_is_taken(tmp_path: Path) -> None:
    rows: Rows = [
        {"title": "x", "body": "new", "updated_at": "2026-02-02", "is_deleted": False},
        {"title": "x", "body": "old", "updated_at": "2025-02-02", "is_deleted": False},
        {"title": "x", "body": "deleted", "updated_at": "2026-03-03", "is_deleted": True},
    ]
    assert pages_of(written(tmp_path, rows), ["x"])["x"].text == "new"


@pytest.mark.parametrize("name", ["dump.csv", "dump.jsonl"])
def test_a_byte_order_mark_is_no_part_of_the_file(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, PAGES, name)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert pages_of(path, ["straw_hat"])["straw_hat"].known


def test_pages_far_down_a_large_row_group_are_found(tmp_path: Path) -> None:
    path = tmp_path / "dump.parquet"
    rows: Rows = [{"title": f"tag {n}", "body": f"Hat {n}."} for n in range(5_000)]
    write_parquet(path, rows, rows_in_group=5_000)
    pages = pages_of(path, ["tag_10", "tag_4500"])
    assert {tag: page.text for tag, page in pages.items()} == {"tag_10": "Hat 10.", "tag_4500": "Hat 4500."}


def test_a_very_long_body_is_read(tmp_path: Path) -> None:
    rows: Rows = [{"title": "x", "body": "A hat.\n\nh4. Long\n" + "[[word]] " * 30_000}]
    assert pages_of(written(tmp_path, rows, "dump.csv"), ["x"])["x"].text == "A hat."


BROKEN = {
    "dump.csv": (
        "title,body\r\nx,A hat.\r\nbroken\r\n\r\n,no title\r\ny,A cap.\r\n",
        "2 rows .* row 3: it has 1 fields instead of 2",
    ),
    "dump.jsonl": (
        '{"title": "x", "body": "A hat."}\n{oops\n\n[1]\n{"body": "z"}\n{"title": "y", "body": "A cap."}\n',
        "3 rows .* row 2: it is no JSON",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_rows_are_skipped_and_reported_once(
    tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    content, warning = BROKEN[name]
    (tmp_path / name).write_text(content, encoding="utf-8", newline="")
    source = DumpSource(tmp_path / name)
    assert [page.text for page in source.pages(["x", "y"])] == ["A hat.", "A cap."]
    assert [page.text for page in source.pages(["y"])] == ["A cap."]
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert re.search(warning, record.getMessage())
    assert str(tmp_path / name) in record.getMessage()


def test_a_quote_that_is_never_closed_does_not_hide_the_rest(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "dump.csv"
    rest = "".join(f"tag {number},{'straw ' * 100}\n" for number in range(5_000))
    path.write_text(f'title,body\nx,"never closed\n{rest}', encoding="utf-8")
    assert pages_of(path, ["tag_4999"])["tag_4999"].text.startswith("straw")
    assert "row 2: field larger than field limit" in caplog.text


def test_a_parquet_row_without_title_is_skipped(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = written(tmp_path, [{"title": "x", "body": "A hat."}, {"title": None, "body": "z"}], "dump.parquet")
    assert pages_of(path, ["x"])["x"].text == "A hat."
    assert "row 2: it has no title" in caplog.text


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("dump.csv", b"id,body\n1,x\n", "no column title or name or tag, only id, body: rename"),
        ("dump.csv", b"id,title\n1,x\n", "no column body or text or description"),
        ("dump.csv", b"", "no column body .* an empty first row"),
        ("dump.csv", b"title,body\n", "holds no page"),
        ("dump.jsonl", b"", "holds no page"),
        ("dump.jsonl", b"[\n{}\n]\n", r"holds no page that can be read \(row 1: it is no JSON"),
        ("dump.jsonl", b'{"id": 1}\n', r"row 1: it has no title"),
        (
            "dump.csv.gz",
            gzip.compress(b"title,body\n" + b"x,y\n" * 9_000, mtime=0)[:-20],
            "cannot be read to its end",
        ),
        (
            "dump.csv.gz",
            gzip.compress(b"title,body\n" * 99, mtime=0)[:12] + b"\xff" * 99,
            "cannot be read to its end",
        ),
        ("dump.parquet", b"PAR1 no parquet", "cannot be read .*: download it again"),
    ],
)
def test_a_file_that_is_no_dump_is_reported_with_what_is_wrong(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError, match=message) as caught:
        pages_of(tmp_path / name, ["x"])
    assert str(tmp_path / name) in str(caught.value)


def test_a_parquet_file_without_bodies_is_reported(tmp_path: Path) -> None:
    path = written(tmp_path, [{"title": "x", "posts": 1}], "dump.parquet")
    with pytest.raises(UserError, match="no column body or text or description, only title, posts"):
        pages_of(path, ["x"])


@pytest.mark.parametrize("name", ["dump.txt", "dump.json", "wiki_pages", "dump.gz"])
def test_an_unknown_ending_is_reported_at_once(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("title,body\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"must end in one of \.csv, \.csv\.gz, .*\.parquet"):
        DumpSource(tmp_path / name)


def test_a_missing_file_is_reported_at_once(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no file .*dump\.csv: write danbooru, e621 or"):
        DumpSource(tmp_path / "dump.csv")


def run_python(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=240, check=True
    )
    return done.stdout.strip()


@pytest.fixture
def without_pyarrow(tmp_path: Path) -> Path:
    """A folder of all the libraries that are installed, except for pyarrow."""
    folder = tmp_path / "libraries"
    folder.mkdir()
    for library in Path(pydantic.__file__).parents[1].iterdir():
        if not library.name.startswith("pyarrow"):
            (folder / library.name).symlink_to(library)
    return folder


READ_WITHOUT_PYARROW = """
import sys; sys.path[:0] = [".", sys.argv[2]]
from pathlib import Path; from errors import UserError; from wiki.dump import DumpSource
try: print(next(DumpSource(Path(sys.argv[1])).pages(["straw_hat"])).text)
except UserError as error: print(error)
"""


OPEN_SHARD_WITHOUT_PYARROW = """
import sys; sys.path[:0] = [".", sys.argv[2]]
from pathlib import Path; from errors import UserError
from shards.finding import OnDisk, Shard; from shards.stored import open_shard
try: open_shard(Shard("a.parquet", OnDisk(Path(sys.argv[1]))), "auto")
except UserError as error: print(error)
"""


def read_without_pyarrow(path: Path, libraries: Path, code: str = READ_WITHOUT_PYARROW) -> str:
    # -S leaves out all installed libraries.
    return run_python("-S", "-c", code, str(path), str(libraries))


@pytest.mark.parametrize("code", [READ_WITHOUT_PYARROW, OPEN_SHARD_WITHOUT_PYARROW])
def test_without_pyarrow_a_parquet_file_says_what_to_install(
    tmp_path: Path, without_pyarrow: Path, code: str
) -> None:
    path = written(tmp_path, PAGES, "dump.parquet")
    assert "pip install pyarrow" in read_without_pyarrow(path, without_pyarrow, code)


def test_a_csv_dump_is_read_without_pyarrow(tmp_path: Path, without_pyarrow: Path) -> None:
    path = written(tmp_path, PAGES, "dump.csv")
    assert read_without_pyarrow(path, without_pyarrow) == "A hat of straw."


LOOK_UP = """
import re, sys, time; sys.path.insert(0, ".")
from pathlib import Path; from wiki.dump import DumpSource
started = time.perf_counter()
pages = list(DumpSource(Path(sys.argv[1])).pages([f"tag_{number}" for number in range(0, 180_000, 450)]))
assert len(pages) == 400 and all(page.text for page in pages)
seconds = time.perf_counter() - started
# Not getrusage: its peak includes that of the parent process before the fork.
peak = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]
print(seconds, int(peak) / 1024)
"""


def full_size_rows() -> Rows:
    chosen = random.Random(1)
    words = [f"word{number}" for number in range(3_000)]
    return [
        {
            **HAT,
            "title": f"tag {number}",
            "body": f"Meaning: {' '.join(chosen.choices(words, k=75))}.\r\n\r\nh4. See also\r\n* [[hat]]",
        }
        for number in range(180_000)
    ]


@pytest.mark.soak
def test_a_full_dump_is_read_in_seconds_and_little_memory(tmp_path: Path) -> None:
    rows = full_size_rows()
    names = ["dump.csv", "dump.csv.gz", "dump.jsonl", "dump.jsonl.gz", "dump.parquet", "one_group.parquet"]
    for name in names:
        path = tmp_path / name
        if name.endswith(".parquet"):
            write_parquet(path, rows, rows_in_group=180_000 if name.startswith("one") else 1_000)
        else:
            FORMATS[name](path, rows)
        seconds, megabytes = map(float, run_python("-c", LOOK_UP, str(path)).split())
        size = path.stat().st_size / 1e6
        print(f"{name}: {size:.0f} MB file, {seconds:.1f} s, {megabytes:.0f} MB at most")
        assert seconds < 60
        assert megabytes < 500
        path.unlink()
