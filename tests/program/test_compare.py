"""--compare: two configurations caption the same pictures, without touching existing captions."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

import config
from captioning import eventlog
from captioning.project import Project as DataSet
from commands.comparison import common_pictures, labels, read_configurations, run_comparison
from errors import ExitCode, UserError
from events import happened
from llm.embedded import NoConsent
from llm.trouble import HIDDEN
from tests.fakes.answers import completion
from tests.fakes.endpoint import FakeEndpoint, Status
from tests.program.project import Project, Result
from tests.review.browser import Browser

REFUSAL = "I'm sorry, but I can't help with that."
HOSTILE = "</script><script>hacked=1</script><img src=x onerror=hacked=1>{{7*7}}<!-- &lt;b&gt;"
THINGS = ("hat", "umbrella", "kimono", "scarf")
GOOD = {thing: f"A girl with a {thing}." for thing in THINGS}
BAD = {"hat": REFUSAL, "umbrella": REFUSAL, "kimono": "A girl.", "scarf": "Two girls in a scarf."}


def answering(answers: Mapping[str, str], **further: Any) -> FakeEndpoint:  # noqa: ANN401 - as it takes them
    """A server with an answer for each thing in the tags."""

    def answer(body: Mapping[str, Any]) -> str:
        # Only the tags of the picture are at the end of the last message.
        asked = json.dumps(body["messages"][-1])
        return next(text for thing, text in answers.items() if f"1girl, {thing}" in asked)

    return FakeEndpoint(answer=answer, **further)


class Desk:
    """A user's folder with pictures and two configurations."""

    def __init__(self, folder: Path, things: tuple[str, ...] = THINGS) -> None:
        self.project = Project(folder)
        self.project.set.clear()
        self.folder = folder
        self.page = folder / "comparison" / "compare.html"
        for thing in things:
            self.project.add(f"{thing}.png", f"1girl, {thing}")

    def write(self, name: str, url: str, model: str = "tiny", **settings: str) -> Path:
        """Write a configuration, with settings such as `Interpreter__skip="True"`."""
        chosen = {"Endpoint.url": url, "Endpoint.model": model, "Endpoint.retries": "1"}
        chosen |= {"Interpreter.repairs": "0", "Interpreter.floor": "none"}
        chosen |= {key.replace("__", "."): value for key, value in settings.items()}
        sections: dict[str, list[str]] = {}
        for place, value in chosen.items():
            section, _, key = place.partition(".")
            sections.setdefault(section, []).append(f"{key} = {value}")
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = "\n".join(f"[{section}]\n" + "\n".join(lines) for section, lines in sections.items())
        path.write_text(text, encoding="utf-8")
        return path

    def compare(self, *arguments: str, other: str = "other.ini") -> Result:
        """Compare config.ini with the other one."""
        return self.project.run("--compare", str(self.folder / other), *arguments)

    def files(self) -> dict[str, tuple[bytes, int]]:
        """Every file outside the comparison, with its time."""
        found = (path for path in self.folder.rglob("*") if path.is_file())
        return {
            str(path): (path.read_bytes(), path.stat().st_mtime_ns)
            for path in found
            if "comparison" not in path.relative_to(self.folder).parts[0]
        }


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def table(result: Result) -> dict[str, list[str]]:
    """The rows of the table on stdout."""
    rows = (re.split(r" {3,}", line.strip()) for line in result.out.splitlines())
    return {row[0]: row[1:] for row in rows if len(row) == 3}


def tokens_in(endpoint: FakeEndpoint, pictures: int) -> str:
    """What the endpoint counted, for each picture."""
    spent = sum(completion(request.body, "")["usage"]["prompt_tokens"] for request in endpoint.requests)
    return f"{spent / pictures:,.1f}"


