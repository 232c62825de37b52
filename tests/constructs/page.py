"""docs/bpmn-support.md, written from the constructs: ``python -m tests.constructs.page > docs/bpmn-support.md``."""

from __future__ import annotations

from bpmn.linter import lint
from bpmn.wording import say
from tests.constructs.construct import GROUPS, Construct, constructs

HEAD = """# Which BPMN runs

Nothing is silently ignored: a construct either executes as BPMN 2.0 says, held by a test through the public verbs whose
record is verified and replayed, or the linter refuses it, naming the element, the reason and a way out. Any valid file
can be *drawn*, whether it runs or not.

This page is written from `tests/constructs`, one file a construct, and a test holds it equal to them.
"""


def page() -> str:
    """The page."""
    parts = [HEAD]
    for group in GROUPS:
        rows = [_row(one) for one in constructs() if one.group == group]
        parts += [f"\n## {group}\n", "| construct | verdict | what it means | example |", "|---|---|---|---|", *rows]
    return "\n".join(parts) + "\n"


def _row(one: Construct) -> str:
    if not one.rule:
        verdict = "drawn only" if one.group == "Drawn only" else "runs"
        return f"| {one.title} | {verdict} | {one.says} | `{one.file}` |"
    finding = next(finding for finding in lint(one.package) if finding.rule == one.rule)
    remedy = say(finding.rule, "en", **finding.params).remedy
    why = f"{one.says} " if one.says else ""
    return f"| {one.title} | refused: `{one.rule}` | {why}{remedy} | `{one.file}` |"


if __name__ == "__main__":
    print(page(), end="")
