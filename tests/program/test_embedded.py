"""Runs without a server: from pictures to a model's captions, and what is left when a run ends."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

import pytest

from tests.conftest import needed
from tests.fakes import llama_program
from tests.fakes.danbooru import FakeDanbooru
from tests.fakes.gguf_files import write_header
from tests.fakes.hub import FakeHub, HubRepository
from tests.fakes.wiki_pages import TAGS
from tests.program.processes import HANGS, LAST_WORD, wait_until
from tests.program.project import Project
from tests.program.starts import begin

NOT_ON_WINDOWS = pytest.mark.skipif(sys.platform == "win32", reason="the fake program is a script of a shell")


@pytest.mark.slow
def test_two_commands_go_from_pictures_to_captions_of_a_model_of_the_hub(
    tmp_path: Path, tiny_models: Path
) -> None:
    needed("huggingface_hub")
    model, sight = ((tiny_models / f"{each}.gguf").read_bytes() for each in ("text", "vision"))
    seer = HubRepository({"seer-Q4_K_M.gguf": model, "mmproj-F16.gguf": sight})
    (tmp_path / "mine.gguf").write_bytes(model)
    with FakeHub({"owner/seer": seer}) as hub, FakeDanbooru(TAGS) as wiki:
        project = Project(tmp_path, "embedded", Endpoint__model="owner/seer", TagProvider__wiki_url=wiki.url)
        # Another model for stage 1, and the one that sees for the other two.
        project.set |= {"TagProvider.model": str(tmp_path / "mine.gguf"), "TagProvider.skip": "False"}
        project.set |= {"Interrogator.skip": "False", "TagProvider.embedded": "library"}
        project.add("a.png", "1girl, smile, hatsune_miku")
        environment = hub.environment(tmp_path / "home")
        refused = project.run(environment=environment)
        asked = [path for command, path, _ in hub.asked if command == "GET"]
        result = project.run("--yes", environment=environment)
    assert refused.code == 2
    assert "is not on this computer: python caption.py --config " in refused.err
    assert " --yes fetches seer-Q4_K_M.gguf of " in refused.err
    assert asked == ["/api/models/owner/seer"], "nothing is fetched before the user agrees"
    # A random model does not tell what it sees, of which a run warns.
    assert result.code == 0, result.err
    assert (
        "Asking llama.cpp inside this program, on the processor, model seer-Q4_K_M (context of " in result.out
    )
    assert "tokens for 8 requests at once, about " in result.out
    assert project.caption("a").endswith(".")
    assert {line["model"] for line in project.journal()} == {"seer-Q4_K_M"}
    assert (project.descriptions / "a.txt").is_file()
    assert "model mine (context of " in result.out


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


# The other runs need no model: a program takes the place of llama.cpp.


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Eight pictures, and a model that only the fake program would load."""
    write_header(tmp_path / "model.gguf")
    made = Project(tmp_path, "embedded", Endpoint__model=str(tmp_path / "model.gguf"))
    for name in "abcdefgh":
        made.add(f"{name}.png", "1girl, smile, garden")
    return made


@NOT_ON_WINDOWS
def test_a_program_on_path_that_has_a_card_is_told_all_and_ends_with_the_run(project: Project) -> None:
    """Every slot has a request before the first one is answered."""
    project.set["Endpoint.concurrency"] = "8"
    environment = {**llama_program.install(project.folder / "bin"), "FAKE_LLAMA_AT_ONCE": "8"}
    result = project.run(environment=environment)
    assert (result.code, result.err) == (0, "")
    place = f"llama.cpp ({project.folder / 'bin' / 'llama-server'}), on {llama_program.CARD}, model model ("
    assert f"Asking {place}context of " in result.out
    assert project.caption("a") == f"{llama_program.CAPTION}"
    told = json.loads(Path(environment["FAKE_LLAMA"]).read_text(encoding="utf-8"))
    assert not is_alive(told["process"])
    assert told["LLAMA_ARG_HOST"] == "127.0.0.1"
    assert (told["LLAMA_ARG_UI"], told["LLAMA_ARG_ENDPOINT_SLOTS"], told["LLAMA_ARG_CORS_ORIGINS"]) == (
        "0",
        "0",
        "",
    )
    assert (told["LLAMA_ARG_KV_UNIFIED"], told["LLAMA_ARG_N_PARALLEL"]) == ("1", "8")
    assert (told["LLAMA_ARG_REASONING"], told["LLAMA_ARG_OFFLINE"]) == ("off", "1")
    # A check sends one request alone.
    checked = project.run("--check", environment={**environment, "FAKE_LLAMA_AT_ONCE": "1"})
    assert f"[Interpreter] {place}" in checked.out
    assert "whl/vulkan" not in checked.out
    other = json.loads(Path(environment["FAKE_LLAMA"]).read_text(encoding="utf-8"))
    assert other["LLAMA_API_KEY"] != told["LLAMA_API_KEY"]


@NOT_ON_WINDOWS
@pytest.mark.parametrize("name", ["SIGINT", "SIGKILL"])
def test_a_run_that_is_ended_while_a_model_loads_leaves_no_server(project: Project, name: str) -> None:
    environment = {**llama_program.install(project.folder / "bin"), "FAKE_LLAMA_LOADS": "never"}
    said = Path(environment["FAKE_LLAMA"])
    run = begin(project.command()[2:], project.folder, project.folder, environment)
    try:
        wait_until("the server is started", is_so=lambda: said.is_file() and said.stat().st_size > 0)
        server = json.loads(said.read_text(encoding="utf-8"))["process"]
        os.kill(run.pid, signal.Signals[name])
        code, errors = run.wait(HANGS), run.errors.read_text(encoding="utf-8")
    finally:
        run.process.kill()
    assert (code, errors) == ((130, LAST_WORD) if name == "SIGINT" else (-9, ""))
    wait_until("the server has ended", is_so=lambda: not is_alive(server))
