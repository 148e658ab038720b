"""Danbooru as a source, against a fake of it over real HTTP."""

from __future__ import annotations

import base64
import gzip
import json
import logging
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Literal
from urllib.parse import quote_plus

import pytest

from errors import StageError, UserError
from settings.wikis import WIKIS, Manners
from tests.fakes.danbooru import FakeDanbooru
from tests.fakes.wiki import (
    CANCELED,
    CHALLENGE,
    DRIP,
    DROP,
    HALF,
    HASTY,
    SILENT,
    TOO_FAST,
    Fault,
    Reply,
    rails_error,
    web_page,
)
from tests.fakes.wiki_pages import TAGS, WikiTag
from wiki.danbooru import DanbooruSource, can_be_tag
from wiki.source import Access, Page

UNFORMED = Reply(200, b'[{"name": "1gir')


def source(wiki: FakeDanbooru, manners: Manners = HASTY, **credentials: str) -> DanbooruSource:
    return DanbooruSource(Access(wiki.url, manners, "Tagscribe/test", **credentials))


def pages(wiki: FakeDanbooru, tags: Iterable[str]) -> dict[str, Page]:
    found = list(source(wiki).pages(list(tags)))
    assert len(found) == len({page.tag for page in found})
    return {page.tag: page for page in found}


def page_of(tag: str) -> Page:
    with FakeDanbooru() as wiki:
        return pages(wiki, [tag])[tag]


def named(count: int, length: int = 0) -> list[str]:
    """Names as long as those of Danbooru's mid-frequency tags are on average, or all of one length."""
    dice = random.Random(2026)
    words = ("blue", "long", "red", "bow", "sleeve", "hair", "cat", "rain", "over", "star")
    endings = ("", "", "", "", "_(series)")
    names = ("_".join(dice.sample(words, 2)) + dice.choice(endings) for _ in range(count))
    numbered = [f"{number:03x}_{name}" for number, name in enumerate(names)]
    return [f"{name}{'x' * length}"[: length - 1] + "x" for name in numbered] if length else numbered


def fake_of(names: Iterable[str]) -> dict[str, WikiTag]:
    return {name: WikiTag(name, f"What {name} means.") for name in names}


def asked_names(wiki: FakeDanbooru) -> list[Sequence[str]]:
    return [asked.one("search[name_space]").split() for asked in wiki.asked]


def test_one_request_tells_meaning_category_count_and_alias_of_all_tags() -> None:
    with FakeDanbooru() as wiki:
        found = pages(wiki, ["1girl", "hatsune_miku", "miku", "vocaloid", "no_such_tag"])
        assert len(wiki.asked) == 1
    assert found["1girl"] == Page(
        "1girl", "1girl", "Exactly one girl is in the picture.", "general", 6_900_000, True
    )
    assert found["hatsune_miku"].category == "character"
    assert found["vocaloid"].category == "copyright"
    assert found["miku"].name == "hatsune_miku"
    assert found["no_such_tag"] == Page.unknown("no_such_tag")


def test_an_alias_has_the_text_and_category_of_its_target_and_no_count_of_its_own() -> None:
    page = page_of("twin_tails")
    assert page.name == "twintails"
    assert page.text.startswith("Two tails of hair")
    assert (page.category, page.post_count, page.known) == ("general", None, True)


def test_an_alias_of_a_tag_without_a_page_keeps_the_name_of_its_target() -> None:
    assert page_of("rarely_seen_alias") == Page(
        "rarely_seen_alias", "rarely_seen_thing", "", "general", None, known=True
    )


def test_a_retired_alias_is_not_followed() -> None:
    page = page_of("cherry_tree")
    assert (page.name, page.text, page.post_count) == ("cherry_tree", "A tree that bears cherries.", 700)


def test_what_a_tag_implies_comes_with_it_in_the_same_request_in_order() -> None:
    with FakeDanbooru() as wiki:
        found = pages(wiki, ["evil_grin", "grin", "smile", "hatsune_miku_(append)", "no_such_tag"])
        (asked,) = wiki.asked
    assert "antecedent_implications[consequent_name,status]" in asked.one("only")
    assert {tag: page.implies for tag, page in found.items()} == {
        "evil_grin": ("grin", "evil_smile"),
        "grin": ("smile",),
        "smile": (),
        "hatsune_miku_(append)": ("hatsune_miku",),
        "no_such_tag": (),
    }


def test_an_alias_comes_without_what_its_target_implies() -> None:
    assert (page_of("toothy_grin").name, page_of("toothy_grin").implies) == ("grin", ())


