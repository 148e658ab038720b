"""The header of a GGUF file: what the model is, and whether the file is whole.

The format is that of https://github.com/ggml-org/ggml/blob/master/docs/gguf.md. The library `gguf` builds an
object for each of the 250,000 tokens of a vocabulary, which takes many seconds; here they are passed over.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from errors import UserError

_MAGIC = b"GGUF"
_VERSIONS = (2, 3)
# The kinds of values by their number, as the module `struct` writes them.
_FORMATS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9
# How many weights a block of a kind of tensor has, and how many bytes: plain numbers, then Q4_0 to Q8_0, Q2_K
# to Q6_K. Of other kinds only the beginning is known to lie within the file.
_BLOCKS = {
    **{0: (1, 4), 1: (1, 2), 24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8), 30: (1, 2)},
    **{2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34)},
    **{10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210)},
}
_ALIGNMENT = 32
# No real header has more, so a damaged count does not have the program read on for hours.
_MOST_ENTRIES = 1_000_000
_LONGEST_TEXT = 10_000_000
_DOWNLOAD_AGAIN = "download it again"


@dataclass(frozen=True, slots=True)
class Gguf:
    """A GGUF file: its size in bytes, and what its header says; arrays are lists, those of texts None."""

    path: Path
    size: int
    values: Mapping[str, object]

    @property
    def architecture(self) -> str:
        """The kind of network, such as llama, or clip for a projector."""
        return str(self.values.get("general.architecture", ""))

    @property
    def chat_template(self) -> str:
        """The template of its chats; "" for a model that was not made to chat."""
        found = self.values.get("tokenizer.chat_template")
        return found if isinstance(found, str) else ""

    def number(self, key: str) -> int:
        """A number of this architecture, such as block_count; the largest of several, 0 for none."""
        return max(self._numbers(key), default=0)

    @property
    def bytes_per_token(self) -> int:
        """About the memory that a token of context takes, over all layers that keep whole contexts."""
        heads = self.number("attention.head_count")
        width = self.number("embedding_length") // max(1, heads)
        key, value = (self.number(f"attention.{each}_length") or width for each in ("key", "value"))
        kept = self.number("attention.head_count_kv") or heads
        # Both are kept with 16 bits.
        return self._whole_layers * kept * (key + value) * 2

    @property
    def _whole_layers(self) -> int:
        """The layers that keep all of a context: newer models have others that keep its end, or a summary."""
        if slides := self._numbers("attention.sliding_window_pattern")[1:]:
            return slides.count(0)
        return self.number("block_count") // max(1, self.number("full_attention_interval"))

    def _numbers(self, key: str) -> list[int]:
        found = self.values.get(f"{self.architecture}.{key}")
        return [each for each in (found if isinstance(found, list) else [found]) if isinstance(each, int)]


def read_gguf(path: Path) -> Gguf:
    """Read the header of a file; raises UserError where it is no GGUF file, or not a whole one."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            if file.read(4) != _MAGIC:
                raise UserError(f"{path} is not a GGUF file: take a model with the ending .gguf")
            return _read(path, size, file)
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}): check its permissions") from error


def _read(path: Path, size: int, file: BinaryIO) -> Gguf:
    reader = _Reader(file)
    try:
        version, tensors, entries = reader.numbers("<IQQ")
        if version not in _VERSIONS:
            raise UserError(
                f"{path} is a GGUF file of version {version}, which is not known: take another one"
            )
        if max(tensors, entries) > _MOST_ENTRIES:
            raise UserError(f"{path} is damaged: {_DOWNLOAD_AGAIN}")
        values = {reader.text(): reader.value() for _ in range(entries)}
        ends = [reader.end_of_tensor() for _ in range(tensors)]
    except EOFError as error:
        raise UserError(f"{path} is cut off within its header: {_DOWNLOAD_AGAIN}") from error
    except (struct.error, ValueError, KeyError, UnicodeError) as error:
        raise UserError(f"{path} is damaged: {_DOWNLOAD_AGAIN}") from error
    alignment = values.get("general.alignment")
    step = alignment if isinstance(alignment, int) and alignment > 0 else _ALIGNMENT
    needed = -(-file.tell() // step) * step + max(ends) if ends else file.tell()
    if size < needed:
        raise UserError(f"{path} is cut off, it lacks {needed - size:,} bytes or more: {_DOWNLOAD_AGAIN}")
    return Gguf(path, size, values)


class _Reader:
    """Reads the values of a header one after the other; raises EOFError at the end of the file."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def numbers(self, form: str) -> tuple[int, ...]:
        data = self._bytes(struct.calcsize(form))
        return struct.unpack(form, data)

    def text(self) -> str:
        return self._bytes(self._length()).decode("utf-8", "replace")

    def value(self, kind: int | None = None) -> object:
        """A value of a kind, by default of the kind that stands before it."""
        if kind is None:
            (kind,) = self.numbers("<I")
        if kind == _STRING:
            return self.text()
        if kind != _ARRAY:
            return self.numbers(f"<{_FORMATS[kind]}")[0]
        of, length = self.numbers("<IQ")
        if length > 100 * _MOST_ENTRIES:
            raise ValueError(length)
        if of in (_STRING, _ARRAY):
            for _ in range(length):
                self._pass_over(of)
            return None
        return list(self.numbers(f"<{length}{_FORMATS[of]}"))

    def end_of_tensor(self) -> int:
        """Where the next tensor ends at the least, behind the header."""
        self.text()
        (dimensions,) = self.numbers("<I")
        if dimensions > 8:
            raise ValueError(dimensions)
        shape = self.numbers(f"<{dimensions}Q")
        kind, offset = self.numbers("<IQ")
        weights, size = _BLOCKS.get(kind, (1, 0))
        return offset + math.prod(shape) // weights * size

    def _pass_over(self, kind: int) -> None:
        if kind == _STRING:
            self._file.seek(self._length(), 1)
        else:
            self.value(kind)

    def _length(self) -> int:
        (length,) = self.numbers("<Q")
        if length > _LONGEST_TEXT:
            raise ValueError(length)
        return length

    def _bytes(self, count: int) -> bytes:
        data = self._file.read(count)
        if len(data) < count:
            raise EOFError
        return data
