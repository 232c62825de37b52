"""How a document says what was decided: values, and the paragraph on discretion (facts 4.6). In Chinese. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from bpmn.benchmark import Benchmark

_FILE = re.compile(r"[0-9a-f]{64} (.+)")
#: What makes a sentence of a kind of circumstance or tier.
_KINDS = {
    "none": "不予处罚", "may_none": "可以不予处罚", "mitigated": "减轻处罚", "light": "从轻处罚", "normal": "一般处罚",
    "heavy": "从重处罚", "grave": "情节严重",
}  # fmt: skip


def said(value: Any, labels: Mapping[str, str] | None = None) -> str:
    """A value as a document writes it: a choice by its label, 是 or 否, 2026年3月5日, 65000."""
    labels = labels or {}
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date | datetime):
        return written(value)
    if isinstance(value, list | tuple):
        return "、".join(said(item, labels) for item in value)
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    # A file by its name.
    named = _FILE.fullmatch(str(value))
    return named[1] if named else labels.get(str(value), str(value))


def written(day: date | datetime) -> str:
    """2026年3月5日."""
    return f"{day.year}年{day.month}月{day.day}日"


def on_discretion(benchmark: Benchmark, found: Mapping[str, Any], values: Mapping[str, str], reasons: str) -> str:
    """How a benchmark was applied: factors with evidence, tier, range, circumstances, amount, and why it departs.

    ``values``: facts and evidence as documents write them; ``reasons``: those for departing, '' without.
    """
    factors = "、".join(_factor(benchmark, factor.field, values) for factor in benchmark.factors)
    tier = benchmark.tier(str(found["tier"]))
    sentences = [f"关于裁量：本案认定的裁量因素为{factors}"]
    named = f"《{benchmark.title}》" + (f"（{benchmark.document}）" if benchmark.document else "")
    law = f"依据{benchmark.penalty}，" if benchmark.penalty is not None else ""
    title = tier.title if tier is not None else str(found["tier"])
    sentences.append(f"{law}参照{named}“{title}”一档，{_range(found)}")
    for id_ in found["circumstances"]:
        if (one := benchmark.circumstance(id_)) is not None:
            sentences.append(f"{one.title}，属于{_KINDS[one.kind]}的情节" + (f"（{one.basis}）" if one.basis else ""))
    amount = found.get("decided", found.get("amount"))
    if amount is not None:
        sentences.append(f"综合考虑，{'决定' if 'decided' in found else '拟'}罚款{said(Decimal(amount))}元")
    if found.get("departs") and reasons:
        sentences.append(f"对裁量基准作调整适用的理由：{reasons.rstrip('。')}")
    return "。".join(sentences) + "。"


def _factor(benchmark: Benchmark, field: str, values: Mapping[str, str]) -> str:
    factor = next(one for one in benchmark.factors if one.field == field)
    evidence = values.get(factor.evidence, "")
    return f"{factor.title}{values.get(field, '')}{factor.unit}" + (f"（{evidence}）" if evidence else "")


def _range(found: Mapping[str, Any]) -> str:
    low, high = said(Decimal(found["low"])), said(Decimal(found["high"]))
    return (
        f"幅度为{low}元以上{high}元{'以下' if found['closed'] else '以内（不含本数）'}" if high != "0" else "不予罚款"
    )
