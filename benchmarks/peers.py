"""This program beside others that caption pictures, at the same endpoint: `python -m benchmarks.peers`.

64 pictures of a megapixel, one request each, 0.3 s of latency, as many in flight at once as the table says.
The sequential loop is what a script of a page does: the openai client, the file in base64, one by one.
curator and distilabel run in environments of their own, with nothing of this program in them. Seconds are
those of the whole process, start-up included; the rate is that of the steady part, without the first and the
last answers, beside the most that the endpoint can give. Exits with 1 where a peer is more than a twentieth
faster than the program, by the whole process, at the same number in flight.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.foreign import NotInstalledError, python_with, version
from benchmarks.mock import Mock, Watched, course_of, mock, project, steady

PICTURES, LATENCY, IN_FLIGHT = 64, 0.3, (1, 4, 16)
_SIDE, _LONGEST = 1024, 240
_TOLERANCE = 1.05
_SEQUENTIAL = """
import base64, sys
from pathlib import Path
import openai
url, source, target, _ = sys.argv[1:]
client = openai.OpenAI(base_url=url, api_key="none")
for path in sorted(Path(source).iterdir()):
    picture = "data:image/jpeg;base64," + base64.b64encode(path.read_bytes()).decode()
    content = [{"type": "text", "text": "Describe this picture."}]
    content.append({"type": "image_url", "image_url": {"url": picture}})
    reply = client.chat.completions.create(model="mock", messages=[{"role": "user", "content": content}])
    Path(target, path.stem + ".txt").write_text(reply.choices[0].message.content)
"""
# Its tokenizer would be fetched from the internet; litellm, which it needs anyway, brings the same file.
_CURATOR = """
import os, sys
from pathlib import Path
url, source, target, in_flight = sys.argv[1:]
os.environ |= {"CURATOR_CACHE_DIR": target + "/cache", "TELEMETRY_ENABLED": "false", "OPENAI_API_KEY": "none"}
os.environ |= {"HF_HUB_OFFLINE": "1", "CURATOR_DISABLE_RICH_DISPLAY": "1"}
import litellm.litellm_core_utils.tokenizers as tokenizers
os.environ["TIKTOKEN_CACHE_DIR"] = next(iter(tokenizers.__path__))
from bespokelabs import curator
class Captioner(curator.LLM):
    def prompt(self, row):
        return "Describe this picture.", curator.types.Image(url=row["path"])
    def parse(self, row, response):
        return {"path": row["path"], "text": response}
limits = {"max_requests_per_minute": 10**6, "max_tokens_per_minute": 10**9}
parameters = {"base_url": url, "api_key": "none", "max_concurrent_requests": int(in_flight), **limits}
captioner = Captioner(model_name="gpt-4o-mini", backend="openai", backend_params=parameters)
found = captioner([{"path": str(path)} for path in sorted(Path(source).iterdir())])
for row in getattr(found, "dataset", found):
    Path(target, Path(row["path"]).stem + ".txt").write_text(row["text"])
"""
_DISTILABEL = """
import base64, os, sys
from pathlib import Path
url, source, target, in_flight = sys.argv[1:]
os.environ["HF_HUB_OFFLINE"] = "1"
from distilabel.models import OpenAILLM
from distilabel.pipeline import Pipeline
from distilabel.steps import LoadDataFromDicts
from distilabel.steps.tasks import TextGenerationWithImage
def row(path):
    picture = base64.b64encode(path.read_bytes()).decode()
    return {"name": path.stem, "instruction": "Describe this picture.", "image": picture}
if __name__ == "__main__":
    with Pipeline(name="peers", cache_dir=target + "/cache") as pipeline:
        rows = [row(path) for path in sorted(Path(source).iterdir())]
        load = LoadDataFromDicts(data=rows, batch_size=int(in_flight))
        model = OpenAILLM(model="mock", base_url=url, api_key="none")
        load >> TextGenerationWithImage(llm=model, image_type="base64", input_batch_size=int(in_flight))
    for row in pipeline.run(use_cache=False)["default"]["train"]:
        if row["generation"]:
            Path(target, row["name"] + ".txt").write_text(row["generation"])
