"""Stage 1: few requests, each page and sentence kept at once, and bad days that end in a sentence."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

import stage_runner
from dataset.json_lines import JsonLines
from errors import UserError
from llm import answers
from llm.concurrency import Concurrency
from llm.endpoint import Endpoint
from page_summaries.summarizing import NoSentenceError, sentence_in, sentences_in, summary_without_model
from progress import Bar
from settings import EndpointSettings, TagProviderSettings
from settings.wikis import Manners
from stage_runner import Tally
from tag_provider import TagProvider
from tests.fakes.answers import Json, gists, pages_in, sentence_about
from tests.fakes.danbooru import FakeDanbooru
from tests.fakes.endpoint import FakeEndpoint, Reply, Status
from tests.fakes.wiki import CANCELED, CHALLENGE, DROP, HALF, TOO_FAST, Fault, web_page
from tests.fakes.wiki_pages import TAGS, WikiTag
from tests.program.project import Project
from wiki import cache as tags_cache
from wiki.cache import BY_FIRST_SENTENCE, BY_NO_PAGE, BY_NO_TAG, BY_PAGE, Cache, Entry
from wiki.danbooru import DanbooruSource
from wiki.source import Access, Page, Source
from wiki.tag_meanings import load_glossary

HASTY = Manners(per_second=10_000, first_wait=0.01, longest_wait=0.02, first_deadline=2, deadline=5)


def today() -> str:
    """The day of the test, not of the file's import: a long run of tests may begin the day before."""
    return date.today().isoformat()


def page(tag: str, **changes: str | int | tuple[str, ...]) -> Page:
    """A page of two sentences, which a model has to sum up."""
    text = f"A {tag} is worn on the head by sailors. There are many kinds of {tag}."
    return replace(Page(tag, tag, text, "general", 100, known=True), **changes)  # type: ignore[arg-type]


class Shelf:
    """A wiki of pages that a test puts there; `before` is called with the number of each, and may raise."""

    name = "shelf"

    def __init__(self, *pages: Page, before: Callable[[int], object] = lambda number: None) -> None:
        self._pages = {each.tag: each for each in pages}
        self._before = before
        self.asked: list[str] = []

    def pages(self, tags: Sequence[str]) -> Iterator[Page]:
        self.asked += tags
        for number, tag in enumerate(tags):
            self._before(number)
            yield self._pages.get(tag) or Page.unknown(tag)


class Stage:
    """Stage 1 in a folder of its own, as a run has it: gather, run, save."""

    def __init__(
        self, folder: Path, source: Source, model: FakeEndpoint, concurrency: int = 2, min_post_count: int = 0
    ) -> None:
        endpoint = EndpointSettings(concurrency=concurrency, retries=1)
        chosen = TagProviderSettings.model_validate(
            {"min_post_count": min_post_count}, context={"folder": folder}
        )
        self.path, self.log = folder / "tags_cache.json", JsonLines(folder / ".tags.jsonl")
        self.endpoint = Endpoint(endpoint, model.url, "tiny", Concurrency(endpoint.concurrency))
        self.tags: Sequence[str] = ()
        self.provider = TagProvider(
            chosen, source, tags_cache.load(self.path), self.log, lambda: self.tags, self.endpoint
        )

    def wanted(self, tags: Sequence[str]) -> int:
        self.tags = tags
        return self.provider.due().total

    def run(self, tags: Sequence[str]) -> Tally:
        return asyncio.run(self._run(tags))

    async def _run(self, tags: Sequence[str]) -> Tally:
        self.tags = tags
        bar, tally = Bar("Tags", None), Tally()
        try:
            await stage_runner.run(self.provider, self.provider.due().items, bar, tally)
        finally:
            bar.close()
            await self.endpoint.close()
        return tally

    def entries(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.path.read_text(encoding="utf-8"))
        return found


