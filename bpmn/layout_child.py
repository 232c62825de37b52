"""The child that lays a chart out: one line of JSON options, then the BPMN bytes, on standard input.

Answers one JSON document on standard output, a drawing or a refusal (``drawing_json``). Started by ``chart`` as
``python -m bpmn.layout_child`` within the limits of ``limited``.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace

from bpmn import drawing_json
from bpmn.collapse import collapsed
from bpmn.errors import Refused
from bpmn.layout import PROFILES, lay_out
from bpmn.public_view import public
from bpmn.reader import read


def answer(request: bytes) -> bytes:
    """The answer to one request."""
    options, _, data = request.partition(b"\n")
    wanted = json.loads(options)
    try:
        definitions = read(data)
        if wanted["public"]:
            definitions = public(definitions, wanted["lang"])
        if wanted["collapse"]:
            definitions = collapsed(definitions)
        profile = replace(PROFILES[wanted["form"]], notation=wanted["notation"])
        return drawing_json.to_json(lay_out(definitions, profile, wanted["labels"], wanted["lang"]))
    except Refused as refused:
        return drawing_json.refusal(refused)


if __name__ == "__main__":
    sys.stdout.buffer.write(answer(sys.stdin.buffer.read()))
