"""The drawn model as it runs: what BPMN leaves open is settled once, at publishing, and stored with the version.

Every node and arrow keeps its drawn id and nothing is inserted, so what is recorded of a case can be shown on the
chart. Settled here: where a scope begins without a start event, that a question without conditions is a person's to
answer, where a link goes on, how often an activity is done. For models the linter has no error of running against.
"""

from __future__ import annotations

from typing import Any

from bpmn import clauses
from bpmn.control_flow import ControlFlow
from bpmn.model import Node, Process
from bpmn.watched import watched

#: How a node behaves when a token reaches it: go on; wait for a person; for a timer; assign; decide; run what is
#: inside; wait for the first of several events; end; end everything in the scope; end with an error; tell those around
#: it; tell all that wait for a signal; send a message.
PASS, WORK, TIMER, SCRIPT, DECISION, SUB, EVENTS, END, TERMINATE, ERROR_END, ESCALATION, SIGNAL, MESSAGE = (
    "pass", "work", "timer", "script", "decision", "sub", "events", "end", "terminate", "error", "escalation", "signal",
    "message",
)  # fmt: skip

_AUTOMATIC = frozenset(("serviceTask", "sendTask", "startEvent", "intermediateThrowEvent"))
_ENDS = {"terminate": TERMINATE, "error": ERROR_END}
_THROWN = {"escalation": ESCALATION, "signal": SIGNAL, "message": MESSAGE}
_ASKING = ("exclusiveGateway", "inclusiveGateway")


def normalise(process: Process) -> dict[str, Any]:
    """The process as plain values that go through JSON unchanged.

    ``nodes``: id → ``act``, ``type``, ``scope`` (id of the sub-process around it, ''), ``in`` and ``out`` (arrow ids in
    file order), ``default``, ``join`` (do tokens wait here for each other?), ``choice`` (does a person choose among
    ``out``?), ``counted`` (may its visits need an address?), and where they mean something ``boundary``,
    ``interrupting``, ``script``, ``decision`` [which, name of its
    answer], ``timer`` [kind, text], ``link``, ``many`` {count, parallel, until; of a number
    in the data number; of a standard loop while, before, and count 0 for no most}, ``error``, ``escalation``,
    ``signal``, ``message``, ``key`` (FEEL: which case), ``takes`` (names of values it takes along), ``skip`` (may an
    officer go past it when it is stuck?), ``service`` (who
    does it), ``handler`` (of an event sub-process: its start event), ``when`` (FEEL that
    makes a conditional event happen).
    What the law says of nodes and, as ``limits``, of the whole case: ``bpmn.clauses``.
    ``flows``: id → ``from``, ``to``, ``if``, ``returns`` (does taking it send back what was done? Not out of an
    applicant's step: there it hands in again). ``starts``: scope → ids of the nodes that tokens begin on.
    """
    nodes = {node.id: node for node in process.nodes if node.kind != "artifact"}
    control = ControlFlow(nodes, process.flows)
    applicants = {lane.id for lane in process.lanes if lane.role == "applicant"}
    scopes = ["", *(node.id for node in nodes.values() if node.kind == "sub" or control.inside(node.id))]
    limits = clauses.of_process(process)
    return {
        "process": process.id,
        "nodes": {node.id: _node(node, control) for node in nodes.values()},
        "flows": {
            flow.id: {
                "from": flow.source,
                "to": flow.target,
                "if": flow.condition,
                "returns": flow.returns and nodes[flow.source].lane not in applicants,
            }
            for flow in control.flows
        },
        "starts": {scope: _starts(scope, control) for scope in scopes},
        **({"limits": limits} if limits else {}),
    }


