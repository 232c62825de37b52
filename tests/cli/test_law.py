"""``flask law``: what flows rest on, and what lights up when an article is amended."""

from __future__ import annotations

from tests.cli.conftest import Shell
from tests.conftest import ROOT

LICENCE = "中华人民共和国行政许可法"
#: The licence procedure, and what it shares with other powers that cites the same law.
LIVE = ["gy-disclosure", "gy-hearing", "gy-service", "xk-general"]


def test_an_article_is_amended_and_the_flows_concerned_are_named(shell: Shell) -> None:
    for called in ("gy-archive", "gy-disclosure", "gy-hearing", "gy-rating", "gy-service"):
        shell("flow", "publish", ROOT / "flows" / called, "--as", "lin", "--reviewer", "zhao")
    shell("flow", "publish", ROOT / "flows" / "xk-general", "--as", "lin", "--reviewer", "zhao")
    shell("user", "add", "keeper", "--role", "admin")
    (row,) = [one for one in shell.json("law", "list")["instruments"] if one["instrument"] == LICENCE]
    assert row["flows"] == LIVE and row["articles"] > 10 and row["amended"] == row["expired"] == []
    told = {"--article": "第四十二条", "--on": "2026-01-01", "--document": "主席令", "--as": "keeper"}
    options = [part for pair in told.items() for part in pair]
    amended = shell.json("law", "amend", LICENCE, *options)
    assert (amended["kind"], amended["flows"]) == ("amended", ["xk-general"])
    assert shell.refused("law", "amend", LICENCE, *options)
    lit = [one for one in shell.json("law", "show", LICENCE)["citations"] if one["amended"]]
    # Published after that day, the flow is taken to have been checked against the amended text.
    assert lit == []
    assert shell(
        "law", "amend", LICENCE, "--on", "2026-12-31", "--document", "主席令", "--as", "keeper", "--lang", "en"
    )
    (row,) = [one for one in shell.json("law", "list")["instruments"] if one["instrument"] == LICENCE]
    assert row["amended"] == []  # not before that day
    shown = shell("law", "show", LICENCE).output
    assert "第四十二条" in shown and "xk-general" in shown and "Accept" in shown
    gone = shell.json("law", "amend", LICENCE, "--on", "2020-01-01", "--document", "x", "--repeal", "--as", "keeper")
    assert gone["kind"] == "repealed"
    (row,) = [one for one in shell.json("law", "list")["instruments"] if one["instrument"] == LICENCE]
    assert row["expired"] == LIVE
    assert shell.refused(
        "flow", "publish", ROOT / "flows" / "xk-general", "--key", "again", "--as", "lin", "--reviewer", "zhao"
    )
