"""Reading any file or answer gives a result or one of our own errors, in linear time.

Tag files, tags, DText, replies and captions have such tests in their own folders. Here is all else.
"""

from __future__ import annotations

import json
import math
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import config
from dataset.journal import AGAIN, INTERPRETER, Journal
from dataset.json_lines import JsonLines
from dataset.results import FileResults
from dataset.text_folder import Texts
from errors import ItemError, StageError, UserError
from llm import trouble
from llm.answers import Reply, Usage
from llm.completions import read_completion
from llm.prompts import Prompt
from llm.replies import Form, clean
from page_summaries.saving import TagLog
from page_summaries.summarizing import sentence_in, sentences_in
from review.history import read_glances, read_history
from settings import SECTIONS
from wiki import cache as tags_cache
from wiki.cache import Cache
from wiki.dump import DumpSource
from wiki.source import Page
from wiki.tag_meanings import load_own

pytestmark = pytest.mark.slow

OURS = (UserError, ItemError, StageError)
KEYS = st.sampled_from(
    [
        *("description", "category", "post_count", "alias_of", "source", "fetched", "by", "seal"),
        *("_default", "name", "tag", "picture", "stage", "outcome", "prompt", "text", "draft"),
        *("written", "page", "entry", "known", "choices", "message", "content", "usage"),
        *("prompt_tokens", "model", "finish_reason", "long_hair", "a/b"),
    ]
)
TEXTS = st.text(st.characters(), max_size=12) | st.sampled_from(
    [
        *("interpreter", "done", "edited", "again", "failed", "you", "page", "no page"),
        *("no such tag", "first sentence", "2026-11-22", "9999-99-99", "a/b", "../../x", "1girl"),
        *("danbooru", "stop", "\ud800", "\0"),
    ]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | TEXTS, inner, max_size=5),
    max_leaves=15,
)
ENTRIES = st.dictionaries(
    KEYS | TEXTS, TEXTS | st.dictionaries(KEYS, LEAVES | st.lists(LEAVES, max_size=2), max_size=7)
)
RED_SHOES = Page("red_shoes", "red_shoes", "Shoes that are red.", "general", 5, known=True)


