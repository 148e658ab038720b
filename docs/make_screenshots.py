"""Makes the pictures of README.md: the shipped example is captioned, and what is there then is photographed.

    python -m docs.make_screenshots

Needs chromium, its driver, and a system with pseudo-terminals.
"""

from __future__ import annotations

import fcntl
import html
import json
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyvips

from tests.review.browser import Browser

PROGRAM = Path(__file__).resolve().parent.parent
PICTURES = PROGRAM / "docs"
COLUMNS = 100
SHARPNESS = 1.5
# What somebody might write; one of them is wrong on purpose, so that the colours of the tags are seen.
WRONG = "hatsune_miku"
EDITS = {
    WRONG: "Hatsune Miku from Vocaloid, a girl with long blonde hair in twintails and aqua eyes, wearing "
    "detached sleeves and a necktie. She is standing among cherry blossoms, smiling at the viewer.",
    "strawberry_cake": "A slice of strawberry shortcake with whipped cream on a plate, a fork beside it. "
    "Behind it, a teacup of steaming tea stands on its saucer at the window.",
}
AGAIN = "little_witch"
TERMINAL = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; padding: 18px; background: #fff; }}
div {{ overflow: hidden; border-radius: 10px; background: #1b1c1e; color: #dcdad5; }}
div::before {{ content: "● ● ●"; display: block; padding: 9px 15px; background: #2a2b2e; color: #6b6c70;
    font: 13px sans-serif; letter-spacing: 3px; }}
pre {{ margin: 0; padding: 16px 20px 20px; font: 14.5px/1.55 "Liberation Mono", monospace;
    white-space: pre-wrap; }}
b {{ color: #86c6d1; font-weight: 400; }}
</style><div><pre>{}</pre></div>"""


def main() -> None:
    """Make all of them."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "tagscribe"
        shutil.copytree(PROGRAM / "images", folder / "images")
        shutil.copy(PROGRAM / "config.ini", folder)
        said = in_terminal(folder)
        correct(folder)
        (Path(temporary) / "browser").mkdir()
        with running_browser(Path(temporary) / "browser") as browser:
            photograph_terminal(browser, Path(temporary) / "terminal.html", said)
            photograph_report(browser, folder / "captions" / "report.html")


@contextmanager
def running_browser(profile: Path) -> Iterator[Browser]:
    """A browser, and its end."""
    browser = Browser(profile)
    try:
        yield browser
    finally:
        browser.close()


def in_terminal(folder: Path) -> str:
    """What `python caption.py` says to somebody who watches it, the progress bar included."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, COLUMNS, 0, 0))
    command = [sys.executable, str(PROGRAM / "caption.py"), "--config", str(folder / "config.ini")]
    running = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, cwd=folder)
    os.close(theirs)
    output = b""
    try:
        while data := os.read(ours, 4096):
            output += data
    except OSError:  # Linux says so when the program has ended
        pass
    running.wait()
    os.close(ours)
    lines = (shown(line) for line in output.decode("utf-8").split("\n"))
    return "\n".join(lines).replace(str(folder), "~/tagscribe").strip()


def shown(line: str) -> str:
    """What a terminal shows of a line that was written over itself, without colours."""
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", line)
    return next((part for part in reversed(plain.split("\r")) if part.strip()), "").rstrip()


def correct(folder: Path) -> None:
    """Correct some captions, as somebody would in the report."""
    entries: list[dict[str, object]] = [
        {"picture": name, "caption": caption} for name, caption in EDITS.items()
    ]
    entries.append({"picture": AGAIN, "again": True})
    file = folder / "corrections.json"
    file.write_text(json.dumps({"version": 1, "corrections": entries}), encoding="utf-8")
    command = [sys.executable, str(PROGRAM / "caption.py"), "--config", str(folder / "config.ini")]
    subprocess.run([*command, "--apply", str(file)], check=True, stdout=subprocess.DEVNULL)


def photograph_terminal(browser: Browser, page: Path, said: str) -> None:
    """What was said, in the frame of a window."""
    text = f"<b>$ python caption.py</b>\n{html.escape(said)}"
    page.write_text(TERMINAL.format(text), encoding="utf-8")
    browser.size(960, 400, sharpness=SHARPNESS)
    browser.driver.get(page.as_uri())
    height = browser.run("return document.querySelector('div').getBoundingClientRect().bottom + 18")
    browser.size(960, int(height), sharpness=SHARPNESS)
    save(browser, "terminal.png")


def photograph_report(browser: Browser, report: Path) -> None:
    """The report in the light, and one picture of it in the dark."""
    browser.size(1240, 980, sharpness=SHARPNESS)
    browser.open(report)
    pictures_are_there(browser)
    save(browser, "report.png")
    browser.size(1240, 800, dark=True, sharpness=SHARPNESS)
    at = [text.partition(".")[0] for text in browser.texts(".open")].index(WRONG)
    browser.run("arguments[0].click()", browser.all(".open")[at])
    pictures_are_there(browser)
    save(browser, "report-one-picture.png")


def pictures_are_there(browser: Browser) -> None:
    """Wait until what is in sight is painted."""
    seen = "[...document.images].filter((each) => each.getBoundingClientRect().top < innerHeight)"
    browser.wait(lambda: browser.run(f"return {seen}.every((each) => each.complete && each.naturalWidth)"))
    browser.run(f"return Promise.all({seen}.map((each) => each.decode()))")


def save(browser: Browser, name: str) -> None:
    """Photograph the window; few colours make a small file."""
    image = pyvips.Image.new_from_buffer(browser.driver.get_screenshot_as_png(), "")
    image.pngsave(str(PICTURES / name), palette=True, Q=80, effort=10, strip=True)


if __name__ == "__main__":
    main()