def test_the_table_has_exact_figures_and_existing_files_are_not_touched(desk: Desk) -> None:
    for folder in (desk.project.captions, desk.project.descriptions):
        folder.mkdir()
        (folder / "hat.txt").write_text("My own words.", encoding="utf-8")
    known = {"hat": {"description": "A thing on a head.", "category": "general"}}
    desk.project.cache.write_text(json.dumps(known), encoding="utf-8")
    with answering(GOOD, models=("good",)) as good, answering(BAD, models=("bad",)) as bad:
        desk.write("config.ini", good.url, "good")
        desk.write("other.ini", bad.url, "bad")
        before = desk.files()
        result = desk.compare()
        asked = tokens_in(good, 4), tokens_in(bad, 4)
    assert result.code == 1, result
    assert desk.files() == before
    rows = table(result)
    seconds = rows.pop("seconds per picture")
    assert all(float(each) >= 0 for each in seconds)
    assert rows == {
        "model": ["good", "bad"],
        "captions": ["4 of 4", "2 of 4"],
        "coverage, mean": ["100.0 %", "47.5 %"],
        "coverage where both have a caption": ["100.0 %", "47.5 %"],
        "contradicted tags per caption": ["0.00", "0.50"],
        "faults per caption": ["0.00", "0.50"],
        "words per caption, median": ["5", "3.5"],
        "captions failed": ["0", "2"],
        "refused": ["0", "2"],
        "requests per picture": ["1.00", "1.50"],
        "tokens in per picture": list(asked),
        "tokens out per picture": ["5.0", "9.8"],
    }
    lines = result.out.splitlines()
    assert "config.ini" in lines[0]
    assert "other.ini" in lines[0]
    assert "over 4 pictures (all that both can caption)" in lines[0]
    assert lines[1].startswith("TagProvider: not run")
    assert lines[-1] == f"See them side by side in {desk.page}."
    folder = desk.folder / "comparison"
    assert (folder / "config" / "captions" / "scarf.txt").read_text(encoding="utf-8") == GOOD["scarf"]
    assert (folder / "other" / "captions" / "scarf.txt").read_text(encoding="utf-8") == BAD["scarf"]
    assert not (folder / "other" / "captions" / "hat.txt").exists()


def test_meanings_come_from_the_cache_and_no_wiki_is_asked(desk: Desk) -> None:
    known = {"hat": {"description": "A thing on a head.", "category": "general"}}
    desk.project.cache.write_text(json.dumps(known), encoding="utf-8")
    with answering(GOOD) as good, FakeEndpoint() as wiki:
        for name in ("config.ini", "other.ini"):
            settings = {"TagProvider__wiki_url": wiki.url, "Tags__describe": "all"}
            desk.write(name, good.url, **settings)
        result = desk.compare()
        sent = json.dumps([request.body for request in good.requests])
        assert wiki.received == []
    assert result.code == 0, result
    assert "A thing on a head." in sent
    assert not (desk.project.captions / ".tags.jsonl").exists()


def test_descriptions_are_made_again_or_read_from_their_folder(desk: Desk) -> None:
    desk.project.descriptions.mkdir()
    for thing in THINGS:
        (desk.project.descriptions / f"{thing}.txt").write_text("As seen before.", encoding="utf-8")
    template = {"Interpreter__prompt_template_file": "interpreter_prompt_template_short.txt"}
    with FakeEndpoint(answer=lambda body: "A girl by a lighthouse.") as seeing, answering(GOOD) as writing:
        desk.write("config.ini", writing.url, **template)
        desk.write(
            "other.ini",
            writing.url,
            Interrogator__skip="False",
            Interrogator__url=seeing.url,
            Interrogator__model="eyes",
            **template,
        )
        before = desk.files()
        result = desk.compare()
        sent = [json.dumps(request.body) for request in writing.requests]
        assert len(seeing.requests) == 4, result.err
    assert result.code == 0, result
    assert desk.files() == before
    assert [("As seen before." in body, "lighthouse" in body) for body in sent] == (
        [(True, False)] * 4 + [(False, True)] * 4
    )
    assert table(result)["vision model"] == ["–", "eyes"]
    assert table(result)["requests per picture"] == ["1.00", "2.00"]
    assert "A girl by a lighthouse." in desk.page.read_text(encoding="utf-8")


def test_a_second_comparison_shows_nothing_of_the_first(desk: Desk) -> None:
    with answering(GOOD) as good, answering(BAD) as bad:
        desk.write("config.ini", good.url)
        desk.write("other.ini", good.url)
        desk.compare()
        kept = desk.folder / "comparison" / "other" / "captions"
        (kept / "umbrella.txt").write_text("My own words.", encoding="utf-8")
        desk.write("other.ini", bad.url)
        result = desk.compare()
    assert table(result)["captions"] == ["4 of 4", "2 of 4"]
    assert sorted(path.name for path in kept.glob("*.txt")) == ["kimono.txt", "scarf.txt", "umbrella.txt"]
    assert "My own words." not in desk.page.read_text(encoding="utf-8")


