"""Pictures as they come, good and hostile, and what a vision model is sent of them."""

from __future__ import annotations

import gzip
import os
import struct
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
import pyvips

from dataset import preprocessing
from dataset.picture_file import PictureFile
from dataset.preprocessing import PictureFacts, Prepared
from errors import ItemError

ORANGE = (220, 120, 40)
PROJECT = Path(__file__).resolve().parents[2]


def prepare(path: Path, max_side: int) -> Prepared:
    return preprocessing.prepare(PictureFile.at(path), max_side)


def describe(path: Path) -> PictureFacts:
    return preprocessing.describe(PictureFile.at(path))


def plain(width: int, height: int, colour: tuple[int, ...] = ORANGE) -> pyvips.Image:
    bands = pyvips.Image.black(width, height, bands=len(colour)) + list(colour)
    return bands.cast("uchar").copy(interpretation="srgb")


def noise(width: int, height: int) -> pyvips.Image:
    bands = [pyvips.Image.gaussnoise(width, height, mean=128, sigma=50, seed=seed) for seed in (1, 2, 3)]
    return bands[0].bandjoin(bands[1:]).cast("uchar").copy(interpretation="srgb")


def left_red_right_blue(width: int, height: int) -> pyvips.Image:
    half = width // 2
    return plain(half, height, (255, 0, 0)).join(plain(width - half, height, (0, 0, 255)), "horizontal")


def with_orientation(image: pyvips.Image, orientation: int) -> pyvips.Image:
    turned = image.copy()
    turned.set_type(pyvips.GValue.gint_type, "orientation", orientation)
    return turned


def save(image: pyvips.Image, path: Path, **options: object) -> Path:
    image.write_to_file(str(path), **options)
    return path


