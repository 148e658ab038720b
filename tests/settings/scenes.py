"""Whole runs of the program in which every setting can show that it is read.

A scene is a user's folder with pictures, a model server and a wiki. Each scene is run once as it is, and
again with some settings changed; what can be seen of a run from outside is its `Outcome`.
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyvips

from tests.fakes.answers import gists, pages_in
from tests.fakes.danbooru import FakeDanbooru
from tests.fakes.endpoint import FakeEndpoint, Reply, Request
from tests.fakes.faults import Exchange
from tests.fakes.gguf_files import write_header
from tests.fakes.wiki import Asked
from tests.fakes.wiki_pages import WikiTag
from tests.program.processes import HANGS
from tests.program.project import Project, Result, png

STAGES = ("TagProvider", "Interrogator", "Interpreter")
LOGIN, WIKI_KEY = "ann", "wiki-key"
BOUNDLESS = "boundless.gguf"
REFUSAL = "I'm sorry, but I can't help with that."
HAND_WRITTEN = "Somebody wrote this by hand."

# No glossary explains them, and they are too many for one request.
ODD_THINGS = ("bell", "cup", "fan", "key", "lid", "pan", "pen", "pin", "pot", "rug", "saw", "toy")
# Two sentences each, so that a model is asked for a summary of every page.
TAGS = {
    name: WikiTag(
        name,
        f"{text} It is drawn in many ways.",
        category,
        post_count=count,
        implies="smile" if name == "grin" else "",
    )
    for name, text, category, count in (
        ("hatsune_miku", "A singer with two long tails of hair.", "character", 110_000),
        ("vocaloid", "Software that sings.", "copyright", 150_000),
        ("grin", "A smile that shows the teeth.", "general", 300_000),
        ("paper_lantern", "A lamp with a shade of paper.", "general", 9_000),
        ("castle", "A large old house with walls and towers.", "general", 9_000),
        ("lighthouse", "A tower with a strong light.", "general", 9_000),
        ("windmill", "A house with four sails.", "general", 9_000),
        ("slow_kite", "A toy that flies on a string.", "general", 9_000),
        ("stubborn_kite", "A toy that flies on a string against the wind.", "general", 9_000),
        ("odd_hat", "A hat that few people wear.", "general", 3),
        *((f"odd_{thing}", f"A {thing} that few people have.", "general", 9_000) for thing in ODD_THINGS),
    )
}

# The picture, its tags, and what the model says of it. The first tag of each stands in no other picture.
PICTURES: Mapping[str, tuple[str, str]] = {
    "miku": (
        "twintails, 1girl, solo, hatsune miku, vocaloid, long hair, silver hair, grin, smile",
        "Hatsune Miku from Vocaloid grins with a smile at the viewer, alone, a girl with long silver hair in "
        "twintails. Nothing else is shown in this drawing.",
    ),
    "deep/lake": ("lake, scenery, no humans", "A wide lake lies in the scenery without any humans."),
    "german": (
        "castle, 1girl, solo",
        "Ein Mädchen steht allein vor dem Schloss und die Sonne ist hinter dem Turm.",
    ),
    "poor": (
        "lighthouse, 1girl, red dress, black boots, umbrella, sitting, night",
        "There is a lighthouse at the sea.",
    ),
    "half": (
        "windmill, odd hat, 1girl, smile, outdoors",
        "A girl with a smile stands outdoors beside a windmill.",
    ),
    "kept": ("garden, 1girl, smile", "A girl with a smile stands in a garden."),
    "lantern": ("garden lamp, no humans", "A lamp stands in a garden, and there are no humans."),
}
TROUBLED: Mapping[str, tuple[str, str]] = {
    "slow": ("slow kite, outdoors", "A slow kite flies outdoors."),
    "stubborn": ("stubborn kite, outdoors", "A stubborn kite flies outdoors."),
    "plain": ("windmill, outdoors", "A windmill stands outdoors."),
}
ODD = {"odd": (", ".join(f"odd {thing}" for thing in ODD_THINGS), "Odd things lie on a table.")}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What can be seen of one run from outside.

    `files` are the texts in the user's folder by their names, `asked` the chat requests of each stage in
    the order of their arrival, `elsewhere` the stages that asked the second server, and `at_once` the most
    requests that a stage had in flight. `other_wiki` is what the second wiki was asked.
    """

    result: Result
    files: Mapping[str, str]
    asked: Mapping[str, Sequence[Request]]
    elsewhere: frozenset[str]
    at_once: Mapping[str, int]
    other_wiki: Sequence[Asked]

    def prompt(self, stage: str, tag: str) -> str:
        """The text of the first request of a stage that names a tag; "" where there is none."""
        texts = (text_of(request) for request in self.asked[stage])
        return next((text for text in texts if tag in text), "")

    def cached(self, tag: str) -> Mapping[str, object]:
        """The entry of a tag in tags_cache.json."""
        entry: Mapping[str, object] = json.loads(self.files["tags_cache.json"])[tag]
        return entry


