"""A model reads captions a second time: its examination, the forms of questions, and what is learnt."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any, TypeVar

import pytest

from errors import ExcludedError, UserError
from llm.concurrency import Concurrency
from llm.endpoint import Endpoint, MaySend, always
from llm.picture_requests import Requests
from reading.examination import AGREEMENT, pairs
from reading.questions import LIST, PROBABILITY, QUOTES, WORDING
from reading.reader import Reader, Reading
from settings import EndpointSettings
from tests.fakes.endpoint import FakeEndpoint, Fault, Reply, Status
from tests.fakes.judge import Judge, good_judge, knows, says_yes
from tests.program.project import Project

Result = TypeVar("Result")
CAPTION = "A girl rests on the pier. Her jeans are torn, and she has bare feet without any socks."
TAGS = {"ripped_jeans": "", "barefoot": "", "hat": ""}
SAID = ((CAPTION, "ripped jeans"), (CAPTION, "barefoot"))
RIGHT = frozenset({"ripped_jeans", "barefoot"})


def with_reader(
    server: FakeEndpoint,
    folder: Path,
    do: Callable[[Reader, Requests], Coroutine[Any, Any, Result]],
    may_send: MaySend = always,
    **chosen: str,
) -> Result:
    async def run() -> Result:
        settings = EndpointSettings.model_validate({"url": server.url, "retries": 0, **chosen})
        endpoint = Endpoint(settings, server.url, "tiny", Concurrency(4))
        try:
            return await do(Reader(folder, endpoint), Requests(endpoint, may_send))
        finally:
            await endpoint.close()

    return asyncio.run(run())


def readings(
    server: FakeEndpoint, folder: Path, *captions: str, tags: Mapping[str, str] = TAGS, **categories: str
) -> list[Reading | None]:
    """What one reader makes of captions, one after the other."""

    async def read(reader: Reader, requests: Requests) -> list[Reading | None]:
        return [await reader.read(caption, tags, categories, requests) for caption in captions]

    return with_reader(server, folder, read)


def believed_by(folder: Path, *forms: str) -> None:
    """The model has passed its examination in these forms."""
    certificate = {"forms": dict.fromkeys(forms, 0.5), "right": {}, "of": 46, "wording": WORDING}
    (folder / "judges.json").write_text(json.dumps({"tiny": certificate}), encoding="utf-8")


def test_the_pairs_of_the_examination_are_as_many_said_as_not_and_each_tag_has_both() -> None:
    assert len(pairs()) == 46
    for tag in {pair.tag for pair in pairs()}:
        assert sorted(pair.is_said for pair in pairs() if pair.tag == tag) == [False, True], tag


def wrong_in_half(caption: str, tag: str) -> float:
    return 0.9 if len(caption) % 2 else 0.1


def hardly_sure(caption: str, tag: str) -> float:
    """Right about everything, but all its probabilities are low."""
    return 0.3 if knows(*SAID)(caption, tag) > 0.5 else 0.05


def wrong_about(*tags: str) -> Callable[[str, str], float]:
    right = knows(*SAID)
    return lambda caption, tag: 1 - right(caption, tag) if tag in tags else right(caption, tag)


# Four of the tags each.
SOME, OTHERS, MORE = ([pair.tag.replace("_", " ") for pair in pairs()[at::12]] for at in (0, 2, 4))


@pytest.mark.parametrize(
    ("judge", "form"),
    [
        pytest.param(good_judge(*SAID), QUOTES, id="quotes where they are right"),
        pytest.param(Judge(wrong_in_half, knows(*SAID), None), LIST, id="a list"),
        pytest.param(Judge(says_yes, wrong_in_half, hardly_sure), PROBABILITY, id="probabilities"),
        pytest.param(
            Judge(wrong_about(*SOME), wrong_about(*OTHERS), wrong_about(*MORE)), AGREEMENT, id="two agreeing"
        ),
    ],
)
def test_a_model_is_asked_in_the_form_that_it_is_right_in(tmp_path: Path, judge: Judge, form: str) -> None:
    with FakeEndpoint(faults=(judge,)) as server:
        first = readings(server, tmp_path, CAPTION)
        asked = len(judge.questions)
        again = readings(server, tmp_path, CAPTION)
    assert first == again == [Reading(RIGHT, form)]
    assert len(judge.questions) < asked + 10, "it is examined once"
    [remembered] = json.loads((tmp_path / "judges.json").read_text(encoding="utf-8")).values()
    assert remembered["right"][form] >= 36


@pytest.mark.parametrize(
    "judge",
    [
        pytest.param(Judge(says_yes, says_yes, says_yes), id="says yes to all"),
        pytest.param(Judge(wrong_in_half, wrong_in_half, wrong_in_half), id="guesses"),
        pytest.param(Reply("The quick brown fox jumps over the lazy dog."), id="rubbish"),
        pytest.param(Reply("I'm sorry, but I cannot help with that."), id="refuses"),
        pytest.param(Status(400, '{"error": "logprobs is not supported"}'), id="an error for each request"),
    ],
)
def test_a_model_that_passes_in_no_form_is_not_believed_nor_asked_again(tmp_path: Path, judge: Fault) -> None:
    async def read_twice(reader: Reader, requests: Requests) -> tuple[list[Reading | None], str]:
        return [await reader.read(CAPTION, TAGS, {}, requests) for _ in range(2)], reader.note

    with FakeEndpoint(faults=(judge,)) as server:
        read, note = with_reader(server, tmp_path, read_twice)
        asked = len(server.requests)
        again, same_note = with_reader(server, tmp_path, read_twice)
        assert len(server.requests) == asked
    assert read == again == [None, None]
    assert note == same_note
    assert note.startswith("tiny cannot tell well enough what a caption says (")


def test_a_form_in_which_most_answers_are_wrong_is_given_up_early(tmp_path: Path) -> None:
    with FakeEndpoint(faults=(Judge(says_yes, says_yes, None),)) as server:
        readings(server, tmp_path, CAPTION)
        assert len(server.requests) == 16 + 16 + 1, "one request shows that there are no probabilities"


def test_an_examination_that_was_broken_off_goes_on_where_it_was(tmp_path: Path) -> None:
    async def read_twice(reader: Reader, requests: Requests) -> list[Reading | None]:
        return [await reader.read(CAPTION, TAGS, {}, requests) for _ in range(2)]

    with FakeEndpoint(faults=(good_judge(*SAID),)) as server:
        server.script(*[good_judge()] * 9, Status(500))
        read = with_reader(server, tmp_path, read_twice)
        assert len(server.requests) == len(pairs()) + 1 + len(TAGS)
    assert read == [None, Reading(RIGHT, QUOTES)]


@pytest.mark.parametrize(("part", "other"), [(WORDING, "older"), (LIST, "by guessing"), ("0.5", '"half"')])
def test_a_model_is_examined_again_where_its_certificate_is_not_for_these_questions(
    tmp_path: Path, part: str, other: str
) -> None:
    believed_by(tmp_path, LIST)
    text = (tmp_path / "judges.json").read_text(encoding="utf-8")
    (tmp_path / "judges.json").write_text(text.replace(part, other), encoding="utf-8")
    with FakeEndpoint(faults=(good_judge(*SAID),)) as server:
        assert readings(server, tmp_path, CAPTION) == [Reading(RIGHT, QUOTES)]


@pytest.mark.parametrize(
    ("quote", "is_believed"),
    [
        pytest.param('"Her jeans are torn"', True, id="as it stands there"),
        pytest.param("her JEANS are torn.", True, id="with other capitals and marks"),
        pytest.param("<think>Torn is ripped.</think>jeans are torn", True, id="after reasoning"),
        pytest.param("torn jeans", False, id="made up of words of the caption"),
        pytest.param("ripped jeans", False, id="the tag itself"),
        pytest.param("the pier. Her jeans are torn", False, id="over two sentences"),
        pytest.param("any socks", False, id="denied by the caption"),
        pytest.param("without any socks", True, id="that deny"),
        pytest.param("NOT SAID", False, id="none"),
        pytest.param("...", False, id="without words"),
    ],
)
def test_only_words_that_stand_in_one_sentence_of_the_caption_are_believed(
    tmp_path: Path, quote: str, is_believed: bool
) -> None:
    believed_by(tmp_path, QUOTES)
    with FakeEndpoint(faults=(Reply(quote),)) as server:
        [reading] = readings(server, tmp_path, CAPTION, tags={"ripped_jeans": ""})
    assert reading == Reading(frozenset({"ripped_jeans"} if is_believed else ()), QUOTES)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param("yes", id="one line for three"),
        pytest.param("1. yes\n2. perhaps\n3. no", id="neither yes nor no"),
        pytest.param("I'm sorry, but I cannot help with that.", id="a refusal"),
        pytest.param("", id="nothing"),
        pytest.param("yes" + "\n" * 15_000 + "no", id="many empty lines"),
        pytest.param(f"1. yes\n2. no\n3. no{' no' * 1_000_000}", id="a megabyte"),
    ],
)
def test_a_caption_stays_unread_where_an_answer_is_no_list(tmp_path: Path, answer: str) -> None:
    believed_by(tmp_path, LIST)
    with FakeEndpoint(faults=(Reply(answer),)) as server:
        assert readings(server, tmp_path, CAPTION) == [None]
        assert len(server.requests) == 2, "it is asked once more"


def test_a_question_has_the_meaning_of_the_tag_and_asks_for_no_chance(tmp_path: Path) -> None:
    believed_by(tmp_path, LIST)
    with FakeEndpoint(faults=(Reply("1. yes\n2. no"),)) as server:
        readings(server, tmp_path, CAPTION, tags={"ahoge": "A strand of hair that stands up.", "hat": ""})
        [request] = server.requests
    assert request.body["messages"][-1]["content"].endswith(
        "\n1. ahoge (A strand of hair that stands up)\n2. hat"
    )
    assert request.body["temperature"] == 0


def test_a_field_that_is_left_empty_because_the_server_refuses_it_is_not_sent(tmp_path: Path) -> None:
    async def read(reader: Reader, requests: Requests) -> Reading | None:
        return await reader.read(CAPTION, TAGS, {}, requests)

    believed_by(tmp_path, QUOTES)
    with FakeEndpoint(faults=(good_judge(*SAID),)) as server:
        with_reader(server, tmp_path, read, temperature="", max_tokens="")
        assert not any({"temperature", "max_tokens"} & request.body.keys() for request in server.requests)


def test_a_picture_that_is_excluded_meanwhile_is_asked_about_no_more(tmp_path: Path) -> None:
    believed_by(tmp_path, QUOTES)
    left = iter([None])

    def may_send() -> None:
        if next(left, "excluded") == "excluded":
            raise ExcludedError("its tags have changed")

    async def read(reader: Reader, requests: Requests) -> Reading | None:
        return await reader.read(CAPTION, TAGS, {}, requests)

    with FakeEndpoint(faults=(good_judge(*SAID),)) as server:
        with pytest.raises(ExcludedError):
            with_reader(server, tmp_path, read, may_send)
        assert len(server.requests) == 1


def by_heart(server: FakeEndpoint, folder: Path, caption: str, *tags: str) -> set[str]:
    async def find(reader: Reader, requests: Requests) -> set[str]:
        return set(reader.said_as_learnt(caption, tags))

    return with_reader(server, folder, find)


def test_words_that_were_quoted_twice_are_found_without_asking(tmp_path: Path) -> None:
    believed_by(tmp_path, QUOTES)
    other = "The jeans are torn at both knees."
    with FakeEndpoint(faults=(Reply('"jeans are torn"'),)) as server:
        readings(server, tmp_path, CAPTION, tags={"ripped_jeans": ""})
        assert by_heart(server, tmp_path, other, "ripped_jeans") == set()
        readings(server, tmp_path, other, tags={"ripped_jeans": ""})
        asked = len(server.requests)
        assert by_heart(server, tmp_path, other, "ripped_jeans", "hat") == {"ripped_jeans"}
        assert by_heart(server, tmp_path, "No jeans are torn.", "ripped_jeans") == set()
        assert len(server.requests) == asked
    assert (tmp_path / "said_as.json").read_text(encoding="utf-8") == (
        '{\n"ripped_jeans": {"jeans are torn": 2}\n}\n'
    )


def test_words_for_names_numbers_and_colours_and_words_that_tell_nothing_are_not_learnt(
    tmp_path: Path,
) -> None:
    believed_by(tmp_path, QUOTES)
    tags = dict.fromkeys(["alice", "2girls", "solo", "red_jeans", "ripped_jeans"], "")
    with FakeEndpoint(faults=(Reply("and she has"),)) as server:
        readings(server, tmp_path, CAPTION, tags=tags, alice="character")
        server.script(*[Reply("jeans are torn")] * 4)
        readings(server, tmp_path, CAPTION, tags=dict(list(tags.items())[:-1]), alice="character")
    assert not (tmp_path / "said_as.json").exists()


def test_what_people_write_into_said_as_stays_and_counts(tmp_path: Path) -> None:
    believed_by(tmp_path, QUOTES)
    (tmp_path / "said_as.json").write_text(
        '{"Ripped Jeans": "worn at the knees", "barefoot": ["bare feet"], "hat": {"jeans are torn": 0}, '
        '"half of a sign": ["\\ud83d"]}',
        encoding="utf-8",
    )
    caption = "Jeans, worn at the knees."
    with FakeEndpoint(faults=(Reply("jeans are torn"),)) as server:
        assert by_heart(server, tmp_path, caption, "ripped_jeans", "barefoot") == {"ripped_jeans"}
        readings(server, tmp_path, *[CAPTION] * 2, tags={"ripped_jeans": "", "hat": ""})
        assert by_heart(server, tmp_path, CAPTION, *TAGS) == {"ripped_jeans", "barefoot"}
    assert json.loads((tmp_path / "said_as.json").read_text(encoding="utf-8")) == {
        "Ripped Jeans": {"worn at the knees": 2, "jeans are torn": 2},
        "barefoot": ["bare feet"],
        "hat": {"jeans are torn": 0},
        "half of a sign": ["\ud83d"],
    }


def test_a_number_of_quotations_that_cannot_be_true_ends_no_run(tmp_path: Path) -> None:
    believed_by(tmp_path, QUOTES)
    file = tmp_path / "said_as.json"
    file.write_text(f'{{"ripped_jeans": {{"jeans are torn": {"9" * 4300}}}}}', encoding="utf-8")
    with FakeEndpoint(faults=(Reply("jeans are torn"),)) as server:
        readings(server, tmp_path, CAPTION, tags={"ripped_jeans": ""})
    assert json.loads(file.read_text(encoding="utf-8")) == {"ripped_jeans": {"jeans are torn": 10**9 + 1}}


def test_words_for_tags_are_merged_with_the_cache_that_they_lie_beside(tmp_path: Path) -> None:
    project, theirs = Project(tmp_path / "mine"), tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "tags_cache.json").write_text("{}", encoding="utf-8")
    (theirs / "said_as.json").write_text(
        '{"hat": {"crown": 3}, "barefoot": {"bare feet": 2}}', encoding="utf-8"
    )
    mine = project.cache.with_name("said_as.json")
    mine.write_text('{"Hat": {"crown": 0}}', encoding="utf-8")
    result = project.run("--merge-cache", str(theirs / "tags_cache.json"))
    assert result.out.strip().endswith("said_as.json were added.")
    assert mine.read_text(encoding="utf-8") == '{\n"Hat": {"crown": 0},\n"barefoot": {"bare feet": 2}\n}\n'


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("said_as.json", "{"),
        ("said_as.json", "[]"),
        ("said_as.json", '{"hat": {"a cap": "twice"}}'),
        ("said_as.json", '{"hat": 3}'),
        ("said_as.json", f'{{"hat": [{"[]," * 400_000}""]}}'),
        ("judges.json", f'{{"tiny": [{"[]," * 400_000}""]}}'),
        ("judges.json", "yes"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with FakeEndpoint() as server, pytest.raises(UserError, match=name):
        readings(server, tmp_path, CAPTION)
