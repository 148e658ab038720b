"""A stored picture ─▶ the JPEG or PNG that a vision model is sent.

Servers differ in what they read: some refuse WebP and AVIF, none turns a picture upright by its EXIF, some
crash on a narrow strip, and a big picture costs all of them time. So each picture is sent as an upright,
opaque sRGB JPEG or PNG of modest size.

A data set may hold anything, so the content decides what a file is, never its name. The header decides
whether it is decoded at all, and `MEMORY_BUDGET` limits the memory of all threads that decode together.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, BinaryIO

from dataset.picture_file import MEMORY_BUDGET, SIGNATURE_LENGTH, Memory, PictureFile

if TYPE_CHECKING:
    import pyvips

MAX_PIXELS = 100_000_000
JPEG_QUALITY = 90
AS_IT_IS_LIMIT = 8_000_000  # bytes: a small picture in a larger file carries something else with it
# Servers of Qwen-VL models fail or crash on a side of fewer pixels, and on a picture that is longer than wide
# by more than this factor.
LEAST_SIDE, MOST_TIMES_AS_LONG = 28, 200

MIME_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png"}

# Bytes that decoders hold per pixel where they do not stream, measured on pictures of 25 to 99 megapixels.
BYTES_HELD = {"WebP": 5, "GIF": 5, "AVIF": 16}
# No JPEG has more: 64 pixels take at least two bits. What is missing from a file that was cut off is grey.
JPEG_PIXELS_PER_BYTE = 256
BYTES_PER_SAMPLE = {"uchar": 1, "ushort": 2}

# libvips does not know the mark of an animated AVIF; its first frame is found as that of a still one is.
_ANIMATED_AVIF, _STILL_AVIF = b"ftypavis", b"ftypavif"
_END_OF_JPEG = b"\xff\xd9"

_MEMORY = Memory(MEMORY_BUDGET)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A picture as it is sent: `data` is a whole file of type `mime`, `width` by `height` pixels."""

    mime: str
    data: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """What the header of a picture file says; the sides are those of the stored, not yet upright picture."""

    width: int
    height: int
    format: str
    rotated: bool
    animated: bool


def prepare(file: PictureFile, max_side: int) -> Prepared:
    """Make the picture that a vision model is sent: upright, opaque, sRGB, at most `max_side` pixels long.

    Transparency becomes white, the first of several frames or pages is taken, and metadata is left out.
    Nothing is enlarged, but a picture that is narrower than LEAST_SIDE gets white beside it. A JPEG or PNG
    that is like this already is sent unchanged.
    Raises ItemError for a file that is no picture, and for a picture that is damaged or too large.
    """
    # A large file takes the whole budget before it is read, for two of them at once may be too much.
    is_large = file.size > AS_IT_IS_LIMIT
    with _MEMORY.taken(MEMORY_BUDGET if is_large else 0):
        raw = _as_still_avif(file.read())
        picture_format = file.format_of(raw)
        with _decoding(file):
            header = _open(raw)
            held = _check_header(file, header, picture_format)
            with _MEMORY.taken(0 if is_large else held):
                try:
                    return _prepared(raw, header, picture_format, max_side)
                except _vips().Error:
                    if picture_format != "JPEG" or 2 * len(raw) > MEMORY_BUDGET:
                        raise
                # Perhaps only the end mark is missing: add one, and libvips warns if pixels are missing too.
                ended = raw + _END_OF_JPEG
                return _prepared(ended, _open(ended, "warning"), picture_format, max_side, "warning")


def _prepared(
    raw: bytes, header: pyvips.Image, picture_format: str, max_side: int, fail_on: str = "truncated"
) -> Prepared:
    """The picture unchanged where every vision model can read it, else as a JPEG."""
    is_modest = len(raw) <= AS_IT_IS_LIMIT and max(header.width, header.height) <= max_side
    is_opaque_srgb = _has_colours_of(header, "srgb", "b-w") and not header.hasalpha()
    # Small decoders, as some servers have, read pictures that are not interlaced best.
    is_plain = picture_format in MIME_TYPES and not _is_rotated(header) and not _is_interlaced(header)
    if is_modest and is_opaque_srgb and is_plain and _is_wide_enough(header.width, header.height):
        header.avg()  # reads every pixel, so that a file that was cut off is not sent
        return Prepared(MIME_TYPES[picture_format], raw, header.width, header.height)
    manages_colour = not _has_colours_of(header, "srgb")
    data, width, height = _convert(raw, max_side, manages_colour=manages_colour, fail_on=fail_on)
    return Prepared(MIME_TYPES["JPEG"], data, width, height)


def _is_wide_enough(width: int, height: int) -> bool:
    """Whether every vision model takes a picture of this size without white beside it."""
    return min(width, height) >= _least_side(width, height)


