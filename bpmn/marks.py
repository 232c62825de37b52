"""What a case says about a chart: plain values made by the engine, drawn by the overlay and by the printed chart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bpmn.palette import STATUSES

__all__ = ["STATUSES", "ClockSign", "Mark", "PictureStatus"]


@dataclass(frozen=True, kw_only=True)
class ClockSign:
    """How much of an element's time is used, as shares (0 to 1) of the way from its anchor to its last date."""

    used: float
    #: Where the promise ends; None without one, or where it is the last date itself.
    promised: float | None = None
    #: Stops: from, to.
    stops: tuple[tuple[float, float], ...] = ()
    #: Does it stand still now? Then there is no last date, and no share of it.
    still: bool = False


@dataclass(frozen=True, kw_only=True)
class Mark:
    """The status of one element."""

    #: One of ``STATUSES``; another value is drawn as no status at all.
    status: str
    #: How often it was entered; 2 and more are shown as ×n.
    count: int = 1
    #: Cards it holds: blue (near the limit), yellow, red.
    cards: tuple[str, ...] = ()
    #: What else is to be said, in the picture's language: 9月28日 / due today.
    words: str = ""
    #: Its running clock.
    clock: ClockSign | None = None


@dataclass(frozen=True, kw_only=True)
class PictureStatus:
    """The status of a whole chart: of one case at one step, or of all open cases (``counts``).

    Keys are BPMN ids; ids the picture does not know are ignored.
    """

    elements: Mapping[str, Mark] = field(default_factory=dict)
    #: How often each arrow was taken.
    arrows: Mapping[str, int] = field(default_factory=dict)
    #: Open cases at each node, numbers below 5 already left out; None for a picture of one case.
    counts: Mapping[str, int] | None = None

    @property
    def is_case(self) -> bool:
        """Does it show one case? Then what it does not name was not reached."""
        return self.counts is None and bool(self.elements or self.arrows)

    def status_of(self, element: str) -> str:
        """The status to draw: '' for none."""
        mark = self.elements.get(element)
        if mark is None:
            return "todo" if self.is_case else ""
        return mark.status if mark.status in STATUSES else ""

    def heat(self, element: str) -> int:
        """1 (few) … 5 (most of the open cases), 0 where nothing is shown."""
        counts = self.counts or {}
        count = counts.get(element, 0)
        return min(5, 1 + 5 * count // (max(counts.values()) + 1)) if count > 0 else 0
