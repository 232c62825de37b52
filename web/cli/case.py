"""``flask case``: open cases, do what is open, see where they stand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click

import engine
from engine.answers import Done
from engine.store import Session
from web.cli import documents, lines
from web.cli.database import reading, writing
from web.cli.files import with_files
from web.cli.flow import picture
from web.cli.given import ACTOR, AT, DATA, FILES, FORM, STEP, clock, output
from web.cli.limits import limits_of
from web.cli.verb import Verbs, lang, tell
from web.cli.words import word

case = Verbs("case", help="Open cases, do what is open, see where they stand.")
case.commands.update(limits_of.commands)
REASON = click.option("--reason", required=True, help="Why; kept beside the record.")


@case.command("start")
@click.argument("key")
@ACTOR
@DATA
@FILES
@AT
def start(key: str, actor: str, data: Mapping[str, Any] | None, files: tuple[str, ...], at: datetime | None) -> None:
    """Open a case of the flow KEY; for a power, DATA is the application."""
    when, simulated = clock(at)

    def opened(session: Session, id_: str) -> Done:
        package = engine.package_of(session, engine.definition(session, key).id)
        process = package.definitions.main
        apply = package.definitions.nodes.get(process.power.apply) if process and process.power else None
        form = apply.step.form if apply is not None and apply.step is not None else ""
        sent = with_files(session, package.form(form) or {}, data, files, when)
        return engine.start_case(session, key, actor=actor, data=sent, at=when, command_id=id_, simulated=simulated)

    _tell(writing(opened))


@case.command("todo")
@click.argument("number", metavar="CASE")
def todo(number: str) -> None:
    """Show what is open now."""
    with reading() as session:
        _tell(engine.todo(session, number))


@case.command("do")
@click.argument("number", metavar="CASE")
@click.argument("item")
@ACTOR
@DATA
@FILES
@AT
def do(
    number: str,
    item: str,
    actor: str,
    data: Mapping[str, Any] | None,
    files: tuple[str, ...],
    at: datetime | None,
) -> None:
    """Do ITEM: its address, or the element's id where one is open."""
    when, simulated = clock(at)

    def done(session: Session, id_: str) -> Done:
        sent = with_files(session, _form_of(session, number, item) if files else {}, data, files, when)
        return engine.complete(
            session, number, item, actor=actor, data=sent, at=when, command_id=id_, simulated=simulated
        )

    _tell(writing(done))


def _form_of(session: Session, number: str, item: str) -> dict[str, Any]:
    """The form of an open item; empty without one."""
    view = engine.show(session, number)
    found = next((one for one in view.work_items if item in (one.item, one.item.rpartition("#")[0])), None)
    return engine.package_of(session, view.definition_id).form(found.form if found else "") or {}


@case.command("documents")
@click.argument("number", metavar="CASE")
@click.option("-o", "--out", type=click.Path(file_okay=False, path_type=Path), help="Folder to write them to.")
def papers(number: str, out: Path | None) -> None:
    """List the documents issued in a case, or write them to a folder."""
    with reading() as session:
        engine.todo(session, number)
        found = engine.documents(session, number)
        for one in found if out is not None else ():
            assert out is not None
            out.mkdir(parents=True, exist_ok=True)
            for form in one.digests:
                (out / f"{number}-{one.step}.{form}").write_bytes(engine.document(session, number, one.step, form))
    rows = [documents.issued(one) for one in found]
    tell(
        {"case": number, "documents": rows}, (word("issued", lang(), **row, pdf=row["digests"]["pdf"]) for row in rows)
    )


