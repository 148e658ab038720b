"""The model reads its captions once more: when, what becomes of what it finds, and where that is shown."""

from __future__ import annotations

import json
from collections import deque
from pathlib import Path

import pytest

from composer import compose
from reading.questions import LIST, QUOTES, WORDING
from tests.fakes.endpoint import FakeEndpoint
from tests.fakes.judge import Judge, good_judge, says_yes
from tests.program.project import Project

TAGS = "1girl, solo, ripped jeans, smirk, umbrella, rain"
OWN_WORDS = (
    "A girl under an umbrella stands in the rain. Her jeans have seen better days, and she has "
    "a crooked look of triumph."
)
SAID = ((OWN_WORDS, "ripped jeans"), (OWN_WORDS, "smirk"))
# As a model rewrites the draft that hardly changes it.
DRAFT = compose(["1girl", "solo", "ripped_jeans", "smirk", "umbrella", "rain"], {})
REWRITTEN = DRAFT.replace("ripped", "holed")


def project_at(
    folder: Path, server: FakeEndpoint, form: str = "", right: int = 44, **settings: str
) -> Project:
    """A picture, and a model that has passed its examination in a form, if one is given."""
    project = Project(folder, server.url, Interpreter__repairs="1", Interpreter__reading="auto")
    project.set |= {f"Interpreter.{key}": value for key, value in settings.items()}
    project.add("a.png", TAGS)
    if form:
        certificate = {"forms": {form: 0.5}, "right": {form: right}, "of": 46, "wording": WORDING}
        (folder / "judges.json").write_text(json.dumps({"tiny": certificate}), encoding="utf-8")
    return project


def writing(*captions: str, said: tuple[tuple[str, str], ...] = SAID) -> Judge:
    """A model that writes these captions, and can tell what they say."""
    judge = good_judge(*said)
    judge.captions = deque(captions)
    return judge


def test_a_caption_in_words_of_its_own_is_not_repaired_once_it_was_read(tmp_path: Path) -> None:
    judge = writing(OWN_WORDS)
    with FakeEndpoint(faults=(judge,)) as server:
        project = project_at(tmp_path, server, LIST, min_coverage="0.9")
        result = project.run()
    assert project.caption("a") == OWN_WORDS
    [line] = project.journal()
    assert (line["missed"], line["coverage"], line["repaired"]) == ([], 1.0, False)
    assert (line["read"], line["reading"]) == (["ripped_jeans", "smirk"], LIST)
    assert line["prompt_tokens"] > sum(len(each.split()) for each in judge.questions), "reading is counted"
    assert "under min_coverage" not in result.out
    page = (project.captions / "report.html").read_text(encoding="utf-8").replace(" ", "")
    assert '"marks":"ssssss"' in page
    assert '"read":true' in page


def test_a_question_tells_what_a_tag_means_whose_words_do_not_say_it(tmp_path: Path) -> None:
    judge = writing(OWN_WORDS)
    with FakeEndpoint(faults=(judge,)) as server:
        project = project_at(tmp_path, server, LIST, reading="always")
        project.add("a.png", f"{TAGS}, cowboy shot")
        project.run()
    asked = "\n".join(judge.questions)
    assert "cowboy shot (The character is framed from the head" in asked
    assert "smirk (" not in asked


def test_what_a_caption_that_was_read_does_not_say_is_asked_for(tmp_path: Path) -> None:
    sentence = "A smirk is on her lips."
    judge = writing(OWN_WORDS, sentence, said=SAID[:1])
    with FakeEndpoint(faults=(judge,)) as server:
        project = project_at(tmp_path, server, QUOTES, min_coverage="0.9")
        project.run()
        told = server.requests[-1].body["messages"][-1]["content"]
    assert "only this of the same picture: smirk." in told
    [line] = project.journal()
    assert (line["missed"], line["read"], line["reading"]) == ([], ["ripped_jeans"], QUOTES)


@pytest.mark.parametrize("is_said", [True, False])
def test_the_draft_is_kept_only_if_what_the_rules_miss_is_not_said_in_other_words(
    tmp_path: Path, is_said: bool
) -> None:
    judge = writing(REWRITTEN, said=((REWRITTEN, "ripped jeans"),) if is_said else ())
    with FakeEndpoint(faults=(judge,)) as server:
        project = project_at(tmp_path, server, LIST, floor="draft")
        project.run()
    assert project.caption("a") == (REWRITTEN if is_said else DRAFT)
    [line] = project.journal()
    assert line.get("read") == (["ripped_jeans"] if is_said else None)
    assert ("floor" in line) is not is_said


def test_a_model_that_errs_often_is_not_believed_of_a_text_taken_from_the_draft(tmp_path: Path) -> None:
    judge = writing(REWRITTEN, said=((REWRITTEN, "ripped jeans"),))
    with FakeEndpoint(faults=(judge,)) as server:
        project = project_at(tmp_path, server, LIST, right=38, floor="draft")
        project.run()
    assert judge.questions == []
    assert project.caption("a") == DRAFT


def test_a_caption_is_read_only_where_that_changes_something_unless_always(tmp_path: Path) -> None:
    judge = writing(*[OWN_WORDS] * 3)
    with FakeEndpoint(faults=(judge,)) as server:
        for mode, asked in (("auto", 0), ("never", 0), ("always", 1)):
            project = project_at(tmp_path / mode, server, LIST, reading=mode, floor="draft", min_coverage="0")
            project.run()
            assert len(judge.questions) == asked, mode
    assert project.journal()[0]["read"] == ["ripped_jeans", "smirk"]


def test_words_that_were_learnt_are_found_without_asking(tmp_path: Path) -> None:
    judge = writing(OWN_WORDS)
    with FakeEndpoint(faults=(judge,)) as server:
        project = project_at(tmp_path, server, min_coverage="0.9")
        known = {"ripped_jeans": ["seen better days"], "smirk": "a crooked look of triumph"}
        (tmp_path / "said_as.json").write_text(json.dumps(known), encoding="utf-8")
        project.run()
    assert judge.questions == []
    [line] = project.journal()
    assert (line["missed"], line["read"], "reading" in line) == ([], ["ripped_jeans", "smirk"], False)


def test_a_model_that_cannot_tell_is_said_so_in_one_line_and_not_believed(tmp_path: Path) -> None:
    judge = Judge(says_yes, says_yes, None, captions=deque([OWN_WORDS]))
    with FakeEndpoint(faults=(judge,)) as server:
        project = project_at(tmp_path, server, reading="always")
        result = project.run()
    assert result.out.count("tiny cannot tell well enough what a caption says (") == 1
    [line] = project.journal()
    assert (line["missed"], "read" in line) == (["ripped_jeans", "smirk"], False)


def test_for_a_few_captions_no_model_is_examined(tmp_path: Path) -> None:
    judge = writing(OWN_WORDS, "A smirk is on her lips.")
    with FakeEndpoint(faults=(judge,)) as server:
        project = project_at(tmp_path, server, min_coverage="0.9")
        result = project.run()
    assert judge.questions == []
    assert result.code == 0, result
