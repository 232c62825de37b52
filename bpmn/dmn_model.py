"""A DMN file as values: decisions, what they require, their tables; named by DMN 1.3 (formal/21-02-01).

All texts stay texts, so that the whole goes through JSON unchanged and is kept with a published version.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

#: Hit policies (DMN 8.2.8): unique, any, priority, first, rule order, output order, collect and its aggregations.
POLICIES = ("U", "A", "P", "F", "R", "O", "C", "C+", "C<", "C>", "C#")
#: Those that give one rule's output.
SINGLE = ("U", "A", "P", "F")


@dataclass(frozen=True, kw_only=True)
class Column:
    """An input (``text`` is its expression) or output (its name) of a table; ``values``: unary tests it must pass."""

    text: str
    type: str = ""
    values: str = ""
    #: Outputs only: what stands where no rule matches.
    default: str = ""
    label: str = ""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One rule: a cell for each input and each output."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    line: int | None = None


@dataclass(frozen=True, kw_only=True)
class Table:
    """A decision table."""

    policy: str
    inputs: tuple[Column, ...]
    outputs: tuple[Column, ...]
    rules: tuple[Row, ...]


@dataclass(frozen=True, kw_only=True)
class Item:
    """An input, a decision, or business knowledge; ``kind`` is input, decision or knowledge."""

    id: str
    kind: str
    #: Its variable: the name under which others read it.
    name: str
    #: For people (DMN 6.3.2, DMNElement).
    label: str = ""
    type: str = ""
    #: Ids of what it requires.
    requires: tuple[str, ...] = ()
    #: Of a decision or of knowledge: a table or an expression.
    table: Table | None = None
    expression: str = ""
    #: Of knowledge: names of what it takes.
    parameters: tuple[str, ...] = ()
    line: int | None = None


@dataclass(frozen=True, kw_only=True)
class Type:
    """An item definition: another name for a type, with the values allowed, or a structure."""

    name: str
    base: str = ""
    values: str = ""
    collection: bool = False
    components: tuple[Type, ...] = ()


@dataclass(frozen=True)
class Trouble:
    """Something in the file that cannot be used; ``code`` is a rule of the linter."""

    code: str
    element: str = ""
    line: int | None = None
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, eq=False)
class Decisions:
    """A whole DMN file. Two are never the same: what is compiled of it is kept beside it."""

    name: str = ""
    items: tuple[Item, ...] = ()
    types: tuple[Type, ...] = ()
    troubles: tuple[Trouble, ...] = ()

    @cached_property
    def by_id(self) -> dict[str, Item]:
        """Every item by id."""
        return {item.id: item for item in self.items}

    def decision(self, ref: str) -> Item | None:
        """A decision by its id or name."""
        found = [item for item in self.items if item.kind == "decision" and ref in (item.id, item.name)]
        return found[0] if found else None

    @cached_property
    def type_by_name(self) -> dict[str, Type]:
        """Every item definition by name."""
        return {type_.name: type_ for type_ in self.types}

    @cached_property
    def names(self) -> frozenset[str]:
        """Names in this file that are not one plain word: variables, and parts of structures."""
        named = {item.name for item in self.items} | {name for item in self.items for name in item.parameters}
        return frozenset(name for name in named | _components(self.types) if name and not name.isidentifier())

    def as_json(self) -> dict[str, Any]:
        """All of it as plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Decisions:
        """The inverse of ``as_json``."""
        return cls(
            name=values["name"],
            items=tuple(_item(item) for item in values["items"]),
            types=tuple(_type(type_) for type_ in values["types"]),
        )


def _components(types: tuple[Type, ...]) -> set[str]:
    return {name for type_ in types for name in {type_.name, *_components(type_.components)}}


def _item(values: dict[str, Any]) -> Item:
    table = values["table"]
    return Item(
        **values
        | {
            "requires": tuple(values["requires"]),
            "parameters": tuple(values["parameters"]),
            "table": table
            and Table(
                policy=table["policy"],
                inputs=tuple(Column(**column) for column in table["inputs"]),
                outputs=tuple(Column(**column) for column in table["outputs"]),
                rules=tuple(
                    Row(inputs=tuple(row["inputs"]), outputs=tuple(row["outputs"]), line=row["line"])
                    for row in table["rules"]
                ),
            ),
        }
    )


def _type(values: dict[str, Any]) -> Type:
    return Type(**values | {"components": tuple(_type(component) for component in values["components"])})
