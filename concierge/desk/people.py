"""What administrators do: invite, change roles, end sessions, read the record."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, json, text

from concierge.conversations.model import ROLES
from concierge.desk import guard
from concierge.desk.accounts import LOGIN_CHARS
from concierge.desk.refusals import Refusal
from concierge.desk.services import services_of
from concierge.serialisation import as_json

people = Blueprint("desk_people", url_prefix="/api")

NAME_CHARS = 100


@people.get("/people")
async def everybody(request: Request) -> HTTPResponse:
    _admins_only(request)
    return await _people(request)


@people.post("/people")
async def invite(request: Request) -> HTTPResponse:
    """A new account, and a link by which its owner chooses a password."""
    _admins_only(request)
    services, sent = services_of(request), guard.fields(request)
    login, name, role = (str(sent.get(each) or "").strip() for each in ("login", "name", "role"))
    if not login or not name or len(login) > LOGIN_CHARS or len(name) > NAME_CHARS or " " in login:
        raise Refusal(400, "incomplete", "Write a login without spaces, and the name that customers see.")
    try:
        made = await asyncio.to_thread(services.advisors.create, login, name, secrets.token_urlsafe(32), role)
    except ValueError:
        raise Refusal(409, "taken", f"The login {login} is taken, or the role is none.") from None
    await _record(request, "invited", made.login, role)
    return await _people(request, made.id)


@people.post("/people/<advisor_id:str>")
async def change(request: Request, advisor_id: str) -> HTTPResponse:
    """One deed at a time: a role, in or out, all sessions ended, the second factor off, another link."""
    _admins_only(request)
    services, sent = services_of(request), guard.fields(request)
    known = await asyncio.to_thread(services.advisors.get, advisor_id)
    if known is None:
        raise Refusal(404, "not_found", "There is no such account.")
    deed, role, book = sent.get("deed"), sent.get("role"), services.advisors
    if known.id == request.ctx.advisor.id and deed in ("deactivate", "role"):
        raise Refusal(409, "own_account", "Have another administrator do this: you would shut yourself out.")
    deeds: dict[str, tuple[Any, ...]] = {
        "deactivate": (book.deactivate, known.login),
        "activate": (book.activate, known.login),
        "sign_out": (book.sign_out, known.login),
        "second_factor_off": (book.set_second_factor, known.login, ""),
        "unlink": (services.identities.unlink, known.id),
        "role": (book.set_role, known.login, role),
        "invite": (book.sign_out, known.login),
    }
    if deed not in deeds or (deed == "role" and role not in ROLES):
        raise Refusal(400, "bad_request", f"Choose one of: {', '.join(deeds)}.")
    await asyncio.to_thread(*deeds[deed])
    await _record(request, deed, known.login, str(role or ""))
    return await _people(request, known.id if deed == "invite" and known.active else None)


@people.get("/audit")
async def audit(request: Request) -> HTTPResponse:
    """``?words=`` finds those in which each is somewhere; ``?format=csv`` gives all of them for a spreadsheet."""
    _admins_only(request)
    services, words = services_of(request), request.args.get("words") or ""
    if request.args.get("format") != "csv":
        return json(as_json(await asyncio.to_thread(services.audit.find, words)))
    await _record(request, "audit_exported", "", words)
    headers = {"Content-Disposition": 'attachment; filename="concierge-desk-audit.csv"'}
    sheet = await asyncio.to_thread(services.audit.csv, words)
    return text(sheet, content_type="text/csv; charset=utf-8", headers=headers)


def _admins_only(request: Request) -> None:
    if request.ctx.advisor.role != ROLES[-1]:
        raise Refusal(403, "admins_only", "Only an administrator manages accounts.")


async def _record(request: Request, what: str, whom: str, details: str) -> None:
    await asyncio.to_thread(services_of(request).audit.record, request.ctx.advisor.login, what, whom, details)


async def _people(request: Request, invited: str | None = None) -> HTTPResponse:
    """``invitation``: the part of the link behind the desk's address, for whoever was invited just now.

    None where there are no passwords to choose: who was invited signs in with the provider.
    """
    services = services_of(request)
    invited = invited if services.settings.desk_passwords else None
    found = await asyncio.to_thread(services.advisors.accounts)
    token = await asyncio.to_thread(services.invitations.token, invited) if invited else None
    return json({"people": found, "invitation": f"#invitation/{token}" if token else None})
