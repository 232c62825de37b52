"""How values are written, rendered and kept."""

from __future__ import annotations

import stat
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask

from engine.answers import Due
from web import formatting, markdown, qr
from web.settings import Settings, kept_key


@pytest.mark.parametrize(
    ("value", "kind", "shown"),
    [
        ("张三丰", "name", "张**"),
        ("张", "name", "张*"),
        ("13812346021", "phone", "138****6021"),
        ("310101199001011234", "id", "3101**********1234"),
        ("123", "phone", "***"),
        ("某路 1 号", "", "***"),
    ],
)
def test_masking(value: str, kind: str, shown: str) -> None:
    assert formatting.mask(value, kind) == shown


def test_times_are_local_and_dates_have_their_year(app: Flask) -> None:
    with app.test_request_context("/"):
        assert formatting.moment(datetime(2026, 11, 23, 18, 30, tzinfo=UTC)) == "2026-11-24 02:30"
        assert (
            formatting.day(datetime(2026, 11, 23, 18, 30, tzinfo=UTC)) == "2026\u00a0年\u00a011\u00a0月\u00a024\u00a0日"
        )
    with app.test_request_context("/?lang=en"):
        assert formatting.day(date(2026, 11, 24)) == "24\u00a0Nov\u00a02026"


def test_an_estimate_says_that_it_is_one(app: Flask) -> None:
    with app.test_request_context("/"):
        assert "估算" in formatting.due_words(Due(on=date(2026, 12, 1), provisional=False))
        assert "暂定" in formatting.due_words(Due(on=date(2031, 12, 1), provisional=True))


def test_about_texts_are_made_safe() -> None:
    html = markdown.render(
        "# Title\n\n## Part\n\n<script>alert(1)</script>\n\n[bad](javascript:alert(1)) [good](https://example.org)\n\n"
        "![picture](https://example.org/x.png)\n"
    )
    assert "<script" not in html and "javascript:" not in html.replace("[bad](javascript:alert(1))", "")
    assert "<img" not in html and "Title" not in html
    assert "<h3>Part</h3>" in html and 'href="https://example.org"' in html


def test_a_qr_code_is_inline_svg_without_colours_of_its_own() -> None:
    svg = qr.svg("https://sunpath.example/track?number=XK-2026-000001", "address")
    assert svg.startswith("<svg") and "style=" not in svg and "<title>address</title>" in svg


def test_keys_are_made_once_and_for_the_owner_only(tmp_path: Path) -> None:
    first = Settings.from_env({"SUNPATH_VAR": str(tmp_path / "var")})
    second = Settings.from_env({"SUNPATH_VAR": str(tmp_path / "var")})
    assert first.session_key == second.session_key != first.code_key
    for name in ("session.key", "code.key"):
        assert stat.S_IMODE((tmp_path / "var" / name).stat().st_mode) == 0o600
    assert [path.name for path in sorted((tmp_path / "var").iterdir())] == ["code.key", "session.key"]


def test_a_cut_key_file_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "x.key").write_bytes(b"short")
    with pytest.raises(ValueError, match=r"x\.key"):
        kept_key(tmp_path / "x.key")


def test_settings_come_from_the_environment(tmp_path: Path) -> None:
    env = {"DATABASE_URL": "sqlite:///x.db", "SUNPATH_DEMO": "1", "SUNPATH_BASE_URL": "https://a.example/"}
    read = Settings.from_env({**env, "SUNPATH_VAR": str(tmp_path)})
    assert (read.database_url, read.demo, read.allow_clock) == ("sqlite:///x.db", True, False)
    assert read.base_url == "https://a.example"
