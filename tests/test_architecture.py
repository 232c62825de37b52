"""The house rules of docs: imports point down, one door for each outside thing, the clock is an argument."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

HOUSES = ("bpmn", "engine", "web")
#: Outside thing → where alone it may be imported.
DOORS = {
    "subprocess": ("bpmn/limited.py",),
    "lxml": ("bpmn/",),
    "SpiffWorkflow": ("engine/run/spiff/",),
    "sqlalchemy": ("engine/",),
    "alembic": ("engine/",),
    "flask": ("web/", "app.py"),
    "click": ("web/", "app.py"),
    "hashlib": ("bpmn/package.py", "engine/record/"),
    "jinja2": ("bpmn/template.py", "web/"),
    "weasyprint": ("engine/paper.py",),
    "hmac": ("engine/record/", "web/security.py", "web/tracking.py", "web/session.py"),
}


def modules() -> list[Path]:
    """Every file of the product's code."""
    return [*sorted(path for house in HOUSES for path in (ROOT / house).rglob("*.py")), ROOT / "app.py"]


def imports(path: Path) -> Iterator[str]:
    """Every module a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_import_linter_finds_nothing() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports")], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("thing", DOORS)
def test_one_door_for(thing: str) -> None:
    elsewhere = [
        place(path)
        for path in modules()
        if any(name.partition(".")[0] == thing for name in imports(path)) and not place(path).startswith(DOORS[thing])
    ]
    assert elsewhere == []


def test_app_joins_web_and_engine_only() -> None:
    names = {name.partition(".")[0] for name in imports(ROOT / "app.py")}
    assert names <= {"__future__", "sys", "flask", "web", "engine"}


def test_environment_is_read_in_settings_only() -> None:
    """Elsewhere nothing asks ``os.environ`` or ``os.getenv``; a click option with ``envvar`` would be a second door."""
    asking = [
        place(path)
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Attribute) and ast.unparse(node) in ("os.environ", "os.getenv"))
        or (isinstance(node, ast.keyword) and node.arg == "envvar")
    ]
    assert set(asking) == {"web/settings.py"}


def test_clock_is_an_argument_below_the_web() -> None:
    """Nothing in bpmn/ and engine/ asks what time it is."""
    asking = [
        f"{place(path)}:{node.lineno}"
        for path in modules()
        if place(path).startswith(("bpmn/", "engine/"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("now", "utcnow", "today", "time_ns")
    ]
    assert asking == []


def test_nothing_is_evaluated_as_python() -> None:
    """Expressions are FEEL; no text becomes Python code."""
    calling = [
        f"{place(path)}:{node.lineno}"
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("eval", "exec", "compile")
    ]
    assert calling == []


def test_only_edges_commit() -> None:
    """Below the web no function opens a writing transaction, save the store itself, the tick and the recount."""
    opening = {
        place(path)
        for path in modules()
        if place(path).startswith("engine/")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and node.attr in ("begin", "commit")
        and ast.unparse(node.value) in ("store", "session", "connection", "engine")
    }
    assert opening <= {"engine/store.py", "engine/run/timers.py", "engine/run/recount.py", "engine/migrations/env.py"}
