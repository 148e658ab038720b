"""Every setting of config.ini changes something that a user can see: none of them is read by nobody.

A new setting needs a case here: a value that is not its default, and a sign by which the run that has this
value differs from the run that has the default. Cases that do not disturb each other share a run (a round).
"""

from __future__ import annotations

import base64
import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

import pytest

from config import settings_of
from settings import SECTIONS, EndpointSettings, Section, StageSettings
from tests.settings.scenes import (
    HAND_WRITTEN,
    LOGIN,
    SCENES,
    STAGES,
    WIKI_KEY,
    Outcome,
    longest_side,
    play,
    text_of,
)

Sign = Callable[[Outcome], bool]


class SignOfStage(Protocol):
    def __call__(self, seen: Outcome, stage: str, value: str) -> bool:
        """Whether a run shows that this value of a setting of [Endpoint] reached this stage."""


@dataclass(frozen=True, slots=True)
class Case:
    """A value for a setting, and the sign of it in a run; `round` says with which others it is tried."""

    round: str
    value: str
    sign: Sign


@dataclass(frozen=True, slots=True)
class Round:
    """One run of a scene, with what its cases need beside them; the server goes away in stage `lost_at`."""

    scene: str
    beside: Mapping[str, str]
    lost_at: str = ""


ROUNDS: Mapping[str, Round] = {
    "endpoint": Round("calm", {}),
    "stages": Round("calm", {}),
    "folders": Round("calm", {}),
    "tags": Round("calm", {}),
    "skips": Round("calm", {}),
    "cluster": Round("calm", {}),
    "no captions": Round("calm", {}),
    "floor": Round("calm", {}),
    "source": Round("calm", {}),
    "tokens": Round("calm", {"Interpreter.style": "anima"}),
    "variants": Round("calm", {"Interpreter.max_words": "8"}),
    "refused": Round("troubled", {}),
    "refused in stages": Round("troubled", {}),
    # A short timeout may hit any request of a busy computer, so nothing else is tried beside it.
    "slow": Round("troubled", {"Endpoint.retries": "0"}),
    "slow in stages": Round("troubled", {"Endpoint.retries": "0"}),
    "away": Round("away", {}, "TagProvider"),
    **{f"away {stage}": Round("away", {}, stage) for stage in STAGES},
    "dry run": Round("dry run", {}),
    "dry run of stages": Round("dry run", {}),
    "batch files": Round("batch files", {}),
    "batch files of stages": Round("batch files", {}),
    **{
        name: Round("embedded", {})
        for name in ("program", "program of stages", "context", *(f"context {stage}" for stage in STAGES))
    },
}
BASELINE_LOSES_THE_SERVER_AT = {"away": "Interpreter"}


def in_body(key: str) -> SignOfStage:
    def sign(seen: Outcome, stage: str, value: str) -> bool:
        return str(seen.asked[stage][0].body.get(key)) == value

    return sign


def in_header(name: str, form: str) -> SignOfStage:
    def sign(seen: Outcome, stage: str, value: str) -> bool:
        return seen.asked[stage][0].headers.get(name) == form.format(value)

    return sign


def stop_is_sent(seen: Outcome, stage: str, value: str) -> bool:
    return seen.asked[stage][0].body.get("stop") == [value]


def header_is_sent(seen: Outcome, stage: str, value: str) -> bool:
    return bool(seen.asked[stage][0].headers.get("x-title") == json.loads(value)["X-Title"])


def field_is_sent(seen: Outcome, stage: str, value: str) -> bool:
    return bool(seen.asked[stage][0].body.get("min_p") == json.loads(value)["min_p"])


def second_server_is_asked(seen: Outcome, stage: str, value: str) -> bool:
    return stage in seen.elsewhere


def one_request_at_a_time(seen: Outcome, stage: str, value: str) -> bool:
    return seen.at_once[stage] == 1


def slow_answer_is_not_waited_for(seen: Outcome, stage: str, value: str) -> bool:
    if stage == "TagProvider":
        return not str(seen.cached("slow_kite")["by"]).startswith("tiny")
    return f"{'descriptions' if stage == 'Interrogator' else 'captions'}/slow.txt" not in seen.files


