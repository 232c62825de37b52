"""What every answer carries and every request must pass: headers, cookies, forged forms, too many attempts."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, request
from flask.sessions import SecureCookieSessionInterface
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from web.settings import Settings

#: Nothing from elsewhere, nothing inline: a page that breaks this shows no style at all, so it is noticed.
CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ]
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
#: Attempts allowed: endpoint → limits a network address, of POST only.
LIMITS = {
    "tracking.look_up": "10/minute;100/hour",
    "applying.submit": "20/minute;200/hour",
    "auth.sign_in": "10/minute;50/hour",
}
#: Failed attempts at one case number or one account from one network; the citizen elsewhere is not locked out.
FAILURES = {"tracking.look_up": ("number", "5/15 minutes"), "auth.sign_in": ("name", "5/15 minutes")}
LOOPBACK = ("127.0.0.1", "::1", "localhost")
#: Six files of the largest size with their form: one that is too large is told at its field, and nothing typed is lost.
MAX_REQUEST = 32 * 1024 * 1024


class SessionCookies(SecureCookieSessionInterface):
    """Cookies are Secure except on loopback http, where a browser would drop them and nobody listens."""

    def __init__(self) -> None:
        self.signer: Any = None

    def get_signing_serializer(self, app: Flask) -> Any:
        """Kept: making one costs more than reading a cookie with it."""
        self.signer = self.signer or super().get_signing_serializer(app)
        return self.signer

    def get_cookie_secure(self, app: Flask) -> bool:
        return cookies_are_secure()


def install(app: Flask, settings: Settings) -> None:
    """Headers, session cookies, CSRF tokens; ``limit_attempts`` follows once the views are known."""
    app.config.update(
        SECRET_KEY=settings.session_key,
        SESSION_COOKIE_NAME="sunpath",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=MAX_REQUEST,
        # Bound to the session instead of the clock: a long form may take its time.
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.session_interface = SessionCookies()
    CSRFProtect(app)
    app.after_request(_add_headers)
    if settings.proxies:
        hops = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def limit_attempts(app: Flask) -> None:
    """Wrap the views named in LIMITS and FAILURES; counts live in this process's memory."""
    limiter = Limiter(get_remote_address, app=app, storage_uri="memory://")
    # There are no limits for all views, and those named ask by themselves: no look at every single request.
    app.before_request_funcs[None].remove(limiter._check_request_limit)
    for endpoint, limits in LIMITS.items():
        view: Any = app.view_functions[endpoint]
        app.view_functions[endpoint] = limiter.limit(limits, methods=["POST"])(view)
    for endpoint, (field, limits) in FAILURES.items():
        view = app.view_functions[endpoint]
        failing = limiter.limit(limits, key_func=_who_and(field), methods=["POST"], deduct_when=_failed)
        app.view_functions[endpoint] = failing(view)


def is_loopback() -> bool:
    """Does the request come from this very machine, directly, under a loopback name?

    A forwarded request is not: behind a proxy that was not announced everybody would look local.
    """
    forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    return request.remote_addr in LOOPBACK and _host() in LOOPBACK and not forwarded


def cookies_are_secure() -> bool:
    """False only on plain http under a loopback name."""
    return request.is_secure or _host() not in LOOPBACK


def _host() -> str:
    """The host asked for, without its port."""
    name = request.host
    return name[1 : name.index("]")] if name.startswith("[") and "]" in name else name.partition(":")[0]


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        # A document brings a stricter policy of its own.
        response.headers.setdefault(name, value)
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "private, no-cache")
        response.headers.add("Vary", "Cookie")
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    return response


def _who_and(field: str) -> Any:
    return lambda: f"{get_remote_address()} {request.form.get(field, '')[:64].casefold()}"


def _failed(response: Response) -> bool:
    return response.status_code >= 400
