"""A real Chromium for the tests of the page, driven by its own protocol: no driver, no Node.

The protocol: https://chromedevtools.github.io/devtools-protocol/. All of it is synchronous: a test drives the
page, and the server that the page talks to runs in a thread of its own (the fixture ``serve``).
"""

from __future__ import annotations

import base64
import json
import subprocess
import threading
from contextlib import ExitStack
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FLAGS = (
    "--headless",
    "--no-sandbox",  # containers give it none, and it opens only pages of ours
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",
)
_ANSWER_S = 30.0


class Browser:
    """One Chromium, with pages that share nothing."""

    def __init__(self, program: str, profile: Path) -> None:
        from websockets.sync.client import connect  # noqa: PLC0415 - only where there is a browser to talk to

        self._process = subprocess.Popen(
            [program, *_FLAGS, f"--user-data-dir={profile}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._held = ExitStack()
        connection = connect(self._address(), max_size=None, open_timeout=_ANSWER_S, compression=None)
        self._socket = self._held.enter_context(connection)
        self._numbers = count(1)
        self._pages: dict[str, Page] = {}

    def _address(self) -> str:
        said = self._process.stderr
        for line in said:
            _, found, address = line.partition("DevTools listening on ")
            if found:
                threading.Thread(target=said.read, daemon=True).start()  # else it would block on a full pipe
                return address.strip()
        pytest.fail(f"Chromium ended before it listened, with exit code {self._process.wait()}")

    def call(self, method: str, session: str | None = None, **params: Any) -> dict[str, Any]:
        """Ask the browser, or one page of it, and return the answer."""
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": params}
        self._socket.send(json.dumps(message | ({"sessionId": session} if session else {})))
        while (answer := self._receive()).get("id") != number:
            pass
        assert "error" not in answer, f"{method}: {answer['error']['message']}"
        return answer["result"]

    def wait_for(self, page: Page, method: str) -> None:
        """Wait for an event of a page."""
        while page.seen.count(method) == 0:
            self._receive()
        page.seen.clear()

    def _receive(self) -> dict[str, Any]:
        message = json.loads(self._socket.recv(timeout=_ANSWER_S))
        if "method" in message and (page := self._pages.get(message.get("sessionId", ""))):
            page.notice(message["method"], message["params"])
        return message

    def open(self) -> Page:
        """Open an empty page, with cookies, cache and settings of its own."""
        context = self.call("Target.createBrowserContext")["browserContextId"]
        target = self.call("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = self._pages[session] = Page(self, session, context)
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable", session)
        return page

    def close(self, page: Page | None = None) -> None:
        """Close one page with all that it keeps, or the browser."""
        if page is not None:
            del self._pages[page.session]
            self.call("Target.disposeBrowserContext", browserContextId=page.context)
            return
        try:
            self.call("Browser.close")
            self._process.wait(10)
        finally:
            self._held.close()
            self._process.kill()
            self._process.wait()
            self._process.stderr.close()


class Page:
    """One page.

    ``complaints`` are the errors that it logged: exceptions, and what its policy forbade; ``sockets`` are
    the URLs of the WebSockets that it opened.
    """

    def __init__(self, browser: Browser, session: str, context: str) -> None:
        self._browser = browser
        self.session = session
        self.context = context
        self.complaints: list[str] = []
        self.sockets: list[str] = []
        self.seen: list[str] = []

    def notice(self, method: str, params: dict[str, Any]) -> None:
        """Take in an event of the page."""
        self.seen.append(method)
        match method:
            case "Runtime.exceptionThrown":
                details = params["exceptionDetails"]
                self.complaints.append(details.get("exception", {}).get("description", details["text"]))
            case "Network.webSocketCreated":
                self.sockets.append(params["url"])
            case "Log.entryAdded" if params["entry"]["level"] in {"error", "warning"}:
                self.complaints.append(f"{params['entry']['source']}: {params['entry']['text']}")
            case "Runtime.consoleAPICalled" if params["type"] in {"error", "warning", "assert"}:
                self.complaints.append(str(params["args"]))

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Ask for something of the protocol."""
        return self._browser.call(method, self.session, **params)

    def goto(self, url: str) -> None:
        """Load a URL, with all that it refers to."""
        self.seen.clear()
        self.call("Page.navigate", url=url)
        self._browser.wait_for(self, "Page.loadEventFired")

    def evaluate(self, expression: str) -> Any:
        """Return the value of an expression in the page; a promise is awaited."""
        answer = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            pytest.fail(details.get("exception", {}).get("description", details["text"]))
        return answer["result"].get("value")

    def wait_until(self, condition: str, *, timeout_s: float = 15) -> None:
        """Wait until an expression in the page is true; fail with what the page then shows."""
        holds = self.evaluate(
            f"""new Promise((resolve) => {{
                const end = performance.now() + {timeout_s * 1000};
                const look = () => {{
                    if ({condition}) resolve(true);
                    else if (performance.now() > end) resolve(false);
                    else setTimeout(look, 20);
                }};
                look();
            }})"""
        )
        if not holds:
            pytest.fail(f"not within {timeout_s} s: {condition}\nthe page shows:\n{self.text()}\n{self.complaints}")

    def text(self, selector: str = "body") -> str:
        """Return the text that an element shows; nothing where it is hidden."""
        node = f"document.querySelector({json.dumps(selector)})"
        return self.evaluate(f"{node}.checkVisibility() ? {node}.innerText : ''")

    def press(self, key: str, code: int) -> None:
        """Press and release a key; ``code`` is its number in the browser."""
        text = {"text": "\r"} if key == "Enter" else {}
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, **text)

    def emulate(self, *, width: int = 1280, height: int = 900, **media: str) -> None:
        """Set the size, and media features such as ``prefers_color_scheme="dark"``."""
        features = [{"name": name.replace("_", "-"), "value": value} for name, value in media.items()]
        self.call("Emulation.setEmulatedMedia", features=features)
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        self.call("Emulation.setDeviceMetricsOverride", **size)

    def screenshot(self, path: Path) -> None:
        """Write a picture of the whole page, for a person to look at."""
        answer = self.call("Page.captureScreenshot", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(answer["data"]))


@pytest.fixture(scope="session")
def chromium(require_component, tmp_path_factory) -> Iterator[Browser]:
    """Return a Chromium; skip where there is none."""
    browser = Browser(require_component("chromium"), tmp_path_factory.mktemp("chromium"))
    yield browser
    browser.close()


@pytest.fixture
def page(chromium) -> Iterator[Page]:
    """Return an empty page of a Chromium."""
    page = chromium.open()
    yield page
    chromium.close(page)
