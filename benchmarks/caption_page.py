"""One page with the captions of a benchmark, each beside its tags and its draft, for a reader's eyes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

from benchmarks.recorder import Answer
from writing.judging import PictureTags, judge


@dataclass(slots=True)
class Run:
    """The captions of all pictures under one floor: texts by name, lines of the journal, and answers."""

    captions: dict[str, str] = field(default_factory=dict)
    lines: dict[str, dict[str, object]] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Group:
    """Pictures with what their captions are held against, by name, and the captions by floor."""

    name: str
    tags: dict[str, PictureTags]
    runs: dict[str, Run]


def page(groups: Sequence[Group]) -> str:
    """One page with the tags, the draft and the captions of each picture."""
    rows = []
    for group in groups:
        rows.append(f"<h1>{escape(group.name)}</h1>")
        for name, tags in group.tags.items():
            texts = [(f"floor = {floor}", run.captions.get(name, "")) for floor, run in group.runs.items()]
            rows.append(f"<h2>{escape(name)}</h2><p class=tags>{escape(', '.join(tags.tags))}</p>")
            for title, text in [("draft", tags.draft), *texts]:
                rows.append(
                    f"<p><b>{escape(title)}</b> {escape(text)}<br><i>{escape(_note(text, tags))}</i></p>"
                )
            for floor, run in group.runs.items():
                line = run.lines[name]
                told = [str(line.get(key)) for key in ("floor", "message") if line.get(key)]
                told += ["mended"] if line.get("repaired") else []
                rows += [f"<p><i>{escape(f'{floor}: {each}')}</i></p>" for each in told]
    style = "body{max-width:60em;margin:auto;font:16px sans-serif}.tags,i{color:#666}"
    return f"<!doctype html><meta charset=utf-8><title>Captions</title><style>{style}</style>{''.join(rows)}"


def _note(text: str, tags: PictureTags) -> str:
    if not text:
        return "no caption"
    judged = judge(text, tags)
    parts = [
        f"{judged.coverage.score:.2f}",
        *(f"unsaid: {tag}" for tag in (*judged.unnamed, *judged.unsaid, *judged.coverage.perhaps)),
        *(f"fault: {fault.message}" for fault in judged.coverage.faults),
        *(f"adds: {addition}" for addition in judged.coverage.adds),
    ]
    return "; ".join(parts)
