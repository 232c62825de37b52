"""The modeller's own text (``about.md``) as safe HTML: a Markdown library, then an allow-list of elements."""

from __future__ import annotations

from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

_TAGS = {"p", "ul", "ol", "li", "strong", "em", "a", "h3", "h4", "h5", "h6", "blockquote", "code", "br", "hr"}
_TAGS |= {"table", "thead", "tbody", "tr", "th", "td"}
#: The page's own headings are h1 and h2; those of the text stand below.
_DEEPER = 1


@lru_cache(maxsize=128)
def render(text: str) -> Markup:
    """HTML of a Markdown text: no raw HTML, no styles, no pictures, links to http(s) and mail only."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(text)
    if tokens and tokens[0].tag == "h1":
        # The text's own title; the page has one already.
        del tokens[:3]
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + _DEEPER, 6)}"
    html = parser.renderer.render(tokens, parser.options, {})
    safe = nh3.clean(html, tags=_TAGS, attributes={"a": {"href"}}, url_schemes={"http", "https", "mailto"})
    return Markup(safe)
