"""What long captions miss, once a model that makes no mistakes has read them."""

from __future__ import annotations

from pathlib import Path

from llm.picture_requests import Requests
from reading.questions import LIST
from reading.reader import Reader
from tags.spelling import words
from tests.check.corpus import LONG, Figure, judge
from tests.fakes.endpoint import FakeEndpoint
from tests.fakes.judge import Judge
from tests.reading.test_reading import believed_by, with_reader

AIM = 0.95


def test_with_a_perfect_reader_what_is_missed_is_what_somebody_who_reads_misses(tmp_path: Path) -> None:
    missed_by_caption = {each.caption: {words(tag) for tag in each.missed} for each in LONG}

    def knows(caption: str, tag: str) -> float:
        return float(tag not in missed_by_caption[caption])

    async def read_all(reader: Reader, requests: Requests) -> Figure:
        right = wrong = overlooked = 0
        for each in LONG:
            missed = set(judge(each).missed)
            if missed:
                tags = dict.fromkeys(missed, "")
                reading = await reader.read(each.caption, tags, each.categories, requests)
                assert reading is not None
                missed -= reading.said
            right += len(missed & each.missed)
            wrong += len(missed - each.missed)
            overlooked += len(each.missed - missed)
        return Figure(right, wrong, overlooked)

    believed_by(tmp_path, LIST)
    with FakeEndpoint(faults=(Judge(knows, knows, knows),)) as server:
        figure = with_reader(server, tmp_path, read_all)
    assert min(figure.precision, figure.recall) >= AIM, figure
