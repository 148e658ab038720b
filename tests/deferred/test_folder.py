"""What a folder of batch files answers, whatever lies in it, and what it asks again."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from deferred.folder import BatchFolder
from deferred.lines import read_answer
from errors import ItemError, WaitingError
from settings import EndpointSettings
from tests.fakes.answers import Json
from tests.fakes.batches import as_openai, expired, failed, requests_in

BODY = b'{"model":"m","stream":false,"messages":[{"role":"user","content":"%d"}]}'


def chosen(**settings: object) -> EndpointSettings:
    return EndpointSettings.model_validate({"url": "batch", "model": "m", "retries": 2, **settings})


def ask(folder: Path, *numbers: int, **settings: object) -> dict[int, str]:
    """Ask some requests in a run of their own: the text of each answer, "waits", or its error."""
    batch, found = BatchFolder(folder), {}
    for number in numbers:
        body = BODY % number
        try:
            answer = batch.answer(body, chosen(**settings))
            if not answer.is_completion:
                batch.ask_again(body, chosen(**settings))
                found[number] = json.loads(answer.body)["error"]["message"]
                continue
            found[number] = json.loads(answer.body)["choices"][0]["message"]["content"]
        except WaitingError:
            found[number] = "waits"
        except ItemError as error:
            found[number] = str(error)
    batch.settle()
    return found


def write(path: Path, *lines: Json | str) -> None:
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("\n".join(texts) + "\n", encoding="utf-8")


def files(folder: Path) -> dict[str, int]:
    """The files with requests, and how many each has."""
    return {
        path.name: len(requests_in(path)) for path in sorted(folder.glob("*.jsonl")) if path.stem.isdecimal()
    }


def first(folder: Path, *numbers: int) -> list[Json]:
    """Ask some requests for the first time: their lines."""
    assert set(ask(folder, *numbers).values()) == {"waits"}
    return requests_in(folder / "0001.jsonl")


def test_answers_are_found_in_any_order_and_form_and_whatever_stands_beside_them(tmp_path: Path) -> None:
    one, two, three, four, five = first(tmp_path, 1, 2, 3, 4, 5)
    short = {"custom_id": two["custom_id"], "response": as_openai(two, "b")["response"]["body"]}
    # A model may write half a character.
    as_text = as_openai(three, "c \ud83d")
    as_text["response"]["body"] = json.dumps(as_text["response"]["body"])
    lines: list[Json | str] = [
        as_openai(one, "a"),
        short,
        as_text,
        as_openai(one, "a"),
        "no JSON",
        '{"custom_id": "of others"}',
    ]
    random.Random(3).shuffle(lines)
    whole = json.dumps(as_openai(four, "d"))
    # A line that was cut off, and the whole one in another file.
    write(tmp_path / "some output.jsonl", *lines, whole[:-40])
    write(tmp_path / "more.txt", "\ufeff" + whole, failed(five, "no luck"))
    (tmp_path / "rerun.jsonl").write_bytes(json.dumps(as_openai(five, "e")).encode() + b"\r\n")
    (tmp_path / "page.html").write_text("<html>", encoding="utf-8")
    assert ask(tmp_path, 1, 2, 3, 4, 5) == {1: "a", 2: "b", 3: "c \ud83d", 4: "d", 5: "e"}
    assert files(tmp_path) == {"0001.jsonl": 5}


def test_what_has_no_answer_is_asked_again_once_others_of_its_file_have_one(tmp_path: Path) -> None:
    one, two, three, _ = first(tmp_path, 1, 2, 3, 4)
    # Nothing is there yet, so nothing is lost.
    assert ask(tmp_path, 1, 2, 3, 4, 5) == dict.fromkeys(range(1, 6), "waits")
    assert files(tmp_path) == {"0001.jsonl": 4, "0002.jsonl": 1}
    write(tmp_path / "0001.out.jsonl", as_openai(one, "a"), expired(two))
    write(tmp_path / "0001.errors.jsonl", failed(three, "no luck"))
    for _ in range(2):
        assert ask(tmp_path, 1, 2, 3, 4, 5) == {1: "a", 2: "waits", 3: "waits", 4: "waits", 5: "waits"}
        assert files(tmp_path) == {"0001.jsonl": 4, "0002.jsonl": 1, "0003.jsonl": 3}
    asked = requests_in(tmp_path / "0003.jsonl")
    assert {each["custom_id"][-2:] for each in asked} == {"-2"}
    write(tmp_path / "0003.out.jsonl", *(failed(each, "no luck") for each in asked[:2]))
    assert ask(tmp_path, 2, 3, 4) == dict.fromkeys((2, 3, 4), "waits")
    last = requests_in(tmp_path / "0004.jsonl")
    write(
        tmp_path / "0004.out.jsonl", *(failed(each, f"no luck {each['custom_id'][-1]}") for each in last[:2])
    )
    # With retries = 2, the third attempt is the last.
    lost = "the answers to 3 batch files are there, and none is to this request"
    assert ask(tmp_path, 2, 3, 4) == {2: "no luck 3", 3: "no luck 3", 4: lost}
    assert len(files(tmp_path)) == 4


def test_an_answer_never_serves_another_request_and_equal_ones_are_asked_once(tmp_path: Path) -> None:
    (one,) = first(tmp_path, 1, 1)
    write(tmp_path / "out.jsonl", as_openai(one, "a"))
    assert ask(tmp_path, 1, 2) == {1: "a", 2: "waits"}
    # A file that is not to be sent is deleted, and what it asks is asked in another one.
    (tmp_path / "0002.jsonl").unlink()
    (tmp_path / ".0002.jsonl.part").write_text("the rest of a run that was killed", encoding="utf-8")
    assert ask(tmp_path, 1, 2) == {1: "a", 2: "waits"}
    assert files(tmp_path) == {"0001.jsonl": 1, "0002.jsonl": 1}


def test_copies_of_a_file_are_not_sent_in_its_place_and_ask_what_it_asked_without_it(tmp_path: Path) -> None:
    first(tmp_path, 1, 2)
    original = tmp_path / "0001.jsonl"
    # As a program writes JSON that people read.
    texts = [json.dumps(request) for request in requests_in(original)]
    (tmp_path / "0001 copy.jsonl").write_text("\n".join(texts), encoding="utf-8")
    batch = BatchFolder(tmp_path)
    with pytest.raises(WaitingError):
        batch.answer(BODY % 1, chosen())
    assert [each.path for each in batch.open_files()] == [original]
    original.unlink()
    assert ask(tmp_path, 1, 2) == {1: "waits", 2: "waits"}
    assert not files(tmp_path)


@pytest.mark.parametrize(
    ("settings", "sizes"),
    [
        ({"batch_lines": 3}, [3, 3, 1]),
        ({"batch_megabytes": 0.0004}, [2, 2, 2, 1]),
        ({"batch_form": "short", "batch_lines": 4}, [4, 3]),
    ],
)
def test_no_file_is_larger_than_a_service_allows(
    tmp_path: Path, settings: dict[str, object], sizes: list[int]
) -> None:
    ask(tmp_path, *range(7), **settings)
    assert list(files(tmp_path).values()) == sizes
    assert all(path.stat().st_size <= 400 or "batch_megabytes" not in settings for path in tmp_path.iterdir())
    request = requests_in(tmp_path / "0001.jsonl")[0]
    is_short = "batch_form" in settings
    assert request.keys() == {"custom_id", "body"} | (set() if is_short else {"method", "url"})
    assert request["body"] == {"model": "m", "messages": [{"role": "user", "content": "0"}]}


def test_a_request_that_fits_into_no_file_says_what_to_lower(tmp_path: Path) -> None:
    told = ask(tmp_path, 1, batch_megabytes=0.0001)
    assert "batch_megabytes allows 0.0001: lower max_image_side" in told[1]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("letters", ["少女", "\\ud800", "\\ud83d\\ude00"])
def test_an_answer_keeps_its_letters_as_messages_quote_it(letters: str) -> None:
    answer = read_answer(f'{{"response": {{"body": {{"words": "{letters}"}}}}}}'.encode())
    assert answer is not None
    assert answer.body == f'{{"words":"{json.loads(chr(34) + letters + chr(34))}"}}'
