"""The register of law on the pages: from an article to its steps, and badges where what is cited no longer stands."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask

import engine
from engine.store import Store
from tests.web.browser import Browser
from tests.web.staff import add_people, signed_in

LICENCE = "中华人民共和国行政许可法"
ADDRESS = f"/law/{LICENCE}"


@pytest.fixture
def changed(store: Store) -> Any:
    """Put a change of the licence law on the register."""
    add_people(store)
    with store.begin() as session:
        engine.add_person(session, "keeper", roles=["admin"])
        published = engine.definition(session, "xk-general").published_at

    def change(kind: str, article: str = "") -> None:
        with store.begin() as session:
            engine.change_law(
                session, LICENCE, kind=kind, on=published.date(), document="示例公告〔2026〕1号", actor="keeper",
                at=published, article=article,
            )  # fmt: skip

    return change


def test_from_the_menu_to_the_step_an_article_governs(client: Browser) -> None:
    assert 'href="/law"' in client.page("/").html
    assert LICENCE in client.page("/law").html and "没有登记变动" in client.page("/law").html
    page = client.page(ADDRESS).html
    assert page.index("第二十九条") < page.index("第三十二条") < page.index("第四十二条")
    assert 'href="/powers/xk-general#node-FormalReview"' in page and "依据已修改" not in page
    assert client.get("/law/没有这部法").status_code == 404
    assert "Legal bases" in client.page("/law?lang=en").html


def test_an_amended_article_is_marked_where_it_is_cited(client: Browser, app: Flask, changed: Any) -> None:
    changed("amended", "第三十二条")
    page = client.page(ADDRESS).html
    assert "第三十二条：" in page and "示例公告〔2026〕1号" in page
    assert all("依据已修改" in place for place in cited(page, "第三十二条"))
    assert not any("依据已修改" in place for place in cited(page, "第四十二条"))
    # The public is told of law that is no longer in force; to check an amendment is the office's work.
    assert "依据已修改" not in client.page("/powers/xk-general").html
    assert "依据已修改" in signed_in(app, "lin").page("/powers/xk-general").html
    department = signed_in(app, "lin").page("/department").html
    assert "依据已修改" in department and f"共 {len(cited(page, '第三十二条'))} 处" in department


def test_law_that_is_repealed_shows_to_everybody(client: Browser, app: Flask, changed: Any) -> None:
    changed("amended", "第三十二条")
    changed("repealed")
    assert "依据失效" in client.page("/powers/xk-general").html and "依据失效" in client.page("/law").html
    department = signed_in(app, "lin").page("/department").html
    assert "依据失效" in department and date.today().isoformat()[:2] in department


def cited(page: str, article: str) -> list[str]:
    """The places an article is cited at, as the page lists them."""
    section = page[page.index(f">{article}</h2>") :]
    return section[: section.index("</ul>")].split("<li>")[1:]
