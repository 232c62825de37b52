"""The tables. ``step`` is the record; everything else about a case can be computed from it again (``verify`` does).

Times are RFC 3339 texts in UTC with milliseconds: what is hashed is then byte for byte what is stored, everywhere.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: What belongs to this database as a whole: its name in records, whether it is a demo.
meta = Table("meta", metadata, Column("name", String(64), primary_key=True), Column("value", Text, nullable=False))

#: One published version, immutable: the package's bytes, the compiled program, who wrote and who approved it.
definition = Table(
    "definition",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("is_power", Boolean, nullable=False),
    Column("type", String(8), nullable=False),
    Column("body", Text, nullable=False),
    Column("theme", Text, nullable=False),
    Column("package", LargeBinary, nullable=False),
    Column("program", Text, nullable=False),
    Column("author", String(64), nullable=False),
    Column("reviewer", String(64)),
    Column("published_at", String(24), nullable=False),
    UniqueConstraint("key", "version"),
    UniqueConstraint("key", "digest", name="uq_definition_digest"),
    CheckConstraint("reviewer IS NULL OR reviewer <> author", name="four_eyes"),
    CheckConstraint("NOT is_power OR reviewer IS NOT NULL", name="power_reviewed"),
)

#: The pictures of a version, drawn once at publishing (``bpmn.chart.Picture`` as JSON).
picture = Table(
    "picture",
    metadata,
    Column("definition_id", ForeignKey("definition.id"), primary_key=True),
    Column("form", String(16), primary_key=True),
    Column("lang", String(8), primary_key=True),
    Column("body", Text, nullable=False),
)

#: A package handed in for a second person to look at.
submission = Table(
    "submission",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("package", LargeBinary, nullable=False),
    Column("author", String(64), nullable=False),
    Column("submitted_at", String(24), nullable=False),
    Column("state", String(16), nullable=False),
    Column("reviewer", String(64)),
    Column("decided_at", String(24)),
    Column("reason", Text, nullable=False, server_default=""),
    CheckConstraint("reviewer IS NULL OR reviewer <> author", name="four_eyes"),
)

#: A case as it stands: a cache of its steps, except the query code's HMAC. ``version`` is the number of its last step.
case = Table(
    "case_",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", String(32), nullable=False, unique=True),
    Column("definition_id", ForeignKey("definition.id"), nullable=False, index=True),
    Column("code_hmac", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("head", LargeBinary(32), nullable=False),
    Column("tokens", Text, nullable=False),
    Column("data", Text, nullable=False),
    #: The clocks of the law as canonical JSON; null in a case opened before they were counted.
    Column("clocks", Text),
    Column("simulated", Boolean, nullable=False),
    #: Number of the case that began what this one belongs to: its own, or of the case whose message opened it.
    Column("conversation", String(32), nullable=False, index=True),
    Column("opened_at", String(24), nullable=False),
    Column("changed_at", String(24), nullable=False),
    Column("closed_at", String(24)),
    Index("ix_case_state", "state", "definition_id"),
)

#: The journal. Append-only: triggers refuse UPDATE, DELETE and an INSERT over an existing row (migration 0001).
step = Table(
    "step",
    metadata,
    Column("case_id", ForeignKey("case_.id"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(32), nullable=False),
    Column("element", Text),
    Column("at", String(24), nullable=False),
    Column("body", Text, nullable=False),
    Column("prev_hash", LargeBinary(32), nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    #: Only on commands: makes a repeated command one step. Stands in the body too.
    Column("command_id", String(64), unique=True),
)

#: What must stay erasable: values of private fields with their salts; the step holds only the commitment.
private_data = Table(
    "private_data",
    metadata,
    Column("case_id", Integer, primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, primary_key=True),
    Column("salt", LargeBinary(16)),
    Column("value", Text),
    Column("erased_at", String(24)),
    ForeignKeyConstraint(["case_id", "seq"], ["step.case_id", "step.seq"]),
)

#: Work items, open and past: a projection of the steps.
work_item = Table(
    "work_item",
    metadata,
    Column("case_id", ForeignKey("case_.id"), primary_key=True),
    Column("item", Text, primary_key=True),
    Column("element", Text, nullable=False),
    Column("post", Text, nullable=False),
    Column("applicant", Boolean, nullable=False),
    Column("choices", Text, nullable=False),
    #: open, claimed, done, withdrawn
    Column("state", String(16), nullable=False),
    Column("person", String(64)),
    Column("offered_at", String(24), nullable=False),
    Column("ended_at", String(24)),
    Column("due_on", Date),
    Column("due_provisional", Boolean, nullable=False),
    Column("due_value", String(16), nullable=False),
    #: Id of the clock of the law that counted it; '' for an estimate.
    Column("due_limit", Text, nullable=False, server_default=""),
    Index(
        "ix_work_item_desk",
        "post",
        "due_on",
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
)

#: Timers that wait, and those that fired or were withdrawn; and when a clock of the law comes due next.
timer = Table(
    "timer",
    metadata,
    Column("case_id", ForeignKey("case_.id"), primary_key=True),
    Column("timer", Text, primary_key=True),
    Column("due_at", String(24), nullable=False),
    #: waiting, fired, withdrawn
    Column("state", String(16), nullable=False),
    #: timer, limit or card: which command applies it.
    Column("kind", String(8), nullable=False, server_default="timer"),
    Index(
        "ix_timer_waiting",
        "due_at",
        "case_id",
        "timer",
        sqlite_where=text("state = 'waiting'"),
        postgresql_where=text("state = 'waiting'"),
    ),
)

#: Messages that came or were sent, by their id: what is sent twice is one. A message nobody waits for yet waits itself.
message = Table(
    "message",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("name", Text, nullable=False),
    Column("key", Text, nullable=False),
    #: Public values it brings, as canonical JSON.
    Column("data", Text, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("sent_at", String(24), nullable=False),
    #: The case it reached, and when; null while it waits.
    Column("case_id", ForeignKey("case_.id")),
    Column("taken_at", String(24)),
    #: Conversation of the case that sent it; '' from outside.
    Column("conversation", String(32), nullable=False, server_default=""),
    #: Why it was not taken when somebody waited for it: a code; '' while nobody has.
    Column("reason", Text, nullable=False, server_default=""),
    #: Set aside by an officer who found that nobody will ever wait for it: when, who and why.
    Column("aside_at", String(24)),
    Column("aside_by", String(64)),
    Column("aside", Text),
    Index(
        "ix_message_waiting",
        "name",
        "key",
        sqlite_where=text("case_id IS NULL"),
        postgresql_where=text("case_id IS NULL"),
    ),
)

#: Who waits for which message or signal now: follows from the tokens of the cases.
subscription = Table(
    "subscription",
    metadata,
    Column("case_id", ForeignKey("case_.id"), primary_key=True),
    Column("item", Text, primary_key=True),
    #: message or signal
    Column("kind", String(16), nullable=False),
    Column("name", Text, nullable=False),
    Column("key", Text, nullable=False),
    Index("ix_subscription_name", "kind", "name", "key"),
)

#: Signals on their way to the cases that waited for them when they were thrown; each reaches each once.
delivery = Table(
    "delivery",
    metadata,
    Column("signal", String(128), primary_key=True),
    Column("case_id", ForeignKey("case_.id"), primary_key=True),
    Column("item", Text, primary_key=True),
    Column("at", String(24), nullable=False),
    Column("done", Boolean, nullable=False),
    Index("ix_delivery_open", "at", sqlite_where=text("NOT done"), postgresql_where=text("NOT done")),
)

#: An activity whose instances are cases of their own, while it is at work and until they are over.
family = Table(
    "family",
    metadata,
    Column("case_id", ForeignKey("case_.id"), primary_key=True),
    Column("item", Text, primary_key=True),
    #: Key of the flow they are cases of.
    Column("flow", Text, nullable=False),
    Column("instances", Integer, nullable=False),
    #: One after the other?
    Column("in_turn", Boolean, nullable=False),
    #: How many were opened.
    Column("begun", Integer, nullable=False),
    #: open; ended: the activity is left, what is still open of them is ended too; over
    Column("state", String(16), nullable=False),
    Index("ix_family_open", "case_id", sqlite_where=text("state <> 'over'"), postgresql_where=text("state <> 'over'")),
)

#: A case that is an instance of an activity of another.
child = Table(
    "child",
    metadata,
    Column("case_id", ForeignKey("case_.id"), primary_key=True),
    Column("parent_id", ForeignKey("case_.id"), nullable=False),
    Column("item", Text, nullable=False),
    Column("number", Integer, nullable=False),
    #: Does the parent know that it is over?
    Column("told", Boolean, nullable=False),
    Index("ix_child_parent_id", "parent_id", "item", "number", unique=True),
)

#: What a version's start event waits for: a message or signal by name, or a timer by its next instant.
trigger = Table(
    "start_trigger",
    metadata,
    Column("definition_id", ForeignKey("definition.id"), primary_key=True),
    #: message, signal or timer
    Column("kind", String(16), nullable=False),
    Column("name", Text, nullable=False),
    Column("due_at", String(24)),
    #: How often the timer was due: cases opened, and instants before its version was published.
    Column("fired", Integer, nullable=False),
    Index("ix_start_trigger_name", "kind", "name"),
)

#: Elements that are stuck, open and resolved.
incident = Table(
    "incident",
    metadata,
    Column("case_id", ForeignKey("case_.id"), primary_key=True),
    Column("item", Text, primary_key=True),
    Column("element", Text, nullable=False),
    Column("code", String(64), nullable=False),
    Column("params", Text, nullable=False),
    Column("raised_at", String(24), nullable=False),
    Column("resolved_at", String(24)),
)

#: Cards of electronic supervision: a projection of their steps. Never deleted.
card = Table(
    "card",
    metadata,
    Column("case_id", ForeignKey("case_.id"), primary_key=True),
    Column("card", Text, primary_key=True),
    Column("rule", String(8), nullable=False),
    Column("colour", String(8), nullable=False),
    Column("element", Text),
    #: The post it is charged to.
    Column("post", Text, nullable=False),
    #: raised, answered, appealed, upheld, revoked
    Column("state", String(16), nullable=False),
    #: Was it ever appealed?
    Column("appealed", Boolean, nullable=False, server_default=false()),
    Column("raised_at", String(24), nullable=False),
    Column("changed_at", String(24), nullable=False),
    Index("ix_card_colour", "colour", "state"),
)

#: Amounts decided under a benchmark: a projection of the last ``discretion applied`` of each case that was a decision.
discretion = Table(
    "discretion",
    metadata,
    Column("case_id", ForeignKey("case_.id"), primary_key=True, autoincrement=False),
    Column("element", Text, nullable=False),
    Column("benchmark", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("segment", Text, nullable=False),
    Column("tier", Text, nullable=False),
    #: What the benchmark treats alike has the same.
    Column("alike", String(32), nullable=False),
    #: Decimals as texts: the amount, and what it is compared by (a multiple where the statute counts in multiples).
    Column("amount", Text, nullable=False),
    Column("place", Text, nullable=False),
    #: Fifth of the tier's range, 0 to 4; -1 below it, 5 above.
    Column("band", Integer, nullable=False),
    Column("departs", Boolean, nullable=False),
    Column("decided_at", String(24), nullable=False),
    Index("ix_discretion_alike", "alike", "decided_at"),
    Index("ix_discretion_digest", "digest", "segment", "tier"),
)

#: Documents issued in a case, by the number of their step, which holds the digests. null: erased with personal data.
document = Table(
    "document",
    metadata,
    Column("case_id", Integer, primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("number", Text, nullable=False),
    #: What is counted together: the pattern of the number, in a year.
    Column("series", Text, nullable=False),
    Column("year", Integer, nullable=False),
    Column("n", Integer, nullable=False),
    Column("html", LargeBinary),
    Column("pdf", LargeBinary),
    ForeignKeyConstraint(["case_id", "seq"], ["step.case_id", "step.seq"]),
    UniqueConstraint("series", "year", "n"),
)

#: Files handed in with forms, by their digest; private.
file = Table(
    "file",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("media", String(128), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("added_at", String(24), nullable=False),
)

#: Forms that are not sent yet, by the digest of a key only their writer has.
form_draft = Table(
    "form_draft",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("data", Text, nullable=False),
    Column("saved_at", String(24), nullable=False),
)

#: Which case uses which file; a file no case uses is dropped after a day.
file_use = Table(
    "file_use",
    metadata,
    Column("case_id", ForeignKey("case_.id"), primary_key=True),
    Column("digest", ForeignKey("file.digest"), primary_key=True),
)

#: Published calendars, one row an edition: every year of one region ('' is the whole country). Append-only.
calendar = Table(
    "calendar",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("region", String(16), nullable=False),
    Column("digest", String(64), nullable=False, unique=True),
    #: ``Calendar.as_json`` as canonical JSON.
    Column("body", Text, nullable=False),
    #: The notice whose import made this edition.
    Column("source", Text, nullable=False),
    Column("added_by", String(64), nullable=False),
    Column("added_at", String(24), nullable=False),
)

#: The register of law: what was amended or repealed, and since when. Append-only.
law_change = Table(
    "law_change",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("instrument", Text, nullable=False),
    #: '' for the whole instrument.
    Column("article", Text, nullable=False),
    #: amended, repealed
    Column("kind", String(16), nullable=False),
    Column("on_date", Date, nullable=False),
    #: The notice or law that did it.
    Column("document", Text, nullable=False),
    Column("added_by", String(64), nullable=False),
    Column("added_at", String(24), nullable=False),
)

#: People with an account. ``password`` is an argon2id hash, absent for those who only act through the command line.
person = Table(
    "person",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("display", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("posts", Text, nullable=False),
    Column("password", Text),
)
