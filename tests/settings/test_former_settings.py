"""A setting that was renamed, or that only another program has, is reported with what to write now.

The table has no such entry yet, so the tests add some to a copy of the program.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.program.program_copy import ProgramCopy
from tests.program.project import Project

ENTRIES = """
FORMER_SETTINGS = {
    ("Dataset", "tag_file_ending"): Former("is now called tag_extension"),
    ("Captioner", "max_length"): Former("belongs to another program: write [Endpoint] max_tokens"),
}
"""


@pytest.fixture
def program(tmp_path: Path) -> ProgramCopy:
    copy = ProgramCopy(tmp_path / "program")
    with (copy.folder / "settings" / "former.py").open("a", encoding="utf-8") as table:
        table.write(ENTRIES)
    return copy


def test_former_settings_in_the_file_end_the_run_with_what_to_write(
    tmp_path: Path, program: ProgramCopy
) -> None:
    project = Project(tmp_path / "project")
    file = project.folder / "config.ini"
    text = file.read_text(encoding="utf-8").replace("[Dataset]\n", "[Dataset]\ntag_file_ending = .txt\n")
    file.write_text(f"{text}\n[Captioner]\nmax_length = 3\n", encoding="utf-8")
    result = program.run(project)
    assert result.code == 2
    assert "[Dataset] tag_file_ending is now called tag_extension" in result.err
    assert "[Captioner] max_length belongs to another program: write [Endpoint] max_tokens" in result.err
    assert "there is no such" not in result.err


def test_a_former_setting_of_the_command_line_ends_the_run_too(tmp_path: Path, program: ProgramCopy) -> None:
    result = program.run(Project(tmp_path / "project", Dataset__tag_file_ending=".txt"))
    assert result.code == 2
    assert "--set Dataset.tag_file_ending is now called tag_extension" in result.err


def test_a_section_with_former_and_unknown_settings_is_still_unknown(
    tmp_path: Path, program: ProgramCopy
) -> None:
    project = Project(tmp_path / "project")
    with (project.folder / "config.ini").open("a", encoding="utf-8") as file:
        file.write("\n[Captioner]\nmax_length = 3\nbeams = 5\n")
    result = program.run(project)
    assert "[Captioner]: there is no such section" in result.err
    assert "[Captioner] max_length belongs to another program" in result.err
