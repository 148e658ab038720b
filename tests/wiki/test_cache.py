"""tags_cache.json: texts of people are kept, provisional entries are asked about again, sharing is safe."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import given
from hypothesis import strategies as st

from errors import UserError
from page_summaries import saving
from tests.program.project import Project
from wiki import cache
from wiki.cache import BY_FIRST_SENTENCE, BY_NO_PAGE, BY_NO_TAG, BY_YOU, RECHECK_AFTER, Cache, Entry

TODAY = date(2026, 11, 22)
LONG_AGO = (TODAY - RECHECK_AFTER).isoformat()
PROVISIONAL = (BY_FIRST_SENTENCE, BY_NO_PAGE, BY_NO_TAG)


def cache_of(**entries: Entry) -> Cache:
    made = Cache()
    for tag, entry in entries.items():
        made.add(tag, entry)
    return made


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def said(by: str, text: str = "A flat cap.", fetched: str = TODAY.isoformat()) -> Entry:
    return Entry(
        text if by not in (BY_NO_PAGE, BY_NO_TAG) else "",
        "general",
        10,
        source="danbooru",
        fetched=fetched,
        by=by,
    )


def test_a_cache_is_written_sorted_with_one_entry_a_line_and_read_back_unchanged(tmp_path: Path) -> None:
    made = cache_of(
        ushanka=Entry("A fur hat with flaps.", "general", 3000, None, "danbooru", "2026-11-22", "gemma"),
        ao_dai=Entry("A long split dress.", "general", alias_of="áo_dài", by="gemma"),
    )
    text = made.dump()
    assert [line.partition(":")[0] for line in text.splitlines()[1:-1]] == ['"ao_dai"', '"ushanka"']
    assert '"alias_of": "áo_dài"' in text
    again = cache.load(written(tmp_path / "c.json", text))
    assert again.get("ushanka") == made.get("ushanka")
    assert again.dump() == text


def test_implications_keep_their_order_and_are_not_written_if_there_are_none(tmp_path: Path) -> None:
    made = cache_of(
        evil_grin=Entry("A bad grin.", by="gemma", implies=("grin", "evil_smile")), cap=said("gemma")
    )
    made.add("no_page", Entry("", fetched=TODAY.isoformat(), by=BY_NO_PAGE, implies=("hat",)))
    text = made.dump()
    assert '"implies": ["grin", "evil_smile"]' in text
    assert "implies" not in json.loads(text)["cap"]
    again = cache.load(written(tmp_path / "c.json", text))
    assert again.dump() == text
    for tag in ("evil_grin", "cap", "no_page"):
        assert again.get(tag) == made.get(tag)
    # The seal is right, so a better entry may replace this one.
    assert again.merge(cache_of(no_page=said("gemma"))) == 1


@pytest.mark.parametrize(
    ("implies", "read"),
    [
        ('["Sun Hat", "miku \\\\(style\\\\)", "sun_hat", " "]', ("sun_hat", "miku_(style)")),
        ('"hat, Sun Hat"', ("hat", "sun_hat")),
        ("[]", ()),
        ('""', ()),
    ],
)
def test_implied_tags_may_be_written_as_people_do(
    tmp_path: Path, implies: str, read: tuple[str, ...]
) -> None:
    path = written(tmp_path / "c.json", f'{{"cap": {{"description": "A cap.", "implies": {implies}}}}}')
    entry = cache.load(path).get("cap")
    assert entry is not None and entry.implies == read


def test_an_empty_or_missing_file_is_an_empty_cache(tmp_path: Path) -> None:
    assert len(cache.load(tmp_path / "none.json")) == 0
    assert len(cache.load(written(tmp_path / "c.json", " \n"))) == 0


def test_a_plain_text_is_a_description_that_a_person_wrote(tmp_path: Path) -> None:
    made = cache.load(written(tmp_path / "c.json", '{"long_hair": "Hair below\\n the shoulders."}'))
    assert made.get("long_hair") == Entry("Hair below the shoulders.", by=BY_YOU)


def test_a_file_in_utf_16_is_read_as_what_it_says(tmp_path: Path) -> None:
    path = tmp_path / "tags_cache.json"
    path.write_text('{"hat": "worn on the head"}', encoding="utf-16")
    found = cache.load(path).get("hat")
    assert found is not None
    assert found.description == "worn on the head"


def test_tags_may_be_spelled_as_people_do(tmp_path: Path) -> None:
    keys = ("Long Hair", r"miku \(style\)", "character:alice", "(red_hat:1.2)", "d’artagnan", "full　width")
    text = json.dumps(dict.fromkeys(keys, "Something."), ensure_ascii=False)
    made = cache.load(written(tmp_path / "c.json", text))
    tags = ["long_hair", "miku_(style)", "alice", "red_hat", "d'artagnan", "full_width", "short_hair"]
    assert made.wanted(tags, TODAY) == ["short_hair"]
    assert all(f'"{key}": ' in made.dump().replace("\\\\", "\\") for key in keys)


def test_the_older_form_of_the_file_is_read(tmp_path: Path) -> None:
    rows = {
        "1": {"name": "long hair", "description": "Hair below the shoulders."},
        "2": {"name": "ghost", "description": ""},
        "3": "broken",
    }
    made = cache.load(written(tmp_path / "c.json", json.dumps({"_default": rows})))
    assert made.get("long_hair") == Entry("Hair below the shoulders.", by=BY_YOU)
    assert made.wanted(["ghost"], TODAY) == ["ghost"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{\n"a": "b",\n"c" "d"\n}', "line 3, column 5: Expecting ':' delimiter; correct it"),
        ("[1]", "should be a JSON object of tags"),
        ('{"a": 5}', "the entry a should be a text or an object"),
        ('{"a": "b", "c": "d", "a": "e"}', "the entry a is there twice; remove one of them"),
        ('{"a": {"description": "b", "description": "c"}}', "the entry description is there twice"),
        (
            '{"a": {"implies": ["b", 5]}}',
            'implies of the entry a should be tags, such as ["hat"]',
        ),
        ('{"a": {"implies": {"b": "c"}}}', "implies of the entry a should be tags"),
        ('{"a": {"implies": null}}', "implies of the entry a should be tags"),
        ("[" * 100_000, "is no JSON that can be read"),
    ],
)
def test_a_broken_file_is_reported_and_not_overwritten(tmp_path: Path, text: str, sentence: str) -> None:
    path = written(tmp_path / "c.json", text)
    with pytest.raises(UserError, match=r"c\.json") as caught:
        cache.load(path)
    assert sentence in str(caught.value)
    with pytest.raises(UserError):
        saving.add_to_cache_file(path, cache_of(hat=said("gemma")))
    assert path.read_text() == text


def test_bytes_that_are_no_text_are_reported(tmp_path: Path) -> None:
    (tmp_path / "c.json").write_bytes(b'{"a": "\xff"}')
    with pytest.raises(UserError, match="not UTF-8 text: save it as UTF-8"):
        cache.load(tmp_path / "c.json")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)
fields = st.dictionaries(
    st.sampled_from(
        ["description", "category", "post_count", "by", "fetched", "seal", "alias_of", "source", "implies"]
    ),
    json_values,
)


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=8) | fields, max_size=4))
def test_whatever_people_write_is_read_and_kept_word_for_word(raw: dict[str, object]) -> None:
    made = Cache(raw)
    for tag in raw:
        assert made.get(tag) is not None
    made.wanted(raw, TODAY)
    made.merge(cache_of(hat=said("gemma")))
    kept = json.loads(made.dump())
    assert {tag: kept[tag] for tag in raw if tag != "hat"} == {
        tag: value for tag, value in raw.items() if tag != "hat"
    }


def test_half_of_a_surrogate_pair_can_be_written(tmp_path: Path) -> None:
    text = Cache({"half\ud83d": {"description": "Torn."}}).dump()
    assert cache.load(written(tmp_path / "c.json", text)).get("half\ud83d") == Entry("Torn.")


# What is asked again


@pytest.mark.parametrize("by", PROVISIONAL)
def test_a_provisional_entry_is_asked_about_again_after_thirty_days(by: str) -> None:
    assert timedelta(days=30) == RECHECK_AFTER
    recent = (TODAY - RECHECK_AFTER + timedelta(days=1)).isoformat()
    made = cache_of(old=said(by, fetched=LONG_AGO), new=said(by, fetched=recent))
    assert made.wanted(["old", "new"], TODAY) == ["old"]


def test_an_invalid_or_future_date_counts_as_old() -> None:
    tomorrow = (TODAY + timedelta(days=1)).isoformat()
    made = cache_of(a=said(BY_NO_TAG, fetched="soon"), b=said(BY_NO_TAG, fetched=tomorrow))
    assert made.wanted(["a", "b"], TODAY) == ["a", "b"]


@pytest.mark.parametrize("by", ["gemma", "page", BY_YOU])
def test_a_good_answer_is_never_asked_for_again(by: str) -> None:
    assert cache_of(hat=said(by, fetched="2001-01-01")).wanted(["hat"], TODAY) == []


def test_a_tag_that_somebody_removed_is_asked_about_again() -> None:
    raw = json.loads(cache_of(hat=said("gemma"), cap=said("gemma")).dump())
    del raw["hat"]
    assert Cache(raw).wanted(["hat", "cap"], TODAY) == ["hat"]


@pytest.mark.parametrize("by", PROVISIONAL)
@pytest.mark.parametrize(
    "edit",
    [
        {"description": "My own words."},
        {"category": "character"},
        {"post_count": 11},
        {"note": "mine"},
        {"implies": ["cap"]},
    ],
)
def test_an_entry_that_somebody_edited_is_neither_asked_about_again_nor_replaced(
    by: str, edit: dict[str, object]
) -> None:
    raw = json.loads(cache_of(hat=said(by, fetched=LONG_AGO)).dump())
    raw["hat"].update(edit)
    edited = Cache(raw)
    assert edited.wanted(["hat"], TODAY) == []
    assert edited.merge(cache_of(hat=said("gemma", "A hat."))) == 0
    assert json.loads(edited.dump()) == raw


# Merging


@pytest.mark.parametrize(
    ("mine", "theirs", "taken"),
    [
        (None, said("gemma"), True),
        (None, said(BY_NO_TAG), True),
        (said("gemma"), said("qwen", "A cap."), False),
        (said(BY_YOU), said("qwen", "A cap."), False),
        (said(BY_FIRST_SENTENCE), said("qwen", "A cap."), True),
        (said(BY_NO_PAGE), said(BY_YOU, "A cap."), True),
        (said(BY_NO_TAG), said("gemma"), True),
        (said(BY_NO_TAG, fetched=LONG_AGO), said(BY_NO_TAG), True),
        (said(BY_NO_TAG), said(BY_NO_TAG, fetched=LONG_AGO), False),
    ],
)
def test_of_two_entries_the_better_one_stays(mine: Entry | None, theirs: Entry, taken: bool) -> None:
    made = cache_of(hat=mine) if mine else Cache()
    assert made.merge(cache_of(hat=theirs)) == taken
    assert made.get("hat") == (theirs if taken else mine)


def test_a_better_entry_brings_its_implications_and_other_entries_get_none() -> None:
    mine = cache_of(cap=said(BY_NO_PAGE), bow=said("gemma"))
    theirs = [replace(said("qwen"), implies=("hat",)) for _ in range(3)]
    assert mine.merge(cache_of(hat=theirs[0], cap=theirs[1], bow=theirs[2])) == 2
    assert [mine.get(tag).implies for tag in ("hat", "cap", "bow")] == [("hat",), ("hat",), ()]  # type: ignore[union-attr]


def test_merging_returns_the_number_of_new_entries_and_keeps_the_old_ones(tmp_path: Path) -> None:
    mine = written(tmp_path / "mine.json", '{"hat": "My hat.", "Long Hair": "Mine."}')
    theirs = cache_of(
        hat=said("gemma", "Their hat."), cap=said("gemma"), long_hair=said("gemma"), bow=said(BY_NO_PAGE)
    )
    other = written(tmp_path / "theirs.json", theirs.dump())
    assert saving.merge_cache_file(mine, other) == (
        f"{other} has 4 tags; added to {mine}: 2. What that file had is kept."
    )
    assert saving.merge_cache_file(mine, other).startswith(f"{other} has 4 tags; added to {mine}: 0.")
    kept = json.loads(mine.read_text())
    assert kept["hat"] == "My hat."
    assert sorted(kept) == ["Long Hair", "bow", "cap", "hat"]


def test_a_missing_file_to_merge_is_reported(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"there is no file .*none.json: name a tags_cache.json"):
        saving.merge_cache_file(tmp_path / "mine.json", tmp_path / "none.json")
    assert not (tmp_path / "mine.json").exists()


def test_two_runs_that_share_a_cache_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "c.json"
    mine = [cache_of(**{f"run_{run}_tag_{number}": said("gemma")}) for run in range(4) for number in range(8)]
    threads = [threading.Thread(target=saving.add_to_cache_file, args=(path, one)) for one in mine]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(cache.load(path)) == 32


def test_nobody_writes_while_another_run_does(tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    with FileLock(f"{path}.lock"):
        waiting = threading.Thread(target=saving.add_to_cache_file, args=(path, cache_of(hat=said("gemma"))))
        waiting.start()
        written(path, '{"cap": "Mine."}')
        waiting.join(0.2)
        assert waiting.is_alive()
    waiting.join()
    assert sorted(json.loads(path.read_text())) == ["cap", "hat"]


def test_a_file_that_needs_no_change_is_not_written(tmp_path: Path) -> None:
    path = written(tmp_path / "c.json", '{"hat":   "My hat."}')
    assert saving.add_to_cache_file(path, cache_of(hat=said("gemma"))) == 0
    assert path.read_text() == '{"hat":   "My hat."}'


def test_merge_cache_adds_the_entries_of_another_file(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.cache.write_text('{"hat": "My hat."}', encoding="utf-8")
    older = {"_default": {"1": {"name": "flat cap", "description": "A low cap."}}}
    other = written(tmp_path / "theirs.json", json.dumps(older))
    result = project.run("--merge-cache", str(other))
    assert result.code == 0
    assert result.out.startswith(f"{other} has 1 tag; added to {project.cache}: 1.")
    assert json.loads(project.cache.read_text()) == {"flat_cap": "A low cap.", "hat": "My hat."}
    assert not project.captions.exists()
    other.write_text("{", encoding="utf-8")
    broken = project.run("--merge-cache", str(other))
    assert broken.code == 2
    assert "theirs.json, line 1, column 2" in broken.err
