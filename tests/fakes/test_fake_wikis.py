"""The fake wikis answer as the facts about the real ones say; tests of the sources rest on this."""

from __future__ import annotations

import base64
import http.client
import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from tests.fakes.danbooru import FakeDanbooru
from tests.fakes.e621 import FakeE621
from tests.fakes.wiki import CANCELED, CHALLENGE, DRIP, DROP, HALF, TOO_FAST, FakeWiki, web_page
from tests.fakes.wiki_pages import TAGS, WikiTag

NAMED = {"User-Agent": "Tagscribe/test"}


def fetch(
    wiki: FakeWiki,
    path: str,
    headers: dict[str, str] | None = None,
    method: str = "GET",
    body: str | None = None,
) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(wiki.url.removeprefix("http://"), timeout=10)
    connection.request(method, path, body=body, headers=NAMED if headers is None else headers)
    return connection.getresponse()


def read(wiki: FakeWiki, path: str, parameters: dict[str, str] | None = None) -> Any:  # noqa: ANN401 (JSON can be anything)
    return json.loads(fetch(wiki, path + "?" + urlencode(parameters or {})).read())


def many(count: int) -> dict[str, WikiTag]:
    return {name: WikiTag(name, "A body.") for name in (f"tag_{number}" for number in range(count))}


def test_danbooru_finds_names_by_spaces_and_by_commas_and_leaves_out_what_is_missing() -> None:
    with FakeDanbooru() as wiki:
        by_space = read(wiki, "/tags.json", {"search[name_space]": "smile no_such_tag 1girl", "only": "name"})
        by_comma = read(wiki, "/tags.json", {"search[name_comma]": "smile,no_such_tag,1girl", "only": "name"})
    assert by_space == by_comma
    assert {row["name"] for row in by_space} == {"smile", "1girl"}


def test_danbooru_selects_nested_fields_and_omits_nested_records_that_are_not_there() -> None:
    only = "name,wiki_page[body],antecedent_alias[consequent_name,consequent_wiki[title]]"
    names = "miku 1girl commentary"
    with FakeDanbooru() as wiki:
        found = read(wiki, "/tags.json", {"search[name_space]": names, "only": only})
    rows = {row["name"]: row for row in found}
    assert rows["commentary"] == {"name": "commentary"}
    assert set(rows["1girl"]) == {"name", "wiki_page"} and set(rows["1girl"]["wiki_page"]) == {"body"}
    alias = {"consequent_name": "hatsune_miku", "consequent_wiki": {"title": "hatsune_miku"}}
    assert rows["miku"] == {"name": "miku", "antecedent_alias": alias}


def test_danbooru_gives_an_empty_list_where_there_could_be_several_nested_records() -> None:
    only = "name,antecedent_implications[consequent_name,status]"
    with FakeDanbooru() as wiki:
        found = read(wiki, "/tags.json", {"search[name_space]": "grin smile", "only": only})
        (plain,) = read(wiki, "/tags.json", {"search[name_space]": "grin"})
    implied = {row["name"]: row["antecedent_implications"] for row in found}
    assert implied == {"smile": [], "grin": [{"consequent_name": "smile", "status": "active"}]}
    assert "antecedent_implications" not in plain


def test_danbooru_gives_an_alias_the_category_of_its_target() -> None:
    with FakeDanbooru() as wiki:
        (row,) = read(wiki, "/tags.json", {"search[name_space]": "miku"})
    assert row["category"] == 4 and row["post_count"] == 0
    assert "antecedent_alias" not in row


@pytest.mark.parametrize(("limit", "rows"), [("", 20), ("7", 7), ("1000", 1000), ("5000", 1000)])
def test_danbooru_gives_20_rows_unless_told_and_never_more_than_1000(limit: str, rows: int) -> None:
    with FakeDanbooru(many(1100), largest=2000) as wiki:
        assert len(read(wiki, "/tags.json", {"limit": limit, "only": "name"})) == rows


