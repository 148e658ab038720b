"""e621 as a source, against a fake of it over real HTTP."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from itertools import pairwise

import pytest

from errors import StageError, UserError
from settings.wikis import WIKIS, Manners
from tests.fakes.e621 import FakeE621
from tests.fakes.wiki import CHALLENGE, DROP, HASTY, TOO_FAST, Fault, Reply, web_page
from tests.fakes.wiki_pages import TAGS, WikiTag
from wiki.e621 import E621Source, can_be_tag
from wiki.source import Access, Page


def source(wiki: FakeE621, manners: Manners = HASTY) -> E621Source:
    return E621Source(Access(wiki.url, manners, "Tagscribe/test"))


def pages(wiki: FakeE621, tags: Iterable[str]) -> dict[str, Page]:
    found = list(source(wiki).pages(list(tags)))
    assert len(found) == len({page.tag for page in found})
    return {page.tag: page for page in found}


def page_of(tag: str, tags: dict[str, WikiTag] = TAGS) -> Page:
    with FakeE621(tags) as wiki:
        return pages(wiki, [tag])[tag]


def paths(wiki: FakeE621) -> list[str]:
    return [asked.path for asked in wiki.asked]


def test_a_tag_comes_with_text_category_and_count() -> None:
    assert page_of("1girl") == Page(
        "1girl", "1girl", "Exactly one girl is in the picture.", "general", 6_900_000, known=True
    )


@pytest.mark.parametrize(
    ("tag", "category"),
    [("red_fox", "species"), ("highres", "meta"), ("hatsune_miku", "character"), ("some_artist", "artist")],
)
def test_categories_are_those_of_e621(tag: str, category: str) -> None:
    assert page_of(tag).category == category


def test_an_alias_has_everything_that_its_target_has() -> None:
    target = TAGS["hatsune_miku"]
    page = page_of("miku")
    assert (page.tag, page.name) == ("miku", "hatsune_miku")
    assert (page.category, page.post_count) == ("character", target.post_count)
    assert page.text.startswith("A vocaloid singer")


def test_a_retired_alias_is_not_followed() -> None:
    assert page_of("cherry_tree").name == "cherry_tree"


def test_a_page_that_moved_is_read_where_it_went() -> None:
    page = page_of("sakura_tree")
    assert page.name == "cherry_blossoms"
    assert page.text.startswith("The pale pink flowers")


def test_pages_that_redirect_to_each_other_do_not_loop() -> None:
    with FakeE621() as wiki:
        assert pages(wiki, ["endless_road"])["endless_road"].text == ""
        assert len(wiki.asked) < 8


def test_a_page_that_is_deleted_or_missing_leaves_a_known_tag_without_text() -> None:
    with FakeE621() as wiki:
        found = pages(wiki, ["withdrawn_page", "commentary"])
    assert [(page.text, page.known) for page in found.values()] == [("", True)] * 2


def test_an_invalid_tag_is_known_but_means_nothing_and_its_page_is_not_asked_for() -> None:
    with FakeE621({"misspelt": WikiTag("misspelt", "Use another.", "invalid")}) as wiki:
        found = pages(wiki, ["misspelt"])
        assert "/wiki_pages.json" not in paths(wiki)
    assert found["misspelt"] == Page("misspelt", "misspelt", "", None, 1000, known=True)


@pytest.mark.parametrize("empty_as_object", [False, True])
def test_a_name_that_is_no_tag_is_unknown_and_its_page_is_not_asked_for(empty_as_object: bool) -> None:
    with FakeE621(empty_as_object=empty_as_object) as wiki:
        assert pages(wiki, ["no_such_tag"]) == {"no_such_tag": Page.unknown("no_such_tag")}
        assert paths(wiki) == ["/tag_aliases.json", "/tags.json"]


@pytest.mark.parametrize(
    "tag", ["", "a girl in the rain", "smile,grin", "-solo", "~solo", "x" * 151, "*girl", "\\m/"]
)
def test_a_text_that_cannot_be_a_tag_is_unknown_without_asking(tag: str) -> None:
    with FakeE621() as wiki:
        assert pages(wiki, [tag]) == {tag: Page.unknown(tag)}
        assert wiki.asked == []


def test_tags_beyond_ascii_are_asked_about() -> None:
    assert can_be_tag("pokémon_(species)")
    assert (
        page_of("café", {"café": WikiTag("café", "A place to drink coffee.")}).text
        == "A place to drink coffee."
    )


def test_every_tag_that_e621_could_have_comes_back() -> None:
    with FakeE621() as wiki:
        found = pages(wiki, TAGS)
    assert {tag for tag, page in found.items() if not page.known} == {
        tag for tag in TAGS if not can_be_tag(tag)
    }
    assert found["39"].text == "The number, which can be read as mi ku."
    assert found["pieces_/_wataridori_no_somnium"].text and found["q&a"].text and found["!?"].text


def test_empty_tags_are_not_hidden() -> None:
    empty = {"new_tag": WikiTag("new_tag", "Nobody has used it yet.", post_count=0)}
    page = page_of("new_tag", empty)
    assert (page.text, page.post_count) == ("Nobody has used it yet.", 0)


def test_tags_and_aliases_go_in_batches_and_pages_one_by_one() -> None:
    names = [f"tag_{number}" for number in range(400)]
    tags = {name: WikiTag(name, "Something.") for name in names}
    with FakeE621(tags) as wiki:
        assert all(page.text == "Something." for page in pages(wiki, names).values())
        asked = paths(wiki)
    assert asked.count("/tags.json") == asked.count("/tag_aliases.json") == 2
    assert asked.count("/wiki_pages.json") == 400


def test_two_names_of_one_tag_cost_one_page() -> None:
    with FakeE621() as wiki:
        found = pages(wiki, ["twintails", "twin_tails"])
        assert paths(wiki).count("/wiki_pages.json") == 1
    assert found["twintails"].text == found["twin_tails"].text
    assert [found["twin_tails"].tag, found["twin_tails"].name] == ["twin_tails", "twintails"]


def test_many_tags_hint_at_the_dump(caplog: pytest.LogCaptureFixture) -> None:
    with FakeE621({}) as wiki:
        pages(wiki, [f"tag_{number}" for number in range(300)])
        assert caplog.text == ""
        pages(wiki, [f"tag_{number}" for number in range(301)])
    (record,) = caplog.records
    assert record.levelno == logging.WARNING and "wiki_pages.csv.gz" in record.getMessage()


def test_one_request_a_second_is_the_default() -> None:
    assert WIKIS["e621"].manners.per_second == 1


def test_requests_keep_the_pace() -> None:
    with FakeE621() as wiki:
        list(source(wiki, Manners(per_second=10)).pages(["smile", "grin"]))
        gaps = [second.at - first.at for first, second in pairwise(wiki.asked)]
    assert len(gaps) == 3 and all(gap > 0.08 for gap in gaps)


def test_a_failure_that_passes_is_retried() -> None:
    with FakeE621() as wiki:
        wiki.faults.extend([TOO_FAST, web_page(503), web_page(200)])
        assert pages(wiki, ["smile"])["smile"].text


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (CHALLENGE, "took this program for a robot"),
        (web_page(502), "overloaded or down"),
        (DROP, "cannot be reached"),
        (Fault(Reply(410, b'{"success":false}')), "answered 410"),
        (
            Fault(Reply(302, b"", headers={"Location": "https://other.invalid/"})),
            r"moved to https://other\.invalid",
        ),
        (Fault(Reply(200, b'{"success":false}')), "unknown form"),
    ],
)
def test_a_failure_that_stays_ends_the_stage(fault: Fault, sentence: str) -> None:
    with FakeE621() as wiki:
        wiki.always = fault
        with pytest.raises(StageError, match=sentence):
            pages(wiki, ["smile"])


def test_pages_read_before_the_failure_are_kept_and_the_others_are_not_called_unknown() -> None:
    kept: list[Page] = []
    with FakeE621() as wiki:
        found = source(wiki).pages(["smile", "grin", "no_such_tag"])
        kept.append(next(found))
        wiki.always = web_page(503)
        with pytest.raises(StageError):
            kept.extend(found)
    assert [page.tag for page in kept] == ["smile"]


def test_a_login_without_a_key_is_refused_before_anything_is_asked() -> None:
    with pytest.raises(UserError, match="belong together"):
        E621Source(Access("http://localhost", HASTY, api_key="s3cret"))
