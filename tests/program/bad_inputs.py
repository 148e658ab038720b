"""Bad inputs, one a row: what is read, under which name, what it holds, and what the user is told.

The exit code is 2 where the user must act before anything can be done, and 1 where one picture fails.
"""

from __future__ import annotations

import gzip
import struct
import zlib
from dataclasses import dataclass

from tests.program.project import png


@dataclass(frozen=True, slots=True)
class Bad:
    """One bad input; `sentence` is the part of the message that tells it from all others."""

    kind: str
    name: str
    content: bytes
    sentence: str
    code: int


def rows(kind: str, code: int, name: str, *cases: tuple[str | bytes, str]) -> list[Bad]:
    """Bad inputs of one kind under one name."""
    return [
        Bad(kind, name, content if isinstance(content, bytes) else content.encode(), sentence, code)
        for content, sentence in cases
    ]


def unmarked_utf16(text: str) -> bytes:
    return text.encode("utf-16-le")


def png_header(width: int, height: int) -> bytes:
    """A PNG of this size that holds no pixels."""
    chunks = ((b"IHDR", struct.pack(">II", width, height) + bytes((8, 2, 0, 0, 0))), (b"IDAT", b""))
    whole = (struct.pack(">I", len(data)) + kind + data + checksum(kind + data) for kind, data in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(whole)


def checksum(data: bytes) -> bytes:
    return struct.pack(">I", zlib.crc32(data))


CONFIGS = rows(
    "config",
    2,
    "config.ini",
    ("retries = 4\n", "line 1 is above the first section; put one such as [Dataset] above it"),
    ("just words\n", "line 1 is above the first section"),
    ("[Endpoint]\nretries\n", "line 2 is neither [Section] nor key = value"),
    ("[Endpoint]\nretries = 1\nretries = 2\n", "line 3 sets [Endpoint] retries a second time"),
    ("[Tags]\n[Dataset]\n[Tags]\n", "line 3 begins [Tags] a second time"),
    (b"[Tags]\ntrigger = \xff\n", "is not UTF-8 text: save it as UTF-8"),
    (unmarked_utf16("[Tags]\n"), "is not UTF-8 text"),
    (png(), "is not"),
    ("[Tags]\n" + "exclude = a\n" * 50_000, "is larger than 200 kB"),
    ("[Endpiont]\n", "[Endpiont]: there is no such section; did you mean Endpoint?"),
    (
        "[Endpoint]\nconcurency = 2\n",
        "[Endpoint] concurency: there is no such setting; did you mean concurrency?",
    ),
    ("[DEFAULT]\nurl = auto\n[Tags]\n", "[Tags] url: there is no such setting"),
    (
        "[Endpoint]\nconcurrency = many\n",
        "concurrency = many: should be auto or a whole number from 1 to 4096",
    ),
    ("[Endpoint]\nconcurrency = 0\n", "should be auto or a whole number from 1 to 4096"),
    ("[Endpoint]\ntimeout = soon\n", "timeout = soon: should be a number; write for example timeout = 300"),
    ("[Endpoint]\ntimeout = 0\n", "timeout = 0: should be greater than 0"),
    ("[Endpoint]\ntimeout = inf\n", "timeout = inf: should be a finite number"),
    ("[Endpoint]\ntemperature = nan\n", "temperature = nan: should be a finite number"),
    ("[Endpoint]\nretries = -1\n", "retries = -1: should be greater than or equal to 0"),
    ("[Endpoint]\nmax_tokens = 2.5\n", "max_tokens = 2.5: should be a whole number"),
    ("[Endpoint]\nseed = 99999999999999999999\n", "should be less than or equal to 2147483648"),
    ("[Endpoint]\nurl = localhost:1234\n", "an address that begins with http:// or https://"),
    ("[Endpoint]\nurl = http://\n", "an address that begins with http:// or https://"),
    ("[Endpoint]\nurl = http://[::1\n", "should be an address such as http://localhost:1234/v1"),
    ("[Endpoint]\nurl = http://host:99999/v1\n", "should be an address such as"),
    ("[Endpoint]\nurl = http://a..b/v1\n", "should be an address such as"),
    ("[Endpoint]\nurl = http://a b/v1\n", "should be an address such as"),
    (
        "[Endpoint]\nurl = http://host/v1?key=abc\n",
        "should end with its path, such as /v1; a key goes into api_key",
    ),
    ("[Endpoint]\nurl = http://me:pass@host/v1\n", "should hold no user name or password"),
    ("[Endpoint]\napi_key = schlüssel\n", "[Endpoint] api_key: should be ASCII"),
    ("[Endpoint]\nheaders = X-Title: a\n", "[Endpoint] headers: should be a JSON object in braces"),
    ('[Endpoint]\nheaders = {"X": "é"}\n', "headers: should hold names and texts of headers, in ASCII"),
    ('[Endpoint]\nheaders = {"a b": "c"}\n', "headers: should hold names and texts of headers"),
    ("[Endpoint]\nextra_body = [1]\n", "[Endpoint] extra_body: should be a JSON object in braces"),
    (
        "[Endpoint]\nextra_body = " + "[" * 50_000 + "\n",
        "extra_body: should be a JSON object that is nested less",
    ),
    ("[Dataset]\nexisting = skip\n", "existing = skip: should be 'keep', 'refresh' or 'overwrite'"),
    ("[Dataset]\nrecursive = perhaps\n", "recursive = perhaps: should be True or False"),
    ("[Dataset]\nimages =\n", "should be a path, and is empty"),
    ("[Dataset]\nimages = ~nobody_here/x\n", "should be a path, and there is no such home folder"),
    ("[Dataset]\nimages = a\n  b\n", "should be a path on one line"),
    ("[Dataset]\ncaption_extension = a/b\n", "should be a file extension"),
    ("[Dataset]\ncaption_extension = .\n", "should be a file extension"),
    *(
        (f"[Dataset]\ncaption_extension = {wrong}\n", "should be one of .txt .caption .cap .text, so that no")
        for wrong in (".png", ".JPG", ".jsonl", ".lock", ".py", ".html", "auto", ".tags", ".bashrc")
    ),
    ("[Tags]\nreplace = grey hair\n", "replace = grey hair: should be pairs of old=new"),
    ("[TagProvider]\nsource = gelbooru\n", "source = gelbooru: should be danbooru, e621, or"),
    ("[Interrogator]\nskip = maybe\n", "[Interrogator] skip = maybe: should be True or False"),
    ("[Interrogator]\nmax_image_side = 4\n", "max_image_side = 4: should be greater than or equal to 28"),
)

TEMPLATES = rows(
    "template",
    2,
    "template.txt",
    ("", "is empty: write what the model should do"),
    ("[system]\nOnly rules.", "must end with a [user] message, which the model then answers"),
    ("[user]\n{{ tag }}", "line 2: there is nothing called tag to fill in; did you mean tags?"),
    ("[user]\n{{ tags", "line 2: unexpected end of template"),
    ("[user]\n{% if tags %}", "line 2: "),
    ("[user]\n{% endfor %}", "line 2: "),
    ("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "line 1: "),
    ("{% for i in range(10**9) %}{% endfor %}", "only methods of texts can be called"),
    ("{% include 'other.txt' %}", "may not do this (include)"),
    (unmarked_utf16("{{ tags }}"), "is not UTF-8 text: save it as UTF-8"),
    ("a" * 100_001, "is larger than 100 kB: make it shorter"),
)

TAG_FILES = [
    *rows(
        "tags",
        1,
        "tags.txt",
        ("", "the tag file holds no tags: write some into it, or delete it"),
        (" \n\t\r\n", "the tag file holds no tags"),
        (b"\xef\xbb\xbf", "the tag file holds no tags"),
        (", ,, ,", "the tag file holds no tags"),
        (png(), "the tag file is not text that can be read: save it as UTF-8"),
        (b"1girl\0solo", "is not text that can be read"),
        (bytes(range(128, 256)) * 4, "is not text that can be read"),
        ("1girl, solo".encode("utf-16-le"), "is not text that can be read"),
        (b"\xff\xfe1", "is not text that can be read"),
        ("1girl, " * 160_000, "is larger than 1 MB, which no list of tags is"),
        (b"\0" * 1_100_000, "is larger than 1 MB"),
        (
            "A girl with long hair stands in a field of flowers. She smiles at the viewer and holds a hat.",
            "it holds sentences, not tags: give the tags their own file, or set [Dataset] tag_extension",
        ),
    ),
    *rows(
        "tags",
        1,
        "tags.json",
        ('{"tags": [', "it is not valid JSON: write it again"),
        ("[" * 100_000, "it is not valid JSON"),
        ('"1girl"', "it holds neither a list nor an object"),
        ("7", "it holds neither a list nor an object"),
        ('{"width": 512}', 'it has no "tags" or "tag_string"'),
        ('[{"tags": "a"}, {"tags": "b"}]', "it holds several posts and not the one of this picture"),
        ('{"tags": []}', "the tag file holds no tags"),
        ('{"tags": null}', "the tag file holds no tags"),
        ("[]", "the tag file holds no tags"),
    ),
    *rows("tags", 1, "tags.csv", (",\n,\n", "the tag file holds no tags")),
]

PICTURES = [
    *rows(
        "picture",
        1,
        "picture.png",
        (b"", "is empty: fetch the picture again or delete the file"),
        (b"\0" * 100, "is no JPEG, PNG, WebP, AVIF, GIF or TIFF inside"),
        (b"hello", "is no JPEG, PNG, WebP, AVIF, GIF or TIFF inside"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is no JPEG, PNG"),
        (b"%PDF-1.7\n", "is no JPEG, PNG"),
        (b"<!DOCTYPE html><title>404</title>", "is no JPEG, PNG"),
        (b"PK\x03\x04" + bytes(50), "is no JPEG, PNG"),
        (b"BM" + bytes(60), "is no JPEG, PNG"),
        (png()[:8], "is damaged or cut off"),
        (png()[:40], "is damaged or cut off"),
        (png()[:-30], "is damaged or cut off"),
        (png(width=400, height=400)[:-400], "is damaged or cut off"),
        (png_header(0, 0), "is damaged or cut off"),
        (png_header(20_000, 20_000), "is too large to decode safely (20000 x 20000 pixels)"),
        (png_header(2**31 - 1, 2**31 - 1), "picture.png is "),
    ),
    *rows(
        "picture",
        1,
        "picture.jpg",
        (b"\xff\xd8\xff", "is damaged or cut off"),
        (b"\xff\xd8\xff\xe0" + bytes(1000), "is damaged or cut off"),
    ),
    *rows("picture", 1, "picture.gif", (b"GIF89a", "is damaged or cut off")),
    *rows("picture", 1, "picture.webp", (b"RIFF\0\0\0\0WEBPVP8 ", "is damaged or cut off")),
    *rows("picture", 1, "picture.avif", (b"\0\0\0\x1cftypavif" + bytes(40), "is damaged or cut off")),
    *rows("picture", 1, "picture.tif", (b"II*\0\x08\0\0\0", "is damaged or cut off")),
]

CACHES = rows(
    "cache",
    2,
    "tags_cache.json",
    ("{", "line 1, column 2: "),
    (
        '{\n"a": "b"\n"c": "d"}',
        "line 3, column 1: Expecting ',' delimiter; correct it",
    ),
    ("{'a': 'b'}", "line 1, column 2: "),
    ('{"a": "b",}', "correct it, or move the file away"),
    ("null", "should be a JSON object of tags"),
    ("[]", "should be a JSON object of tags"),
    ('"text"', "should be a JSON object of tags"),
    ('{"long_hair": 5}', "the entry long_hair should be a text or an object; correct or remove it"),
    ('{"long_hair": ["a"]}', "the entry long_hair should be a text or an object"),
    ('{"a": "b", "a": "c"}', "the entry a is there twice; remove one of them"),
    ("[" * 100_000, "is no JSON that can be read: correct it, or move the file away"),
    ('{"a": ' + "1" * 5000 + "}", "is no JSON that can be read"),
    (b'{"a": "\xff"}', "is not UTF-8 text: save it as UTF-8"),
    (b"\xff\xfe1", "is not UTF-8 text"),
    (png(), "is not UTF-8 text"),
)

DESCRIPTIONS = [
    *rows(
        "own",
        2,
        "mine.csv",
        ("my_tag\n", "row 1: there is no description of my_tag; write what it looks like"),
        (",a description\n", "row 1: there is no tag; write it in the first column"),
        ("a,b\na,c\n", "row 2: a is there twice; remove one of them"),
        ("a,b,c,d\n", "row 1: there are more than three columns"),
        ("a,b,animal\n", "animal is no category"),
        (b"a,\xff\n", "is not UTF-8 text"),
        (b"a,b\0c\n" + png(), "is not UTF-8 text"),
        ('"' + "a" * 200_000, "is no CSV that can be read"),
    ),
    *rows(
        "own",
        2,
        "mine.json",
        ("{", "line 1, column 2: "),
        ('"a"', 'should be a JSON object such as {"tag": "what it looks like"}'),
        ('{"a": 5}', "the entry a: there is no description of a"),
        ('{"a": {"category": "animal"}}', "animal is no category"),
        ("[1]", "entry 1: there is no tag"),
        ("[" * 100_000, "is no JSON that can be read"),
    ),
]

DUMPS = [
    *rows(
        "dump",
        2,
        "dump.csv",
        ("", "dump.csv"),
        ("a,b\n1,2\n", "dump.csv"),
        ("title\nlong_hair\n", "dump.csv"),
        ("title,body\n", "holds no page that can be read"),
        ("title,body\nonly one field\n", "holds no page that can be read"),
        (png(), "dump.csv"),
    ),
    *rows(
        "dump",
        2,
        "dump.jsonl",
        ("", "holds no page that can be read"),
        ("{\n", "holds no page that can be read (row 1: it is no JSON"),
        ("[1]\n", "it is no JSON object"),
        ('{"a": 1}\n', "holds no page that can be read"),
        (png(), "holds no page that can be read"),
    ),
    *rows(
        "dump",
        2,
        "dump.csv.gz",
        (gzip.compress(b"title,body\nlong_hair,x\n" * 99, mtime=0)[:-20], "cannot be read to its end"),
    ),
    *rows("dump", 2, "dump.parquet", (b"PAR1 nothing", "dump.parquet")),
]

REPLIES = (
    rows(
        "reply",
        1,
        "stop",
        ("", "the answer holds no words"),
        (" \n ", "the answer holds no words"),
        ("...", "the answer holds no words"),
        ("null", "the answer holds no words"),
        ("\u200b\ufeff", "the answer holds no words"),
        ("<think>The girl smiles.", "the model only thought"),
        ("<think>The girl smiles.</think>", "the model only thought"),
        ("I'm sorry, but I can't help with that.", "the model declined"),
        ("I cannot see any image. Please upload one.", "the model got no picture"),
        (
            "Девушка с длинными волосами улыбается зрителю и держит в руках шляпу.",
            "the answer is in another language",
        ),
        ("A girl with long hair " + "and a hat " * 60, "the answer repeats itself"),
        ("- a girl\n- a hat\n- a dog", "the answer is marked up or in several parts"),
        ('{"caption": ["a girl", 5]}', "the answer is marked up or in several parts"),
        ("A girl with long hair, a hat and", "the answer stops in the middle"),
    )
    + rows("reply", 1, "length", ("A girl stands in a", "the answer stops in the middle"))
    + rows("reply", 1, "content_filter", ("A girl.", "the server withheld the answer"))
)

ALL = [*CONFIGS, *TEMPLATES, *TAG_FILES, *PICTURES, *CACHES, *DESCRIPTIONS, *DUMPS, *REPLIES]
