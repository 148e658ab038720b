"""Each command that writes is killed or interrupted, people edit files, and the command is given again.

In the end everything is as after a run that nobody disturbed, and what people wrote is still there.
"""

from __future__ import annotations

import random
import shutil
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dataset.trainers import TARGETS
from tests.program.life import (
    STEPS,
    Life,
    Lived,
    cache,
    further_files,
    journal,
    on_disk,
    texts,
)
from tests.program.starts import LONGEST_RUN, begin

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals for one process"),
]

BY_HAND = "A caption that was written by hand between two runs."
SEEN_BY_HAND = "Seen by hand between two runs."
_NAMES = [step.name for step in STEPS]
_WHOLE_PAGE = b"</html>"
_ENDS = {"report": "captions/report.html", "compare": "comparison/compare.html"}
# Corrections are for other pictures than those that are edited between two runs.
_EDITABLE = range(10, 24)


@dataclass(frozen=True, slots=True)
class Past:
    """What nobody disturbed."""

    life: Life
    steps: dict[str, Lived]


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    with Life(tmp_path_factory.mktemp("life")) as life:
        yield Past(life, life.live())


class Disturbed:
    """One step that is disturbed, on a copy of the folder as it was before."""

    def __init__(self, past: Past, name: str, folder: Path, seed: int) -> None:
        self._life, self._lived = past.life, past.steps[name]
        self._step, self._place = self._lived.step, folder
        self._chance = random.Random(f"{name} {seed}")
        self.folder = folder / "trial-0"
        self._expected = texts(self._lived.after)
        self._earlier = texts(self._lived.before)
        self._edited: dict[str, str] = {}
        # Texts that may differ from those of a run that nobody disturbed, because of what was edited.
        self._excused: set[str] = set()
        self.tries = 0

    def interrupt(self, number: signal.Signals) -> int:
        """Run until some moment, and send the signal; again, and earlier, where the run was faster.

        Returns the exit code.
        """
        longest = self._lived.seconds
        while True:
            self._start_over()
            run = begin(self._life.command(self.folder, self._step), self.folder, self._said())
            while not run.errors.exists():
                """Until then the program has not begun."""
            code = run.wait(self._chance.uniform(0.01, longest))
            if code is None:
                run.send(number)
                code = run.wait(LONGEST_RUN)
                if code != 0:
                    break
            longest *= 0.6
        errors = run.errors.read_text()
        assert "Traceback" not in errors, errors
        assert code in (-number, 130), code
        assert code < 0 or "Interrupted. " in errors, errors
        return code

    def _start_over(self) -> None:
        self.tries += 1
        self.folder = self._place / f"trial-{self.tries}"
        shutil.copytree(self._lived.before, self.folder)

    def _said(self) -> Path:
        said = self._place / f"said-{len(list(self._place.glob('said-*')))}"
        said.mkdir()
        return said

    def look(self) -> None:
        """Nothing is torn: each text is one of before, one of the end, or one by hand."""
        for place, text in texts(self.folder).items():
            known = {self._earlier.get(place), self._expected.get(place), self._edited.get(place)}
            assert text in known, f"{place} is torn: {text!r}"
        journal(self.folder)
        before, after = further_files(self._lived.before), further_files(self._lived.after)
        for place, content in further_files(self.folder).items():
            assert content in (before.get(place), after.get(place)), f"{place} is torn"
        entries = cache(self.folder)
        assert all(entries[tag] == entry for tag, entry in cache(self._lived.before).items())
        for path in self.folder.rglob("*.html"):
            assert path.read_bytes().rstrip().endswith(_WHOLE_PAGE), f"{path} is torn"

    def edit(self) -> None:
        """Write a caption, a description and a meaning by hand."""
        edited, described = self._chance.sample(_EDITABLE, 2)
        caption = f"captions/{'abc'[edited % 3]}/{edited:03}.txt"
        self._write(caption, BY_HAND)
        self._write(f"descriptions/{'abc'[described % 3]}/{described:03}.txt", SEEN_BY_HAND)

    def _write(self, place: str, text: str) -> None:
        self._edited[place] = text
        path = self.folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def go_on(self) -> None:
        """Give the command again: nothing is asked about that is on disk, and it ends as it should."""
        kept = on_disk(self.folder, len(journal(self._lived.before)))
        asked = len(self._life.endpoint.requests)
        run = begin(self._life.command(self.folder, self._step), self.folder, self._said())
        code = run.wait(LONGEST_RUN)
        errors = run.errors.read_text()
        assert code == 0, (code, errors)
        if not self._step.anew:
            described = {place for place in self._edited if place.startswith("descriptions")}
            # A description that changed is a reason to write its caption again.
            excused = {f"writer {place[13:-4]}" for place in described}
            again = (self._life.asked_since(asked) & kept) - excused
            assert not again, f"on disk, and asked about again: {again}"
        self._compare_texts()
        self._compare_further_files()
        assert cache(self.folder) == cache(self._lived.after)
        if self._step.name in _ENDS:
            assert (self.folder / _ENDS[self._step.name]).read_bytes().rstrip().endswith(_WHOLE_PAGE)
        hidden = {path.name for path in self.folder.rglob(".*")}
        assert hidden <= {".tagscribe.lock", ".replaced"}, hidden

    def _compare_texts(self) -> None:
        found = texts(self.folder)
        replaced = [path.read_text() for path in self.folder.glob("captions/.replaced/**/*.txt")]
        replaced += [path.read_text() for path in self.folder.glob("descriptions/.replaced/**/*.txt")]
        excused = self._excused
        for place, text in self._edited.items():
            assert found[place] == text or text in replaced, f"what was written into {place} is lost"
            name = place.partition("/")[2]
            excused |= {place, f"captions/{name}", *(f"out/{each}/{name}" for each in TARGETS)}
        assert found.keys() - excused == self._expected.keys() - excused
        different = {place for place, text in self._expected.items() if found.get(place) != text}
        assert different <= excused
        for place in ("captions/a/000.txt", "captions/b/001.txt"):
            old = self._earlier.get(place, "")
            if "of mine from last week" in old:
                assert found[place] == old or old in replaced

    def _compare_further_files(self) -> None:
        """What was edited is in the files of trainers that this step writes, with no other change."""
        found, expected = further_files(self.folder), further_files(self._lived.after)
        assert found.keys() == expected.keys()
        now = texts(self.folder)
        for place, content in expected.items():
            with_edits = content
            for caption in self._excused:
                if caption in self._expected and caption in now:
                    with_edits = _replaced(with_edits, self._expected[caption], now[caption])
            # A table is packed, so no words can be put in the place of others.
            packed = bool(self._edited) and place.endswith(".parquet")
            assert packed or found[place] in (with_edits, content), f"{place} is wrong"
        if "Dataset.target" in self._step.settings and BY_HAND in now.values():
            assert any(BY_HAND.encode() in content for content in found.values()), "an edit is missing"


