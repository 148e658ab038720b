"""The files of a model that the program runs itself: what is wrong with them, and what fits."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from errors import UserError
from llm.embedded import Demand, NoConsent
from llm.embedded.files import fit, model_files
from llm.embedded.header import read_gguf
from llm.embedded.picking import GB, Room, fitting, known_models
from settings import EndpointSettings
from tests.fakes.gguf_files import write_header

PROMPT = 680
PLENTY = Room(100 * GB)


def refusal(path: Path) -> str:
    with pytest.raises(UserError) as raised:
        model_files(str(path), PLENTY, NoConsent())
    return str(raised.value)


def test_what_is_wrong_with_a_file_is_told_before_anything_is_loaded(
    model_folder: Path, tiny_models: Path
) -> None:
    whole = (model_folder / "text.gguf").read_bytes()
    wrong = {
        "page.gguf": b"<!doctype html>",
        "header.gguf": whole[:9_000],
        "half.gguf": whole[: len(whole) // 2],
        "last.gguf": whole[:-1],
        "old.gguf": b"GGUF" + (1).to_bytes(4, "little") + bytes(16),
        "noise.gguf": whole[:24] + bytes([255]) * 200 + whole[224:],
        "part-00001-of-00003.gguf": whole,
        "sight.gguf": (tiny_models / "vision.gguf").read_bytes(),
    }
    for name, data in wrong.items():
        (model_folder / name).write_bytes(data)
    write_header(model_folder / "base.gguf", template="")
    messages = {name: refusal(model_folder / name) for name in [*wrong, "base.gguf", "none.gguf"]}
    expected = {
        "page.gguf": "{} is not a GGUF file: take a model with the ending .gguf",
        "header.gguf": "{} is cut off within its header: download it again",
        "half.gguf": f"{{}} is cut off, it lacks {len(whole) - len(whole) // 2:,} bytes or more: ",
        "last.gguf": "{} is cut off, it lacks 1 bytes or more: download it again",
        "old.gguf": "{} is a GGUF file of version 1, which is not known: take another one",
        "noise.gguf": "{} is damaged: download it again",
        "part-00001-of-00003.gguf": "{} is one of 3 parts, and others are missing: download them ",
        "sight.gguf": "{} is a projector, which lets a model see: name the model beside it",
        "base.gguf": "{} has no chat template: take an instruct model, which is made to answer",
    }
    for name, said in expected.items():
        assert messages[name].startswith(said.format(model_folder / name)), name
    assert messages["none.gguf"].startswith(
        f"the model {model_folder / 'none.gguf'} does not exist: write model = "
    )
    assert "qwen3.5-4b" in messages["none.gguf"]


def test_the_projector_with_16_bits_and_all_parts_are_found_beside_a_model(
    model_folder: Path, tiny_models: Path
) -> None:
    for name in ("mmproj-a-BF16.gguf", "z-mmproj-F16.gguf", "mmproj-Q8_0.gguf"):
        shutil.copy(tiny_models / "vision.gguf", model_folder / name)
    files = model_files(str(model_folder / "text.gguf"), PLENTY, NoConsent())
    assert files.projector == model_folder / "z-mmproj-F16.gguf"
    assert files.name == "text"
    parts = model_folder / "parts"
    parts.mkdir()
    shutil.copy(model_folder / "text.gguf", parts / "m-Q4-00001-of-00002.gguf")
    write_header(parts / "m-Q4-00002-of-00002.gguf")
    split = model_files(str(parts / "m-Q4-00001-of-00002.gguf"), PLENTY, NoConsent())
    assert (split.name, split.projector) == ("m-Q4", None)
    assert split.size == sum(each.stat().st_size for each in parts.iterdir())


def test_layers_that_keep_no_whole_context_take_no_memory_for_it(tmp_path: Path) -> None:
    from gguf import GGUFWriter

    kinds: dict[str, Callable[[Any], None]] = {
        "interval": lambda writer: writer.add_uint32("llama.full_attention_interval", 4),
        "sliding": lambda writer: writer.add_array(
            "llama.attention.sliding_window_pattern", [True, True, True, False] * 2
        ),
    }
    for name, add in kinds.items():
        writer = GGUFWriter(tmp_path / name, "llama")
        writer.add_block_count(8)
        writer.add_embedding_length(64)
        writer.add_head_count(8)
        writer.add_head_count_kv(2)
        add(writer)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.close()
        # Two of eight layers, with two heads of eight numbers, twice, of two bytes.
        assert read_gguf(tmp_path / name).bytes_per_token == 2 * 2 * (8 + 8) * 2


@pytest.mark.parametrize(
    ("settings", "prompt", "card", "computer", "told"),
    [
        # The longest prompt with a quarter to spare and its answer, and seven usual answers beside it.
        ({}, PROMPT, 0, 99, "context of 12,544 tokens for 8 requests at once, about 13.2 GB"),
        (
            {"max_tokens": "300"},
            PROMPT,
            0,
            99,
            "context of 9,216 tokens for 8 requests at once, about 9.9 GB",
        ),
        ({"concurrency": "1"}, PROMPT, 0, 99, "context of 3,072 tokens for 1 request, about 3.8 GB"),
        (
            {"concurrency": "12"},
            PROMPT,
            0,
            99,
            "context of 17,920 tokens for 12 requests at once, about 18.6 GB",
        ),
        ({"context": "1024"}, PROMPT, 0, 99, "context of 8,192 tokens for 8 requests at once, about 8.9 GB"),
        # Fewer at once where there is less memory; on the card, where it goes there as a whole.
        ({}, PROMPT, 0, 9, "context of 7,168 tokens for 4 requests at once, about 7.9 GB"),
        ({}, PROMPT, 6, 99, "context of 4,352 tokens for 2 requests at once, about 5.1 GB"),
        ({}, PROMPT, 2, 99, "context of 12,544 tokens for 8 requests at once, about 13.2 GB"),
        (
            {},
            PROMPT,
            0,
            3,
            "model takes about 3.8 GB of memory, and 3.0 GB are free: close other programs, or ",
        ),
        (
            {},
            40_000,
            0,
            99,
            "model reads 32,768 tokens, and the longest prompt has about 40,000: take a model ",
        ),
        ({}, 26_000, 0, 99, "context of 65,536 tokens for 2 requests at once, about 66.2 GB"),
    ],
)
def test_context_and_requests_at_once_fit_prompts_and_memory(
    tmp_path: Path, settings: dict[str, str], prompt: int, card: int, computer: int, told: str
) -> None:
    """A token takes a megabyte here."""
    write_header(tmp_path / "model.gguf", layers=250, width=1000, context=32_768)
    files = model_files(str(tmp_path / "model.gguf"), PLENTY, NoConsent())
    demand = Demand(EndpointSettings(url="embedded", **settings), prompt)  # type: ignore[arg-type]
    try:
        said = str(fit(files, [demand], Room(computer * GB, card * GB)))
    except UserError as error:
        said = str(error)
    assert said.startswith(told)


def test_auto_takes_the_best_model_of_the_table_for_which_there_is_room() -> None:
    def best(cards: float, computer: float) -> str:
        found = fitting(Room(computer * GB, cards * GB))[0]
        return next(name for name, known in known_models().items() if known == found)

    assert [best(cards, 64) for cards in (4, 8, 12, 24)] == [
        "qwen3.5-4b",
        "qwen3.5-9b",
        "gemma-4-12b",
        "qwen3.8-27b",
    ]
    # A large model on a processor takes minutes for a caption.
    assert best(0, 64) == best(2, 64) == "qwen3.5-4b"
    with pytest.raises(UserError, match=r"needs 4 GB of free memory, and 3\.0 GB are free: close other"):
        fitting(Room(3 * GB, 2 * GB))
    assert all(each.file.endswith(".gguf") and "/" in each.repository for each in known_models().values())