def png(width: int, height: int, rows: bytes, interlaced: bool = False) -> bytes:
    """Write a PNG by hand: 8-bit RGB, the rows packed already."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, int(interlaced))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def packed_black(size: int) -> bytes:
    """Zeros as zlib packs them; one megabyte is packed, and what that gives is repeated."""

    def packed(zeros: int, mode: int) -> bytes:
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        return packer.compress(bytes(zeros)) + packer.flush(mode)

    whole, rest = divmod(size, 1 << 20)
    checksum = struct.pack(">HH", size % 65521, 1)
    return b"\x78\xda" + packed(1 << 20, zlib.Z_FULL_FLUSH) * whole + packed(rest, zlib.Z_FINISH) + checksum


def gif(width: int, height: int) -> bytes:
    """Write a GIF of one colour by hand: libvips looks for the colours of so large a picture for seconds."""
    clear, end, left, bits, filled, data = 4, 5, width * height, 0, 0, bytearray()

    def add(code: int, size: int) -> None:
        nonlocal bits, filled
        bits, filled = bits | code << filled, filled + size
        while filled >= 8:
            data.append(bits & 255)
            bits, filled = bits >> 8, filled - 8

    size = 3
    while left:
        add(clear, size)
        size = 3
        # Each code stands for one pixel more than the one before it, until no code of 12 bits is left.
        for run in range(1, 4096 - end):
            add(0 if run == 1 or left < run else end + run - 1, size)
            left -= 1 if left < run else run
            if not left:
                break
            if end + run == 1 << size and size < 12:
                size += 1
    add(end, size)
    add(0, 7)
    pieces = (data[at : at + 255] for at in range(0, len(data), 255))
    head = struct.pack("<6sHHBBB", b"GIF89a", width, height, 0x80, 0, 0) + bytes((*ORANGE, 0, 0, 0))
    frame = struct.pack("<BHHHHBB", 0x2C, 0, 0, width, height, 0, 2)
    return head + frame + b"".join(bytes((len(piece), *piece)) for piece in pieces) + b"\0;"


def decoded(prepared: Prepared) -> pyvips.Image:
    return pyvips.Image.new_from_buffer(prepared.data, "")


def near(pixel: list[float], colour: tuple[int, ...], tolerance: int = 6) -> bool:
    return len(pixel) == len(colour) and all(
        abs(a - b) <= tolerance for a, b in zip(pixel, colour, strict=True)
    )


def refusal(path: Path) -> ItemError:
    with pytest.raises(ItemError) as caught:
        prepare(path, 512)
    return caught.value


FORMATS = [
    (".jpg", "JPEG"),
    (".png", "PNG"),
    (".webp", "WebP"),
    (".gif", "GIF"),
    (".tif", "TIFF"),
    (".avif", "AVIF"),
]


# --- what is sent


@pytest.mark.parametrize(("suffix", "_name"), FORMATS)
def test_every_format_arrives_as_an_srgb_jpeg_of_the_size_asked_for(
    tmp_path: Path, suffix: str, _name: str
) -> None:
    prepared = prepare(save(plain(800, 400), tmp_path / f"a{suffix}"), 200)
    image = decoded(prepared)
    assert (prepared.mime, prepared.width, prepared.height) == ("image/jpeg", 200, 100)
    assert image.get("vips-loader").startswith("jpegload")
    assert (image.width, image.height, image.interpretation) == (200, 100, "srgb")
    assert near(image.getpoint(50, 50), ORANGE)


@pytest.mark.parametrize(("suffix", "mime"), [(".jpg", "image/jpeg"), (".png", "image/png")])
def test_a_ready_jpeg_or_png_is_sent_byte_for_byte(tmp_path: Path, suffix: str, mime: str) -> None:
    path = save(noise(300, 200), tmp_path / f"a{suffix}")
    prepared = prepare(path, 300)
    assert prepared == Prepared(mime, path.read_bytes(), 300, 200)


@pytest.mark.parametrize("suffix", [".webp", ".gif", ".tif", ".avif"])
def test_a_small_picture_of_another_format_is_not_enlarged(tmp_path: Path, suffix: str) -> None:
    prepared = prepare(save(plain(60, 40), tmp_path / f"a{suffix}"), 1024)
    assert (prepared.mime, prepared.width, prepared.height) == ("image/jpeg", 60, 40)


def test_a_progressive_jpeg_is_sent_as_a_baseline_one(tmp_path: Path) -> None:
    prepared = prepare(save(noise(300, 200), tmp_path / "a.jpg", interlace=True), 1024)
    assert decoded(prepared).get_typeof("interlaced") == 0


@pytest.mark.parametrize(
    ("stored", "max_side", "sent"),
    [
        ((5000, 100), 1024, (1024, 28)),
        ((5000, 1), 100, (100, 28)),
        ((1, 5000), 100, (28, 100)),
        ((16_000, 20), 16_000, (16_000, 80)),
        ((20, 20), 1024, (28, 28)),
        ((1, 1), 1024, (28, 28)),
        ((500, 27), 1024, (500, 28)),
    ],
)
def test_a_narrow_picture_is_sent_with_white_beside_it(
    tmp_path: Path, stored: tuple[int, int], max_side: int, sent: tuple[int, int]
) -> None:
    prepared = prepare(save(plain(*stored, (0, 0, 0)), tmp_path / "a.png"), max_side)
    image = decoded(prepared)
    assert (prepared.width, prepared.height) == sent == (image.width, image.height)
    is_light = image.colourspace("b-w") > 127
    white = is_light.avg() / 255 * sent[0] * sent[1]
    scale = min(1, max_side / max(stored))
    assert white == pytest.approx(sent[0] * sent[1] - stored[0] * stored[1] * scale * scale, rel=0.1)


def test_a_picture_of_the_least_side_is_sent_as_it_is(tmp_path: Path) -> None:
    path = save(plain(500, 28), tmp_path / "a.png")
    assert prepare(path, 1024).data == path.read_bytes()


def test_a_jpeg_is_sent_where_only_the_mark_at_its_end_is_missing(tmp_path: Path) -> None:
    path, whole = tmp_path / "a.jpg", save(noise(300, 200), tmp_path / "whole.jpg").read_bytes()
    for missing in (1, 2):
        path.write_bytes(whole[:-missing])
        assert pixels(prepare(path, 300)) == pixels(prepare(tmp_path / "whole.jpg", 300))
        assert prepare(path, 100) == prepare(tmp_path / "whole.jpg", 100)
    for missing in (30, 2_000):
        path.write_bytes(whole[:-missing])
        assert refusal(path).reason == "unreadable picture"


def pixels(prepared: Prepared) -> bytes:
    return bytes(decoded(prepared).write_to_memory())


def test_the_content_decides_the_type_not_the_name(tmp_path: Path) -> None:
    path = save(plain(60, 40), tmp_path / "a.png").rename(tmp_path / "a.jpg")
    assert prepare(path, 100).mime == "image/png"
    assert describe(path).format == "PNG"


@pytest.mark.parametrize(
    ("orientation", "size", "top_left", "bottom_right"),
    [
        (1, (200, 100), (255, 0, 0), (0, 0, 255)),
        (2, (200, 100), (0, 0, 255), (255, 0, 0)),
        (3, (200, 100), (0, 0, 255), (255, 0, 0)),
        (6, (100, 200), (255, 0, 0), (0, 0, 255)),
        (8, (100, 200), (0, 0, 255), (255, 0, 0)),
    ],
)
def test_a_picture_is_turned_upright_by_its_exif(
    tmp_path: Path,
    orientation: int,
    size: tuple[int, int],
    top_left: tuple[int, ...],
    bottom_right: tuple[int, ...],
) -> None:
    stored = with_orientation(left_red_right_blue(200, 100), orientation)
    prepared = prepare(save(stored, tmp_path / "a.jpg"), 500)
    image = decoded(prepared)
    assert (prepared.width, prepared.height) == size == (image.width, image.height)
    assert near(image.getpoint(5, 5), top_left)
    assert near(image.getpoint(image.width - 6, image.height - 6), bottom_right)
    assert image.get_typeof("orientation") == 0 or image.get("orientation") == 1


@pytest.mark.parametrize("suffix", [".png", ".webp", ".gif", ".tif", ".avif"])
def test_transparency_becomes_white(tmp_path: Path, suffix: str) -> None:
    image = plain(50, 100, (0, 0, 0, 0)).join(plain(50, 100, (*ORANGE, 255)), "horizontal")
    prepared = prepare(save(image, tmp_path / f"a{suffix}"), 512)
    assert prepared.mime == "image/jpeg"
    assert near(decoded(prepared).getpoint(10, 50), (255, 255, 255))
    assert near(decoded(prepared).getpoint(90, 50), ORANGE)


@pytest.mark.parametrize("suffix", [".webp", ".gif"])
def test_the_first_frame_of_an_animation_is_sent(tmp_path: Path, suffix: str) -> None:
    frames = plain(40, 30, (255, 0, 0)).join(plain(40, 30, (0, 0, 255)), "vertical").copy()
    frames.set_type(pyvips.GValue.gint_type, "page-height", 30)
    path = save(frames, tmp_path / f"a{suffix}")
    prepared = prepare(path, 512)
    assert describe(path).animated
    assert (prepared.width, prepared.height) == (40, 30)
    assert near(decoded(prepared).getpoint(20, 15), (255, 0, 0))


def test_the_first_frame_of_an_animated_avif_is_sent(tmp_path: Path) -> None:
    path = save(plain(40, 60), tmp_path / "a.avif")
    # libvips writes no animated ones: they have another mark, and the first frame in the same place.
    path.write_bytes(path.read_bytes().replace(b"ftypavif", b"ftypavis", 1))
    prepared = prepare(path, 512)
    assert describe(path) == PictureFacts(40, 60, "AVIF", rotated=False, animated=True)
    assert (prepared.mime, prepared.width, prepared.height) == ("image/jpeg", 40, 60)
    assert near(decoded(prepared).getpoint(20, 15), ORANGE)


@pytest.mark.parametrize("space", ["cmyk", "rgb16", "grey16", "b-w", "lab"])
def test_every_colour_space_arrives_as_srgb(tmp_path: Path, space: str) -> None:
    prepared = prepare(save(plain(60, 40).colourspace(space), tmp_path / "a.tif"), 512)
    expected = (147, 147, 147) if space in ("grey16", "b-w") else ORANGE
    assert near(decoded(prepared).getpoint(30, 20), expected, tolerance=12)


@pytest.mark.parametrize(
    ("suffix", "options", "space"),
    [
        (".jpg", {}, "cmyk"),
        (".png", {}, "rgb16"),
        (".png", {}, "grey16"),
        (".jpg", {"profile": "p3"}, "srgb"),
    ],
)
def test_a_small_jpeg_or_png_that_is_not_8_bit_srgb_is_converted(
    tmp_path: Path, suffix: str, options: dict[str, str], space: str
) -> None:
    path = save(plain(60, 40).colourspace(space), tmp_path / f"a{suffix}", **options)
    prepared = prepare(path, 512)
    image = decoded(prepared)
    assert prepared.data != path.read_bytes()
    assert (prepared.mime, image.bands, image.format) == ("image/jpeg", 3, "uchar")
    assert image.get_typeof("icc-profile-data") == 0


@pytest.mark.parametrize("transparent", [False, True])
def test_a_palette_png_is_read_in_its_colours(tmp_path: Path, transparent: bool) -> None:
    colour = (*ORANGE, 0) if transparent else ORANGE
    path = save(plain(60, 40, colour), tmp_path / "a.png", palette=True)
    prepared = prepare(path, 512)
    assert (prepared.data == path.read_bytes()) is not transparent
    assert near(decoded(prepared).getpoint(30, 20), (255, 255, 255) if transparent else ORANGE)


def test_a_grey_jpeg_is_ready(tmp_path: Path) -> None:
    path = save(plain(60, 40).colourspace("b-w"), tmp_path / "a.jpg")
    assert prepare(path, 512).data == path.read_bytes()


def test_metadata_of_a_converted_picture_is_left_out(tmp_path: Path) -> None:
    image = plain(600, 400).copy()
    image.set_type(pyvips.GValue.gstr_type, "exif-ifd0-Artist", "somebody private")
    path = save(image, tmp_path / "a.jpg")
    assert b"somebody private" in path.read_bytes()
    assert b"somebody private" not in prepare(path, 300).data


def test_a_small_picture_in_a_huge_file_is_written_anew(tmp_path: Path) -> None:
    path = save(plain(60, 40), tmp_path / "a.png")
    with path.open("ab") as file:
        file.truncate(9_000_000)
    assert len(prepare(path, 512).data) < 10_000


@pytest.mark.parametrize(
    "name", ["a[1].png", "日本 語.png", "a,b=c.png", os.fsdecode(b"caf\xe9.png"), "%d.png"]
)
def test_a_file_may_have_any_name(tmp_path: Path, name: str) -> None:
    path = save(plain(60, 40), tmp_path / "plain.png")
    try:
        path = path.rename(tmp_path / name)
    except (OSError, UnicodeError):
        pytest.skip("this file system has no such names")
    assert prepare(path, 512).width == describe(path).width == 60


def test_many_threads_prepare_as_one_does(tmp_path: Path) -> None:
    paths = [save(noise(240, 180), tmp_path / f"{name}{suffix}") for suffix, name in FORMATS]
    alone = [prepare(path, 128) for path in paths]
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(paths[0].read_bytes()[:9_000])
    start = threading.Barrier(8)

    def work(_: int) -> list[Prepared]:
        start.wait()
        refusal(broken)
        return [prepare(path, 128) for path in paths]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, range(8))) == [alone] * 8


# --- what is refused


def test_a_picture_of_zero_bytes_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.png").touch()
    assert refusal(tmp_path / "a.png").reason == "empty picture file"


@pytest.mark.parametrize(
    "options",
    [
        ".png",
        ".png[compression=0]",
        ".tif[compression=none]",
        ".tif[compression=lzw]",
        ".jpg[Q=100]",
        ".webp[Q=100]",
    ],
)
def test_a_picture_with_another_pixel_in_its_middle_has_another_fingerprint(options: str) -> None:
    noise = pyvips.Image.gaussnoise(700, 700, mean=128, sigma=60, seed=1).cast("uchar")
    before = noise.bandjoin([noise.fliphor(), noise.flipver()]).copy(interpretation="srgb")
    after = before.draw_rect([255, 0, 0], 340, 340, 20, 20, fill=True)
    first, second = (PictureFile.of("a", each.write_to_buffer(options)) for each in (before, after))
    assert first.size > 300_000
    assert first.fingerprint() != second.fingerprint()
    assert first.fingerprint() == PictureFile.of("b", first.read()).fingerprint()


def test_a_vanished_picture_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "gone.png").reason == "picture has vanished"
    with pytest.raises(ItemError, match="put it back"):
        describe(tmp_path / "gone.png")


def test_a_folder_named_like_a_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.png").mkdir()
    assert refusal(tmp_path / "a.png").reason == "not a picture"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in this file system")
def test_a_pipe_named_like_a_picture_does_not_make_us_wait(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.png")
    assert refusal(tmp_path / "a.png").reason == "not a picture"


@contextmanager
def as_nobody() -> Iterator[None]:
    """Give up the rights of root for a while, as no file is unreadable to it."""
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.skipif(os.name == "nt", reason="rights work otherwise on Windows")
def test_a_picture_without_the_right_to_read_it_is_refused(tmp_path: Path) -> None:
    path = save(plain(60, 40), tmp_path / "a.png")
    prepare(path, 100)
    path.chmod(0)
    if os.geteuid() == 0:
        with as_nobody():
            error = refusal(path)
    else:
        error = refusal(path)
    assert error.reason == "unreadable picture"
    assert "Permission denied" in str(error)


def test_a_symbolic_link_to_itself_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.symlink_to(path)
    assert refusal(path).reason == "unreadable picture"


@pytest.mark.parametrize(
    "content",
    [
        b"hello, I am a text",
        b"<!DOCTYPE html><html><body>404</body></html>",
        b'<svg xmlns="http://www.w3.org/2000/svg" width="90" height="90"><rect width="9" height="9"/></svg>',
        b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
        b"P6 2 1 255\n\x00\x00\x00\xff\xff\xff",
        b"BM\x1e\x00\x00\x00\x00\x00\x00\x00",
        b"RIFF\x24\x00\x00\x00WAVEfmt ",
        b"\x00\x00\x00\x1cftypheic\x00\x00\x00\x00",
        b"1,2,3\n4,5,6\n",
        b"\x89PN",
        b"\xff",
        bytes(5000),
    ],
)
def test_what_is_no_picture_is_refused_whatever_its_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(content)
    error = refusal(path)
    assert error.reason == "not a picture"
    assert "a.png" in str(error)
    assert not str(error).endswith(".")
    with pytest.raises(ItemError):
        describe(path)


@pytest.mark.parametrize("max_side", [100, 2000])
@pytest.mark.parametrize(("suffix", "_name"), FORMATS)
def test_a_cut_off_picture_is_refused_not_sent_half_grey(
    tmp_path: Path, suffix: str, _name: str, max_side: int
) -> None:
    path = save(noise(240, 180), tmp_path / f"a{suffix}")
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    with pytest.raises(ItemError) as caught:
        prepare(path, max_side)
    assert caught.value.reason == "unreadable picture"


@pytest.mark.parametrize(("suffix", "_name"), FORMATS)
def test_a_signature_alone_is_refused(tmp_path: Path, suffix: str, _name: str) -> None:
    path = save(noise(90, 70), tmp_path / f"a{suffix}")
    path.write_bytes(path.read_bytes()[:20])
    assert refusal(path).reason == "unreadable picture"


def jpeg_claiming(width: int, height: int, path: Path) -> Path:
    data = bytearray(noise(90, 70).jpegsave_buffer())
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack(">HH", height, width)
    path.write_bytes(data)
    return path


def test_a_jpeg_whose_header_promises_more_than_it_holds_is_refused(tmp_path: Path) -> None:
    assert refusal(jpeg_claiming(2000, 2000, tmp_path / "a.jpg")).reason == "unreadable picture"


def test_a_jpeg_whose_header_promises_gigapixels_is_refused_by_the_header(tmp_path: Path) -> None:
    error = refusal(jpeg_claiming(65500, 65500, tmp_path / "a.jpg"))
    assert error.reason == "picture too large"
    assert "65500 x 65500" in str(error)


@pytest.mark.parametrize("interlace", [False, True])
def test_a_blank_page_is_not_taken_for_a_lying_header(tmp_path: Path, interlace: bool) -> None:
    blank = plain(4000, 4000, (255, 255, 255))
    path = save(blank, tmp_path / "a.jpg", Q=1, optimize_coding=True, interlace=interlace)
    assert prepare(path, 512).width == 512


def test_libvips_itself_refuses_svg_once_a_picture_was_prepared(tmp_path: Path) -> None:
    prepare(save(plain(60, 40), tmp_path / "a.png"), 512)
    with pytest.raises(pyvips.Error):
        pyvips.Image.new_from_buffer(b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', "")


def test_a_png_with_rubbish_for_pixels_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(png(100, 100, b"this was never packed"))
    assert refusal(path).reason == "unreadable picture"


@pytest.mark.parametrize("suffix", [".jpg", ".gif", ".webp"])
def test_a_flipped_byte_ends_in_a_picture_or_an_item_error(tmp_path: Path, suffix: str) -> None:
    path = save(noise(40, 30), tmp_path / f"a{suffix}")
    whole = path.read_bytes()
    for at in range(0, 400, 11):
        data = bytearray(whole)
        data[at % len(data)] ^= 0x5A
        path.write_bytes(data)
        try:
            assert prepare(path, 64).data[:2] in (b"\xff\xd8", b"\x89P"), at
        except ItemError as error:
            assert error.reason in ("unreadable picture", "not a picture", "picture too large"), at


# --- what it costs

CHILD = r"""
import re, sys
from pathlib import Path
from dataset.preprocessing import prepare
from dataset.picture_file import PictureFile
from errors import ItemError
try:
    prepare(PictureFile.at(Path(sys.argv[1])), 1024)
    outcome = "prepared"