def refused_answer_is_final(seen: Outcome, stage: str, value: str) -> bool:
    alone = [each for each in seen.asked[stage] if "stubborn kite" in text_of(each)]
    return len(alone) == (2 if stage == "TagProvider" else 1)


def server_is_not_waited_for(seen: Outcome, stage: str, value: str) -> bool:
    return "did not come back within 0 seconds" in seen.result.err


def estimate(seen: Outcome, stage: str) -> tuple[int, int, float] | None:
    """Tokens in, tokens out and money of a stage in the output of --dry-run."""
    pattern = rf"^{stage}: .*about ([\d,]+) tokens in and ([\d,]+) out, ([\d,.]+) by price_in"
    found = re.search(pattern, seen.result.out, re.MULTILINE)
    if found is None:
        return None
    tokens_in, tokens_out, money = (float(each.replace(",", "")) for each in found.groups())
    return int(tokens_in), int(tokens_out), money


def prompt_tokens_are_paid(seen: Outcome, stage: str, value: str) -> bool:
    """Both prices are set, and the other one is a thousand times as high: the rest is for the prompt."""
    told = estimate(seen, stage)
    return told is not None and abs(told[2] - 1000 * told[1] - told[0]) <= 500 < told[0]


def written_tokens_are_paid(seen: Outcome, stage: str, value: str) -> bool:
    told = estimate(seen, stage)
    return told is not None and told[2] > 500 * told[1] > 0


def stage_says(seen: Outcome, stage: str, words: str) -> bool:
    """Whether --check says these words of a stage, perhaps together with others."""
    lines = seen.result.out.splitlines()
    return any(re.search(rf"\[[^]]*{stage}[^]]*\] ", line) and words in line for line in lines)


def names_folder(seen: Outcome, stage: str, value: str) -> bool:
    return stage_says(seen, stage, f"/{value}, in the form")


def names_form(seen: Outcome, stage: str, value: str) -> bool:
    return stage_says(seen, stage, f"in the form {value}")


def names_lines(seen: Outcome, stage: str, value: str) -> bool:
    return stage_says(seen, stage, f"at most {value} requests")


def names_megabytes(seen: Outcome, stage: str, value: str) -> bool:
    return stage_says(seen, stage, f"and {value} MB in each")


def names_service(seen: Outcome, stage: str, value: str) -> bool:
    return stage_says(seen, stage, value)


def program_is_looked_for(seen: Outcome, stage: str, value: str) -> bool:
    if shutil.which("llama-server"):
        pytest.skip("this computer has a llama-server")
    return stage_says(seen, stage, "embedded = program needs llama-server on PATH")


def memory_is_for(seen: Outcome, stage: str, value: str) -> bool:
    return stage_says(seen, stage, f"boundless takes about {value}.7 GB of memory")


# Each setting of [Endpoint]: its rounds, values for [Endpoint] and the three stages, and the sign.
OF_ENDPOINT: Mapping[str, tuple[str, tuple[str, ...], SignOfStage]] = {
    "url": ("", ("{second}",) * 4, second_server_is_asked),
    "model": ("", ("large", "model-1", "model-2", "model-3"), in_body("model")),
    "api_key": ("", ("key-0", "key-1", "key-2", "key-3"), in_header("authorization", "Bearer {}")),
    "concurrency": ("", ("1",) * 4, one_request_at_a_time),
    "temperature": ("", ("0.1", "0.2", "0.3", "0.5"), in_body("temperature")),
    "top_p": ("", ("0.6", "0.7", "0.8", "0.9"), in_body("top_p")),
    "max_tokens": ("", ("601", "602", "603", "604"), in_body("max_tokens")),
    "seed": ("", ("11", "22", "33", "44"), in_body("seed")),
    "reasoning": ("", ("low",) * 4, in_body("reasoning_effort")),
    "stop": ("", ("###", "@@@", "%%%", "///"), stop_is_sent),
    "headers": ("", tuple(f'{{"X-Title": "title {n}"}}' for n in range(4)), header_is_sent),
    "extra_body": ("", tuple(f'{{"min_p": 0.{n}}}' for n in range(1, 5)), field_is_sent),
    "timeout": ("slow", ("1",) * 4, slow_answer_is_not_waited_for),
    "retries": ("refused", ("0",) * 4, refused_answer_is_final),
    "wait_for_server": ("away", ("0",) * 4, server_is_not_waited_for),
    "price_in": ("dry run", ("1000000",) * 4, prompt_tokens_are_paid),
    "price_out": ("dry run", ("1000000000",) * 4, written_tokens_are_paid),
    "batch": ("batch files", ("b0", "b1", "b2", "b3"), names_folder),
    "batch_form": ("batch files", ("short",) * 4, names_form),
    "batch_lines": ("batch files", ("11", "22", "33", "44"), names_lines),
    "batch_megabytes": ("batch files", ("55", "66", "77", "88"), names_megabytes),
    "batch_service": ("batch files", ("http://127.0.0.1:9/v1",) * 4, names_service),
    "embedded": ("program", ("program",) * 4, program_is_looked_for),
    # All stages share the model, so only what is more than the other stages take changes anything.
    "context": ("context", ("10240", "11264", "12288", "13312"), memory_is_for),
}


