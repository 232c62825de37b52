"""Debian's Chromium under Playwright, without calling home."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

ARGUMENTS = [
    # It runs as root in a container and opens pages of this repository only.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Missing(Exception):
    """There is no Chromium on this machine; the message says how to get it."""


@contextmanager
def launched() -> Iterator[Browser]:
    """A browser that is closed afterwards. Raises Missing."""
    path = shutil.which("chromium")
    if path is None:
        raise Missing("apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()