def _replaced(content: bytes, old: str, new: str) -> bytes:
    """The content of a file of a trainer with another caption; ai-toolkit gets no space after a comma."""
    content = content.replace(old.encode(), new.encode())
    return content.replace(old.replace(", ", ",").encode(), new.encode())


_SOAK_KILLS, _SOAK_SIGNALS = 11, 4
_OTHER_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")


def _disturb(past: Past, folder: Path, name: str, seed: int, number: str) -> None:
    disturbed = Disturbed(past, name, folder, seed)
    code = disturbed.interrupt(signal.Signals[number])
    disturbed.look()
    if seed % 2:
        disturbed.edit()
    disturbed.go_on()
    print(f"{name}, seed {seed}: {number}, ended with {code}, {disturbed.tries} tries")


@pytest.mark.parametrize("name", _NAMES)
def test_a_command_that_is_killed_is_given_again_and_ends_as_it_should(
    past: Past, tmp_path: Path, name: str
) -> None:
    _disturb(past, tmp_path, name, _NAMES.index(name), "SIGKILL")


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 100 + _SOAK_KILLS))
@pytest.mark.parametrize("name", _NAMES)
def test_kills_over_all_commands_lose_nothing(past: Past, tmp_path: Path, name: str, seed: int) -> None:
    _disturb(past, tmp_path, name, seed, "SIGKILL")


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(200, 200 + _SOAK_SIGNALS))
@pytest.mark.parametrize("name", _NAMES)
def test_signals_over_all_commands_lose_nothing(past: Past, tmp_path: Path, name: str, seed: int) -> None:
    _disturb(past, tmp_path, name, seed, _OTHER_SIGNALS[seed % 3])
