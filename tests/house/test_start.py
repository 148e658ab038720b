"""The program starts at once: nothing heavy is loaded before it is needed."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.fakes.endpoint import FakeEndpoint
from tests.program.project import Project
from tests.program.starts import ROOT

_MODULE = re.compile(r"^import time:\s+\d+ \|\s+\d+ \|\s+([\w.]+)$", re.MULTILINE)
OUR_OWN = {path.stem for path in ROOT.glob("*.py")}
OUR_OWN |= {path.parent.name for path in ROOT.glob("*/__init__.py")}
# What asks a server, reads pictures or renders: some of these take longer to load than the program runs.
OF_STAGES = {
    *("aiohttp", "truststore", "requests", "jinja2", "pyvips", "pyarrow"),
    *("huggingface_hub", "xllamacpp", "numpy"),
}
# Templates are checked whether or not they are needed today, in some hundredths of a second.
OF_TEMPLATES = {"jinja2"}
# What is for other runs than those over a folder that ask a server.
OF_OTHER_RUNS = {"shards", "tarfile", "fsspec", "ray", "pyarrow", "huggingface_hub", "xllamacpp", "numpy"}
OF_RUNS = {"pydantic", "asyncio", "logging", "tqdm", "filelock", "json", "configparser", "concurrent"}


def loaded(command: Sequence[str], folder: Path) -> set[str]:
    """The modules that a command of the program loads, by the names of their packages."""
    python, *rest = command
    watched = [python, "-X", "importtime", *rest]
    done = subprocess.run(watched, cwd=folder, capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in _MODULE.findall(done.stderr)}


def test_help_loads_the_front_door_and_nothing_else(tmp_path: Path) -> None:
    seen = loaded([sys.executable, str(ROOT / "caption.py"), "--help"], tmp_path)
    assert "argparse" in seen
    assert seen & OUR_OWN == {"errors", "commands", "decoding", "printing"}
    assert not seen & (OF_STAGES | OF_RUNS)


def test_a_run_that_finds_nothing_to_do_loads_nothing_that_only_stages_need(tmp_path: Path) -> None:
    project = Project(tmp_path, Dataset__report="False")
    project.add("a.png")
    assert project.run().code == 0
    seen = loaded(project.command(), tmp_path)
    assert {"commands", "dataset"} <= seen
    assert not seen & (OF_STAGES - OF_TEMPLATES)
    assert not seen & {"composer", "interpreter", "interrogator", "tag_provider", "wiki", "review"}


def test_a_draft_is_looked_for_without_loading_what_asks_a_server(tmp_path: Path) -> None:
    project = Project(tmp_path, Dataset__report="False")
    project.add("a.png")
    project.run()
    # Without its line in the journal a caption is somebody's own, and no draft.
    (tmp_path / "captions" / "journal.jsonl").unlink()
    project.set["Endpoint.url"] = "http://127.0.0.1:9/v1"
    assert not loaded(project.command(), tmp_path) & (OF_STAGES - OF_TEMPLATES)


def test_a_run_over_a_folder_loads_nothing_of_shards_and_clusters(
    tmp_path: Path, endpoint: FakeEndpoint
) -> None:
    project = Project(tmp_path, endpoint.url, Interrogator__skip="False")
    project.add("a.png")
    assert not loaded(project.command(), tmp_path) & OF_OTHER_RUNS
    assert len(endpoint.requests) == 2
