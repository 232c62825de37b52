"""The pages anyone may read."""

from __future__ import annotations

import hashlib
import io
import zipfile

import pytest
import rfc8785

from tests.web.browser import Browser

PAGES = [
    "/",
    "/powers",
    "/powers/xk-general",
    "/powers/xk-general/v/1",
    "/powers/xk-general/apply",
    "/track",
    "/about",
    "/accessibility",
    "/sign-in",
]


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_is_sound_in_both_languages(client: Browser, address: str, lang: str) -> None:
    page = client.page(f"{address}?lang={lang}")
    assert page.lang == {"zh": "zh-CN", "en": "en"}[lang]


def test_the_language_stays_chosen(client: Browser) -> None:
    client.get("/?lang=en")
    assert client.page("/powers/xk-general").headings == ["Administrative licence: general procedure"]
    client.get("/?lang=zh")
    assert client.page("/powers/xk-general").headings == ["行政许可一般程序"]


def test_an_unknown_language_is_chinese(client: Browser) -> None:
    assert client.page("/?lang=xx").lang == "zh-CN"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=许可", True),
        ("q=市场监督 许可", True),
        ("q=licence", True),
        ("q=消防", False),
        ("type=XK", True),
        ("type=CF", False),
        ("theme=市场准入", True),
        ("body=云泽市市场监督管理局", True),
        ("body=公安局", False),
    ],
)
def test_powers_are_found_by_words_type_body_and_theme(client: Browser, query: str, found: bool) -> None:
    assert ("/powers/xk-general" in client.page(f"/powers?{query}").links) is found


def test_a_case_number_in_the_search_leads_to_tracking(client: Browser) -> None:
    response = client.get("/powers?q=xk-2026-000007")
    assert response.headers["Location"] == "/track?number=XK-2026-000007"


def test_a_power_shows_chart_words_and_guide(client: Browser) -> None:
    page = client.page("/powers/xk-general")
    for part in ('id="node-Apply"', 'id="m-node-Apply"', 'id="step-Apply"', "0800-555-0131", "行政复议", "第四十二条"):
        assert part in page.html, part


def test_few_cases_are_not_counted_in_public(client: Browser) -> None:
    assert "少于 5 件不公布件数" in client.page("/powers/xk-general").html


def test_the_package_has_the_published_digest(client: Browser) -> None:
    archive = zipfile.ZipFile(io.BytesIO(client.get("/powers/xk-general/package.zip").data))
    files = {name: hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()}
    digest = hashlib.sha256(rfc8785.dumps(files)).hexdigest()
    assert digest in client.page("/powers/xk-general").html


@pytest.mark.parametrize(
    ("path", "media", "start"),
    [
        ("chart.svg", "image/svg+xml", b"<"),
        ("chart.svg?form=phone", "image/svg+xml", b"<"),
        ("chart.pdf", "application/pdf", b"%PDF"),
        ("chart.png", "image/png", b"\x89PNG"),
        ("process.bpmn", "application/xml", b"<?xml"),
        ("steps.txt", "text/plain", "云泽市市场监督管理局".encode()),
    ],
)
def test_downloads(client: Browser, path: str, media: str, start: bytes) -> None:
    response = client.get(f"/powers/xk-general/{path}")
    assert response.status_code == 200
    assert response.mimetype == media
    assert response.data.startswith(start)
    assert response.headers["Content-Disposition"].startswith('attachment; filename="xk-general-v1.')
    again = client.get(f"/powers/xk-general/{path}", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "address",
    [
        "/nowhere",
        "/powers/none",
        "/powers/xk-general/v/7",
        "/powers/none/apply",
        "/powers/xk-general/chart.exe",
        "/powers/xk-general/chart.svg?form=round",
        "/powers/xk-general/process.bpmn?version=9",
    ],
)
def test_what_is_not_there_has_a_page_that_says_so(client: Browser, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 404
    assert "首页" in response.text
