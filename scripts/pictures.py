"""Make the pictures of the READMEs: ``.venv/bin/python -m scripts.pictures``.

A demo of its own in a temporary folder, a browser, six pictures in docs/pictures/. Takes about a minute.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Locator, Page

from bpmn.package import load
from tests.browser.chromium import launched
from tests.browser.office import ROOT, serving
from tests.browser.people import Slip, sign_in, track

PICTURES = ROOT / "docs" / "pictures"
WIDTH = 1440
#: GitHub shows them about 850 px wide; more bytes would show nothing more.
MAX_BYTES = 300_000
#: Pixels left below the last element.
MARGIN = 12
CHART = ".chart__box--wide > svg"


def main() -> None:
    """Make the demo, take the pictures."""
    with TemporaryDirectory() as folder:
        environment = os.environ | {"SUNPATH_VAR": folder, "SUNPATH_DEMO": "1"}
        environment.pop("DATABASE_URL", None)
        slips = load_demo(environment)
        with serving(environment, Path(folder) / "server.log") as address, launched() as browser:
            page = browser.new_context(
                base_url=address, viewport={"width": WIDTH, "height": 900}, locale="zh-CN"
            ).new_page()
            of_citizens(page, slips)
            of_staff(page, slips)


def load_demo(environment: dict[str, str]) -> dict[str, Slip]:
    """The demo's cases whose codes are shown, by the step where they wait."""
    flask = [sys.executable, "-m", "flask"]
    subprocess.run([*flask, "db", "upgrade"], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    told = subprocess.run(
        [*flask, "demo", "load", "--json"], cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE
    )
    return {one["at"]: Slip(one["case"], one["code"]) for one in json.loads(told.stdout)["codes"]}


def of_citizens(page: Page, slips: dict[str, Slip]) -> None:
    """A power; a case that waits for its applicant; the chart of a case at its hearing, down to where it stands."""
    page.goto("/powers/xk-general")
    take(page, "power", height=1680)
    track(page, slips["补正材料"])
    take(page, "track", height=1500)
    track(page, slips["举行听证"])
    chart = page.locator(CHART)
    take(page, "case", part=chart, until=chart.locator("#node-Hearing"))


def of_staff(page: Page, slips: dict[str, Slip]) -> None:
    """A desk full of work, a package with something missing, a replay half way."""
    sign_in(page, "张卫国")
    page.goto("/desk")
    take(page, "desk", height=1150)
    sign_in(page, "林晓彤")
    page.goto("/department")
    page.get_by_label("流程包").set_input_files(
        {"name": "xk-general.zip", "mimeType": "application/zip", "buffer": incomplete()}
    )
    page.get_by_role("button", name="检查").click()
    take(page, "department", height=1500)
    sign_in(page, "徐慧敏")
    page.goto(f"/audit/cases/{slips['审核'].number}?step=90")
    take(page, "audit", height=1500)


def incomplete() -> bytes:
    """The shipped power without one of its forms."""
    package = load(ROOT / "flows" / "xk-general")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path, data in package.files.items():
            if path != "forms/verify.json":
                archive.writestr(path, data)
    return packed.getvalue()


def take(page: Page, name: str, *, height: int = 0, part: Locator | None = None, until: Locator | None = None) -> None:
    """The top of the page, or a part of it from its top to the lower edge of ``until``."""
    clip = {"x": 0.0, "y": 0.0, "width": float(WIDTH), "height": float(height)}
    if part is not None and until is not None:
        page.evaluate("scrollTo(0, 0)")
        outer, last = part.bounding_box(), until.bounding_box()
        assert outer is not None and last is not None
        clip |= {**outer, "height": last["y"] + last["height"] + MARGIN - outer["y"]}
    path = PICTURES / f"{name}.png"
    page.screenshot(path=path, full_page=True, clip=clip)
    size = path.stat().st_size
    print(f"{path.relative_to(ROOT)} {clip['width']:.0f}×{clip['height']:.0f} {size // 1000} kB")
    assert size <= MAX_BYTES, f"{name} is too large"


if __name__ == "__main__":
    main()