def test_two_files_of_one_name_are_kept_apart(desk: Desk) -> None:
    desk.write("a/config.ini", "builtin", Dataset__images="../images")
    desk.write("b/config.ini", "builtin", Dataset__images="../images")
    desk.project.folder = desk.folder / "a"
    result = desk.compare(other="b/config.ini")
    assert result.code == 0, result
    assert "Comparing a/config.ini with b/config.ini" in result.out
    captions = (desk.folder / "a" / "comparison").glob("*/captions/hat.txt")
    assert sorted(path.parts[-3] for path in captions) == ["a-config", "b-config"]


@pytest.mark.parametrize(
    ("files", "named"),
    [
        (("config.ini", "other.ini"), ["config.ini", "other.ini"]),
        (("a/config.ini", "b/config.ini"), ["a/config.ini", "b/config.ini"]),
        (("a/x/config.ini", "b/x/config.ini"), ["a/x/config.ini", "b/x/config.ini"]),
        (("config.ini", "Config.ini"), ["config.ini", "Config.ini"]),
    ],
)
def test_labels_are_the_shortest_ends_of_paths_that_differ(files: tuple[str, str], named: list[str]) -> None:
    assert labels([Path("/home") / each for each in files]) == named


def test_the_sample_is_the_same_each_time_and_part_of_any_larger_one(tmp_path: Path) -> None:
    desk = Desk(tmp_path, tuple(f"thing{number}" for number in range(30)))
    desk.project.add("none.png").with_suffix(".txt").unlink()
    desk.project.add("out.png", "1girl, loli, nude")
    data_set = DataSet(config.load(desk.write("config.ini", "builtin")))

    def drawn(count: int) -> list[str]:
        one, other = common_pictures(data_set, data_set, count)
        assert one == other
        return [picture.stem_name for picture in one]

    assert drawn(5) == ["thing2", "thing7", "thing11", "thing18", "thing22"]
    assert set(drawn(5)) < set(drawn(12))
    before = drawn(12)
    desk.project.add("added.png")
    data_set = DataSet(config.load(desk.folder / "config.ini"))
    assert len(set(before) - set(drawn(12))) <= 1
    assert sorted(drawn(99)) == sorted(["added", *(f"thing{number}" for number in range(30))])


@pytest.mark.usefixtures("usual_ports")
def test_where_no_server_is_found_the_composer_is_compared_and_the_table_says_so(desk: Desk) -> None:
    desk.write("config.ini", "auto", Interrogator__skip="False")
    desk.write("other.ini", "builtin")
    result = desk.compare("--sample", "2")
    assert result.code == 0, result
    assert "config.ini: no model server answers on this computer, so the composer is compared" in result.out
    assert "config.ini: Interrogator skipped, there is no model to ask." in result.out
    assert "other.ini: url = builtin, so the composer is compared" in result.out
    rows = table(result)
    assert rows["model"] == ["composer", "composer"]
    assert rows["captions"] == ["2 of 2", "2 of 2"]
    assert rows["requests per picture"] == rows["tokens in per picture"] == ["–", "–"]


def test_a_configuration_in_which_everything_fails_is_still_shown(tmp_path: Path) -> None:
    desk = Desk(tmp_path, tuple(f"thing{number}" for number in range(22)))
    with FakeEndpoint(answer=lambda body: REFUSAL) as refusing:
        desk.write("config.ini", refusing.url, Endpoint__retries="0", Endpoint__concurrency="1")
        desk.write("other.ini", "builtin")
        result = desk.compare("--sample", "22")
    assert result.code == 2
    assert result.err.startswith("caption.py: config.ini: the first 20 failed and none succeeded")
    rows = table(result)
    assert rows["captions"] == ["0 of 22", "22 of 22"]
    assert rows["coverage, mean"][0] == "–"
    assert (rows["refused"], rows["not tried"]) == (["20", "0"], ["2", "0"])
    assert desk.page.exists()


