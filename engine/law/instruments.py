"""Which law is in force: changes of instruments (法律文件) and their articles, and what they mean for a citation. Pure.

A change is never taken back, only followed by another. ``SEED`` holds what is known for sure; a body adds the others
with the notice that published them (``flask law``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from bpmn.articles import meet
from bpmn.power import Basis

#: What may happen to an instrument or an article of it.
AMENDED, REPEALED = "amended", "repealed"
KINDS = (AMENDED, REPEALED)


@dataclass(frozen=True, kw_only=True)
class Change:
    """An instrument, or with ``article`` a place in it, was amended or repealed with effect from ``on``."""

    instrument: str
    article: str = ""
    kind: str
    on: date
    #: What did it: the notice or the law that follows.
    document: str

    def concerns(self, basis: Basis) -> bool:
        """Is it about what is cited, or about a part or the whole of it?"""
        return self.instrument == basis.instrument and (not self.article or meet(self.article, basis.article))


_CODE = "中华人民共和国生态环境法典第一千二百四十二条"
#: Repealed by the Code of Ecology and Environment (art. 1242), in force 2026-08-15.
SEED = tuple(
    Change(instrument=f"中华人民共和国{name}", kind=REPEALED, on=date(2026, 8, 15), document=_CODE)
    for name in (
        "环境保护法", "环境影响评价法", "海洋环境保护法", "大气污染防治法", "水污染防治法", "土壤污染防治法",
        "固体废物污染环境防治法", "噪声污染防治法", "放射性污染防治法", "清洁生产促进法",
    )
)  # fmt: skip


def expired(basis: Basis, changes: Iterable[Change], on: date) -> str:
    """Since when, and by what, the text cited is no longer in force on a day; '' while it is."""
    if basis.effective_to and date.fromisoformat(basis.effective_to) < on:
        return basis.effective_to
    for change in changes:
        if change.kind == REPEALED and change.concerns(basis) and change.on <= on:
            return f"{change.on.isoformat()} {change.document}"
    return ""


def amended(basis: Basis, changes: Iterable[Change], since: date, on: date) -> str:
    """By what the text cited was amended after it was published ``since``, up to a day; '' where it was not."""
    for change in changes:
        if change.kind == AMENDED and change.concerns(basis) and since <= change.on <= on:
            return f"{change.on.isoformat()} {change.document}"
    return ""
