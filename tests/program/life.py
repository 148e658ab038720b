"""What a user does with the program over weeks, step by step, and what is on disk after each step.

Each step is a command that writes. `Life.live` does all of them once without a disturbance and keeps a copy
of the folder before and after each; a test repeats single steps on such copies, and disturbs them.
"""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import config
from dataset.trainers import TARGETS
from tests.fakes.answers import Json
from tests.fakes.danbooru import FakeDanbooru
from tests.fakes.endpoint import FakeEndpoint
from tests.program.kill_scene import (
    READER,
    SEER,
    TEMPLATES,
    WRITER,
    add_pictures,
    answer,
    items_of,
    wiki_tags,
)
from tests.program.project import Project
from tests.program.starts import LONGEST_RUN, begin

PICTURES = 24
OLD_NOTE = "A caption of mine from last week."
NEW_WORDS = "A caption that was put right in the report."
# A tag that no picture has, with a sentence of the user's.
OWN_TAG = {"my_own_tag": {"description": "What I call it.", "category": "general"}}
FURTHER_TAG = {"tag_of_a_friend": {"description": "What a friend calls it.", "category": "general"}}


@dataclass(frozen=True, slots=True)
class Step:
    """One command of the user's: what it is called, its arguments, the settings, and what is done before.

    `{folder}` in an argument is the folder of the project. `anew` says that a repetition asks for everything
    again, because it is told to.
    """

    name: str
    arguments: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    before: Callable[[Path], object] | None = None
    anew: bool = False


def _change_template_and_cache(folder: Path) -> None:
    template = folder / "write.txt"
    template.write_text(template.read_text(encoding="utf-8") + "Once more.\n", encoding="utf-8")
    entries = cache(folder) | OWN_TAG
    (folder / "tags_cache.json").write_text(json.dumps(entries), encoding="utf-8")


def _edit_some(folder: Path) -> None:
    for place in ("captions/a/000.txt", "captions/b/001.txt", "descriptions/c/002.txt"):
        (folder / place).write_text(OLD_NOTE, encoding="utf-8")


def _write_corrections(folder: Path) -> None:
    entries = [
        {"picture": "a/003", "caption": NEW_WORDS},
        {"picture": "b/004", "caption": NEW_WORDS},
        {"picture": "c/005", "again": True},
        {"picture": "a/006", "again": True},
    ]
    text = json.dumps({"version": 1, "corrections": entries})
    (folder / "corrections.json").write_text(text, encoding="utf-8")


def _write_cache_of_a_friend(folder: Path) -> None:
    (folder / "friend.json").write_text(json.dumps(FURTHER_TAG | OWN_TAG), encoding="utf-8")


def _write_other_settings(folder: Path) -> None:
    (folder / "other.ini").write_text(config.default_ini(), encoding="utf-8")


_REFRESH, _OVERWRITE = {"Dataset.existing": "refresh"}, {"Dataset.existing": "overwrite"}
STEPS = (
    Step(
        "drafts",
        settings={"Endpoint.url": "builtin", "TagProvider.skip": "True", "Interrogator.skip": "True"},
    ),
    Step("three stages", settings={"Dataset.target": "sd-scripts"}),
    Step(
        "refresh",
        settings={**_REFRESH, "Dataset.target": "diffusion-pipe"},
        before=_change_template_and_cache,
    ),
    Step("overwrite", settings={**_OVERWRITE, "Dataset.target": "ai-toolkit"}, before=_edit_some, anew=True),
    Step("undo", ("--undo",), {"Dataset.target": "ai-toolkit"}),
    Step("apply", ("--apply", "{folder}/corrections.json"), before=_write_corrections),
    Step("again", settings={"Dataset.target": "imagefolder"}),
    *(Step(f"export {each}", ("--export", each, f"{{folder}}/out/{each}")) for each in (*TARGETS, "parquet")),
    Step("export beside", ("--export", "sd-scripts")),
    Step("merge", ("--merge-cache", "{folder}/friend.json"), before=_write_cache_of_a_friend),
    Step("report", ("--report",)),
    Step(
        "compare",
        ("--compare", "{folder}/other.ini", "--sample", "6"),
        before=_write_other_settings,
        anew=True,
    ),
)


@dataclass(frozen=True, slots=True)
class Lived:
    """A step as it went without a disturbance: copies of the folder, and its seconds."""

    step: Step
    before: Path
    after: Path
    seconds: float


