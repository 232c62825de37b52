"""The published packages: whole, lawful in what they cite, complete in English, and careful with personal data."""

from __future__ import annotations

import re
from collections.abc import Iterator

import jsonschema
import pytest

from bpmn.citations import citations
from bpmn.feel import compile_expression, compile_script
from bpmn.linter import lint
from bpmn.model import SUB_PROCESSES, TASKS, Definitions, Flow, Lane, Node, Process
from bpmn.package import FlowPackage
from bpmn.power import Basis, Power, Step
from engine.law.discretion import NAME
from tests.flows.shipped import PACKAGES, is_shared, whole

#: Articles whose text was read; nothing else may be cited as law.
VERIFIED = {
    "中华人民共和国行政许可法": {26, *range(29, 51), *range(72, 78), 82},
    "中华人民共和国行政处罚法": {5, *range(28, 35), 36, 37, *range(39, 84), 85},
    "中华人民共和国民事诉讼法": {*range(87, 96)},
    "中华人民共和国政府信息公开条例": {14, 15, 16, 17, *range(27, 47), 51, 52, 53},
    "中华人民共和国行政复议法": {*range(11, 89)},
    "中华人民共和国政府采购法": {*range(51, 59)},
    "中华人民共和国政府采购法实施条例": {*range(52, 59)},
    "中华人民共和国行政强制法": {*range(16, 34), *range(39, 58), 69},
    "中华人民共和国社会救助法": {18, 37, *range(39, 49), *range(61, 65), 67, 70},
    "中华人民共和国土地管理法": {*range(45, 50)},
    "中华人民共和国土地管理法实施条例": {*range(26, 33)},
    "信访工作条例": {*range(17, 37), *range(42, 47)},
    "中华人民共和国建筑法": {7, 8, 9, 10},
    "优化营商环境条例": {41, 42},
    "行政机关公务员处分条例": {6, 7, 8, 20, 21, 22, *range(39, 47)},
    "中华人民共和国公务员法": {95, 96},
    "中华人民共和国档案法": {37},
    "中华人民共和国食品安全法": {122, 124, 136},
    "中华人民共和国食品安全法实施条例": {67, 76},
    "中华人民共和国生态环境法典": {1054, 1056, 1057, 1060, 1107, 1242},
    "道路交通安全违法行为记分管理办法": {*range(8, 13)},
    "中华人民共和国道路交通安全法": {89, 90, 99},
}
#: How a party contests a decision; how a civil servant does.
REMEDIES = ({"reconsideration", "litigation"}, {"review", "appeal"})
#: Rules of the invented city; a citation that ends so claims nothing about real law.
INVENTED = "（示例）"
PERSONAL = re.compile(r"name|phone|address|identity|officer|text|reason|note|findings|opinion|recipient|number")

#: Steps that tell somebody something: what was told, and when, is entered with them.
TELLS = re.compile("告知|通知|转送|发送")

pytestmark = pytest.mark.parametrize("package", PACKAGES.values(), ids=PACKAGES)


def test_the_first_powers_are_there(package: FlowPackage) -> None:
    assert {"xk-general", "cf-general", "fw-foi"} <= set(PACKAGES)
    assert package.is_power and package.definitions.problems == ()


def test_the_linter_finds_no_error(package: FlowPackage) -> None:
    assert [finding for finding in lint(package) if finding.severity == "error"] == []


def test_every_step_says_who_when_and_by_what_law(package: FlowPackage) -> None:
    for node, step in steps(package):
        assert node.lane and step.post and step.phase and node.name, node.id
        assert step.limits or node.type in SUB_PROCESSES or node.id == apply(package), node.id
        assert step.bases, node.id
        assert step.documents or step.rights, node.id
        assert len(node.name) <= 16, node.name
        for risk in step.risks:
            assert risk.control and risk.level in ("high", "medium", "low"), node.id
    assert any(step.risks for _, step in steps(package)) and any(step.rights for _, step in steps(package))


