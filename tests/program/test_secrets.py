"""A key is told to the server that it is for, and to nobody and nothing else.

Every way in which a run can fail is run with marked secrets, at the highest level of logging; then all
that was said and written is searched for them, as they are and as they look in an address or in Base64.
"""

from __future__ import annotations

import base64
import json
import os
import sys
from pathlib import Path
from urllib.parse import quote

import pytest

import config
from errors import UserError
from tests.fakes.danbooru import FakeDanbooru
from tests.fakes.endpoint import BrokenJson, FakeEndpoint, Fault, Status
from tests.fakes.wiki import Fault as WikiFault
from tests.fakes.wiki import Reply as WikiReply
from tests.fakes.wiki_pages import TAGS
from tests.program.project import Project, Result

KEY = "sk-marked/4c1f+9e=x"
HEADER = "marked-header-7a30"
LOGIN, WIKI_KEY = "marked_login_51", "marked-wiki-key-88"
SECRETS = (KEY, HEADER, WIKI_KEY)
IN_BASE64 = base64.b64encode(f"{LOGIN}:{WIKI_KEY}".encode()).decode()
FORMS = {
    *SECRETS,
    *(quote(secret, safe="") for secret in SECRETS),
    *(base64.b64encode(secret.encode()).decode().rstrip("=") for secret in SECRETS),
    *("sk-marked", "marked-header", "marked-wiki", IN_BASE64[:20]),
}
ECHO = json.dumps({"error": {"message": f"You sent Authorization: Bearer {KEY} and X-Secret: {HEADER}"}})


def project_with_keys(folder: Path, url: str, **settings: str) -> Project:
    """A project whose secrets stand in config.ini, which only its owner can read."""
    project = Project(folder, url=url, **settings)
    ini = folder / "config.ini"
    text = ini.read_text(encoding="utf-8").replace("api_key =\n", f"api_key = {KEY}\n", 1)
    text = text.replace("headers =\n", f'headers = {{"X-Secret": "{HEADER}"}}\n', 1)
    text = text.replace("wiki_api_key =\n", f"wiki_api_key = {WIKI_KEY}\n", 1)
    ini.write_text(text.replace("wiki_login =\n", f"wiki_login = {LOGIN}\n", 1), encoding="utf-8")
    assert all(secret in ini.read_text(encoding="utf-8") for secret in (*SECRETS, LOGIN))
    ini.chmod(0o600)
    return project


def leaks(project: Project, result: Result) -> list[str]:
    """Where a secret stands, but for config.ini itself."""
    texts = {"stdout": result.out, "stderr": result.err}
    for path in project.folder.rglob("*"):
        if path.is_file() and path.name != "config.ini":
            texts[str(path.name)] = path.read_bytes().decode("utf-8", "replace")
            texts[f"the name of {path}"] = path.name
    return [f"{form} in {where}" for where, text in texts.items() for form in FORMS if form in text]


MANY_KINDS: tuple[Fault, ...] = (
    Status(400, ECHO),
    Status(403, f"<html><body>{ECHO}</body></html>"),
    Status(422, json.dumps({"detail": "x" * 185 + KEY})),
    Status(500, f"trace: headers = {ECHO}"),
    Status(500, f"another: {quote(KEY, safe='')} {quote(KEY)} {HEADER}"),
    Status(502, f"<html>{KEY}</html>"),
    Status(200, f'{{"choices": "{KEY}'),
    Status(200, ECHO),
    Status(400, ECHO.replace("/", r"\/")),
    Status(200, ECHO.replace("/", r"\/").replace("error", "words")),
    Status(200, json.dumps({"error": ECHO}).replace("k", r"\u006b")),
    Status(200, json.dumps({"choices": [{"message": {"content": f"A girl holds {KEY}."}}], "model": HEADER})),
    Status(200, f"<!doctype html><p>{KEY} {HEADER}", {"Content-Type": "text/html"}),
    BrokenJson(),
)