class Life:
    """The servers, and the names of the pictures by their tags."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names = add_pictures(folder / "start", PICTURES)
        self.endpoint = FakeEndpoint(answer=answer, latency=0.01)
        self.wiki = FakeDanbooru(wiki_tags())
        for name, text in TEMPLATES.items():
            (folder / "start" / name).write_text(text, encoding="utf-8")

    def __enter__(self) -> Life:
        self.wiki.__enter__()
        self.endpoint.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.wiki.__exit__(None, None, None)
        self.endpoint.__exit__(None, None, None)

    def project(self, folder: Path, step: Step) -> Project:
        """The project in a folder, with the settings of this step."""
        made = Project(
            folder,
            self.endpoint.url,
            Endpoint__concurrency="4",
            TagProvider__skip="False",
            TagProvider__model=READER,
            TagProvider__wiki_url=self.wiki.url,
            TagProvider__prompt_template_file=str(folder / "read.txt"),
            Interrogator__skip="False",
            Interrogator__model=SEER,
            Interrogator__prompt_template_file=str(folder / "see.txt"),
            Interpreter__model=WRITER,
            Interpreter__prompt_template_file=str(folder / "write.txt"),
            Tags__describe="all",
        )
        made.set |= step.settings
        return made

    def command(self, folder: Path, step: Step) -> list[str]:
        """The arguments of `python caption.py` for a step."""
        arguments = [each.format(folder=folder) for each in step.arguments]
        return self.project(folder, step).command(*arguments)[2:]

    def live(self) -> dict[str, Lived]:
        """Do all steps, one after the other."""
        # The server that starts programs is up before anything is timed.
        begin(["--version"], self.folder, self.folder).wait(LONGEST_RUN)
        found, after = {}, self.folder / "start"
        for number, step in enumerate(STEPS):
            before = after
            if step.before:
                before = self.folder / f"before-{number}"
                shutil.copytree(after, before)
                step.before(before)
            after = self.folder / f"after-{number}"
            shutil.copytree(before, after)
            said = self.folder / f"said-{number}"
            said.mkdir()
            started = time.monotonic()
            run = begin(self.command(after, step), after, said)
            code = run.wait(LONGEST_RUN)
            assert code == 0, (step.name, code, (said / "out").read_text(), run.errors.read_text())
            found[step.name] = Lived(step, before, after, time.monotonic() - started)
        return found

    def asked_since(self, count: int) -> set[str]:
        """What was asked about after the first `count` requests."""
        bodies = [request.body for request in self.endpoint.requests[count:]]
        return set().union(*(items_of(body, self.names) for body in bodies))


def texts(folder: Path) -> dict[str, str]:
    """The captions, descriptions and exported texts below a folder, without what was replaced."""
    files = [
        path for place in ("captions", "descriptions", "out") for path in (folder / place).rglob("*.txt")
    ]
    seen = (path for path in files if not {".replaced", ".parts"} & set(path.parts))
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in seen}


def further_files(folder: Path) -> dict[str, bytes]:
    """The files of trainers, and the tables; whole paths of pictures begin at their folder."""
    files = [path for place in ("captions", "out") for path in (folder / place).rglob("*")]
    no_files_of_trainers = (".txt", ".html", ".lock", ".part")
    seen = [
        path
        for path in files
        if path.is_file()
        and path.suffix not in no_files_of_trainers
        and path.name not in ("journal.jsonl", ".tags.jsonl")
        and not {".replaced", ".parts"} & set(path.parts)
    ]
    return {
        path.relative_to(folder).as_posix(): re.sub(rb'"/[^"\n]*/images/', b'"images/', path.read_bytes())
        for path in seen
    }


def journal(folder: Path) -> list[Json]:
    """The lines of the journal, all of which are whole."""
    path = folder / "captions/journal.jsonl"
    raw = path.read_bytes() if path.exists() else b""
    assert not raw or raw.endswith(b"\n"), f"{path} ends in mid-line"
    return [json.loads(line) for line in raw.splitlines()]


def on_disk(folder: Path, since: int) -> set[str]:
    """What needs no further answer: the lines of the journal from number `since` on, and the meanings."""
    items = {
        f"{SEER if line['stage'] == 'interrogator' else WRITER} {line['picture']}"
        for line in journal(folder)[since:]
        if line["outcome"] == "done" and "picture" in line
    }
    return items | {f"{READER} {tag}" for tag in _meanings(folder)}


def _meanings(folder: Path) -> Iterator[str]:
    log = folder / "captions/.tags.jsonl"
    lines = map(json.loads, log.read_bytes().splitlines()) if log.exists() else ()
    yield from (line["tag"] for line in lines if "page" not in line)
    yield from cache(folder)


def cache(folder: Path) -> dict[str, Json]:
    """The entries of tags_cache.json, which is whole."""
    path = folder / "tags_cache.json"
    entries: dict[str, Json] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return entries
