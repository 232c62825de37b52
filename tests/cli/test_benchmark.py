"""``flask benchmark`` and ``flask case whatif``: a penalty under one edition, asked about under another."""

from __future__ import annotations

import json
from pathlib import Path

from bpmn.calls import outside
from bpmn.package import load
from tests.cli.conftest import Shell
from tests.conftest import ROOT

FLOW = ROOT / "flows" / "cf-general"


def test_a_fine_under_another_edition(shell: Shell, tmp_path: Path) -> None:
    shell("user", "add", "author", "--role", "modeller")
    shell("user", "add", "approver", "--role", "reviewer")
    for post in ("承办岗", "批准岗", "法制审核岗", "听证主持岗"):
        for number in ("一", "二"):
            shell("user", "add", f"{post}{number}", "--role", "clerk", "--post", post)
    for key in (*outside(load(FLOW).definitions), FLOW.name):
        shell("flow", "publish", str(FLOW.parent / key), "--as", "author", "--reviewer", "approver")
    story = load(FLOW).scenarios["within-the-benchmark"]
    start = story["start"]["at"].removesuffix("+08:00")
    case = shell.json("case", "start", "cf-general", "--as", "承办岗一", "--at", start)["case"]
    for step in story["step"]:
        data = dict(step.get("data", {})) | ({"with": "承办岗二"} if step["do"] == "Investigate" else {})
        who = "applicant" if step["as"] == "applicant" else f"{step['as']}一"
        text = json.dumps(data, default=float)
        shell("case", "do", case, step["do"], "--as", who, "--data", text, "--at", step["at"].removesuffix("+08:00"))
        if step["do"] == "Conclude":
            break
    (own,) = shell.json("benchmark", "list")["benchmarks"]
    assert (own["flow"], own["flow_version"], own["name"]) == ("cf-general", 1, "food-expired")
    assert shell.json("case", "whatif", case, "--benchmark", own["digest"][:12])["differences"] == []

    later = tmp_path / "cf-general"
    for path, content in load(FLOW).files.items():
        (later / path).parent.mkdir(parents=True, exist_ok=True)
        (later / path).write_bytes(content)
    table = later / "food-expired.dmn"
    # From 3,000 on, not 20,000, the value alone makes it grave.
    table.write_text(table.read_text("utf-8").replace("&gt;= 20000", "&gt;= 3000"), "utf-8")
    shell("flow", "publish", str(later), "--as", "author", "--reviewer", "approver")
    (other,) = [one for one in shell.json("benchmark", "list")["benchmarks"] if one["digest"] != own["digest"]]
    answer = shell.json("case", "whatif", case, "--benchmark", other["digest"])
    tier = next(one for one in answer["differences"] if one["what"] == "tier")
    assert (tier["recorded"], tier["found"], answer["definition"]["version"]) == ("normal", "grave", 2)
    answer = shell.json("case", "whatif", case, "--definition", answer["definition"]["digest"])
    assert {"decision", "discretion"} <= {one["what"] for one in answer["differences"]}
    assert shell("case", "whatif", case, "--benchmark", other["digest"], "--lang", "en").output.startswith("Case CF-")
    assert shell.misused("case", "whatif", case)