except ItemError as error:
    outcome = error.reason
peak = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
print(outcome, int(peak.group(1)) // 1024, sep="|")
"""


def outcome_and_memory(path: Path) -> tuple[str, int]:
    """Prepare in a process of its own: the outcome, and the most memory it ever held, in MB.

    Not by getrusage, which counts what the parent held when it forked.
    """
    child = subprocess.run(
        [sys.executable, "-c", CHILD, str(path)], cwd=PROJECT, capture_output=True, text=True, timeout=120
    )
    assert child.stderr == ""
    outcome, megabytes = child.stdout.strip().split("|")
    return outcome, int(megabytes)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is counted in other units elsewhere")
@pytest.mark.parametrize(
    ("side", "interlaced", "expected", "at_most"),
    [
        (20_000, False, "picture too large", 100),
        (11_000, True, "picture too large", 100),
        (9_500, False, "prepared", 300),
    ],
)
def test_a_decompression_bomb_costs_little_memory(
    tmp_path: Path, side: int, interlaced: bool, expected: str, at_most: int
) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(png(side, side, packed_black(side * (side * 3 + 1)), interlaced))
    assert path.stat().st_size < 6_000_000
    outcome, megabytes = outcome_and_memory(path)
    assert outcome == expected
    assert megabytes < at_most


WHOLE = [
    (5_200, 5_400, ".avif", {"effort": 0}),
    (8_500, 8_800, ".jpg", {"interlace": True, "Q": 90}),
    (9_300, 9_600, ".gif", {"effort": 1}),
    (9_300, 9_600, ".webp", {"lossless": True, "effort": 0}),
    (
        8_500,
        8_800,
        ".tif",
        {"tile": True, "tile_width": 4096, "tile_height": 4096, "compression": "deflate"},
    ),
]
"""Formats that are decoded as a whole: the side of a square that is let in, and of one that is not."""


def largest(side: int, suffix: str, options: dict[str, object], path: Path) -> Path:
    """A picture of one colour; saving it takes seconds, so all but the GIF are kept in largest_pictures/.

    A size that is not kept there is saved anew, which is how those were made before gzip packed them.
    """
    kept = Path(__file__).parent / "largest_pictures" / f"{side}{suffix}.gz"
    if suffix != ".gif" and not kept.exists():
        return save(plain(side, side), path, **options)
    path.write_bytes(gif(side, side) if suffix == ".gif" else gzip.decompress(kept.read_bytes()))
    return path


def claiming(width: int, height: int, path: Path, **options: object) -> Path:
    """A small picture whose header tells another size, which is enough where only the header is read."""
    data = save(noise(90, 70), path, **options).read_bytes()
    for form in SIZES[path.suffix]:
        assert form(90, 70) in data
        data = data.replace(form(90, 70), form(width, height))
    path.write_bytes(data)
    return path


SIZES: dict[str, list[Callable[[int, int], bytes]]] = {
    ".avif": [lambda width, height: struct.pack(">II", width, height)],
    ".jpg": [lambda width, height: struct.pack(">BHH", 8, height, width)],
    ".gif": [lambda width, height: struct.pack("<HH", width, height)],
    ".webp": [
        lambda width, height: struct.pack("<HBHB", width - 1, 0, height - 1, 0),
        lambda width, height: b"/" + struct.pack("<I", width - 1 | height - 1 << 14),
    ],
    ".tif": [lambda width, height: struct.pack("<HHIIHHII", 256, 3, 1, width, 257, 3, 1, height)],
}
"""How the formats write width and height."""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is counted in other units elsewhere")
@pytest.mark.parametrize(("fits", "_too_large", "suffix", "options"), WHOLE)
def test_the_largest_picture_that_is_let_in_stays_within_550_mb(
    tmp_path: Path, fits: int, _too_large: int, suffix: str, options: dict[str, object]
) -> None:
    path = largest(fits, suffix, options, tmp_path / f"a{suffix}")
    facts = describe(path)
    assert (facts.width, facts.height) == (fits, fits)
    outcome, megabytes = outcome_and_memory(path)
    assert outcome == "prepared"
    assert megabytes < 550


@pytest.mark.parametrize(("suffix", "_name"), FORMATS)
def test_a_picture_of_24_megapixels_is_let_in_whatever_its_format(
    tmp_path: Path, suffix: str, _name: str
) -> None:
    path = tmp_path / f"a{suffix}"
    if suffix in (".jpg", ".png"):
        save(plain(6_000, 4_000), path)
    else:
        claiming(6_000, 4_000, path, **({"lossless": True} if suffix == ".webp" else {}))
    facts = describe(path)
    assert (facts.width, facts.height) == (6_000, 4_000)


@pytest.mark.parametrize(("_fits", "too_large", "suffix", "options"), WHOLE)
def test_a_larger_one_is_refused_by_its_header(
    tmp_path: Path, _fits: int, too_large: int, suffix: str, options: dict[str, object]
) -> None:
    path = claiming(too_large, too_large, tmp_path / f"a{suffix}", **options)
    assert refusal(path).reason == "picture too large"


def test_a_file_of_gigabytes_is_refused_unread(tmp_path: Path) -> None:
    path = save(plain(60, 40), tmp_path / "a.png")
    with path.open("ab") as file:
        file.truncate(5_000_000_000)
    assert refusal(path).reason == "picture too large"


@pytest.mark.parametrize("level", ["CRITICAL", "DEBUG"])
def test_libvips_prints_and_logs_nothing(tmp_path: Path, level: str) -> None:
    good = save(noise(900, 700), tmp_path / "good.jpg")
    for name in ("cut.jpg", "cut.png"):
        path = save(noise(900, 700), tmp_path / name)
        path.write_bytes(path.read_bytes()[:-9000])
    bad_profile = plain(60, 40).copy()
    bad_profile.set_type(pyvips.GValue.blob_type, "icc-profile-data", b"no profile at all")
    save(bad_profile, tmp_path / "profile.png")
    script = (
        "import logging, sys\nfrom pathlib import Path\nfrom dataset.preprocessing import describe, prepare\n"
        "from dataset.picture_file import PictureFile\n"
        "from errors import ItemError\n"
        f"logging.basicConfig(level='{level}')\n"
        "for name in sys.argv[1:]:\n    file = PictureFile.at(Path(name))\n    describe(file)\n"
        "    try:\n        prepare(file, 300)\n"
        "    except ItemError:\n        pass\n"
    )
    names = [str(good), *(str(tmp_path / name) for name in ("cut.jpg", "cut.png", "profile.png"))]
    command = [sys.executable, "-c", script, *names]
    child = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    assert (child.returncode, child.stdout) == (0, "")
    noise_lines = [line for line in child.stderr.splitlines() if "vips" in line.lower()]
    assert noise_lines == []


def test_the_module_is_imported_without_libvips() -> None:
    script = "import sys, dataset.preprocessing; print('pyvips' in sys.modules)"
    child = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True)
    assert child.stdout.strip() == "False"


# --- what the header tells


@pytest.mark.parametrize(("suffix", "name"), FORMATS)
def test_the_header_tells_size_and_format(tmp_path: Path, suffix: str, name: str) -> None:
    path = save(plain(120, 80), tmp_path / f"a{suffix}")
    assert describe(path) == PictureFacts(120, 80, name, rotated=False, animated=False)


def test_the_header_tells_a_rotation(tmp_path: Path) -> None:
    path = save(with_orientation(plain(120, 80), 6), tmp_path / "a.jpg")
    assert describe(path) == PictureFacts(120, 80, "JPEG", rotated=True, animated=False)


def test_the_header_of_a_bomb_is_enough_to_refuse_it(tmp_path: Path) -> None:
    with pytest.raises(ItemError, match="save it smaller"):
        describe(jpeg_claiming(65500, 65500, tmp_path / "a.jpg"))


def test_a_broken_body_does_not_keep_the_header_from_being_read(tmp_path: Path) -> None:
    path = save(noise(900, 700), tmp_path / "a.jpg")
    path.write_bytes(path.read_bytes()[:5000])
    assert describe(path).width == 900
