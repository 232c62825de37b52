"""``flask demo``: people, flows and cases to look at, on a database of their own."""

from __future__ import annotations

import engine
from web.cli import documents, lines
from web.cli.database import reading, writing
from web.cli.demo.load import Loaded, load
from web.cli.given import clock
from web.cli.verb import Stop, Verbs, lang, tell
from web.cli.words import word

demo = Verbs("demo", help="People, flows and cases to look at.")


@demo.command("load")
def load_() -> None:
    """Publish the shipped flows and make people and cases under a simulated clock. A second time makes no second cases.

    Query codes are printed once, by the run that makes the cases.
    """
    with reading() as session:
        if not engine.is_demo(session) and (engine.people(session) or engine.definitions(session)):
            raise Stop(word("demo_not_empty", lang()))
    now, _ = clock(None)
    loaded = writing(lambda session, _: load(session, now))
    tell(_document(loaded), _lines(loaded))


def _document(loaded: Loaded) -> dict[str, object]:
    return {
        "flows": [documents.definition(flow) for flow in loaded.flows],
        "people": [documents.person(somebody) for somebody in loaded.people],
        "cases": loaded.cases,
        "again": loaded.again,
        "codes": [
            {"case": shown.case, "code": shown.code, "flow": shown.flow, "at": shown.at} for shown in loaded.codes
        ],
    }


def _lines(loaded: Loaded) -> list[str]:
    said = [word("demo_again" if loaded.again else "demo_loaded", lang(), flows=len(loaded.flows), cases=loaded.cases)]
    said += [lines.person(somebody, lang()) for somebody in loaded.people]
    if loaded.codes:
        said.append(word("demo_codes", lang()))
    said += [word("demo_code", lang(), case=shown.case, code=shown.code, at=shown.at) for shown in loaded.codes]
    return said