"""


@dataclass(frozen=True, slots=True)
class Work:
    """Pictures to caption, so many at a time, and where the captions go."""

    server: Mock
    pictures: Path
    captions: Path
    in_flight: int


class FailedError(Exception):
    """How a peer ended, in a few words."""


Peer = Callable[[Work], Watched]


def this_program(work: Work) -> Watched:
    """Have the program describe the pictures."""
    run = project(
        work.captions.parent / "project",
        work.server.url,
        0,
        Interpreter__skip="True",
        Interrogator__skip="False",
        Endpoint__concurrency=str(work.in_flight),
        Dataset__descriptions=str(work.captions),
    )
    for path in work.pictures.iterdir():
        (run.images / path.name).hardlink_to(path)
        (run.images / path.name).with_suffix(".txt").write_text("1girl, solo, smile", encoding="utf-8")
    return _course(run.command(), work)


def script(text: str, *requirements: str) -> Peer:
    """A peer that is a script, in an environment with what it requires, or in this one."""

    def run(work: Work) -> Watched:
        python = python_with(*requirements) if requirements else Path(sys.executable)
        path = work.captions.parent / "peer.py"
        path.write_text(text, encoding="utf-8")
        places = (work.server.url, str(work.pictures), str(work.captions), str(work.in_flight))
        return _course([str(python), str(path), *places], work)

    return run


def _course(command: list[str], work: Work) -> Watched:
    with (work.captions.parent / "output").open("w+b") as output:
        code, course = course_of(command, work.captions.parent, work.server, _LONGEST, output)
        output.seek(0)
        lines = output.read().decode(errors="replace").split("\n")
    if code:
        last = next((line.strip() for line in reversed(lines) if line.strip()), "")
        raise FailedError(f"ended with {code}: {last[:70]}")
    return course


CURATOR, DISTILABEL = ("bespokelabs-curator",), ("distilabel[openai]", "requests")
PEERS: dict[str, Peer] = {
    "this program": this_program,
    "sequential": script(_SEQUENTIAL),
    "curator": script(_CURATOR, *CURATOR),
    "distilabel": script(_DISTILABEL, *DISTILABEL),
}


def make_pictures(folder: Path) -> None:
    """Pictures of a megapixel, no two the same."""
    import pyvips

    folder.mkdir()
    whole = (pyvips.Image.perlin(_SIDE, _SIDE, cell_size=64) * 100 + 128).cast("uchar").copy_memory()
    for number in range(PICTURES):
        picture = whole.wrap(x=number * 9, y=number * 5).copy(interpretation="srgb")
        picture.bandjoin([picture, picture]).write_to_file(str(folder / f"{number:03}.jpg"))


def seconds_of(name: str, peer: Peer, pictures: Path, in_flight: int) -> float | None:
    """Run one and print its row; the seconds in all, if it captioned everything."""
    with tempfile.TemporaryDirectory() as folder, mock(LATENCY, 0) as server:
        captions = Path(folder) / "captions"
        captions.mkdir()
        row = f"{name:13} {in_flight:9} "
        try:
            course = peer(Work(server, pictures, captions, in_flight))
        except (NotInstalledError, FailedError) as error:
            print(f"{row} {error}", flush=True)
            return None
        kept = sum(path.stat().st_size > 0 for path in captions.glob("*.txt"))
    begin, end = steady(course.seen, in_flight)
    rate = (end.busy - begin.busy) / (end.time - begin.time) / LATENCY
    print(f"{row} {course.seconds:7.1f} {rate:8.1f} {in_flight / LATENCY:8.1f} {kept:6}", flush=True)
    return course.seconds if kept == PICTURES else None


def _versions() -> None:
    for distribution, requirements in (("bespokelabs-curator", CURATOR), ("distilabel", DISTILABEL)):
        try:
            print(distribution, version(python_with(*requirements), distribution))
        except NotInstalledError as error:
            print(f"{distribution}: {error}")


def main() -> int:
    """Print the table; 1 where a peer is faster."""
    missed = False
    _versions()
    print(f"{'':13} {'in flight':>9}  {'whole s':>7} {'steady/s':>8} {'most/s':>8} {'kept':>6}")
    with tempfile.TemporaryDirectory() as folder:
        pictures = Path(folder) / "pictures"
        make_pictures(pictures)
        for in_flight in IN_FLIGHT:
            names = [name for name in PEERS if name != "sequential" or in_flight == 1]
            found = {name: seconds_of(name, PEERS[name], pictures, in_flight) for name in names}
            ours = found.pop("this program")
            for name, theirs in found.items():
                if ours is None or (theirs is not None and ours > theirs * _TOLERANCE):
                    print(f"  missed: {name} is faster at {in_flight} in flight")
                    missed = True
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
