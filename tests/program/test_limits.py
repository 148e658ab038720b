"""What servers, wikis, dumps and journals unpack to is bounded: a run ends in time and in little memory.

Each run goes over a real socket or a real file, and the kernel tells the most memory that it held.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from limits import LONGEST_LINE
from tests.fakes.danbooru import FakeDanbooru
from tests.fakes.endpoint import Drip, FakeEndpoint, Fault, Raw, Reply
from tests.fakes.wiki import Fault as WikiFault
from tests.fakes.wiki import Reply as WikiReply
from tests.fakes.wiki_pages import WikiTag
from tests.program.memory import linux_only, run_and_measure
from tests.program.project import Project

# A run that asks a model takes 79 MB where it is forked, and one that reads Parquet 130.
MOST_MEMORY = 180_000_000
MOST_MEMORY_FOR_ANSWERS = 120_000_000
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def packed(start: bytes, piece: bytes, times: int) -> bytes:
    """Gzip of a start and so many times a piece, which is compressed once; only the checksum is wrong."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    first = packer.compress(start) + packer.flush(zlib.Z_FULL_FLUSH)
    repeated = packer.compress(piece) + packer.flush(zlib.Z_FULL_FLUSH)
    return first + repeated * times + packer.flush()


def message(body: bytes, *headers: str, status: str = "200 OK") -> Raw:
    head = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "", ""]
    return Raw("\r\n".join(head).encode() + body)


