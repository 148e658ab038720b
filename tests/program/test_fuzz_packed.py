"""What comes packed, from wikis and in dumps: any bytes give pages or one of our own errors."""

from __future__ import annotations

import gzip
import io
import json
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from errors import StageError, UserError
from settings.wikis import Manners
from tests.fakes.danbooru import FakeDanbooru
from tests.fakes.wiki import Fault, Reply
from tests.program.test_fuzz import JSON
from wiki.danbooru import DanbooruSource
from wiki.dump import DumpSource
from wiki.e621 import E621Source
from wiki.source import Access

pytestmark = pytest.mark.slow

AT_ONCE = Manners(per_second=1e6, first_wait=0, longest_wait=0, tries=1)
TAGS = ["hat", "shoes"]


@pytest.fixture(scope="module")
def wiki() -> Iterator[FakeDanbooru]:
    with FakeDanbooru({}) as fake:
        yield fake


FIELDS = (
    *("category", "post_count", "is_deprecated", "wiki_page", "antecedent_alias", "antecedent_implications"),
    *("title", "body", "parent", "status", "antecedent_name"),
)
ROW = st.fixed_dictionaries({"name": st.sampled_from(TAGS)}, optional=dict.fromkeys(FIELDS, JSON))
ANSWERS = (JSON | st.lists(ROW, max_size=3)).map(lambda document: json.dumps(document).encode())


@given(
    body=ANSWERS | st.binary(max_size=100),
    status=st.sampled_from([200, 200, 200, 403, 500]),
    packings=st.lists(st.sampled_from(["gzip", "deflate", "br", "x"]), max_size=3),
    packed=st.booleans(),
)
def test_any_answer_of_a_wiki_gives_pages_or_an_error_of_ours(
    wiki: FakeDanbooru, body: bytes, status: int, packings: list[str], packed: bool
) -> None:
    if packed:
        for _ in packings:
            body = gzip.compress(body)
    headers = {"Content-Encoding": ", ".join(packings)} if packings else {}
    wiki.always = Fault(Reply(status, body, headers=headers))
    for source in (DanbooruSource, E621Source):
        with suppress(StageError, UserError):
            for page in source(Access(wiki.url, AT_ONCE)).pages(TAGS):
                assert page.post_count is None or 0 <= page.post_count <= 10**9


def as_parquet(**options: object) -> bytes:
    rows = {"title": ["hat", "shoes"] * 50, "body": ["A hat.", "Two shoes."] * 50, "post_count": [1, 2] * 50}
    file = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(rows), file, **options)
    return file.getvalue()


DUMPS = {
    "plain.parquet": as_parquet(use_dictionary=False, compression="none"),
    "packed.parquet": as_parquet(compression="zstd", data_page_version="2.0"),
    "pages.parquet": as_parquet(data_page_size=64, write_batch_size=4, row_group_size=30),
    "dump.csv.gz": gzip.compress(b"title,body\n" + b'hat,"A hat."\n' * 300),
    "dump.jsonl.gz": gzip.compress(b'{"title": "hat", "body": "A hat."}\n' * 300),
}


@given(
    name=st.sampled_from(sorted(DUMPS)),
    changes=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=6),
    kept=st.floats(0.9, 1),
)
def test_a_damaged_dump_gives_pages_or_an_error_of_ours(
    name: str, changes: list[tuple[float, int]], kept: float
) -> None:
    content = bytearray(DUMPS[name])
    for place, value in changes:
        content[int(place * len(content))] = value
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content[: round(len(content) * kept)])
        with suppress(UserError):
            list(DumpSource(path).pages(TAGS))
