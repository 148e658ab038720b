"""Models of the hub: found, fetched whole, resumed, or refused with what to do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from tests.conftest import needed
from tests.fakes.hub import FakeHub, HubRepository
from tests.program.starts import LONGEST_RUN, ROOT

# A GGUF file without anything in it.
EMPTY = b"GGUF" + (3).to_bytes(4, "little") + bytes(16)
HUGE = 10**17
HALF = "/bytes/bad/short/b.gguf"
# huggingface_hub keeps what it has in pieces of ten megabytes.
PIECES = bytes(24_000_000)
Found = list[str] | str


@pytest.fixture
def hub(tiny_models: Path) -> Iterator[FakeHub]:
    needed("huggingface_hub")
    model, sight = ((tiny_models / f"{each}.gguf").read_bytes() for each in ("text", "vision"))
    seer = {"mmproj-BF16.gguf": sight, "mmproj-F16.gguf": sight, "seer-Q4_K_M.gguf": model}
    quants = {"q-Q2_K.gguf": EMPTY, "q-Q4_K_M.gguf": model, "q-Q8_0.gguf": model, "q-BF16.gguf": model}
    with FakeHub(
        {
            "good/seer": HubRepository(seer),
            "good/quants": HubRepository(quants, announced={"q-Q8_0.gguf": 9_000_000_000}),
            "good/split": HubRepository(
                {"s-Q4_0-00001-of-00002.gguf": model, "s-Q4_0-00002-of-00002.gguf": EMPTY}
            ),
            "bad/breaks": HubRepository({"b.gguf": model + PIECES}, broken={"b.gguf": 1}),
            "bad/short": HubRepository({"b.gguf": model}, short=frozenset({"b.gguf"})),
            "bad/wrong": HubRepository({"b.gguf": model}, wrong=frozenset({"b.gguf"})),
            "bad/huge": HubRepository({"b.gguf": model}, announced={"b.gguf": HUGE}),
            "bad/gated": HubRepository({"b.gguf": model}, gated=True),
            "bad/empty": HubRepository({"README.md": b"Hello"}),
            "bad/no-model": HubRepository({"b.gguf": b"<html>Not found</html>"}),
        }
    ) as running:
        yield running


def fetched(environment: Mapping[str, str], *models: tuple[str, bool]) -> Sequence[Found]:
    """What is found for each model, in one process."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.llm.fetching", json.dumps(models)],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
        timeout=LONGEST_RUN,
    )
    answers: list[Found] = json.loads(done.stdout)
    return answers


def test_a_model_is_fetched_whole_or_the_user_is_told_what_to_do(hub: FakeHub, tmp_path: Path) -> None:
    place = f"{hub.url}/bad"
    or_mine = "write model = FILE.gguf for one that you have"
    cache = tmp_path / "hub"
    expected: dict[tuple[str, bool], Found] = {
        # The projector comes along, the one with 16 bits.
        ("good/seer:seer-Q4_K_M.gguf", True): ["seer-Q4_K_M.gguf", "mmproj-F16.gguf"],
        ("good/seer/seer-Q4_K_M.gguf", False): ["seer-Q4_K_M.gguf", "mmproj-F16.gguf"],
        # The largest quantized file for which there is room.
        ("good/quants", True): ["q-Q4_K_M.gguf"],
        ("good/split", True): ["s-Q4_0-00001-of-00002.gguf"],
        ("bad/breaks", True): ["b.gguf"],
        ("bad/short", True): "the download of bad/short broke off: check the network, ",
        ("bad/wrong", True): (
            f"b.gguf of {place}/wrong arrived with other bytes than announced, and was deleted: run again"
        ),
        ("bad/huge:b.gguf", True): "bad/huge takes 100000000.0 GB, and ",
        ("bad/huge", True): f"the smallest file of {place}/huge has 100000000.0 GB, and 10.0 GB ",
        ("bad/gated", True): (
            f"bad/gated is given to those who accept its conditions: accept them at {place}/gated, and put a "
            f"token of your account into the environment as HF_TOKEN, or {or_mine}"
        ),
        ("bad/none", True): f"{hub.url} has no model bad/none, or does not show it to you: correct model in ",
        ("bad/empty", True): f"{place}/empty has no file *.gguf, it has none that ends with .gguf: ",
        ("good/seer:q.gguf", True): f"{hub.url}/good/seer has no file q.gguf, it has mmproj-BF16.gguf, ",
        ("bad/no-model", True): "b.gguf is not a GGUF file",
        ("bad/breaks:c.gguf", False): f"{place}/breaks has no file c.gguf, it has b.gguf: correct model in ",
        ("auto", False): f"{hub.url} has no model unsloth/Qwen3.5-4B-GGUF, or does not show it to you",
        ("qwen3.5-9b", False): f"{hub.url} has no model unsloth/Qwen3.5-9B-GGUF, or does not show it to you",
        ("qwen", False): "the model qwen does not exist: write model = FILE.gguf, owner/repo:FILE",
        ("models/a.gguf", False): "the model models/a.gguf does not exist: write model = FILE.gguf",
    }
    answers = fetched(hub.environment(tmp_path), *expected)
    for (model, _), answer, wanted in zip(expected, answers, expected.values(), strict=True):
        if isinstance(answer, str) and isinstance(wanted, str):
            assert wanted in answer, model
        else:
            assert answer == wanted, model
    resumed = [
        begin for command, path, begin in hub.asked if (command, path) == ("GET", "/bytes/bad/breaks/b.gguf")
    ]
    assert resumed[0] == "" and resumed[1].startswith("bytes="), "the download goes on where it broke off"
    assert list(cache.glob("models--bad--wrong/snapshots/*/*")) == []
    assert len(list(cache.glob("models--good--split/snapshots/*/*"))) == 2


def test_what_was_fetched_needs_no_hub_and_a_token_opens_a_gated_model(hub: FakeHub, tmp_path: Path) -> None:
    environment = {**hub.environment(tmp_path), "HF_TOKEN": "hf_token"}
    seer = ["seer-Q4_K_M.gguf", "mmproj-F16.gguf"]
    asked, gated, good, half = fetched(
        environment, ("good/seer", False), ("bad/gated", True), ("good/seer", True), ("bad/short", True)
    )
    assert "the download of bad/short broke off" in half
    assert asked == (
        "the model is not on this computer: python caption.py --yes fetches seer-Q4_K_M.gguf of "
        f"{hub.url}/good/seer (0.00 GB) into {tmp_path / 'hub'}; "
        "or write model = FILE.gguf for one that you have"
    )
    assert (gated, good) == (["b.gguf"], seer)
    hub.asked.clear()
    offline = {**environment, "HF_HUB_OFFLINE": "1"}
    kept, text_only, missing = fetched(
        offline, ("good/seer", False), ("bad/gated:b.gguf", False), ("good/quants", True)
    )
    assert (kept, text_only) == (seer, ["b.gguf"])
    assert "good/quants is not on this computer, and HF_HUB_OFFLINE forbids to fetch it: unset it" in missing
    assert hub.asked == []
    # What an earlier run has of a file is kept.
    hub.repositories["bad/short"].short = frozenset()
    assert fetched(environment, ("bad/short", True)) == [["b.gguf"]]
    begins = [begin for command, path, begin in hub.asked if (command, path) == ("GET", HALF)]
    assert len(begins) == 1 and begins[0].startswith("bytes=")
    (away,) = fetched({**environment, "HF_ENDPOINT": "http://127.0.0.1:9"}, ("good/quants", True))
    assert "http://127.0.0.1:9 cannot be reached" in away and "check the network, and run again" in away
