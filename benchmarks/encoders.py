"""How far the estimates of tokens are from what text encoders count.

    python -m benchmarks.encoders clip=CLIP.json qwen=QWEN.json t5=T5.json

Each argument names an encoder and its tokenizer.json, which do not come with the program. The texts have the
length of long captions. Four captions of the tests of the check in a row, and tags of the composer's tests in
front of one, were looked at when the estimates were chosen; the composer's drafts in fours were not.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.styles import tag_files
from styling.tokens import Limit
from tags.spelling import as_written, parse_tag
from tests.program.starts import ROOT

_CAPTIONS = ("coverage_prose", "coverage_long", "coverage")
_TESTS = ROOT / "tests"
# A shorter line of the file of drafts is a name.
_SHORTEST_DRAFT = 9


def texts() -> dict[str, list[str]]:
    """The texts by what they are."""
    captions = [json.loads(line)["caption"] for name in _CAPTIONS for line in _lines(f"check/{name}.jsonl")]
    lists = [", ".join(as_written(parse_tag(tag).name) for tag in tags.split(",")) for tags in tag_files()]
    drafts = [line for line in _lines("composer/drafts.txt") if len(line.split()) >= _SHORTEST_DRAFT]
    mixed = [f"{', '.join(lists[at : at + 3])}. {captions[at]}" for at in range(0, len(lists) - 2, 3)]
    return {"captions": _in_fours(captions), "tags, a caption": mixed, "drafts, held out": _in_fours(drafts)}


def _lines(name: str) -> list[str]:
    return [line.strip() for line in (_TESTS / name).read_text(encoding="utf-8").splitlines()]


def _in_fours(found: Sequence[str]) -> list[str]:
    return [" ".join(found[at : at + 4]) for at in range(0, len(found) - 3, 4)]


def row(encoder: str, vocabulary: Path, name: str, chosen: Sequence[str]) -> str:
    """The errors of the estimate over some texts, as shares of what the encoder counts."""
    exact, estimate = Limit(encoder, 1, 0, vocabulary), Limit(encoder, 1)
    errors = sorted(estimate.count(text) / exact.count(text) - 1 for text in chosen)
    shown = (errors[0], errors[len(errors) // 2], errors[-1])
    return f"{encoder:8} {name:16} {len(chosen):6} " + " ".join(f"{error:+8.1%}" for error in shown)


def main() -> int:
    """Print the table."""
    print(f"{'encoder':8} {'texts':16} {'number':>6} {'lowest':>8} {'median':>8} {'highest':>8}")
    for argument in sys.argv[1:]:
        encoder, _, path = argument.partition("=")
        for name, found in texts().items():
            print(row(encoder, Path(path), name, found), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