def test_no_failure_of_a_single_request_tells_a_secret(tmp_path: Path) -> None:
    with FakeEndpoint(faults=MANY_KINDS) as endpoint:
        project = project_with_keys(tmp_path, endpoint.url, Endpoint__retries="1", Endpoint__concurrency="4")
        for number in range(2 * len(MANY_KINDS)):
            project.add(f"{number}.png", f"1girl, smile, thing {number}")
        result = project.run("-v", "--log", str(tmp_path / "events.jsonl"))
        sent = endpoint.requests[0].headers
    assert (sent["authorization"], sent["x-secret"]) == (f"Bearer {KEY}", HEADER)
    assert result.code == 1, result
    assert "[secret]" in result.out
    assert "[secret]" in (tmp_path / "events.jsonl").read_text(encoding="utf-8")
    assert leaks(project, result) == []


@pytest.mark.parametrize(
    "fault",
    [
        Status(401, ECHO),
        Status(402, f"<html>{KEY} {HEADER}"),
        Status(404, ECHO),
        Status(429, ECHO.replace("error", "insufficient_quota")),
        Status(429, ECHO, {"Retry-After": "9999"}),
        Status(302, ECHO, {"Location": f"https://elsewhere.invalid/{quote(KEY)}?header={HEADER}"}),
    ],
    ids=lambda fault: str(fault.code),
)
def test_no_failure_that_ends_the_run_tells_a_secret(tmp_path: Path, fault: Status) -> None:
    with FakeEndpoint(faults=(fault,), models=fault) as endpoint:
        project = project_with_keys(tmp_path, endpoint.url, Endpoint__model="auto")
        project.add("a.png")
        result = project.run("-v", "--log", str(tmp_path / "events.jsonl"))
    assert result.code == 2, result
    assert result.err
    assert leaks(project, result) == []


@pytest.mark.parametrize("look", ["--check", "--dry-run"])
@pytest.mark.parametrize("fault", [None, Status(401, ECHO), Status(500, ECHO)], ids=str)
def test_looking_before_a_run_tells_no_secret(tmp_path: Path, look: str, fault: Status | None) -> None:
    broken = WikiFault(WikiReply(403, f"{LOGIN} {WIKI_KEY} {IN_BASE64}".encode(), "text/html"))
    with FakeDanbooru(TAGS, accounts={LOGIN: WIKI_KEY}) as wiki:
        wiki.always = broken if fault else None
        with FakeEndpoint(faults=(fault,) if fault else (), models=fault or ("tiny",)) as endpoint:
            project = project_with_keys(
                tmp_path,
                endpoint.url,
                TagProvider__skip="False",
                TagProvider__wiki_url=wiki.url,
                Interrogator__skip="False",
            )
            project.add("a.png", "1girl, hatsune miku, obscure thing")
            result = project.run("-v", look)
    assert result.out
    assert leaks(project, result) == []


def test_a_server_that_is_not_there_is_reported_without_a_secret(tmp_path: Path) -> None:
    project = project_with_keys(tmp_path, "http://127.0.0.1:9/v1")
    project.add("a.png")
    result = project.run("-v")
    assert result.code == 2
    assert leaks(project, result) == []


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_takes_neither_key_nor_headers_nor_the_prompt_anywhere(tmp_path: Path, code: int) -> None:
    with FakeEndpoint() as other:
        elsewhere = other.url.replace("127.0.0.1", "localhost") + "/chat/completions"
        fault = Status(code, "", {"Location": elsewhere})
        with FakeEndpoint(faults=(fault,), models=fault) as endpoint:
            project = project_with_keys(tmp_path, endpoint.url, Endpoint__model="auto")
            project.add("a.png")
            result = project.run()
        assert other.received == []
    assert result.code == 2
    assert f"redirects to {elsewhere}: write the address it really has as url" in result.err


WIKI_ECHO = f"login {LOGIN} key {WIKI_KEY} basic {IN_BASE64}".encode()


