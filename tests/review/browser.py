"""A real browser without a window: Chromium or Chrome by its own driver, and no download of either."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--hide-scrollbars", "--window-size=1280,900"),
)
# It ends a wait for what never comes; no test takes a part of it.
LONGEST_WAIT = 60
_LOGS = {"browser": "ALL", "performance": "ALL"}
Result = TypeVar("Result")


def _driver() -> str | None:
    folder = os.environ.get("CHROMEWEBDRIVER")  # the folder of it on GitHub's computers
    return shutil.which("chromedriver") or (shutil.which("chromedriver", path=folder) if folder else None)


def need_browser() -> str:
    """The path of the browser's driver; without one, the test is skipped (`.ci/run` can demand one)."""
    driver = _driver()
    if driver is None:
        pytest.skip("no chromedriver here; install chromium and chromium-driver")
    return driver


class Browser:
    """One browser, with methods to use a page and to read what it shows."""

    def __init__(self, profile: Path) -> None:
        """`profile` is an empty folder for all that the browser writes."""
        options = webdriver.ChromeOptions()
        if chromium := shutil.which("chromium"):
            options.binary_location = chromium
        for flag in (*FLAGS, f"--user-data-dir={profile / 'profile'}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", _LOGS)
        self.downloads = profile / "downloads"
        self.downloads.mkdir()
        self.driver = webdriver.Chrome(options, Service(need_browser()))
        self.driver.set_page_load_timeout(LONGEST_WAIT)
        where = {"behavior": "allow", "downloadPath": str(self.downloads)}
        self._tell("Browser.setDownloadBehavior", where)

    def close(self) -> None:
        """End the browser."""
        self.driver.quit()

    def open(self, page: Path | str) -> None:
        """Open a report from disk or at an address, and wait until it has read all its pictures."""
        self.driver.get(page.as_uri() if isinstance(page, Path) else page)
        self.wait(lambda: self.run("return 'ready' in document.documentElement.dataset"))

    def size(self, width: int, height: int, dark: bool = False, sharpness: float = 1) -> None:
        """The size of the window in CSS pixels, and whether the system is dark."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": sharpness, "mobile": False}
        self._tell("Emulation.setDeviceMetricsOverride", metrics)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._tell("Emulation.setEmulatedMedia", {"features": [scheme]})

    def before_each_page(self, script: str) -> Callable[[], None]:
        """Run a script before those of each page; calling the result ends that."""
        added = self._tell("Page.addScriptToEvaluateOnNewDocument", {"source": script})
        return lambda: self._tell("Page.removeScriptToEvaluateOnNewDocument", added)

    def run(self, script: str, *arguments: object) -> Any:  # noqa: ANN401 - what a script returns
        """Run a script in the page."""
        return self.driver.execute_script(script, *arguments)

    def find(self, css: str) -> WebElement:
        """The one element."""
        return self.driver.find_element("css selector", css)

    def all(self, css: str) -> list[WebElement]:
        """All elements, in the order of the page."""
        return self.driver.find_elements("css selector", css)

    def text(self, css: str) -> str:
        """The text of the one element, shown or not."""
        (text,) = self.texts(css)
        return text

    def texts(self, css: str) -> list[str]:
        """The texts of all elements, shown or not."""
        # In one step, for the page may be changing.
        script = "return [...document.querySelectorAll(arguments[0])].map((each) => each.textContent)"
        texts: list[str] = self.run(script, css)
        return texts

    def click(self, css: str) -> None:
        """Click as a person does; it is an error if something covers the element."""
        self.find(css).click()

    def press(self, *keys: str) -> None:
        """Press keys one after the other, wherever the focus is."""
        for key in keys:
            focused = self.driver.switch_to.active_element
            focused.send_keys(getattr(Keys, key) if len(key) > 1 else key)

    def write(self, css: str, text: str) -> None:
        """Replace the text of a field."""
        self.run("arguments[0].focus(); arguments[0].select()", self.find(css))
        self.find(css).send_keys(text or Keys.DELETE)

    def choose(self, css: str, text: str) -> None:
        """Choose from a list the first entry that has a text."""
        script = """return [...document.querySelectorAll(arguments[0] + " option")]
            .find((each) => each.textContent.includes(arguments[1]))"""
        option: WebElement = self.run(script, css, text)
        option.click()

    def wait(self, what: Callable[[], Result]) -> Result:
        """Wait until something holds, and return it."""
        return WebDriverWait(self.driver, LONGEST_WAIT, poll_frequency=0.05).until(lambda _: what())

    def complaints(self) -> list[str]:
        """The messages of the console since the last call."""
        return [str(entry["message"]) for entry in self.driver.get_log("browser")]  # type: ignore[no-untyped-call]

    def requests(self) -> list[str]:
        """The addresses requested since the last call."""
        entries = self.driver.get_log("performance")  # type: ignore[no-untyped-call]
        events = [json.loads(entry["message"])["message"] for entry in entries]
        sent = [event["params"] for event in events if event["method"] == "Network.requestWillBeSent"]
        return [str(params["request"]["url"]) for params in sent]

    def _tell(self, command: str, parameters: dict[str, Any]) -> Any:  # noqa: ANN401 - what the browser answers
        return self.driver.execute_cdp_cmd(command, parameters)
