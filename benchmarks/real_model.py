"""What captions are worth that a real model writes: `python -m benchmarks.real_model --model FILE.gguf`.

The program itself captions the pictures that ship, 30 tag sets that drafts are tested with, and those that
nobody tunes on (fresh_sets.txt), with a model that llama.cpp serves: with `floor = draft` and with
`floor = none`, both on the same answers. `--judge` names the model that reads all captions again; it is
examined first. The figures are the program's own check; whether captions are true is for a reader, for whom
one page (`--page`) shows each caption beside its tags and its draft. With `--program` captions of another
checkout are measured by the check of this one.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import config
from benchmarks.caption_page import Group, Run, page
from benchmarks.recorder import Recorder
from captioning.project import Project
from dataset.pictures import Picture, evenly_spread
from interpreter import Interpreter
from llm.concurrency import Concurrency
from llm.endpoint import Endpoint, always
from llm.picture_requests import Requests
from reading.memory import JUDGES
from reading.reader import Reader
from settings import EndpointSettings
from tags.categories import CHARACTER
from tests.composer.test_drafts import ALL, TagSet, read_sets
from tests.fakes.llama_server import Launch, LlamaServer
from tests.program.project import png
from tests.program.starts import ROOT
from writing.judging import Judgement, PictureTags, alike, judge

SHIPPED, TUNED, FRESH = "shipped", "sets", "fresh"
_SETS = 30
_FLOORS = ("draft", "none")
_DEFAULT_TEMPLATE = "interpreter_prompt_template_short_no_description.txt"
# A caption has some hundred tokens; a small model that loops goes on for ever.
_MOST_TOKENS = 300
_SEED = 7
_CONTEXT = 6144
# Less than this, in the score, is no difference.
_AS_GOOD = 0.005


def main() -> int:
    """Print the figures and write the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.real_model")
    parser.add_argument("--model", type=Path, required=True, help="the GGUF file of the model that writes")
    parser.add_argument("--judge", type=Path, help="the GGUF file of the model that reads the captions again")
    parser.add_argument("--pictures", type=int, default=_SETS, help="at most so many of each group")
    parser.add_argument(
        "--groups", nargs="+", choices=(SHIPPED, TUNED, FRESH), default=[SHIPPED, TUNED, FRESH]
    )
    parser.add_argument("--template", default=_DEFAULT_TEMPLATE)
    parser.add_argument("--program", type=Path, default=ROOT, help="the checkout whose caption.py is run")
    parser.add_argument("--floors", nargs="+", choices=_FLOORS, default=_FLOORS)
    parser.add_argument("--keep", type=Path, help=f"a folder that keeps {JUDGES}")
    parser.add_argument("--page", type=Path, default=Path("build") / "real_model.html")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        keep = options.keep or Path(place) / "keep"
        keep.mkdir(parents=True, exist_ok=True)
        groups = []
        with (
            LlamaServer(_launch(options.model), keep / "model.log") as server,
            Recorder(server.url) as recorder,
        ):
            for name in options.groups:
                folder = Path(place) / name
                _write_pictures(folder, name, options.pictures, keep)
                groups.append(_captioned(folder, name, options, recorder))
                _tell(groups[-1], {})
                options.page.parent.mkdir(parents=True, exist_ok=True)
                options.page.write_text(page(groups), encoding="utf-8")
        read = _read_again(groups, options.judge, keep) if options.judge else {}
        if read:
            for group in groups:
                _tell(group, read)
        print(f"the captions: {options.page}")
    return 0


def _launch(model: Path) -> Launch:
    return Launch(str(model), slots=1, context=_CONTEXT)


