"""Every rule is broken by an example and kept by the lawful power; findings name file, element, line and remedy."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest

from bpmn.linter import lint, lint_definitions
from bpmn.package import FlowPackage, digest, load
from bpmn.rules import RULES, Finding
from bpmn.template import Unusable
from bpmn.template import read as read_template
from bpmn.wording import say
from tests.bpmn.examples import APPLICATION, POWER, REVIEW, SCENARIO, package, power, process
from tests.conftest import FIXTURES, ROOT
from tests.flows.shipped import whole

#: Fixture → the rule it breaks, at which element, with which severity (as an exercise).
SHOWN = {
    "ad-hoc": ("task.ad-hoc", "Sub", "error"),
    "behind-a-deadlock": ("sound.dead", "Never", "warning"),
    "boundary-without-host": ("event.no-host", "Late", "error"),
    "business-rule": ("task.business-rule", "Rule", "error"),
    "call-activity": ("task.call-pinned", "Call", "info"),
    "calls-itself": ("task.call-activity", "Again", "error"),
    "compensation": ("event.compensation", "Undo", "error"),
    "complex-gateway": ("gateway.complex", "Odd", "error"),
    "condition-hidden": ("condition.hidden", "A2", "warning"),
    "condition-ignored": ("condition.ignored", "A2", "error"),
    "conditional-event": ("event.conditional", "Wait", "info"),
    "constant-condition": ("condition.constant", "Left", "warning"),
    "crosses-border": ("flow.crosses-border", "Cross", "error"),
    "dangling-arrow": ("flow.dangling-arrow", "Nowhere", "error"),
    "dead-end": ("end.implicit", "Stop", "warning"),
    "default-ignored": ("gateway.default-ignored", "Both", "error"),
    "default-with-condition": ("gateway.default-with-condition", "Right", "error"),
    "duplicate-ids": ("id.duplicate", "Do", "error"),
    "empty-sub-process": ("task.empty-sub-process", "Sub", "warning"),
    "endless-loop": ("flow.endless-loop", "Count", "error"),
    "error-never-raised": ("event.never-fires", "Caught", "warning"),
    "escalation": ("event.escalation", "Raise", "warning"),
    "event-gateway-instantiates": ("gateway.instantiates", "Wait", "error"),
    "event-gateway-to-task": ("gateway.awaits-nothing", "Wait", "error"),
    "event-sub-process": ("event.sub-process", "Sub", "error"),
    "exclusive-into-parallel": ("sound.deadlock", "Join", "warning"),
    "foreign-language": ("condition.language", "Left", "warning"),
    "gateway-leads-nowhere": ("gateway.no-outgoing", "Ask", "error"),
    "implicit-split": ("flow.implicit-split", "Do", "info"),
    "inclusive-in-loop": ("gateway.inclusive-in-loop", "Join", "warning"),
    "instances-of-a-collection": ("loop.instances", "Do", "error"),
    "instances-until": ("loop.condition", "Do", "error"),
    "into-start": ("flow.into-start", "Back", "error"),
    "loop-without-end": ("loop.standard", "Do", "error"),
    "link-unpaired": ("event.link-unpaired", "Away", "error"),
    "message-sent": ("event.not-sent", "Tell", "info"),
    "missing-id": ("id.missing", None, "error"),
    "no-default": ("gateway.no-default", "Ask", "warning"),
    "no-end": ("end.missing", "process", "warning"),
    "no-names": ("name.missing", "Do", "info"),
    "no-start": ("start.missing", "process", "warning"),
    "no-time": ("event.no-time", "Late", "warning"),
    "no-trigger": ("event.no-trigger", "Wait", "warning"),
    "no-way-out": ("flow.no-way-to-end", "Do", "error"),
    "no-way-to-begin": ("start.missing", "process", "error"),
    "not-executable": ("process.not-executable", "process", "info"),
    "odd-id": ("id.not-a-name", "Do it!", "error"),
    "only-pools": ("process.nothing-to-run", None, "error"),
    "parallel-into-exclusive": ("sound.twice", "A6", "warning"),
    "person-decides": ("gateway.no-conditions", "Ask", "info"),
    "pointless-gateway": ("gateway.pointless", "Gate", "info"),
    "python-condition": ("condition.syntax", "Left", "error"),
    "return-arrow-forward": ("arrow.not-back", "A2", "error"),
    "script-empty": ("script.empty", "Script", "error"),
    "script-language": ("script.language", "Script", "error"),
    "script-reserved-name": ("script.reserved-name", "Script", "error"),
    "script-syntax": ("script.syntax", "Script", "error"),
    "second-process": ("process.not-run", "other", "info"),
    "service-task": ("task.not-connected", "Send", "info"),
    "several-starts": ("start.several", "Second", "error"),
    "several-triggers": ("event.several-triggers", "Wait", "error"),
    "signal-without-name": ("event.no-signal", "Throw", "error"),
    "some-conditions": ("gateway.some-conditions", "Right", "error"),
    "step-outside-lanes": ("step.no-lane", "Out", "info"),
    "border-of-a-gateway": ("event.not-caught", "Late", "error"),
    "potential-owner": ("task.performer", "Do", "info"),
    "start-inside": ("event.start-inside", "InStart", "error"),
    "start-quantity": ("task.unsupported", "Do", "error"),
    "timer-cron": ("timer.text", "Wait", "error"),
    "timer-of-a-number": ("data.wrong-type", "Wait", "error"),
    "timer-reads-data": ("timer.text", "Start", "error"),
    "timer-repeats": ("timer.repeats", "Weekly", "error"),
    "timer-text": ("timer.text", "Wait", "error"),
    "timer-thrown": ("event.not-thrown", "Tell", "error"),
    "too-many-ways": ("sound.not-proved", "process", "info"),
    "transaction": ("event.cancel", "InEnd", "error"),
    "key-syntax": ("event.key", "Wait", "error"),
    "triggered-start": ("start.triggered", "Start", "error"),
    "uncaught-error": ("event.uncaught-error", "Failed", "warning"),
    "unknown-default": ("gateway.unknown-default", "Ask", "error"),
    "unknown-element": ("element.unknown", "Odd", "error"),
    "unknown-lane-member": ("lane.unknown-member", "Desk", "warning"),
    "unreachable-node": ("flow.unreachable", "Lost", "error"),
    "wrong-namespace": ("extension.wrong-namespace", "Do", "error"),
}
#: Fixtures in which nothing is wrong.
SOUND = ("plain", "caught-error", "counting-loop", "link-pair", "timer-cycle", "approval")
#: Rules of the clocks → the element of ``clocks-misplaced`` that breaks them.
MISPLACED = {
    "limit.anchor": "Do",
    "limit.until": "Do",
    "limit.minimum": "Note",
    "limit.timer": "End",
    "limit.id-twice": "Do",
    "extension.limit": "Do",
    "stop.nobody": "Do",
    "deemed.timer": "Do",
    "marks.condition": "Do",
}
MISSPELT = ("extension.unknown-element", "extension.unknown-attribute", "extension.bad-value", "extension.misplaced")

#: Text of the lawful power → what breaks the rule in its place.
BROKEN_POWER = {
    "power.no-type": ('type="XK" ', ""),
    "power.no-body": ('body="云泽市市场监督管理局" ', ""),
    "power.no-code": ('code="000000SJ-XK-0001" ', ""),
    "power.code-form": ("000000SJ-XK-0001", "一号"),
    "power.no-phone": ('phone="0800-555-0131"', ""),
    "power.no-complaint": ('complaint="0800-555-0144" ', ""),
    "power.no-supervision": ('supervision="云泽市司法局"', ""),
    "power.no-condition": ("<sun:condition>属于本机关职权范围</sun:condition>", ""),
    "power.no-limit": ('<sun:limit unit="working_day" statutory="20" promised="10" anchor="accepted"', "<!--"),
    "power.no-remedy": ('<sun:remedy kind="litigation" instrument', "<!-- <sun:remedy instrument"),
    "power.no-basis": ('<sun:basis instrument="中华人民共和国行政许可法" article="第二十九条" from="2019-04-23"/>', ""),
    "power.no-right": ("<sun:right>陈述、申辩</sun:right>", ""),
    "power.no-procedure": ('role="clerk"', 'role="third"'),
    "power.apply": ('apply="Apply"', 'apply="Review"'),
    "power.several": (
        "</bpmn:definitions>",
        '<bpmn:process id="Two"><bpmn:extensionElements><sun:power type="CF"/></bpmn:extensionElements></bpmn:process>'
        "</bpmn:definitions>",
    ),
    "material.no-name": ('<sun:material name="申请书"/>', "<sun:material/>"),
    "step.no-lane": ("<bpmn:flowNodeRef>Review</bpmn:flowNodeRef>", ""),
    "step.no-role": ('<sun:lane role="clerk"/>', ""),
    "step.no-post": ('post="受理岗" ', ""),
    "step.no-phase": ('phase="审查" ', ""),
    "step.no-basis": ('<sun:basis instrument="中华人民共和国行政许可法" article="第三十四条"/>', ""),
    "step.no-limit": ('<sun:limit unit="on_spot"/>', ""),
    "step.unknown-form": ('form="review"', 'form="revue"'),
    "limit.empty": ('unit="on_spot"', 'unit="hour"'),
    "limit.promise-too-long": ('promised="10"', 'promised="21"'),
    "stop.no-basis": ("<sun:right>陈述", '<sun:stop ground="hearing"/><sun:right>陈述'),
    "limit.no-basis": ('article="第四十二条"', ""),
    "basis.incomplete": ('article="第三十四条"', ""),
    "arrow.unmarked-return": ('<sun:arrow return="true"/>', ""),
    "gateway.no-conditions": ('<bpmn:conditionExpression>materials = "missing"</bpmn:conditionExpression>', ""),
    "data.unknown-name": ('materials = "missing"', 'material = "missing"'),
    "data.private-name": ('materials = "missing"', 'note = "missing"'),
    "data.mixed-types": ('materials = "missing"', "materials &gt; 3"),
    "data.unknown-part": ('materials = "missing"', "date(materials).hour = 1"),
    "condition.not-boolean": ('materials = "missing"', "materials"),
    "data.impossible-value": ('materials = "missing"', 'materials = "mising"'),
    "condition.syntax": ('materials = "missing"', 'materials == "missing"'),
    "labels.unknown-id": ('id="End"', 'id="Done"'),
    "scenario.unknown-element": ('id="End"', 'id="Done"'),
    "labels.missing": ('<bpmn:startEvent id="Start" name="开始"/>', '<bpmn:startEvent id="Begin" name="开始"/>'),
    "data.script-sets-private": (
        '<bpmn:endEvent id="End" name="结束"/>',
        '<bpmn:endEvent id="End" name="结束"/><bpmn:scriptTask id="S" scriptFormat="feel">'
        "<bpmn:script>note := 1</bpmn:script></bpmn:scriptTask>",
    ),
}


#: Text of the example table → what breaks the rule in its place, and at which decision.
BROKEN_TABLE = {
    "decision.unreadable": ('href="#tier"', 'href="#tire"', "amount"),
    "decision.syntax": ("&lt; 30<", "&lt; 30 days<", "tier"),
    "decision.unknown-name": ("<text>days</text>", "<text>weeks</text>", "tier"),
    "decision.type": ("&lt; 30<", '"thirty"<', "tier"),
    "decision.mixed-types": ('tier = "low"', "tier = 1", "amount"),
    "decision.unknown-part": ('tier = "low"', 'tier.name = "low"', "amount"),
    "decision.priority": (
        'hitPolicy="UNIQUE"',
        'hitPolicy="PRIORITY"><output name="x"/><rule><outputEntry><text>1</text></outputEntry></rule></decisionTable>'
        '</decision><decision id="other" name="other"><decisionTable',
        "tier",
    ),
    "decision.overlap": ("&lt; 30<", "&lt;= 30<", "tier"),
    "decision.gap": ("&gt;= 30<", "&gt; 30<", "tier"),
    "decision.unreachable": ("&lt; 30<", "not(&gt;= 0)<", "tier"),
    "decision.not-judged": ("&lt; 30<", "&lt; days + 1<", "tier"),
}
TIERS = FIXTURES.parent / "decisions" / "tiers"


def tiers(old: str = "", new: str = "") -> FlowPackage:
    """The example of a decision table, with a change."""
    files = {path.name: path.read_bytes() for path in TIERS.iterdir()}
    assert old.encode() in files["tiers.dmn"]
    return package(files | {"tiers.dmn": files["tiers.dmn"].replace(old.encode(), new.encode())})


#: File of the shipped penalty flow, text → what breaks the rule in its place.
BROKEN_BENCHMARK = {
    "benchmark.decision": ("dmn", 'hitPolicy="COLLECT"', 'hitPolicy="RULE ORDER"'),
    "benchmark.unknown-id": ("dmn", '<outputEntry><text>"small"', '<outputEntry><text>"smal"'),
    "benchmark.never": (
        "dmn",
        '<outputEntry><text>"light"</text></outputEntry>',
        '<outputEntry><text>"normal"</text></outputEntry>',
    ),
    "benchmark.overlap": ("toml", "small = [65000, 85000]", "small = [64000, 85000]"),
    "benchmark.gap": ("toml", "small = [65000, 85000]", "small = [66000, 85000]"),
    "benchmark.outside-statute": ("toml", "small = [50000, 65000]", "small = [49000, 65000]"),
    "benchmark.no-range": ("toml", "range = { small = [0, 0], large = [0, 0] }", "range = { tiny = [0, 0] }"),
    "benchmark.no-unit": ("toml", 'base = "goods_value"\n', ""),
    "benchmark.no-basis": ("toml", ', article = "第七十六条"', ""),
    "benchmark.not-asked": ("toml", 'field = "harm"', 'field = "harms"'),
    "benchmark.no-evidence": ("toml", 'evidence = "harm_evidence"\n', ""),
    "benchmark.kind-without-tier": ("toml", 'kind = "mitigated"\nwhen', 'kind = "may_none"\nwhen'),
    "decision.field-type": (
        "dmn",
        '<inputExpression typeRef="number"><text>goods_value',
        '<inputExpression typeRef="string"><text>goods_value',
    ),
    "discretion.tier": ("bpmn", 'part="tier" by="violation"', 'part="tier" by="repeat"'),
    "discretion.amount": ("bpmn", 'reasons="departure_reasons"', 'reasons="reasons"'),
    "discretion.dissent": ("bpmn", 'dissent="dissent"', 'dissent="against"'),
    "discretion.when": ("bpmn", 'when="attendees &gt;= 2"', 'when="attendees &gt;=&gt; 2"'),
    "discretion.waives": (
        "bpmn",
        '<sun:discretion part="decision" waives="head_result = &quot;no_penalty&quot;"/>',
        "",
    ),
    "discretion.procedure": ("bpmn", 'part="decision" amount="fine_amount"', 'part="notice"'),
    "discretion.no-departure": (
        "bpmn",
        '<sun:discretion part="discussion" when="attendees &gt;= 2" dissent="dissent"/>',
        "",
    ),
}
#: The same, of its documents.
BROKEN_DOCUMENT = {
    "document.template": ("bpmn", 'template="penalty-notice"', 'template="penalty-note"'),
    "document.nobody": ("bpmn", 'name="立案登记表"', 'name="立案登记表" template="penalty-decision"'),
    "document.number": ("bpmn", "云市监罚告〔{year}〕{n}号", "云市监罚告〔{year}〕号"),
    "document.unusable": ("html", "{{ party_name }}", "{{ party_name.upper() }}"),
    "document.unused": ("bpmn", ' template="penalty-decision"', ""),
    "document.unknown-name": ("html", "{{ party_name }}", "{{ party }}"),
    "document.no-statute": ("html", "", ""),
    "document.no-remedy": ("decision", "in remedies %}", "in bases %}"),
    "document.refusal": ("refusal", "{{ no_penalty_reason }}", ""),
}
PENALTY = whole("cf-general")
_KINDS = {
    "html": "documents/penalty-notice.html",
    "decision": "documents/penalty-decision.html",
    "refusal": "documents/no-penalty-decision.html",
    "toml": "benchmarks/food-expired.toml",
    "dmn": "food-expired.dmn",
    "bpmn": "process.bpmn",
}


def penalty(kind: str, old: str, new: str) -> FlowPackage:
    """The shipped penalty flow with a change in one of its files."""
    text = PENALTY.files[_KINDS[kind]].decode()
    assert old in text
    files = {**PENALTY.files, _KINDS[kind]: text.replace(old, new, 1).encode()}
    return replace(PENALTY, files=files, digest=digest(files))


def review(**field: Any) -> dict[str, Any]:
    """The review form with its field ``note`` changed."""
    form = copy.deepcopy(REVIEW)
    form["properties"]["note"] |= field
    return form


BROKEN_FORMS: dict[str, dict[str, Any]] = {
    "form.not-schema": {**REVIEW, "required": "materials"},
    "form.unknown-keyword": review(**{"x-sun-publik": True}),
    "form.reference": {**REVIEW, "$defs": {"a": {"$ref": "http://example.org/schema"}}},
    "form.field-type": review(type="object"),
    "form.field-name": {**REVIEW, "properties": {**REVIEW["properties"], "take": {"title": "取", "type": "string"}}},
    "form.unknown-required": {**REVIEW, "required": ["materials", "gone"]},
    "form.conditional": {**REVIEW, "allOf": [{"not": {}}]},
    "form.value": review(**{"x-sun-mask": "phone number"}),
    "form.when": review(**{"x-sun-when": {"materials": ["mising"]}}),
    "form.file": review(**{"x-sun-widget": "file"}),
    "form.prefill": review(**{"x-sun-prefill": "gone"}),
    "form.labels": review(enum=["a"]),
    "form.pattern": review(pattern="^(a+)+$"),
    "form.title": review(title=""),
    "form.too-many-fields": {
        **REVIEW,
        "properties": REVIEW["properties"] | {f"f{n}": {"title": "又", "type": "string"} for n in range(100)},
    },
    "form.public-differs": review(**{"x-sun-public": True}),
}


def found(subject: FlowPackage, rule: str) -> list[Finding]:
    return [finding for finding in lint(subject) if finding.rule == rule]


def fixture(name: str) -> FlowPackage:
    return load(FIXTURES / f"{name}.bpmn")


def examples() -> Iterator[str]:
    yield from (rule for rule, _, _ in SHOWN.values())
    yield from (*BROKEN_POWER, *BROKEN_FORMS, *BROKEN_TABLE, *BROKEN_BENCHMARK, *BROKEN_DOCUMENT, *MISSPELT, *MISPLACED)
    yield from ("process.too-large", "form.unused", "about.missing", "scenario.missing", "scenario.shape")
    yield from ("task.transaction", "limit.sum")


def test_every_rule_has_an_example() -> None:
    assert set(RULES) == set(examples())


def test_every_rule_says_why() -> None:
    for code, rule in RULES.items():
        why = getattr(rule.check, "__doc__", None) or getattr(getattr(rule.check, "func", None), "__doc__", None)
        assert why and len(why) > 30, code


def test_the_lawful_power_breaks_no_rule() -> None:
    assert lint(power()) == []


@pytest.mark.parametrize("name", SOUND)
def test_sound_flows_have_no_findings(name: str) -> None:
    assert lint(fixture(name)) == []


@pytest.mark.parametrize(("name", "rule", "element", "severity"), [(name, *shown) for name, shown in SHOWN.items()])
def test_a_fixture_breaks_its_rule(name: str, rule: str, element: str | None, severity: str) -> None:
    findings = found(fixture(name), rule)
    assert findings and {finding.severity for finding in findings} == {severity}
    if element is not None:
        assert element in {finding.element for finding in findings}
        assert all(finding.line and finding.line > 3 for finding in findings)


@pytest.mark.parametrize(("rule", "old", "new"), [(rule, *change) for rule, change in BROKEN_POWER.items()])
def test_a_power_without_it_breaks_the_rule(rule: str, old: str, new: str) -> None:
    assert old in POWER
    broken = POWER.replace(old, new)
    # The limit and the remedy stand on two lines or hold text: they are commented out whole.
    broken = broken.replace('article="第四十二条"/>', "-->") if rule == "power.no-limit" else broken
    broken = broken.replace("</sun:remedy>", "</sun:remedy> -->") if rule == "power.no-remedy" else broken
    findings = found(power(broken), rule)
    assert findings and all(finding.line for finding in findings if finding.file == "process.bpmn")
    warned = ("power.code-form", "arrow.unmarked-return", "labels.missing")
    assert findings[0].severity == ("warning" if rule in warned else "error")


@pytest.mark.parametrize(("rule", "old", "new", "element"), [(rule, *how) for rule, how in BROKEN_TABLE.items()])
def test_a_broken_table_is_found(rule: str, old: str, new: str, element: str) -> None:
    assert [finding for finding in lint(tiers()) if finding.severity != "info"] == []
    findings = found(tiers(old, new), rule)
    assert findings and all(finding.file == "tiers.dmn" and finding.line for finding in findings)
    assert element in {finding.element for finding in findings}
    for lang in ("zh", "en"):
        sentence = say(rule, lang, **findings[0].params)
        assert sentence.remedy and rule not in sentence.message and "{" not in sentence.message


@pytest.mark.parametrize(("rule", "kind", "old", "new"), [(rule, *how) for rule, how in BROKEN_BENCHMARK.items()])
def test_a_broken_benchmark_is_found(rule: str, kind: str, old: str, new: str) -> None:
    assert found(PENALTY, rule) == []
    findings = found(penalty(kind, old, new), rule)
    assert findings
    for lang in ("zh", "en"):
        sentence = say(rule, lang, **findings[0].params)
        assert sentence.remedy and rule not in sentence.message and "{" not in sentence.message


@pytest.mark.parametrize(("rule", "kind", "old", "new"), [(rule, *how) for rule, how in BROKEN_DOCUMENT.items()])
def test_a_broken_document_is_found(rule: str, kind: str, old: str, new: str) -> None:
    assert found(PENALTY, rule) == []
    broken = penalty(kind, old, new)
    if rule == "document.no-statute":
        words = "<p>{{ party_name }}，{{ discretion }}参照裁量基准处罚。</p>"
        broken = FlowPackage({**PENALTY.files, _KINDS["html"]: words.encode()}, "")
    findings = found(broken, rule)
    assert findings
    for lang in ("zh", "en"):
        sentence = say(rule, lang, **findings[0].params)
        assert sentence.remedy and rule not in sentence.message and "…" not in sentence.message


#: Conditions on a text the form gives → do they set two types against each other?
MIXED = {
    "materials &gt; 3": True,
    "materials + 1 = 2": True,
    "10 - materials &gt; 1": True,
    "materials between 1 and 3": True,
    'date("2026-01-31") &lt; materials': True,
    'date("2026-01-31") &lt; date(materials)': False,
    'materials &gt; "complete"': False,
    'materials + "s" = "completes"': False,
    "count(materials) &gt; 1": False,
    # A whole expression has a type, not only a name or a constant.
    "string length(materials) + 1 = 2": False,
    '(materials + "s") + 1 = 2': True,
    "upper case(materials) &gt; 3": True,
    "string length(string length(materials)) &gt; 3": True,
    "floor(materials) = 1": True,
    "if materials then true else false": True,
    "materials and true": True,
    'materials = "missing" and (1 + 2)': True,
    "-materials &lt; 3": True,
    "-string length(materials) &lt; 3": False,
    'duration("P1D") &gt; -duration("P1D")': False,
    "materials in [1..3]": True,
    'materials in ["a".."c"]': False,
    "materials - materials = 0": True,
    'date(materials) - date("2026-01-01") &gt; duration("P3D")': False,
    'date(materials) - date("2026-01-01") &gt; 3': True,
    'date(materials) + duration("P1D") &gt; date("2026-01-31")': False,
    "(if true then materials else null) &gt; 3": True,
    "(if true then materials else 3) &gt; 3": False,
    # So have what lies in lists and contexts, and what loops and filters bind.
    "some one in [1, 2] satisfies one = materials": True,
    "every n in 1..3 satisfies n &lt; 4": False,
    'every n in 1..3 satisfies n &lt; "4"': True,
    "every n in [1, 2] satisfies n": True,
    'count(for n in [1, 2] return n + "x") = 2': True,
    '(for n in [1, 2] return string(n)) = ["x"]': False,
    # Both may be empty.
    "(for n in [1, 2] return string(n)) = [1]": False,
    "[materials] = 1": True,
    "sum([materials]) = 1": True,
    "sum([string length(materials)]) = 1": False,
    'max(["a", materials]) &gt; 3': True,
    "list contains([1, 2], materials)": True,
    'list contains(["complete"], materials)': False,
    'get or else(materials, "x") &gt; 3': True,
    "materials in (for n in [1, 2] return n)": True,
    "materials in (for n in [1, 2] return string(n))": False,
    "[1, 2][1] = materials": True,
    "count([materials][1]) &gt; 0": False,
    '[1, 2][item &gt; "a"] = [1]': True,
    '[1, 2]["a"] = 1': True,
    '[{a: 1}][a &gt; "x"] = []': True,
    '[{a: 1}][materials = "missing"] = []': False,
    "{a: materials}.a &gt; 3": True,
    "{a: 1}.a &gt; 3": False,
    "{a: 1, b: a + materials}.b = 1": True,
    '[{a: 1}, {a: 2}].a[1] = "x"': True,
    "(if true then {a: 1} else {b: 2}).b = 2": False,
    'date(materials).year &gt; "2026"': True,
    # An entry of the item, whatever the variable of its name is.
    "count([{materials: 1}][materials &gt; 0]) = 1": False,
    'number(materials) &gt; 1 and materials = "missing"': False,
}


@pytest.mark.parametrize(("condition", "mixed"), MIXED.items())
def test_types_that_do_not_go_together_are_found(condition: str, mixed: bool) -> None:
    model = POWER.replace('materials = "missing"', condition)
    assert model != POWER and bool(found(power(model), "data.mixed-types")) is mixed


#: Conditions → do they ask for a part that is not there?
PARTS = {
    "{tier: 1}.teir = 1": True,
    "{tier: 1}.tier = 1": False,
    "{a: {b: 1}}.a.b = 1": False,
    "{a: {b: 1}}.a.c = 1": True,
    "[{tier: 1}].teir = []": True,
    "(if true then {a: 1} else {b: 2}).c = 2": True,
    "date(materials).year = 2026": False,
    "date(materials).hour = 1": True,
    'duration("P1D").days = 1': False,
    "materials.length = 3": True,
    # Who knows what a list without a type holds, or what its item calls so.
    'get value({a: 1}, "a").b = 1': False,
}


@pytest.mark.parametrize(("condition", "missing"), PARTS.items())
def test_parts_that_are_never_there_are_found(condition: str, missing: bool) -> None:
    model = POWER.replace('materials = "missing"', condition)
    assert model != POWER and bool(found(power(model), "data.unknown-part")) is missing


def test_a_filter_that_misspells_an_entry_reads_an_unknown_name() -> None:
    for condition, wrong in {"[{tier: 1}][teir = 1] = []": True, "[{tier: 1}][tier = 1] = []": False}.items():
        model = POWER.replace('materials = "missing"', f"{condition} and materials = null")
        assert bool(found(power(model), "data.unknown-name")) is wrong


@pytest.mark.parametrize(
    ("kind", "script", "text", "wrong"),
    [
        ("timeDuration", "days := 5", 'duration("P1D") * days', False),
        ("timeDuration", 'days := "P5D"', "days", False),
        ("timeDuration", "days := [1, 2]", "days[1]", True),
        ("timeDuration", 'days := date("2026-03-01")', "days", True),
        ("timeDate", 'days := date("2026-03-01")', "days", False),
        ("timeDate", 'days := date("2026-03-01")', 'days + duration("P1D")', False),
        ("timeDate", 'days := duration("P1D")', "days", True),
        ("timeCycle", "days := 5", 'if days > 3 then "R3/P1D" else "R5/P1D"', False),
        ("timeDate", "other := 5", "days", False),
    ],
)
def test_a_timer_gets_a_time(kind: str, script: str, text: str, wrong: bool) -> None:
    model = (FIXTURES / "timer-of-a-number.bpmn").read_text("utf8").replace("days := 3 + 2", script)
    model = model.replace("<timeDuration>days</timeDuration>", f"<{kind}>{escape(text)}</{kind}>")
    assert bool(found(package({"process.bpmn": model.encode()}), "data.wrong-type")) is wrong


def deciding(policy: str, script: str) -> FlowPackage:
    """The example of a decision table as one with two outputs, and a script that reads its answer ``found``."""
    files = {path.name: path.read_text("utf8") for path in TIERS.iterdir()}
    table = files["tiers.dmn"].replace('hitPolicy="UNIQUE"', f'hitPolicy="{policy}"')
    table = re.sub(r"(<output name=.*</output>)", r'\1<output name="points" typeRef="integer"/>', table)
    table = table.replace("</outputEntry></rule>", "</outputEntry><outputEntry><text>1</text></outputEntry></rule>")
    model = files["process.bpmn"].replace('"tiers.dmn#amount"', '"tiers.dmn#tier" result="found"')
    task = f'<scriptTask id="Issue" name="决定" scriptFormat="feel"><script>{script}</script></scriptTask>'
    model = model.replace('<userTask id="Issue" name="决定"/>', task)
    return package({"process.bpmn": model.encode(), "tiers.dmn": table.encode()})


@pytest.mark.parametrize(
    ("policy", "script", "rules"),
    [
        ("UNIQUE", "a := found.points + 1", set()),
        ("UNIQUE", "a := found.point + 1", {"data.unknown-part"}),
        ("UNIQUE", "a := found.tier + 1", {"data.mixed-types"}),
        ("UNIQUE", 'a := {b: found.points}; c := a.b + "x"', {"data.mixed-types"}),
        ("RULE ORDER", "a := sum(found.points)", set()),
        ("RULE ORDER", 'a := count(found[tier = "low"])', set()),
        ("RULE ORDER", "a := sum(found.tier)", {"data.mixed-types"}),
        ("RULE ORDER", 'a := sum(found[points = "low"].points)', {"data.mixed-types"}),
        ("RULE ORDER", "a := found[1].point", {"data.unknown-part"}),
    ],
)
def test_what_a_decision_gives_is_known_by_its_columns(policy: str, script: str, rules: set[str]) -> None:
    """An ``integer`` of an older file is a number."""
    kinds = {"data.unknown-part", "data.mixed-types"}
    assert {finding.rule for finding in lint(deciding(policy, script))} & kinds == rules


UNUSABLE = {
    "{{ party_name": "document.syntax",
    "{{ party_name|upper }}": "document.forbidden",
    "{{ party_name.__class__ }}": "document.forbidden",
    "{{ ''['__class__'] }}": "document.forbidden",
    "{% set x = 1 %}": "document.forbidden",
    "{% include 'a' %}": "document.forbidden",
    "{{ range(9) }}": "document.forbidden",
    "{{ 9 ** 9 }}": "document.forbidden",
    "{% for a in bases %}" * 3 + "x" + "{% endfor %}" * 3: "document.forbidden",
    "<script>alert(1)</script>": "document.markup",
    "<img src=x>": "document.markup",
    "<p onclick=x>": "document.markup",
    "<p style='background:url(x)'>": "document.markup",
    "<p class='{{ party_name }}'>": "document.markup",
    "<{{ party_name }}>": "document.markup",
    "<a href='x'>x</a>": "document.markup",
    "字" * 20_001: "document.too_long",
}


@pytest.mark.parametrize(("words", "code"), UNUSABLE.items(), ids=range(len(UNUSABLE)))
def test_nothing_in_a_template_runs_or_loads(words: str, code: str) -> None:
    with pytest.raises(Unusable) as refused:
        read_template(words.encode())
    assert refused.value.code == code
    broken = FlowPackage({**PENALTY.files, _KINDS["html"]: words.encode()}, "")
    (finding,) = found(broken, "document.unusable")
    assert finding.file == "documents/penalty-notice.html" and finding.params["code"] == code


def test_a_benchmark_that_cannot_be_read_says_which_key() -> None:
    (finding,) = found(penalty("toml", 'unit = "倍"', 'units = "倍"'), "benchmark.unreadable")
    assert finding.file == "benchmarks/food-expired.toml" and finding.params["key"] == "range.units"
    files = {path: data for path, data in PENALTY.files.items() if path != "food-expired.dmn"}
    assert found(FlowPackage(files, digest(files)), "benchmark.no_decisions")


def test_a_gap_in_the_conditions_of_a_benchmark_is_a_gap_of_its_table() -> None:
    broken = penalty(
        "dmn", "<inputEntry><text>&gt;= 2000</text></inputEntry>", "<inputEntry><text>&gt; 2000</text></inputEntry>"
    )
    (gap,) = found(broken, "decision.gap")
    assert "货值金额（元） 2000" in say(gap.rule, "zh", **gap.params).message


def test_rows_and_the_case_between_them_are_named() -> None:
    (overlap,) = found(tiers("&lt; 30<", "&lt;= 30<"), "decision.overlap")
    assert say(overlap.rule, "en", **overlap.params).message == (
        'Rows 2 and 3 of “tier” overlap: 情节 "common" ∧ 天数 30.'
    )
    (gap,) = found(tiers("&gt;= 30<", "&gt; 40<"), "decision.gap")
    assert '情节 "common" ∧ 天数 30' in say(gap.rule, "en", **gap.params).message


@pytest.mark.parametrize(
    "broken", [b"<x/>", b"<definitions", b'<definitions xmlns="urn:dmn:no"><decision/></definitions>']
)
def test_a_table_that_is_none_is_refused_by_its_file(broken: bytes) -> None:
    files = {path.name: path.read_bytes() for path in TIERS.iterdir()} | {"tiers.dmn": broken}
    assert "tiers.dmn" in {finding.file for finding in lint(package(files)) if finding.severity == "error"}


@pytest.mark.parametrize(("rule", "form"), BROKEN_FORMS.items())
def test_a_broken_form_is_found(rule: str, form: dict[str, Any]) -> None:
    extra = {"third": review()} if rule == "form.public-differs" else {}
    findings = found(power(review=form, **extra), rule)
    assert findings and findings[0].severity == "error"
    assert findings[0].file.startswith("forms/") and findings[0].params["form"]


@pytest.mark.parametrize("rule", MISSPELT)
def test_a_misspelt_extension_is_found(rule: str) -> None:
    findings = found(fixture("misspelt-extension"), rule)
    assert [finding.element for finding in findings] == ["Do"] and findings[0].severity == "error"


@pytest.mark.parametrize(("rule", "element"), MISPLACED.items())
def test_a_misplaced_clock_is_found(rule: str, element: str) -> None:
    findings = found(fixture("clocks-misplaced"), rule)
    assert [finding.element for finding in findings] == [element]
    for lang in ("zh", "en"):
        sentence = say(rule, lang, **findings[0].params)
        assert sentence.remedy and "{" not in sentence.message


def test_the_other_files_are_checked() -> None:
    assert found(power(spare=APPLICATION), "form.unused")[0].file == "forms/spare.json"
    bare = {path: data for path, data in power().files.items() if not path.endswith((".md", ".toml"))}
    assert found(package(bare), "about.missing") and found(package(bare), "scenario.missing")
    odd = {**power().files, "scenarios/granted.toml": f"titel = 1\n{SCENARIO}".encode()}
    assert found(package(odd), "scenario.shape")[0].params["name"] == "titel"
    assert found(fixture("transaction"), "task.transaction")


@pytest.mark.parametrize(
    ("path", "data", "rule"),
    [
        ("forms/review.json", b"{", "package.form_json"),
        ("labels/en.toml", b"=", "package.toml"),
        ("scenarios/granted.toml", b"=", "package.toml"),
        ("process.bpmn", b"<a/>", "bpmn.not_bpmn"),
        ("process.bpmn", b"<!DOCTYPE a><a/>", "xml.doctype"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_finding(path: str, data: bytes, rule: str) -> None:
    findings = found(package({**power().files, path: data}), rule)
    assert [(finding.file, finding.severity) for finding in findings] == [(path, "error")]


def test_several_unreadable_files_are_all_named() -> None:
    files = {**power().files, "forms/review.json": b"{", "forms/application.json": b"[]", "labels/en.toml": b"="}
    named = {finding.file for finding in lint(package(files)) if finding.rule.startswith("package.")}
    assert named == {"forms/review.json", "forms/application.json", "labels/en.toml"}


def test_a_large_process_is_refused_quickly() -> None:
    tasks = "".join(f'<userTask id="T{n}"/>' for n in range(1_500))
    arrows = "".join(f'<sequenceFlow id="F{n}" sourceRef="T{n}" targetRef="T{n + 1}"/>' for n in range(1_499))
    findings = found(load(process(tasks + arrows)), "process.too-large")
    assert findings[0].params["count"] == 1_500 and findings[0].severity == "error"


def test_findings_are_in_the_order_of_the_file() -> None:
    broken = POWER.replace('post="受理岗" ', "").replace('type="XK" ', "").replace("materials =", "material ==")
    findings = [finding for finding in lint(power(broken)) if finding.file == "process.bpmn"]
    lines = [finding.line or 0 for finding in findings]
    assert len(findings) >= 3 and lines == sorted(lines)
    assert lint(power(broken)) == lint(power(broken))


def test_every_finding_says_what_and_what_to_do() -> None:
    packages = [fixture(name) for name in SHOWN]
    packages += [power(POWER.replace(old, new)) for old, new in BROKEN_POWER.values()]
    packages += [power(review=form) for form in BROKEN_FORMS.values()]
    for subject in packages:
        for finding in lint(subject):
            for lang in ("zh", "en"):
                sentence = say(finding.rule, lang, **finding.params)
                assert sentence.remedy and finding.rule not in sentence.message
                assert "…" not in sentence.message, (finding, sentence)


def test_a_condition_read_from_an_application_names_the_private_field() -> None:
    broken = POWER.replace('materials = "missing"', 'applicant = "张三"')
    finding = found(power(broken), "data.private-name")[0]
    assert (finding.element, finding.params["variable"], finding.params["form"]) == ("Back", "applicant", "application")
    assert (
        say(finding.rule, "en", **finding.params).message
        == "“不齐” reads applicant of the form application, which is private."
    )


def test_an_exercise_is_not_held_to_the_law() -> None:
    definitions = load(
        process('<startEvent id="S"/><task id="T" name="办"/><sequenceFlow id="F" sourceRef="S" targetRef="T"/>')
    )
    assert not [finding for finding in lint(definitions) if finding.rule.startswith(("power.", "step.", "limit."))]


@pytest.mark.parametrize("path", sorted((ROOT / "flows").glob("*/process.bpmn")), ids=lambda path: path.parent.name)
def test_the_published_flows_have_no_errors(path: Path) -> None:
    errors = [finding for finding in lint(load(path.parent)) if finding.severity == "error"]
    assert errors == []


def test_lint_of_a_file_alone_is_lint_of_its_package() -> None:
    subject = fixture("python-condition")
    assert lint_definitions(subject.definitions) == lint(subject)


def test_a_hostile_form_does_not_hurt() -> None:
    deep: dict[str, Any] = {"type": "string", "title": "深"}
    for _ in range(400):
        deep = {"type": "object", "properties": {"x": deep}}
    hostile: list[Any] = [
        {**REVIEW, "properties": {"x": deep}},
        {**REVIEW, "properties": []},
        {**REVIEW, "properties": {"x": None, "y": {"enum": 3, "x-sun-labels": []}}},
        {**REVIEW, "allOf": 3},
        {**REVIEW, "required": [1, None]},
        {"type": ["object", "null"]},
        {},
    ]
    for form in hostile:
        assert json.loads(json.dumps(form)) == form
        assert any(finding.file == "forms/review.json" for finding in lint(power(review=form)))


def test_types_settle_whatever_the_order_of_scripts() -> None:
    """What one sets the one before it in the file reads; two that read each other and never agree are not judged."""
    chain = [f'<scriptTask id="S{i}"><script>v{i} := v{i + 1}</script></scriptTask>' for i in range(40)]
    ring = (
        '<scriptTask id="R"><script>a := if b = 1 then "x" else 1; b := if a = 1 then "x" else 1</script></scriptTask>'
    )
    last = '<scriptTask id="L"><script>v40 := 1</script></scriptTask>'
    wrong = '<scriptTask id="W"><script>w := v0 + "x"; u := a + b</script></scriptTask>'
    model = (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="x" id="d">'
        f'<process id="p" isExecutable="true">{"".join(chain)}{last}{ring}{wrong}</process></definitions>'
    )
    clashes = found(package({"process.bpmn": model.encode()}), "data.mixed-types")
    assert [(finding.element, finding.params["place"]) for finding in clashes] == [("W", 'v0 + "x"')]
