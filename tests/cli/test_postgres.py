"""The main paths once more on PostgreSQL: an office is loaded, works, is looked at and audited."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import FLOWS, Shell
from tests.postgres import Server


@pytest.fixture(scope="module")
def office(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Shell, dict[str, Any]]]:
    """A shell beside the demo's office, and what loading it printed."""
    name = postgres.database()
    shell = Shell(tmp_path_factory.mktemp("postgres"), url=postgres.url(name))
    shell("db", "upgrade")
    yield shell, shell.json("demo", "load")
    shell.store.dispose()
    postgres.drop(name)


def test_a_case_from_opening_to_end(office: tuple[Shell, dict[str, Any]], tmp_path: Path) -> None:
    shell, _ = office
    shell("flow", "publish", FLOWS / "leave.bpmn", "--as", "lin")
    case = shell.json("case", "start", "leave", "--as", "wang", "--data", '{"days": 2.50}')["case"]
    for item, data in (("Ask", "{}"), ("Judge", '{"take": "Judge_Record"}'), ("Record", "{}")):
        done = shell.json("case", "do", case, item, "--as", "wang", "--data", data)
    assert done["state"] == shell.json("case", "show", case)["state"] == "closed"
    shell("case", "chart", case, "-o", tmp_path / "case.svg")
    assert (tmp_path / "case.svg").read_text("utf8").startswith("<svg")


def test_messages_wait_and_the_clock_ticks(office: tuple[Shell, dict[str, Any]]) -> None:
    shell, _ = office
    shell("message", "send", "nobody-waits", "--id", "m1", "--as", "wang")
    assert len(shell.json("message", "list")["messages"]) == 1
    assert shell.json("tick")["fired"] >= 0


def test_pages_of_citizens_officers_and_auditors(office: tuple[Shell, dict[str, Any]]) -> None:
    shell, document = office
    browser = shell.app.test_client()
    shown = document["codes"][0]
    at = datetime.now(UTC).isoformat()
    for name, pages in {
        "": ["/", "/powers?q=许可", "/powers/xk-general", "/track", f"/cases/{shown['case']}"],
        "wang": ["/desk", "/desk?view=late", "/desk/incidents", f"/desk/cases/{shown['case']}"],
        "lin": ["/department", "/department/flows/xk-general"],
        "xu": ["/audit", f"/audit/cases/{shown['case']}?verify"],
    }.items():
        with browser.session_transaction() as session:
            session.update({"name": name, "since": at, "seen": at} if name else {})
        for page in pages:
            answer = browser.get(page)
            assert answer.status_code == 200 or (page.startswith("/cases") and answer.status_code == 302), page


def test_the_record_holds(office: tuple[Shell, dict[str, Any]]) -> None:
    shell, _ = office
    verdict = shell.json("audit", "verify")
    assert verdict["cases"] >= 60 and verdict["differences"] == []
    assert shell.json("audit", "replay", "--all")["differences"] == []


def test_a_server_that_is_away_is_said_in_a_sentence(tmp_path: Path) -> None:
    shell = Shell(tmp_path, url=f"postgresql+psycopg://sunpath@/sunpath?host={tmp_path}")
    assert "Traceback" not in shell.refused("tick")
    assert "Traceback" not in shell.refused("case", "show", "EX-1")
    answer = shell.app.test_client().get("/powers")
    assert answer.status_code == 503 and "数据库" in answer.text
    shell.store.dispose()