def test_danbooru_answers_in_another_order_than_asked() -> None:
    with FakeDanbooru() as wiki:
        rows = read(wiki, "/tags.json", {"search[name_space]": "1girl smile", "only": "name"})
    assert [row["name"] for row in rows] == ["smile", "1girl"]


def test_danbooru_ends_lines_of_bodies_in_crlf() -> None:
    with FakeDanbooru() as wiki:
        page = read(wiki, "/wiki_pages/1girl.json")
    assert "\r\n\r\nh4. See also" in page["body"]


def test_danbooru_reads_digits_as_a_number_unless_a_tilde_leads() -> None:
    with FakeDanbooru() as wiki:
        assert read(wiki, "/wiki_pages/~39.json")["title"] == "39"
        assert read(wiki, "/wiki_pages/1.json")["title"] == "1girl"


def test_danbooru_says_in_json_that_a_page_is_missing() -> None:
    with FakeDanbooru() as wiki:
        response = fetch(wiki, "/wiki_pages/no_such_page.json")
        assert response.status == 404
        assert json.loads(response.read())["error"] == "ActiveRecord::RecordNotFound"


@pytest.mark.parametrize("agent", ["python-requests/2.32.3", "Mozilla/5.0 (X11; Linux)", ""])
@pytest.mark.parametrize("fake", [FakeDanbooru, FakeE621])
def test_libraries_browsers_and_the_nameless_get_a_web_page(
    fake: type[FakeDanbooru] | type[FakeE621], agent: str
) -> None:
    with fake() as wiki:
        response = fetch(wiki, "/tags.json", {"User-Agent": agent})
        assert response.status == 403
        assert response.headers["Content-Type"].startswith("text/html")
        assert response.headers["cf-mitigated"] == "challenge"


@pytest.mark.parametrize(("key", "status"), [("right", 200), ("wrong", 401), ("", 401)])
def test_danbooru_checks_credentials_only_when_they_are_sent(key: str, status: int) -> None:
    basic = "Basic " + base64.b64encode(f"painter:{key}".encode()).decode()
    with FakeDanbooru(accounts={"painter": "right"}) as wiki:
        assert fetch(wiki, "/tags.json", {**NAMED, "Authorization": basic}).status == status
        assert fetch(wiki, f"/tags.json?login=painter&api_key={key}").status == status
        assert fetch(wiki, "/tags.json").status == 200


def test_danbooru_cancels_a_query_for_too_many_names() -> None:
    with FakeDanbooru(largest=2) as wiki:
        response = fetch(wiki, "/tags.json?search%5Bname_space%5D=1girl+smile+solo")
        assert response.status == 500
        assert "QueryCanceled" in json.loads(response.read())["error"]


def test_danbooru_takes_a_form_for_a_question_when_told_so() -> None:
    body = "_method=get&search%5Bname_space%5D=1girl&only=name"
    headers = {**NAMED, "Content-Type": "application/x-www-form-urlencoded"}
    with FakeDanbooru() as wiki:
        assert json.loads(fetch(wiki, "/tags.json", headers, "POST", body).read()) == [{"name": "1girl"}]
        assert fetch(wiki, "/tags.json", headers, "POST", body.removeprefix("_method=get&")).status == 404


def test_danbooru_refuses_a_body_in_a_get() -> None:
    with FakeDanbooru() as wiki:
        assert fetch(wiki, "/tags.json", body="limit=1").status == 400


@pytest.mark.parametrize("fake", [FakeDanbooru, FakeE621])
def test_a_request_line_beyond_8_kb_is_refused(fake: type[FakeDanbooru] | type[FakeE621]) -> None:
    with fake() as wiki:
        assert fetch(wiki, "/tags.json?search=" + "x" * 8200).status == 414
        assert fetch(wiki, "/tags.json?search=" + "x" * 8100).status == 200


def test_e621_refuses_more_than_320_rows() -> None:
    with FakeE621() as wiki:
        assert fetch(wiki, "/tags.json?limit=321").status == 410
        assert fetch(wiki, "/tags.json?limit=320").status == 200


