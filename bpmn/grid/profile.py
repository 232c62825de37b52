"""How a chart is to be printed: text sizes, box widths, what stands in a box."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Profile:
    """One form of a chart. Lengths and sizes in points."""

    #: wide, a4, a3 or phone
    form: str
    #: gov: terminators with text, the question inside the diamond. bpmn: plain symbols, names beside them.
    notation: str = "gov"
    #: Room for text in a task.
    text_width: float
    name_size: float
    small_size: float
    #: Lanes as columns; without, all nodes in one column with the lane as a line of their text.
    lanes: bool = True
    #: The most cells side by side in one lane.
    columns: int = 1
    #: The chart should not be wider, if boxes with less room for text, but at least this, can help it.
    max_width: float
    least_text: float
    #: Distance between text and border of a box.
    padding: float = 8
    #: Distance of two arrows side by side.
    track: float = 11

    @property
    def box_width(self) -> float:
        return self.text_width + 2 * self.padding

    @property
    def label_size(self) -> float:
        """Size of questions in a diamond and of names beside a symbol."""
        return self.small_size + 1


PROFILES = {
    "wide": Profile(
        form="wide", text_width=136, least_text=110, max_width=1240, name_size=15, small_size=12.5, columns=3
    ),
    # 14 points are 9 on paper at a width of 837 (A4) or 1213 (A3), margins of 10 mm.
    "a4": Profile(form="a4", text_width=126, least_text=99, max_width=837, name_size=14, small_size=11),
    "a3": Profile(form="a3", text_width=126, least_text=99, max_width=1213, name_size=14, small_size=11, columns=2),
    "phone": Profile(
        form="phone", text_width=216, least_text=96, max_width=366, name_size=16, small_size=13, lanes=False
    ),
}