def _node(node: Node, control: ControlFlow) -> dict[str, Any]:
    outgoing, incoming = control.outgoing[node.id], control.incoming[node.id]
    asks = any(flow.condition for flow in outgoing)
    choice = node.type in _ASKING and len(outgoing) > 1 and not asks
    act = _act(node, control)
    values: dict[str, Any] = {
        "act": act,
        "type": node.type,
        "scope": node.parent or "",
        "in": [flow.id for flow in incoming],
        "out": [flow.id for flow in outgoing],
        "default": node.default or "",
        "join": node.type in ("parallelGateway", "inclusiveGateway") and len(incoming) > 1,
        "choice": choice,
        "counted": asks or choice or act not in (PASS, END, TERMINATE),
    }
    if node.trigger == "error":
        # '' on a border stands for any error (BPMN 10.5.6).
        values["error"] = node.events[0].ref
    if node.trigger == "escalation":
        values["escalation"] = node.events[0].ref
    if node.trigger == "signal" and (node.type != "startEvent" or control.handles(node)):
        values["signal"] = node.events[0].name or node.events[0].ref
    special = {name: value for name, value in _special(node, control).items() if value not in (None, "", [])}
    return values | special | clauses.of_node(node)


def _special(node: Node, control: ControlFlow) -> dict[str, Any]:
    """What only some nodes have."""
    special: dict[str, Any] = {
        "boundary": [other.id for other in control.nodes.values() if other.attached_to == node.id],
        "script": node.script if node.type == "scriptTask" else "",
        "decision": [node.step.decision, node.step.result] if node.type == "businessRuleTask" and node.step else None,
        "timer": [node.events[0].timer, node.events[0].text] if node.trigger == "timer" else None,
        "link": _link_target(node, control),
        "many": _instances(node),
        "message": message_of(node) if node.type != "startEvent" or control.handles(node) else None,
        "key": node.step.key if node.step is not None else None,
        "takes": list(node.step.data) if node.step is not None else None,
        "service": node.step.service if node.type == "serviceTask" and node.step is not None else None,
        "skip": True if node.step is not None and node.step.skip else None,
        "when": watched(node),
        "handler": _starts(node.id, control)[0] if node.triggered_by_event else "",
    }
    if node.attached_to or control.handles(node):
        # An error ends what it comes from, whatever the file says (BPMN 10.5.4).
        special["interrupting"] = node.interrupting or node.trigger == "error"
    return special


def _act(node: Node, control: ControlFlow) -> str:
    if node.kind == "gateway":
        return EVENTS if node.type == "eventBasedGateway" else PASS
    if node.kind == "sub" or node.type == "callActivity":
        return SUB if control.inside(node.id) else WORK
    throws = node.type in ("endEvent", "intermediateThrowEvent") and node.trigger in _THROWN
    if throws and (node.trigger != "message" or message_of(node)):
        return _THROWN[node.trigger]
    if node.type == "sendTask" and node.message:
        return MESSAGE
    if node.type == "endEvent":
        return _ENDS.get(node.trigger, END)
    if node.type == "serviceTask" and node.step is not None and node.step.service:
        return WORK
    if node.type in _AUTOMATIC:
        return PASS
    if node.type == "scriptTask":
        return SCRIPT
    if node.type == "businessRuleTask":
        return DECISION
    if node.trigger == "timer":
        return TIMER
    return PASS if node.type == "intermediateCatchEvent" and node.trigger in ("", "link") else WORK


def message_of(node: Node) -> str:
    """The message a node sends or waits for by name; '' without one."""
    if node.trigger == "message":
        return node.events[0].name or node.events[0].ref
    return node.message if node.type in ("sendTask", "receiveTask") else ""


def _starts(scope: str, control: ControlFlow) -> list[str]:
    """The start event, or without one everything nothing leads to (BPMN 10.5.2, 13.2.1)."""
    return [node.id for node in control.beginnings(scope or None)]


def _link_target(node: Node, control: ControlFlow) -> str:
    if node.type != "intermediateThrowEvent" or node.trigger != "link":
        return ""
    return next((catch.id for catch in control.catches(node)), "")


def _instances(node: Node) -> dict[str, Any] | None:
    if node.loop is None:
        return None
    loop = node.loop
    if loop.kind == "standard":
        most = int(loop.maximum) if loop.maximum else 0
        again = {"while": loop.condition, "before": loop.test_before}
        return {"count": most, "parallel": False, "until": "", **again}
    values = {"parallel": loop.kind == "parallel", "until": loop.condition}
    if loop.cardinality.isascii() and loop.cardinality.isdigit():
        return {"count": int(loop.cardinality), **values}
    return {"count": 0, "number": loop.cardinality, **values}