@pytest.mark.parametrize(
    "reply",
    [
        WikiReply(401, json.dumps({"message": WIKI_ECHO.decode()}).encode()),
        WikiReply(403, json.dumps({"message": WIKI_ECHO.decode()}).encode()),
        WikiReply(403, b"<html>" + WIKI_ECHO, "text/html"),
        WikiReply(404, WIKI_ECHO, "text/html"),
        WikiReply(302, b"", headers={"Location": f"http://localhost:9/?login={LOGIN}&api_key={WIKI_KEY}"}),
    ],
    ids=lambda reply: f"{reply.status}-{reply.content_type[:9]}",
)
def test_no_failure_of_the_wiki_tells_login_or_key(tmp_path: Path, reply: WikiReply) -> None:
    with FakeEndpoint() as endpoint, FakeDanbooru(TAGS, accounts={LOGIN: WIKI_KEY}) as wiki:
        wiki.always = WikiFault(reply)
        project = project_with_keys(
            tmp_path, endpoint.url, TagProvider__skip="False", TagProvider__wiki_url=wiki.url
        )
        project.add("a.png", "1girl, hatsune miku, obscure thing")
        result = project.run("-v")
        assert wiki.asked[0].headers["authorization"] == f"Basic {IN_BASE64}"
        sent = json.dumps([request.body for request in endpoint.requests])
    assert result.code == 1, result
    assert project.caption("a")
    assert leaks(project, result) == []
    assert LOGIN not in result.out + result.err + sent
    assert not any(form in sent for form in FORMS)


def test_a_key_of_the_environment_is_as_secret_as_one_of_the_file(tmp_path: Path) -> None:
    environment = {
        "TAGSCRIBE_API_KEY": KEY,
        "TAGSCRIBE_WIKI_LOGIN": LOGIN,
        "TAGSCRIBE_WIKI_API_KEY": WIKI_KEY,
        "OPENAI_LOG": "debug",
    }
    with FakeEndpoint(faults=(Status(400, ECHO), Status(401, ECHO))) as endpoint, FakeDanbooru(TAGS) as wiki:
        project = Project(
            tmp_path, url=endpoint.url, TagProvider__skip="False", TagProvider__wiki_url=wiki.url
        )
        project.add("a.png", "1girl, obscure thing")
        result = project.run("-v", environment=environment)
        assert endpoint.requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert [leak for leak in leaks(project, result) if HEADER not in leak and "header" not in leak] == []


@pytest.mark.parametrize(
    ("section", "line"),
    [
        ("Endpoint", f"api_kye = {KEY}"),
        ("Endpoint", f"api_key = {KEY}\x80é"),
        ("Endpoint", f'headers = {{"X": "{HEADER}"'),
        ("Endpoint", f'headers = {{"X Y": "{HEADER}"}}'),
        ("Endpoint", f'headers = {{"X": ["{HEADER}"]}}'),
        ("Endpoint", f'extra_body = ["{KEY}"]'),
        ("Endpoint", f"url = https://user:{KEY}@example.org/v1"),
        ("Endpnt", f"api_key = {KEY}"),
        ("TagProvider", f"wiki_api_key = {WIKI_KEY}\nwiki_api_key = {WIKI_KEY}"),
        ("TagProvider", f"wiki_key = {WIKI_KEY}"),
        ("Tags", f"sk {KEY}"),
    ],
)
def test_a_mistake_in_config_ini_tells_the_place_and_not_the_secret(
    tmp_path: Path, section: str, line: str
) -> None:
    ini = tmp_path / "config.ini"
    ini.write_text(f"[{section}]\n{line}\n", encoding="utf-8")
    with pytest.raises(UserError) as caught:
        config.load(ini)
    assert str(ini) in str(caught.value)
    assert not [form for form in FORMS if form in str(caught.value)]


@pytest.mark.parametrize("option", [f"Endpoint.api_key:{KEY}", KEY, f"api_key={KEY}", f"Endpoint.key={KEY}"])
def test_a_mistake_in_an_option_does_not_repeat_the_secret(tmp_path: Path, option: str) -> None:
    ini = tmp_path / "config.ini"
    ini.touch()
    with pytest.raises(UserError) as caught:
        config.load(ini, [option])
    assert not [form for form in FORMS if form in str(caught.value)]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps files apart by other means")
@pytest.mark.parametrize(
    ("mode", "has_key", "warned"), [(0o644, True, True), (0o600, True, False), (0o644, False, False)]
)
def test_a_key_that_others_can_read_is_warned_about(
    tmp_path: Path, mode: int, has_key: bool, warned: bool
) -> None:
    project = project_with_keys(tmp_path, "builtin") if has_key else Project(tmp_path)
    (tmp_path / "config.ini").chmod(mode)
    project.add("a.png")
    result = project.run()
    assert result.code == 0, result
    assert ("others on this computer can read it: chmod 600" in result.err) is warned
    assert os.access(tmp_path / "config.ini", os.R_OK)
    assert leaks(project, result) == []
