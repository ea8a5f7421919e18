"""Real Chromium, and the accessibility engine on every page it passes."""

import os
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

# The synchronous API keeps an event loop in this thread; Django would refuse the database there.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
ARGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
AXE = Path(find_spec("axe_playwright_python").origin or "").parent / "axe.min.js"
expect.set_options(timeout=8_000)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = (
        os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    )
    if not program:
        reason = "no Chromium on the PATH: install the system's chromium, or set CHROMIUM"
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=ARGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, live_server: Any, settings: Any) -> Iterator[Page]:
    """A page at 1280 px. It fails the test on any script error, console error or request to
    another host."""
    settings.SITE_URL = live_server.url
    context = browser.new_context(
        base_url=live_server.url, viewport={"width": 1280, "height": 900}, reduced_motion="reduce"
    )
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
    page.on(
        "request",
        lambda r: (
            None
            if r.url.startswith((live_server.url, "data:", "blob:"))
            else problems.append(f"asked another host: {r.url}")
        ),
    )
    yield page
    context.close()
    assert [p for p in problems if "status of 4" not in p] == []


@pytest.fixture
def looks_right(page: Page) -> Any:
    """Call on each page passed: axe without violation and no sideways scroll, at 1280 and 320 px,
    light and dark."""

    def axe(where: str, options: str) -> None:
        found = page.evaluate(
            f"axe.run(document, {options}).then(r => r.violations.map("
            "v => [v.id, v.nodes.map(n => n.target.join(' ') + ' ' + n.failureSummary)]))"
        )
        assert found == [], where

    def check() -> None:
        page.wait_for_load_state()  # a link just followed may still lead to an empty document
        page.evaluate(AXE.read_text())
        for width in (1280, 320):
            page.set_viewport_size({"width": width, "height": 900})
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{page.url} scrolls sideways at {width} px: {wide}"
            axe(f"{page.url} at {width} px", "{resultTypes: ['violations']}")
            if width == 1280:
                # Nothing but colors differs by night.
                page.emulate_media(color_scheme="dark")
                axe(f"{page.url}, dark", "{runOnly: ['color-contrast', 'link-in-text-block']}")
                page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 1280, "height": 900})

    return check


@pytest.fixture
def sign_in(page: Page, client: Any, live_server: Any) -> Any:
    """`sign_in(rosa)` puts a session of hers into the browser."""

    def with_session(user: Any) -> None:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        cookie = client.cookies["sessionid"].value
        page.context.add_cookies(
            [{"name": "sessionid", "value": cookie, "url": live_server.url, "httpOnly": True}]
        )

    return with_session
