"""Keeps what people wrote before a run replaces it: `ROOT/.replaced/2026-11-28T19-30-00/a/b.txt`.

The name of the folder begins with a dot, so that nothing takes what is in it for captions.
"""

from __future__ import annotations

import itertools
import os
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from dataset.disk import is_inside, write_pieces, write_refusal
from dataset.text_digests import state_of
from dataset.text_folder import Texts
from errors import ItemError

_FOLDER = ".replaced"


class Replaced:
    """The texts of people that runs replaced, beside the texts that are there."""

    def __init__(self, texts: Texts, run: str) -> None:
        """`run` is the name of this run: when it began."""
        self._texts = texts
        self._run = run

    @cached_property
    def folder(self) -> Path:
        """Where this run keeps them; it is another one than that of any run before."""
        # "2026-11-28T19:30:00+00:00": on Windows a colon cannot be in a name.
        name = self._run.partition("+")[0].replace(":", "-")
        names = itertools.chain([name], (f"{name}-{number}" for number in itertools.count(2)))
        folders = (self._texts.root / _FOLDER / each for each in names)
        return next(folder for folder in folders if not os.path.lexists(folder))

    def save(self, name: str, state: str) -> bool:
        """Copy the text of a name, if it still is in this state; raises ItemError or UserError."""
        try:
            data = self._texts.read_bytes(name)
        except OSError as error:
            raise ItemError("file cannot be read", write_refusal(self._texts.path(name), error)) from error
        if state_of(data) != state:
            return False
        copy = self.folder / f"{name}{self._texts.extension}"
        if not write_pieces(self._texts.root, copy.relative_to(self._texts.root).as_posix(), [data]):
            raise ItemError("file cannot be written", f"{copy} is there already: move it away")
        return True

    def find(self, name: str, state: str) -> bytes | None:
        """The content of the latest copy of this name and state, None if there is none."""
        root = os.path.realpath(self._texts.root)
        for folder in sorted((self._texts.root / _FOLDER).glob("*"), reverse=True):
            path = folder / f"{name}{self._texts.extension}"
            with suppress(OSError):
                if is_inside(os.path.realpath(path), root) and state_of(data := path.read_bytes()) == state:
                    return data
        return None
