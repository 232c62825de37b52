"""What a template of a document may read besides the fields of the forms, and what each is (docs/flow-package.md)."""

from __future__ import annotations

#: Name → what it is. Those with a point are parts of one value; lists are looped over.
KNOWN = {
    "body": "the body that acts",
    "power": "the name of the power",
    "case.number": "the public number of the case",
    "case.opened": "the day it was opened",
    "document.name": "the name of the document",
    "document.number": "its number",
    "document.date": "the day it is issued",
    "bases": "the legal bases of the step, a list of sentences",
    "statute": "the article that punishes, where a benchmark is for the case",
    "violated": "the article that was broken, likewise",
    "benchmark": "the title of the benchmark, likewise",
    "discretion": "how the benchmark was applied, in words; '' without one",
    "remedies": "a list: text and basis of each way to contest the decision",
    "rights": "the rights told at the step, a list of sentences",
}
#: Parts of each remedy.
REMEDY = ("text", "basis")
