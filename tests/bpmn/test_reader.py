"""Bytes → Definitions: what is read, what is mended and told, what is refused; and never anything else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bpmn.errors import Refused
from bpmn.linter import lint_definitions
from bpmn.model import Definitions
from bpmn.reader import MAX_NODES, clean, read
from tests.bpmn.examples import POWER, process
from tests.conftest import FIXTURES

FILES = sorted(FIXTURES.glob("*.bpmn"))
LINE = '<startEvent id="S"/><userTask id="U" name="办"/><sequenceFlow id="F" sourceRef="S" targetRef="U"/>'


def problems(body: str) -> list[tuple[str, str | None]]:
    return [(problem.code, problem.element) for problem in read(process(body)).problems]


def test_a_power_is_read_whole() -> None:
    definitions = read(POWER.encode())
    main = definitions.main
    assert main is not None and main.power is not None
    assert (main.power.type, main.power.apply, main.power.conditions) == ("XK", "Apply", ("属于本机关职权范围",))
    assert (main.power.limits[0].statutory, main.power.limits[0].promised) == (20, 10)
    review = definitions.nodes["Review"]
    assert review.step is not None and review.step.rights == ("陈述、申辩",) and review.lane == "Window"
    assert definitions.flows["Back"].returns and definitions.flows["Back"].condition == 'materials = "missing"'
    assert definitions.lanes["Applicant"].role == "applicant"
    assert [flow.id for flow in definitions.outgoing("Complete")] == ["ToEnd", "Back"]
    assert definitions.problems == ()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<definitions/>", "bpmn.not_bpmn"),
        (b'<html xmlns="http://www.w3.org/1999/xhtml"/>', "bpmn.not_bpmn"),
        (b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>', "bpmn.empty"),
        (
            b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="p"/></definitions>',
            "bpmn.empty",
        ),
        (process("".join(f'<task id="t{n}"/>' for n in range(MAX_NODES + 1))), "bpmn.too_many"),
        (process("".join(f'<task id="t{n}"/>' for n in range(10_000))), "bpmn.too_many"),
        (process(LINE + '<sequenceFlow sourceRef="S" targetRef="U"/>' * 5_000), "bpmn.too_many"),
        (process("<subProcess>" * 13 + "</subProcess>" * 13), "bpmn.too_deep"),
    ],
)
def test_what_is_not_usable_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        read(data)
    assert refused.value.code == code


def test_what_was_mended_is_told() -> None:
    assert problems(LINE + '<sequenceFlow id="X" sourceRef="U" targetRef="Gone"/>') == [("bpmn.dangling_arrow", "X")]
    assert problems(LINE + '<endEvent id="U"/>') == [("bpmn.duplicate_id", "U")]
    assert problems(LINE + '<boundaryEvent id="B" attachedToRef="Gone"/>') == [("bpmn.boundary_without_host", "B")]
    assert problems(LINE + '<userTsk id="O"/>') == [("bpmn.unknown_element", "O")]
    assert problems('<laneSet><lane id="L"><flowNodeRef>Gone</flowNodeRef></lane></laneSet>' + LINE)[-1] == (
        "bpmn.unknown_lane_member",
        "L",
    )


def test_elements_without_id_get_one_each_and_keep_their_inside() -> None:
    body = '<subProcess><task/><task/><task id="T"/><sequenceFlow id="I" sourceRef="T" targetRef="T"/></subProcess>'
    definitions = read(process(body))
    assert len(definitions.nodes) == 4
    assert {problem.code for problem in definitions.problems} == {"bpmn.missing_id"}
    holder = next(node for node in definitions.nodes.values() if node.type == "subProcess")
    assert all(node.parent == holder.id for node in definitions.nodes.values() if node is not holder)
    assert definitions.flows["I"].parent == holder.id


@pytest.mark.parametrize(
    ("extension", "code"),
    [
        ('<sun:step fase="审查"/>', "sun.unknown_attribute"),
        ('<sun:step people="3"/>', "sun.bad_value"),
        ('<sun:step><sun:limit promised="十天"/></sun:step>', "sun.bad_value"),
        ('<sun:step><sun:limit unit="days"/></sun:step>', "sun.bad_value"),
        ('<sun:step><sun:basis from="2026-13-01"/></sun:step>', "sun.bad_value"),
        ("<sun:step><sun:limt/></sun:step>", "sun.unknown_element"),
        ("<sun:step><limit/></sun:step>", "sun.unknown_element"),
        ("<sun:power/>", "sun.misplaced"),
        ("<sun:step/><sun:step/>", "sun.misplaced"),
        ('<old:step xmlns:old="urn:sunpath:bpmn:9"/>', "sun.wrong_namespace"),
    ],
)
def test_a_misspelt_extension_is_told(extension: str, code: str) -> None:
    body = f'<userTask id="U"><extensionElements>{extension}</extensionElements></userTask>'
    assert [found for found, _ in problems(body)] == [code]


def test_extensions_of_others_are_left_alone() -> None:
    body = (
        '<userTask id="U" xmlns:camunda="http://camunda.org/schema/1.0/bpmn" camunda:assignee="demo">'
        "<extensionElements><camunda:formData/></extensionElements></userTask>"
    )
    assert problems(body) == []


def test_labels_are_cleaned() -> None:
    assert clean("  a\n\u202eb\u0000c\u200b ") == "a bc"
    assert len(clean("字" * 500)) == 200


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_fixture_reads_and_lints(path: Path) -> None:
    definitions = read(path.read_bytes())
    assert isinstance(lint_definitions(definitions), list)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_mutated_files_are_read_or_refused(data: st.DataObject) -> None:
    original = data.draw(st.sampled_from([path.read_bytes() for path in FILES] + [POWER.encode()]))
    mutated = bytearray(original)
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(mutated) - 1))
        end = min(len(mutated), place + data.draw(st.integers(0, 40)))
        piece = data.draw(
            st.one_of(
                st.binary(max_size=6),
                st.sampled_from(TOKENS),
                st.integers(0, len(original) - 40).map(lambda at: bytes(original[at : at + 40])),
            )
        )
        mutated[place:end] = piece
        if not mutated:
            return
    try:
        definitions = read(bytes(mutated))
    except Refused:
        return
    assert isinstance(definitions, Definitions)
    assert all(finding.severity in ("error", "warning", "info") for finding in lint_definitions(definitions))


TOKENS = [
    token.encode()
    for token in (
        '" id="', ' sourceRef="End"', ' attachedToRef="Do"', ' default="A1"', ' processRef="a:b:c"', "<subProcess>",
        "</subProcess>", "<timerEventDefinition><timeDuration>", "<!--", "<![CDATA[", "&lt;", "&#0;", "<incoming>",
        "<laneSet><lane/></laneSet>", "<process/>", "<sun:power/>", "<conditionExpression>", "<boundaryEvent/>",
        ' triggeredByEvent="true"', "<linkEventDefinition/>", "<standardLoopCharacteristics/>", "<sequenceFlow/>",
        '<userTask id="Do"/>', "<startEvent/>",
    )
]  # fmt: skip