def test_the_second_does_not_start_if_the_first_cannot_run(desk: Desk) -> None:
    with answering(GOOD) as good, FakeEndpoint(faults=(Status(401),)) as locked:
        desk.write("config.ini", locked.url)
        desk.write("other.ini", good.url)
        result = desk.compare()
        assert good.requests == []
        assert result.code == 2
        assert result.err.startswith(f"caption.py: config.ini: {locked.url} answered 401")
        desk.write("other.ini", locked.url)
        desk.write("config.ini", good.url)
        result = desk.compare()
    assert result.code == 2
    assert result.err.startswith(f"caption.py: other.ini: {locked.url} answered 401")
    assert table(result)["captions"] == ["4 of 4", "0 of 4"]


def test_mistakes_in_the_files_are_reported_before_the_first_request(desk: Desk) -> None:
    with answering(GOOD) as good:
        mine = desk.write("config.ini", good.url)
        (desk.folder / "elsewhere").mkdir()
        desk.write("empty.ini", good.url, Dataset__images="elsewhere")
        desk.write("skip.ini", good.url, Interpreter__skip="True")
        desk.write("typo.ini", good.url, Interpreter__languag="en")
        desk.write("template.ini", good.url, Interpreter__prompt_template_file="missing.txt")
        messages = {name: message_of(desk, name) for name in ("none", "empty", "skip", "typo", "template")}
        messages["config"] = message_of(desk, "config")
        assert good.received == []
    assert messages["none"] == (
        f"there is no file {desk.folder / 'none.ini'}: name the other configuration after --compare"
    )
    assert messages["config"] == f"{mine} is the configuration itself: name another one after --compare"
    assert messages["empty"].startswith("there is no picture that both would caption")
    assert messages["skip"].startswith("skip.ini: [Interpreter] skip = True leaves no captions")
    assert "did you mean language?" in messages["typo"]
    assert messages["typo"].startswith(str(desk.folder / "typo.ini"))
    assert messages["template"].startswith("template.ini: ")
    assert "missing.txt" in messages["template"]


def message_of(desk: Desk, name: str) -> str:
    """The error with which a comparison ends, without starting a process."""
    import asyncio

    files = (desk.folder / "config.ini", desk.folder / f"{name}.ini")
    with pytest.raises(UserError) as raised:
        both = read_configurations(files, ())
        asyncio.run(run_comparison(both, desk.folder, 20, lambda line: None, NoConsent()))
    return str(raised.value)


def test_several_mistakes_of_one_configuration_are_a_line_each_below_its_name(desk: Desk) -> None:
    desk.write("config.ini", "builtin")
    desk.write("other.ini", "builtin", Interpreter__prompt_template_file="missing.txt, gone.txt")
    first, *mistakes = desk.compare().err.splitlines()
    assert first == "caption.py: other.ini: style and templates cannot be used as they are:"
    assert len(mistakes) == 2 and all("does not exist: correct" in each for each in mistakes)


def test_the_log_has_the_settings_and_events_of_both_and_no_secret(desk: Desk) -> None:
    log = desk.folder / "log.jsonl"
    with FakeEndpoint() as one, FakeEndpoint() as other:
        desk.write("config.ini", one.url, Endpoint__api_key="marked-one")
        desk.write("other.ini", other.url, Endpoint__api_key="marked-other")
        # A server may send back what it was sent.
        other.script(Status(400, '{"error": {"message": "is marked-other your key?"}}'))
        result = desk.compare("--log", str(log))
    assert result.code == 1, result
    kept = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert (kept[0]["event"], kept[-1]["event"], kept[-1]["exit_code"]) == ("start", "end", 1)
    assert kept[0]["settings"]["interpreter"]["endpoint"]["url"] == one.url
    assert kept[0]["compared_with"]["interpreter"]["endpoint"]["url"] == other.url
    ended = [each for each in kept if each["event"] == "stage end"]
    assert [each["stage"] for each in ended] == ["config.ini Interpreter", "other.ini Interpreter"]
    assert [(each["done"], each["failed"]) for each in ended] == [(4, 0), (3, 1)]
    assert "marked" not in log.read_text(encoding="utf-8").replace(str(desk.folder), "")


def test_the_log_hides_the_secrets_of_both(desk: Desk) -> None:
    log = desk.folder / "log.jsonl"
    both = [
        config.load(desk.write(f"{name}.ini", "builtin", Endpoint__api_key=f"marked-{name}"))
        for name in ("one", "other")
    ]

    async def run() -> ExitCode:
        happened("example", words="marked-one and marked-other")
        return ExitCode.DONE

    asyncio.run(eventlog.logged(log, both, run))
    line = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()][1]
    assert line["words"] == f"{HIDDEN} and {HIDDEN}"


