"""A flow package: the files that are published together, and the digest that names them (docs/flow-package.md).

The only place of ``bpmn`` that computes a digest: SHA-256 over the canonical JSON (RFC 8785) of {path: SHA-256 of the
file}. Folder, zip and bare file with the same contents have the same digest.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn

import rfc8785

from bpmn import benchmark_reader, calls, dmn
from bpmn.archive import MAX_TOTAL, read_folder, read_zip, write_zip
from bpmn.benchmark import Benchmark
from bpmn.dmn_model import Decisions, Item
from bpmn.errors import Refused
from bpmn.model import Definitions
from bpmn.reader import read

PROCESS = "process.bpmn"
#: What a package may hold. A file outside this list is refused: what is not understood must not be published.
RECOGNISED = re.compile(
    r"process\.bpmn|about\.md|[\w-]{1,64}\.dmn"
    r"|forms/[\w-]{1,64}\.json|documents/[\w-]{1,64}\.html|benchmarks/[\w-]{1,64}\.toml|labels/[a-z]{2}\.toml|scenarios/[\w-]{1,64}\.toml"
)
_ZIP_MAGIC = b"PK\x03\x04"


@dataclass(frozen=True)
class FlowPackage:
    """One version of a flow as published. Two packages are equal when their digests are.

    ``files`` maps recognised paths to bytes; ``digest`` is 64 hex digits. What is parsed is parsed once and must be
    treated as read-only.
    """

    files: Mapping[str, bytes] = field(compare=False, repr=False)
    digest: str
    #: The published flows it calls, by key: joined where it is run, never drawn with it and no part of the digest.
    called: Mapping[str, FlowPackage] = field(default_factory=dict, compare=False, repr=False)
    #: Which process of the file this is the flow of ('': its main one).
    chosen: str = field(default="", compare=False)

    @property
    def process_bytes(self) -> bytes:
        """The BPMN file."""
        return self.files[PROCESS]

    @cached_property
    def definitions(self) -> Definitions:
        """The BPMN file as values, with the flows it calls. Raises Refused (``xml.*``, ``bpmn.*``)."""
        own = read(self.process_bytes)
        own = replace(own, chosen=self.chosen) if self.chosen else own
        return calls.joined(own, self.called) if self.called else own

    @property
    def is_power(self) -> bool:
        """Does it carry power data? Without, it is an exercise and never listed publicly."""
        main = self.definitions.main
        return main is not None and main.power is not None

    @cached_property
    def forms(self) -> dict[str, dict[str, Any]]:
        """Every form by its name; of a called flow ``key/name``.

        Raises Refused ``package.form_json`` for one that is not a JSON object.
        """
        paths = (path for path in self.files if path.startswith("forms/"))
        own = {_stem(path): _json_object(path, self.files[path]) for path in paths}
        return own | {f"{key}/{name}": form for key, flow in self.called.items() for name, form in flow.forms.items()}

    def form(self, name: str) -> dict[str, Any] | None:
        """The JSON Schema ``forms/<name>.json``, None without one. Raises Refused ``package.form_json``."""
        return self.forms.get(name)

    @cached_property
    def decisions(self) -> dict[str, Decisions]:
        """Every DMN file by its path; of a called flow ``key/path``. Raises Refused (``xml.*``, ``dmn.*``)."""
        own = {path: dmn.read(data) for path, data in self.files.items() if path.endswith(".dmn")}
        theirs = ((f"{key}/{path}", one) for key, flow in self.called.items() for path, one in flow.decisions.items())
        return own | dict(theirs)

    @cached_property
    def benchmarks(self) -> dict[str, Benchmark]:
        """Every discretion benchmark by its name. Raises Refused (``package.toml``, ``benchmark.*``)."""
        paths = (path for path in self.files if path.startswith("benchmarks/"))
        own = {_stem(path): self._benchmark(path) for path in sorted(paths)}
        return {name: one for flow in self.called.values() for name, one in flow.benchmarks.items()} | own

    def _benchmark(self, path: str) -> Benchmark:
        name = _stem(path)
        if f"{name}.dmn" not in self.files:
            raise Refused("benchmark.no_decisions", element=name, path=path)
        pair = {file: self.files[file] for file in (path, f"{name}.dmn")}
        return benchmark_reader.read(name, self.files[path], digest(pair))

    def template(self, name: str) -> bytes | None:
        """The template ``documents/<name>.html``; of a called flow ``key/name``. None without one."""
        key, _, rest = name.rpartition("/")
        if key in self.called:
            return self.called[key].template(rest)
        return self.files.get(f"documents/{name}.html")

    def file_digest(self, path: str) -> str:
        """SHA-256 of one file, in hex; of a called flow's file by ``key/path``."""
        key, _, rest = path.partition("/")
        if key in self.called:
            return self.called[key].file_digest(rest)
        return hashlib.sha256(self.files[path]).hexdigest()

    @property
    def alone(self) -> FlowPackage:
        """The package without the flows it calls: what was published and is drawn."""
        return FlowPackage(self.files, self.digest, chosen=self.chosen) if self.called else self

    def decision(self, ref: str) -> tuple[str, Item] | None:
        """The file and the decision that ``file.dmn#decision`` (or the decision alone) names; None without one."""
        file, _, name = ref.rpartition("#")
        for path, decisions in self.decisions.items():
            found = decisions.decision(name) if file in ("", path) else None
            if found is not None:
                return path, found
        return None

    @property
    def about(self) -> str:
        """The text ``about.md``, '' without one."""
        return self.files.get("about.md", b"").decode("utf-8", "replace")

    def labels(self, lang: str) -> dict[str, str]:
        """Names of nodes, lanes and arrows in ``lang`` by element id; empty without ``labels/<lang>.toml``."""
        return self._words(lang, "labels")

    def posts(self, lang: str) -> dict[str, str]:
        """Posts (岗位) in ``lang`` by their Chinese name."""
        return self._words(lang, "posts")

    def texts(self, lang: str) -> dict[str, str]:
        """Conditions, materials, remedies and other sentences in ``lang`` by the Chinese text."""
        return self._words(lang, "texts")

    @cached_property
    def scenarios(self) -> dict[str, dict[str, Any]]:
        """The stories of ``scenarios/*.toml`` by name, sorted. Raises Refused ``package.toml``."""
        paths = sorted(path for path in self.files if path.startswith("scenarios/"))
        return {_stem(path): _toml(path, self.files[path]) for path in paths}

    def to_zip(self) -> bytes:
        """The package as a zip, byte-equal whenever and wherever it is made."""
        return write_zip(dict(self.files))

    def _words(self, lang: str, table: str) -> dict[str, str]:
        words = self._translations.get(lang, {}).get(table, {})
        own = {str(key): str(value) for key, value in words.items()} if isinstance(words, dict) else {}
        theirs = {key: text for flow in self.called.values() for key, text in flow._words(lang, table).items()}
        return theirs | own

    @cached_property
    def _translations(self) -> dict[str, dict[str, Any]]:
        paths = (path for path in self.files if path.startswith("labels/"))
        return {_stem(path): _toml(path, self.files[path]) for path in paths}


