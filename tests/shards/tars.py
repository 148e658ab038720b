"""Tars as data sets have them, and as an attacker makes them."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterable, Mapping
from pathlib import Path


def tar(path: Path, files: Iterable[tuple[str, bytes]] | Mapping[str, bytes]) -> Path:
    """Write a tar with these members, in their order."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w") as archive:
        for name, data in files.items() if isinstance(files, Mapping) else files:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def texts_in(path: Path) -> dict[str, str]:
    """The texts in a tar, by their names."""
    with tarfile.open(path) as archive:
        opened = ((info.name, archive.extractfile(info)) for info in archive)
        return {name: file.read().decode() for name, file in opened if file is not None}