@case.command("whatif")
@click.argument("number", metavar="CASE")
@click.option("--definition", metavar="DIGEST", help="Under this published version.")
@click.option("--benchmark", metavar="DIGEST", help="Under this edition of the benchmark.")
def whatif(number: str, definition: str | None, benchmark: str | None) -> None:
    """Decide the recorded facts again under another edition, and record nothing."""
    if (definition is None) == (benchmark is None):
        raise click.UsageError("--definition DIGEST | --benchmark DIGEST")
    with reading() as session:
        if benchmark is not None:
            found = engine.under_benchmark(session, number, benchmark)
        else:
            found = engine.under_definition(session, number, definition or "")
    tell(documents.whatif(found), lines.whatif(found, lang()))


@case.command("show")
@click.argument("number", metavar="CASE")
@STEP
def show(number: str, step: int | None) -> None:
    """Show where a case stands now, or stood at a step."""
    when, _ = clock(None)
    with reading() as session:
        view = engine.show(session, number, step, at=None if step else when)
    tell(documents.case(view), lines.case(view, lang()))


@case.command("chart")
@click.argument("number", metavar="CASE")
@STEP
@output()
@FORM
def chart(number: str, step: int | None, out: Path, form: str) -> None:
    """Draw the flowchart with this case on it (.svg, .png or .pdf)."""
    when, _ = clock(None)
    with reading() as session:
        view = engine.show(session, number, step, at=None if step else when)
        package = engine.package_of(session, view.definition_id)
    out.write_bytes(picture(package, out, form, status=engine.picture_status(view)))
    tell({"case": view.case, "step": view.step, "file": str(out)}, [word("charted", lang(), file=out, step=view.step)])


@case.command("steps")
@click.argument("number", metavar="CASE")
def steps(number: str) -> None:
    """Show the journal of a case."""
    with reading() as session:
        found = engine.steps(session, number)
    tell(
        {"case": number, "steps": [documents.step(step) for step in found]},
        (lines.step(step, lang()) for step in found),
    )


@case.command("claim")
@click.argument("number", metavar="CASE")
@click.argument("item")
@ACTOR
@AT
def claim(number: str, item: str, actor: str, at: datetime | None) -> None:
    """Take ITEM onto one's own desk."""
    when, simulated = clock(at)
    _tell(writing(lambda session, _: engine.claim(session, number, item, actor=actor, at=when, simulated=simulated)))


@case.command("release")
@click.argument("number", metavar="CASE")
@click.argument("item")
@ACTOR
@AT
def release(number: str, item: str, actor: str, at: datetime | None) -> None:
    """Give a claimed ITEM back."""
    when, simulated = clock(at)
    _tell(writing(lambda session, _: engine.release(session, number, item, actor=actor, at=when, simulated=simulated)))


@case.command("retry")
@click.argument("number", metavar="CASE")
@click.argument("item")
@ACTOR
@AT
def retry(number: str, item: str, actor: str, at: datetime | None) -> None:
    """Try a stuck ITEM again."""
    when, simulated = clock(at)
    _tell(
        writing(
            lambda session, id_: engine.retry(
                session, number, item, actor=actor, at=when, command_id=id_, simulated=simulated
            )
        )
    )


@case.command("correct")
@click.argument("number", metavar="CASE")
@click.argument("item")
@ACTOR
@DATA
@REASON
@AT
def correct(
    number: str, item: str, actor: str, data: Mapping[str, Any] | None, reason: str, at: datetime | None
) -> None:
    """Correct the public DATA a stuck ITEM decides by, and try again."""
    when, simulated = clock(at)
    _tell(
        writing(
            lambda session, id_: engine.correct(
                session, number, item, actor=actor, data=data or {}, reason=reason, at=when, command_id=id_,
                simulated=simulated,
            )
        )
    )  # fmt: skip


@case.command("fail")
@click.argument("number", metavar="CASE")
@click.argument("item")
@ACTOR
@REASON
@AT
def fail(number: str, item: str, actor: str, reason: str, at: datetime | None) -> None:
    """Say that a service could not do ITEM; the third time the case stands still there."""
    when, simulated = clock(at)
    _tell(
        writing(
            lambda session, id_: engine.fail(
                session, number, item, actor=actor, reason=reason, at=when, command_id=id_, simulated=simulated
            )
        )
    )