def logged(folder: Path) -> list[dict[str, Any]]:
    return list(JsonLines(folder / ".tags.jsonl").read())


@pytest.fixture
def model() -> Iterator[FakeEndpoint]:
    with FakeEndpoint(answer=gists) as running:
        yield running


def test_five_pages_share_a_request_and_each_gets_its_sentence(tmp_path: Path, model: FakeEndpoint) -> None:
    tags = [f"hat_{number}" for number in range(10)]
    shelf = Shelf(*map(page, tags[:9]), page("hat_9", name="cap_9", category="character"))
    stage = Stage(tmp_path, shelf, model)
    tally = stage.run(tags)
    assert len(model.requests) == 2
    assert (tally.done, tally.failures) == (10, [])
    entry = {"source": "shelf", "fetched": today(), "by": "tiny", "post_count": 100}
    assert stage.entries()["hat_3"] == {
        "description": sentence_about("hat 3"),
        "category": "general",
        **entry,
    }
    assert stage.entries()["hat_9"] == {
        "description": sentence_about("cap 9"),
        "category": "character",
        "alias_of": "cap_9",
        **entry,
    }
    assert not stage.log.path.exists()


def test_a_page_that_is_a_short_plain_sentence_needs_no_model(tmp_path: Path, model: FakeEndpoint) -> None:
    plain = "A cap with a flat top and a small peak."
    stage = Stage(tmp_path, Shelf(page("cap", text=plain), page("an_artist", category="artist")), model)
    assert stage.run(["cap", "an_artist"]).done == 2
    assert model.requests == []
    assert (stage.entries()["cap"]["description"], stage.entries()["cap"]["by"]) == (plain, BY_PAGE)
    assert stage.entries()["an_artist"]["description"] == "A an_artist is worn on the head by sailors."


@pytest.mark.parametrize(
    "text",
    [
        "A cap with *stars* on it.",
        "A cap. It is flat.",
        "A cap that looks like long_hair.",
        "Kappe mit flachem Deckel und kleinem Schirm, die von Matrosen auf dem Kopf getragen wird.",
        "A cap without a full stop",
        "This tag is for caps of all kinds.",
        "A cap " + "of many colours " * 9 + "and shapes.",
    ],
)
def test_a_page_of_any_other_form_goes_to_the_model(text: str) -> None:
    assert summary_without_model(page("cap", text=text), 0) is None


def test_rare_tags_can_be_left_with_the_first_sentence_of_their_page(
    tmp_path: Path, model: FakeEndpoint
) -> None:
    shelf = Shelf(page("rare", post_count=9), page("common", post_count=10))
    stage = Stage(tmp_path, shelf, model, min_post_count=10)
    stage.run(["rare", "common"])
    assert pages_in(model.requests[0].body) == ["common"]
    assert stage.entries()["rare"]["description"] == "A rare is worn on the head by sailors."


# What a model answers


def reply(text: str | None, finish_reason: str = "stop") -> answers.Reply:
    return answers.Reply(text, finish_reason, "tiny", answers.Usage(1, 1, 0, 1), 0.1)


PAGES = [page("ahoge"), page("dog_tags"), page("blue_eyes")]
GOOD = ["A lock of hair stands up.", "Dog tags hang on a chain.", "Eyes with a blue iris."]


@pytest.mark.parametrize(
    "text",
    [
        "1. A lock of hair stands up.\n2. Dog tags hang on a chain.\n3. Eyes with a blue iris.",
        "Here are the sentences:\n\n1) a lock of hair stands up\n2) dog tags hang on a chain\n"
        "3) eyes with a blue iris",
        "**1.** A lock of hair stands up.\n**2.** Dog tags hang on a chain.\n**3.** Eyes with a blue iris.",
        "<think>1. Hm.\n2. Dogs?</think>1. A lock of hair stands up.\n2. Dog tags hang on a chain.\n"
        "3. Eyes with a blue iris.",
        "2. Dog tags hang on a chain.\n1. A lock of hair stands up.\n3. Eyes with a blue iris. Blue ones.",
        "1. ahoge (general): A lock of hair stands up.\n2. **dog tags**: Dog tags hang on a chain.\n"
        "3. blue_eyes – Eyes with a blue iris.",
        "Page 1: A lock of hair stands up.\nPage 2: Dog tags hang on a chain.\n"
        "Page 3: Eyes with a blue iris.",
    ],
)
def test_numbered_sentences_are_read_however_they_are_dressed(text: str) -> None:
    assert sentences_in(reply(text), PAGES) == GOOD


