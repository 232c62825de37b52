"""When something cannot be done: a page that says what happened and what to do. Never a traceback or a bare code."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Flask, Response, g, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from bpmn.errors import Refused
from bpmn.wording import say
from engine.errors import Lost, Newer, Rejection, Unusable
from web import wording
from web.formatting import moment
from web.language import gettext as _
from web.language import lang
from web.session import NotReady

#: HTTP status of a rejection; any other is 422, "understood and refused" (RFC 9110).
STATUS = {
    "case.unknown": 404,
    "benchmark.not_here": 404,
    "benchmark.unknown": 404,
    "card.unknown": 404,
    "limit.none": 404,
    "definition.unknown": 404,
    "item.unknown": 404,
    "step.unknown": 404,
    "submission.unknown": 404,
    "item.not_yours": 403,
    "card.not_charged": 403,
    "card.same_person": 403,
    "role.missing": 403,
    "start.not_public": 403,
    "start.shared": 403,
    "item.done": 409,
    "card.state": 409,
    "item.claimed": 409,
    "item.ambiguous": 409,
    "case.not_open": 409,
    "command.other_data": 409,
    "submission.decided": 409,
    "conflict": 409,
    "database.lost": 503,
}


def install(app: Flask) -> None:
    """Answer every kind of failure with its page."""
    app.register_error_handler(Rejection, _rejected)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(Newer, _newer)
    app.register_error_handler(Unusable, _unusable)
    app.register_error_handler(NotReady, _not_ready)
    app.register_error_handler(CSRFError, _forged)
    app.register_error_handler(HTTPException, _http)


def explain(rejection: Rejection) -> str:
    """A rejection as a sentence in the language of the request."""
    return wording.rejection(rejection.code, presentable(rejection.params), lang())


def presentable(params: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters of a sentence as people read them: instants in local time."""
    return {name: moment(value) if isinstance(value, datetime) else value for name, value in params.items()}


def answer(status: int, title: str, message: str, advice: str = "") -> Response:
    """The error page, or JSON where a script asked."""
    g.failed = True
    if request.path.endswith(".json"):
        response = jsonify(error=message)
    else:
        response = make_response(render_template("errors/error.html", title=title, message=message, advice=advice))
    response.status_code = status
    return response


def _rejected(rejection: Rejection) -> Response:
    status = STATUS.get(rejection.code, 422)
    titles = {404: _("没有找到"), 403: _("您不能办理这一步"), 409: _("情况已经变化")}
    advice = {409: _("请返回上一页重新打开，看看现在办到哪里。您填写的内容没有写入记录。")}
    return answer(status, titles.get(status, _("没有办成")), explain(rejection), advice.get(status, ""))


def _refused(refused: Refused) -> Response:
    sentence = say(refused.code, lang(), **refused.params)
    status = 503 if refused.code.startswith("draw.no_") else 422
    return answer(status, _("没有办成"), sentence.message, sentence.remedy)


def _newer(error: Newer) -> Response:
    return answer(
        503,
        _("数据库由更新的版本写成"),
        _("这个程序比数据库旧，为了不丢失记录，没有打开它。数据没有改动。"),
        _("请管理员装上写这个数据库的版本，或更新的版本，再启动。"),
    )


def _unusable(error: Unusable) -> Response:
    return _rejected(Lost("database.lost"))


def _not_ready(error: NotReady) -> Response:
    message = _("数据库还没有升级到这个版本。")
    return answer(503, _("还没有准备好"), message, _("请管理员运行：%(command)s", command="flask db upgrade"))


def _forged(error: CSRFError) -> Response:
    return answer(
        400, _("表单已经失效"), _("为了防止冒用，这个表单没有被接受。"), _("请返回上一页，刷新后再提交一次。")
    )


def _http(error: HTTPException) -> Response | HTTPException:
    if error.code is None or error.code < 400:
        return error
    title, message = _HTTP.get(error.code, _HTTP[500])()
    response = answer(error.code, title, message)
    for name, value in error.get_headers(request.environ):
        if name not in ("Content-Type", "Content-Length"):
            response.headers[name] = value
    return response


_HTTP: dict[int, Any] = {
    400: lambda: (_("没有读懂"), _("发来的内容不完整或者格式不对。")),
    401: lambda: (_("请先登录"), _("这一页只对工作人员开放。")),
    403: lambda: (_("没有权限"), _("您的岗位不能打开这一页。")),
    404: lambda: (_("没有找到这一页"), _("地址可能写错了，或者内容已经移走。可以从首页重新查找。")),
    405: lambda: (_("没有读懂"), _("这个地址不接受这样的请求。")),
    413: lambda: (
        _("文件太大"),
        _("一次上传的内容超过 32 MB，没有接收。请返回上一页，分几次保存草稿或者少选几个文件。"),
    ),
    429: lambda: (_("请稍后再试"), _("短时间内尝试的次数太多。为了保护办件信息，请过 15 分钟再试。")),
    500: lambda: (_("出了问题"), _("这是我们的问题，已经记下。您提交的内容没有写入，请稍后再试。")),
}