def in_file(name: str, content: bytes, read: Callable[[Path], object]) -> None:
    """Read a file of this content; only errors of our own may come of it, with a sentence."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        try:
            read(path)
        except OURS as error:
            assert str(error).strip()
            str(error).encode("utf-8", "backslashreplace")


def everything_about(path: Path) -> None:
    """Read a cache, ask it all there is to ask, and write it again."""
    cache = tags_cache.load(path)
    tags = ["long_hair", "1girl", "a/b"]
    cache.wanted(tags, date(2026, 11, 22))
    for tag in tags:
        cache.get(tag)
    other = Cache()
    other.merge(cache)
    cache.merge(other)
    path.write_text(cache.dump(), encoding="utf-8")
    assert len(tags_cache.load(path)) == len(cache)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_cache_or_refused(content: bytes) -> None:
    in_file("tags_cache.json", content, everything_about)


@given(JSON | ENTRIES)
def test_any_json_is_a_cache_or_refused(content: object) -> None:
    in_file("tags_cache.json", json.dumps(content).encode(), everything_about)


def all_of_the_journal(path: Path) -> None:
    journal = Journal(path, "now")
    results = FileResults(INTERPRETER, Texts(path.parent, ".txt"), journal)
    results.outcomes.made()
    results.outcomes.refused()
    results.outcomes.mean_answer()
    results.outcomes.wanted_again()
    results.outcomes.has_drafts()
    results.recover({"a/b", "x"})
    journal.side_files()
    history = read_history(journal, {"a/b", "x"})
    assert history.prompt_tokens >= 0
    assert all(math.isfinite(record.seconds) for record in journal.records(INTERPRETER))
    read_glances(journal, ["a/b"])
    before = path.read_bytes()
    journal.add(INTERPRETER, "x", AGAIN)
    journal.close()
    assert path.read_bytes().startswith(before)
    assert json.loads(path.read_bytes().splitlines()[-1])["picture"] == "x"


VALUES_OF_A_LINE = JSON | st.sampled_from([10**400, -1, "a/b", "done", "edited", "failed", "again"])
JOURNAL_LINES = st.dictionaries(
    st.sampled_from(
        ["picture", "outcome", "written", "text", "prompt", "draft", "reason", "prompt_tokens", "seconds"]
    ),
    VALUES_OF_A_LINE,
).map(lambda line: {"stage": "interpreter", "picture": "a/b", **line})


@given(
    st.lists(
        st.binary(max_size=40) | (JSON | JOURNAL_LINES).map(lambda line: json.dumps(line).encode()),
        max_size=6,
    )
)
def test_any_lines_are_a_journal_or_skipped(lines: list[bytes]) -> None:
    in_file("journal.jsonl", b"\n".join(lines), all_of_the_journal)


def log_of_tags(path: Path) -> None:
    log = TagLog(JsonLines(path), "danbooru")
    log.read()
    for page in log.pages.values():
        assert isinstance(page.text + page.tag + page.name, str)
    log.save(path.with_name("tags_cache.json"))


PAGE = st.dictionaries(st.sampled_from(["tag", "name", "text", "category", "post_count", "known"]), LEAVES)
WHOLE_PAGE = st.fixed_dictionaries(
    {"tag": LEAVES, "name": LEAVES, "text": LEAVES, "category": LEAVES, "post_count": LEAVES, "known": LEAVES}
)
TAG_LINES = st.fixed_dictionaries({"page": PAGE | WHOLE_PAGE | LEAVES, "source": st.just("danbooru")}) | (
    st.fixed_dictionaries(
        {
            "tag": LEAVES | st.lists(LEAVES),
            "entry": st.dictionaries(KEYS, LEAVES | st.lists(LEAVES, max_size=2)) | LEAVES,
        }
    )
)


@given(st.lists(TAG_LINES | JSON, max_size=5))
def test_any_lines_are_a_log_of_tags_or_skipped(lines: list[object]) -> None:
    in_file(".tags.jsonl", "\n".join(map(json.dumps, lines)).encode(), log_of_tags)


NAMES = st.sampled_from([*SECTIONS, *(key for section in SECTIONS.values() for key in section.model_fields)])
VALUES = TEXTS | st.sampled_from(
    [
        *("auto", "-1", "nan", "inf", "1e999", "True", "http://[::1", "http://a:99999/v1"),
        *("http://a..b/", "~nobody/x", "{", '{"a":[1]}', "a=b,c", "=", "(", "*", "(?P<", "..", "/"),
        *("\x7f", "٣", "9" * 5000, "a" * 5000, "[" * 5000),
    ]
)
INI = st.lists(
    st.one_of(NAMES.map(lambda name: f"[{name}]"), st.builds("{} = {}".format, NAMES, VALUES), TEXTS),
    max_size=12,
).map("\n".join)


@given(INI.map(lambda text: text.encode("utf-8", "surrogatepass")) | st.binary(max_size=100))
def test_any_text_is_a_config_or_refused(content: bytes) -> None:
    in_file("config.ini", content, config.load)


@given(st.data())
def test_any_value_of_any_setting_is_taken_or_refused(data: st.DataObject) -> None:
    section = data.draw(st.sampled_from(list(SECTIONS)))
    key = data.draw(st.sampled_from([key for key, _, _ in config.settings_of(SECTIONS[section])]))
    option = f"{section}.{key}={data.draw(VALUES)}"
    in_file("config.ini", b"", lambda path: config.load(path, [option]))


@given(st.text(max_size=100).map(str.encode) | JSON.map(lambda each: json.dumps(each).encode()) | st.binary())
def test_any_file_is_a_list_of_descriptions_or_refused(content: bytes) -> None:
    for name in ("mine.csv", "mine.json"):
        in_file(name, content, load_own)


ROWS = st.lists(st.text(max_size=10), max_size=5).map(",".join)


@given(
    st.lists(ROWS, max_size=5).map("\n".join),
    st.sampled_from(["", "title,body\n", '{"title": 1, "body": 2}\n']),
)
def test_any_file_is_a_dump_or_refused(rows: str, header: str) -> None:
    for name in ("dump.csv", "dump.jsonl", "dump.csv.gz"):
        in_file(name, (header + rows).encode(), lambda path: list(DumpSource(path).pages(["long_hair", "1"])))


@given(
    st.text(max_size=200),
    st.integers(100, 599),
    st.dictionaries(st.sampled_from(["retry-after", "location"]), TEXTS),
)
def test_any_answer_with_any_status_is_trouble_with_a_sentence(
    body: str, status: int, headers: dict[str, str]
) -> None:
    seen = trouble.of_status("http://a/v1", "m", status, headers, body, ())
    assert seen.sentence.isprintable()
    assert seen.retry_after is None or seen.retry_after >= 0


@given(
    JSON
    | st.fixed_dictionaries(
        {
            "choices": st.lists(st.fixed_dictionaries({"message": JSON, "finish_reason": JSON})),
            "usage": JSON | st.fixed_dictionaries({"prompt_tokens": JSON, "completion_tokens": JSON}),
        }
    )
)
def test_any_json_is_an_answer_or_trouble(body: object) -> None:
    found = read_completion(json.dumps(body))
    if isinstance(found, Reply):
        assert min(found.usage.prompt_tokens, found.usage.completion_tokens) >= 0
        with suppress(ItemError):
            clean(found.text, found.finish_reason, Form()).encode("utf-8")


@given(
    st.text(max_size=100)
    | st.lists(st.sampled_from(["1.", "2. ", "\n", "A red shoe", "**3)** x.", "`"])).map("".join)
)
def test_any_reply_is_a_number_of_sentences_or_none(text: str) -> None:
    reply = Reply(text, "stop", "m", Usage(), 0.1)
    with suppress(ItemError):
        sentence_in(reply, RED_SHOES)
    for count in (2, 3):
        with suppress(ItemError):
            assert len(sentences_in(reply, [RED_SHOES] * count)) == count


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Prompt:
    path = tmp_path_factory.mktemp("templates") / "t.txt"
    path.write_text(
        "[system]\nBe brief.\n[user]\n{{ tags }}\n{% for p in pages %}{{ p }}{% endfor %}!", encoding="utf-8"
    )
    return Prompt(path, ("tags", "pages"))


@given(value=st.text() | st.sampled_from(["{{ tags }}", "[system]", "<|im_start|>", "{% endfor %}"]))
def test_any_value_stays_inside_its_message(template: Prompt, value: str) -> None:
    messages = template.messages({"tags": value, "pages": [value]})
    assert [message.role for message in messages] == ["system", "user"]
    assert "<|im_start|>" not in messages[1].text
    messages[1].text.encode("utf-8")


@given(
    st.lists(
        st.sampled_from(
            ["{{", "}}", "{%", "%}", "tags", "|", "(", ")", "for", "in", "set", "=", "~", "[user]\n"]
        )
    ).map(" ".join)
)
def test_any_template_is_one_or_refused(text: str) -> None:
    in_file("t.txt", text.encode(), lambda path: Prompt(path, ("tags",)).messages({"tags": "a, b"}))


def repeated(unit: str, size: int = 300_000) -> str:
    return unit * (size // len(unit))


def numbered(pattern: str, size: int = 300_000) -> str:
    return "".join(pattern % (number, number) for number in range(size // len(pattern) // 2))


LARGE: dict[str, tuple[str, Callable[[Path], Any], str]] = {
    "cache of many keys": ("c.json", everything_about, "{" + numbered('"k%d": "v%d",') + '"a": "b"}'),
    "cache with a key twice": (
        "c.json",
        everything_about,
        "{" + numbered('"k%d": "v%d",') + '"a": "b", "a": "b"}',
    ),
    "cache of brackets": ("c.json", everything_about, repeated("[")),
    "cache of one number": ("c.json", everything_about, repeated("1")),
    "journal of brackets": ("j.jsonl", all_of_the_journal, repeated("[\n")),
    "journal of one line": ("j.jsonl", all_of_the_journal, repeated("{")),
    "journal of one picture": (
        "j.jsonl",
        all_of_the_journal,
        repeated('{"stage":"interpreter","picture":"a"}\n'),
    ),
    "log of tags": (".tags.jsonl", log_of_tags, repeated('{"tag": "a", "entry": {"description": "b"}}\n')),
    "config of lines": ("config.ini", config.load, "[Tags]\n" + repeated(" a\n")),
    "config of keys": ("config.ini", config.load, "[Tags]\n" + numbered("k%d = %d\n", 100_000)),
    "config of sections": ("config.ini", config.load, numbered("[k%d]\na = %d\n", 100_000)),
    "config of commas": ("config.ini", config.load, "[Tags]\nexclude = " + repeated("a,")),
    "descriptions in CSV": ("o.csv", load_own, numbered("k%d,v%d\n")),
    "descriptions of quotes": ("o.csv", load_own, repeated('"')),
    "descriptions in JSON": ("o.json", load_own, repeated('{"a":')),
    "dump of quotes": (
        "d.csv",
        lambda path: list(DumpSource(path).pages(["a"])),
        "title,body\n" + repeated('"'),
    ),
    "dump of brackets": ("d.jsonl", lambda path: list(DumpSource(path).pages(["a"])), repeated("[\n")),
}


# The next two take a fifth of a second of processor time; were one step quadratic, it would be a minute.
LONGEST = 8


@pytest.mark.parametrize("case", LARGE)
def test_much_of_anything_takes_no_more_than_linear_time(case: str) -> None:
    name, read, content = LARGE[case]
    started = time.process_time()
    in_file(name, content.encode(), read)
    assert time.process_time() - started < LONGEST


@pytest.mark.parametrize(
    "unit", ["<", "<|", "[A", "</s", "<a ", "{{ x }}", "\ud800", "<|a", "1. a\n", "a\n\n"]
)
def test_many_marks_are_put_into_a_prompt_and_read_in_a_reply_in_linear_time(
    template: Prompt, unit: str
) -> None:
    started = time.process_time()
    with suppress(ItemError):
        # A template of its own: one that is slow five times is refused, as it may be on a busy computer.
        Prompt(template.path, ("tags", "pages")).messages({"tags": repeated(unit), "pages": []})
    with suppress(ItemError):
        sentences_in(Reply(repeated(unit), "stop", "m", Usage(), 0.1), [RED_SHOES] * 3)
    trouble.excerpt(repeated(unit))
    assert time.process_time() - started < LONGEST
