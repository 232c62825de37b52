"""The engine's verbs. Edges (web, command line, worker) call these and nothing deeper.

Every verb that changes something takes the session of one transaction, opened and committed by the edge, and the
instant ``at`` it happens. Answers are values of ``engine.answers``; what was wrong is a ``Rejection`` (engine.errors).
"""

from engine.benchmarks import alike, benchmark, distribution, published_benchmarks
from engine.calendars import current as calendar_of
from engine.calendars import editions, publish_year, set_region
from engine.cases import cases, desk, head, incidents, private_values, reasons, show, steps, todo, track
from engine.catalogue import (
    called_by,
    callers,
    definition,
    definitions,
    latest,
    live_counts,
    package_of,
    picture,
    powers,
    program_of,
    versions,
)
from engine.departures import departed_in, departures
from engine.documents import document, documents
from engine.drafts import draft, drop_draft, save_draft
from engine.explained import explain
from engine.files import file
from engine.files import keep as keep_file
from engine.instruments import change_law, standing
from engine.instruments import changes as law_changes
from engine.instruments import index as law_index
from engine.meta import is_demo, mark_demo
from engine.office.people import add_person, people, person, sign_in
from engine.publishing import approve, publish, refuse, submission_package, submissions, submit
from engine.record.verify import verify
from engine.run.erase import erase
from engine.run.incidents import correct, retry, skip
from engine.run.messages import assign, deliver, set_aside, signal, waiting
from engine.run.migrate import cases_of, migrate, plan
from engine.run.office import cancel, claim, release, resume, suspend
from engine.run.recount import recount
from engine.run.replay import replay
from engine.run.runtime import complete, fire, start_case
from engine.run.services import fail
from engine.run.stops import pause, unpause
from engine.run.supervise import treat_card
from engine.run.timers import catch_up, deliver_signals, due, tick
from engine.run.whatif import under_benchmark, under_definition
from engine.status import picture_status
from engine.supervision import card_counts, cards
from engine.totals import totals

__all__ = [
    "add_person",
    "alike",
    "approve",
    "assign",
    "benchmark",
    "calendar_of",
    "called_by",
    "callers",
    "cancel",
    "card_counts",
    "cards",
    "cases",
    "cases_of",
    "catch_up",
    "change_law",
    "claim",
    "complete",
    "correct",
    "definition",
    "definitions",
    "deliver",
    "deliver_signals",
    "departed_in",
    "departures",
    "desk",
    "distribution",
    "document",
    "documents",
    "draft",
    "drop_draft",
    "due",
    "editions",
    "erase",
    "explain",
    "fail",
    "file",
    "fire",
    "head",
    "incidents",
    "is_demo",
    "keep_file",
    "latest",
    "law_changes",
    "law_index",
    "live_counts",
    "mark_demo",
    "migrate",
    "package_of",
    "pause",
    "people",
    "person",
    "picture",
    "picture_status",
    "plan",
    "powers",
    "private_values",
    "program_of",
    "publish",
    "publish_year",
    "published_benchmarks",
    "reasons",
    "recount",
    "refuse",
    "release",
    "replay",
    "resume",
    "retry",
    "save_draft",
    "set_aside",
    "set_region",
    "show",
    "sign_in",
    "signal",
    "skip",
    "standing",
    "start_case",
    "steps",
    "submission_package",
    "submissions",
    "submit",
    "suspend",
    "tick",
    "todo",
    "totals",
    "track",
    "treat_card",
    "under_benchmark",
    "under_definition",
    "unpause",
    "verify",
    "versions",
    "waiting",
]