def _least_side(width: int, height: int) -> int:
    return max(LEAST_SIDE, -(-max(width, height) // MOST_TIMES_AS_LONG))


def describe(file: PictureFile) -> PictureFacts:
    """Tell what a picture is from its header alone, so that a whole data set can be checked in seconds.

    Raises ItemError for a file that is no picture, or one that `prepare` would refuse by its header.
    """
    with file.opened() as stream:
        start = stream.read(SIGNATURE_LENGTH)
        picture_format = file.format_of(start)
        stream.seek(0)
        with _decoding(file):
            header = _open_stream(stream)
            _check_header(file, header, picture_format)
            is_animated = header.get_n_pages() > 1 or start.startswith(_ANIMATED_AVIF, 4)
            return PictureFacts(header.width, header.height, picture_format, _is_rotated(header), is_animated)


@functools.cache
def _vips() -> ModuleType:
    """Import libvips when the first picture needs it, and set it up for files that may be hostile."""
    logging.getLogger("pyvips").propagate = False  # a problem that matters becomes an ItemError
    import pyvips

    pyvips.block_untrusted_set(True)  # no loaders, as for SVG and PDF, that are not hardened
    pyvips.cache_set_max(0)  # no picture is read twice
    pyvips.concurrency_set(1)  # the callers' threads share the cores; more threads per picture cost time here
    vips: ModuleType = pyvips
    return vips


@contextmanager
def _decoding(file: PictureFile) -> Iterator[None]:
    try:
        yield
    except _vips().Error as error:
        # libvips keeps one error text for all threads, so its text may be about another file.
        raise file.damaged() from error


def _open(raw: bytes, fail_on: str = "truncated") -> pyvips.Image:
    # As a source, because libvips copies a plain buffer up to three times.
    source = _vips().Source.new_from_memory(raw)
    return _vips().Image.new_from_source(source, "", access="sequential", fail_on=fail_on)


def _as_still_avif(raw: bytes) -> bytes:
    return raw.replace(_ANIMATED_AVIF, _STILL_AVIF, 1) if raw.startswith(_ANIMATED_AVIF, 4) else raw


def _open_stream(stream: BinaryIO) -> pyvips.Image:
    def read(length: int) -> bytes:
        try:
            return stream.read(length) if stream.tell() else _as_still_avif(stream.read(length))
        except OSError:  # which libvips cannot pass on; it takes the file for one that was cut off
            return b""

    source = _vips().SourceCustom()
    source.on_read(read)
    source.on_seek(stream.seek)
    return _vips().Image.new_from_source(source, "", access="sequential")


def _check_header(file: PictureFile, header: pyvips.Image, picture_format: str) -> int:
    """How many bytes the decoder will hold; raises ItemError where a picture would take too much memory."""
    pixels = header.width * header.height
    held: int = pixels * _bytes_held_per_pixel(header, picture_format)
    if pixels > MAX_PIXELS or held + file.size > MEMORY_BUDGET:
        raise file.too_large(f"{header.width} x {header.height} pixels")
    if picture_format == "JPEG" and not _is_interlaced(header) and pixels > JPEG_PIXELS_PER_BYTE * file.size:
        raise file.damaged()
    return held


def _bytes_held_per_pixel(header: pyvips.Image, picture_format: str) -> int:
    """How many bytes a pixel takes while the picture is decoded: 0 where the decoder holds a few lines."""
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


def _has_colours_of(header: pyvips.Image, *spaces: str) -> bool:
    return (
        header.format == "uchar"
        and header.interpretation in spaces
        and _field(header, "icc-profile-data") is None  # servers ignore it and take every picture for sRGB
    )


def _convert(raw: bytes, max_side: int, *, manages_colour: bool, fail_on: str) -> tuple[bytes, int, int]:
    """Decode, shrink, widen with white and encode in one pass: JPEG bytes, width, height.

    Colours are managed only where they have to be, since setting that up takes longer than all the rest.
    """
    vips = _vips()
    colour = {"output_profile": "srgb"} if manages_colour else {}
    picture = vips.Image.thumbnail_source(
        vips.Source.new_from_memory(raw),
        max_side,
        height=max_side,
        size="down",
        **colour,
        # For the loader itself: `thumbnail` of libvips 8.18 has an option of this name and ignores it.
        option_string=f"[fail_on={fail_on}]",
    )
    if picture.hasalpha():
        picture = picture.flatten(background=255)
    width, height = picture.width, picture.height
    if not _is_wide_enough(width, height):
        least = _least_side(width, height)
        picture = picture.gravity("centre", max(width, least), max(height, least), extend="white")
    return picture.jpegsave_buffer(Q=JPEG_QUALITY, keep="none"), picture.width, picture.height


def _is_rotated(header: pyvips.Image) -> bool:
    return _field(header, "orientation") not in (None, 1)


def _is_interlaced(header: pyvips.Image) -> bool:
    return _field(header, "interlaced") == 1


def _field(header: pyvips.Image, name: str) -> object:
    return header.get(name) if header.get_typeof(name) else None