@pytest.mark.parametrize(
    "text",
    [
        "A lock of hair stands up.\nDog tags hang on a chain.\nEyes with a blue iris.",
        "1. A lock of hair stands up.\n2. Dog tags hang on a chain.",
        "1. A lock of hair.\n1. Dog tags hang on a chain.\n3. Eyes with a blue iris.",
        "1. A lock of hair.\n2. Dog tags on a chain.\n3. Eyes with a blue iris.\n4. And more of it.",
        "",
        None,
        "I'm sorry, but I can't help with that.",
    ],
)
def test_what_cannot_be_told_apart_is_no_answer(text: str | None) -> None:
    with pytest.raises(NoSentenceError):
        sentences_in(reply(text), PAGES)


def test_an_answer_that_was_cut_off_is_none() -> None:
    with pytest.raises(NoSentenceError) as caught:
        sentences_in(reply("1. A lock.\n2. Dog tags\n3. Eyes with", "length"), PAGES)
    assert caught.value.reason == "cut off"


@pytest.mark.parametrize(
    "line",
    [
        "Hair that stands up, that lies down, that curls, that hangs, that waves, that falls, that flows, "
        "that shines in the sun, that floats, that glows, that whirls, that drips and that burns.",
        "A lock_of_hair stands up.",
        "A lock of hair with",
        "A lock.",
        "This tag is used for a lock of hair that stands up.",
        "Used when a lock of hair is tagged.",
        "See https://example.org for a lock of hair.",
        "A lock of [[hair]] stands up.",
    ],
)
def test_a_sentence_that_does_not_serve_is_refused_alone(line: str) -> None:
    others = "\n2. Dog tags hang on a chain.\n3. Eyes with a blue iris."
    assert sentences_in(reply(f"1. {line}{others}"), PAGES) == [None, *GOOD[1:]]
    with pytest.raises(NoSentenceError):
        sentence_in(reply(line), PAGES[0])


@pytest.mark.parametrize(
    "text",
    [
        "Eine Haarsträhne steht vom Kopf ab und ist auf dem Bild gut zu sehen.",
        "I cannot describe this.",
        "Hair, and " + "more and more of it " * 6,
    ],
)
def test_what_is_no_description_at_all_is_refused(text: str) -> None:
    with pytest.raises(NoSentenceError):
        sentence_in(reply(text), PAGES[0])


def test_sentences_that_are_much_alike_are_no_loop() -> None:
    colours = ("black", "white", "red", "blue", "green")
    lines = [f"{number}. A hat that is {colour}." for number, colour in enumerate(colours, start=1)]
    found = sentences_in(reply("\n".join(lines)), [page(f"{colour}_hat") for colour in colours])
    assert found == [f"A hat that is {colour}." for colour in colours]


@pytest.mark.parametrize(
    "text", ["1. A lock of hair stands up.", "a lock of hair stands up", "Ahoge: A lock of hair stands up."]
)
def test_a_single_page_may_be_answered_without_a_number(text: str) -> None:
    assert sentence_in(reply(text), PAGES[0]) == GOOD[0]


