"""Documents: issued with the step, numbered, in the record by their digests; what is kept is what was issued."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

import engine
from engine.answers import Issued
from engine.errors import Rejection
from engine.record.canonical import bytes_digest
from engine.store import Store
from tests.engine.run.test_discretion import DEPARTS, WITHIN, office, told
from tests.engine.run.test_whatif import changed, publish

__all__ = ["office"]


def issued(office: Store, case: str) -> list[tuple[Issued, str, bytes]]:
    """Every document with its words and its PDF."""
    with office.read() as session:
        return [
            (
                one,
                engine.document(session, case, one.step, "html").decode(),
                engine.document(session, case, one.step, "pdf"),
            )
            for one in engine.documents(session, case)
        ]


def test_a_decision_is_a_document_with_number_law_discretion_and_remedies(office: Store) -> None:
    done = told(office, WITHIN)
    (notice, words, _), (decision, said, pdf) = issued(office, done.case)
    assert (notice.name, notice.number) == ("行政处罚告知书", "云市监罚告〔2026〕1号（示例）")
    assert (decision.name, decision.element) == ("行政处罚决定书", "Decide")
    assert "拟罚款70000元" in words and "有权进行陈述和申辩" in words and "要求听证" in words
    for part in (
        "当事人乙",
        "依据《中华人民共和国食品安全法》第一百二十四条",
        "云市监规〔2026〕1号（示例）",
        "“一般处罚”一档，幅度为65000元以上85000元以内（不含本数）",
        "货值金额3200元（证据1：进货单、销售单）",
        "决定罚款70000元",
        "申请行政复议",
        "行政诉讼",
        "2026年3月23日",
        "印章",
    ):
        assert part in said, part
    assert (
        pdf.startswith(b"%PDF")
        and {form: bytes_digest(data) for form, data in (("html", said.encode()), ("pdf", pdf))} == decision.digests
    )


def test_a_departure_is_given_with_its_reasons(office: Store) -> None:
    _, (_, said, _) = issued(office, told(office, DEPARTS).case)
    assert "属于减轻处罚的情节（《中华人民共和国行政处罚法》第三十二条）" in said
    assert "对裁量基准作调整适用的理由：当事人主动召回全部涉案食品并赔付" in said


def test_numbers_follow_each_other_and_no_two_documents_are_the_same(office: Store) -> None:
    one, other = told(office, WITHIN), told(office, WITHIN)
    first, second = (issued(office, done.case)[1] for done in (one, other))
    assert (first[0].number, second[0].number) == ("云市监罚决〔2026〕1号（示例）", "云市监罚决〔2026〕2号（示例）")
    assert first[0].digests["html"] != second[0].digests["html"]


def test_the_record_holds_digests_and_nothing_a_person_entered(office: Store) -> None:
    done = told(office, WITHIN)
    with office.read() as session:
        steps = [step for step in engine.steps(session, done.case) if step.kind == "document issued"]
        assert engine.replay(session, done.case).differences == ()
        assert engine.verify(session, done.case).differences == ()
    assert {frozenset(step.body) for step in steps} == {frozenset(("document", "template", "number", "html", "pdf"))}
    assert "当事人乙" not in str([step.body for step in steps])


def test_a_document_changed_afterwards_is_found(office: Store) -> None:
    done = told(office, WITHIN)
    with office.begin() as session:
        session.execute(sa.text("UPDATE document SET html = :html WHERE n = 1"), {"html": b"<p>0</p>"})
    with office.read() as session:
        differences = engine.verify(session, done.case).differences
    assert {difference.field for difference in differences} == {"document html"} and len(differences) == 2


def test_erasing_what_was_entered_erases_the_documents_and_keeps_their_digests(office: Store) -> None:
    done = told(office, WITHIN)
    with office.begin() as session:
        engine.add_person(session, "keeper", roles=["admin"])
        at = engine.steps(session, done.case)[-1].at
        engine.erase(session, done.case, ["party_name"], actor="keeper", ground="个人信息保护法第四十七条", at=at)
    with office.read() as session:
        (notice, _) = engine.documents(session, done.case)
        with pytest.raises(Rejection, match=r"document\.erased"):
            engine.document(session, done.case, notice.step, "pdf")
        assert engine.verify(session, done.case).differences == ()
        with pytest.raises(Rejection, match=r"document\.unknown"):
            engine.document(session, done.case, 1, "pdf")


def test_what_a_citizen_entered_stays_text(office: Store) -> None:
    done = told(office, WITHIN, Lead={"party_name": "<b>乙</b>{{ 7 }}<script>"})
    (_, words, _), _ = issued(office, done.case)
    assert "&lt;b&gt;乙&lt;/b&gt;{{ 7 }}&lt;script&gt;" in words and "<script>" not in words


def test_a_document_that_cannot_be_made_refuses_the_step_and_loses_nothing(office: Store) -> None:
    """A value that is no list is looped over: the check cannot know, the step says so."""
    broken = changed(
        "documents/penalty-notice.html", ("{{ notice_text }}", "{% for a in raw.proposed_fine %}x{% endfor %}")
    )
    publish(office, broken)
    with pytest.raises(Rejection, match=r"document\.failed") as refused:
        told(office, WITHIN)
    assert refused.value.params["document"] == "行政处罚告知书"
    with office.read() as session:
        (case,) = engine.cases(session)
        assert [item.element for item in engine.show(session, case.case).work_items] == ["Notice"]
        assert engine.documents(session, case.case) == []
