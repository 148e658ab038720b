"""A picture file ─▶ the JPEG or PNG that a vision model is sent.

Servers differ in what they read: some refuse WebP and AVIF, none turns a picture upright by its EXIF, and
a big one costs all of them time. So each arrives as an upright, opaque sRGB JPEG or PNG of modest size.

The folder may hold anything, so the content decides what a file is, never its name; the header decides if it
is decoded at all, and `MEMORY_BUDGET` bounds what that costs, in however many threads all this runs.
"""

from __future__ import annotations

import functools
import hashlib
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from dataset.memory import MEMORY_BUDGET, Memory
from dataset.picture_files import checked_size, damaged, read_whole, sniff, sniff_file, too_large

if TYPE_CHECKING:
    import pyvips

MAX_PIXELS = 100_000_000
JPEG_QUALITY = 90
AS_IT_IS_LIMIT = 8_000_000  # bytes: a small picture in a bigger file carries something beside itself

MIME_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png"}

# Bytes per pixel held by decoders that do not stream, measured on pictures of 25 to 99 megapixels.
BYTES_HELD = {"WebP": 5, "GIF": 5, "AVIF": 16}
JPEG_PIXELS_PER_BYTE = 256  # at most: 64 of them take two bits or more; what is missing would be grey
BYTES_PER_SAMPLE = {"uchar": 1, "ushort": 2}

