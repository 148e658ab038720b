"""Nothing that servers, models, names, journals, templates and settings say is obeyed by the terminal."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.fakes.endpoint import FakeEndpoint, Reply, Status
from tests.program.project import Project, Result

# Colour, the title of the window, a C1 control, writing from right to left, a line of its own, a bell.
EVIL = "evil\x1b[31m\x1b]0;title\x07\x9b2J\u202e\u2066x\u2028\rspoofed\nspoofed\tz\x00\x7f"
IN_NAMES = EVIL.replace("\x00", "")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names")


def check(result: Result, *, has: str = "evil\\x1b[31m") -> None:
    """Whatever was said can be printed, and `has` is in it."""
    for stream in (result.out, result.err):
        lines = stream.split("\n")
        assert [line for line in lines if not line.isprintable()] == []
        assert not any(line.lstrip().startswith("spoofed") for line in lines), stream
    assert has in result.out + result.err


def project(folder: Path, url: str) -> Project:
    made = Project(folder, url, Endpoint__model="auto", Endpoint__retries="0", Interrogator__skip="False")
    made.add(f"{IN_NAMES}.png")
    made.add("broken.png", picture=b"no picture")
    made.add("z.png")
    return made


def failing() -> FakeEndpoint:
    """A server whose model, answers and errors are evil."""
    error = json.dumps({"error": {"message": EVIL}})
    bad = (Status(400, error), Reply(f"A girl {EVIL}."), Reply(f"{EVIL} " * 40))
    return FakeEndpoint(models=(f"m{EVIL}",), faults=bad)


def test_a_run_says_nothing_that_a_terminal_obeys(tmp_path: Path) -> None:
    with failing() as endpoint:
        evil = project(tmp_path, endpoint.url)
        result = evil.run("-v")
        assert "model mevil\\x1b[31m" in result.out
        check(result)
        check(evil.run("-v"))


def test_a_check_and_a_dry_run_say_nothing_that_a_terminal_obeys(tmp_path: Path) -> None:
    with failing() as endpoint:
        evil = project(tmp_path, endpoint.url)
        line = {"stage": "interpreter", "picture": "z", "outcome": "failed", "reason": EVIL, "message": EVIL}
        evil.captions.mkdir()
        (evil.captions / "journal.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
        template = tmp_path / "template.txt"
        in_template = IN_NAMES.replace("\n", "").replace("\r", "")
        template.write_text(f"{in_template} {{{{ tags }}}}", encoding="utf-8")
        evil.set["Interpreter.prompt_template_file"] = str(template)
        check(evil.run("--check", "-v"))
        check(evil.run("--dry-run", "3", "-v"))


def test_a_comparison_says_nothing_that_a_terminal_obeys(tmp_path: Path) -> None:
    with failing() as endpoint:
        evil = project(tmp_path, endpoint.url)
        other = tmp_path / "other.ini"
        other.write_text((tmp_path / "config.ini").read_text(encoding="utf-8"), encoding="utf-8")
        check(evil.run("--compare", str(other), "-v"))


def test_a_second_reading_says_nothing_that_a_terminal_obeys(tmp_path: Path) -> None:
    bad = (
        Reply(f"A girl {EVIL}. She sits on a bench."),
        Status(400, json.dumps({"error": EVIL})),
        Reply(EVIL),
    )
    with FakeEndpoint(models=(f"m{EVIL}",), faults=bad) as endpoint:
        evil = project(tmp_path, endpoint.url)
        evil.set |= {
            "Interpreter.reading": "always",
            "Interpreter.floor": "draft",
            "Interpreter.repairs": "2",
        }
        evil.set["Interrogator.skip"] = "True"
        result = evil.run("-v")
        assert "cannot tell well enough what a caption says" in result.out
        check(result)
        for words in (("--dry-run", "1"), ("--report",), ("--check",)):
            check(evil.run(*words), has="")
        said_as = evil.cache.with_name("said_as.json")
        said_as.write_text(json.dumps({EVIL: 3}), encoding="utf-8")
        check(evil.run("--set", "Dataset.existing=overwrite"))
        said_as.write_text("{}", encoding="utf-8")
        evil.cache.with_name("judges.json").write_text(f'{{"{EVIL}": 1, "{EVIL}": 1}}', encoding="utf-8")
        check(evil.run("--set", "Dataset.existing=overwrite"), has="judges.json")


def test_settings_and_arguments_are_told_in_a_way_that_a_terminal_does_not_obey(tmp_path: Path) -> None:
    evil = Project(tmp_path, Dataset__target=IN_NAMES)
    check(evil.run(), has="evil\\x1b[31m")
    check(evil.run("--check"), has="evil")
    check(evil.run(f"--{IN_NAMES}"))
    in_evil_place = Project(tmp_path / IN_NAMES.replace("/", ""))
    check(in_evil_place.run())
    in_evil_place.add("a.png")
    correction = {"version": 1, "corrections": [{"picture": "a", "again": True}]}
    (in_evil_place.folder / "c.json").write_text(json.dumps(correction), encoding="utf-8")
    in_evil_place.cache.write_text("{}", encoding="utf-8")
    for words in ((), ("--report",), ("--merge-cache", str(in_evil_place.cache))):
        check(in_evil_place.run(*words))
    check(in_evil_place.run("--apply", "c.json"), has="")
