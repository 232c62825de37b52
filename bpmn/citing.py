"""How a chart is titled and how law is cited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bpmn.chart_words import words
from bpmn.model import Definitions
from bpmn.power import Basis


def title_of(definitions: Definitions, lang: str, labels: Mapping[str, str] | None = None) -> str:
    """机关名称 + 事项名称 + 行政权力运行流程图; without power data, the name of the process and 运行流程图."""
    main = definitions.main
    labels = labels or {}
    name = labels.get(main.id, main.name) if main else ""
    name = name or definitions.name or (definitions.pools[0].name if definitions.pools else "")
    say = words(lang)["say"]
    if main and main.power and main.power.body:
        body = labels.get(main.power.body, main.power.body)
        return str(say["titled"].format(body=body, name=name))
    if not name or "流程图" in name or "flowchart" in name.casefold():
        return name
    return str(say["whole"].format(name=name))


def cited(bases: Iterable[Basis], lang: str, labels: Mapping[str, str]) -> tuple[str, ...]:
    """Bases with every instrument named once: 《行政许可法》第二十九条、第三十二条."""
    mark, joint, colon = ("《{}》", "、", "") if lang == "zh" else ("{}", ", ", ", ")
    articles: dict[str, list[str]] = {}
    for basis in bases:
        articles.setdefault(basis.instrument, []).append(labels.get(basis.article, basis.article))
    named = {mark.format(labels.get(instrument, instrument)): found for instrument, found in articles.items()}
    return tuple(name + colon * any(found) + joint.join(filter(None, found)) for name, found in named.items())