def endpoint_cases() -> Iterator[tuple[str, Case]]:
    """[Endpoint] has to show in every stage, and what a stage section says in place of it in that stage."""
    for key, (kind, values, sign) in OF_ENDPOINT.items():
        base, *rounds = _rounds_of(kind)
        yield f"Endpoint.{key}", Case(base, values[0], partial(_in_all_stages, sign=sign, value=values[0]))
        for stage, round_, value in zip(STAGES, rounds, values[1:], strict=True):
            yield f"{stage}.{key}", Case(round_, value, partial(sign, stage=stage, value=value))


def _rounds_of(kind: str) -> tuple[str, ...]:
    if kind == "away":
        # A stage whose server does not come back is the last one of its run.
        return "away", *(f"away {stage}" for stage in STAGES)
    if kind == "context":
        return "context", *(f"context {stage}" for stage in STAGES)
    base, stages = {
        "": ("endpoint", "stages"),
        "refused": ("refused", "refused in stages"),
        "slow": ("slow", "slow in stages"),
        "dry run": ("dry run", "dry run of stages"),
        "batch files": ("batch files", "batch files of stages"),
        "program": ("program", "program of stages"),
    }[kind]
    return base, stages, stages, stages


def _in_all_stages(seen: Outcome, sign: SignOfStage, value: str) -> bool:
    return all(sign(seen, stage, value) for stage in STAGES)


def is_there(*names: str) -> Sign:
    return lambda seen: set(names) <= seen.files.keys()


def is_told(stage: str, tag: str, words: str) -> Sign:
    """The prompt of the picture that has the tag says the words."""
    return lambda seen: words in seen.prompt(stage, tag)


def is_not_told(stage: str, tag: str, words: str) -> Sign:
    return lambda seen: bool(seen.prompt(stage, tag)) and words not in seen.prompt(stage, tag)


def nothing_is_asked(stage: str) -> Sign:
    return lambda seen: not seen.asked[stage]


def caption_is(name: str, pattern: str) -> Sign:
    return lambda seen: bool(re.fullmatch(pattern, seen.files.get(f"captions/{name}.txt", ""), re.DOTALL))


def is_said(words: str) -> Sign:
    return lambda seen: words in seen.result.out


def pictures_go_with_tags(seen: Outcome) -> bool:
    """Whether the model that writes captions is sent pictures."""
    return any(isinstance(each.body["messages"][-1]["content"], list) for each in seen.asked["Interpreter"])


def repairs(seen: Outcome, tag: str = "") -> int:
    """How many captions had a sentence asked for: the caption stands before the last message."""
    tried = (each.body["messages"] for each in seen.asked["Interpreter"])
    return sum(tag in messages[-3]["content"] for messages in tried if _is_a_repair(messages))


def captions_are_read(seen: Outcome) -> bool:
    """Whether the model was asked what a caption says."""
    return any(text_of(each).startswith("Caption: ") for each in seen.asked["Interpreter"])


def _is_a_repair(messages: list[dict[str, str]]) -> bool:
    return messages[-1]["content"].startswith(("This sentence is not right", "One more sentence"))


