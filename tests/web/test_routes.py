"""Addresses stay: taking one away fails here until somebody thinks of a redirect."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

LIST = Path(__file__).parent / "routes.txt"


def test_the_addresses_are_those_of_the_list(app: Flask) -> None:
    rules = sorted(
        f"{'/'.join(sorted((rule.methods or set()) - {'HEAD', 'OPTIONS'}))} {rule.rule}"
        for rule in app.url_map.iter_rules()
    )
    assert rules == LIST.read_text(encoding="utf-8").splitlines()
