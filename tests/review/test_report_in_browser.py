"""The report in a real browser, opened from disk."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys

from tests.fakes.albums import FIRST, Album
from tests.fakes.endpoint import FakeEndpoint
from tests.review.browser import Browser

HOSTILE = "</script><script>hacked=1</script><img src=x onerror=hacked=1>{{7*7}}<!-- &lt;b&gt;"
NO_STORAGE = "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no') } })"


@pytest.fixture
def album(tmp_path: Path) -> Album:
    return Album(tmp_path)


@pytest.fixture(scope="module")
def page_of_all_kinds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of nine pictures."""
    album = Album(tmp_path_factory.mktemp("album"))
    for name in ("cut", "draft", "edited", "refused", "waiting"):
        album.add(f"{name}.png")
    album.add("hat.png", "1girl, solo, hat, red dress, umbrella")
    album.add("miku.png", "1girl, solo, hatsune miku, vocaloid, twintails, smile")
    album.add("out.png", "1boy, shota, sex")
    album.add("two.png", "1girl, solo, umbrella")
    album.caption("miku", "Hatsune Miku from Vocaloid, a girl with twintails, smiles.", FIRST)
    album.caption("miku", "Hatsune Miku from Vocaloid smiles.", seconds=9.0, prompt_tokens=50)
    album.caption("hat", "A girl.")
    album.caption("two", "Two girls under an umbrella.")
    album.caption("draft", "A girl alone, smiling at somebody whom we do not see.", draft=True)
    album.caption("edited", "A girl.")
    album.by_hand("edited", "A girl smiles at nobody.")
    album.failure("refused", "refused", "the model declined: use another one")
    album.failure("cut", "cut off", "the answer ran into max_tokens")
    return album.write()


@pytest.fixture
def nine(browser: Browser, page_of_all_kinds: Path) -> Iterator[Browser]:
    """The browser with the report of nine pictures, as if it were opened for the first time."""
    browser.size(1280, 900)
    browser.open(page_of_all_kinds)
    yield browser
    browser.run("localStorage.clear()")


def names(browser: Browser) -> list[str]:
    """The pictures on the page, without their suffix."""
    return [text.removesuffix(".png") for text in browser.texts(".card h3")]


def open_picture(browser: Browser, name: str) -> None:
    """Open one of the pictures on the page."""
    at = names(browser).index(name)
    browser.run("arguments[0].click()", browser.find(f"[data-at='{at}']"))


def in_order_of_the_folder(browser: Browser) -> None:
    browser.choose("#sort", "As in the folder")
    browser.run("document.activeElement.blur()")


def opened(browser: Browser) -> str:
    """The picture that is open, "" when none is."""
    shown = browser.run("return document.querySelector('#detail').open")
    return browser.text("#detail-name").removesuffix(".png") if shown else ""


def test_the_page_sends_no_request_and_logs_no_error(browser: Browser, page_of_all_kinds: Path) -> None:
    browser.complaints()
    browser.requests()
    browser.open(page_of_all_kinds)
    browser.press("j", "ENTER")
    browser.wait(lambda: browser.run("return document.querySelector('#detail img')?.naturalWidth"))
    assert browser.complaints() == []
    asked = browser.requests()
    folder = page_of_all_kinds.parent.parent.as_uri()
    assert page_of_all_kinds.as_uri() in asked
    assert [url for url in asked if not url.startswith((f"{folder}/", "data:"))] == []


def test_the_page_cannot_send_a_request(nine: Browser) -> None:
    ask = "return fetch('http://127.0.0.1:9/').then(() => 'sent', (error) => String(error))"
    assert "Failed to fetch" in nine.run(ask)
    assert "Content Security Policy" in " ".join(nine.complaints())


