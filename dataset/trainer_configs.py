"""What to write in the config of each trainer, so that it finds pictures and captions.

The names of the settings are those of the sources that docs/trainers.md names.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dataset.side_files import ai_toolkit_ending, musubi_tuner_file
from english import amount

# Folders for which a block is shown; of the others only the number.
_MOST_FOLDERS = 3


@dataclass(frozen=True, slots=True)
class Setup:
    """Where everything is: whole paths with forward slashes, which every system and format takes.

    `place` is the folder of the captions, `images` that of the pictures, `folders` are those below them that
    hold pictures ("" is the top), `names` are the variants, and `extension` is that of texts.
    """

    place: str
    images: str
    folders: tuple[str, ...]
    names: tuple[str, ...]
    extension: str = ".txt"

    def each_folder(self, block: Callable[[str], list[str]]) -> Iterator[str]:
        """A block for each of the first folders, and how many there are beside them."""
        for folder in self.folders[:_MOST_FOLDERS]:
            yield from block(f"/{folder}" if folder else "")
        if (rest := len(self.folders) - _MOST_FOLDERS) > 0:
            yield f"# and so on for {amount(rest, 'further folder')}"


Config = Callable[[Setup], Iterator[str]]
"""The first line says where to write, and the others what."""


def always(*lines: str) -> Config:
    """The same lines for every data set, in which names in braces stand for quoted paths."""

    def config(setup: Setup) -> Iterator[str]:
        paths = {"place": setup.place, "images": setup.images, "metadata_csv": f"{setup.place}/metadata.csv"}
        quoted = {name: _quoted(path) for name, path in paths.items()}
        return (line.format(**quoted) for line in lines)

    return config


def onetrainer(setup: Setup) -> Iterator[str]:
    """A concept."""
    yield "in a concept of OneTrainer"
    yield f"Path: {setup.place}"
    yield "Prompt Source: From text file per sample"
    if len(setup.folders) > 1:
        yield "Include Subdirectories: on"


def sd_scripts(setup: Setup) -> Iterator[str]:
    """A subset for each folder, or one for metadata.json."""
    wildcard = ["enable_wildcard = true"] if len(setup.names) > 1 else []

    def block(folder: str) -> list[str]:
        return [
            "[[datasets.subsets]]",
            f"image_dir = {_quoted(setup.place + folder)}",
            f"caption_extension = {_quoted(setup.extension)}",
            *wildcard,
        ]

    yield "in the dataset config of sd-scripts"
    yield from setup.each_folder(block)
    yield "# or, with the pictures where they are, in the place of all subsets above"
    yield "[[datasets.subsets]]"
    yield f"metadata_file = {_quoted(setup.place + '/metadata.json')}"
    yield from wildcard


def diffusion_pipe(setup: Setup) -> Iterator[str]:
    """A directory for each folder."""
    yield "in the dataset config of diffusion-pipe"
    yield from setup.each_folder(lambda folder: ["[[directory]]", f"path = {_quoted(setup.place + folder)}"])


def ai_toolkit(setup: Setup) -> Iterator[str]:
    """A dataset with the ending of a variant."""
    endings = [ai_toolkit_ending(name) for name in setup.names]
    yield "under datasets in the config of ai-toolkit"
    yield f"- folder_path: {_quoted(setup.place)}"
    others = f"  # or {', '.join(endings[1:])}" if endings[1:] else ""
    yield f"  caption_ext: {_quoted(endings[0])}{others}"


def musubi_tuner(setup: Setup) -> Iterator[str]:
    """A data set for each folder, and a cache for each of them."""

    def block(folder: str) -> list[str]:
        return [
            "[[datasets]]",
            f"image_jsonl_file = {_quoted(f'{setup.place}{folder}/{musubi_tuner_file(str())}')}",
            f"cache_directory = {_quoted(f'{setup.place}{folder}/cache')}",
        ]

    yield "in the dataset config of musubi-tuner"
    yield from setup.each_folder(block)
    for name in setup.names[1:]:
        yield f"# for {name}: {musubi_tuner_file(name)}, with another cache_directory"


simpletuner = always(
    "in an entry of SimpleTuner's multidatabackend.json",
    '"instance_data_dir": {place},',
    '"caption_strategy": "textfile"',
)
diffsynth_studio = always(
    "among the options of DiffSynth-Studio's training script",
    "--dataset_base_path {images}",
    "--dataset_metadata_path {metadata_csv}",
    "--data_file_keys image",
)
anima_lora_toolkit = always("in the config of AnimaLoraToolkit", "data_dir: {place}", "prefer_json: true")
newbie_lora_trainer = always("under [Model] in the config of NewbieLoraTrainer", "train_data_dir = {place}")
imagefolder = always(
    "where you load the data set with the library datasets", 'load_dataset("imagefolder", data_dir={place})'
)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
