"""JSON Schema ↔ fields of a page."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from engine import forms as checked
from web import forms

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "title": "姓名", "maxLength": 20, "x-sun-mask": "name"},
        "story": {"type": "string", "title": "经过", "maxLength": 2000, "x-sun-en": {"title": "Story"}},
        "kind": {
            "type": "string",
            "title": "类型",
            "enum": ["a", "b"],
            "x-sun-labels": {"a": "甲", "b": "乙"},
            "x-sun-en": {"labels": {"a": "First"}},
        },
        "place": {"type": "string", "title": "地点", "enum": list("abcdef")},
        "parts": {
            "type": "array",
            "title": "部分",
            "items": {"type": "string", "enum": ["x", "y"]},
            "x-sun-labels": {"x": "东"},
        },
        "count": {"type": "integer", "title": "数量", "minimum": 1},
        "sum": {"type": "number", "title": "金额"},
        "day": {"type": "string", "format": "date", "title": "日期"},
        "open": {"type": "boolean", "title": "公开"},
        "sure": {"type": "boolean", "const": True, "title": "属实"},
    },
    "required": ["name", "sure"],
    "allOf": [{"if": {"properties": {"kind": {"const": "b"}}, "required": ["kind"]}, "then": {"required": ["story"]}}],
}


@pytest.fixture(autouse=True)
def in_a_request(app: Flask) -> Any:
    with app.test_request_context("/"):
        yield


def test_each_type_has_its_control() -> None:
    kinds = {field.name: field.kind for field in forms.fields(SCHEMA)}
    assert kinds == {
        "name": "text",
        "story": "textarea",
        "kind": "radio",
        "place": "select",
        "parts": "checkboxes",
        "count": "integer",
        "sum": "number",
        "day": "date",
        "open": "radio",
        "sure": "confirm",
    }


def test_what_is_sent_becomes_typed_data() -> None:
    sent = MultiDict(
        [
            ("name", "  张三 "),
            ("story", "一\r\n二"),
            ("kind", "a"),
            ("parts", "x"),
            ("parts", "y"),
            ("count", "3"),
            ("sum", "12.50"),
            ("day", "2026-02-28"),
            ("open", "false"),
            ("sure", "true"),
            ("stranger", "x"),
        ]
    )
    assert forms.parse(SCHEMA, sent) == {
        "name": "张三",
        "story": "一\n二",
        "kind": "a",
        "parts": ["x", "y"],
        "count": 3,
        "sum": Decimal("12.50"),
        "day": "2026-02-28",
        "open": False,
        "sure": True,
    }


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("count", "three", "“数量”要填整数"),
        ("count", "0", "“数量”不能小于 1"),
        ("sum", "NaN", "“金额”要填数字"),
        ("sum", "1e5000000", "“金额”要填数字"),
        ("day", "2026-02-30", "“日期”要填真实的日期"),
        ("kind", "c", "请从列出的选项中选择“类型”"),
        ("sure", "false", "请确认“属实”"),
    ],
)
def test_a_wrong_value_is_named_at_its_field(name: str, text: str, sentence: str) -> None:
    data = forms.parse(SCHEMA, MultiDict({"name": "张三", "sure": "true", name: text}))
    shown = forms.fields(SCHEMA, data, checked.errors(SCHEMA, data))
    assert [(field.name, field.error) for field in shown if field.error] == [(name, sentence)]
    assert forms.summary(shown)[0][1] == sentence


def test_a_conditional_requirement_is_told_before_and_after() -> None:
    data = forms.parse(SCHEMA, MultiDict({"name": "张三", "sure": "true", "kind": "b"}))
    shown = {field.name: field for field in forms.fields(SCHEMA, data, checked.errors(SCHEMA, data))}
    assert shown["story"].hint == "“类型”选“乙”时必填。"
    assert shown["story"].error == "请填写“经过”"
    assert shown["story"].required, "its words say when: it is not called optional beside them"


def test_what_is_asked_and_required_after_the_same_answer_says_so_once() -> None:
    rule = {
        "if": {"properties": {"act": {"const": "food"}}, "required": ["act"]},
        "then": {"required": ["value", "call"]},
    }
    shown = {field.name: field for field in forms.fields({**ASKED, "allOf": [rule]})}
    assert shown["value"].required and shown["value"].hint == "按进货价。 “行为”选“食品”时填写。"
    assert shown["call"].hint == "“行为”选“食品”，并且“紧急”选“是”时填写。 “行为”选“食品”时必填。"
    assert not {field.name: field for field in forms.fields(ASKED)}["value"].required


def test_entered_values_stay_in_the_form() -> None:
    shown = {field.name: field for field in forms.fields(SCHEMA, {"kind": "b", "parts": ["x"], "open": False})}
    assert [option.value for option in shown["kind"].options if option.chosen] == ["b"]
    assert [option.value for option in shown["parts"].options if option.chosen] == ["x"]
    assert [option.label for option in shown["open"].options if option.chosen] == ["否"]
    assert [option.label for option in shown["parts"].options] == ["东", "y"]


def test_english_labels_fall_back_to_chinese(app: Flask) -> None:
    with app.test_request_context("/?lang=en"):
        shown = {field.name: field for field in forms.fields(SCHEMA)}
        assert shown["story"].label == "Story"
        assert [option.label for option in shown["kind"].options] == ["First", "乙"]
        assert shown["name"].label == "姓名"


ASKED: dict[str, Any] = {
    "type": "object",
    "properties": {
        "act": {
            "type": "string",
            "title": "行为",
            "enum": ["food", "other"],
            "x-sun-labels": {"food": "食品", "other": "其他"},
        },
        "urgent": {"type": "boolean", "title": "紧急"},
        "value": {"type": "number", "title": "货值", "x-sun-when": {"act": ["food"]}, "x-sun-hint": "按进货价。"},
        "call": {"type": "string", "title": "电话", "x-sun-when": {"act": ["food"], "urgent": [True]}},
        "fine": {"type": "number", "title": "罚款", "x-sun-prefill": "proposed"},
    },
}


def test_what_is_asked_after_an_answer_says_so_and_is_left_out_otherwise() -> None:
    fields = {field.name: field for field in forms.fields(ASKED)}
    assert (fields["act"].when, fields["value"].when) == ("", '{"act": ["food"]}')
    assert fields["value"].hint == "按进货价。 “行为”选“食品”时填写。"
    assert fields["call"].when == '{"act": ["food"], "urgent": ["true"]}'
    sent = MultiDict({"act": "other", "value": "12", "call": "1", "urgent": "true"})
    assert forms.parse(ASKED, sent) == {"act": "other", "urgent": True}
    sent = MultiDict({"act": "food", "value": "12", "call": "1", "urgent": "true"})
    assert forms.parse(ASKED, sent) == {"act": "food", "urgent": True, "value": 12, "call": "1"}


def test_a_value_that_was_not_asked_is_refused() -> None:
    wrong = checked.errors(ASKED, {"act": "other", "value": Decimal(3)})
    assert [(error.field, error.code) for error in wrong] == [("value", "when")]
    assert forms.error_words(wrong[0], "货值") == "按前面的选择，不用填“货值”"
    assert checked.errors(ASKED, {"act": "food", "value": Decimal(3)}) == []


def test_a_form_begins_with_what_is_known() -> None:
    assert forms.prefilled(ASKED, {"proposed": 500, "act": "food"}) == {
        "act": "food", "urgent": None, "value": None, "call": None, "fine": 500,
    }  # fmt: skip
    assert forms.prefilled(ASKED, {"proposed": 500, "fine": 400})["fine"] == 400