@pytest.mark.skipif(os.name == "nt", reason="Windows has no file of such a name")
def test_hostile_texts_and_names_are_shown_as_text(browser: Browser, album: Album) -> None:
    first = album.add("a<img src=x onerror=hacked=1>{{7*7}}.png", f"1girl, {HOSTILE}")
    second = album.add("b<\\u003c/script><script>hacked=1.png")
    album.caption(first, HOSTILE, FIRST)
    album.caption(first, f"{HOSTILE} again")
    (album.project.descriptions / f"{first}.txt").write_text(HOSTILE, encoding="utf-8")
    album.failure(second, HOSTILE, HOSTILE)
    browser.complaints()
    browser.open(album.write())
    in_order_of_the_folder(browser)
    browser.run("arguments[0].focus()", browser.find(".open"))
    browser.press("ENTER")
    assert opened(browser) == first
    assert browser.text("#caption") == f"{HOSTILE} again"
    assert HOSTILE in browser.texts("#detail .prose")
    assert any("onerror" in text for text in browser.texts("#detail .tag"))
    browser.press("j")
    assert (opened(browser), browser.text("#detail .why")) == (second, HOSTILE)
    assert HOSTILE in browser.texts("#detail .badge")
    assert browser.run("return window.hacked ?? document.querySelectorAll('b, [onerror]').length") == 0
    assert browser.complaints() == []


def test_pictures_with_unusual_names_are_shown(browser: Browser, album: Album) -> None:
    for name in ("a b#c.png", "50% &amp; more.png", "deep/er/ünïcode 猫.png", "quo'te.png"):
        album.caption(album.add(name), "A girl.")
    browser.open(album.write())
    widths = "return [...document.querySelectorAll('.card img')].map((image) => image.naturalWidth)"
    browser.wait(lambda: browser.run(widths) == [32] * 4)


def test_a_picture_that_cannot_be_shown_has_a_placeholder(browser: Browser, album: Album) -> None:
    album.caption(album.add("a.tif"), "A girl.")
    album.caption(album.add("b.png"), "A girl.")
    page = album.write()
    (album.project.images / "b.png").unlink()
    browser.open(page)
    browser.wait(lambda: browser.texts(".empty") == ["No preview", "Not found"])


FILTERS = {
    "failed": ["cut", "refused"],
    "refused": ["refused"],
    "excluded": ["out"],
    "waiting": ["waiting"],
    "low": ["hat", "two"],
    "faulty": ["two"],
    "draft": ["draft"],
    "edited": ["edited"],
    "changed": ["edited", "miku"],
}


def test_each_filter_shows_its_pictures(nine: Browser) -> None:
    for state, shown in FILTERS.items():
        nine.click(f"[data-state={state}]")
        assert (state, sorted(names(nine))) == (state, shown)
        assert nine.text("#count") == f"{len(shown)} of 9 pictures"
        nine.click("#clear")
        assert (state, nine.text("#count")) == (state, "9 pictures")


SEARCHES = {
    "MIKU": ["miku"],
    "umbrella": ["hat", "two"],
    "girl umbrella two": ["two"],
    "nobody we know": [],
    "<b>": [],
    "(": [],
}


def test_a_search_finds_words_in_names_captions_and_tags(nine: Browser) -> None:
    for words, shown in SEARCHES.items():
        nine.write("#search", words)
        nine.wait(lambda: nine.text("#count") != "9 pictures")
        assert (words, sorted(names(nine))) == (words, shown)
        assert nine.text("#cards").startswith("No picture matches.") is not bool(shown), words
        nine.click("#clear")
        nine.wait(lambda: nine.text("#count") == "9 pictures")


def test_a_tag_a_character_and_a_bar_of_a_chart_filter_the_pictures(nine: Browser) -> None:
    nine.write("#tag", "umbrella")
    nine.wait(lambda: names(nine) == ["two", "hat"])
    nine.click("#clear")
    nine.choose("#character", "hatsune miku")
    assert names(nine) == ["miku"]
    nine.click("#clear")
    nine.click("#totals")
    nine.click("[aria-label='Failures refused: 1 picture']")
    assert names(nine) == ["refused"]
    assert nine.text("#active").startswith("Failures: refused")
    nine.click("[aria-label^='Remove the filter Failures']")
    assert len(names(nine)) == 9
    nine.click("#charts button[title='hat: 1 picture']")
    assert names(nine) == ["hat"]