def load(source: Path | bytes, name: str = "") -> FlowPackage:
    """Load a folder, a zip (file or bytes) or a bare BPMN file, which becomes the package's ``process.bpmn``.

    ``name`` is what the upload called itself; it is only shown. Raises Refused (``package.*``); the BPMN inside is
    read when first asked for.
    """
    if isinstance(source, bytes):
        files = read_zip(source) if source.startswith(_ZIP_MAGIC) else {PROCESS: source}
    elif source.is_dir():
        files = read_folder(source)
        name = name or source.name
    else:
        return load(_content(source), name or source.name)
    for path in files:
        if not RECOGNISED.fullmatch(path):
            raise Refused("package.unknown_file", path=path, name=name)
    if PROCESS not in files:
        raise Refused("package.no_process", name=name)
    if sum(map(len, files.values())) > MAX_TOTAL:
        raise Refused("package.total", limit=MAX_TOTAL)
    ordered = {path: files[path] for path in sorted(files)}
    return FlowPackage(ordered, digest(ordered))


def digest(files: Mapping[str, bytes]) -> str:
    """The name of these files: SHA-256 of the JCS of {path: SHA-256 hex}."""
    return hashlib.sha256(
        rfc8785.dumps({path: hashlib.sha256(data).hexdigest() for path, data in files.items()})
    ).hexdigest()


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            # Enough to see that it is too large, never more.
            return stream.read(2 * MAX_TOTAL)
    except OSError as error:
        raise Refused("package.not_found", path=str(path)) from error


def _stem(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[0]


def _json_object(path: str, data: bytes) -> dict[str, Any]:
    try:
        value = json.loads(data, parse_constant=_no_such_number)
    except (ValueError, RecursionError) as error:
        raise Refused("package.form_json", line=getattr(error, "lineno", None), path=path) from error
    if not isinstance(value, dict):
        raise Refused("package.form_json", path=path)
    return value


def _no_such_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not JSON")


def _toml(path: str, data: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(data.decode("utf-8"), parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise Refused("package.toml", path=path, reason=str(error)) from error