@case.command("skip")
@click.argument("number", metavar="CASE")
@click.argument("item")
@ACTOR
@REASON
@click.option("--take", metavar="ARROW", help="The arrow to take where a gateway is stuck.")
@AT
def skip(number: str, item: str, actor: str, reason: str, take: str | None, at: datetime | None) -> None:
    """Go past a stuck ITEM where the model allows it."""
    when, simulated = clock(at)
    _tell(
        writing(
            lambda session, id_: engine.skip(
                session, number, item, actor=actor, reason=reason, take=take, at=when, command_id=id_,
                simulated=simulated,
            )
        )
    )  # fmt: skip


@case.command("suspend")
@click.argument("number", metavar="CASE")
@ACTOR
@REASON
@AT
def suspend(number: str, actor: str, reason: str, at: datetime | None) -> None:
    """Stop a case until it is resumed."""
    _office(engine.suspend, number, actor, reason, at)


@case.command("resume")
@click.argument("number", metavar="CASE")
@ACTOR
@REASON
@AT
def resume(number: str, actor: str, reason: str, at: datetime | None) -> None:
    """Let a suspended case go on."""
    _office(engine.resume, number, actor, reason, at)


@case.command("cancel")
@click.argument("number", metavar="CASE")
@ACTOR
@REASON
@AT
def cancel(number: str, actor: str, reason: str, at: datetime | None) -> None:
    """End a case for good, on the record."""
    _office(engine.cancel, number, actor, reason, at)


@case.command("migrate")
@click.argument("number", metavar="CASE|KEY")
@click.option("--to", "version", type=int, required=True, metavar="VERSION", help="The version to move to.")
@click.option("--map", "renamed", multiple=True, metavar="OLD=NEW", help="An element whose id is another there.")
@click.option("--all", "everything", is_flag=True, help="All cases of the flow KEY that are not over.")
@click.option("--execute", is_flag=True, help="Move; without it nothing is written.")
@click.option("--reason", default="", help="Why; kept beside the record. Needed to execute.")
@ACTOR
@AT
def migrate(
    number: str,
    version: int,
    renamed: tuple[str, ...],
    everything: bool,
    execute: bool,
    reason: str,
    actor: str,
    at: datetime | None,
) -> None:
    """Show what moving CASE to another version would do, and with --execute move it."""
    when, simulated = clock(at)
    with reading() as session:
        cases = [one for one in engine.cases_of(session, number)] if everything else [number]
        plans = [engine.plan(session, one, version, renamed=pairs(renamed), at=when) for one in cases]
    moved = [plan.case for plan in plans if execute and plan.is_possible]
    for one in moved:

        def move(session: Session, id_: str, case: str = one) -> Done:
            return engine.migrate(
                session, case, version, actor=actor, reason=reason, renamed=pairs(renamed), at=when,
                command_id=id_, simulated=simulated,
            )  # fmt: skip

        writing(move)
    tell(
        {"to": version, "plans": [documents.plan(plan) for plan in plans], "moved": moved},
        (line for plan in plans for line in lines.plan(plan, plan.case in moved, lang())),
    )


def pairs(given: tuple[str, ...]) -> dict[str, str]:
    """``OLD=NEW`` as a mapping."""
    wrong = next((one for one in given if one.count("=") != 1), None)
    if wrong is not None:
        raise click.BadParameter(f"{wrong}: OLD=NEW", param_hint="--map")
    return dict(one.split("=") for one in given)


def _office(verb: Any, number: str, actor: str, reason: str, at: datetime | None) -> None:
    when, simulated = clock(at)
    _tell(writing(lambda session, _: verb(session, number, actor=actor, reason=reason, at=when, simulated=simulated)))


def _tell(answer: Done) -> None:
    tell(documents.done(answer), lines.done(answer, lang()))