def test_a_click_on_a_tag_shows_all_pictures_that_have_it(nine: Browser) -> None:
    open_picture(nine, "two")
    next(tag for tag in nine.all("#detail .tag") if tag.text.startswith("umbrella")).click()
    assert (opened(nine), names(nine)) == ("", ["two", "hat"])


# After each of them another picture is first.
ORDERS = [
    ("Needs attention first", "cut refused two waiting hat draft edited miku out"),
    ("Lowest coverage first", "two"),
    ("As in the folder", "cut draft"),
    ("Most contradictions first", "two"),
    ("Longest caption first", "draft"),
    ("Most tokens first", "miku"),
    ("Shortest caption first", "hat"),
    ("Slowest first", "miku"),
]


def test_each_order_puts_the_right_picture_first(nine: Browser) -> None:
    for order, first in ORDERS:
        nine.choose("#sort", order)
        assert (order, " ".join(names(nine))[: len(first)]) == (order, first)
        assert len(names(nine)) == 9


def test_the_old_and_the_new_caption_are_shown_side_by_side(nine: Browser) -> None:
    nine.click("[data-state=changed]")
    open_picture(nine, "miku")
    assert nine.texts("#detail .sides p") == [
        "Hatsune Miku from Vocaloid, a girl with twintails, smiles.",
        "Hatsune Miku from Vocaloid smiles.",
    ]
    assert nine.texts("#detail del") == ["Vocaloid, a girl with twintails, "]


def test_everything_works_with_the_keyboard(nine: Browser) -> None:
    in_order_of_the_folder(nine)
    nine.press("j", "j", "k", "j", "ENTER")
    assert opened(nine) == "draft"
    nine.press("j")
    assert opened(nine) == "edited"
    nine.press("ARROW_LEFT", "e")
    assert nine.run("return document.activeElement.id") == "caption-text"
    nine.press("j", "ESCAPE")
    assert (opened(nine), nine.text("#caption")[:6]) == ("draft", "A girl")
    nine.press("a")
    assert nine.find("#again").get_attribute("aria-pressed") == "true"
    nine.press("a", "ESCAPE")
    nine.wait(lambda: nine.run("return document.activeElement.textContent") == "draft.png")
    assert opened(nine) == ""
    nine.press("/", "j")
    assert nine.run("return [document.activeElement.id, document.activeElement.value]") == ["search", "j"]
    nine.press("BACKSPACE", "ESCAPE", "?")
    assert nine.run("return document.querySelector('#keys').open")
    nine.press("ESCAPE")
    nine.wait(lambda: not nine.run("return document.querySelector('#keys').open"))


def test_the_theme_follows_the_system_or_the_user(nine: Browser, page_of_all_kinds: Path) -> None:
    colour = "return getComputedStyle(document.body).backgroundColor"
    light = nine.run(colour)
    nine.size(1280, 900, dark=True)
    dark = nine.run(colour)
    nine.size(1280, 900)
    assert light != dark
    nine.press("t", "t")
    assert nine.run(colour) == dark
    nine.open(page_of_all_kinds)
    assert nine.run(colour) == dark