def text_of(request: Request) -> str:
    """The text of the last message."""
    content = request.body["messages"][-1]["content"]
    if isinstance(content, str):
        return content
    return "".join(part["text"] for part in content if part["type"] == "text")


def longest_side(request: Request) -> int:
    """The longer side of the picture in a request, in pixels."""
    (url,) = (
        part["image_url"]["url"]
        for part in request.body["messages"][-1]["content"]
        if part["type"] == "image_url"
    )
    picture = pyvips.Image.new_from_buffer(base64.b64decode(url.partition(",")[2]), "")
    return max(int(picture.width), int(picture.height))


def stage_of(request: Request) -> str:
    """The stage that sent a request: told by the picture beside its text, or the wiki pages in it."""
    if isinstance(request.body["messages"][-1]["content"], list):
        return "Interpreter" if "Draft: " in text_of(request) else "Interrogator"
    return "TagProvider" if is_about_pages(request) else "Interpreter"


def is_about_pages(request: Request) -> bool:
    return bool(pages_in(request.body)) or "Own words for pages" in text_of(request)


class Model:
    """Answers every request of the scenes, and remembers which stage it came from.

    It takes `slow` seconds over one kite and refuses the other one at first. At the second request of the
    stage `lost_at` the server goes away; where it `returns`, it is back after a second. With `together`, it
    answers no request of a stage before two have been there at once.
    """

    def __init__(self, slow: float, lost_at: str, *, returns: bool, together: bool) -> None:
        self.asked: dict[str, list[Request]] = {stage: [] for stage in STAGES}
        self.at_once = dict.fromkeys(STAGES, 0)
        self.server: FakeEndpoint | None = None
        self._slow, self._lost_at, self._returns, self._together = slow, lost_at, returns, together
        self._in_flight = dict.fromkeys(STAGES, 0)
        self._lock = threading.Condition()

    def send(self, exchange: Exchange) -> None:
        stage = stage_of(exchange.request)
        with self._lock:
            self.asked[stage].append(exchange.request)
            count = len(self.asked[stage])
            self._in_flight[stage] += 1
            self.at_once[stage] = max(self.at_once[stage], self._in_flight[stage])
            self._lock.notify_all()
            if self._together:
                # On a busy computer the first would be answered before the program sends the second.
                self._lock.wait_for(lambda: self.at_once[stage] > 1, HANGS)
        if stage == self._lost_at and count == 2:
            threading.Thread(target=self._go_away).start()
            exchange.wait(60)
            return
        self._reply(stage, exchange).send(exchange)
        with self._lock:
            self._in_flight[stage] -= 1

    def _go_away(self) -> None:
        assert self.server
        self.server.stop()
        if self._returns:
            threading.Timer(1.0, self.server.start_again).start()

    def _reply(self, stage: str, exchange: Exchange) -> Reply:
        request = exchange.request
        said = text_of(request)
        asked_before = sum("stubborn kite" in text_of(each) for each in self.asked[stage][:-1])
        if "stubborn kite" in said and asked_before < (2 if stage == "TagProvider" else 1):
            return Reply(REFUSAL)
        delay = self._slow if "slow kite" in said else 0.0
        if stage == "TagProvider":
            return Reply(gists(request.body) or "A tower stands beside the sea.", delay=delay)
        if stage == "Interrogator":
            return Reply("A thing stands on a green meadow, with hills behind it.", delay=delay)
        drafts = [message for message in request.body["messages"] if message["role"] == "user"]
        texts = "\n".join(str(message["content"]) for message in drafts[-2:])
        captions = {**PICTURES, **TROUBLED}.values()
        found = (caption for tags, caption in captions if tags.partition(",")[0] in texts)
        return Reply(next(found, "A boat lies at the shore."), delay=delay)