@pytest.mark.parametrize(
    ("told", "implies"),
    [
        ([], ()),
        (None, ()),
        ("hat", ()),
        ([{"consequent_name": "hat", "status": "active"}] * 2, ("hat",)),
        ([{"consequent_name": "hat", "status": "retired"}, {"consequent_name": "cap"}], ()),
        (["hat", None, {"status": "active"}, {"consequent_name": 5, "status": "active"}], ()),
    ],
)
def test_implications_of_an_unknown_form_are_ignored(told: object, implies: tuple[str, ...]) -> None:
    row = {"name": "sun_hat", "category": 0, "antecedent_implications": told}
    with FakeDanbooru() as wiki:
        wiki.always = Fault(Reply(200, json.dumps([row]).encode()))
        assert pages(wiki, ["sun_hat"])["sun_hat"].implies == implies


@pytest.mark.parametrize("tag", ["hair", "star", "withdrawn_page", "commentary"])
def test_deprecated_ambiguous_deleted_and_missing_pages_leave_a_known_tag_without_text(tag: str) -> None:
    page = page_of(tag)
    assert page.text == "" and page.known
    assert page.category in {"general", "meta"}


def test_every_tag_of_a_strange_spelling_comes_back() -> None:
    with FakeDanbooru() as wiki:
        found = pages(wiki, TAGS)
    assert {tag: page.known for tag, page in found.items()} == dict.fromkeys(TAGS, True)
    assert found["39"].text == "The number, which can be read as mi ku."
    assert found["\\m/"].text == "A hand with index and little finger raised."
    assert found["q&a"].text == "Questions, and the answers to them."


@pytest.mark.parametrize(
    "tag",
    [
        "",
        "a girl in the rain",
        "smile,grin",
        "初音ミク",
        "-solo",
        "~solo",
        "x" * 171,
        "long__hair",
        "long_hair_",
        "long*",
        "tab\there",
    ],
)
def test_a_text_that_cannot_be_a_tag_is_unknown_without_asking(tag: str) -> None:
    with FakeDanbooru() as wiki:
        assert pages(wiki, [tag]) == {tag: Page.unknown(tag)}
        assert wiki.asked == []


@pytest.mark.parametrize("tag", ["(o)_(o)", "/lav", ":)", "\\(^o^)/", "^_^", "|_|", "2023", "x" * 170])
def test_odd_names_that_exist_are_asked_about(tag: str) -> None:
    assert can_be_tag(tag)


def test_without_tags_nothing_is_asked() -> None:
    with FakeDanbooru() as wiki:
        assert pages(wiki, []) == {}
        assert wiki.asked == []


def test_a_tag_given_twice_is_asked_and_answered_once() -> None:
    with FakeDanbooru() as wiki:
        assert [page.tag for page in source(wiki).pages(["smile", "smile"])] == ["smile"]
        assert asked_names(wiki) == [["smile"]]


def test_a_thousand_tags_of_usual_length_are_at_most_four_short_requests() -> None:
    names = named(1000)
    assert sum(len(quote_plus(name)) + 1 for name in names) >= 16_500
    with FakeDanbooru(fake_of(names)) as wiki:
        found = pages(wiki, names)
    assert all(found[name].text == f"What {name} means." for name in names)
    assert len(wiki.asked) <= 4
    assert all(asked.line.startswith("GET ") and len(asked.line) < 6_500 for asked in wiki.asked)


@pytest.mark.parametrize("length", [30, 41, 111, 170])
def test_a_thousand_long_tags_are_at_most_four_requests_too(length: int) -> None:
    names = named(1000, length)
    with FakeDanbooru(fake_of(names)) as wiki:
        assert all(page.known for page in pages(wiki, names).values())
    assert len(wiki.asked) <= 4


def test_where_forms_are_refused_long_names_are_asked_in_more_requests() -> None:
    names = named(300, 111)
    with FakeDanbooru(fake_of(names)) as wiki:
        wiki.faults.append(CHALLENGE)
        assert all(page.known for page in pages(wiki, names).values())
    assert [asked.line.split()[0] for asked in wiki.asked[:2]] == ["POST", "GET"]
    assert all(asked.line.startswith("GET ") for asked in wiki.asked[1:])


def test_a_query_that_is_too_large_for_the_database_is_asked_in_halves() -> None:
    names = named(300)
    with FakeDanbooru(fake_of(names), largest=40) as wiki:
        assert all(page.known for page in pages(wiki, names).values())
    sizes = [len(batch) for batch in asked_names(wiki)]
    assert sizes[:4] == [300, 150, 75, 37] and set(sizes[4:-1]) == {37}