_MEMORY = Memory(MEMORY_BUDGET)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A picture as it is sent: `data` is a whole file of type `mime`, `width` by `height` pixels."""

    mime: str
    data: bytes
    width: int
    height: int
    source_digest: str
    """BLAKE2b-128 of the picture file itself, in hex: another digest means another picture."""


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """What the header of a picture file says; the sides are those of the stored, not yet upright picture."""

    width: int
    height: int
    format: str
    rotated: bool
    animated: bool


def prepare(path: Path, max_side: int) -> Prepared:
    """Make the picture that a vision model is sent: upright, opaque, sRGB, at most `max_side` pixels long.

    Transparency becomes white, of several frames or pages the first is taken, nothing is enlarged, and
    metadata is left out. A JPEG or PNG that is all this already is sent as it is, byte for byte.
    Raises ItemError for what is no picture, for a damaged one and for an oversized one.
    """
    is_big = checked_size(path) > AS_IT_IS_LIMIT
    with _MEMORY.for_one(MEMORY_BUDGET if is_big else 0):
        raw = read_whole(path)
        picture_format = sniff(path, raw)
        with _decoding(path):
            header = _open_bytes(raw)
            held = _refuse_by_header(path, header, picture_format, len(raw))
            with _MEMORY.for_one(0 if is_big else held):
                return _prepared(raw, header, picture_format, max_side)


def _prepared(raw: bytes, header: pyvips.Image, picture_format: str, max_side: int) -> Prepared:
    if len(raw) <= AS_IT_IS_LIMIT and _is_ready(header, picture_format, max_side):
        header.avg()  # reads every pixel, so that a file that was cut off is not sent
        mime, data, width, height = MIME_TYPES[picture_format], raw, header.width, header.height
    else:
        mime = MIME_TYPES["JPEG"]
        data, width, height = _convert(raw, max_side, manages_colour=not _has_colours_of(header, "srgb"))
    return Prepared(mime, data, width, height, hashlib.blake2b(raw, digest_size=16).hexdigest())


def describe(path: Path) -> PictureFacts:
    """Tell what a picture file is from its header alone, so that a whole data set can be checked in seconds.

    Raises ItemError for what is no picture, or one that `prepare` would refuse by its header.
    """
    size = checked_size(path)
    picture_format = sniff_file(path)
    vips = _vips()
    with _decoding(path):
        # Encoded by us, because libvips is handed UTF-8 otherwise, which a file name need not be.
        source = vips.Source.new_from_file(os.fsencode(path))
        header = vips.Image.new_from_source(source, "", access="sequential")
    _refuse_by_header(path, header, picture_format, size)
    return PictureFacts(
        width=header.width,
        height=header.height,
        format=picture_format,
        rotated=_is_rotated(header),
        animated=header.get_n_pages() > 1,
    )


@functools.cache
def _vips() -> ModuleType:
    """Import libvips when the first picture needs it, and set it up for files that nobody has vouched for."""
    logging.getLogger("pyvips").propagate = False  # a warning that matters ends in an ItemError
    import pyvips

    pyvips.block_untrusted_set(True)  # no SVG, PDF or other loader that was never hardened
    pyvips.cache_set_max(0)  # no picture is asked for twice
    pyvips.concurrency_set(1)  # the callers' threads share the cores; more threads per picture cost time here
    vips: ModuleType = pyvips
    return vips


@contextmanager
def _decoding(path: Path) -> Iterator[None]:
    try:
        yield
    except _vips().Error as error:
        # Its words are left out: libvips keeps one error text for all threads, so it may be of another file.
        raise damaged(path) from error


def _open_bytes(raw: bytes) -> pyvips.Image:
    vips = _vips()
    # As a source, because libvips copies a plain buffer up to three times.
    source = vips.Source.new_from_memory(raw)
    return vips.Image.new_from_source(source, "", access="sequential", fail_on="truncated")


def _refuse_by_header(path: Path, header: pyvips.Image, picture_format: str, file_size: int) -> int:
    """Refuse what would cost too much; the bytes that the decoder of any other picture will hold."""
    pixels = header.width * header.height
    held: int = pixels * _bytes_held_per_pixel(header, picture_format)
    if pixels > MAX_PIXELS or held + file_size > MEMORY_BUDGET:
        raise too_large(path, f"{header.width} x {header.height} pixels")
    if picture_format == "JPEG" and not _is_interlaced(header) and pixels > JPEG_PIXELS_PER_BYTE * file_size:
        raise damaged(path)
    return held


def _bytes_held_per_pixel(header: pyvips.Image, picture_format: str) -> int:
    """Tell what one pixel costs while the picture is decoded: 0 where the decoder holds a few lines only."""
    bands: int = header.bands
    bytes_per_sample = BYTES_PER_SAMPLE.get(header.format, 8)
    if picture_format == "TIFF":
        return 2 * bands * bytes_per_sample  # a tile may be as large as the picture
    if picture_format in BYTES_HELD:
        return BYTES_HELD[picture_format]
    if not _is_interlaced(header):
        return 0
    if picture_format == "PNG":
        return bands * bytes_per_sample
    # A progressive JPEG: two bytes for each coefficient.
    return bands if _field(header, "jpeg-chroma-subsample") == "4:2:0" else 2 * bands


def _is_ready(header: pyvips.Image, picture_format: str, max_side: int) -> bool:
    return (
        picture_format in MIME_TYPES
        and max(header.width, header.height) <= max_side
        and _has_colours_of(header, "srgb", "b-w")
        and not header.hasalpha()
        and not _is_rotated(header)
        and not _is_interlaced(header)  # small decoders, as some servers have, read plain ones best
    )


def _has_colours_of(header: pyvips.Image, *spaces: str) -> bool:
    return (
        header.format == "uchar"
        and header.interpretation in spaces
        and _field(header, "icc-profile-data") is None  # servers see sRGB, whatever it says
    )


def _convert(raw: bytes, max_side: int, *, manages_colour: bool) -> tuple[bytes, int, int]:
    """Decode, shrink and encode in one pass: JPEG bytes, width, height.

    Setting up a colour transform takes longer than all the rest, even one that changes nothing.
    """
    vips = _vips()
    colour = {"output_profile": "srgb"} if manages_colour else {}
    picture = vips.Image.thumbnail_source(
        vips.Source.new_from_memory(raw),
        max_side,
        height=max_side,
        size="down",
        **colour,
        # Given to the loader itself, because `thumbnail` of libvips 8.18 has such an option and ignores it.
        option_string="[fail_on=truncated]",
    )
    if picture.hasalpha():
        picture = picture.flatten(background=255)
    return picture.jpegsave_buffer(Q=JPEG_QUALITY, keep="none"), picture.width, picture.height


def _is_rotated(header: pyvips.Image) -> bool:
    return _field(header, "orientation") not in (None, 1)


def _is_interlaced(header: pyvips.Image) -> bool:
    return _field(header, "interlaced") == 1


def _field(header: pyvips.Image, name: str) -> object:
    return header.get(name) if header.get_typeof(name) else None
