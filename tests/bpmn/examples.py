"""Small BPMN files and packages for tests: a lawful power that a test may break in one place."""

from __future__ import annotations

import json
from typing import Any

from bpmn.package import FlowPackage, digest

POWER = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:sun="urn:sunpath:bpmn:1"
                  id="definitions" targetNamespace="urn:sunpath:tests">
  <bpmn:process id="Permit" name="许可" isExecutable="true">
    <bpmn:extensionElements>
      <sun:power type="XK" code="000000SJ-XK-0001" body="云泽市市场监督管理局" apply="Apply" phone="0800-555-0131"
                 complaint="0800-555-0144" supervision="云泽市司法局">
        <sun:condition>属于本机关职权范围</sun:condition>
        <sun:material name="申请书"/>
        <sun:limit unit="working_day" statutory="20" promised="10" anchor="accepted" stops="hearing"
                   instrument="中华人民共和国行政许可法" article="第四十二条"/>
        <sun:remedy kind="litigation" instrument="中华人民共和国行政许可法" article="第七条">可以起诉</sun:remedy>
        <sun:basis instrument="中华人民共和国行政许可法" article="第二十九条" from="2019-04-23"/>
      </sun:power>
    </bpmn:extensionElements>
    <bpmn:laneSet id="Lanes">
      <bpmn:lane id="Applicant" name="申请人">
        <bpmn:extensionElements><sun:lane role="applicant"/></bpmn:extensionElements>
        <bpmn:flowNodeRef>Start</bpmn:flowNodeRef>
        <bpmn:flowNodeRef>Apply</bpmn:flowNodeRef>
      </bpmn:lane>
      <bpmn:lane id="Window" name="窗口">
        <bpmn:extensionElements><sun:lane role="clerk"/></bpmn:extensionElements>
        <bpmn:flowNodeRef>Review</bpmn:flowNodeRef>
        <bpmn:flowNodeRef>Complete</bpmn:flowNodeRef>
        <bpmn:flowNodeRef>End</bpmn:flowNodeRef>
      </bpmn:lane>
    </bpmn:laneSet>
    <bpmn:startEvent id="Start" name="开始"/>
    <bpmn:userTask id="Apply" name="申请">
      <bpmn:extensionElements>
        <sun:step post="申请人" phase="受理" form="application">
          <sun:basis instrument="中华人民共和国行政许可法" article="第二十九条"/>
        </sun:step>
      </bpmn:extensionElements>
    </bpmn:userTask>
    <bpmn:userTask id="Review" name="审查">
      <bpmn:extensionElements>
        <sun:step post="受理岗" phase="审查" form="review" marks="accepted">
          <sun:limit unit="on_spot"/>
          <sun:basis instrument="中华人民共和国行政许可法" article="第三十四条"/>
          <sun:right>陈述、申辩</sun:right>
        </sun:step>
      </bpmn:extensionElements>
    </bpmn:userTask>
    <bpmn:exclusiveGateway id="Complete" name="齐全？" default="ToEnd"/>
    <bpmn:endEvent id="End" name="结束"/>
    <bpmn:sequenceFlow id="A1" sourceRef="Start" targetRef="Apply"/>
    <bpmn:sequenceFlow id="A2" sourceRef="Apply" targetRef="Review"/>
    <bpmn:sequenceFlow id="A3" sourceRef="Review" targetRef="Complete"/>
    <bpmn:sequenceFlow id="ToEnd" name="齐全" sourceRef="Complete" targetRef="End"/>
    <bpmn:sequenceFlow id="Back" name="不齐" sourceRef="Complete" targetRef="Apply">
      <bpmn:extensionElements><sun:arrow return="true"/></bpmn:extensionElements>
      <bpmn:conditionExpression>materials = "missing"</bpmn:conditionExpression>
    </bpmn:sequenceFlow>
  </bpmn:process>
</bpmn:definitions>
"""

APPLICATION: dict[str, Any] = {
    "title": "申请",
    "type": "object",
    "properties": {"applicant": {"title": "姓名", "type": "string", "maxLength": 50, "x-sun-mask": "name"}},
    "required": ["applicant"],
}
REVIEW: dict[str, Any] = {
    "title": "审查",
    "type": "object",
    "properties": {
        "materials": {
            "title": "材料",
            "type": "string",
            "enum": ["complete", "missing"],
            "x-sun-labels": {"complete": "齐全", "missing": "不齐"},
            "x-sun-public": True,
        },
        "note": {"title": "说明", "type": "string"},
    },
    "required": ["materials"],
    "allOf": [
        {
            "if": {"properties": {"materials": {"const": "missing"}}, "required": ["materials"]},
            "then": {"required": ["note"]},
        }
    ],
}
LABELS = "".join(f'"{key}" = "{key}"\n' for key in "Applicant Window Start Apply Review Complete End".split())
SCENARIO = """title = "齐全即准"
[start]
at = "2026-09-01T09:00:00+08:00"
[[step]]
do = "Review"
as = "受理岗"
[expect]
state = "closed"
path = ["Apply", "Review", "End"]
"""


def power(process: str = POWER, **forms: dict[str, Any]) -> FlowPackage:
    """A lawful power; ``forms`` replace its own by name."""
    files = {
        "process.bpmn": process.encode(),
        "about.md": "示例".encode(),
        "labels/en.toml": f"[labels]\n{LABELS}".encode(),
        "scenarios/granted.toml": SCENARIO.encode(),
    }
    for name, form in ({"application": APPLICATION, "review": REVIEW} | forms).items():
        files[f"forms/{name}.json"] = json.dumps(form, ensure_ascii=False).encode()
    return package(files)


def package(files: dict[str, bytes]) -> FlowPackage:
    """A package of these files."""
    ordered = dict(sorted(files.items()))
    return FlowPackage(ordered, digest(ordered))


def process(body: str) -> bytes:
    """A BPMN file of one process with this inside."""
    return (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:sun="urn:sunpath:bpmn:1" id="d">'
        f'<process id="p" name="试" isExecutable="true">{body}</process></definitions>'
    ).encode()