def test_a_cancelled_query_is_not_repeated_as_it_was() -> None:
    with FakeDanbooru() as wiki:
        wiki.faults.append(CANCELED)
        assert all(page.known for page in pages(wiki, ["smile", "1girl"]).values())
        assert asked_names(wiki) == [["smile", "1girl"], ["smile"], ["1girl"]]


def test_a_database_that_cannot_answer_even_one_tag_ends_the_stage() -> None:
    with FakeDanbooru(largest=0) as wiki:
        with pytest.raises(StageError, match="could not answer in time"):
            list(source(wiki).pages(list(TAGS)))
        assert len(wiki.asked) < 10


@pytest.mark.parametrize(
    "fault",
    [
        TOO_FAST,
        web_page(502),
        web_page(503),
        rails_error(500, "PG::ConnectionBad", "The database is down."),
        web_page(200),
        HALF,
        Fault(UNFORMED),
        DROP,
    ],
    ids=["429", "502", "503", "500", "web page", "half answer", "half JSON", "dropped"],
)
def test_a_failure_that_passes_is_retried(fault: Fault) -> None:
    with FakeDanbooru() as wiki:
        found = source(wiki).pages(["smile", *named(600)])
        next(found)
        wiki.faults.extend([fault] * 4)
        assert sum(1 for _ in found) == 600


@pytest.mark.parametrize(
    ("fault", "requests", "sentence"),
    [
        (TOO_FAST, 5, r"asks for fewer requests \(429\)"),
        (web_page(502), 5, r"overloaded or down \(502\)"),
        (web_page(200), 2, "something else than whole JSON"),
        (HALF, 2, "broke off"),
        (DROP, 2, "cannot be reached"),
        (Fault(UNFORMED), 2, "something else than whole JSON"),
        (CHALLENGE, 1, "took this program for a robot .*wiki_login and wiki_api_key, or a user_agent .*dump"),
        (web_page(503, cf_mitigated="challenge"), 1, "took this program for a robot"),
        (rails_error(403, "User::PrivilegeError", "Access denied"), 1, "denies access .*permission"),
        (rails_error(404, "ActiveRecord::RecordNotFound", "Not found"), 1, "answered 404 .*check wiki_url"),
        (Fault(Reply(200, b'{"success": true}')), 1, "unknown form"),
        (Fault(Reply(200, b'["smile"]')), 1, "unknown form"),
        (Fault(Reply(301, b"", headers={"Location": "http://["})), 1, "moved to no valid address"),
        (Fault(Reply(200, b"[" * 100_000)), 2, "something else than whole JSON"),
    ],
)
def test_a_failure_that_stays_ends_the_stage(fault: Fault, requests: int, sentence: str) -> None:
    with FakeDanbooru() as wiki:
        wiki.always = fault
        with pytest.raises(StageError, match=sentence) as caught:
            list(source(wiki).pages(["smile"]))
        assert len(wiki.asked) == requests
    assert not str(caught.value).endswith(".")


def test_pages_read_before_the_failure_are_kept() -> None:
    names = named(1000)
    kept: list[Page] = []
    with FakeDanbooru(fake_of(names)) as wiki:
        found = source(wiki).pages(names)
        kept.append(next(found))
        wiki.always = web_page(503)
        with pytest.raises(StageError):
            kept.extend(found)
        assert len(kept) == len(asked_names(wiki)[0])
    assert all(page.known for page in kept)


@pytest.mark.parametrize("manner", ["whole", "chunked"])
def test_a_compressed_answer_is_read(manner: Literal["whole", "chunked"]) -> None:
    rows = json.dumps([{"name": name, "category": 0} for name in named(100)]).encode()
    packed = Reply(200, gzip.compress(rows), headers={"Content-Encoding": "gzip"})
    with FakeDanbooru() as wiki:
        wiki.always = Fault(packed, manner)
        assert all(page.known for page in pages(wiki, named(100)).values())


def test_a_compressed_answer_that_is_damaged_ends_the_stage_with_a_sentence() -> None:
    with FakeDanbooru() as wiki:
        wiki.always = Fault(Reply(200, b"no gzip at all", headers={"Content-Encoding": "gzip"}))
        with pytest.raises(StageError, match="broke off"):
            pages(wiki, ["smile"])


@pytest.mark.parametrize("fault", [SILENT, Fault(manner="soon")], ids=["silent", "promises without end"])
def test_a_wiki_that_does_not_begin_to_answer_is_tried_twice(fault: Fault) -> None:
    with FakeDanbooru() as wiki:
        wiki.always = fault
        with pytest.raises(StageError, match="did not answer in time"):
            list(source(wiki, Manners(per_second=1000, first_wait=0.01, first_deadline=0.2)).pages(["smile"]))
        assert len(wiki.asked) == 2