def test_a_missing_file_is_reported_in_one_sentence(desk: Desk) -> None:
    result = desk.compare(other="none.ini")
    assert result.code == 2
    assert result.err == (
        f"caption.py: there is no file {desk.folder / 'none.ini'}: "
        "name the other configuration after --compare\n"
    )


def test_among_pictures_the_folder_is_hidden_from_the_search_for_tag_files(desk: Desk) -> None:
    settings = {"Dataset__images": ".", "Dataset__report": "False"}
    desk.write("config.ini", "builtin", **settings)
    desk.write("other.ini", "builtin", **settings)
    result = desk.compare()
    assert result.code == 0, result
    assert (desk.folder / ".comparison" / "compare.html").exists()
    assert "no picture has the name of this tag file" not in desk.project.run().out


def hostile(folder: Path, stack: ExitStack) -> Desk:
    """A comparison in which all texts of others are hostile."""
    said = f"A girl with a hat. {HOSTILE}"
    servers = [
        stack.enter_context(FakeEndpoint(answer=lambda body, text=text: text))  # type: ignore[misc]
        for text in (said, "A girl.")
    ]
    refusing = stack.enter_context(FakeEndpoint(faults=(Status(400, json.dumps({"error": HOSTILE})),)))
    desk = Desk(folder, ())
    names = ["a b#c"] if os.name == "nt" else ["a<img src=x onerror=hacked=1>{{7*7}}", "50% &amp; more"]
    for name in names:
        desk.project.add(f"{name}.png", f"1girl, hat, {HOSTILE.replace(',', '')}")
    desk.write("config.ini", servers[0].url, f"<b>{HOSTILE}", Interpreter__strip="^never$")
    desk.write("other.ini", refusing.url, "tiny")
    return desk


def test_hostile_texts_are_text_in_the_page(tmp_path: Path) -> None:
    with ExitStack() as stack:
        desk = hostile(tmp_path, stack)
        desk.compare()
    page = desk.page.read_text(encoding="utf-8")
    body = page.partition("<body>")[2].partition("<script>")[0]
    assert "<img src=x" not in body
    assert "<b>" not in body
    assert "hacked=1&gt;" in body
    assert (page.count("<script>"), page.count("</script>")) == (1, 2)


def test_the_page_shows_both_sorts_them_and_sends_no_request(browser: Browser, desk: Desk) -> None:
    with answering(GOOD) as good, answering(BAD) as bad:
        desk.write("config.ini", good.url)
        desk.write("other.ini", bad.url)
        desk.compare()
    browser.complaints()
    browser.requests()
    browser.size(1280, 2400)
    browser.open(desk.page)
    names = ".pair h3"
    assert browser.texts(names) == ["hat.png", "umbrella.png", "scarf.png", "kimono.png"]
    browser.choose("#sort", "As in the folder")
    assert browser.texts(names) == ["hat.png", "kimono.png", "scarf.png", "umbrella.png"]
    browser.choose("#sort", "Where other.ini covers more")
    assert browser.texts(names)[0] == "kimono.png"
    scarf = ".pair[data-at='2']"
    assert browser.texts(f"{scarf} .caption") == [GOOD["scarf"], BAD["scarf"]]
    assert browser.texts(f"{scarf} .mark-c") == ["1girl, contradicted"]
    assert browser.texts(f"{scarf} .mark-s") == ["1girl, said", "scarf, said", "scarf, said"]
    assert browser.texts(".pair[data-at='0'] .badge") == ["refused"]
    widths = "return [...document.querySelectorAll('.pair img')].map((image) => image.naturalWidth)"
    browser.wait(lambda: browser.run(widths) == [32] * 4)
    browser.click("#theme")
    assert browser.run("return document.documentElement.dataset.theme") == "light"
    assert browser.complaints() == []
    folder = desk.folder.as_uri()
    assert [url for url in browser.requests() if not url.startswith((f"{folder}/", "data:"))] == []


def test_no_hostile_text_is_run_in_a_browser(browser: Browser, tmp_path: Path) -> None:
    with ExitStack() as stack:
        desk = hostile(tmp_path, stack)
        desk.compare()
    browser.complaints()
    browser.open(desk.page)
    assert browser.run("return window.hacked ?? document.querySelectorAll('b, [onerror]').length") == 0
    assert browser.complaints() == []
