"""Folder, zip and bare file: the same package; and everything a hostile zip may try."""

from __future__ import annotations

import hashlib
import io
import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from bpmn.archive import MAX_FILES, MAX_TOTAL, MAX_ZIP
from bpmn.errors import Refused
from bpmn.package import FlowPackage, load
from tests.bpmn.examples import POWER, power, process

TASK = process('<task id="T"/>')


def zipped(files: dict[str, bytes], **how: int) -> bytes:
    """An ordinary zip of these files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", how.get("method", zipfile.ZIP_DEFLATED)) as archive:
        for path, data in files.items():
            entry = zipfile.ZipInfo(path)
            entry.external_attr = how.get("mode", stat.S_IFREG | 0o644) << 16
            entry.compress_type = how.get("method", zipfile.ZIP_DEFLATED)
            archive.writestr(entry, data)
    return packed.getvalue()


def unpacked(package: FlowPackage, folder: Path) -> Path:
    for path, data in package.files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


def code(source: Path | bytes) -> str:
    with pytest.raises(Refused) as refused:
        load(source)
    return refused.value.code


def test_folder_zip_and_zip_of_folder_are_one_package(tmp_path: Path) -> None:
    original = power()
    folder = unpacked(original, tmp_path / "flow")
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_text("x")
    (folder / "forms" / ".DS_Store").write_text("x")
    inside = {f"xk-flow/{path}": data for path, data in original.files.items()}
    for source in (folder, zipped(dict(original.files)), zipped({**inside, "__MACOSX/x": b"", "xk-flow/.x": b""})):
        assert load(source) == original
        assert load(source).files == original.files


def test_the_zip_of_a_package_is_always_the_same() -> None:
    package = power()
    assert load(package.to_zip()) == package
    assert load(package.to_zip()).to_zip() == package.to_zip()
    backwards = FlowPackage(dict(reversed(package.files.items())), package.digest)
    assert backwards.to_zip() == package.to_zip()


def test_the_digest_depends_on_names_and_contents_only() -> None:
    package = power()
    renamed = {path.replace("review", "revue"): data for path, data in package.files.items()}
    assert load(zipped(renamed)).digest != package.digest
    assert load(zipped({**package.files, "about.md": b"other"})).digest != package.digest
    # As anyone can compute it: SHA-256 of the canonical JSON of the SHA-256 of every file.
    inner = hashlib.sha256(TASK).hexdigest()
    assert load(TASK).digest == hashlib.sha256(f'{{"process.bpmn":"{inner}"}}'.encode()).hexdigest()


def test_a_bare_file_is_a_package_of_one(tmp_path: Path) -> None:
    path = tmp_path / "permit.bpmn"
    path.write_bytes(TASK)
    assert load(path) == load(TASK) == load(zipped({"process.bpmn": TASK}))
    assert load(TASK).definitions.nodes.keys() == {"T"} and not load(TASK).is_power
    assert load(TASK).form("any") is None and load(TASK).about == "" and load(TASK).labels("en") == {}


def test_what_a_package_holds() -> None:
    package = power()
    assert package.is_power and package.about == "示例" and package.process_bytes == POWER.encode()
    review = package.form("review")
    assert review is not None and review["title"] == "审查"
    assert package.labels("en")["Review"] == "Review" and package.labels("fr") == {}
    assert package.scenarios["granted"]["expect"]["state"] == "closed"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"../process.bpmn": b""}, "package.unsafe_path"),
        ({"/process.bpmn": b""}, "package.unsafe_path"),
        ({"a/../../process.bpmn": b""}, "package.unsafe_path"),
        ({"a\\process.bpmn": b""}, "package.unsafe_path"),
        ({"C:process.bpmn": b""}, "package.unsafe_path"),
        ({"a\n.bpmn": b""}, "package.unsafe_path"),
        ({"a" * 200: b""}, "package.unsafe_path"),
        ({"process.bpmn": b"", "Process.bpmn": b""}, "package.duplicate"),
        ({"process.bpmn": b"", "run.sh": b""}, "package.unknown_file"),
        ({"process.bpmn": b"", "forms/a/b.json": b""}, "package.unknown_file"),
        ({"process.bpmn": b"", "forms/a b.json": b""}, "package.unknown_file"),
        ({"process.bpmn": b"", "other.bpmn": b""}, "package.unknown_file"),
        ({"about.md": b""}, "package.no_process"),
        ({"process.bpmn": b" " * (MAX_TOTAL + 1)}, "package.total"),
        ({f"forms/f{n}.json": b"" for n in range(MAX_FILES + 1)}, "package.too_many_files"),
        ({f"forms/f{n}.json": b"" for n in range(3 * MAX_FILES)}, "package.too_many_files"),
    ],
)
def test_hostile_zips_are_refused(files: dict[str, bytes], expected: str) -> None:
    assert code(zipped(files)) == expected


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_the_same_name_twice_is_refused() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("process.bpmn", TASK)
        archive.writestr("process.bpmn", b"another")
    assert code(packed.getvalue()) == "package.duplicate"


def test_links_devices_and_odd_packing_are_refused() -> None:
    assert code(zipped({"process.bpmn": b"/etc/passwd"}, mode=stat.S_IFLNK | 0o777)) == "package.link"
    assert code(zipped({"process.bpmn": b""}, mode=stat.S_IFIFO | 0o644)) == "package.special_file"
    assert code(zipped({"process.bpmn": TASK}, method=zipfile.ZIP_LZMA)) == "package.special_file"


def test_a_zip_that_lies_is_refused() -> None:
    bomb = zipped({"process.bpmn": b"\0" * (40 * 2**20)})
    assert len(bomb) < MAX_ZIP and code(bomb) == "package.total"
    whole = zipped({"process.bpmn": TASK})
    assert code(whole[:-30]) == "package.broken_zip"
    assert code(whole[:40] + b"\xff" * 20 + whole[60:]) == "package.broken_zip"
    encrypted = bytearray(whole)
    encrypted[6] |= 1
    encrypted[whole.index(b"PK\x01\x02") + 8] |= 1
    assert code(bytes(encrypted)) == "package.encrypted"
    assert code(b"PK\x03\x04" + b"\0" * MAX_ZIP) == "package.zip_size"


def test_what_lies_in_a_folder_is_held_to_the_same(tmp_path: Path) -> None:
    flow = unpacked(power(), tmp_path / "flow")
    assert code(tmp_path / "nowhere") == "package.not_found"
    (flow / "extra.exe").write_bytes(b"")
    assert code(flow) == "package.unknown_file"
    (flow / "extra.exe").unlink()
    os.symlink("/etc/passwd", flow / "about2.md")
    assert code(flow) == "package.link"
    (flow / "about2.md").unlink()
    os.mkfifo(flow / "x.dmn")
    assert code(flow) == "package.special_file"
    (flow / "x.dmn").unlink()
    (flow / "x.dmn").write_bytes(b" " * (MAX_TOTAL + 1))
    assert code(flow) == "package.total"


@pytest.mark.parametrize(
    ("path", "data", "read", "expected"),
    [
        ("forms/a.json", b"{", lambda package: package.forms, "package.form_json"),
        ("forms/a.json", b"[1]", lambda package: package.form("a"), "package.form_json"),
        ("forms/a.json", b'{"a": NaN}', lambda package: package.forms, "package.form_json"),
        ("forms/a.json", b"[" * 100_000, lambda package: package.forms, "package.form_json"),
        ("forms/a.json", b"\xff\xfe", lambda package: package.forms, "package.form_json"),
        ("labels/en.toml", b"= 1", lambda package: package.labels("en"), "package.toml"),
        ("labels/en.toml", b"\xff", lambda package: package.labels("en"), "package.toml"),
        ("scenarios/a.toml", b"x = " + b"[" * 100_000, lambda package: package.scenarios, "package.toml"),
    ],
)
def test_unreadable_parts_are_refused_when_read(
    path: str, data: bytes, read: Callable[[FlowPackage], object], expected: str
) -> None:
    package = load(zipped({"process.bpmn": TASK, path: data}))
    with pytest.raises(Refused) as refused:
        read(package)
    assert refused.value.code == expected and refused.value.params["path"] == path
