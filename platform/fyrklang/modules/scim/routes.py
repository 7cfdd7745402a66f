"""The door of directories: `/scim/v2`, with the organisation's own key and no cookie."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from flask import Response, json, request

from fyrklang.access.guard import PUBLIC, Scope
from fyrklang.identity.directory import Directory
from fyrklang.identity.network import read_json
from fyrklang.identity.sessions import installed
from fyrklang.kernel.ids import parse_id
from fyrklang.modules.scim import schemas, service
from fyrklang.modules.scim.schemas import ScimFault
from fyrklang.sdk.parts import Part
from fyrklang.sdk.routes import Pages

KIND = "application/scim+json"
MAX_BYTES = 64 * 1024
pages = Pages("scim", __name__, prefix="/scim/v2", scope=Scope.NONE)

View = Callable[..., Response]


def door(rule: str, methods: Sequence[str] = ("GET",)) -> Callable[[View], View]:
    """Register a view that is given the directory that asks, and answers faults as SCIM says them."""

    def register(view: View) -> View:
        @wraps(view)
        def asked(**values: str) -> Response:
            try:
                return view(service.caller(installed(), _key()), **values)
            except ScimFault as fault:
                answer = _answer(schemas.error(fault), fault.status)
                if fault.status == 401:
                    answer.headers["WWW-Authenticate"] = 'Bearer realm="scim"'
                return answer

        pages.route(rule, permission=PUBLIC, methods=methods)(asked)
        return view

    return register


@door("/ServiceProviderConfig")
def provider_config(_asking: Directory) -> Response:
    """What is offered."""
    return _answer(schemas.provider_config(_base()))


@door("/ResourceTypes")
def resource_types(_asking: Directory) -> Response:
    """The kinds of things there are."""
    return _answer(schemas.listed([schemas.user_type(_base())], 1))


@door("/ResourceTypes/User")
def resource_type(_asking: Directory) -> Response:
    """The one kind."""
    return _answer(schemas.user_type(_base()))


@door("/Schemas")
def all_schemas(_asking: Directory) -> Response:
    """The attributes of each kind."""
    return _answer(schemas.listed([schemas.user_schema(_base())], 1))


@door(f"/Schemas/{schemas.USER}")
def one_schema(_asking: Directory) -> Response:
    """The attributes of a user."""
    return _answer(schemas.user_schema(_base()))


@door("/Users")
def users(asking: Directory) -> Response:
    """Those the directory has told of."""
    window = schemas.read_window(request.args.get("startIndex"), request.args.get("count"))
    where = schemas.read_filter(request.args.get("filter", ""))
    return _answer(schemas.page(service.find(installed(), asking, where, window), window[0], _base()))


@door("/Users", methods=("POST",))
def add_user(asking: Directory) -> Response:
    """Tell of somebody."""
    made = service.add(installed(), asking, schemas.read_user(_document()))
    told = schemas.user(made, _base())
    answer = _answer(told, 201)
    answer.headers["Location"] = told["meta"]["location"]
    return answer


@door("/Users/<name>")
def get_user(asking: Directory, name: str) -> Response:
    """One of them."""
    return _answer(schemas.user(service.get(installed(), asking, parse_id(name)), _base()))


@door("/Users/<name>", methods=("PUT",))
def put_user(asking: Directory, name: str) -> Response:
    """Say all of it anew."""
    staff = schemas.read_user(_document())
    return _answer(schemas.user(service.put(installed(), asking, parse_id(name), staff), _base()))


@door("/Users/<name>", methods=("PATCH",))
def patch_user(asking: Directory, name: str) -> Response:
    """Say some of it anew."""
    document = _document()
    return _answer(schemas.user(service.patch(installed(), asking, parse_id(name), document), _base()))


@door("/Users/<name>", methods=("DELETE",))
def delete_user(asking: Directory, name: str) -> Response:
    """Somebody works there no more."""
    service.remove(installed(), asking, parse_id(name))
    return Response(status=204)


def _key() -> str:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def _document() -> dict[str, Any]:
    if request.mimetype not in (KIND, "application/json"):
        raise ScimFault(415, f"Skicka innehållet som {KIND}.")
    if request.content_length is None or request.content_length > MAX_BYTES:
        raise ScimFault(413, f"Innehållet får vara högst {MAX_BYTES // 1024} kB.")
    try:
        return read_json(request.get_data())
    except (ValueError, UnicodeDecodeError, RecursionError):
        raise ScimFault(400, "Innehållet går inte att läsa som JSON.", "invalidSyntax") from None


def _answer(document: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(document), status, content_type=f"{KIND}; charset=utf-8")


def _base() -> str:
    return f"{installed().config.base_url}/scim/v2"


PART = Part("scim", pages=(pages,))
