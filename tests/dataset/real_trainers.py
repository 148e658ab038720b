"""Run by hand: the trainers' own readers over what is exported for them.

    python -m tests.dataset.real_trainers FOLDER [COUNT]

FOLDER holds checkouts of the trainers, called as their repositories are: sd-scripts, mgds, SimpleTuner,
diffusion-pipe, ai-toolkit, musubi-tuner, DiffSynth-Studio, AnimaLoraToolkit, NewbieLoraTrainer. Those that
are not there are passed over. Nothing of them is installed: the functions and classes that read captions are
taken out of their sources and run alone, with what they need of the rest put in its place. For imagefolder
the library datasets is run, if it is installed. Each must give the captions that report.html shows, over the
pictures of the program in every style and COUNT generated ones (500 unless it is given).
"""

from __future__ import annotations
import __future__

import ast
import csv
import glob
import importlib.metadata
import importlib.util
import inspect
import json
import logging
import math
import os
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from dataset.trainers import TARGETS, Target
from tests.dataset.training_set import add_captions_of_every_style, data_set, exported, opened, shown

Captions = Mapping[str, list[str]]
Reader = Callable[[Path, Path, Captions], dict[str, list[str]]]
"""Takes the checkout, the exported files and the captions that are expected; returns those that are read."""


def main() -> int:
    """Run all that is there; 1 where a caption differs."""
    checkouts, differs = Path(sys.argv[1]), False
    with tempfile.TemporaryDirectory() as temporary:
        folder = data_set(Path(temporary), int(sys.argv[2]) if len(sys.argv) > 2 else 500)
        add_captions_of_every_style(folder)
        project = opened(folder)
        captions = shown(project)
        for target, repository, reader in READERS:
            source = checkouts / repository
            if not source.is_dir() and importlib.util.find_spec(repository) is None:
                print(f"{target}: {source} is not there")
                continue
            found = reader(source, exported(project, target, captions), captions)
            wrong = [
                name for name, both in captions.items() if found.get(name) != _expected(TARGETS[target], both)
            ]
            differs |= bool(wrong)
            print(f"{repository} {_commit(source)}: {len(captions) - len(wrong)} of {len(captions)} as shown")
            for name in wrong[:3]:
                print(f"  {name}: {found.get(name)} and not {captions[name]}")
    return int(differs)


def _expected(target: Target, captions: Sequence[str]) -> list[str]:
    """What the program says of the captions: ai-toolkit changes some."""
    return [target.trains_on(each) for each in captions[: 1 if target.takes_one else None]]


