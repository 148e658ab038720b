"""A run over 60 pictures in all three stages that is killed, and what it leaves behind.

The answers depend on nothing but the messages, so that a run in pieces has to end in the very files of a
run in one go. An answer counts as arrived once its last byte has left the server.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
import threading
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.fakes.answers import Json
from tests.fakes.danbooru import FakeDanbooru
from tests.fakes.endpoint import FakeEndpoint
from tests.fakes.faults import Exchange, Reply
from tests.fakes.wiki_pages import WikiTag
from tests.program.processes import Running, running
from tests.program.project import Project, png

PICTURES = 60
IN_FLIGHT = 8
# The model that each stage asks for tells the stages apart.
READER, SEER, WRITER = "reader", "seer", "writer"

_MATERIALS = ("paper", "wooden", "glass", "stone", "copper", "woollen", "silk", "clay", "wicker", "brass")
_THINGS = (
    *("kite", "lantern", "bridge", "basket", "ladder", "boat", "enough", "fence", "bench", "drum", "mask"),
    *("flute", "wheel", "bowl"),
)
_TAGS = tuple(f"{material}_{thing}" for thing in _THINGS for material in _MATERIALS)
TEMPLATES = {
    "read.txt": "{% for page in pages %}\n{{ loop.index }}. {{ page.name }} = {{ page.text }}\n{% endfor %}",
    "see.txt": "Tags: {{ tags }}\nDescribe the picture.\n",
    "write.txt": "Tags: {{ tags }}\n{{ tag_descriptions }}\nSeen: {{ image_description }}\nWrite.\n",
}
_PAGE = re.compile(r"^\d+\. (.+?) = ", re.MULTILINE)
_TAG_LINE = re.compile(r"^Tags: (.+)$", re.MULTILINE)


def wiki_tags() -> dict[str, WikiTag]:
    """A page for every tag, long enough that a model has to sum it up."""
    return {
        tag: WikiTag(
            tag,
            f"A {tag.replace('_', ' ')} that is carried, worn or stands about. It may be old or new. "
            "People often paint it, and in pictures of markets and fairs there are many of them.",
        )
        for tag in _TAGS
    }


def add_pictures(folder: Path, count: int = PICTURES) -> dict[str, str]:
    """Write the pictures; their tags, as a prompt lists them, with the name of the picture of each."""
    chance, found = random.Random(20), {}
    project = Project(folder)
    for number in range(count):
        things = chance.sample(_THINGS, 5)
        tags = [f"{chance.choice(_MATERIALS)} {thing}" for thing in things]
        name = f"{'abc'[number % 3]}/{number:03}"
        project.add(f"{name}.png", ", ".join(tags), png((number % 256, number // 2, 90)))
        found[", ".join(tags)] = name
    assert len(found) == count
    return found


def answer(body: Json) -> str:
    """What the models say: a numbered sentence a page, or a sentence that holds all tags."""
    text = _text_of(body)
    if body["model"] == READER:
        names = _PAGE.findall(text)
        sentences = [f"A {name} stands {_place_of(name)} in a market." for name in names]
        return "\n".join(f"{number}. {each}" for number, each in enumerate(sentences, start=1))
    things = ", ".join(f"a {tag}" for tag in _tags_in(text).split(", "))
    return f"In the market there are {things}, {_place_of(text)} {_place_of(text[::-1])}."


def items_of(body: Json, names: Mapping[str, str]) -> set[str]:
    """What a request asks about; `names` are those of the pictures by their tags."""
    text = _text_of(body)
    if body["model"] == READER:
        return {f"{READER} {name.replace(' ', '_')}" for name in _PAGE.findall(text)}
    return {f"{body['model']} {names[_tags_in(text)]}"}


def _place_of(text: str) -> str:
    places = ("at dawn", "at noon", "in the rain", "by a well", "under a tree", "near a wall", "on a hill")
    digest = hashlib.sha256(text.encode()).digest()
    return f"{places[digest[0] % 7]} with {digest[1] + 2} stalls"


def _text_of(body: Json) -> str:
    contents = [message["content"] for message in body["messages"]]
    parts = (part for content in contents if isinstance(content, list) for part in content)
    texts = [content for content in contents if isinstance(content, str)]
    return "\n".join([*texts, *(part["text"] for part in parts if part["type"] == "text")])


def _tags_in(text: str) -> str:
    found = _TAG_LINE.search(text)
    assert found, text
    return found.group(1)


@dataclass(slots=True)
class AnswerCounter:
    """The only `fault` of the endpoint: it answers well, keeps what it sent, and tells when it is enough."""

    sent: list[Json] = field(default_factory=list)
    enough: threading.Event = field(default_factory=threading.Event)
    stop_after: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def expect(self, stop_after: int) -> None:
        self.sent, self.stop_after = [], stop_after
        self.enough.clear()

    def send(self, exchange: Exchange) -> None:
        Reply().send(exchange)
        with self._lock:
            self.sent.append(exchange.request.body)
            if len(self.sent) >= self.stop_after:
                self.enough.set()


@dataclass(frozen=True, slots=True)
class Left:
    """What is on disk: each item (a tag, or a stage and a picture) that needs no further answer."""

    items: frozenset[str]
    pages: frozenset[str]


class Scene:
    """One project, its servers, and the names by which its requests are known."""

    def __init__(self, folder: Path, images: Path, names: Mapping[str, str]) -> None:
        self.answers = AnswerCounter()
        self.endpoint = FakeEndpoint(answer=answer, faults=(self.answers,), latency=0.004)
        self.wiki = FakeDanbooru(wiki_tags())
        self.names = names
        self.project = Project(
            folder,
            self.endpoint.url,
            Endpoint__concurrency=str(IN_FLIGHT),
            Dataset__images=str(images),
            TagProvider__skip="False",
            TagProvider__model=READER,
            TagProvider__wiki_url=self.wiki.url,
            TagProvider__prompt_template_file="read.txt",
            Interrogator__skip="False",
            Interrogator__model=SEER,
            Interrogator__prompt_template_file="see.txt",
            Interpreter__model=WRITER,
            Interpreter__prompt_template_file="write.txt",
            Tags__describe="all",
        )
        for name, text in TEMPLATES.items():
            (folder / name).write_text(text, encoding="utf-8")

    def __enter__(self) -> Scene:
        self.wiki.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.wiki.__exit__(None, None, None)
        self.endpoint.__exit__(None, None, None)

    def run(self, stop_after: int | None = None, delay: float = 0.0) -> Run:
        """One run: killed `delay` seconds after answer number `stop_after` was sent, or left to its end."""
        asked = len(self.endpoint.requests)
        looked_up = len(self.wiki.asked)
        self.answers.expect(stop_after or 0)
        with running(self.project) as run:
            if stop_after is None:
                run.wait()
            else:
                self._await_answers(run)
                time.sleep(delay)
            sent = list(self.answers.sent)
            run.kill()
            code, said = run.wait(), "".join(run.errors)
        assert "Traceback" not in said, said
        assert code is not None, said
        return Run(
            code,
            [items_of(request.body, self.names) for request in self.endpoint.requests[asked:]],
            [items_of(body, self.names) for body in sent],
            set(_looked_up(self.wiki, looked_up)),
        )

    def _await_answers(self, run: Running) -> None:
        while self.answers.stop_after and run.wait(0) is None and not self.answers.enough.wait(0.05):
            """Wait for the answer, or for the end of a run that needs fewer."""

    def look(self, expected: Mapping[str, str]) -> Left:
        """Read all that is on disk; every text must be whole, and every file must load."""
        journal = self.project.captions / "journal.jsonl"
        items = {
            f"{SEER if line['stage'] == 'interrogator' else WRITER} {line['picture']}"
            for line in _lines(journal)
            if line["outcome"] == "done"
        }
        for name, text in self.texts().items():
            assert text == expected[name], f"{name} is torn"
        pages: set[str] = set()
        for line in _lines(self.project.captions / ".tags.jsonl"):
            if "page" in line:
                pages.add(line["page"]["tag"])
            else:
                items.add(f"{READER} {line['tag']}")
        cache = self.project.cache
        known = json.loads(cache.read_text()) if cache.exists() else {}
        items |= {f"{READER} {tag}" for tag in known}
        return Left(frozenset(items), frozenset(pages))

    def texts(self) -> dict[str, str]:
        """Captions and descriptions by their place."""
        files = [*self.project.captions.rglob("*.txt"), *self.project.descriptions.rglob("*.txt")]
        return {str(path.relative_to(self.project.folder)): path.read_text("utf-8") for path in files}

    def meanings(self) -> dict[str, str]:
        """The sentence of each tag in tags_cache.json."""
        entries = json.loads(self.project.cache.read_text("utf-8"))
        return {tag: entry["description"] for tag, entry in entries.items()}

    def leftovers(self) -> list[str]:
        """Files that a run which ended in order does not leave behind."""
        hidden = self.project.folder.rglob(".*")
        return [str(path) for path in hidden if path.name != ".tagscribe.lock"]


@dataclass(frozen=True, slots=True)
class Run:
    """One run as the servers saw it: the items of each request, and of each answer that was sent."""

    code: int
    asked: list[set[str]]
    sent: list[set[str]]
    looked_up: set[str]

    @property
    def items(self) -> set[str]:
        return set().union(*self.asked)

    def lost(self, kept: Collection[str]) -> list[set[str]]:
        """Answers that had left the server and are not on disk."""
        return [items for items in self.sent if not items <= set(kept)]


def _lines(path: Path) -> Iterator[Json]:
    if path.exists():
        raw = path.read_bytes()
        assert not raw or raw.endswith(b"\n"), f"{path} ends in mid-line"
        yield from map(json.loads, raw.splitlines())


def _looked_up(wiki: FakeDanbooru, since: int) -> Iterator[str]:
    for asked in wiki.asked[since:]:
        yield from asked.one("search[name_space]").split()
