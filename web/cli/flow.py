"""``flask flow``: check, draw, read and publish flows. Checking, drawing and reading need no database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

import engine
from bpmn import chart, diff, linter, quality, text
from bpmn.errors import Refused
from bpmn.package import FlowPackage, load
from web.cli import documents, lines
from web.cli.database import reading, writing
from web.cli.given import FORM, clock, output
from web.cli.verb import Verbs, lang, tell
from web.cli.words import word

flow = Verbs("flow", help="Check, draw, read and publish flows.")
FLOW = click.argument("path", metavar="FILE", type=click.Path(exists=True, path_type=Path))


@flow.command("lint")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
def lint(paths: tuple[Path, ...]) -> None:
    """Check flows: BPMN files, package folders or zips. Exit code 1 when there is an error."""
    found = [finding for path in paths for finding in _findings(path)]
    tell({"findings": found}, lines.findings(found, lang()))
    if any(finding["severity"] == "error" for finding in found):
        raise click.exceptions.Exit(1)


@flow.command("draw")
@FLOW
@output(required=False)
@FORM
@click.option("--notation", type=click.Choice(chart.NOTATIONS), default="gov", show_default=True)
@click.option("--check", is_flag=True, help="Say what is wrong with the drawing; exit code 1 for a hard flaw.")
def draw(path: Path, out: Path | None, form: str, notation: str, check: bool) -> None:
    """Draw a BPMN file or package to OUT (.svg, .png or .pdf)."""
    if out is None and not check:
        raise click.UsageError("give -o FILE, --check, or both")
    package = load(path)
    if out is not None:
        out.write_bytes(picture(package, out, form, notation))
    flaws = _flaws(package, form, notation) if check else []
    tell(
        {"file": str(out) if out else None, "form": form, "notation": notation, "flaws": flaws},
        lines.drawn(out, form, notation, flaws if check else None, lang()),
    )
    if any(flaw["severity"] == "hard" for flaw in flaws):
        raise click.exceptions.Exit(1)


@flow.command("text")
@FLOW
def twin(path: Path) -> None:
    """Print a flow as numbered steps in words."""
    package = load(path)
    said = text.as_text(package.definitions, lang=lang(), labels=labels(package, lang()))
    tell({"file": str(path), "text": said}, [said])


@flow.command("publish")
@FLOW
@click.option("--as", "author", required=True, metavar="USER", help="Who made it.")
@click.option("--reviewer", metavar="USER", help="Who reviewed it: somebody else; needed for a power.")
@click.option("--key", help="Name of the flow; by default that of the folder or file.")
def publish(path: Path, author: str, reviewer: str | None, key: str | None) -> None:
    """Publish a version; the same package again is the same version."""
    when, _ = clock(None)
    package, key = load(path), key or path.resolve().stem
    made = writing(
        lambda session, _: engine.publish(session, package, key=key, author=author, reviewer=reviewer, at=when)
    )
    code = "published_again" if made.again else "published"
    tell(
        {"key": made.key, "version": made.version, "digest": made.digest, "again": made.again},
        [word(code, lang(), key=made.key, version=made.version, digest=made.digest)],
    )


@flow.command("list")
def list_() -> None:
    """List what is published, each in its latest version."""
    with reading() as session:
        found = engine.definitions(session)
    tell(
        {"flows": [documents.flow(info) for info in found]},
        [lines.flow(info, lang()) for info in found] or [word("no_flows", lang())],
    )


@flow.command("diff")
@click.argument("key")
@click.argument("old", metavar="V1", type=int)
@click.argument("new", metavar="V2", type=int)
def differences(key: str, old: int, new: int) -> None:
    """Say what changed between two versions."""
    with reading() as session:
        before, after = (_published(session, key, version).alone.definitions for version in (old, new))
    changes = diff.diff(before, after)
    tell(
        {"key": key, "from": old, "to": new, "changes": [documents.change(one, lang()) for one in changes]},
        [one.say(lang()).message for one in changes] or [word("no_changes", lang(), key=key, old=old, new=new)],
    )


@flow.command("package")
@click.argument("key")
@click.option("--version", "number", type=int, help="Which version; the latest without.")
@output()
def package(key: str, number: int | None, out: Path) -> None:
    """Write a published package to OUT as a zip, byte for byte what was published."""
    with reading() as session:
        info = engine.definition(session, key, number)
        out.write_bytes(engine.package_of(session, info.id).to_zip())
    tell(
        {"key": key, "version": info.version, "digest": info.digest, "file": str(out)},
        [word("packed", lang(), file=out, key=key, version=info.version)],
    )


def picture(package: FlowPackage, out: Path, form: str, notation: str = "gov", **more: Any) -> bytes:
    """The chart in the format that the name of ``out`` asks for. Raises Refused, or UsageError for another name."""
    format = out.suffix.lower().lstrip(".")
    if format not in ("svg", "png", "pdf"):
        raise click.UsageError(f"{out} must end in .svg, .png or .pdf")
    return chart.draw_chart(
        package.process_bytes, form, notation, lang(), labels(package, lang()), format=format, **more
    )


def labels(package: FlowPackage, lang: str) -> dict[str, str]:
    """What a package says in another language: names by element id, posts and texts by their Chinese."""
    return package.texts(lang) | package.posts(lang) | package.labels(lang)


def _findings(path: Path) -> Iterator[dict[str, Any]]:
    """What is wrong with one flow; a file that cannot be read at all is one finding."""
    try:
        for found in linter.lint(load(path)):
            inside = path / found.file if found.file and path.suffix != ".bpmn" else path
            yield documents.finding(found, str(inside), lang())
    except Refused as refused:
        yield documents.refused(refused, str(path), lang())


def _flaws(package: FlowPackage, form: str, notation: str) -> list[dict[str, Any]]:
    definitions, drawing = chart.laid_out(package.process_bytes, form, notation, lang(), labels(package, lang()))
    return [documents.flaw(found) for found in quality.check(definitions, drawing)]


def _published(session: engine.store.Session, key: str, version: int) -> FlowPackage:
    return engine.package_of(session, engine.definition(session, key, version).id)
