"""Runs `python caption.py` as a user does: in a folder of its own, as a process, on real files."""

from __future__ import annotations

import hashlib
import json
import sys
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import config
from tests.program.starts import ROOT, run_to_end


@dataclass(frozen=True, slots=True)
class Result:
    """What a run said and how it ended."""

    code: int
    out: str
    err: str


@lru_cache(maxsize=8)
def png(colour: tuple[int, int, int] = (90, 140, 200), width: int = 32, height: int = 32) -> bytes:
    """A plain picture in one colour."""
    rows = b"".join(b"\0" + bytes(colour) * width for _ in range(height))
    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes((8, 2, 0, 0, 0))
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


def state_of(folder: Path) -> dict[str, str]:
    """What lies below a folder: files with a digest and the time of their last change, and folders."""
    found = {}
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if path.is_file():
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            found[name] = f"{digest} {path.stat().st_mtime_ns}"
        else:
            found[f"{name}/"] = ""
    return found


class Project:
    """A user's folder: config.ini, pictures and tag files; the program is the one of this repository."""

    def __init__(self, folder: Path, url: str = "builtin", **settings: str) -> None:
        """Write the default config.ini, with settings such as `Interpreter__skip="True"` changed."""
        self.folder = folder
        self.images, self.captions = folder / "images", folder / "captions"
        self.descriptions, self.cache = folder / "descriptions", folder / "tags_cache.json"
        self.images.mkdir(parents=True, exist_ok=True)
        self.set = {"Endpoint.url": url, "Endpoint.model": "tiny", "TagProvider.skip": "True"}
        # The answers of the fake have nothing to do with the tags, so each would be mended or replaced.
        self.set |= {"Interpreter.repairs": "0", "Interpreter.floor": "none"}
        self.set["Interpreter.reading"] = "never"
        self.set |= {key.replace("__", "."): value for key, value in settings.items()}
        (folder / "config.ini").write_text(config.default_ini(), encoding="utf-8")

    def add(self, name: str, tags: str = "1girl, solo, smile", picture: bytes | None = None) -> Path:
        """A picture and its tag file; the path of the picture."""
        path = self.images / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(picture or png())
        path.with_suffix(".txt").write_text(tags, encoding="utf-8")
        return path

    def command(self, *arguments: str) -> list[str]:
        """The command line of a run."""
        chosen = [part for key, value in self.set.items() for part in ("--set", f"{key}={value}")]
        config_file = str(self.folder / "config.ini")
        return [sys.executable, str(ROOT / "caption.py"), "--config", config_file, *chosen, *arguments]

    def run(self, *arguments: str, environment: Mapping[str, str] | None = None, watcher: str = "") -> Result:
        """One run to its end; a watcher is Python code that the process does first."""
        code, out, err = run_to_end(self.command(*arguments)[2:], self.folder, environment, watcher)
        assert "Traceback" not in err, err
        return Result(code, out, err)

    def caption(self, name: str) -> str:
        """The caption of a picture, by its name without extension."""
        return (self.captions / f"{name}.txt").read_text(encoding="utf-8")

    def journal(self) -> list[dict[str, Any]]:
        """The lines of the journal."""
        lines = (self.captions / "journal.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]
