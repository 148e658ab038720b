"""config.ini: every setting at its default, all mistakes reported together, secrets never shown."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import config
from errors import UserError
from settings import SECTIONS
from tests.program.project import Project
from tests.program.starts import ROOT

EVERY_MISTAKE = """
[Endpont]
url = auto
[Endpoint]
conccurency = 4
retries = many
temperature = 9
headers = {"a"
url = localhost:1234
api_key = {secret}
[Dataset]
existing = skip
recursive = perhaps
[Tags]
replace = grey hair
[TagProvider]
source = gelbooru
[Interrogator]
concurrency = none
max_image_side = 4
[Interpreter]
style = anmia
"""


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "config.ini"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_the_shipped_file_holds_every_setting_at_its_default() -> None:
    shipped = (ROOT / "config.ini").read_text(encoding="utf-8")
    assert shipped.rstrip() == config.default_ini().rstrip()


def test_the_shipped_file_means_the_same_as_an_empty_one(tmp_path: Path) -> None:
    shipped, empty = tmp_path / "shipped", tmp_path / "empty"
    for folder in (shipped, empty):
        folder.mkdir()
    full = config.load(write(shipped, config.default_ini())).model_dump_json(warnings=False)
    none = config.load(write(empty, "")).model_dump_json(warnings=False)
    assert full.replace(str(shipped), "") == none.replace(str(empty), "")


def test_the_manual_is_what_the_command_prints() -> None:
    command = [sys.executable, str(ROOT / "caption.py"), "--settings"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert printed.strip() == config.manual()


def test_a_comment_behind_a_value_is_said_to_need_a_line_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"; a comment needs a line of its own$"):
        config.load(write(tmp_path, "[Interpreter]\nvariants = tags, short # for my trainer\n"))


@pytest.mark.parametrize(
    ("section", "line"),
    [
        ("Dataset", "images = D:\\training  # my pictures"),
        ("Tags", "exclude = signature # never said"),
        ("Tags", "trigger = mychar  # my trigger"),
        ("Endpoint", "url = auto #"),
    ],
)
def test_a_comment_behind_a_value_is_told_even_where_the_value_might_hold_it(
    tmp_path: Path, section: str, line: str
) -> None:
    with pytest.raises(
        UserError, match=rf"\[{section}\] {line.split()[0]}.*; a comment needs a line of its own"
    ):
        config.load(write(tmp_path, f"[{section}]\n{line}\n"))


def test_texts_of_the_users_own_may_hold_a_hash_and_names_of_tags_may_begin_with_one(tmp_path: Path) -> None:
    text = "[Endpoint]\nstop = # , ###\n[Tags]\nexclude = hat, #compass\n[Interpreter]\nsuffix = a # b\n"
    settings = config.load(write(tmp_path, text))
    assert settings.interpreter.endpoint.stop == ("#", "###")
    assert (settings.tags.exclude, settings.interpreter.suffix) == (("hat", "#compass"), "a # b")


@pytest.mark.parametrize("mark", ['"', "'"])
def test_a_path_may_stand_in_quotation_marks(tmp_path: Path, mark: str) -> None:
    (tmp_path / "my words.txt").write_text("{{ tags }}", encoding="utf-8")
    quoted = {
        "Dataset": ("images", "D:\\training"),
        "Tags": ("descriptions_file", "my tags.csv"),
        "TagProvider": ("source", "pages.csv"),
        "Interpreter": ("prompt_template_file", "my words.txt"),
        "Endpoint": ("model", "D:\\models\\a b.gguf"),
    }
    text = "".join(f"[{name}]\n{key} = {mark}{path}{mark}\n" for name, (key, path) in quoted.items())
    settings = config.load(write(tmp_path, text))
    assert settings.dataset.images == tmp_path / "D:\\training"
    assert settings.tags.descriptions_file == tmp_path / "my tags.csv"
    assert settings.tag_provider.source == str(tmp_path / "pages.csv")
    assert settings.interpreter.prompt_template_file.named == (tmp_path / "my words.txt",)
    assert settings.interpreter.endpoint.model == "D:\\models\\a b.gguf"
    styled = config.load(write(tmp_path, f"[Interpreter]\nstyle = {mark}anima{mark}\n"))
    assert styled.interpreter.style.name == "anima.ini"


def test_all_mistakes_are_reported_together_and_say_what_to_write(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        config.load(write(tmp_path, EVERY_MISTAKE))
    said = str(caught.value)
    for line in (
        "[Endpont]: there is no such section; did you mean Endpoint?",
        "[Endpoint] conccurency: there is no such setting; did you mean concurrency?",
        "[Endpoint] retries = many: should be a whole number; write for example retries = 4",
        "[Endpoint] temperature = 9: should be less than or equal to 5",
        "[Endpoint] headers: should be a JSON object in braces",
        "[Endpoint] url = localhost:1234: should be auto, builtin, embedded, batch, or an address",
        "[Dataset] existing = skip: should be 'keep', 'refresh' or 'overwrite'",
        "[Dataset] recursive = perhaps: should be True or False",
        "[Tags] replace = grey hair: should be pairs of old=new",
        "[TagProvider] source = gelbooru: should be danbooru, e621, or",
        "[Interrogator] concurrency = none: should be auto or a whole number",
        "[Interrogator] max_image_side = 4: should be greater than or equal to 28",
        "[Interpreter] style = anmia: should be anima, chroma, ",
    ):
        assert line in said
    assert len(said.splitlines()) == 14


def test_a_key_of_a_stage_overrides_the_endpoint_for_that_stage_alone(tmp_path: Path) -> None:
    text = "[Endpoint]\nurl = http://one/v1\nmodel = small\n[Interrogator]\nurl = http://two/v1\n"
    settings = config.load(write(tmp_path, text))
    assert settings.interrogator.endpoint.url == "http://two/v1"
    assert settings.interrogator.endpoint.model == "small"
    assert settings.interpreter.endpoint.url == "http://one/v1"


def test_a_mistake_in_the_endpoint_is_reported_once_and_not_for_every_stage(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        config.load(write(tmp_path, "[Endpoint]\nretries = -1\n"))
    assert str(caught.value).count("retries = -1") == 1


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("retries = 4\n", "line 1 is above the first section"),
        ("[Endpoint]\nretries\n", "line 2 is neither [Section] nor key = value"),
        ("[Endpoint]\nretries = 1\nretries = 2\n", "line 3 sets [Endpoint] retries a second time"),
        ("[Endpoint]\n[Endpoint]\n", "line 2 begins [Endpoint] a second time"),
        (b"[Endpoint]\nmodel = \xff\xfe\n", "is not UTF-8 text: save it as UTF-8 in your editor"),
        ("[Endpoint]\nmodel = müde\n".encode("cp1252"), "is not UTF-8 text: save it as UTF-8"),
        ("[Endpoint]\nmodel = x\n".encode("utf-16-le"), "is not UTF-8 text: save it as UTF-8"),
        ("[Endpoint]\nmodel = x\n".encode("utf-16")[:-1], "is not UTF-8 text: save it as UTF-8"),
        (b"\x89PNG\r\n\x1a\n\0\0", "is not"),
    ],
)
def test_a_file_that_is_no_ini_is_reported_with_the_line(
    tmp_path: Path, text: str | bytes, line: str
) -> None:
    with pytest.raises(UserError, match=line.replace("[", r"\[")):
        config.load(write(tmp_path, text))


@pytest.mark.parametrize(
    ("named", "written"),
    [("none.ini", "none.ini"), ("../none.ini", "../none.ini"), ("my sets/none.ini", '"my sets/none.ini"')],
)
def test_a_missing_file_says_how_to_get_a_fresh_one_there(named: str, written: str) -> None:
    with pytest.raises(UserError) as caught:
        config.load(Path(named))
    assert str(caught.value).endswith(f"with: python caption.py --settings ini > {written}")


def test_percent_signs_do_no_harm(tmp_path: Path) -> None:
    assert config.load(write(tmp_path, "[Tags]\ntrigger = 100%(x)s\n")).tags.trigger == "100%(x)s"


# PowerShell 5 writes UTF-16 when output is redirected to a file.
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_every_encoding_with_its_mark_is_read_whatever_ends_the_lines(
    tmp_path: Path, encoding: str, ending: str
) -> None:
    text = "[Tags]\ntrigger = müde\n[Interpreter]\nstrip = a,\n    b\n".replace("\n", ending)
    settings = config.load(write(tmp_path, text.encode(encoding)))
    assert settings.tags.trigger == "müde"
    assert [pattern.text for pattern in settings.interpreter.strip] == ["a,", "b"]


def test_relative_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    settings = config.load(write(tmp_path, "[Dataset]\nimages = ../pictures\n"))
    assert settings.dataset.images.resolve() == (tmp_path.parent / "pictures").resolve()
    assert settings.tag_provider.cache == tmp_path / "tags_cache.json"


def test_a_template_beside_the_file_comes_before_the_shipped_one(tmp_path: Path) -> None:
    shipped = config.load(write(tmp_path, "")).interpreter.prompt_template_file.for_tags
    assert shipped == ROOT / "templates" / "interpreter_prompt_template_short_no_description.txt"
    own = tmp_path / "templates" / shipped.name
    own.parent.mkdir()
    own.write_text("Write: {{ tags }}", encoding="utf-8")
    assert config.load(tmp_path / "config.ini").interpreter.prompt_template_file.for_tags == own


def test_variants_must_be_known_and_each_stand_there_once(tmp_path: Path) -> None:
    good = config.load(write(tmp_path, "[Interpreter]\nvariants = long, tags\n"))
    assert good.interpreter.variants == ("long", "tags")
    for wrong in ("tiny", "long, long"):
        with pytest.raises(UserError, match="at most once"):
            config.load(write(tmp_path, f"[Interpreter]\nvariants = {wrong}\n"))


def test_overrides_win_and_their_mistakes_are_reported(tmp_path: Path) -> None:
    path = write(tmp_path, "[Endpoint]\nretries = 1\n")
    assert config.load(path, ["Endpoint.retries=7"]).interpreter.endpoint.retries == 7
    with pytest.raises(UserError, match=r"--set retries: should be Section.key=value"):
        config.load(path, ["retries"])
    typed = r"^the command line cannot .*\n  --set Endpoint.retries=x: should be a whole number"
    with pytest.raises(UserError, match=typed):
        config.load(path, ["Endpoint.retries=x"])
    with pytest.raises(
        UserError, match=r"--set Endpoint.retires: there is no such setting; did you mean retries"
    ):
        config.load(path, ["Endpoint.retires=1"])


@pytest.mark.parametrize("value", ["\ud800", "\udc80", "http://a\ud800/v1", "~\ud800/x", '{"a": "\udcff"}'])
def test_half_a_character_in_any_setting_is_taken_or_refused_in_a_sentence(
    tmp_path: Path, value: str
) -> None:
    path = write(tmp_path, "")
    refused = 0
    for name, section in SECTIONS.items():
        for key, _, _ in config.settings_of(section):
            try:
                config.load(path, [f"{name}.{key}={value}"])
            except UserError as error:
                assert error.problems
                refused += 1
    assert refused > 20


def test_a_key_from_the_environment_is_used_where_the_file_has_none(tmp_path: Path) -> None:
    code = (
        "import config, pathlib; s = config.load(pathlib.Path('config.ini'));"
        "print(s.interpreter.endpoint.api_key.get_secret_value(), s)"
    )
    environment = {**os.environ, "TAGSCRIBE_API_KEY": "marked-key", "PYTHONPATH": str(ROOT)}

    def printed(text: str) -> str:
        write(tmp_path, text)
        command = [sys.executable, "-c", code]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout

    assert printed("").count("marked-key") == 1
    assert printed("[Endpoint]\napi_key = of-the-file\n").count("of-the-file") == 1


def test_a_mistyped_secret_is_never_repeated(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        config.load(write(tmp_path, "[Endpoint]\napikey = marked-key\n[Interpreter]\nheaders = marked-key\n"))
    assert "did you mean api_key?" in str(caught.value)
    assert "marked-key" not in str(caught.value)


def test_an_address_with_a_password_is_refused_and_the_password_not_shown(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        config.load(write(tmp_path, "[Endpoint]\nurl = http://me:marked-key@host/v1\n"))
    assert "a key goes into api_key" in str(caught.value)
    assert "marked-key" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["danbooru.donmai.us", "ftp://example.org", "http://", "http://[", "http://x:y", "http://x?y"]
)
def test_an_impossible_address_of_a_wiki_is_reported(tmp_path: Path, url: str) -> None:
    with pytest.raises(UserError, match=rf"\[TagProvider\] wiki_url = {re.escape(url)}: should "):
        config.load(write(tmp_path, f"[TagProvider]\nwiki_url = {url}\n"))


@pytest.mark.parametrize(
    "url", ["https://painter:s3cret@example.org", "https://painter:s3cret@[", "https://s3cret@:x"]
)
def test_a_password_in_the_address_of_a_wiki_is_refused_and_not_repeated(tmp_path: Path, url: str) -> None:
    with pytest.raises(UserError, match="wiki_login and wiki_api_key") as caught:
        config.load(write(tmp_path, f"[TagProvider]\nwiki_url = {url}\n"))
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("section", ["Endpoint", "Interpreter"])
def test_a_setting_that_was_removed_is_ignored_with_a_warning(
    tmp_path: Path, section: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = write(tmp_path, f"[{section}]\noverlap = True\nretries = 7\n")
    assert config.load(path).interpreter.endpoint.retries == 7
    became = "overlap was removed, because the stages run one after another: leave it out"
    assert caplog.messages == [f"{path}: [{section}] {became}"]


def test_a_setting_that_was_removed_is_reported_if_it_is_given_by_set(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = config.load(write(tmp_path, ""), ["Endpoint.overlap=True", "Endpoint.retries=7"])
    assert settings.interpreter.endpoint.retries == 7
    assert [message.partition(" was")[0] for message in caplog.messages] == ["--set Endpoint.overlap"]


@pytest.mark.parametrize("command", [(), ("--check",)])
def test_a_run_and_the_checkup_go_on_with_a_setting_that_was_removed(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    project = Project(tmp_path, Endpoint__overlap="True")
    project.add("a.png")
    result = project.run(*command)
    assert (result.code, "overlap was removed" in result.err) == (0, True), result


def test_the_program_reports_all_mistakes_without_a_traceback_and_exits_with_2(tmp_path: Path) -> None:
    project = Project(tmp_path)
    (tmp_path / "config.ini").write_text(EVERY_MISTAKE, encoding="utf-8")
    result = project.run()
    assert result.code == 2
    assert "did you mean Endpoint?" in result.err


@pytest.mark.parametrize(
    ("language", "may_be_english"),
    [("", True), ("en", True), ("en_US", True), ("EN-gb", True), ("de", False), ("eng", False)],
)
def test_english_is_told_by_the_code_before_the_region(
    tmp_path: Path, language: str, may_be_english: bool
) -> None:
    path = write(tmp_path, f"[Interpreter]\nlanguage = {language}\n")
    assert config.load(path).interpreter.may_be_english is may_be_english
