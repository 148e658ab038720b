"""--dry-run shows what a run would send, word for word, and what the whole run would take."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import config
from commands.dry_run.preview import Estimate, total_line
from settings import EndpointSettings
from tests.fakes.endpoint import FakeEndpoint
from tests.fakes.llama_server import LlamaServer
from tests.program.project import Project, png, state_of

PICTURES = 4


def shown(out: str, stage: str) -> list[tuple[str, str]]:
    """Role and text of each message that is shown for a stage."""
    part = out.split(f"\n--- {stage} asks ")[1].split("\n--- ")[0].split("\n\n=== ")[0]
    pieces = re.split(r"^\[(system|user|assistant)\]\n", part, flags=re.MULTILINE)
    return [(role, text.strip()) for role, text in zip(pieces[1::2], pieces[2::2], strict=True)]


def sent(body: dict[str, Any]) -> list[tuple[str, str]]:
    """Role and text of each message of a request."""

    def text_of(content: Any) -> str:  # noqa: ANN401 - JSON
        return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)

    return [(message["role"], text_of(message["content"])) for message in body["messages"]]


def project_at(folder: Path, url: str, **settings: str) -> Project:
    project = Project(
        folder,
        url=url,
        Interrogator__skip="False",
        Interpreter__prompt_template_file="interpreter_prompt_template_short.txt",
        Endpoint__concurrency="2",
        **settings,
    )
    for number in range(PICTURES):
        project.add(f"{number}.png", f"1girl, solo, dress {number}", png(width=56, height=28))
    return project


def test_what_is_shown_is_what_a_run_sends_and_nothing_is_written(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = project_at(tmp_path, endpoint.url)
        before = state_of(tmp_path)
        result = project.run("--dry-run")
        assert (result.code, result.err) == (0, "")
        assert state_of(tmp_path) == before
        probes = [request.body for request in endpoint.requests]
        assert len(probes) == 2
        project.run()
        asked = [request.body for request in endpoint.requests[2:]]
    assert shown(result.out, "Interrogator") == sent(probes[0])
    assert probes[0] in asked
    assert shown(result.out, "Interpreter") == sent(probes[1])
    # The description is what the dry run could not know.
    last = sent(probes[1])[-1][1].splitlines()
    captioned = next(body for body in asked if last[2] in sent(body)[-1][1] and "another model" in str(body))
    kept = [line for line in sent(captioned)[-1][1].splitlines() if "another model saw" not in line]
    assert [line for line in kept if line] == [line for line in last if line]
    assert "the picture as image/png, 56 x 28 pixels, " in result.out
    assert "about 2 tokens" in result.out
    assert "base64" not in result.out
    assert "0.png: no caption yet, no description yet" in result.out
    assert "estimated from its length" in result.out


def test_the_first_pictures_that_are_due_are_shown_up_to_the_given_number(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = project_at(tmp_path, endpoint.url)
        project.run("--limit", "1")
        out = project.run("--dry-run", "2").out
    assert re.findall(r"^=== (\S+\.png): ", out, flags=re.MULTILINE) == ["1.png", "2.png"]
    assert f"Interpreter: {PICTURES - 1} pictures; {PICTURES - 1} requests" in out


def test_the_length_of_answers_is_their_mean_in_the_journal(tmp_path: Path) -> None:
    with FakeEndpoint(answer=lambda body: "A girl in a long dress stands alone in a room.") as endpoint:
        project = Project(tmp_path, url=endpoint.url, Endpoint__price_in="100", Endpoint__price_out="1000000")
        for name in ("a", "b", "c"):
            project.add(f"{name}.png", "1girl, solo, long dress")
        project.run("--limit", "1", "--set", "Interpreter.repairs=0")
        written = project.journal()[0]["completion_tokens"]
        endpoint.answer_to = lambda body: "Short."
        out = project.run("--dry-run").out
    assert f" in and {2 * written:,} out, " in out
    money = re.search(r"Interpreter: .* ([\d,.]+) by price_in and price_out", out)
    assert money
    assert float(money[1]) == pytest.approx(2 * written, rel=0.05)


def test_llama_cpp_counts_the_tokens(tmp_path: Path, llama: LlamaServer) -> None:
    project = Project(tmp_path, url=llama.url)
    project.add("a.png", "1girl, solo, smile")
    out = project.run("--dry-run").out
    counted = re.search(r"([\d,]+) tokens of text, counted by the server", out)
    assert counted
    project.run("--set", "Interpreter.repairs=0")
    # The chat template adds its own marks to what is counted.
    really = project.journal()[0]["prompt_tokens"]
    assert int(counted[1].replace(",", "")) == pytest.approx(really, rel=0.1)


def test_without_a_server_the_prompts_are_shown_and_only_the_time_is_unknown(
    tmp_path: Path,
) -> None:
    project = project_at(tmp_path, "http://127.0.0.1:9/v1")
    result = project.run("--dry-run")
    assert result.code == 0
    assert "dress 0" in shown(result.out, "Interpreter")[-1][1]
    assert "The duration cannot be estimated: nothing answers at http://127.0.0.1:9/v1" in result.out
    assert "seconds\n" not in result.out
    builtin = Project(tmp_path / "builtin")
    builtin.add("a.png")
    without = builtin.run("--dry-run").out
    assert "One request per stage is sent" not in without and "Dry run: nothing is written." in without


def test_the_prompt_of_an_excluded_picture_is_not_shown(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = Project(tmp_path, url=endpoint.url)
        project.add("a.png", "1girl, loli, nude")
        out = project.run("--dry-run").out
        assert not endpoint.requests
    assert "=== a.png" not in out
    assert "Excluded, and not captioned" in out


def test_excluded_pictures_and_those_that_would_fail_are_counted_as_in_a_run(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = project_at(tmp_path, endpoint.url)
        project.add("out.png", "1girl, loli, nude")
        project.add("broken.png", picture=b"no picture")
        project.add("empty.png", "")
        project.add("alone.png").with_suffix(".txt").unlink()
        dry, run = project.run("--dry-run").out, project.run().out
    assert f"Interrogator: {PICTURES} pictures; {PICTURES} requests, " in dry
    assert f"Interpreter: {PICTURES + 1} pictures; {PICTURES + 1} requests, " in dry
    for stage, failed in (
        ("Interrogator", "1 empty tag file, 1 not a picture"),
        ("Interpreter", "1 empty tag file"),
    ):
        plan, done = (next(line for line in out.splitlines() if line.startswith(stage)) for out in (dry, run))
        count = failed.count(",") + 1
        assert f"; {count} would fail ({failed}); 1 excluded" in plan
        assert f"; {count} failed ({failed}); " in done
        assert "; 1 excluded; " in done
    for out in (dry, run):
        assert "8 pictures found.\nLeft out, without a tag file: 1 (alone.png); " in out
        assert 'Excluded, and not captioned:\n  out.png: tags combine "loli" with "nude"\n' in out
    assert dry.count("\n  empty.png: ") == 1


def test_a_limit_counts_as_in_a_run(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        out = project_at(tmp_path, endpoint.url).run("--dry-run", "--limit", "1").out
    assert "Interpreter: 1 picture; 1 request, about " in out


def test_the_composer_sends_nothing(tmp_path: Path) -> None:
    project = Project(tmp_path, TagProvider__skip="False")
    project.add("a.png")
    result = project.run("--dry-run")
    assert result.code == 0
    assert "--- Interpreter: nothing is sent: with url = builtin no model is asked" in result.out
    assert "Interpreter: no request" in result.out and "Total" not in result.out


def test_without_a_model_the_captions_are_shown_and_counted_as_a_run_writes_them(tmp_path: Path) -> None:
    project = Project(tmp_path, Tags__trigger="mychar")
    for number in range(PICTURES):
        project.add(f"{number}.png", "1girl, solo, smile, red dress, sitting")
    project.add("empty.png", "")
    project.add("out.png", "1girl, loli, nude")
    project.run("--limit", "1")
    dry, limited = project.run("--dry-run").out, project.run("--dry-run", "--limit", "2").out
    listed = project.run("--dry-run", "--set", "Interpreter.style=tags").out
    run = project.run().out
    assert "Interpreter: no request for 3 captions; 1 would fail (1 empty tag file); 1 excluded: with " in dry
    assert "Would fail:\n  empty.png: " in dry and "Excluded, and not captioned:\n  out.png: " in dry
    assert "Interpreter: no request for 2 captions: with url" in limited
    assert "Interpreter: 3 captions written; 1 there already; 1 failed" in run
    assert "=== 1.png: no caption yet, tags_cache.json knows 0 of its 5 tags\n\n--- Interpreter: " in dry
    assert f"no model is asked\n[caption]\n{project.caption('1')}\n" in dry
    assert "\n[caption]\nmychar, 1girl, solo, smile, red dress, sitting\n" in listed


def test_a_dry_run_fails_with_the_same_message_as_a_run(tmp_path: Path) -> None:
    result = Project(tmp_path).run("--dry-run")
    assert result.code == 2
    assert "there are no pictures in" in result.err


def endpoint_settings(**values: str) -> EndpointSettings:
    overrides = [f"Endpoint.{key}={value}" for key, value in values.items()]
    return config.load(Path(__file__).parents[2] / "config.ini", overrides).interpreter.endpoint


def test_money_and_time_are_those_of_all_requests_with_as_many_at_once_as_the_server_handles() -> None:
    priced = endpoint_settings(price_in="0.5", price_out="2")
    stage = Estimate("Interpreter", 1000, "picture", 1000, 3_000_000, 100_000, priced, seconds=36, at_once=2)
    assert stage.money == pytest.approx(1.7)
    assert stage.hours == pytest.approx(5.0)
    assert stage.line() == (
        "Interpreter: 1,000 pictures; 1,000 requests, about 3,000,000 tokens in and 100,000 out, "
        "1.70 by price_in and price_out (0.85 in batch files at half the price), about 5.0 hours"
    )
    few = Estimate("Interpreter", 1, "picture", 1, 1000, 100, priced)
    assert few.line().endswith(
        " out, less than 0.01 by price_in and price_out (less than 0.01 in batch files at half the price)"
    )
    free = Estimate("Interrogator", 10, "picture", 10, 1000, 100, endpoint_settings(), seconds=6)
    assert free.money is None
    assert total_line([stage, free]).startswith(
        "Total: 1,010 requests, about 3,001,000 tokens in and 100,100 out, "
    )
    unknown = Estimate("TagProvider", 10, "tag", 2, 1000, 100, endpoint_settings())
    assert "hours" not in total_line([stage, unknown])


def test_a_price_that_is_not_a_number_is_a_mistake_in_the_settings(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.set["Endpoint.price_in"] = "cheap"
    assert "price_in=cheap: should be a number" in project.run("--dry-run").err


@pytest.mark.parametrize(
    ("mode", "pictures", "said"),
    [
        ("auto", 2, "of fewer than 100 captions does only with reading = always."),
        ("always", 2, "and once 138 with "),
        ("auto", 100, "each caption that would be repaired takes about "),
    ],
)
def test_it_is_told_what_a_second_reading_may_take(
    tmp_path: Path, mode: str, pictures: int, said: str
) -> None:
    with FakeEndpoint() as endpoint:
        project = Project(tmp_path, endpoint.url, Interpreter__reading=mode)
        for number in range(pictures):
            project.add(f"{number}.png")
        assert said in project.run("--dry-run").out
        project.set["Interpreter.reading"] = "never"
        assert "second time" not in project.run("--dry-run").out
