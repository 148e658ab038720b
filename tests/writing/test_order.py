"""Pictures are sorted so that each prompt begins like the one before, and the captions stay the same."""

from __future__ import annotations

import json
import random
from pathlib import Path

from tests.fakes.endpoint import FakeEndpoint
from tests.program.project import Project

_TAGS = {
    "a": "1girl, alice (alice in wonderland), alice in wonderland, apron",
    "b": "1girl, hakurei reimu, touhou, hat",
    "c": "1girl, alice (alice in wonderland), alice in wonderland, hat",
    "d": "mountain, river",
    "e": "1girl, hakurei reimu, touhou, apron",
}


def test_pictures_of_one_character_are_asked_about_one_after_the_other(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = Project(tmp_path, url=endpoint.url, Endpoint__concurrency="1")
        for name, tags in _TAGS.items():
            project.add(f"{name}.png", tags)
        result = project.run()
        last = [request.body["messages"][-1]["content"] for request in endpoint.requests]
    assert result.code == 0, result
    assert [text.splitlines()[0] for text in last] == [
        "Characters: none named",
        *["Characters: alice"] * 2,
        *["Characters: hakurei reimu"] * 2,
    ]
    written = {line["picture"]: line["written"] for line in project.journal()}
    assert written == {name: project.caption(name) for name in _TAGS}


def test_a_limit_takes_the_first_files_whatever_the_order_of_asking(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = Project(tmp_path, url=endpoint.url, Endpoint__concurrency="1")
        for name, tags in _TAGS.items():
            project.add(f"{name}.png", tags)
        project.run("--limit", "2")
    assert sorted(path.stem for path in project.captions.glob("*.txt")) == ["a", "b"]


def test_what_a_prompt_says_does_not_depend_on_the_order_of_the_files(tmp_path: Path) -> None:
    names = list(_TAGS)
    random.Random(1).shuffle(names)
    said = []
    for folder, order in (("one", list(_TAGS)), ("other", names)):
        with FakeEndpoint() as endpoint:
            project = Project(tmp_path / folder, url=endpoint.url)
            for number, name in enumerate(order):
                project.add(f"{number}.png", _TAGS[name])
            project.run()
            said.append(sorted(json.dumps(request.body["messages"]) for request in endpoint.requests))
    assert said[0] == said[1]
