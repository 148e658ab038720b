"""How each trainer finds the captions of a picture, written anew from what its source does.

A rule is given a folder with the pictures and all exported files, the name of a picture ("a/b.png"), and the
names of the variants. It returns the captions that a training would see, all that could be drawn, or None
where the trainer passes the picture over. The lines of the sources are in docs/trainers.md, under the same
names.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

Rule = Callable[[Path, str, Sequence[str]], list[str] | None]


def _text(folder: Path, name: str, ending: str = ".txt") -> str:
    """Python's text mode: UTF-8, a mark at the start stays, every line end becomes a line feed."""
    return (folder / name).with_suffix(ending).read_text(encoding="utf-8")


@cache
def _parsed(file: Path, _stamp: int) -> Any:  # noqa: ANN401 - whatever JSON holds
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".jsonl":
        return [json.loads(line) for line in text.splitlines()]
    return list(csv.DictReader(io.StringIO(text, newline=""))) if file.suffix == ".csv" else json.loads(text)


def _table(file: Path) -> Any:  # noqa: ANN401 - whatever JSON holds
    """The content of a file that tells of many pictures; each is asked about, and it is parsed once."""
    return _parsed(file, file.stat().st_mtime_ns)


def expanded(caption: str) -> str:
    """Take the first choice of every wildcard, where sd-scripts draws one (train_util.py:845-865)."""
    caption = caption.replace("{{", "⦅").replace("}}", "⦆")
    caption = re.sub(r"\{([^}]+)\}", lambda found: found.group(1).split("|")[0], caption)
    return caption.replace("⦅", "{").replace("⦆", "}")


def sd_scripts_first_line(folder: Path, name: str, names: Sequence[str]) -> list[str] | None:
    """train_util.py:1946-1970 without enable_wildcard."""
    if not (folder / name).with_suffix(".txt").is_file():
        return None
    lines = _text(folder, name).splitlines(keepends=True)
    assert lines, "caption file is empty"
    return [lines[0].strip()]


def sd_scripts_wildcards(folder: Path, name: str, names: Sequence[str]) -> list[str] | None:
    """train_util.py:1946-1970 with enable_wildcard."""
    lines = [line.strip() for line in _text(folder, name).split("\n") if line.strip()]
    return [expanded(line) for line in lines]


def sd_scripts_metadata(folder: Path, name: str, names: Sequence[str]) -> list[str] | None:
    """train_util.py:2251-2338; a whole path is opened as it stands, in versions before 0.10 too."""
    metadata = _table(folder / "metadata.json")
    found = [key for key in metadata if key.endswith(f"images/{name}")]
    if not found:
        return None
    assert Path(found[0]).is_absolute()
    assert Path(found[0]).is_file()
    values = metadata[found[0]]
    assert "tags" not in values
    return [expanded(each) for each in values["caption"].split("\n") if each.strip()]


def onetrainer(folder: Path, name: str, names: Sequence[str]) -> list[str] | None:
    """mgds LoadMultipleTexts.py:31-50, SelectRandomText.py:24-30."""
    return [line for line in map(str.strip, _text(folder, name).split("\n")) if line] or [""]


def simpletuner(folder: Path, name: str, names: Sequence[str]) -> list[str] | None:
    """prompts.py:409-430."""
    text = (folder / name).with_suffix(".txt").read_bytes().decode("utf-8")
    return [line for line in text.split("\n") if line] if "\n" in text else [text]


def diffusion_pipe(folder: Path, name: str, names: Sequence[str]) -> list[str] | None:
    """dataset.py:642-694; opened in whatever encoding the system prefers."""
    file = (folder / name).parent / "captions.json"
    assert file.read_bytes().isascii()
    captions: list[str] | None = _table(file).get((folder / name).name)
    assert captions is None or isinstance(captions, list)
    return captions


def ai_toolkit(folder: Path, name: str, names: Sequence[str]) -> list[str] | None:
    """dataloader_mixins.py:345-354, 411, 435; prompt_utils.py:715-748, without a trigger word."""

    def read(ending: str) -> str:
        caption = ", ".join(_text(folder, name, f".{ending}").split(","))
        return caption.replace("[name]", "").replace("[trigger]", "")

    endings = ["ai-toolkit"] if tuple(names) == ("caption",) else list(names)
    if not (folder / name).with_suffix(f".{endings[0]}").is_file():
        return None
    return [read(each) for each in endings]


def musubi_tuner(folder: Path, name: str, names: Sequence[str]) -> list[str] | None:
    """datasources.py:247-294, 356-361; the cache of image_video_dataset.py:161-171 holds a stem once."""
    found, own = [], f"/{(folder / name).name}"
    for variant in ("", *(f".{each}" for each in names[1:])):
        file = (folder / name).parent / f"musubi-tuner{variant}.jsonl"
        if not file.is_file():
            return None
        same = [row for row in _table(file) if row["image_path"].endswith(own)]
        assert all(Path(row["image_path"]).is_file() for row in same)
        assert len(same) < 2
        found += [row["caption"] for row in same if row["image_path"].endswith(f"images/{name}")]
    return found or None


def diffsynth_studio(folder: Path, name: str, names: Sequence[str]) -> list[str] | None:
    """unified_dataset.py:70-87: each row of the table is an item of its own."""
    return [row["prompt"] for row in _table(folder / "metadata.csv") if row["image"] == name] or None


def anima_lora_toolkit(folder: Path, name: str, names: Sequence[str]) -> list[str] | None:
    """utils/caption_utils.py:102-196, anima_train.py:1338-1362, without shuffle_caption."""
    file = (folder / name).with_suffix(".json")
    if not file.is_file():
        return None
    raw = json.loads(file.read_text(encoding="utf-8"))
    assert "tags" in raw
    assert "meta" in raw
    tags: Mapping[str, list[str] | str] = raw["tags"]
    parts = list(tags.get("quality", []))
    fixed = [tags.get(key) for key in ("count", "character", "series", "artist")]
    parts += [value for value in fixed if isinstance(value, str) and value]
    for key in ("appearance", "tags", "environment"):
        parts += tags.get(key, [])
    once = {part.lower().strip(): part.strip() for part in reversed(parts) if part.strip()}
    caption = ", ".join(reversed(once.values()))
    return [f"{caption}. {tags['nl']}" if tags.get("nl") else caption]


def newbie_lora_trainer(folder: Path, name: str, names: Sequence[str]) -> list[str] | None:
    """train_newbie_lora.py:118-128."""
    return [_text(folder, name).strip()] if (folder / name).with_suffix(".txt").exists() else [""]


def imagefolder(folder: Path, name: str, names: Sequence[str]) -> list[str] | None:
    """folder_based_builder.py:269-281, 374-441."""
    for row in _table(folder / "metadata.jsonl"):
        if row["file_name"] == name:
            assert (folder / name).is_file()
            return [value for key, value in row.items() if key.startswith("text")]
    return None


RULES: Sequence[tuple[str, Rule]] = (
    ("txt", onetrainer),
    ("onetrainer", onetrainer),
    ("simpletuner", simpletuner),
    ("sd-scripts", sd_scripts_wildcards),
    ("sd-scripts", sd_scripts_metadata),
    ("diffusion-pipe", diffusion_pipe),
    ("ai-toolkit", ai_toolkit),
    ("musubi-tuner", musubi_tuner),
    ("diffsynth-studio", diffsynth_studio),
    ("anima-lora-toolkit", anima_lora_toolkit),
    ("newbie-lora-trainer", newbie_lora_trainer),
    ("imagefolder", imagefolder),
)
