"""Query codes: the same for the same command, told apart from typing errors, forgiving of look-alikes."""

from hypothesis import given
from hypothesis import strategies as st

from engine.record import receipt

KEY = b"k" * 32


def test_a_code_is_twelve_characters_and_a_check() -> None:
    code = receipt.query_code(KEY, "XK-2026-000001", "command")
    assert len(receipt.normal(code)) == 13
    assert receipt.well_formed(code)
    assert code == receipt.query_code(KEY, "XK-2026-000001", "command")
    assert code != receipt.query_code(KEY, "XK-2026-000002", "command")
    assert code != receipt.query_code(b"other" * 8, "XK-2026-000001", "command")


@given(st.uuids(), st.integers(0, 12), st.sampled_from(receipt.ALPHABET))
def test_one_wrong_character_is_a_typing_error(command: object, place: int, letter: str) -> None:
    code = receipt.normal(receipt.query_code(KEY, "XK-2026-000001", str(command)))
    wrong = code[:place] + letter + code[place + 1 :]
    # Letters 31 apart cannot be told apart modulo 31: 0 and Z.
    if wrong != code and {code[place], letter} != {"0", "Z"}:
        assert not receipt.well_formed(wrong)


def test_look_alikes_and_spaces_are_forgiven() -> None:
    assert receipt.normal(" abco-il1 ") == "ABC0111"
    assert receipt.stored_code(KEY, "ab-c0") == receipt.stored_code(KEY, "AB CO")


def test_what_is_stored_is_not_the_code() -> None:
    code = receipt.query_code(KEY, "n", "c")
    stored = receipt.stored_code(KEY, code)
    assert len(stored) == 64 and receipt.normal(code) not in stored
    assert receipt.same(stored, receipt.stored_code(KEY, code))
    assert not receipt.same(stored, receipt.stored_code(KEY, code[:-1] + "A"))