def test_the_seven_elements_are_told(package: FlowPackage) -> None:
    main = package.definitions.main
    assert main is not None and main.power is not None
    power = main.power
    if power.shared:
        assert power.body and power.bases and "示例" in package.about
        return
    for name in ("type", "code", "body", "theme", "address", "hours", "phone", "complaint", "supervision", "result"):
        assert getattr(power, name), name
    assert power.conditions and power.materials and power.limits and power.fee and power.bases
    assert {remedy.kind for remedy in power.remedies} in REMEDIES
    assert all(basis.effective_from for basis in power.bases)
    assert "示例" in package.about


def test_only_articles_that_were_read_are_cited(package: FlowPackage) -> None:
    for basis in [*bases(package), *(one.basis for one in citations(package))]:
        if not basis.instrument.endswith(INVENTED):
            assert chinese_number(basis.article) in VERIFIED[basis.instrument], str(basis)


def test_statutory_values_carry_their_basis_and_promises_are_shorter(package: FlowPackage) -> None:
    main = package.definitions.main
    assert main is not None and main.power is not None
    for limit in [*main.power.limits, *(limit for _, step in steps(package) for limit in step.limits)]:
        assert limit.statutory is None or (limit.basis and not limit.basis.instrument.endswith(INVENTED))
        assert limit.statutory is None or limit.promised is None or limit.promised <= limit.statutory


def test_english_is_complete(package: FlowPackage) -> None:
    definitions = package.definitions
    main = definitions.main
    assert main is not None and main.power is not None
    named: list[Node | Flow | Lane | Process] = [*definitions.nodes.values(), *definitions.flows.values()]
    named += [*definitions.lanes.values(), main]
    assert {element.id for element in named if element.name} <= set(package.labels("en"))
    assert {step.post for _, step in steps(package)} <= set(package.posts("en"))
    missing = {text for text in texts(package) if text and text not in package.texts("en")}
    assert missing == set()
    assert "Illustrative" in package.texts("en")["about"]


def test_forms_are_valid_and_speak_both_languages(package: FlowPackage) -> None:
    used = {step.form for _, step in steps(package) if step.form}
    assert used == set(package.forms)
    for name, schema in package.forms.items():
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema["additionalProperties"] is False and set(schema["required"]) <= set(schema["properties"])
        assert {"title", "description"} <= schema["x-sun-en"].keys(), name
        for field, rule in schema["properties"].items():
            english = rule["x-sun-en"]
            assert rule["type"] in ("string", "integer", "number", "boolean", "array"), field
            assert rule["title"] and english["title"] and ("description" in rule) == ("description" in english), field
            values = rule.get("enum") or rule.get("items", {}).get("enum") or []
            assert set(values) == set(rule.get("x-sun-labels", {})) == set(english.get("labels", {})), field


def test_nothing_personal_is_public(package: FlowPackage) -> None:
    for schema in package.forms.values():
        for field, rule in schema["properties"].items():
            free_text = rule["type"] == "string" and "enum" not in rule and rule.get("format") != "date"
            if (PERSONAL.search(field) and free_text) or "x-sun-mask" in rule:
                assert "x-sun-public" not in rule, field


def test_conditions_read_only_what_is_public_and_set_before(package: FlowPackage) -> None:
    known = assigned(package)
    read = 0
    for flow in package.definitions.flows.values():
        if flow.condition:
            names = compile_expression(flow.condition).names
            read += len(names)
            assert names <= known[flow.source], f"{flow.id} reads {names - known[flow.source]} too early"
    assert is_shared(package) or read >= 4


def test_every_decision_has_a_way_out(package: FlowPackage) -> None:
    for node in package.definitions.nodes.values():
        outgoing = package.definitions.outgoing(node.id)
        if node.kind == "gateway" and node.type != "parallelGateway" and len(outgoing) > 1:
            assert node.default in {flow.id for flow in outgoing} and node.name, node.id
            assert all(flow.name for flow in outgoing), node.id
            assert all(flow.condition for flow in outgoing if flow.id != node.default), node.id
        assert outgoing or node.type == "endEvent", node.id


def test_every_shared_flow_is_called_by_a_power(package: FlowPackage) -> None:
    if is_shared(package):
        assert any(package in whole(key).called.values() for key in PACKAGES)


def steps(package: FlowPackage) -> Iterator[tuple[Node, Step]]:
    """Every task and sub-process with what the law says of it."""
    for node in package.definitions.nodes.values():
        if node.type in TASKS | SUB_PROCESSES:
            assert node.step is not None, node.id
            yield node, node.step


