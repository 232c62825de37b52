"""The hardened parser: what it refuses, with which code, and that it stays within bounds."""

from __future__ import annotations

from pathlib import Path

import pytest

from bpmn import xml
from bpmn.errors import Refused

BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><x>&c;</x>'
)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "xml.broken"),
        (b"not xml at all", "xml.broken"),
        (b"<a><b></a>", "xml.broken"),
        (b"<a/><b/>", "xml.broken"),
        (b"\x00\x01\x02", "xml.broken"),
        (b'<a x="1" x="2"/>', "xml.broken"),
        (BOMB, "xml.doctype"),
        (b"<!DOCTYPE a><a/>", "xml.doctype"),
        (b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>', "xml.doctype"),
        (b"<a>" * 101 + b"</a>" * 101, "xml.depth"),
        (b"<a>" + b"<b/>" * 50_000 + b"</a>", "xml.elements"),
        (b"<a " + b" ".join(b'x%d="1"' % n for n in range(201)) + b"/>", "xml.attributes"),
        (b"<a>" + b" " * (5 * 2**20) + b"</a>", "xml.size"),
    ],
)
def test_hostile_and_broken_files_are_refused(data: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        xml.parse(data)
    assert refused.value.code == code


def test_no_file_of_the_machine_is_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    hostile = f'<!DOCTYPE a [<!ENTITY s SYSTEM "{secret.as_uri()}">]><a>&s;</a>'.encode()
    with pytest.raises(Refused, match=r"xml\.doctype"):
        xml.parse(hostile)
    included = f'<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="{secret.as_uri()}" parse="text"/></a>'
    assert "secret" not in "".join(str(text) for text in xml.parse(included.encode()).itertext())


def test_a_broken_file_names_the_line() -> None:
    with pytest.raises(Refused) as refused:
        xml.parse(b"<a>\n<b>\n</a>")
    assert refused.value.line == 3 and refused.value.params["reason"]


def test_names_and_namespaces() -> None:
    root = xml.parse(b'<x:a xmlns:x="urn:x"><b/></x:a>')
    assert (xml.local_name(root), xml.namespace(root)) == ("a", "urn:x")
    assert (xml.local_name(root[0]), xml.namespace(root[0])) == ("b", "")
