"""A browser for tests, and what a citizen does with it."""

from __future__ import annotations

import gzip
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.web.page import Page


class Browser(FlaskClient):
    """Fetches like a browser; a page that breaks a rule of ``tests.web.page`` fails the test that fetched it."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        response = super().open(*args, **{"buffered": True, **kwargs})
        if response.content_encoding == "gzip":
            response.set_data(gzip.decompress(response.data))
        if response.mimetype == "text/html" and response.status_code not in (301, 302, 303, 307, 308):
            problems = Page(response.text).problems
            assert not problems, f"{response.request.path}: {problems}"
        return response

    def page(self, address: str) -> Page:
        """Fetch a page that must be there."""
        response = self.get(address)
        assert response.status_code == 200, f"{address}: {response.status_code}"
        return Page(response.text)

    def send(self, address: str, action: str, /, **data: Any) -> TestResponse:
        """Open ``address``, fill in the form that posts to ``action``, send it."""
        hidden = self.page(address).form(action).fields
        return self.post(action, data={**hidden, **data})


#: A complete application for ``xk-general``.
APPLICATION = {
    "applicant_kind": "person",
    "applicant_name": "张三丰",
    "identity_number": "310101199001011234",
    "phone": "13812346021",
    "address": "云泽市城东区某路 1 号",
    "requested_matter": "从事食品销售，申请许可",
    "materials_given": ["application_form", "identity"],
    "delivery_choice": "window",
    "truthful": "true",
}


def apply(client: Browser, **changes: Any) -> tuple[str, str]:
    """Apply for ``xk-general``; answers case number and query code as the receipt shows them."""
    address = "/powers/xk-general/apply"
    response = client.send(address, address, **{**APPLICATION, **changes})
    assert response.status_code == 302, response.text
    receipt = client.get("/receipt").text
    return between(receipt, 'mono">', "<"), between(receipt, 'id="code">', "<")


def between(text: str, start: str, end: str) -> str:
    """What stands between two marks."""
    return text.split(start, 1)[1].split(end, 1)[0]