def test_pages_that_cannot_be_told_apart_are_asked_one_by_one(tmp_path: Path, model: FakeEndpoint) -> None:
    model.script(Reply("They are all hats of some kind."))
    stage = Stage(tmp_path, Shelf(page("fez"), page("shako"), page("jabot")), model)
    assert stage.run(["fez", "shako", "jabot"]).failures == []
    assert [pages_in(request.body) for request in model.requests] == [
        ["fez", "shako", "jabot"],
        ["fez"],
        ["shako"],
        ["jabot"],
    ]
    assert {tag: entry["by"] for tag, entry in stage.entries().items()} == dict.fromkeys(
        ("fez", "jabot", "shako"), "tiny"
    )


def test_only_the_page_whose_sentence_does_not_serve_is_asked_about_again(
    tmp_path: Path, model: FakeEndpoint
) -> None:
    model.script(Reply("1. A hat with a brim.\n2. A cap_with_a_peak.\n3. A bow of silk."))
    stage = Stage(tmp_path, Shelf(page("fez"), page("shako"), page("jabot")), model)
    stage.run(["fez", "shako", "jabot"])
    assert pages_in(model.requests[1].body) == ["shako"]
    assert len(model.requests) == 2


def test_where_the_model_has_no_sentence_the_first_of_the_page_serves_and_is_marked(tmp_path: Path) -> None:
    with FakeEndpoint(answer=lambda body: "I'm sorry, but I can't help with that.") as refusing:
        stage = Stage(tmp_path, Shelf(page("fez"), page("shako")), refusing)
        tally = stage.run(["fez", "shako"])
    assert (tally.done, tally.failures, stage.provider.without_sentence) == (2, [], 2)
    hat = stage.entries()["fez"]
    assert hat["description"] == "A fez is worn on the head by sailors."
    assert (hat["by"], hat["fetched"]) == (BY_FIRST_SENTENCE, today())


def test_the_limit_of_words_is_that_of_the_first_sentence() -> None:
    reimu = (
        "A girl with brown or black hair, a large red hair bow with white frills, hair tubes, and a red and "
        "white dress with a yellow ascot and detached sleeves."
    )
    more = "She is the heroine of all games of the series, and keeps a shrine that few people visit."
    assert sentence_in(reply(f"{reimu} {more}"), PAGES[0]) == reimu
    assert sentences_in(reply(f"1. {reimu}\n2. {GOOD[1]} It has words.\n3. {GOOD[2]}"), PAGES) == [
        reimu,
        *GOOD[1:],
    ]


@pytest.mark.parametrize(
    "line",
    [
        "Portrait shows the head, the torso and the arms.",
        "The dog tags are worn around the neck.",
        "A lock of hair, first seen in a comic of 2007.",
        "A lock of hair on a girl created by Lewis Carroll.",
        "A lock of hair named after Juliet of the play.",
    ],
)
def test_another_tag_dates_and_authors_are_no_looks(line: str) -> None:
    assert sentences_in(reply(f"1. {line}\n2. {GOOD[1]}\n3. {GOOD[2]}"), PAGES)[0] is None


def test_what_is_in_the_style_of_a_time_is_a_look() -> None:
    assert sentence_in(reply("Drawn as cartoons of the 1990s were."), PAGES[0])


def test_the_second_try_says_what_was_wrong_with_the_first(tmp_path: Path, model: FakeEndpoint) -> None:
    model.script(Reply("Portrait shows a fez."), Reply("A round red hat with a tassel."))
    stage = Stage(tmp_path, Shelf(page("fez")), model)
    stage.run(["fez"])
    first, second = (request.body["messages"] for request in model.requests)
    assert second[:-1] == first[:-1]
    assert second[-1]["content"].startswith(first[-1]["content"])
    assert "cannot be used: it says what portrait is, not what fez is" in second[-1]["content"]
    assert stage.entries()["fez"]["description"] == "A round red hat with a tassel."


