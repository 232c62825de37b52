"""Why a text was refused: one class an outcome, codes and parameters only. The words are in words/{zh,en}.toml."""

from __future__ import annotations


class Refused(ValueError):
    """The text cannot be used at all; nothing was kept of it.

    ``code`` names the reason (a key of the word files), ``element`` the BPMN id it concerns (or None),
    ``line`` the line of the file (or None), ``params`` the values its sentence needs.
    """

    def __init__(self, code: str, *, element: str | None = None, line: int | None = None, **params: object) -> None:
        super().__init__(f"{code} element={element} line={line} {params}")
        self.code = code
        self.element = element
        self.line = line
        self.params = params
