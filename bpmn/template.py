"""Templates of documents: the one door to Jinja, and no wider than a document needs.

A template is words with ``{{ name }}``, ``{% if %}`` and ``{% for %}`` over values it is given. It calls nothing, sets
nothing, includes nothing, and reads no attribute of a Python object: what it may hold is checked before it is published
and again before it is used, and it runs in Jinja's immutable sandbox with every value escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from lxml import etree
from lxml import html as markup

#: Longest template, in characters, and longest document it may make.
MAX_TEMPLATE, MAX_DOCUMENT = 20_000, 200_000
#: Loops within loops; data is the only thing to loop over, so this bounds them all.
MAX_LOOPS = 2
#: What of Jinja may stand in a template.
_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.If, nodes.For, nodes.Getattr,
    nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.List, nodes.Tuple,
)  # fmt: skip
#: Elements that may stand in a template, and their attributes. Nothing loads, runs or leads anywhere.
TAGS = frozenset("p h2 h3 h4 ul ol li table thead tbody tr th td b strong em i br hr div span section".split())
ATTRIBUTES = frozenset(("class", "colspan", "rowspan", "scope"))
_ENVIRONMENT = ImmutableSandboxedEnvironment(
    autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)


class Unusable(Exception):
    """A template that cannot be used: ``code`` (``document.*``), line, and what its sentence needs."""

    def __init__(self, code: str, line: int | None = None, **params: object) -> None:
        super().__init__(f"{code} {line} {params}")
        self.code, self.line, self.params = code, line, params


@dataclass(frozen=True)
class Template:
    """A template that may be used: the names it reads, and of dotted ones the first two parts."""

    text: str = field(repr=False)
    names: frozenset[str]

    def render(self, values: Mapping[str, Any]) -> str:
        """The template filled with ``values``. Raises Unusable ``document.failed``, ``document.too_long``."""
        try:
            said = _ENVIRONMENT.from_string(self.text).render(dict(values))
        except (TemplateError, TypeError, ValueError) as error:
            # Values are not what the template takes them for: a number looped over, a text compared with a number.
            raise Unusable("document.failed", getattr(error, "lineno", None), what=str(error)) from error
        if len(said) > MAX_DOCUMENT:
            raise Unusable("document.too_long", limit=MAX_DOCUMENT)
        return said


@lru_cache(maxsize=256)
def read(data: bytes) -> Template:
    """A template of its bytes. Raises Unusable: ``document.syntax``, ``document.forbidden``, ``document.markup``."""
    try:
        text = data.decode("utf-8")
        if len(text) > MAX_TEMPLATE:
            raise Unusable("document.too_long", limit=MAX_TEMPLATE)
        tree = _ENVIRONMENT.parse(text)
    except UnicodeDecodeError as error:
        raise Unusable("document.syntax", None, what="UTF-8") from error
    except TemplateSyntaxError as error:
        raise Unusable("document.syntax", error.lineno, what=str(error.message)) from error
    _check_nodes(tree)
    _check_markup(text)
    return Template(text, frozenset(_names(tree, frozenset())))


def _check_nodes(tree: nodes.Node, loops: int = 0) -> None:
    for node in tree.iter_child_nodes():
        if not isinstance(node, _ALLOWED) or (isinstance(node, nodes.Getattr) and node.attr.startswith("_")):
            raise Unusable("document.forbidden", node.lineno, what=type(node).__name__)
        deeper = loops + isinstance(node, nodes.For)
        if deeper > MAX_LOOPS or (isinstance(node, nodes.For) and node.recursive):
            raise Unusable("document.forbidden", node.lineno, what="for")
        _check_nodes(node, deeper)


def _check_markup(text: str) -> None:
    """Only plain elements; the tags of Jinja are cut out, so that none can stand inside a tag of HTML."""
    bare = _JINJA.sub("", text)
    if not bare.strip():
        return
    try:
        parts = markup.fragments_fromstring(bare)
    except etree.LxmlError as error:
        raise Unusable("document.markup", None, what=str(error)[:80]) from error
    for part in parts:
        for element in part.iter() if not isinstance(part, str) else ():
            tag = element.tag if isinstance(element.tag, str) else "<!-- -->"
            wrong = [name for name in element.attrib if name not in ATTRIBUTES]
            if tag not in TAGS or wrong:
                raise Unusable("document.markup", element.sourceline, what=", ".join(map(str, wrong)) or tag)
    for inside in re.finditer(r"<[^>]*>?", text):
        if "{" in inside.group():
            raise Unusable("document.markup", text.count("\n", 0, inside.start()) + 1, what=inside.group()[:40])


def _names(node: nodes.Node, bound: frozenset[str]) -> Iterator[str]:
    """Names that are read and not bound by a loop: ``name``, or ``name.part``."""
    if isinstance(node, nodes.For):
        inner = bound | {name.name for name in node.target.find_all(nodes.Name)} | _own(node.target) | {"loop"}
        yield from _names(node.iter, bound)
        for part in (*node.body, *node.else_):
            yield from _names(part, inner)
    elif isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
        if node.node.name not in bound:
            yield f"{node.node.name}.{node.attr}"
    elif isinstance(node, nodes.Name):
        if node.name not in bound:
            yield node.name
    else:
        for child in node.iter_child_nodes():
            yield from _names(child, bound)


def _own(target: nodes.Node) -> set[str]:
    return {target.name} if isinstance(target, nodes.Name) else set()