def _write_pictures(folder: Path, group: str, most: int, keep: Path) -> None:
    """The folder of a user with the pictures of a group, and what stage 1 would have found of their tags."""
    images = folder / "images"
    shutil.copytree(ROOT / "images", images)
    found: dict[str, object] = {}
    if group != SHIPPED:
        shutil.rmtree(images)
        images.mkdir()
        for each in _sets(group, most):
            (images / f"{each.name}.png").write_bytes(png())
            (images / f"{each.name}.txt").write_text(", ".join(each.tags), encoding="utf-8")
            found |= {tag: {"description": "", "category": kind} for tag, kind in each.categories.items()}
    known = json.loads((ROOT / "benchmarks" / "fresh_tags_cache.json").read_text(encoding="utf-8"))
    glossary = json.loads((ROOT / "wiki" / "glossary.json").read_text(encoding="utf-8"))
    cache = {tag: entry for tag, entry in found.items() if tag not in glossary} | known
    (folder / "tags_cache.json").write_text(json.dumps(cache), encoding="utf-8")
    if (keep / JUDGES).exists():
        shutil.copy(keep / JUDGES, folder)


def _sets(group: str, most: int) -> Sequence[TagSet]:
    if group == FRESH:
        return list(read_sets(ROOT / "benchmarks" / "fresh_sets.txt"))[:most]
    # The last ten are the pictures that ship.
    return evenly_spread(ALL[:-10], min(most, _SETS))