@dataclass(frozen=True, slots=True)
class Scene:
    """Which pictures there are, what is set in any case, and what the program is asked for."""

    pictures: Mapping[str, tuple[str, str]]
    settings: Mapping[str, str]
    arguments: tuple[str, ...] = ()


_ALL_STAGES = {"TagProvider.skip": "False", "Interrogator.skip": "False"}
SCENES: Mapping[str, Scene] = {
    "calm": Scene({**PICTURES, **ODD}, _ALL_STAGES),
    "troubled": Scene(TROUBLED, {**_ALL_STAGES, "Endpoint.concurrency": "2", "Interpreter.repairs": "0"}),
    "away": Scene(
        {**PICTURES, **ODD}, {**_ALL_STAGES, "Endpoint.concurrency": "1", "Interpreter.repairs": "0"}
    ),
    "dry run": Scene(PICTURES, _ALL_STAGES, ("--dry-run",)),
    "batch files": Scene(PICTURES, {**_ALL_STAGES, "Endpoint.url": "batch"}, ("--check",)),
    # No computer has the memory that this model takes, so --check says for each stage how much that is.
    "embedded": Scene(
        TROUBLED,
        {**_ALL_STAGES, "Endpoint.url": "embedded", "Endpoint.model": BOUNDLESS},
        ("--check",),
    ),
}


def play(folder: Path, scene: Scene, settings: Mapping[str, str], lost_at: str = "") -> Outcome:
    """Run the program once; `{second}` and `{other_wiki}` in `settings` stand for addresses."""
    # The scene as it is has the default timeout and wait_for_server, which are longer than tests can wait.
    model = Model(
        5.0 if any(name.endswith(".timeout") for name in settings) else 0.0,
        lost_at,
        returns=not settings,
        together=scene == SCENES["calm"] and not settings,
    )
    with (
        FakeEndpoint(faults=(model,), latency=0.05) as server,
        FakeEndpoint(faults=(model,), latency=0.05) as second,
        FakeDanbooru(TAGS) as wiki,
        FakeDanbooru(TAGS, accounts={LOGIN: WIKI_KEY}) as other_wiki,
    ):
        model.server = server
        addresses = {"{second}": second.url, "{other_wiki}": other_wiki.url}
        project = _project(folder, scene, server.url, wiki.url)
        for name, value in settings.items():
            project.set[name] = addresses.get(value, value)
        result = project.run(*scene.arguments)
        return Outcome(
            result,
            _files(folder),
            model.asked,
            frozenset(stage_of(request) for request in second.requests),
            model.at_once,
            other_wiki.asked,
        )


def _project(folder: Path, scene: Scene, url: str, wiki_url: str) -> Project:
    project = Project(folder, url, TagProvider__wiki_url=wiki_url)
    del project.set["Interpreter.repairs"], project.set["Interpreter.reading"]
    project.set |= scene.settings
    for name, (tags, _) in scene.pictures.items():
        project.add(f"{name}.png", tags, png(width=64, height=48))
    (project.images / "lantern.caption").write_text("paper lantern, no humans", encoding="utf-8")
    others = folder / "others" / "further"
    others.mkdir(parents=True)
    for place in (others.parent, others):
        (place / "boat.png").write_bytes(png())
        (place / "boat.txt").write_text("boat, no humans", encoding="utf-8")
    (folder / "apart").mkdir()
    (folder / "apart" / "boat.txt").write_text("rowing boat, no humans", encoding="utf-8")
    project.captions.mkdir()
    (project.captions / "kept.txt").write_text(HAND_WRITTEN, encoding="utf-8")
    (folder / "own_tags.csv").write_text("windmill,My own words for a mill.,general\n", encoding="utf-8")
    (folder / "own.txt").write_text("Own words: {{ tags }}\n{{ tag_descriptions }}\n", encoding="utf-8")
    (folder / "own_pages.txt").write_text(
        "Own words for pages\n{% for page in pages %}{{ page.text }}\n{% endfor %}", encoding="utf-8"
    )
    # A thousand million bytes for each token.
    write_header(folder / BOUNDLESS, layers=1000, width=250_000)
    rows = ({"title": tag.name, "body": tag.body, "category": tag.category} for tag in TAGS.values())
    (folder / "pages.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return project


def _files(folder: Path) -> dict[str, str]:
    found = (path for path in folder.rglob("*") if path.is_file() and path.suffix not in (".png", ".gguf"))
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in found}