def test_a_model_that_mixes_pages_up_is_asked_about_one_at_a_time(tmp_path: Path) -> None:
    def answer(body: Json) -> str:
        pages = pages_in(body)
        if len(pages) == 1:
            return sentence_about(pages[0])
        good = "\n".join(
            f"{number}. {sentence_about(name)}" for number, name in enumerate(pages[:3], start=1)
        )
        return good + "".join(f"\n{number}. Bad_line" for number in range(4, len(pages) + 1))

    tags = [f"hat_{number}" for number in range(30)]
    with FakeEndpoint(answer=answer) as model:
        stage = Stage(tmp_path, Shelf(*map(page, tags)), model, concurrency=1)
        assert stage.run(tags).failures == []
        sizes = [len(pages_in(request.body)) for request in model.requests]
    assert sizes.count(5) <= 4
    assert sizes[-8:] == [1] * 8
    assert {entry["by"] for entry in stage.entries().values()} == {"tiny"}


def test_the_model_is_not_asked_about_what_the_glossary_explains_nor_about_series(
    tmp_path: Path, model: FakeEndpoint
) -> None:
    shelf = Shelf(
        page("ahoge", implies=("hair",)),
        page("re:zero", category="copyright"),
        page("shiny_ahoge", name="ahoge"),
    )
    stage = Stage(tmp_path, shelf, model)
    stage.run(["ahoge", "re:zero", "shiny_ahoge"])
    assert model.requests == []
    ahoge = stage.entries()["ahoge"]
    assert (ahoge["description"], ahoge["by"]) == (load_glossary()["ahoge"].description, "glossary")
    assert ahoge["implies"] == ["hair"]
    assert stage.entries()["shiny_ahoge"]["description"] == ahoge["description"]
    assert stage.entries()["re:zero"]["by"] == BY_PAGE


def test_a_server_that_refuses_the_request_is_a_failure_and_the_first_sentence_serves(
    tmp_path: Path, model: FakeEndpoint
) -> None:
    model.script(*[Status(400, '{"error": {"message": "context too small"}}')] * 3)
    stage = Stage(tmp_path, Shelf(page("fez"), page("shako")), model)
    tally = stage.run(["fez", "shako"])
    assert [failure.name for failure in tally.failures] == ["fez, shako"]
    assert "context too small" in tally.failures[0].message
    assert stage.entries()["shako"]["by"] == BY_FIRST_SENTENCE


# Both at once, and nothing lost


def test_the_model_works_while_the_wiki_is_late(tmp_path: Path) -> None:
    asked = threading.Event()

    def answer(body: dict[str, Any]) -> str:
        asked.set()
        return gists(body)

    def late(number: int) -> None:
        if number == 6:
            assert asked.wait(20), "the model was not asked before the wiki had answered it all"

    tags = [f"hat_{number}" for number in range(8)]
    with FakeEndpoint(answer=answer) as model:
        stage = Stage(tmp_path, Shelf(*map(page, tags), before=late), model)
        assert stage.run(tags).done == 8


def test_pages_that_arrive_while_the_model_is_busy_are_on_disk_at_once(tmp_path: Path) -> None:
    tags = [f"hat_{number:02}" for number in range(40)]
    all_there, in_time = threading.Event(), []

    def answer(body: dict[str, Any]) -> str:
        in_time.append(all_there.wait(20))
        all_there.set()
        return gists(body)

    def watch() -> None:
        while sum("page" in line for line in logged(tmp_path)) < 40 and not done.wait(0.02):
            """Wait for the last page."""
        all_there.set()

    done = threading.Event()
    watching = threading.Thread(target=watch)
    with FakeEndpoint(answer=answer) as model:
        stage = Stage(tmp_path, Shelf(*map(page, tags)), model, concurrency=1)
        watching.start()
        try:
            stage.run(tags)
        finally:
            done.set()
            watching.join()
    assert in_time[0], "the pages are not on disk while the model thinks"


