"""The wikis that can be asked what a tag means: a new wiki is one class in `wiki/` and one entry here.

This table is read by the check of `[TagProvider] source` and its line in the manual, where a wiki is opened,
and by `--check`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

DUMP_ENDINGS = (".csv", ".csv.gz", ".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz", ".parquet")
"""How the name of a file ends that can be read in place of a wiki."""


class Manners(NamedTuple):
    """How politely a wiki is asked; all times in seconds.

    `first_wait` doubles with each further try up to `longest_wait`: 5, 10, 20 and 40 seconds outlast
    a minute of 502s. A `Retry-After` beyond `longest_wait` is not waited for. `deadline` is for one
    whole answer, so that a server that sends a byte now and then cannot hold up the run; `first_deadline`
    and `unreached_wait` are for a wiki that has not answered yet. After `patience` a question is given up.
    """

    per_second: float
    first_wait: float = 5.0
    longest_wait: float = 60.0
    tries: int = 5
    deadline: float = 45.0
    first_deadline: float = 12.0
    unreached_wait: float = 1.0
    patience: float = 120.0


class Wiki(NamedTuple):
    """One wiki: the class that asks it, as `module:class`, its usual address, and how often it may be asked.

    The class is only named, because the libraries it needs take a while to load.
    """

    source: str
    address: str
    manners: Manners


WIKIS: Mapping[str, Wiki] = {
    # Danbooru's limit of 10 requests a second is for everything that a user runs; we take half of it.
    "danbooru": Wiki("wiki.danbooru:DanbooruSource", "https://danbooru.donmai.us", Manners(per_second=5)),
    # e621 asks for at most one request a second.
    "e621": Wiki("wiki.e621:E621Source", "https://e621.net", Manners(per_second=1)),
}
