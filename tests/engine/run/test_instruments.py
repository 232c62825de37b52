"""The register of law: from article to step, expired bases block, amended ones light up, nothing is taken back."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

import engine
from bpmn.citations import citations
from bpmn.package import FlowPackage
from engine.errors import Rejection
from engine.store import Session, Store
from tests.engine.run.test_discretion import KEY, PACKAGE, office
from tests.engine.run.test_whatif import changed
from tests.flows.test_scenarios import PUBLISHED

__all__ = ["office"]

PENALTY_LAW = "中华人民共和国行政处罚法"
TODAY = date(2026, 6, 1)
FIRST = f'instrument="{PENALTY_LAW}" article="第二十八条"'
#: The same flow, published once more.
AGAIN = changed("about.md", ("\n", "\n\n"))


def amend(session: Session, instrument: str, kind: str = "amended", on: date = TODAY, **more: str) -> None:
    if engine.person(session, "keeper") is None:
        engine.add_person(session, "keeper", roles=["admin"])
    document = "某号公告"
    engine.change_law(session, instrument, kind=kind, on=on, document=document, actor="keeper", at=PUBLISHED, **more)


def republish(session: Session, package: FlowPackage, key: str = KEY, at: datetime = PUBLISHED) -> None:
    engine.publish(session, package, key=key, author="author", reviewer="approver", at=at)


def test_every_basis_of_a_package_is_cited_with_its_place() -> None:
    found = citations(PACKAGE)
    cited = {(one.basis.article, one.element, one.why) for one in found if one.basis.instrument == PENALTY_LAW}
    expected = {
        ("第五十七条", "Collective", "basis"),
        ("第六十条", "", "limit"),
        ("第六十四条", "PartyReply", "limit"),
    }
    assert expected <= cited
    process = PACKAGE.definitions.main
    assert process is not None and process.power is not None
    steps = [node.step for node in process.nodes if node.step is not None]
    bases = {*process.power.bases, *(basis for step in steps for basis in step.bases)}
    assert bases <= {one.basis for one in found}
    assert {one.benchmark for one in found if one.why == "benchmark"} == {"food-expired"}


def test_the_index_leads_from_article_to_step(office: Store) -> None:
    with office.read() as session:
        index = engine.law_index(session, TODAY)
    own = [one.citation.basis for one in index if one.citation.basis.instrument == PENALTY_LAW]
    articles = list(dict.fromkeys(basis.article for basis in own))
    assert articles[:3] == ["第五条", "第二十八条", "第二十九条"] and articles[-1] == "第七十三条"
    assert {one.definition.key for one in index} == {KEY, *PACKAGE.called}
    assert not any(one.expired or one.amended for one in index)


def test_an_amended_article_lights_up_what_cites_it_and_nothing_else(office: Store) -> None:
    with office.begin() as session:
        amend(session, PENALTY_LAW, article="第五十七条")
    with office.read() as session:
        info = engine.definition(session, KEY)
        lit = engine.standing(session, info, TODAY)
        assert engine.standing(session, info, TODAY - timedelta(days=1)) == []
    assert {one.citation.basis.article for one in lit} == {"第五十七条"} and "Collective" in {
        one.citation.element for one in lit
    }
    assert all(one.amended == "2026-06-01 某号公告" and not one.expired for one in lit)


def test_an_amended_paragraph_lights_up_its_article_and_what_it_holds(office: Store) -> None:
    with office.begin() as session:
        amend(session, PENALTY_LAW, article="第五十七条第二款")
    with office.read() as session:
        lit = engine.standing(session, engine.definition(session, KEY), TODAY)
    assert {one.citation.basis.article for one in lit} == {"第五十七条"}
    with office.begin() as session, pytest.raises(Rejection, match=r"law\.bad_article"):
        amend(session, PENALTY_LAW, article="第五十七条、第五十八条")


def test_law_that_is_not_in_force_yet_cannot_be_published(office: Store) -> None:
    day = (PUBLISHED + timedelta(days=30)).date().isoformat()
    early = changed("process.bpmn", (f'{FIRST} from="2021-07-15"', f'{FIRST} from="{day}"'))
    with office.begin() as session, pytest.raises(Rejection, match=r"publish\.basis_early") as refused:
        republish(session, early)
    assert refused.value.params["since"] == day
    with office.begin() as session:
        republish(session, early, at=PUBLISHED + timedelta(days=30))


def test_published_again_after_the_amendment_it_is_lit_no_more(office: Store) -> None:
    with office.begin() as session:
        amend(session, PENALTY_LAW)
        republish(session, AGAIN, at=PUBLISHED + timedelta(days=200))
    with office.read() as session:
        assert engine.standing(session, engine.definition(session, KEY), TODAY + timedelta(days=300)) == []


def test_what_rests_on_repealed_law_cannot_be_published_and_shows_where_it_is_live(office: Store) -> None:
    late = PUBLISHED + timedelta(days=200)
    with office.begin() as session:
        amend(session, PENALTY_LAW, kind="repealed")
    with office.begin() as session, pytest.raises(Rejection, match=r"publish\.basis_expired") as refused:
        republish(session, AGAIN, at=late)
    assert "某号公告" in str(refused.value.params["since"]) and PENALTY_LAW in str(refused.value.params["basis"])
    with office.begin() as session, pytest.raises(Rejection, match=r"publish\.basis_expired"):
        engine.submit(session, AGAIN, key=KEY, author="author", at=late)
    with office.read() as session:
        assert any(one.expired for one in engine.standing(session, engine.definition(session, KEY), TODAY))


def test_a_basis_that_says_when_it_ends_ends_then(office: Store) -> None:
    ending = changed("process.bpmn", (f"{FIRST} from=", f'{FIRST} to="2026-01-04" from='))
    with office.begin() as session, pytest.raises(Rejection, match=r"publish\.basis_expired") as refused:
        republish(session, ending)
    assert refused.value.params["since"] == "2026-01-04"


def test_what_the_code_of_ecology_repealed_is_known(office: Store) -> None:
    old = changed(
        "process.bpmn", (f"{FIRST} from=", 'instrument="中华人民共和国水污染防治法" article="第八十三条" from=')
    )
    with office.begin() as session:
        republish(session, old, key="before")
        info = engine.definition(session, "before")
        assert engine.standing(session, info, date(2026, 8, 14)) == []
        (gone,) = engine.standing(session, info, date(2026, 8, 15))
    assert "生态环境法典" in gone.expired


def test_the_register_is_kept_and_asks_for_what_it_needs(office: Store) -> None:
    with office.begin() as session:
        amend(session, PENALTY_LAW)
    for wrong, code in (
        ({"instrument": "中华人民共和国虚构法"}, "law.unknown"),
        ({"instrument": PENALTY_LAW, "article": "57"}, "law.bad_article"),
        ({"instrument": PENALTY_LAW}, "law.known"),
    ):
        with office.begin() as session, pytest.raises(Rejection, match=code):
            amend(session, **wrong)
    with office.begin() as session, pytest.raises(Rejection, match=r"role\.missing"):
        engine.change_law(session, PENALTY_LAW, kind="amended", on=TODAY, document="x", actor="author", at=PUBLISHED)
    with office.begin() as session, pytest.raises(sa.exc.DatabaseError, match=r"kept|append-only"):
        session.execute(sa.text("DELETE FROM law_change"))