def test_what_a_kill_left_in_the_log_is_not_asked_for_again(tmp_path: Path, model: FakeEndpoint) -> None:
    log = JsonLines(tmp_path / ".tags.jsonl")
    log.append({"page": asdict(page("fez")), "source": "shelf"})
    log.append({"page": asdict(page("shako")), "source": "shelf"})
    log.append({"tag": "shako", "entry": asdict(Entry("A cap.", by="tiny", fetched=today()))})
    log.append({"page": {"unknown": "form"}, "source": "shelf"})
    log.append({"page": asdict(page("jabot", text="Other words.")), "source": "another wiki"})
    log.close()
    with (tmp_path / ".tags.jsonl").open("ab") as file:
        file.write(b'{"page": {"tag": "torn')
    shelf = Shelf(page("jabot"))
    stage = Stage(tmp_path, shelf, model)
    stage.run(["fez", "shako", "jabot"])
    assert shelf.asked == ["jabot"]
    assert [pages_in(request.body) for request in model.requests] == [["fez", "jabot"]]
    assert sorted(stage.entries()) == ["fez", "jabot", "shako"]
    assert logged(tmp_path) == []


def test_what_a_page_implies_comes_into_the_cache_out_of_an_older_log_too(
    tmp_path: Path, model: FakeEndpoint
) -> None:
    older = {key: value for key, value in asdict(page("shako")).items() if key != "implies"}
    settled = {key: value for key, value in asdict(Entry("A bow.", by="tiny")).items() if key != "implies"}
    log = JsonLines(tmp_path / ".tags.jsonl")
    log.append({"page": asdict(replace(page("sun_hat"), implies=("fez", "straw"))), "source": "shelf"})
    log.append({"page": older, "source": "shelf"})
    log.append({"tag": "jabot", "entry": settled})
    log.append({"tag": "tie", "entry": {**settled, "implies": ["cloth"]}})
    for broken in ("fez", {"fez": 1}, [5], None):
        log.append({"page": {**asdict(page("odd")), "implies": broken}, "source": "shelf"})
    log.append({"page": "no page", "source": "shelf"})
    log.close()
    shelf = Shelf(replace(page("boater"), implies=("fez",)))
    stage = Stage(tmp_path, shelf, model)
    stage.run(["sun_hat", "shako", "boater"])
    assert shelf.asked == ["boater"]
    implied = {tag: entry.get("implies") for tag, entry in stage.entries().items()}
    assert implied == {
        "boater": ["fez"], "jabot": None, "shako": None, "sun_hat": ["fez", "straw"], "tie": ["cloth"]
    }  # fmt: skip


def test_pages_that_this_run_does_not_need_stay_in_the_log(tmp_path: Path, model: FakeEndpoint) -> None:
    log = JsonLines(tmp_path / ".tags.jsonl")
    log.append({"page": asdict(page("fez")), "source": "shelf"})
    log.close()
    Stage(tmp_path, Shelf(page("shako")), model).run(["shako"])
    assert [line["page"]["tag"] for line in logged(tmp_path)] == ["fez"]


# Bad days


BAD_DAYS = [
    (CHALLENGE, "took this program for a robot .*wiki_login and wiki_api_key, or a user_agent .*dump"),
    (TOO_FAST, r"asks for fewer requests \(429\): try again later"),
    (web_page(502), r"overloaded or down \(502\): try again later"),
    (web_page(200), "something else than whole JSON: try again later, and check wiki_url"),
    (HALF, "broke off in the middle"),
    (DROP, r"cannot be reached .*check the network and wiki_url, or read a dump"),
]