def _commit(source: Path) -> str:
    if not source.is_dir():
        return importlib.metadata.version(source.name)
    done = subprocess.run(
        ["git", "-C", str(source), "rev-parse", "--short", "HEAD"],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or "(no commit)"


def lifted(path: Path, *names: str, **around: object) -> SimpleNamespace:
    """The functions and classes of these names in a source, wherever they stand in it, run without the rest.

    `around` is what they find in the place of the names of their module.
    """
    nodes = [
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name in names
    ]
    for node in nodes:
        node.decorator_list = []
    module = ast.Module(list(nodes), [])
    space: dict[str, Any] = {
        **{each.__name__: each for each in (glob, json, logging, math, os, random, re)},
        **{"Path": Path, "logger": logging.getLogger("trainer"), "tqdm": lambda items, **_: items, **around},
    }
    flags = __future__.annotations.compiler_flag
    exec(compile(module, str(path), "exec", flags, dont_inherit=True), space)
    return SimpleNamespace(**{name: space[name] for name in names})


class _Anything:
    """Stands in for a base class or an object that is not needed: takes every argument and keeps it."""

    def __init__(self, *arguments: object, **named: object) -> None:
        self.arguments = arguments


_SUBSET = {
    **{"caption_prefix": None, "caption_suffix": None, "caption_dropout_rate": 0, "enable_wildcard": True},
    **{"caption_dropout_every_n_epochs": 0, "shuffle_caption": False, "token_warmup_step": 0},
    **{
        "caption_tag_dropout_rate": 0,
        "secondary_separator": None,
        "caption_separator": ",",
        "num_repeats": 1,
    },
    **{"image_dir": None, "resize_interpolation": None, "keep_tokens_separator": None, "keep_tokens": 0},
}


def sd_scripts(source: Path, out: Path, captions: Captions) -> dict[str, list[str]]:
    """Texts with and without enable_wildcard, and metadata.json: all must give the same."""
    path = source / "library/train_util.py"
    registered: dict[str, str] = {}

    class Base(_Anything):
        width = height = 0
        resize_interpolation = None

        def __init__(self, *arguments: object, **named: object) -> None:
            self.subsets: list[object] = []

        def register_image(self, info: _Anything, subset: object) -> None:
            registered[str(info.arguments[4])] = str(info.arguments[2])

        def set_tag_frequency(self, *arguments: object) -> None:
            """Not needed."""

    strategy = SimpleNamespace(get_strategy=lambda: SimpleNamespace(cache_suffix=".none"))
    own = lifted(
        path,
        *("read_caption", "process_caption", "FineTuningDataset"),
        **{"BaseDataset": Base, "LatentsCachingStrategy": strategy, "ImageInfo": _Anything},
    )
    of_texts = SimpleNamespace(**_SUBSET)
    trainer = SimpleNamespace(current_epoch=0, current_step=0, max_train_steps=1, replacements={})
    chosen = {"metadata_file": str(out / "metadata.json")}
    of_metadata = SimpleNamespace(**{**_SUBSET, **chosen})
    parameters = list(inspect.signature(own.FineTuningDataset.__init__).parameters)[2:]
    own.FineTuningDataset([of_metadata], **dict.fromkeys(parameters, 0))
    found = {}
    for name in captions:
        text = own.read_caption(str(out / name), ".txt", enable_wildcard=True)
        both = [own.process_caption(trainer, of_texts, line) for line in text.split("\n")]
        (address,) = [each for each in registered if each.endswith(f"/images/{name}")]
        again = [own.process_caption(trainer, of_metadata, line) for line in registered[address].split("\n")]
        found[name] = both if both == again and Path(address).is_file() else [*both, "or", *again]
    return found


def onetrainer(source: Path, out: Path, captions: Captions) -> dict[str, list[str]]:
    """Its library mgds reads the texts."""
    path = source / "src/mgds/pipelineModules/LoadMultipleTexts.py"
    bases = dict.fromkeys(("PipelineModule", "RandomAccessPipelineModule"), type("Base", (), {}))
    bases["RandomAccessPipelineModule"] = type("Other", (), {})
    reader = lifted(path, "LoadMultipleTexts", **bases).LoadMultipleTexts("path", "texts")
    found = {}
    for name in captions:
        reader._get_previous_item = lambda *_, name=name: str((out / name).with_suffix(".txt"))
        found[name] = reader.get_item(0, 0)["texts"]
    return found


def simpletuner(source: Path, out: Path, captions: Captions) -> dict[str, list[str]]:
    """Its caption strategy textfile."""
    path = source / "simpletuner/helpers/prompts.py"
    read = lifted(path, "prepare_instance_prompt_from_textfile").prepare_instance_prompt_from_textfile
    backend = SimpleNamespace(exists=os.path.exists, read=lambda file: Path(file).read_bytes())
    found = {}
    for name in captions:
        texts = read(str(out / name), True, False, backend)
        found[name] = texts if isinstance(texts, list) else [texts]
    return found


def diffusion_pipe(source: Path, out: Path, captions: Captions) -> dict[str, list[str]]:
    """The captions that it takes out of captions.json."""
    path = source / "utils/dataset.py"
    shuffle = lifted(path, "shuffle_captions").shuffle_captions
    found = {}
    for file in out.rglob("captions.json"):
        own = lifted(path, "add_captions", caption_data=json.loads(file.read_text(encoding="ascii")))
        for name in captions:
            if (out / name).parent == file.parent:
                found[name] = shuffle(own.add_captions({"image_spec": (None, str(out / name))})["caption"])
    return found


def ai_toolkit(source: Path, out: Path, captions: Captions) -> dict[str, list[str]]:
    """A file with the ending that the program advises, without a trigger word."""
    inject = lifted(source / "toolkit/prompt_utils.py", "inject_trigger_into_prompt")
    own = lifted(
        source / "toolkit/dataloader_mixins.py",
        *("load_caption", "get_caption", "clean_caption"),
        inject_trigger_into_prompt=inject.inject_trigger_into_prompt,
    )
    off = dict.fromkeys(("default_caption", "shuffle_tokens", "random_triggers", "diff_output_preservation"))
    rates = dict.fromkeys(("caption_dropout_rate", "token_dropout_rate", "keep_tokens"), 0)
    chosen = SimpleNamespace(caption_ext=".ai-toolkit", cache_text_embeddings=False, **off, **rates)
    found = {}
    for name in captions:
        item = SimpleNamespace(raw_caption=None, path=str(out / name), dataset_config=chosen)
        item.trigger_word, item.is_reg, item.get_caption = None, False, partial(own.get_caption, item)
        own.load_caption(item)
        found[name] = [item.caption]
    return found


def musubi_tuner(source: Path, out: Path, captions: Captions) -> dict[str, list[str]]:
    """A data set for each folder."""
    path = source / "src/musubi_tuner/dataset/datasources.py"
    own = lifted(path, "ContentDatasource", "ImageDatasource", "ImageJsonlDatasource")
    found: dict[str, list[str]] = {}
    for file in out.rglob("musubi-tuner.jsonl"):
        rows = own.ImageJsonlDatasource(str(file))
        for number in range(len(rows)):
            address, caption = rows.get_caption(number)
            assert Path(address).is_file()
            found.setdefault(address.partition("/images/")[2], []).append(caption)
    return found


def diffsynth_studio(source: Path, out: Path, captions: Captions) -> dict[str, list[str]]:
    """Its table, read by pandas where that is installed."""
    path = source / "diffsynth/core/data/unified_dataset.py"
    is_there = importlib.util.find_spec("pandas") is not None
    if not is_there:
        print("  pandas is not installed: the table is read by Python's csv")
    pandas = importlib.import_module("pandas") if is_there else SimpleNamespace(read_csv=_Table)
    read = lifted(path, "load_metadata", pandas=pandas).load_metadata
    rows = SimpleNamespace(base_path=str(out))
    read(rows, str(out / "metadata.csv"))
    found: dict[str, list[str]] = {}
    for row in rows.data:
        found.setdefault(row["image"], []).append(row["prompt"])
    return found


class _Table(list[Any]):
    """As much of a table of pandas as is needed."""

    def __init__(self, path: str) -> None:
        with Path(path).open(encoding="utf-8", newline="") as file:
            super().__init__(SimpleNamespace(to_dict=partial(dict, row)) for row in csv.DictReader(file))
        self.iloc = self


def anima_lora_toolkit(source: Path, out: Path, captions: Captions) -> dict[str, list[str]]:
    """Its JSON, not shuffled."""
    module = ModuleType("caption_utils")
    exec((source / "utils/caption_utils.py").read_text(encoding="utf-8"), module.__dict__)
    build = module.__dict__["load_and_build_caption"]
    return {name: [build((out / name).with_suffix(".json"), shuffle=False)] for name in captions}


def newbie_lora_trainer(source: Path, out: Path, captions: Captions) -> dict[str, list[str]]:
    """The folder, as it walks through it."""
    if "PIL" not in sys.modules:
        # It only asks for the size of each picture, and goes on without.
        sys.modules["PIL"] = ModuleType("PIL")
        sys.modules["PIL"].Image = SimpleNamespace()  # type: ignore[attr-defined]
    logging.getLogger("trainer").setLevel(logging.CRITICAL)
    read = lifted(source / "train_newbie_lora.py", "_load_data")._load_data
    endings = {".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp"}
    rows = SimpleNamespace(train_data_dir=str(out), image_extensions=endings, resolution=64)
    rows.image_paths, rows.captions, rows.repeats, rows.image_resolutions = [], [], [], []
    read(rows)
    names = [Path(path).relative_to(out).as_posix() for path in rows.image_paths]
    return {name: [caption] for name, caption in zip(names, rows.captions, strict=True)}


def imagefolder(source: Path, out: Path, captions: Captions) -> dict[str, list[str]]:
    """The library itself, which has to be installed; the pictures are not decoded."""
    datasets = importlib.import_module("datasets")
    chosen = {"data_dir": str(out), "cache_dir": str(out / "cache")}
    loaded = datasets.load_dataset("imagefolder", split="train", **chosen)
    rows = loaded.cast_column("image", datasets.Image(decode=False))
    paths = (Path(row["image"]["path"]).relative_to(out).as_posix() for row in rows)
    return {name: [row["text"]] for name, row in zip(paths, rows, strict=True)}


READERS: Sequence[tuple[str, str, Reader]] = (
    ("sd-scripts", "sd-scripts", sd_scripts),
    ("onetrainer", "mgds", onetrainer),
    ("simpletuner", "SimpleTuner", simpletuner),
    ("diffusion-pipe", "diffusion-pipe", diffusion_pipe),
    ("ai-toolkit", "ai-toolkit", ai_toolkit),
    ("musubi-tuner", "musubi-tuner", musubi_tuner),
    ("diffsynth-studio", "DiffSynth-Studio", diffsynth_studio),
    ("anima-lora-toolkit", "AnimaLoraToolkit", anima_lora_toolkit),
    ("imagefolder", "datasets", imagefolder),
    ("newbie-lora-trainer", "NewbieLoraTrainer", newbie_lora_trainer),
)

if __name__ == "__main__":
    sys.exit(main())
