"""What can go wrong in the engine, one sentence each; codes and parameters only, the words are the web's.

A rejection (your command was wrong), an incident (the process is stuck: recorded, never raised) and an exception
(our bug: rolled back) are three different things.
"""

from __future__ import annotations


class Rejection(Exception):
    """The command was wrong; nothing was written.

    ``code`` is a key of the word files, ``params`` what its sentence needs.
    """

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(f"{code} {params}" if params else code)
        self.code = code
        self.params = params


class Conflict(Rejection):
    """Somebody else was faster: the case changed between reading and writing. Only this one is retried, by the edge."""


class Lost(Conflict):
    """The database went away in the middle of a command. Whether it was committed is unknown; sent again under the
    same id it is one step either way, so the edge repeats it as it repeats a lost comparison.
    """


class Newer(Exception):
    """The database was written by a newer version of the product; opening it could lose what that version recorded."""


class Unusable(OSError):
    """The database cannot be opened: its address is wrong, or what lies there is no database of ours."""


class Damaged(Exception):
    """A stored row contradicts the record it belongs to; ``verify`` tells which."""
