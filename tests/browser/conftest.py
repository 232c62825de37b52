"""A real browser before a real server. Whatever a page complains about in its console fails the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

import engine
from tests.browser.chromium import Missing, launched
from tests.browser.office import Office, opened
from tests.browser.people import Slip
from tests.flows.shipped import publish, whole

#: A form that comes back with errors is an answer, not a fault; the console calls it one all the same.
EXPECTED = "the server responded with a status of 422"
#: Milliseconds until an expected thing has not happened.
PATIENCE = 10_000

Visit = Callable[..., Page]

PENALTY = whole("cf-general")
POSTS = {"承办岗": "zhang", "批准岗": "huang", "applicant": "applicant"}


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One server for all browser tests; each makes cases of its own."""
    with opened(tmp_path_factory.mktemp("office")) as running:
        yield running


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Without the browser these tests fail: a test that is skipped shows nothing."""
    try:
        with launched() as browser:
            yield browser
    except Missing as missing:
        raise pytest.fail.Exception(str(missing), pytrace=False) from None


@pytest.fixture
def visit(chromium: Browser, office: Office) -> Iterator[Visit]:
    """``visit(width=1440, **options)``: a new visitor with a browser of their own, as a page that is still empty."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def arrive(width: int = 1440, **options: Any) -> Page:
        size = {"width": width, "height": 900 if width > 600 else 740}
        context = chromium.new_context(base_url=office.address, viewport=size, locale="zh-CN", **options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        listen(context, office.address, complaints)
        return context.new_page()

    yield arrive
    for context in contexts:
        context.close()
    assert not complaints


def listen(context: BrowserContext, address: str, complaints: list[str]) -> None:
    """Write down errors in the console (scripts, refused styles) and every request that leaves this server."""
    own = urlsplit(address).netloc

    def on_console(message: Any) -> None:
        if message.type in ("error", "warning") and EXPECTED not in message.text:
            complaints.append(f"{message.type}: {message.text}")

    def on_request(request: Any) -> None:
        if urlsplit(request.url).netloc not in (own, ""):
            complaints.append(f"request to {request.url}")

    context.on("console", on_console)
    context.on("weberror", lambda error: complaints.append(f"exception: {error.error}"))
    context.on("request", on_request)


@pytest.fixture
def mitigated(office: Office) -> Slip:
    """A case whose facts led to mitigation; the proposal is to be made."""
    at = datetime.now(UTC) - timedelta(days=20)
    with office.store.begin() as session:
        publish(session, "cf-general", author="lin", reviewer="zhao", at=at)
        done = engine.start_case(session, "cf-general", actor="zhang", at=at)
        assert done.receipt is not None
        slip = Slip(done.case, done.receipt.code)
    for number, step in enumerate(PENALTY.scenarios["departs-from-the-benchmark"]["step"]):
        if step["do"] == "Conclude":
            break
        data = dict(step.get("data", {})) | ({"with": "liu"} if step["do"] == "Investigate" else {})
        with office.store.begin() as session:
            when = at + timedelta(hours=number + 1)
            engine.complete(session, slip.number, step["do"], actor=POSTS[step["as"]], data=data, at=when)
    return slip
