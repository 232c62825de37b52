"""A power by the command line alone: four eyes, the application form, posts, two officers, estimated dates."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Shell
from tests.conftest import ROOT

XK = ROOT / "flows" / "xk-general"
APPLICATION = {
    "applicant_kind": "person",
    "applicant_name": "白楚云",
    "identity_number": "000000199001010000",
    "phone": "0800-555-0160",
    "address": "云泽市城东区柳林路1号",
    "requested_matter": "申请小型餐饮经营许可。",
    "materials_given": ["application_form", "identity", "matter"],
    "delivery_choice": "window",
    "truthful": True,
}
POSTS = {"wang": "受理岗", "zhang": "承办岗", "liu": "承办岗", "yang": "审核岗"}


@pytest.fixture(scope="module")
def office(furnished: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """The general licence procedure is published, and its posts are held."""
    database = tmp_path_factory.mktemp("power") / "sunpath.db"
    shutil.copy(furnished, database)
    shell = Shell(database)
    for called in ("gy-archive", "gy-disclosure", "gy-hearing", "gy-rating", "gy-service"):
        shell("flow", "publish", ROOT / "flows" / called, "--as", "lin", "--reviewer", "zhao")
    shell("flow", "publish", XK, "--as", "lin", "--reviewer", "zhao")
    for name, post in POSTS.items():
        shell("user", "add", name, "--role", "clerk", "--post", post)
    yield shell
    shell.store.dispose()


def apply(office: Shell) -> Any:
    data = json.dumps(APPLICATION)
    return office.json("case", "start", "xk-general", "--as", "applicant", "--data", data, "--at", "2026-03-02T09:00")


def do(office: Shell, case: str, item: str, who: str, at: str, **data: Any) -> Any:
    return office.json("case", "do", case, item, "--as", who, "--at", at, "--data", json.dumps(data))


def test_an_application_opens_the_case_at_the_window(office: Shell) -> None:
    opened = apply(office)
    assert opened["case"].startswith("XK-2026-")
    (item,) = opened["work_items"]
    assert (item["element"], item["lane"], item["post"]) == ("FormalReview", "受理窗口", "受理岗")
    assert item["due"].startswith("2026-03-") and item["due_estimate"] is False
    shown = office.json("case", "show", opened["case"])
    assert shown["elements"]["Apply"]["status"] == "done"
    assert shown["private"]["applicant_name"] == "kept"
    everything = json.dumps([shown, office.json("case", "steps", opened["case"])], ensure_ascii=False)
    assert APPLICATION["applicant_name"] not in everything
    assert APPLICATION["applicant_name"] not in office("case", "show", opened["case"]).stdout


def test_the_drawn_case_bears_its_clocks(office: Shell, tmp_path: Path) -> None:
    """As of now, and as of the step asked for: the clock of a review, none before it was entered."""
    opened = apply(office)
    case, before = opened["case"], opened["receipt"]["step"]
    do(office, case, "FormalReview", "wang", "2026-03-02T10:00", formal_result="complete")
    drawn = {}
    for name, step in (("now", ()), ("before", ("--step", before))):
        office("case", "chart", case, *step, "-o", tmp_path / f"{name}.svg")
        svg = (tmp_path / f"{name}.svg").read_text("utf8")
        (drawn[name],) = re.findall(r'<a [^>]*id="node-Review"[^>]*>', svg)
    assert "时限已用100%" in drawn["now"], "the review of March is past its date"
    assert "时限已用" not in drawn["before"]
    office("case", "chart", case, "-o", tmp_path / "case.pdf")
    assert (tmp_path / "case.pdf").read_bytes().startswith(b"%PDF")


def test_a_wrong_form_is_one_line_with_every_field(office: Shell) -> None:
    data = APPLICATION | {"delivery_choice": "pigeon", "colour": "red"}
    before = len(office.json("audit", "verify")["differences"])
    said = office.refused("case", "start", "xk-general", "--as", "applicant", "--data", json.dumps(data))
    assert "colour" in said
    del data["colour"], data["phone"]
    said = office.refused("case", "start", "xk-general", "--as", "applicant", "--data", json.dumps(data))
    assert "delivery_choice" in said and "phone" in said
    assert len(office.json("audit", "verify")["differences"]) == before == 0


def test_a_step_belongs_to_its_post(office: Shell) -> None:
    case = apply(office)["case"]
    assert "受理岗" in office.refused("case", "do", case, "FormalReview", "--as", "zhang")
    assert "受理岗" in office.refused("case", "do", case, "FormalReview", "--as", "applicant")


def test_two_officers_act_together(office: Shell) -> None:
    case = apply(office)["case"]
    do(office, case, "FormalReview", "wang", "2026-03-02T10:00", formal_result="complete")
    review = {"site_check_needed": "yes", "major_interest": "no", "review_findings": "需要核实场所。"}
    do(office, case, "Review", "zhang", "2026-03-03T10:00", **review)
    site = {"site_date": "2026-03-04", "site_result": "conform", "site_findings": "相符。"}
    for second in ("zhang", "wang", "nobody"):
        data = json.dumps(site | {"with": second})
        assert "承办岗" in office.refused("case", "do", case, "SiteCheck", "--as", "zhang", "--data", data)
    done = do(office, case, "SiteCheck", "zhang", "2026-03-04T10:00", **site, **{"with": "liu"})
    assert [item["element"] for item in done["work_items"]] == ["Opinion"]
    office.json("tick")
    late = office.json("case", "show", case)
    assert late["elements"]["Opinion"]["status"] in ("warn", "overdue")
    assert office.json("audit", "replay", "--case", case)["differences"] == []


def test_files_are_handed_in_with_the_application(office: Shell, tmp_path: Path) -> None:
    contract = tmp_path / "合同.pdf"
    contract.write_bytes(b"%PDF-1.7 contract %%EOF")
    told = ("--as", "applicant", "--data", json.dumps(APPLICATION), "--at", "2026-03-02T09:00")
    opened = office.json("case", "start", "xk-general", *told, "--file", f"material_files={contract}")
    assert opened["work_items"]
    for wrong in (f"material_files={tmp_path / 'none.pdf'}", f"phone={contract}"):
        assert wrong in office.misused("case", "start", "xk-general", *told, "--file", wrong)
