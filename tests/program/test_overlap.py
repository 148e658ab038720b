"""With two servers, `overlap = True` lets a caption begin as soon as its own description is there."""

from __future__ import annotations

import asyncio
import json
import threading
from pathlib import Path
from typing import Any

import pytest

from captioning.overlap import Relay, side_by_side
from dataset.images import Picture
from errors import StageError
from tests.fakes.endpoint import FakeEndpoint, Status
from tests.program.project import Project

_TEMPLATE = "Tags: {{ tags }}\nSeen: {{ image_description }}\nWrite.\n"
_THINGS = ("kite", "lantern", "bridge", "basket", "ladder")
_PATIENCE = 60.0


def project(folder: Path, seer: str, writer: str, **settings: str) -> Project:
    made = Project(
        folder,
        url=writer,
        Interrogator__skip="False",
        Interrogator__url=seer,
        Interpreter__prompt_template_file="write.txt",
        Endpoint__concurrency="1",
        Endpoint__retries="0",
        **settings,
    )
    (folder / "write.txt").write_text(_TEMPLATE, encoding="utf-8")
    for number, thing in enumerate(_THINGS):
        made.add(f"{number}.png", f"{thing}, outdoors")
    return made


def texts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.txt")}


def said_in(body: dict[str, Any]) -> str:
    return json.dumps(body["messages"])


def test_captions_begin_before_the_last_description_ends_and_are_the_same_as_without_overlap(
    tmp_path: Path,
) -> None:
    a_caption_was_asked_for = threading.Event()

    def describe(body: dict[str, Any]) -> str:
        thing = next(thing for thing in _THINGS if thing in said_in(body))
        if thing == _THINGS[-1] and not a_caption_was_asked_for.wait(_PATIENCE):
            return ""  # no description: then the captions below differ
        return f"A {thing} hangs over a green meadow in the light of the evening."

    def write(body: dict[str, Any]) -> str:
        a_caption_was_asked_for.set()
        thing = next(thing for thing in _THINGS if f"A {thing} hangs" in said_in(body))
        return f"A {thing} is seen outdoors over a meadow in the evening."

    with FakeEndpoint(answer=describe) as seer, FakeEndpoint(answer=write) as writer:
        at_once = project(tmp_path / "at once", seer.url, writer.url, Endpoint__overlap="True")
        result = at_once.run()
        one_by_one = project(tmp_path / "one by one", seer.url, writer.url)
        one_by_one.run()
        again = at_once.run()
        assert len(seer.requests) == len(writer.requests) == 2 * len(_THINGS)
    assert result.code == 0, result
    assert "Interrogator: 5 pictures described" in result.out
    assert "Interpreter: 5 captions written" in result.out
    assert "Nothing to do" in again.out
    assert len(texts(at_once.captions)) == len(_THINGS)
    assert texts(at_once.captions) == texts(one_by_one.captions)
    assert texts(at_once.descriptions) == texts(one_by_one.descriptions)


def test_what_has_a_description_already_or_gets_none_is_captioned_all_the_same(tmp_path: Path) -> None:
    with FakeEndpoint() as seer, FakeEndpoint() as writer:
        there = project(tmp_path, seer.url, writer.url, Endpoint__overlap="True")
        there.descriptions.mkdir()
        (there.descriptions / "1.txt").write_text("A lantern made of paper.", encoding="utf-8")
        seer.script(Status(400, '{"error": {"message": "too large"}}'))
        result = there.run()
        asked = [said_in(request.body) for request in writer.requests]
    assert result.code == 1, result
    assert "4 pictures described" not in result.out
    assert "Interrogator: 3 pictures described; 1 there already; 1 failed" in result.out
    assert "Interpreter: 5 captions written" in result.out
    assert "A lantern made of paper." in asked[0]


def test_the_end_of_one_stage_ends_the_other_in_order_and_the_next_run_goes_on(tmp_path: Path) -> None:
    with FakeEndpoint() as seer, FakeEndpoint(latency=0.05) as writer:
        run = project(tmp_path, seer.url, writer.url, Endpoint__overlap="True")
        for number in range(20):
            run.add(f"more{number}.png", f"{number} kites, outdoors")
        seer.script(*[Status(400)] * 25)
        result = run.run()
        kept = {line["picture"] for line in run.journal() if line["stage"] == "interpreter"}
        assert result.code == 2
        assert "the first 20 failed and none succeeded" in result.err
        assert {Path(name).stem for name in texts(run.captions)} == kept
        assert not (run.captions / ".parts").exists()
        seer.script()
    with FakeEndpoint() as seer, FakeEndpoint() as writer:
        run.set |= {"Interrogator.url": seer.url, "Endpoint.url": writer.url}
        assert run.run().code == 0
        assert len(seer.requests) == 25
        assert len(writer.requests) == 25 - len(kept)


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({}, "Interrogator and Interpreter ask the same server"),
        ({"Dataset__existing": "refresh"}, "with existing = refresh"),
    ],
)
def test_where_they_cannot_overlap_the_stages_follow_each_other_and_it_is_said(
    tmp_path: Path, settings: dict[str, str], why: str
) -> None:
    with FakeEndpoint() as one, FakeEndpoint() as other:
        seer = other.url if settings else one.url
        run = project(tmp_path, seer, one.url, Endpoint__overlap="True", **settings)
        result = run.run()
    assert result.code == 0
    assert f"one after the other in spite of overlap = True: {why}" in result.out
    assert "Interpreter: 5 captions written" in result.out


def test_a_relay_hands_on_each_picture_once_and_those_that_nobody_spoke_of_at_the_end() -> None:
    pictures = [Picture(f"{letter}.png", ".txt") for letter in "abcd"]

    async def handed_on() -> list[str]:
        relay = Relay(pictures[:3], pictures[1:])

        async def describe() -> None:
            relay.finished(pictures[2])
            relay.finished(pictures[2])
            relay.finished(pictures[3])

        await relay.until_described(describe())
        return [picture.name async for picture in relay.pictures()]

    assert asyncio.run(handed_on()) == ["a.png", "c.png", "b.png"]


def test_what_ends_one_stage_is_raised_once_the_others_have_ended() -> None:
    ended = []

    async def fail() -> None:
        await asyncio.sleep(0)
        raise StageError("the server went away")

    async def wait() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append("in order")

    async def both() -> None:
        await side_by_side(wait(), fail())

    with pytest.raises(StageError, match="went away"):
        asyncio.run(both())
    assert ended == ["in order"]