CASES: Mapping[str, Case] = {
    **dict(endpoint_cases()),
    "Cluster.ray": Case("cluster", "auto", lambda seen: "ray is for pictures in shards" in seen.result.err),
    "Dataset.images": Case("folders", "others", is_there("elsewhere/boat.cap")),
    "Dataset.tags": Case("folders", "apart", is_told("Interpreter", "rowing boat", "rowing boat")),
    "Dataset.captions": Case("folders", "elsewhere", is_there("elsewhere/journal.jsonl")),
    "Dataset.descriptions": Case("folders", "seen", is_there("seen/boat.cap")),
    "Dataset.tag_extension": Case(
        "skips", ".caption", is_told("Interpreter", "paper lantern", "paper lantern")
    ),
    "Dataset.caption_extension": Case("folders", ".cap", is_there("elsewhere/boat.cap")),
    "Dataset.recursive": Case(
        "folders",
        "False",
        lambda seen: (
            not any(
                "/deep/" in name or "/further/" in name
                for name in seen.files
                if name.startswith(("captions", "elsewhere"))
            )
        ),
    ),
    "Dataset.existing": Case(
        "tags", "overwrite", lambda seen: seen.files["captions/kept.txt"] != HAND_WRITTEN
    ),
    "Dataset.target": Case("skips", "imagefolder", is_there("captions/metadata.jsonl")),
    "Dataset.report": Case(
        "folders", "False", lambda seen: not any("report.html" in name for name in seen.files)
    ),
    "Tags.exclude": Case("tags", "solo", is_not_told("Interpreter", "twintails", "solo")),
    "Tags.replace": Case(
        "tags", "long hair=very long hair", is_told("Interpreter", "twintails", "very long hair")
    ),
    "Tags.exclude_categories": Case(
        "tags", "copyright", is_not_told("Interpreter", "twintails", "vocaloid, ")
    ),
    "Tags.drop_implied": Case("tags", "True", is_not_told("Interpreter", "twintails", ", smile")),
    "Tags.hide": Case("tags", "silver hair", is_not_told("Interpreter", "twintails", "silver hair")),
    "Tags.describe": Case("source", "all", is_told("Interpreter", "twintails", "- grin: ")),
    "Tags.describe_tokens": Case(
        "endpoint", "0", is_not_told("Interpreter", "twintails", "- hatsune miku: ")
    ),
    "Tags.trigger": Case("tags", "mychar", caption_is("miku", "mychar, .*")),
    "Tags.descriptions_file": Case(
        "tags", "own_tags.csv", is_told("Interpreter", "windmill", "My own words")
    ),
    "TagProvider.skip": Case("skips", "True", nothing_is_asked("TagProvider")),
    "TagProvider.prompt_template_file": Case(
        "no captions", "own_pages.txt", is_told("TagProvider", "", "Own words for pages")
    ),
    "TagProvider.source": Case(
        "source", "pages.jsonl", lambda seen: seen.cached("castle")["source"] != "danbooru"
    ),
    "TagProvider.wiki_url": Case("no captions", "{other_wiki}", lambda seen: bool(seen.other_wiki)),
    "TagProvider.wiki_login": Case("no captions", LOGIN, lambda seen: LOGIN in credentials(seen)),
    "TagProvider.wiki_api_key": Case("no captions", WIKI_KEY, lambda seen: WIKI_KEY in credentials(seen)),
    "TagProvider.user_agent": Case(
        "no captions", "my-captions/1.0", lambda seen: "my-captions/1.0" in agents(seen)
    ),
    "TagProvider.min_post_count": Case(
        "no captions",
        "100",
        lambda seen: "odd hat" not in "".join(text_of(each) for each in seen.asked["TagProvider"]),
    ),
    "TagProvider.cache": Case("no captions", "meanings.json", is_there("meanings.json")),
    "Interrogator.skip": Case("skips", "True", nothing_is_asked("Interrogator")),
    "Interrogator.prompt_template_file": Case(
        "no captions", "own.txt", is_told("Interrogator", "lake", "Own words")
    ),
    "Interrogator.max_image_side": Case(
        "no captions", "32", lambda seen: {longest_side(each) for each in seen.asked["Interrogator"]} == {32}
    ),
    "Interpreter.skip": Case("no captions", "True", nothing_is_asked("Interpreter")),
    "Interpreter.prompt_template_file": Case(
        "source", "own.txt", is_told("Interpreter", "lake", "Own words: ")
    ),
    "Interpreter.style": Case("stages", "pony7", caption_is("miku", ".*\\. 1girl, hatsune miku, .*")),
    "Interpreter.variants": Case(
        "variants", "short, tags", caption_is("deep/lake", ".*\nlake, scenery, no humans")
    ),
    "Interpreter.language": Case("source", "de", caption_is("german", "Ein Mädchen .*")),
    "Interpreter.sees": Case("floor", "True", pictures_go_with_tags),
    "Interpreter.floor": Case("floor", "draft", is_said("poor.png: the draft was better")),
    "Interpreter.repairs": Case("tags", "0", lambda seen: repairs(seen) == 0),
    "Interpreter.min_coverage": Case("variants", "1", lambda seen: repairs(seen, "windmill") > 0),
    "Interpreter.reading": Case("skips", "always", captions_are_read),
    "Interpreter.prefix": Case("endpoint", "A drawing.", caption_is("deep/lake", "A drawing. A wide lake.*")),
    "Interpreter.suffix": Case("endpoint", ", drawn", caption_is("deep/lake", ".* humans., drawn")),
    "Interpreter.strip": Case(
        "tags", "\\s*at the viewer", caption_is("miku", ".* grins with a smile, alone.*")
    ),
    "Interpreter.max_words": Case("endpoint", "5", is_said("over max_words")),
    "Interpreter.max_tokens_clip": Case("stages", "5", is_said("over max_tokens_clip")),
    "Interpreter.tokenizer_file": Case(
        "tokens", "no.json", lambda seen: "no.json: name the tokenizer.json" in seen.result.err
    ),
    "Interpreter.shorten": Case("variants", "True", caption_is("miku", "[^.]*\\.\n.*")),
}


