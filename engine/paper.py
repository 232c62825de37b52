"""A document as a page of paper: the frame every document has, and the one door to WeasyPrint.

The frame gives the body's name, the title, the number, and at the end the body again with the place of its seal and the
date; the template gives what stands between. Nothing is loaded from anywhere: no picture, no style, no font but those
of the machine.
"""

from __future__ import annotations

import importlib
from functools import cache
from html import escape
from typing import Any, NoReturn

_STYLE = """
@page{size:A4;margin:37mm 26mm 35mm 28mm;
  @bottom-center{content:counter(page)" / "counter(pages);font-size:9pt;color:#444}}
body{font-family:"Noto Serif CJK SC","Songti SC",SimSun,serif;font-size:12pt;line-height:1.75;color:#000;margin:0;
  max-width:42em}
@media screen{body{margin:2rem auto;padding:0 1rem}}
.body{text-align:center;font-size:15pt;letter-spacing:.12em;margin:0}
h1{text-align:center;font-size:20pt;margin:.2em 0 .6em;letter-spacing:.08em}
.number{text-align:right;margin:0 0 1em;border-bottom:1.5pt solid #b00;padding-bottom:.5em}
p{margin:0 0 .5em;text-indent:2em;text-align:justify} h2,h3,h4{font-size:12pt;margin:.8em 0 .2em}
.seal{margin-top:3em;text-align:right;text-indent:0;break-inside:avoid}
.seal i{font-style:normal;color:#666;border:1pt dashed #999;padding:.2em .6em;margin-left:.6em}
.check{font-size:9pt;color:#444;margin-top:2.5em;border-top:.5pt solid #999;padding-top:.4em;text-indent:0}
table{border-collapse:collapse;width:100%} td,th{border:.5pt solid #333;padding:.25em .5em;text-align:left}
"""


def page(*, body: str, name: str, number: str, words: str, date: str, check: str) -> bytes:
    """The document as HTML. ``words`` is HTML already (a rendered template); everything else is text."""
    parts = [
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">',
        f"<title>{escape(name)}</title><style>{_STYLE}</style></head><body>",
        f'<p class="body" style="text-indent:0">{escape(body)}</p><h1>{escape(name)}</h1>',
        f'<p class="number">{escape(number) or "&#8203;"}</p>',
        words,
        f'<p class="seal">{escape(body)}<i>印章</i><br>{escape(date)}</p>',
        f'<p class="check">{escape(check)}</p></body></html>',
    ]
    return "".join(parts).encode()


def pdf(html: bytes) -> bytes:
    """The same as PDF; the same bytes for the same HTML."""
    weasyprint = _weasyprint()
    document = weasyprint.HTML(string=html.decode(), url_fetcher=_nothing)
    made: bytes = document.write_pdf(font_config=_fonts(), uncompressed_pdf=False)
    return made


@cache
def _weasyprint() -> Any:
    """Loaded when the first document is made: it takes a second and most commands need none."""
    return importlib.import_module("weasyprint")


@cache
def _fonts() -> Any:
    return importlib.import_module("weasyprint.text.fonts").FontConfiguration()


def _nothing(url: str, *_args: object, **_more: object) -> NoReturn:
    raise ValueError(f"a document loads nothing: {url}")
