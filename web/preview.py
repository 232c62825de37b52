"""A package before it is published: what the linter finds, beside its chart drawn as it would be shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup

from bpmn.anchors import anchor
from bpmn.chart import Picture, picture, sprite
from bpmn.diff import diff
from bpmn.errors import Refused
from bpmn.linter import Finding, lint
from bpmn.marks import Mark, PictureStatus
from bpmn.package import PROCESS, FlowPackage
from bpmn.wording import Sentence, say
from web.charts import PHONE, WIDE, Chart, text_twin
from web.flowwords import FlowWords
from web.language import gettext as _
from web.language import lang

SEVERITIES = ("error", "warning", "info")


@dataclass(frozen=True, kw_only=True)
class Place:
    """Something said about an element, with where it can be seen."""

    sentence: Sentence
    element: str = ""
    name: str = ""
    #: Is it on the chart, in the text twin?
    drawn: bool = False
    told: bool = False
    #: error, warning, info; '' for a change.
    severity: str = ""
    #: Line of the file; 0 where not known, and the file where it is not the process.
    line: int = 0
    file: str = ""

    @property
    def anchor(self) -> str:
        """What follows ``node-`` and ``step-``."""
        return anchor(self.element)


@dataclass(frozen=True, kw_only=True)
class Preview:
    """Everything known of a package before it is published."""

    package: FlowPackage
    words: FlowWords | None
    chart: Chart | None
    #: Why there is no picture; None when there is one, or nothing could be read.
    refused: Sentence | None
    findings: tuple[Place, ...]
    changes: tuple[Place, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """Findings by severity."""
        found = Counter(finding.severity for finding in self.findings)
        return {severity: found[severity] for severity in SEVERITIES}

    @property
    def clean(self) -> bool:
        """Without errors: may be submitted."""
        return not self.counts["error"]


def preview(package: FlowPackage, before: FlowPackage | None = None) -> Preview:
    """Check and draw a package; with ``before``, also say what changed since that version. Never raises Refused."""
    found = sorted(lint(package), key=lambda finding: SEVERITIES.index(finding.severity))
    words = _words(package)
    if words is None:
        return Preview(package=package, words=None, chart=None, refused=None, findings=_places(found, None, None))
    wide, phone, refused = _pictures(package, words)
    status = _marks(found)
    chart = Chart(
        title=words.title,
        wide=Markup(wide.render(status)) if wide is not None else None,
        phone=Markup(phone.render(status)) if phone is not None else None,
        sprite=Markup(sprite(words.lang)),
        twin=text_twin(words, wide),
    )
    return Preview(
        package=package,
        words=words,
        chart=chart,
        refused=refused,
        findings=_places(found, words, chart),
        changes=changes(before, words, chart) if before is not None else (),
    )


def changes(before: FlowPackage, words: FlowWords, chart: Chart | None) -> tuple[Place, ...]:
    """What is different in ``words.package``: first the process, element by element, then its other files."""
    changed = diff(before.alone.definitions, words.package.alone.definitions)
    in_process = [_place(change.say(words.lang), change.element or "", words, chart) for change in changed]
    return (*in_process, *(Place(sentence=Sentence(text)) for text in _files(before, words.package)))


def _files(before: FlowPackage, after: FlowPackage) -> Iterator[str]:
    """Files that were added, removed or changed, the process aside."""
    for path in sorted({*before.files, *after.files} - {PROCESS}):
        if path not in before.files:
            yield _("新增文件：%(path)s", path=path)
        elif path not in after.files:
            yield _("删去文件：%(path)s", path=path)
        elif before.files[path] != after.files[path]:
            yield _("修改文件：%(path)s", path=path)


def _words(package: FlowPackage) -> FlowWords | None:
    """The words of a package; without its broken translations; None when the BPMN itself cannot be read."""
    try:
        _ = package.definitions
    except Refused:
        return None
    words = FlowWords(package, lang())
    try:
        _ = (words.all, package.forms)
    except Refused:
        return FlowWords(FlowPackage({PROCESS: package.process_bytes}, package.digest), lang())
    return words


def _pictures(package: FlowPackage, words: FlowWords) -> tuple[Picture | None, Picture | None, Sentence | None]:
    labels = tuple(sorted(words.all.items()))
    try:
        wide = _drawn(package.process_bytes, WIDE, words.lang, labels)
        return wide, _drawn(package.process_bytes, PHONE, words.lang, labels), None
    except Refused as refused:
        return None, None, say(refused.code, words.lang, **refused.params)


@lru_cache(maxsize=16)
def _drawn(process: bytes, form: str, language: str, labels: tuple[tuple[str, str], ...]) -> Picture:
    return picture(process, form, lang=language, labels=dict(labels))


def _marks(found: Iterable[Finding]) -> PictureStatus:
    """How many errors each element has, said with its name; no status is drawn, since nothing runs yet."""
    errors = Counter(finding.element for finding in found if finding.severity == "error" and finding.element)
    marks = {element: Mark(status="", words=_("错误 %(count)s 处", count=count)) for element, count in errors.items()}
    return PictureStatus(elements=marks, counts={})


def _places(found: Iterable[Finding], words: FlowWords | None, chart: Chart | None) -> tuple[Place, ...]:
    return tuple(
        _place(
            say(finding.rule, lang(), **finding.params),
            finding.element or "",
            words,
            chart,
            severity=finding.severity,
            line=finding.line or 0,
            file="" if finding.file == PROCESS else finding.file,
        )
        for finding in found
    )


def _place(
    sentence: Sentence,
    element: str,
    words: FlowWords | None,
    chart: Chart | None,
    severity: str = "",
    line: int = 0,
    file: str = "",
) -> Place:
    drawn = chart is not None and chart.wide is not None and f'id="node-{anchor(element)}"' in chart.wide
    return Place(
        sentence=sentence,
        element=element,
        name=words.name(element) if words is not None and element else element,
        drawn=bool(element) and drawn,
        told=chart is not None and any(step.id == element for step in chart.twin),
        severity=severity,
        line=line,
        file=file,
    )