def test_e621_numbers_its_categories_otherwise() -> None:
    with FakeE621() as wiki:
        rows = read(wiki, "/tags.json", {"search[name]": "red_fox,highres"})
    assert {row["name"]: row["category"] for row in rows} == {"red_fox": 5, "highres": 7}


def test_e621_hides_empty_tags_unless_told_not_to() -> None:
    with FakeE621() as wiki:
        assert read(wiki, "/tags.json", {"search[name]": "miku"}) == []
        assert len(read(wiki, "/tags.json", {"search[name]": "miku", "search[hide_empty]": "false"})) == 1


def test_e621_takes_one_pattern_for_titles_and_throws_arrays_away() -> None:
    with FakeE621() as wiki:
        assert [page["title"] for page in read(wiki, "/wiki_pages.json", {"search[title]": "1gi*"})] == [
            "1girl"
        ]
        assert read(wiki, "/wiki_pages.json", {"search[title]": "1girl,solo"}) == []
        assert fetch(wiki, "/wiki_pages.json?" + quote("search[title][]") + "=1girl").status == 302


def test_e621_gives_a_page_that_moved_with_the_name_of_its_parent() -> None:
    with FakeE621() as wiki:
        page = read(wiki, "/wiki_pages/sakura_tree.json")
    assert page["parent"] == "cherry_blossoms" and page["body"] == "Moved."


def test_e621_gives_aliases_for_names_between_commas() -> None:
    asked = {"search[antecedent_name]": "miku,cherry_tree,1girl", "search[status]": "active"}
    with FakeE621() as wiki:
        assert [row["consequent_name"] for row in read(wiki, "/tag_aliases.json", asked)] == ["hatsune_miku"]


def test_e621_says_in_json_that_a_page_is_missing() -> None:
    with FakeE621() as wiki:
        response = fetch(wiki, "/wiki_pages/no_such_page.json")
        assert response.status == 404
        assert json.loads(response.read()) == {"success": False, "reason": "not found"}


def test_faults_come_one_after_the_other_and_then_the_truth() -> None:
    with FakeDanbooru() as wiki:
        wiki.faults.extend([TOO_FAST, CANCELED, CHALLENGE, web_page(200)])
        statuses = [fetch(wiki, "/wiki_pages/1girl.json").status for _ in range(5)]
    assert statuses == [429, 500, 403, 200, 200]
    assert len(wiki.asked) == 5


def test_a_429_says_nothing_about_when_to_come_back() -> None:
    with FakeDanbooru() as wiki:
        wiki.faults.append(TOO_FAST)
        assert fetch(wiki, "/tags.json").headers["Retry-After"] is None


def test_a_half_answer_ends_before_its_announced_length() -> None:
    with FakeDanbooru() as wiki:
        wiki.faults.append(HALF)
        with pytest.raises(http.client.IncompleteRead):
            fetch(wiki, "/wiki_pages/1girl.json").read()


def test_a_dropped_request_gets_no_answer() -> None:
    with FakeDanbooru() as wiki:
        wiki.faults.append(DROP)
        with pytest.raises(http.client.RemoteDisconnected):
            fetch(wiki, "/tags.json")


def test_a_dripping_answer_comes_byte_by_byte() -> None:
    with FakeDanbooru() as wiki:
        wiki.faults.append(DRIP)
        response = fetch(wiki, "/wiki_pages/1girl.json")
        assert response.read1() == b"{"


def test_what_was_asked_is_remembered() -> None:
    with FakeDanbooru() as wiki:
        fetch(wiki, "/tags.json?search%5Bname_space%5D=1girl+6%2Bgirls")
    (asked,) = wiki.asked
    assert (asked.method, asked.path) == ("GET", "/tags.json")
    assert asked.one("search[name_space]") == "1girl 6+girls"
    assert asked.headers["user-agent"] == "Tagscribe/test"


def test_every_alias_and_category_of_the_shared_tags_is_one_that_exists() -> None:
    assert all(tag.alias_of in TAGS for tag in TAGS.values() if tag.alias_of)
    assert len(TAGS) > 60