@pytest.mark.parametrize(("fault", "sentence"), BAD_DAYS, ids=["403", "429", "502", "200", "half", "none"])
def test_a_wiki_that_fails_leaves_every_page_it_gave_and_nothing_else(
    tmp_path: Path, model: FakeEndpoint, fault: Fault, sentence: str
) -> None:
    # A request names up to 500 tags, which takes seconds: two of the faults come after a good answer.
    comes_midway = fault in (TOO_FAST, HALF)
    tags = [f"hat_of_the_sailor_number_{number:04}" for number in range(550 if comes_midway else 20)]
    with FakeDanbooru({tag: WikiTag(tag, f"A hat. It has the number {tag}.") for tag in tags}) as wiki:
        wiki.faults += [Fault()] if comes_midway else []
        wiki.always = fault
        stage = Stage(tmp_path, DanbooruSource(Access(wiki.url, HASTY)), model, concurrency=8)
        tally = stage.run(tags)
        given = len(wiki.asked[0].one("search[name_space]").split()) if comes_midway else 0
        assert 0 <= given < len(tags)
        assert (tally.done, tally.failures) == (given, [])
        known = sorted(stage.entries()) if stage.path.exists() else []
        assert known == tags[:given], "could not ask is never remembered"
        assert re.search(sentence, stage.provider.wiki_error)
        wiki.always = None
        before = len(wiki.asked)
        again = Stage(tmp_path, DanbooruSource(Access(wiki.url, HASTY)), model, concurrency=8)
        again.run(tags)
        assert sorted(again.entries()) == tags
        names = [name for asked in wiki.asked[before:] for name in asked.one("search[name_space]").split()]
        assert sorted(names) == tags[given:]


def test_a_query_that_is_too_large_is_halved_and_nothing_is_missed(
    tmp_path: Path, model: FakeEndpoint
) -> None:
    with FakeDanbooru() as wiki:
        wiki.faults.append(CANCELED)
        stage = Stage(tmp_path, DanbooruSource(Access(wiki.url, HASTY)), model)
        stage.run(["smile", "grin", "blush"])
        assert len(wiki.asked) > 1
    assert (sorted(stage.entries()), stage.provider.wiki_error) == (["blush", "grin", "smile"], "")


def test_what_the_wiki_does_not_know_is_remembered_with_a_date_and_asked_again_after_a_month(
    tmp_path: Path, model: FakeEndpoint
) -> None:
    tags = ["mychar", "mädchen_im_regen", "rarely_seen_thing", "commentary"]
    with FakeDanbooru(TAGS) as wiki:
        stage = Stage(tmp_path, DanbooruSource(Access(wiki.url, HASTY)), model)
        stage.run(tags)
        names = [asked.one("search[name_space]") for asked in wiki.asked]
        assert names == ["mychar rarely_seen_thing commentary"]
    by = {tag: (entry["by"], entry["fetched"]) for tag, entry in stage.entries().items()}
    assert by == {
        "mychar": (BY_NO_TAG, today()),
        "mädchen_im_regen": (BY_NO_TAG, today()),
        "rarely_seen_thing": (BY_NO_PAGE, today()),
        "commentary": (BY_NO_PAGE, today()),
    }
    assert stage.wanted(tags) == 0
    made = Cache()
    long_ago = (date.today() - timedelta(days=31)).isoformat()
    made.add("mychar", Entry("", fetched=long_ago, by=BY_NO_TAG))
    stage.path.write_text(made.dump(), encoding="utf-8")
    shelf = Shelf(page("mychar"))
    again = Stage(tmp_path, shelf, model)
    again.run(["mychar"])
    assert again.entries()["mychar"]["by"] == "tiny"


def test_words_for_quality_are_not_asked_about(tmp_path: Path, model: FakeEndpoint) -> None:
    shelf = Shelf()
    Stage(tmp_path, shelf, model).run(["masterpiece", "score_9", "rating:general", "highres"])
    assert shelf.asked == ["highres"]


def test_a_file_that_is_no_dump_ends_the_stage(tmp_path: Path, model: FakeEndpoint) -> None:
    def broken(number: int) -> None:
        if number == 1:
            raise UserError("the file is no dump")

    stage = Stage(tmp_path, Shelf(page("fez", text="A plain hat with a brim."), before=broken), model)
    with pytest.raises(UserError, match="no dump"):
        stage.run(["fez", "shako"])
    assert sorted(stage.entries()) == ["fez"]