def apply(package: FlowPackage) -> str:
    main = package.definitions.main
    return main.power.apply if main and main.power else ""


def bases(package: FlowPackage) -> Iterator[Basis]:
    """Every article cited anywhere in the model."""
    main = package.definitions.main
    assert main is not None and main.power is not None
    owners: list[Power | Step] = [main.power, *(step for _, step in steps(package))]
    for owner in owners:
        yield from owner.bases
        yield from (limit.basis for limit in owner.limits if limit.basis)
        yield from (remedy.basis for remedy in owner.remedies if remedy.basis)


def texts(package: FlowPackage) -> Iterator[str]:
    """Every sentence for people that is not a name of an element."""
    main = package.definitions.main
    assert main is not None and main.power is not None
    power = main.power
    yield from (power.body, power.theme, power.address, power.hours, power.complaint, power.supervision, power.result)
    yield from (*power.conditions, power.fee, power.fee_basis, *(remedy.text for remedy in power.remedies))
    for material in power.materials:
        yield from (material.name, material.form, material.note)
    for basis in bases(package):
        yield from (basis.instrument, basis.article)
    for decisions in package.decisions.values():
        for item in decisions.items:
            columns = (*item.table.inputs, *item.table.outputs) if item.table else ()
            yield from (item.label if item.kind == "decision" else "", *(column.label for column in columns))
    yield from (node.documentation for node in package.definitions.nodes.values())
    for _, step in steps(package):
        yield from (step.phase, *step.documents, *step.rights)
        yield from (remedy.text for remedy in step.remedies)
        for risk in step.risks:
            yield from (risk.text, risk.control)


def assigned(package: FlowPackage) -> dict[str, set[str]]:
    """Public names surely set when a node is entered, on whatever path (a forward must-analysis to its fixed point)."""
    definitions = package.definitions
    everything = {name for node in definitions.nodes.values() for name in sets(package, node)}
    before = {node: set(everything) for node in definitions.nodes}
    for _ in range(len(before)):
        for node in definitions.nodes.values():
            sources = list(predecessors(definitions, node))
            before[node.id] = (
                set.intersection(
                    *({*before[source.id], *(sets(package, source) if done else ())} for source, done in sources)
                )
                if sources
                else set()
            )
    return before


def predecessors(definitions: Definitions, node: Node) -> Iterator[tuple[Node, bool]]:
    """Nodes a token may come from, and whether they were completed; sub-processes are walked through."""
    if node.attached_to:
        yield definitions.nodes[node.attached_to], False
    if node.type == "startEvent" and node.parent:
        yield definitions.nodes[node.parent], False
    for flow in definitions.incoming(node.id):
        source = definitions.nodes[flow.source]
        if source.type in SUB_PROCESSES:
            inside = (n for n in definitions.nodes.values() if n.parent == source.id and n.type == "endEvent")
            yield from ((end, True) for end in inside)
        else:
            yield source, True


def sets(package: FlowPackage, node: Node) -> set[str]:
    """Public names a completed node has surely set: required public fields of its form, or what its script writes."""
    if node.type == "scriptTask":
        return set(compile_script(node.script).writes)
    if node.step and node.step.discretion and node.step.discretion.part == "tier":
        return {NAME}
    if node.called:
        inside = PACKAGES[node.called]
        ends = [assigned(inside)[one.id] for one in inside.definitions.nodes.values() if one.type == "endEvent"]
        return set.intersection(*ends)
    schema = package.form(node.step.form) if node.step and node.step.form else None
    if schema is None:
        return set()
    return {name for name in schema["required"] if schema["properties"][name].get("x-sun-public")}


def chinese_number(article: str) -> int:
    """第三十二条 → 32, 第一千一百零七条 → 1107."""
    total, digit = 0, 0
    for sign in article.removeprefix("第").removesuffix("条"):
        if sign in "十百千":
            total, digit = total + (digit or 1) * {"十": 10, "百": 100, "千": 1000}[sign], 0
        else:
            digit = "零一二三四五六七八九".index(sign)
    return total + digit


def test_what_is_told_is_entered(package: FlowPackage) -> None:
    assert {node.id for node, step in steps(package) if TELLS.search(node.name) and not step.form} == set()
