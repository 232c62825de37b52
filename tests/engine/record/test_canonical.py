"""The hashed bytes are RFC 8785, whatever encoder wrote them; values survive the way there and back."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from engine.record.canonical import MAX_INTEGER, Uncanonical, decode, dumps, encode, instant, quoted, read_instant

texts = st.text(st.characters(exclude_categories=["Cs"]))
scalars = st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | texts
documents = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=20
)


@given(documents)
def test_same_bytes_as_rfc8785(value: object) -> None:
    assert dumps(value) == rfc8785.dumps(value)


@given(texts)
def test_a_text_alone_is_the_same_as_among_others(text: str) -> None:
    assert quoted(text).encode() == dumps(text) == rfc8785.dumps(text)


@pytest.mark.parametrize("value", [1.5, float("nan"), 2**53, {"a": {1: 2}}, "\ud800", b"x", {1, 2}])
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(Uncanonical):
        dumps(value)


names = texts.filter(lambda name: not name.startswith("$"))
values = st.recursive(
    scalars
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.dates()
    | st.integers(2**53, 2**80)
    | st.datetimes(timezones=st.just(UTC)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=10,
)


@given(values)
def test_case_data_survives_the_record(value: object) -> None:
    recorded = encode(value)
    assert decode(recorded) == value
    assert encode(decode(recorded)) == recorded


def test_decimals_keep_their_digits() -> None:
    assert encode(Decimal("12.50")) == {"$number": "12.50"}
    assert str(decode({"$number": "12.50"})) == "12.50"
    assert encode(date(2026, 11, 24)) == {"$date": "2026-11-24"}


@pytest.mark.parametrize("value", [{"$number": "1"}, {"$x": 1}, float("inf"), Decimal("NaN"), object()])
def test_what_cannot_be_recorded_is_refused(value: object) -> None:
    with pytest.raises(Uncanonical):
        encode(value)


@given(st.datetimes(min_value=datetime(1970, 1, 1), timezones=st.just(UTC)))
def test_instants_have_milliseconds_in_utc(at: datetime) -> None:
    text = instant(at)
    assert len(text) == 24 and text.endswith("Z")
    assert instant(read_instant(text)) == text
    assert abs((read_instant(text) - at).total_seconds()) < 0.001