BOMB = packed(b"", b" " * 1_000_000, 1_000)
ENDLESS_CHUNK = b"10000\r\n" + b" " * 65536 + b"\r\n"
TOO_LARGE = "sent an answer of more than 8 MB, which no caption has"
BROKEN_HTTP = "answered with broken HTTP"
HOSTILE_ANSWERS: dict[str, tuple[Fault, str]] = {
    "a gigabyte of gzip": (message(BOMB, "Content-Encoding: gzip"), TOO_LARGE),
    "gzip in gzip": (message(gzip.compress(BOMB), "Content-Encoding: gzip, gzip"), TOO_LARGE),
    "an error of a gigabyte": (
        message(BOMB, "Content-Encoding: gzip", status="400 Bad Request"),
        TOO_LARGE,
    ),
    "a body without end": (Raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", ENDLESS_CHUNK), TOO_LARGE),
    "a body of no told length": (Raw(HEAD + b"\r\n", b" " * 65536), TOO_LARGE),
    "millions of lists": (message(b"[" + b"[]," * 2_000_000 + b"1]"), "of more than 400,000 values"),
    "a drip": (Drip(bytes_per_second=50), "took longer than 3 seconds"),
    "a chunk with an endless remark": (
        Raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\n1;", b"a" * 65536),
        "took longer than 3 seconds",
    ),
    "headers without end": (Raw(HEAD, b"X-A: " + b"a" * 1000 + b"\r\n"), BROKEN_HTTP),
    "a header without end": (Raw(HEAD + b"X-A: ", b"a" * 65536), BROKEN_HTTP),
    "no HTTP at all": (Raw(b"SSH-2.0-OpenSSH_9.6\r\n"), "speaks no HTTP"),
    "a length below zero": (Raw(HEAD + b"Content-Length: -5\r\n\r\n{}"), BROKEN_HTTP),
    "a chunk of no length": (Raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"), BROKEN_HTTP),
}


@linux_only
def test_hostile_answers_fail_one_picture_each_in_time_and_in_little_memory(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = Project(
            tmp_path, endpoint.url, Endpoint__timeout="3", Endpoint__retries="0", Endpoint__concurrency="1"
        )
        for number in range(len(HOSTILE_ANSWERS) + 1):
            project.add(f"{number:02}.png")
        # A good answer first, and then one fault for each picture; what failed is asked once more at the end.
        faults = [fault for fault, _ in HOSTILE_ANSWERS.values()]
        endpoint.script(Reply(), *faults, *faults)
        code, said, peak = run_and_measure(project)
    assert code == 1
    reasons = [line for line in said.splitlines() if line.startswith("  ") and ".png: " in line]
    for name, (_, sentence) in HOSTILE_ANSWERS.items():
        assert any(sentence in line for line in reasons), (name, said)
    assert peak < MOST_MEMORY_FOR_ANSWERS


@linux_only
def test_answers_that_arrive_at_the_same_time_are_bounded_each(tmp_path: Path) -> None:
    with FakeEndpoint(faults=(message(BOMB, "Content-Encoding: gzip"),)) as endpoint:
        project = Project(tmp_path, endpoint.url, Endpoint__retries="0", Endpoint__concurrency="8")
        for number in range(16):
            project.add(f"{number:02}.png")
        code, said, peak = run_and_measure(project)
    assert code == 1
    assert TOO_LARGE in said
    assert peak < MOST_MEMORY


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_small_answer_that_is_packed_is_read(tmp_path: Path, encoding: str) -> None:
    body = json.dumps({"choices": [{"message": {"content": "A cat sits on a wall."}}]}).encode()
    data = gzip.compress(body) if encoding == "gzip" else zlib.compress(body)
    with FakeEndpoint() as endpoint:
        project = Project(tmp_path, endpoint.url)
        project.add("a.png")
        endpoint.script(
            message(data, f"Content-Encoding: {encoding}", "Content-Type: text/plain; charset=hex")
        )
        assert project.run().code == 0
        assert endpoint.requests[0].headers["accept-encoding"] == "identity"
    assert project.caption("a") == "A cat sits on a wall."


@linux_only
@pytest.mark.parametrize("argument", ["--check", "--dry-run"])
def test_a_list_of_models_that_unpacks_to_a_gigabyte_is_no_list(tmp_path: Path, argument: str) -> None:
    with FakeEndpoint(models=message(BOMB, "Content-Encoding: gzip")) as endpoint:
        project = Project(tmp_path, endpoint.url, Endpoint__model="auto")
        project.add("a.png")
        _, _, peak = run_and_measure(project, argument)
    assert peak < MOST_MEMORY


@linux_only
def test_a_wiki_whose_answers_unpack_to_a_gigabyte_is_left_out(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint, FakeDanbooru({}) as wiki:
        project = Project(tmp_path, endpoint.url, TagProvider__skip="False", TagProvider__wiki_url=wiki.url)
        project.add("a.png", "1girl, odd shoes, odd hat")
        wiki.always = WikiFault(WikiReply(200, BOMB, headers={"Content-Encoding": "gzip"}))
        _, said, peak = run_and_measure(project)
    assert "127.0.0.1 sent more than 8 MB: check wiki_url" in said
    assert peak < MOST_MEMORY


NUMBERS = ["9" * 400, "9" * 5000, "NaN", "-Infinity", "-7", "true", '"many"']


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: number[:9] + str(len(number)))
def test_no_number_that_a_server_sends_costs_a_good_caption_or_a_later_run(
    tmp_path: Path, number: str
) -> None:
    usage = f'"prompt_tokens": {number}, "completion_tokens": {number}, "prompt_tokens_details": {number}'
    model = f'"owned_by": "llamacpp", "meta": {{"n_ctx": {number}}}, "max_model_len": {number}'
    models = f'{{"data": [{{"id": "tiny", "created": {number}, {model}}}]}}'
    choice = f'"index": {number}, "message": {{"content": "A cat sits."}}'
    answer = f'{{"created": {number}, "choices": [{{{choice}}}], "usage": {{{usage}}}}}'
    tags = {"odd_shoes": WikiTag("odd_shoes", "Shoes that look odd to others.", post_count=10)}
    with (
        FakeEndpoint(faults=(message(answer.encode()),), models=message(models.encode())) as endpoint,
        FakeDanbooru(tags) as wiki,
    ):
        row = f'[{{"name": "odd_shoes", "category": {number}, "post_count": {number}}}]'
        wiki.faults.append(WikiFault(WikiReply(200, row.encode())))
        project = Project(tmp_path, endpoint.url, TagProvider__skip="False", TagProvider__wiki_url=wiki.url)
        project.add("a.png", "odd shoes")
        (project.captions).mkdir()
        line = f'"picture": "a", "outcome": "done", "text": "0", "seconds": {number}, "time": {number}'
        tokens = f'"prompt_tokens": {number}, "completion_tokens": {number}, "quality": {number}'
        journal = project.captions / "journal.jsonl"
        journal.write_text(f'{{"stage": "interpreter", {line}, {tokens}}}\n', encoding="utf-8")
        assert project.run().code == 0
        assert project.caption("a") == "A cat sits."
        entry = json.loads(project.cache.read_text(encoding="utf-8"))["odd_shoes"]
        assert entry.get("post_count", 0) in range(10**9)
        assert len(journal.read_text(encoding="utf-8").splitlines()) == 2
        for arguments in ((), ("--report",), ("--check",)):
            assert project.run(*arguments).code == 0


def dump_of_one_line(folder: Path) -> Path:
    path = folder / "dump.csv.gz"
    path.write_bytes(packed(b"title,body\n", b"x" * 1_000_000, 1_000))
    return path


def dump_of_one_row(folder: Path) -> Path:
    """Each line opens a quotation that the next one closes, so the row never ends."""
    path = folder / "dump.csv.gz"
    path.write_bytes(packed(b'title,body\nx,"', b'a\n","' * 200_000, 1_000))
    return path


def dump_of_one_object(folder: Path) -> Path:
    path = folder / "dump.jsonl.gz"
    path.write_bytes(packed(b'{"title": "a", "body": [', b"[]," * 300_000, 1_000))
    return path


def dump_of_many_rows(folder: Path) -> Path:
    path = folder / "dump.jsonl.gz"
    path.write_bytes(packed(b"", b"{}" + b" " * 1_900_000 + b"\n", 1_060))
    return path


def parquet(folder: Path, columns: Mapping[str, object], **options: object) -> Path:
    path = folder / "dump.parquet"
    pyarrow.parquet.write_table(pyarrow.table(dict(columns)), path, **options)
    return path


def repeated(value: str, count: int) -> pyarrow.DictionaryArray:
    return pyarrow.DictionaryArray.from_arrays(
        pyarrow.repeat(pyarrow.scalar(0, pyarrow.int32()), count), [value]
    )


def dump_of_repeated_bodies(folder: Path) -> Path:
    """Less than a kilobyte; every one of 5,000 rows has the same body of a megabyte."""
    columns = {"title": repeated("odd_shoes", 5_000), "body": repeated("A shoe. " * 125_000, 5_000)}
    return parquet(folder, columns, compression="zstd")


def dump_of_one_page(folder: Path) -> Path:
    columns = {"title": ["a"] * 300, "body": ["b" * 300_000] * 300}
    return parquet(folder, columns, compression="zstd", use_dictionary=False, data_page_size=2**31 - 1)


def dump_of_growing_bodies(folder: Path) -> Path:
    columns = {"title": ["a"] * 1_000, "body": ["b" * 300_000 + str(number) for number in range(1_000)]}
    encodings = {"title": "PLAIN", "body": "DELTA_BYTE_ARRAY"}
    return parquet(folder, columns, compression="zstd", use_dictionary=False, column_encoding=encodings)


def dump_of_rows(folder: Path) -> Path:
    count = 6_000_000
    columns = {"title": repeated("a", count), "body": pyarrow.nulls(count, pyarrow.string())}
    return parquet(folder, columns, row_group_size=count)


@linux_only
@pytest.mark.parametrize(
    ("make", "code", "sentence"),
    [
        (dump_of_one_line, 2, "is no dump of a wiki (row 2 has more than 2,000,000 characters)"),
        (dump_of_one_row, 2, "is no dump of a wiki (row 2 has more than 2,000,000 characters)"),
        (dump_of_one_object, 2, "is no dump of a wiki (row 1 has more than 2,000,000 characters)"),
        pytest.param(
            dump_of_many_rows,
            2,
            "is no dump of a wiki (it has more than 2,000,000,000 characters)",
            marks=pytest.mark.soak,
        ),
        (dump_of_one_page, 2, "is no dump of a wiki (it has a page that unpacks to more than 32 MB)"),
        (
            dump_of_growing_bodies,
            2,
            "is no dump of a wiki (it has pages of a kind that no dump of a wiki has)",
        ),
        (dump_of_rows, 2, "is no dump of a wiki (it has more than 5,000,000 rows)"),
        (dump_of_repeated_bodies, 0, ""),
    ],
)
def test_a_dump_that_unpacks_to_gigabytes_is_refused_or_read_in_little_memory(
    tmp_path: Path, make: Callable[[Path], Path], code: int, sentence: str
) -> None:
    with FakeEndpoint() as endpoint:
        project = Project(tmp_path, endpoint.url, TagProvider__skip="False")
        project.set["TagProvider.source"] = str(make(tmp_path))
        project.add("a.png", "odd shoes")
        ended, said, peak = run_and_measure(project)
    assert (ended, sentence in said) == (code, True), said
    assert peak < MOST_MEMORY


@linux_only
def test_a_line_of_the_journal_without_end_is_passed_over_and_reported(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = Project(tmp_path, endpoint.url)
        project.add("a.png")
        assert project.run().code == 0
        journal = project.captions / "journal.jsonl"
        with journal.open("ab") as file:
            file.write(b'{"stage": "interpreter", "picture": "')
            for _ in range(250):
                file.write(b"x" * LONGEST_LINE)
            file.write(b'"}\n')
        for arguments in (("--report",), ("--set", "Dataset.existing=refresh")):
            code, said, peak = run_and_measure(project, *arguments)
            assert code == 0, said
            assert "journal.jsonl has a line of more than 1 MB, which is passed over" in said
            assert peak < MOST_MEMORY
    assert len(endpoint.requests) == 1