def _captioned(folder: Path, name: str, options: argparse.Namespace, recorder: Recorder) -> Group:
    """Have the program caption the pictures under each floor."""
    runs = {}
    for floor in options.floors:
        captions = folder / f"captions_{floor}"
        command = _command(options.program, folder, captions, recorder.url)
        command += ["--set", f"Interpreter.prompt_template_file={options.template}"]
        if (options.program / "writing" / "floor.py").exists():
            command += ["--set", f"Interpreter.floor={floor}"]
        limit = ["--limit", str(options.pictures)]
        before = len(recorder.given)
        done = subprocess.run([*command, *limit], cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode > 1:
            raise SystemExit(done.stderr)
        runs[floor] = Run(answers=recorder.given[before:])
        for line in (captions / "journal.jsonl").read_text(encoding="utf-8").splitlines():
            said = json.loads(line)
            runs[floor].lines[said["picture"]] = said
            if "written" in said:
                runs[floor].captions[said["picture"]] = said["written"]
    chosen = [f"Dataset.images={folder / 'images'}", f"TagProvider.cache={folder / 'tags_cache.json'}"]
    project = Project(config.load(ROOT / "config.ini", chosen))
    return Group(name, dict(_held_against(project, set(next(iter(runs.values())).lines))), runs)


def _command(program: Path, folder: Path, captions: Path, url: str) -> list[str]:
    ini = [sys.executable, str(program / "caption.py"), "--settings", "ini"]
    written = subprocess.run(ini, capture_output=True, text=True, check=True).stdout
    (folder / "config.ini").write_text(written, encoding="utf-8")
    chosen = {
        **{"Dataset.captions": captions, "Endpoint.url": url, "Endpoint.model": "tiny"},
        **{"Endpoint.concurrency": 1, "Endpoint.timeout": 1800, "Endpoint.max_tokens": _MOST_TOKENS},
        **{"Endpoint.seed": _SEED, "TagProvider.skip": True},
    }
    settings = [part for key, value in chosen.items() for part in ("--set", f"{key}={value}")]
    return [*ini[:2], "--config", str(folder / "config.ini"), *settings]


def _held_against(project: Project, names: set[str]) -> Iterator[tuple[str, PictureTags]]:
    stage = Interpreter(project)
    pictures: Sequence[Picture] = project.collection.pictures
    for picture in pictures:
        if picture.stem_name in names:
            yield picture.stem_name, stage.picture_tags(picture, "")


def _read_again(groups: Sequence[Group], model: Path, keep: Path) -> dict[str, frozenset[str]]:
    """The tags that a judge finds in each caption beside those of the rules; empty if it cannot tell."""

    async def read(url: str) -> dict[str, frozenset[str]]:
        endpoint = Endpoint(
            EndpointSettings.model_validate({"url": url, "timeout": 1800}), url, "tiny", Concurrency(1)
        )
        reader, requests, found = Reader(keep, endpoint), Requests(endpoint, always), {}
        try:
            for group in groups:
                for run in group.runs.values():
                    for name, caption in run.captions.items():
                        judged, tags = judge(caption, group.tags[name]), group.tags[name]
                        asked = dict.fromkeys((*judged.unsaid, *judged.coverage.perhaps), "")
                        if not asked or caption in found:
                            continue
                        reading = await reader.read(caption, asked, tags.categories, requests)
                        if reader.note:
                            print(reader.note)
                            return {}
                        found[caption] = reading.said if reading else frozenset()
        finally:
            await endpoint.close()
        print(f"second reading: {endpoint.usage}")
        return found

    with LlamaServer(_launch(model), keep / "judge.log") as server:
        return asyncio.run(read(server.url))


def _tell(group: Group, read: dict[str, frozenset[str]]) -> None:
    """Print the figures of a group, under each floor and for the drafts alone."""
    when = "after the second reading" if read else "by the rules"
    drafts = {name: tags.draft for name, tags in group.tags.items()}
    print(f"\n{group.name}, {len(drafts)} pictures, {when}")
    print(f"{'':12} coverage  named  adds  faults  under the draft  alike  words")
    rows = [(f"floor={floor}", run.captions) for floor, run in group.runs.items()]
    for title, captions in [*rows, ("drafts", drafts)]:
        print(f"{title:12} {_figures(group, captions, read)}")
    if not read:
        for floor, run in group.runs.items():
            print(f"{f'floor={floor}':12} {_costs(run, len(drafts))}", flush=True)


def _figures(group: Group, captions: dict[str, str], read: dict[str, frozenset[str]]) -> str:
    judged = {name: _judged(text, group.tags[name], read) for name, text in captions.items()}
    named = [
        tag not in each.unnamed
        for name, each in judged.items()
        for tag in group.tags[name].tags
        if group.tags[name].categories.get(tag) == CHARACTER
    ]
    under = sum(
        each.coverage.score < judge(group.tags[name].draft, group.tags[name]).coverage.score - _AS_GOOD
        for name, each in judged.items()
    )
    coverages = [each.coverage for each in judged.values()]
    score = statistics.mean(each.score for each in coverages)
    adds, faults = (sum(len(getattr(each, kind)) for each in coverages) for kind in ("adds", "faults"))
    likeness = statistics.mean(alike(text, group.tags[name].draft) for name, text in captions.items())
    length = statistics.mean(len(text.split()) for text in captions.values())
    of = f"{sum(named)}/{len(named)}"
    return f"{score:8.3f} {of:>6}{adds:6}{faults:8}{under:17}{likeness:7.2f}{length:7.0f}"


def _judged(caption: str, tags: PictureTags, read: dict[str, frozenset[str]]) -> Judgement:
    return judge(caption, tags, read.get(caption, ()), is_read=caption in read)


def _costs(run: Run, pictures: int) -> str:
    usages = [answer.usage for answer in run.answers]
    cached = sum((usage.get("prompt_tokens_details") or {}).get("cached_tokens", 0) for usage in usages)
    new = sum(usage.get("prompt_tokens", 0) for usage in usages) - cached
    written = sum(usage.get("completion_tokens", 0) for usage in usages)
    mended, kept = (sum(bool(line.get(key)) for line in run.lines.values()) for key in ("repaired", "floor"))
    seconds = sum(answer.seconds for answer in run.answers)
    reasons = Counter(line["reason"] for line in run.lines.values() if "reason" in line)
    refused = ", ".join(f"{count} {reason}" for reason, count in reasons.most_common()) or "none"
    return (
        f"failed {pictures - len(run.captions)} ({refused}), mended {mended}, draft kept {kept}; a caption: "
        f"{len(usages) / pictures:.2f} requests, tokens {new / pictures:.0f} new "
        f"{cached / pictures:.0f} cached {written / pictures:.0f} written, {seconds / pictures:.1f} s"
    )


if __name__ == "__main__":
    sys.exit(main())