def credentials(seen: Outcome) -> str:
    """Login and key that the other wiki was given."""
    basic = (asked.headers.get("authorization", "").removeprefix("Basic ") for asked in seen.other_wiki)
    return "".join(base64.b64decode(each).decode() for each in basic)


def agents(seen: Outcome) -> set[str]:
    return {asked.headers["user-agent"] for asked in seen.other_wiki}


def table() -> Iterator[tuple[str, str]]:
    """Name and default of every setting, those of [Endpoint] in every stage section too."""
    for name, section in SECTIONS.items():
        sections: list[type[Section]] = [section]
        if issubclass(section, StageSettings):
            sections.append(EndpointSettings)
        for each in sections:
            for key, default, _ in settings_of(each):
                yield f"{name}.{key}", default


DEFAULTS = dict(table())
# The scenes have all three stages run and no floor, so that the other value is the one that is tried.
SET_IN_ALL_SCENES = {"Interrogator.skip", "Interpreter.floor"}


class Runs:
    """Plays each scene once as it is, and once for each round, when first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._played: dict[str, Outcome] = {}

    def before(self, scene: str) -> Outcome:
        """The scene as it is."""
        return self._play(f"{scene} as it is", scene, {}, BASELINE_LOSES_THE_SERVER_AT.get(scene, ""))

    def after(self, name: str) -> Outcome:
        """The scene with the settings of a round."""
        chosen = ROUNDS[name]
        values = {setting: case.value for setting, case in CASES.items() if case.round == name}
        return self._play(name, chosen.scene, {**chosen.beside, **values}, chosen.lost_at)

    def _play(self, name: str, scene: str, settings: Mapping[str, str], lost_at: str) -> Outcome:
        if name not in self._played:
            folder = self._folder / name
            folder.mkdir()
            self._played[name] = play(folder, SCENES[scene], settings, lost_at)
        return self._played[name]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    return Runs(tmp_path_factory.mktemp("settings"))


@pytest.mark.parametrize("setting", DEFAULTS)
def test_a_setting_changes_something(runs: Runs, setting: str) -> None:
    assert setting in CASES, f"{setting} has no case here: give it a value and the sign by which it shows"
    case = CASES[setting]
    assert case.value != DEFAULTS[setting] or setting in SET_IN_ALL_SCENES
    before, after = runs.before(ROUNDS[case.round].scene), runs.after(case.round)
    assert not case.sign(before), f"the sign of {setting} = {case.value} is there without it"
    assert case.sign(after), (
        f"{setting} = {case.value} changes nothing:\n{after.result.out}{after.result.err}"
    )


def test_every_case_is_of_a_setting_that_there_is() -> None:
    assert CASES.keys() <= DEFAULTS.keys()
