"""The report that --review serves: what it writes, and whom it answers."""

from __future__ import annotations

import http.client
import json
import signal
import sys
from pathlib import Path
from urllib.parse import urlsplit

from dataset.locks import locked
from tests.fakes.albums import Album
from tests.fakes.endpoint import FakeEndpoint, Reply
from tests.program.processes import Running, running
from tests.review.browser import Browser


def album_of(folder: Path) -> Album:
    """Two pictures with captions, one without, and one that is excluded."""
    album = Album(folder)
    for name in ("a", "b"):
        album.caption(album.add(f"{name}.png"), f"A girl called {name}.")
    album.add("waiting.png")
    album.add("out.png", "1girl, loli, nude")
    return album


def address(review: Running) -> str:
    """The address that --review prints."""
    review.until(lambda: review.said)
    return review.said[0].split()[4]


def classes(browser: Browser) -> list[str]:
    """The marks of the tags of the picture that is open."""
    script = "return [...document.querySelectorAll('#detail ul .tag')].map((tag) => tag.classList[1])"
    marks: list[str] = browser.run(script)
    return marks


def status(url: str, method: str = "GET", body: str | None = None, **headers: str) -> int:
    """The status of the answer to a request; "" leaves a header out."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=60)
    connection.putrequest(method, parts.path + (f"?{parts.query}" if parts.query else ""), skip_host=True)
    data = (body or "").encode()
    for key, value in {"Host": parts.netloc, "Content-Length": str(len(data)), **headers}.items():
        if value:
            connection.putheader(key.replace("_", "-"), value)
    connection.endheaders(data)
    found = connection.getresponse().status
    connection.close()
    return found


def test_only_the_page_itself_is_answered(tmp_path: Path) -> None:
    album = album_of(tmp_path)
    with running(album.project, "--review") as review:
        url = address(review)
        place = urlsplit(url).netloc
        assert place.startswith("127.0.0.1:")
        home, own = f"http://{place}", {"Origin": f"http://{place}", "Content_Type": "application/json"}
        evil = {"Origin": "http://evil.example", "Content_Type": "application/json"}
        words = json.dumps({"corrections": [{"picture": "a", "caption": "Written by a stranger."}]})
        asked = {
            status(url): 200,
            status(f"{url}state?since=0"): 200,
            status(f"{url}pictures/a.png"): 200,
        }
        assert asked == {200: 200}
        refused = {
            "another path": status(f"{home}/"),
            "another token": status(f"{home}/{'x' * 32}/"),
            "no page": status(f"{url}report.html"),
            "an excluded picture": status(f"{url}pictures/out.png"),
            "a tag file": status(f"{url}pictures/a.txt"),
            "a way out": status(f"{url}pictures/..%2Fconfig.ini"),
            "a name that leads here": status(url, Host="evil.example"),
            "no name": status(url, Host=""),
            "another page": status(url, Origin="http://evil.example"),
            "an embedding page": status(url, Sec_Fetch_Site="cross-site"),
            "another page that writes": status(f"{url}corrections", "POST", words, **evil),
            "a form": status(f"{url}corrections", "POST", words, Content_Type="application/json"),
            "no JSON": status(f"{url}corrections", "POST", "{", **own),
            "text": status(f"{url}corrections", "POST", words, Origin=home, Content_Type="text/plain"),
            "marks of no text": status(f"{url}marks", "POST", words, **own),
            "no number": status(f"{url}state?since=-1"),
        }
        # The library itself refuses what names no server.
        assert refused.pop("no name") in (400, 403)
        wanted = [404, 404, 404, 404, 404, 404, *[403] * 5, *[400] * 4]
        assert list(refused.values()) == wanted, refused
        assert album.project.caption("a") == "A girl called a."
        assert status(f"{url}corrections", "POST", words, **own) == 200
        assert album.project.caption("a") == "Written by a stranger."
        assert not review.errors


def test_what_is_corrected_is_written_at_once_and_captioned_again(browser: Browser, tmp_path: Path) -> None:
    album = album_of(tmp_path)
    project = album.project
    with FakeEndpoint() as endpoint:
        project.set |= {"Endpoint.url": endpoint.url, "Endpoint.retries": "0"}
        with running(project, "--review") as review:
            browser.complaints()
            browser.size(390, 800)
            browser.open(address(review))
            browser.click("#help")
            assert browser.text("#keys pre") == "python caption.py --undo"
            browser.press("ESCAPE")
            browser.choose("#sort", "As in the folder")
            browser.wait(lambda: browser.run("return document.querySelector('.card img').naturalWidth"))
            browser.run("document.querySelector('[data-at=\"0\"]').click()")
            browser.press("e")
            # By its words this says a girl; the check of the program counts them.
            browser.write("#caption-text", "Two girls smile.")
            browser.wait(lambda: classes(browser) == ["mark-c", "mark-c", "mark-s"])
            browser.write("#caption-text", "A girl who smiles.")
            with locked(project.captions):
                browser.click("#keep")
                browser.wait(lambda: "another run is writing" in browser.text("#progress"))
                assert browser.texts(".badge.mine") == ["your words, being written"]
            browser.wait(lambda: browser.texts(".badge") == ["edited", "changed", "excluded"])
            assert project.caption("a") == "A girl who smiles."
            endpoint.script(Reply("A girl smiles beside a lighthouse."))
            browser.run("document.querySelector('[data-at=\"1\"]').click()")
            browser.press("a")
            browser.wait(lambda: browser.texts("#caption") == ["A girl smiles beside a lighthouse."])
            assert project.caption("b") == "A girl smiles beside a lighthouse."
            assert len(endpoint.requests) == 1
            browser.press("ESCAPE")
            browser.wait(lambda: not browser.run("return document.querySelector('#detail').open"))
            browser.click("#replace")
            browser.write("#bulk-find", "girl")
            browser.write("#bulk-words", "woman")
            browser.click("#bulk-do")
            browser.wait(lambda: project.caption("b") == "A woman smiles beside a lighthouse.")
            browser.wait(lambda: not browser.texts(".badge.mine"))
            other = album.results(run="2026-11-23T10:00:00+00:00")
            other.expect(2)
            other.keep("waiting", "Another run wrote this.", prompt="p", model="m", draft=False, details={})
            browser.wait(lambda: "Another run wrote this." in browser.texts(".card .caption"))
            browser.wait(lambda: browser.text("#progress").startswith("Another run came to 1 of 2 captions"))
            assert browser.run("return document.querySelector('#progress progress').position") == 0.5
            other.keep("b", "And this.", prompt="p", model="m", draft=False, details={})
            browser.wait(lambda: not browser.text("#progress"))
            overhang = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert browser.run(overhang) == 0
            assert browser.complaints() == []
            if sys.platform != "win32":  # Windows has no signals for one process
                review.end(signal.SIGINT)
    if sys.platform != "win32":
        assert "Writing what was changed into report.html" in review.said[-1]
        browser.open(album.report)
        assert "Another run wrote this." in browser.texts(".card .caption")
        assert '"served":null' in album.report.read_text(encoding="utf-8")
    assert project.run("--undo").out.startswith("Put back 1 caption")
