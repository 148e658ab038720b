"""What the program reads from a journal, whatever its lines look like."""

from __future__ import annotations

import json
import re
import sys
import tracemalloc
from pathlib import Path

import pytest

from dataset.journal import Journal
from dataset.pictures import Picture
from dataset.results import FileResults
from dataset.text_digests import digest
from dataset.text_folder import Texts
from dataset.wanted import Existing, Maker
from review.history import read_history

# Linux lets names be no valid text; others refuse them.
ODD = "caf\udce9" if sys.platform == "linux" else "caf\xe9"
NAMES = ("a", "deep/b", ODD, "d")
COST = {"prompt_tokens": 100, "completion_tokens": 20, "seconds": 1.5}
PICTURES = [Picture(f"{name}.png", ".txt") for name in NAMES]


@pytest.fixture
def results(tmp_path: Path) -> FileResults:
    return FileResults("interpreter", Texts(tmp_path, ".txt"), Journal(tmp_path / "journal.jsonl", "a run"))


def keep_all(results: FileResults, *, draft: bool) -> None:
    for name in NAMES:
        results.keep(name, f"About {digest(name)}.", prompt="old", model="m", draft=draft, details={})
    results.close()


def due(
    results: FileResults, existing: Existing, *, maker: Maker = "composer", prompt: str = "old"
) -> list[str]:
    pending = results.pending(PICTURES, existing, maker=maker, prompt_of=lambda picture: prompt)
    return [picture.stem_name for picture in pending]


def test_drafts_are_due_until_a_model_or_a_person_wrote_each_of_them(results: FileResults) -> None:
    assert not results.outcomes.has_drafts()
    keep_all(results, draft=True)
    assert results.outcomes.has_drafts()
    assert due(results, "keep", maker="model") == list(NAMES)
    for name in NAMES[:-1]:
        results.keep(name, "Written.", prompt="old", model="m", draft=False, details={})
    assert due(results, "keep", maker="model") == [NAMES[-1]]
    results.edited(NAMES[-1], "By hand.")
    assert not results.outcomes.has_drafts()
    assert due(results, "keep", maker="model") == []


def test_refresh_redoes_texts_of_other_prompts_but_not_edited_ones(results: FileResults) -> None:
    keep_all(results, draft=False)
    assert due(results, "refresh") == []
    results.texts.path("a").write_text("My own words.", encoding="utf-8")
    results.edited("d", "By hand.")
    assert due(results, "refresh", prompt="new") == ["deep/b", ODD]
    assert due(results, "refresh", maker="stand-in", prompt="new") == []


def test_a_text_that_somebody_wants_again_is_due_until_it_is_written(results: FileResults) -> None:
    assert results.lack(PICTURES)
    keep_all(results, draft=False)
    assert not results.lack(PICTURES)
    results.again("deep/b")
    assert results.lack(PICTURES)
    assert due(results, "keep") == ["deep/b"]
    results.keep("deep/b", "Another.", prompt="old", model="m", draft=False, details={})
    assert not results.lack(PICTURES)


def test_a_journal_with_other_spaces_between_its_values_reads_the_same(
    results: FileResults, tmp_path: Path
) -> None:
    keep_all(results, draft=True)
    results.again("a")
    results.close()
    journal = tmp_path / "journal.jsonl"
    lines = [json.loads(line) for line in journal.read_text(encoding="ascii").splitlines()]
    journal.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="ascii")
    assert results.outcomes.has_drafts()
    assert results.outcomes.wanted_again() == {"a"}


def test_lines_that_the_program_did_not_write_do_no_harm(results: FileResults, tmp_path: Path) -> None:
    keep_all(results, draft=True)
    line = {"stage": "interpreter", "picture": "a", "outcome": "done", "draft": True}
    strange = [
        *(b"no JSON", b'{"half": ', b"[" * 100_000, b'["a list"]', b"\xff\xfe", b"NaN"),
        json.dumps({**line, "prompt": "\0\0", "text": "a\0b"}).encode(),
        json.dumps({**line, "prompt": 1, "text": None}).encode(),
    ]
    with (tmp_path / "journal.jsonl").open("ab") as file:
        file.write(b"\n".join(strange) + b"\n")
    assert due(results, "keep", maker="model") == list(NAMES[1:])
    assert due(results, "refresh", prompt="new") == list(NAMES[1:])


@pytest.mark.parametrize("value", ["1" + "0" * 400, "-5", "1e999", "NaN", '"9"', "true", "[9]", "null"])
def test_a_number_that_cannot_be_true_is_read_as_zero(
    results: FileResults, tmp_path: Path, value: str
) -> None:
    results.keep("a", "A girl.", prompt="p", model="m", draft=False, details=COST)
    results.close()
    path = tmp_path / "journal.jsonl"
    path.write_text(path.read_text() + re.sub(r"[0-9.]+(?=[,}])", value, path.read_text()))
    assert path.read_text().count(value) >= len(COST)
    history = read_history(Journal(path), {"a"})
    assert (history.prompt_tokens, history.completion_tokens) == (100, 20)
    assert history.pictures["a"].caption.text == digest("A girl.")
    assert (history.pictures["a"].caption.tokens, history.pictures["a"].caption.seconds) == (0, 0)
    assert results.outcomes.mean_answer() == 20


def test_records_have_the_values_that_were_added(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl", "a run")
    journal.add("interpreter", ODD, "done", "Text.", prompt="p", model="m", draft=True, **COST)
    journal.add("interpreter", "b", "edited", "By hand.")
    journal.add("interrogator", "c", "failed", reason="refused", message="it said no")
    journal.add("interpreter", "d", "again")
    journal.add_side_file("sd-scripts", "metadata.json", "0f31")
    journal.close()
    made, edited, failed, again = journal.records("interpreter", "interrogator")
    assert (made.picture, made.written, made.text) == (ODD, "Text.", digest("Text."))
    assert (made.run, made.prompt, made.model, made.draft) == ("a run", "p", "m", True)
    assert (made.prompt_tokens, made.completion_tokens, made.tokens, made.seconds) == (100, 20, 120, 1.5)
    assert (edited.outcome, edited.written, edited.draft) == ("edited", "By hand.", False)
    assert (failed.stage, failed.reason, failed.message) == ("interrogator", "refused", "it said no")
    assert (again.picture, again.outcome, again.is_written) == ("d", "again", False)
    side_file = journal.side_files()["metadata.json"]
    assert (side_file.target, side_file.is_there, side_file.digests) == ("sd-scripts", True, {"0f31"})


def test_a_long_journal_is_read_line_by_line(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl", "a run")
    lines, text = 2_000, "A girl. " * 500
    for number in range(lines):
        journal.add("interpreter", f"{number % 10}", "done", text, prompt="p", model="m", draft=False, **COST)
    journal.close()
    tracemalloc.start()
    history = read_history(journal, {"1"})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert history.prompt_tokens == 100 * lines
    assert peak < journal.path.stat().st_size / 10
