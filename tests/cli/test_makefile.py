"""The README's two commands: nothing that is missing is passed over in silence."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from tests.conftest import ROOT


def test_the_makefile_has_five_verbs() -> None:
    rules = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert list(dict.fromkeys(rules)) == ["run", "test", "drill", "lint", "bench"]


def test_the_gate_tests_and_lints() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "set -euo pipefail" in script
    assert re.findall(r"^make (\w+)$", script, re.MULTILINE) == ["test", "lint"]


def test_without_root_a_missing_package_is_one_clear_line(tmp_path: Path) -> None:
    """A machine with a shell and nothing else: no graphviz, no apt-get."""
    for program in ("bash", "env", "id"):
        (tmp_path / program).symlink_to(shutil.which(program) or program)
    done = subprocess.run(
        [ROOT / "scripts" / "need.sh", "graphviz", "fonts-noto-cjk"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    install = "sudo apt-get install graphviz fonts-noto-cjk"
    assert done.stderr == f"Sunpath needs: graphviz fonts-noto-cjk. Install with: {install}\n"