def test_a_wiki_that_never_answered_is_given_up_within_half_a_minute() -> None:
    manners = Manners(per_second=1)
    assert 2 * manners.first_deadline + manners.unreached_wait < 30


def test_an_offline_computer_is_told_at_once_how_to_go_on(caplog: pytest.LogCaptureFixture) -> None:
    manners = Manners(per_second=1000, first_wait=3600, longest_wait=3600, patience=7200)
    with pytest.raises(StageError):
        list(DanbooruSource(Access("http://no-such-host.invalid", manners)).pages(["smile"]))
    (line,) = caplog.messages
    assert "no-such-host.invalid cannot be reached" in line
    assert "the run goes on without the wiki (skip = True under [TagProvider] asks none)" in line


def test_a_wiki_that_is_away_is_given_up_when_the_patience_is_over() -> None:
    manners = Manners(per_second=1000, first_wait=0.2, longest_wait=0.2, tries=1000, patience=0.7)
    with FakeDanbooru() as wiki:
        wiki.always = web_page(502)
        with pytest.raises(StageError, match="overloaded or down"):
            list(source(wiki, manners).pages(["smile"]))
        assert 2 <= len(wiki.asked) <= 4


def test_a_dripping_answer_does_not_hold_the_run() -> None:
    manners = Manners(per_second=1000, first_wait=0.01, tries=2, deadline=0.5)
    with FakeDanbooru() as wiki:
        wiki.always = DRIP
        with pytest.raises(StageError, match="too slowly"):
            list(source(wiki, manners).pages(["smile"]))


def test_a_refused_connection_says_what_to_check() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    nowhere = DanbooruSource(Access(f"http://127.0.0.1:{port}", HASTY))
    with pytest.raises(StageError, match=r"cannot be reached .*check the network and wiki_url"):
        list(nowhere.pages(["smile"]))


def test_a_name_that_does_not_resolve_says_what_to_check() -> None:
    nowhere = DanbooruSource(Access("http://no-such-host.invalid", HASTY))
    with pytest.raises(StageError, match=r"no-such-host\.invalid cannot be reached"):
        list(nowhere.pages(["smile"]))


def test_a_wiki_that_says_when_to_come_back_is_asked_no_sooner() -> None:
    manners = Manners(per_second=1000, first_wait=0.01, longest_wait=2)
    with FakeDanbooru() as wiki:
        wiki.faults.append(rails_error(429, "RateLimiter::RateLimitError", "Slow down", Retry_After="1"))
        list(source(wiki, manners).pages(["smile"]))
        first, second = wiki.asked
    assert second.at - first.at >= 1


def test_a_wiki_that_wants_an_hour_of_rest_ends_the_stage_at_once() -> None:
    with FakeDanbooru() as wiki:
        wiki.always = web_page(503, Retry_After="3600")
        with pytest.raises(StageError, match="503"):
            list(source(wiki).pages(["smile"]))
        assert len(wiki.asked) == 1


def test_waits_grow_from_try_to_try() -> None:
    with FakeDanbooru() as wiki:
        wiki.faults.extend([TOO_FAST] * 3)
        list(source(wiki, Manners(per_second=1000, first_wait=0.1)).pages(["smile"]))
        gaps = [second.at - first.at for first, second in pairwise(wiki.asked)]
    assert all(gap >= wait for gap, wait in zip(gaps, (0.1, 0.2, 0.4), strict=True))


def test_requests_keep_the_pace() -> None:
    names = named(1000)
    with FakeDanbooru(fake_of(names)) as wiki:
        list(source(wiki, Manners(per_second=10)).pages(names))
        gaps = [second.at - first.at for first, second in pairwise(wiki.asked)]
    # The server notes when a request arrives, a little after it was sent.
    assert all(gap > 0.08 for gap in gaps)


def test_it_asks_no_more_than_five_times_a_second_and_waits_five_seconds_after_a_429_by_itself() -> None:
    names = named(600)
    started = time.monotonic()
    with FakeDanbooru(fake_of(names)) as wiki:
        list(DanbooruSource(Access(wiki.url, WIKIS["danbooru"].manners)).pages(names))
        assert len(wiki.asked) == 2
    assert time.monotonic() - started >= 0.2
    assert WIKIS["danbooru"].manners.first_wait >= 5


def test_the_program_and_the_user_are_named_to_the_wiki() -> None:
    with FakeDanbooru() as wiki:
        list(DanbooruSource(Access(wiki.url, HASTY, "Tagscribe/0.1.0 (by painter)")).pages(["smile"]))
        list(DanbooruSource(Access(wiki.url, HASTY, "")).pages(["smile"]))
        agents = [asked.headers["user-agent"] for asked in wiki.asked]
    assert agents == ["Tagscribe/0.1.0 (by painter)", "Tagscribe"]


