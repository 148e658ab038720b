"""Which stages share an endpoint: those whose settings are the same in every respect."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.endpoint import FakeEndpoint, Request
from tests.program.project import Project


def requests_of_two_stages(folder: Path, **settings: str) -> tuple[Request, Request]:
    """What Interrogator and Interpreter send to the same url."""
    with FakeEndpoint() as endpoint:
        project = Project(folder, url=endpoint.url, Interrogator__skip="False", **settings)
        project.add("a.png")
        result = project.run()
        assert result.code == 0, result
        first, second = endpoint.requests
    return first, second


def test_two_stages_with_one_url_and_two_keys_each_send_their_own(tmp_path: Path) -> None:
    seer, writer = requests_of_two_stages(
        tmp_path, Interrogator__api_key="sk-for-seeing", Interpreter__api_key="sk-for-writing"
    )
    assert seer.headers["authorization"] == "Bearer sk-for-seeing"
    assert writer.headers["authorization"] == "Bearer sk-for-writing"


def test_two_stages_with_one_url_and_other_headers_each_send_their_own(tmp_path: Path) -> None:
    seer, writer = requests_of_two_stages(
        tmp_path, Interrogator__headers='{"X-Title": "see"}', Interpreter__headers='{"X-Title": "write"}'
    )
    assert (seer.headers["x-title"], writer.headers["x-title"]) == ("see", "write")


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [("temperature", 0.25, 0.75), ("top_p", 0.5, 0.9), ("max_tokens", 100, 200), ("model", "a", "b")],
)
def test_two_stages_with_one_url_each_send_the_fields_of_their_own_settings(
    tmp_path: Path, name: str, first: object, second: object
) -> None:
    chosen = {f"Interrogator__{name}": str(first), f"Interpreter__{name}": str(second)}
    seer, writer = requests_of_two_stages(tmp_path, **chosen)
    assert (seer.body[name], writer.body[name]) == (first, second)
