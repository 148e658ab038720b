"""What one look takes beside two stages, and how often it errs: `python -m benchmarks.one_look`.

The shipped pictures are captioned in both ways by two servers. A fake one writes the draft in every answer
and makes a mistake in every third, one person too many; its tokens are words, and it counts none for a
picture. llama.cpp's real server has a tiny model of random weights: it shows what is sent, and its texts mean
nothing. `unchecked` are the faults of the descriptions, which nobody mends. Then a server with 16 slots is
kept busy with pictures of a megapixel. Exits with 1 where the share of its slots is missed.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import config
from benchmarks.saturation import Case, share_taken
from captioning.project import Project
from composer import compose
from interpreter import Interpreter
from tags.spelling import canonical
from tests.fakes.answers import Json
from tests.fakes.endpoint import FakeEndpoint
from tests.fakes.llama_server import CONTEXT, Launch, LlamaServer
from tests.fakes.tiny_model import write_text_model, write_vision_projector
from tests.program.project import Project as Folder
from tests.program.starts import ROOT
from writing.judging import judge

WAYS = {"two stages": {"Interrogator__skip": "False"}, "one look": {"Interpreter__sees": "True"}}
SATURATED = (
    Case("descriptions", 16, 0.5, 256, 0.0, sees="Interrogator"),
    Case("one look", 16, 0.5, 256, 0.95, sees="Interpreter"),
    # A busy computer has a share in what is missed above; models that see mostly take seconds.
    Case("one look", 16, 4.0, 128, 0.95, sees="Interpreter"),
)
_MISTAKE_IN = 3
_SUMS = re.compile(r"^Inter\w+: .*?([\d,]+) requests?, ([\d,]+) tokens? in.*?, ([\d,]+) out", re.MULTILINE)
_TOO_MANY = {"A girl": "Two girls", "A boy": "Two boys", "Alice": "Two girls, Alice"}
_STRANGER = "Two girls stand beside it."


@dataclass(frozen=True, slots=True)
class Taken:
    """What a way took for each picture, how its captions came about, and the faults that are left."""

    requests: float
    tokens_in: float
    tokens_out: float
    mended: int
    drafts: int
    faults: int
    unchecked: int


def answer(body: Json) -> str:
    """What the model of the fake server says."""
    content = body["messages"][-1]["content"]
    text = content if isinstance(content, str) else content[-1]["text"]
    if "What colour" in text:
        return "orange"
    if wrong := re.search(r'not right: "(.*?)" In it', text):
        return _right(wrong[1])
    if draft := re.search(r"^Draft: (.*)", text, re.MULTILINE):
        return _perhaps_wrong(draft[1], "caption")
    told = re.search(r"the tags are right: (.*)", text)
    tags = [canonical(tag) for tag in (told[1] if told else "").split(",")]
    return _perhaps_wrong(compose(tags, {}), "look")


def _perhaps_wrong(text: str, kind: str) -> str:
    if blake2b(f"{kind} {text}".encode(), digest_size=2).digest()[0] % _MISTAKE_IN:
        return text
    for right, wrong in _TOO_MANY.items():
        if text.startswith(right):
            return text.replace(right, wrong, 1)
    return f"{text} {_STRANGER}"


def _right(sentence: str) -> str:
    if sentence == _STRANGER:
        return "Nothing stands beside it."
    for right, wrong in _TOO_MANY.items():
        sentence = sentence.replace(wrong, right)
    return sentence


def taken(folder: Path, url: str, settings: Mapping[str, str]) -> Taken:
    """What captioning the shipped pictures took."""
    run = Folder(folder, url=url, **settings)
    # As config.ini has them.
    run.set |= {"Interpreter.repairs": "1", "Interpreter.floor": "draft"}
    shutil.copytree(ROOT / "images", run.images, dirs_exist_ok=True)
    shutil.copy(ROOT / "tags_cache.json", run.cache)
    result = run.run()
    if result.code:
        raise SystemExit(result.out + result.err)
    sums = [[int(each.replace(",", "")) for each in found] for found in _SUMS.findall(result.out)]
    captions = [line for line in run.journal() if line["stage"] == "interpreter"]
    requests, tokens_in, tokens_out = (sum(each) / len(captions) for each in zip(*sums, strict=True))
    return Taken(
        requests,
        tokens_in,
        tokens_out,
        sum(line["repaired"] for line in captions),
        sum("floor" in line for line in captions),
        sum(len(line["faults"]) for line in captions),
        _faults_of_descriptions(run),
    )


def _faults_of_descriptions(run: Folder) -> int:
    chosen = [f"{key}={value}" for key, value in run.set.items()]
    project = Project(config.load(run.folder / "config.ini", chosen))
    stage = Interpreter(project)
    texts = ((each, project.descriptions.read(each.stem_name)) for each in project.collection.pictures)
    return sum(len(judge(text, stage.picture_tags(each, "")).coverage.faults) for each, text in texts if text)


@contextmanager
def servers(folder: Path) -> Iterator[Mapping[str, str]]:
    """The addresses of both servers by name."""
    write_text_model(folder / "text.gguf", CONTEXT)
    write_vision_projector(folder / "vision.gguf")
    launch = Launch(str(folder / "text.gguf"), str(folder / "vision.gguf"))
    with FakeEndpoint(answer=answer) as fake, LlamaServer(launch, folder / "log") as real:
        yield {"fake": fake.url, "llama.cpp": real.url}


def main() -> int:
    """Print the tables; 1 where the share is missed."""
    print(
        f"{'server':10} {'way':11} {'requests':>9} {'tokens in':>10} {'out':>6} "
        f"{'mended':>7} {'drafts':>7} {'faults':>7} {'unchecked':>10}"
    )
    with tempfile.TemporaryDirectory() as place, servers(Path(place)) as addresses:
        for server, url in addresses.items():
            for number, (way, settings) in enumerate(WAYS.items()):
                took = taken(Path(place) / f"{server} {number}", url, settings)
                print(
                    f"{server:10} {way:11} {took.requests:9.2f} {took.tokens_in:10,.0f} "
                    f"{took.tokens_out:6,.0f} {took.mended:7} {took.drafts:7} {took.faults:7} "
                    f"{took.unchecked:10}",
                    flush=True,
                )
    print(
        f"\n{'pictures':12} {'slots':>5} {'latency':>8} {'count':>6} {'worked':>7} {'in line':>8} "
        f"{'share':>6} {'stated':>7}"
    )
    return int(sum(map(_is_missed, SATURATED)) > 0)


def _is_missed(case: Case) -> bool:
    with tempfile.TemporaryDirectory() as place:
        share, course = share_taken(case, Path(place))
    is_missed = share < case.share
    print(
        f"{case.name:12} {case.slots:5} {case.latency:6.1f} s {case.pictures:6} "
        f"{course.worked / course.seconds:7.0%} {course.stood_in_line / course.seconds:8.0%} "
        f"{share:6.3f} {case.share or '':>7}{'  missed' if is_missed else ''}",
        flush=True,
    )
    return is_missed


if __name__ == "__main__":
    sys.exit(main())
