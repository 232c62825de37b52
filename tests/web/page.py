"""What must hold on every page: checked whenever a test fetches one."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
#: Controls that need a label; hidden ones and buttons do not.
LABELLED = frozenset({"input", "select", "textarea"})


@dataclass
class Form:
    """A form of a page."""

    action: str = ""
    method: str = "get"
    fields: dict[str, str] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)


class Page(HTMLParser):
    """A fetched page, read once; ``problems`` lists what is wrong with it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.problems: list[str] = []
        self.open: list[str] = []
        self.ids: list[str] = []
        self.targets: set[str] = set()
        self.labels: set[str] = set()
        self.controls: list[str] = []
        self.forms: list[Form] = []
        self.headings: list[str] = []
        self.title = ""
        self.lang = ""
        self.links: list[str] = []
        self._text: str | None = None
        self.feed(html)
        self.close()
        self._conclude()

    def form(self, action: str) -> Form:
        """The form that posts to ``action``."""
        return next(form for form in self.forms if form.action == action)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._element(tag, dict(attrs))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._element(tag, dict(attrs))
        if tag not in VOID:
            self.open.append(tag)
        if tag in ("h1", "title") and self.open.count("svg") == 0:
            self._text = ""

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            self.problems.append(f"</{tag}> closes {self.open[-1:]} in line {self.getpos()[0]}")
            return
        if tag in ("h1", "title") and self.open.count("svg") == 0:
            text = " ".join((self._text or "").split())
            if tag == "h1":
                self.headings.append(text)
            else:
                self.title = text
            self._text = None
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text += data

    def _element(self, tag: str, attributes: dict[str, str | None]) -> None:
        if "id" in attributes:
            self.ids.append(attributes["id"] or "")
        for name in attributes:
            if name == "style" or name.startswith("on"):
                self.problems.append(f"inline {name} on <{tag}>")
        if tag == "style" or (tag == "script" and not attributes.get("src")):
            self.problems.append(f"inline <{tag}>")
        if tag == "html":
            self.lang = attributes.get("lang") or ""
        if tag == "img" and attributes.get("alt") is None:
            self.problems.append("<img> without alt")
        if tag == "a" and "href" in attributes:
            self.links.append(attributes["href"] or "")
        if tag == "label":
            self.labels.add(attributes.get("for") or "")
        self._form_part(tag, attributes)

    def _form_part(self, tag: str, attributes: dict[str, str | None]) -> None:
        if tag == "form":
            self.forms.append(Form(attributes.get("action") or "", (attributes.get("method") or "get").lower()))
            if not attributes.get("action"):
                self.problems.append("a form without action")
        if tag in LABELLED and attributes.get("type") not in ("hidden", "submit"):
            self.controls.append(attributes.get("id") or "")
        if tag in (*LABELLED, "button") and self.forms and attributes.get("name"):
            self.forms[-1].names.append(attributes["name"] or "")
            if attributes.get("type") == "hidden":
                self.forms[-1].fields[attributes["name"] or ""] = attributes.get("value") or ""

    def _conclude(self) -> None:
        if self.open:
            self.problems.append(f"never closed: {self.open}")
        if len(self.headings) != 1:
            self.problems.append(f"not one h1: {self.headings}")
        elif not self.title.startswith(self.headings[0] + " · "):
            self.problems.append(f"title {self.title!r} does not start with the heading {self.headings[0]!r}")
        if self.lang not in ("zh-CN", "en"):
            self.problems.append(f"lang {self.lang!r}")
        doubled = sorted({id_ for id_ in self.ids if self.ids.count(id_) > 1})
        if doubled:
            self.problems.append(f"ids used twice: {doubled}")
        lost = sorted({link for link in self.links if link.startswith("#") and link[1:] not in self.ids})
        if lost:
            self.problems.append(f"links to nowhere: {lost}")
        mute = [control for control in self.controls if control not in self.labels]
        if mute:
            self.problems.append(f"controls without label: {mute}")
        for form in self.forms:
            if form.method == "post" and "csrf_token" not in form.fields:
                self.problems.append(f"form {form.action} without csrf token")
