"""Signing in of human agents and owners: a cookie, and a CSRF token for everything that changes something."""

import asyncio
import secrets
from datetime import timedelta
from typing import Annotated

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from fastapi import APIRouter, Depends, Header, Request, Response, Security
from fastapi.security import APIKeyCookie

from assistant.access import digest, new_token
from assistant.api.bodies import SignedIn, SignIn
from assistant.api.problems import problems
from assistant.api.services import Here, client_address
from assistant.errors import IdentityError, NotAllowed
from assistant.evidence import now
from assistant.storage import SignIn as StoredSignIn

COOKIE = "handrail_session"
LASTS = timedelta(hours=12)

hasher = PasswordHasher()
_NOBODY = hasher.hash(secrets.token_urlsafe(16))  # checked when the name is unknown, so that both take as long

cookie = APIKeyCookie(name=COOKIE, auto_error=False, description="set by signing in")
Token = Annotated[str | None, Security(cookie)]

router = APIRouter(prefix="/v1", tags=["sign-in"], responses=problems(401, 503))


async def signed_in(here: Here, token: Token = None) -> StoredSignIn:
    """Who is signed in.

    Raises:
        IdentityError: nobody, or no longer.
    """
    found = await here.store.sign_in(digest(token)) if token else None
    if found is None:
        raise IdentityError("sign in first (POST /v1/sign-in)")
    return found


Me = Annotated[StoredSignIn, Depends(signed_in)]


async def same_site(me: Me, x_csrf_token: Annotated[str, Header()] = "") -> StoredSignIn:
    """Who is signed in, for a call that changes something.

    Raises:
        NotAllowed: the header X-CSRF-Token is not the one that signing in returned.
    """
    if not secrets.compare_digest(me.csrf.encode(), x_csrf_token.encode()):
        raise NotAllowed("send the `csrf` of the sign-in as header X-CSRF-Token")
    return me


Changing = Annotated[StoredSignIn, Depends(same_site)]


async def owner(me: Me) -> StoredSignIn:
    """Who is signed in, as an owner.

    Raises:
        NotAllowed: a human agent.
    """
    if me.role != "owner":
        raise NotAllowed("this page is for owners; sign in with an owner's account")
    return me


@router.post("/sign-in", responses=problems(429))
async def sign_in(body: SignIn, request: Request, response: Response, here: Here) -> SignedIn:
    """Sign in with name and password."""
    here.limits.sign_in(body.name, client_address(request, here.settings))
    account = await here.store.account(body.name)
    try:
        await asyncio.to_thread(hasher.verify, account.password_hash if account else _NOBODY, body.password)
    except (VerificationError, InvalidHashError):
        account = None
    if account is None:
        raise IdentityError("name or password is wrong")
    token, csrf = new_token(), new_token()
    await here.store.add_sign_in(digest(token), account.name, csrf, now() + LASTS)
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(LASTS.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=here.settings.public_url.startswith("https://"),
    )
    return SignedIn(name=account.name, role=account.role, csrf=csrf)


@router.get("/me")
async def who_am_i(me: Me) -> SignedIn:
    """Who is signed in."""
    return SignedIn(name=me.name, role=me.role, csrf=me.csrf)


@router.post("/sign-out", status_code=204, responses=problems(403))
async def sign_out(here: Here, response: Response, _: Changing, token: Token) -> None:
    """Sign out."""
    await here.store.end_sign_in(digest(token or ""))
    response.delete_cookie(COOKIE)