# What people do to the file meanwhile


def test_edits_while_a_run_goes_on_are_kept(tmp_path: Path, model: FakeEndpoint) -> None:
    made = Cache({"boots": "My boots.", "coat": "My coat."})
    long_ago = (date.today() - timedelta(days=31)).isoformat()
    made.add("fez", Entry("An old hat.", fetched=long_ago, by=BY_FIRST_SENTENCE))
    path = tmp_path / "tags_cache.json"
    path.write_text(made.dump(), encoding="utf-8")

    def edit(number: int) -> None:
        raw = json.loads(path.read_text(encoding="utf-8"))
        raw["fez"]["description"] = "My hat."
        raw["shako"] = "My cap."
        raw.pop("coat", None)
        path.write_text(json.dumps(raw), encoding="utf-8")

    stage = Stage(tmp_path, Shelf(page("fez"), page("shako"), page("jabot"), before=edit), model)
    stage.run(["fez", "shako", "jabot", "boots", "coat"])
    entries = stage.entries()
    assert entries["fez"]["description"] == "My hat."
    assert (entries["shako"], entries["boots"]) == ("My cap.", "My boots.")
    assert entries["jabot"]["by"] == "tiny"
    assert "coat" not in entries
    assert stage.wanted(["fez", "shako", "jabot"]) == 0


def test_a_file_that_is_broken_meanwhile_is_left_alone_and_nothing_is_lost(
    tmp_path: Path, model: FakeEndpoint
) -> None:
    path = tmp_path / "tags_cache.json"

    def break_it(number: int) -> None:
        path.write_text('{"fez": "My ha', encoding="utf-8")

    stage = Stage(tmp_path, Shelf(page("shako"), before=break_it), model)
    with pytest.raises(UserError, match="line 1, column 9"):
        stage.run(["shako"])
    assert path.read_text() == '{"fez": "My ha'
    path.write_text('{"fez": "My hat."}', encoding="utf-8")
    shelf = Shelf()
    again = Stage(tmp_path, shelf, model)
    again.run(["shako"])
    assert (sorted(again.entries()), shelf.asked, len(model.requests)) == (["fez", "shako"], [], 1)


# The whole program


def test_captions_go_on_without_the_wiki_and_the_run_says_what_to_do(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint, FakeDanbooru(TAGS) as wiki:
        wiki.always = CHALLENGE
        project = Project(tmp_path, endpoint.url, TagProvider__skip="False", TagProvider__wiki_url=wiki.url)
        project.set |= {"TagProvider.wiki_login": "somebody", "TagProvider.wiki_api_key": "a secret key"}
        project.add("a.png", "1girl, hatsune miku, smile")
        result = project.run("-v")
        assert result.code == 1
        assert len(wiki.asked) == 1
    assert "set wiki_login and wiki_api_key, or a user_agent that names you, or read a dump" in result.out
    assert "The captions are made without these meanings." in result.out
    assert project.caption("a")
    assert not project.cache.exists()
    assert "a secret key" not in result.out + result.err


def test_a_cache_that_is_broken_stops_the_run_before_anything_is_asked(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint, FakeDanbooru(TAGS) as wiki:
        project = Project(tmp_path, endpoint.url, TagProvider__skip="False", TagProvider__wiki_url=wiki.url)
        project.cache.write_text('{\n"smile": "A smile."\n"grin"}', encoding="utf-8")
        project.add("a.png")
        result = project.run()
        assert (result.code, wiki.asked, endpoint.requests) == (2, [], [])
    assert "tags_cache.json, line 3, column 1" in result.err
    assert project.cache.read_text() == '{\n"smile": "A smile."\n"grin"}'