def test_every_control_has_a_name_and_shows_the_focus(nine: Browser) -> None:
    nameless = []
    for part in ("header, main", "#detail"):
        if part == "#detail":
            nine.press("j", "ENTER", "e")
        every = nine.all(f":is({part}) :is(button, input, select, textarea, a)")
        used = [each for each in every if each.is_displayed()]
        assert len(used) > 5
        nameless += [each.get_attribute("outerHTML") for each in used if not each.accessible_name]
    assert nameless == []
    nine.press("TAB")
    assert nine.run("return getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_nothing_overflows_at_any_width(nine: Browser) -> None:
    overhang = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
    for width in (320, 390, 768, 1280, 2200):
        nine.size(width, 800)
        assert (width, nine.run(overhang)) == (width, 0)
        open_picture(nine, "miku")
        assert (width, nine.run(overhang.replace("documentElement", "querySelector('#detail')"))) == (
            width,
            0,
        )
        nine.run("document.querySelector('#detail').close()")


def correct(browser: Browser, caption: str) -> None:
    """Write another caption for the picture that is open, and look at it."""
    name = opened(browser)
    browser.press("e")
    browser.write("#caption-text", caption)
    browser.click("#keep")
    open_picture(browser, name)


def saved(browser: Browser) -> Path:
    """The file that the browser saves."""
    for old in browser.downloads.iterdir():
        old.unlink()
    browser.run("document.querySelector('#detail')?.close()")
    browser.click("#save")
    browser.wait(lambda: list(browser.downloads.glob("*.json")))
    return next(browser.downloads.glob("*.json"))


def test_corrections_made_in_the_report_can_be_applied(browser: Browser, album: Album) -> None:
    for name in ("edit me", "leave me", "do me again"):
        album.caption(album.add(f"{name}.png"), "A girl.")
    project = album.project
    browser.open(album.write())
    browser.press("j", "a", "j", "ENTER")
    assert opened(browser) == "edit me"
    correct(browser, " In my own\nwords: <b>&amp;  “é”. ")
    assert browser.text("#caption") == "In my own words: <b>&amp; “é”."
    assert browser.text("#save") == "Save 2 corrections"
    browser.open(album.report)
    assert browser.text("#save") == "Save 2 corrections"
    result = project.run("--apply", str(saved(browser)))
    assert result.out.startswith(
        "1 caption of yours saved, which later runs keep; 1 picture to be captioned again by"
    )
    assert project.caption("edit me") == "In my own words: <b>&amp; “é”."
    browser.open(album.report)
    assert not browser.find("#save").is_displayed()
    browser.click("[data-state=again]")
    assert names(browser) == ["do me again"]
    with FakeEndpoint() as endpoint:
        project.set["Endpoint.url"] = endpoint.url
        assert "1 caption written; 2 there already" in project.run().out
    assert project.caption("edit me") == "In my own words: <b>&amp; “é”."
    assert project.caption("do me again") != "A girl."


def test_tags_turn_green_while_somebody_types_and_nothing_jumps(nine: Browser) -> None:
    tags = (
        "return [...document.querySelectorAll('#detail ul .tag')].map((tag) => tag.className.at(-1)).join('')"
    )
    place = """return [...document.querySelectorAll("#detail, #detail img")].map(
        (it) => [it.getBoundingClientRect().toJSON(), it.kept])"""
    open_picture(nine, "hat")
    nine.wait(lambda: nine.run("return document.querySelector('#detail img').complete"))
    nine.run("for (const it of document.querySelectorAll('#detail, #detail img')) it.kept = true")
    before = nine.run(place)
    assert nine.run(tags) == "ssmmm"
    nine.press("e")
    assert nine.run(place) == before
    for typed, marks, told in [
        ("A girl", "spmmm", "2 words, about 3 tokens of clip"),
        (" wears a red dress", "spmsm", "6 words, about 7 tokens of clip"),
        (" and hats", "spssm", "8 words, about 9 tokens of clip"),
        (" under a parasol", "spsss", "11 words, about 12 tokens of clip"),
    ]:
        if not typed.startswith(" "):
            nine.write("#caption-text", typed)
        else:
            nine.find("#caption-text").send_keys(typed)
        assert (nine.run(tags), nine.text("#length")) == (marks, told)
    assert nine.run(place) == before
    nine.find("#caption-text").send_keys(Keys.CONTROL, Keys.ENTER)
    nine.wait(lambda: opened(nine) == "")
    card = f"li:nth-child({names(nine).index('hat') + 1})"
    assert nine.text(f"{card} .badge.mine") == "your words, not saved yet"
    saved(nine)
    assert nine.text(f"{card} .badge.mine") == "your words, in corrections.json, not applied yet"
    assert "Nothing is changed until you run" in nine.text("#toast")


def test_many_captions_are_changed_at_once_previewed_and_undone(browser: Browser, album: Album) -> None:
    for name in ("cat", "catalogue", "none", "out"):
        album.add(f"{name}.png", "1girl, loli, nude" if name == "out" else "1girl, solo, smile")
    captions = {"cat": "A girl and a cat. The Cat sleeps.", "catalogue": "A girl reads a catalogue."}
    for name, text in captions.items():
        album.caption(name, text)
    browser.open(album.write())
    browser.press("r")
    browser.write("#bulk-find", "cat")
    browser.write("#bulk-words", "dog")
    assert browser.text("#bulk-count") == "1 caption would change, in 2 places."
    assert browser.texts("#bulk-preview ins") == ["dog. ", "dog "]
    browser.click("#bulk-whole")
    assert browser.text("#bulk-count") == "2 captions would change, in 3 places."
    browser.click("#bulk-whole")
    browser.click("#bulk-pattern")
    for pattern, told in [
        ("(cat", "This is no pattern yet: "),
        (r"^([^!]+)+!$", "This pattern takes too long on these captions"),
        (r"\b(\w+) and a (\w+)", "1 caption would change, in 1 place."),
    ]:
        browser.write("#bulk-find", pattern)
        browser.write("#bulk-words", "$2 and a $1")
        browser.wait(lambda told=told: browser.text("#bulk-count").startswith(told))  # type: ignore[misc]
    assert browser.texts("#bulk-preview ins") == ["cat ", "girl. "]
    browser.click("#bulk-pattern")
    browser.write("#bulk-find", "cat")
    browser.write("#bulk-words", "dog")
    browser.click("#bulk-do")
    browser.write("#search", "catalogue")
    browser.wait(lambda: names(browser) == ["catalogue"])
    browser.click("#replace")
    browser.choose("#bulk-act", "Put words before")
    browser.write("#bulk-words", "photo of")
    assert browser.text("#bulk-count") == "1 caption would change."
    browser.click("#bulk-do")
    browser.click("#replace")
    browser.click("#bulk-back")
    browser.click("#replace")
    browser.choose("#bulk-act", "Put words behind")
    browser.write("#bulk-words", ", at night")
    browser.click("#bulk-do")
    project = album.project
    assert project.run("--apply", str(saved(browser))).out.startswith("2 captions of yours saved")
    assert [project.caption(name) for name in captions] == [
        "A girl and a dog. The dog sleeps.",
        "A girl reads a catalogue., at night",
    ]
    assert project.run("--undo").out.startswith("Put back 2 captions")
    assert [project.caption(name) for name in captions] == list(captions.values())


def test_a_change_of_many_captions_leaves_json_and_xml_whole(browser: Browser, album: Album) -> None:
    for style, name in (("ideogram4", "json"), ("newbie", "xml")):
        project = album.project
        project.set["Interpreter.style"] = style
        album.add(f"{name}.png")
        assert project.run("--set", "Dataset.report=True").code == 0
        browser.open(album.report)
        before = browser.texts(".card .caption")
        browser.click("#replace")
        browser.choose("#bulk-act", "Put words before")
        browser.write("#bulk-words", "photo of")
        stay = "1 caption would be no JSON or XML of its style any more, and stays as it is"
        assert browser.text("#bulk-count") == f"0 captions would change; {stay}."
        browser.choose("#bulk-act", "Find and replace")
        browser.write("#bulk-find", "smil")
        browser.write("#bulk-words", "grinn")
        browser.click("#bulk-whole")
        assert browser.text("#bulk-count").startswith("1 caption would change")
        browser.click("#bulk-do")
        broken = {"picture": name, "caption": before[0][:-1]}
        corrections = album.project.folder / "broken.json"
        corrections.write_text(json.dumps({"version": 1, "corrections": [broken]}), encoding="utf-8")
        assert f"would not fit style = {style} any more" in project.run("--apply", str(corrections)).err
        assert "1 caption of yours saved" in project.run("--apply", str(saved(browser))).out
        (album.project.images / f"{name}.png").unlink()


def test_findings_lead_to_their_pictures_and_a_coverage_of_0_counts(browser: Browser, album: Album) -> None:
    for at in range(5):
        album.caption(album.add(f"{at}.png", "hat"), f"The image shows a hat of kind {at} in it.")
    album.caption(album.add("rain.png", "umbrella"), "It rains.")
    browser.open(album.write())
    assert names(browser)[0] == "rain"
    assert browser.texts(".score > span:nth-child(2)")[0] == "0 %"
    assert "83 % of the tags said" in browser.text("#totals")
    assert browser.all("#charts button[title='0–10 %: 1 picture']")
    browser.click("#findings summary")
    assert browser.texts("#findings li")[0].startswith("1 caption is far shorter than the rest")
    browser.all("#findings button")[0].click()
    assert names(browser) == ["rain"]


def test_a_caption_is_taken_from_a_comparison(browser: Browser, tmp_path: Path) -> None:
    album = Album(tmp_path)
    for name in ("equal", "other"):
        album.caption(album.add(f"{name}.png"), "My old words.")
    project = album.project
    project.set["Endpoint.url"] = "builtin"
    other = tmp_path / "other.ini"
    text = (tmp_path / "config.ini").read_text(encoding="utf-8")
    other.write_text(text.replace("\nsuffix =", "\nsuffix = Behind it."), encoding="utf-8")
    project.run("--compare", str(other))
    pages = tmp_path / "comparison"
    browser.open(pages / "compare.html")
    assert browser.texts(".take") == ["Take this one"] * 4
    wanted = browser.texts(".caption")[1]
    browser.all(".take")[1].click()
    assert browser.texts(".take")[1] == "Taken"
    browser.open(album.write())
    assert browser.text("#save") == "Save 1 correction"
    assert "1 caption of yours saved" in project.run("--apply", str(saved(browser))).out
    assert wanted in {project.caption(name) for name in ("equal", "other")}


def test_corrections_can_be_undone(nine: Browser) -> None:
    open_picture(nine, "draft")
    before = nine.text("#caption")
    correct(nine, "Something else.")
    assert not nine.find("#again").is_enabled()
    nine.click("#discard")
    assert nine.text("#caption") == before
    nine.press("e")
    nine.write("#caption-text", "")
    assert not nine.find("#keep").is_enabled()
    nine.press("ESCAPE")
    assert not nine.find("#save").is_displayed()


def test_an_excluded_picture_cannot_be_corrected(nine: Browser) -> None:
    nine.click("[data-state=excluded]")
    nine.press("j", "e", "a")
    assert nine.all("#edit, #again, #caption-text, #detail img") == []
    assert not nine.find("#save").is_displayed()


def test_without_storage_corrections_can_still_be_saved(browser: Browser, page_of_all_kinds: Path) -> None:
    stop = browser.before_each_page(NO_STORAGE)
    try:
        browser.complaints()
        browser.open(page_of_all_kinds)
        browser.press("t")
        open_picture(browser, "hat")
        correct(browser, "My own words.")
        file = json.loads(saved(browser).read_text(encoding="utf-8"))
        assert [entry["caption"] for entry in file["corrections"]] == ["My own words."]
        assert browser.complaints() == []
        open_picture(browser, "hat")
        browser.click("#discard")
    finally:
        stop()