@pytest.mark.parametrize("login", ["painter", "絵師"])
def test_credentials_are_sent_only_in_the_header(login: str) -> None:
    with FakeDanbooru(accounts={login: "s3cret"}) as wiki:
        assert [page.known for page in source(wiki, login=login, api_key="s3cret").pages(["smile"])] == [True]
        (asked,) = wiki.asked
    basic = base64.b64encode(f"{login}:s3cret".encode()).decode()
    assert asked.headers["authorization"] == f"Basic {basic}"
    assert "s3cret" not in asked.line and basic not in asked.line and not asked.body


def test_a_wrong_key_is_reported_at_once_and_never_shown(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with FakeDanbooru(accounts={"painter": "right"}) as wiki:
        with pytest.raises(StageError, match="correct wiki_login and wiki_api_key") as caught:
            list(source(wiki, login="painter", api_key="wr0ng").pages(["smile"]))
        assert len(wiki.asked) == 1
    assert "wr0ng" not in str(caught.value) + caplog.text


def test_a_redirect_is_not_followed() -> None:
    with FakeDanbooru(accounts={"painter": "s3cret"}) as wiki, FakeDanbooru() as elsewhere:
        wiki.always = Fault(Reply(302, b"", headers={"Location": f"{elsewhere.url}/tags.json?key=s3cret"}))
        with pytest.raises(StageError, match=r"moved to http://127\.0\.0\.1.*wiki_url") as caught:
            list(source(wiki, login="painter", api_key="s3cret").pages(["smile"]))
        assert elsewhere.asked == []
    assert "s3cret" not in str(caught.value)


def test_a_login_without_a_key_is_refused_before_anything_is_asked() -> None:
    with pytest.raises(UserError, match="belong together"):
        DanbooruSource(Access("http://localhost", HASTY, login="painter"))


def test_a_user_agent_of_two_lines_is_refused() -> None:
    with pytest.raises(UserError, match="user_agent"):
        DanbooruSource(Access("http://localhost", HASTY, "Tagscribe\r\nX-Evil: 1"))


def test_a_user_agent_beyond_ascii_is_escaped() -> None:
    with FakeDanbooru() as wiki:
        list(DanbooruSource(Access(wiki.url, HASTY, "Tagscribe/0.1.0 (by 絵師; 50%)")).pages(["smile"]))
        assert wiki.asked[0].headers["user-agent"] == "Tagscribe/0.1.0 (by %E7%B5%B5%E5%B8%AB; 50%)"


ASK_FOR_A_TAG = """
import sys
from settings.wikis import Manners
from wiki.danbooru import DanbooruSource
from wiki.source import Access
access = Access(sys.argv[1], Manners(per_second=10), "Tagscribe/test")
print([page.known for page in DanbooruSource(access).pages(["smile"])])
"""


def ask_in_process(url: str, **environment: str) -> str:
    run = subprocess.run(
        [sys.executable, "-c", ASK_FOR_A_TAG, url],
        cwd=Path(__file__).parents[2],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return run.stdout.strip() or run.stderr


def test_a_netrc_file_adds_no_credentials(tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("machine wiki.invalid login somebody password s3cret\n")
    with FakeDanbooru(TAGS) as proxy:
        ask_in_process("http://wiki.invalid", HOME=str(tmp_path), http_proxy=proxy.url)
        assert proxy.asked and all("authorization" not in asked.headers for asked in proxy.asked)


def test_a_proxy_of_the_environment_is_used_for_a_wiki_elsewhere() -> None:
    with FakeDanbooru(TAGS) as proxy:
        ask_in_process("http://wiki.invalid", http_proxy=proxy.url)
        assert "http://wiki.invalid/tags.json" in proxy.asked[0].line


def test_a_proxy_of_the_environment_is_not_used_for_a_wiki_on_this_computer() -> None:
    with FakeDanbooru(TAGS) as wiki, FakeDanbooru(TAGS) as proxy:
        assert ask_in_process(wiki.url, http_proxy=proxy.url, all_proxy=proxy.url) == "[True]"
        assert proxy.asked == []


def test_a_wiki_below_a_path_is_asked_there() -> None:
    with FakeDanbooru() as wiki:
        wiki.always = Fault(Reply(200, b"[]"))
        list(DanbooruSource(Access(wiki.url + "/mirror/", HASTY)).pages(["smile"]))
    assert wiki.asked[0].path == "/mirror/tags.json"
