"""What making a picture ready costs, by libvips and by Pillow: `python -m benchmarks.pictures`.

Photo-like pictures of 1, 8 and 24 megapixels become a JPEG of quality 90, at most 1024 pixels long; Pillow,
in an environment of its own, does it as well as it can: it reads a JPEG at a fraction of its size. Each
picture is made ready three times by one thread, and the least processor time counts, which other programs
change little. Exits with 1 where libvips takes longer at 8 or 24 megapixels, or where a small JPEG or PNG is
not passed through.
"""

from __future__ import annotations

import functools
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import process_time

from benchmarks.foreign import NotInstalledError, python_with, version
from dataset.picture_file import PictureFile
from dataset.preprocessing import prepare

MEGAPIXELS = ((1, 1180, 885), (8, 3264, 2448), (24, 6000, 4000))
FORMATS = {"PNG": ".png", "JPEG": ".jpg", "WebP": ".webp", "AVIF": ".avif"}
OPTIONS: dict[str, dict[str, int]] = {"PNG": {"compression": 4}, "AVIF": {"effort": 0}}
MAX_SIDE, ROUNDS = 1024, 3
# Below this size both take no time that anybody would notice.
_STATED_FROM = 8
_PILLOW = """
import io, json, sys, time
from PIL import Image, ImageOps
side, rounds, *paths = sys.argv[1:]
def ready(path):
    picture = Image.open(path)
    picture.draft("RGB", (int(side), int(side)))
    picture = ImageOps.exif_transpose(picture).convert("RGB")
    picture.thumbnail((int(side), int(side)), Image.Resampling.LANCZOS)
    picture.save(out := io.BytesIO(), "JPEG", quality=90)
    return out
found = []
for path in paths:
    times = []
    for _ in range(int(rounds)):
        started = time.process_time()
        ready(path)
        times.append(time.process_time() - started)
    found.append(min(times))
print(json.dumps(found))
"""


def photos(folder: Path) -> dict[tuple[str, int], Path]:
    """Pictures as hard to read as a photo, by format and megapixels."""
    import pyvips

    found = {}
    for megapixels, width, height in MEGAPIXELS:
        bands = [pyvips.Image.perlin(width, height, cell_size=128, seed=seed) for seed in (1, 2, 3)]
        grain = pyvips.Image.gaussnoise(width, height, mean=128, sigma=4, seed=4)
        photo = (bands[0].bandjoin(bands[1:]) * 100 + grain).cast("uchar")
        photo = photo.copy(interpretation="srgb").copy_memory()
        for name, suffix in FORMATS.items():
            path = folder / f"{megapixels}{suffix}"
            photo.write_to_file(str(path), **OPTIONS.get(name, {}))
            found[name, megapixels] = path
    return found


def least_seconds(work: Callable[[], object]) -> float:
    """The least processor time of some rounds."""
    times = []
    for _ in range(ROUNDS):
        started = process_time()
        work()
        times.append(process_time() - started)
    return min(times)


def seconds_of_decoding(path: Path) -> float:
    """What it takes to have every pixel in memory, which is the decoder of the format and nothing else."""
    import pyvips

    return least_seconds(lambda: pyvips.Image.new_from_file(str(path)).write_to_memory())


def seconds_by_pillow(python: Path, paths: list[Path]) -> list[float]:
    """The same for each picture, by Pillow."""
    command = [str(python), "-c", _PILLOW, str(MAX_SIDE), str(ROUNDS), *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: list[float] = json.loads(done.stdout)
    return found


def is_passed_through(folder: Path, suffix: str) -> bool:
    """Whether a small upright picture is sent byte for byte; prints it."""
    import pyvips

    path = folder / f"small{suffix}"
    noise = pyvips.Image.gaussnoise(800, 600, mean=128, sigma=40).cast("uchar")
    noise.copy(interpretation="b-w").write_to_file(str(path))
    sent, stored = prepare(PictureFile.at(path), MAX_SIDE).data, path.read_bytes()
    print(f"{suffix:5} 800 x 600: {len(stored):,} bytes stored, {len(sent):,} sent, ", end="")
    print("the same" if sent == stored else "others: missed")
    return sent == stored


def main() -> int:
    """Print the tables; 1 where libvips is slower or a picture is not passed through."""
    missed = False
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = photos(folder)
        try:
            python = python_with("pillow")
            pillow = seconds_by_pillow(python, list(found.values()))
            print(f"Pillow {version(python, 'pillow')}; milliseconds of the processor")
        except NotInstalledError as error:
            print(f"Pillow: {error}")
            pillow = [float("nan")] * len(found)
        print(f"{'format':7} {'Mpx':>4} {'file MB':>8} {'libvips ms':>11} {'Pillow ms':>10} {'ratio':>6}")
        for ((form, megapixels), path), theirs in zip(found.items(), pillow, strict=True):
            ours = least_seconds(functools.partial(prepare, PictureFile.at(path), MAX_SIDE))
            is_slower = megapixels >= _STATED_FROM and ours > theirs
            missed |= is_slower
            reason = f"  missed: decoder alone {seconds_of_decoding(path) * 1000:.0f} ms" if is_slower else ""
            print(
                f"{form:7} {megapixels:4} {path.stat().st_size / 1e6:8.1f} {ours * 1000:11.0f} "
                f"{theirs * 1000:10.0f} {theirs / ours:6.2f}{reason}",
                flush=True,
            )
        print()
        passed = [is_passed_through(folder, suffix) for suffix in (".jpg", ".png")]
    return int(missed or not all(passed))


if __name__ == "__main__":
    sys.exit(main())
