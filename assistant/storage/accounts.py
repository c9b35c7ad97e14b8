"""Accounts of human agents and owners, and their sign-ins."""

from datetime import datetime
from typing import Literal

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from assistant.errors import Conflict, NotFound
from assistant.evidence import Word, now
from assistant.storage.part import Part
from assistant.storage.tables import accounts, sign_ins

Role = Literal["human_agent", "owner"]


class Account(Word):
    """Somebody who may sign in."""

    name: str
    role: Role
    password_hash: str


class SignIn(Word):
    """A sign-in in force. `csrf` must come back with every change."""

    name: str
    role: Role
    csrf: str
    expires_at: datetime


class Accounts(Part):
    """Accounts and sign-ins."""

    async def add_account(self, name: str, role: Role, password_hash: str) -> None:
        """Store a new account.

        Raises:
            Conflict: the name is taken.
        """
        try:
            async with self._database.writing() as connection:
                await connection.execute(insert(accounts).values(name=name, role=role, password_hash=password_hash))
        except IntegrityError:
            raise Conflict(f"there is an account {name} already; choose another name") from None

    async def account(self, name: str) -> Account | None:
        """The account of that name, None when there is none."""
        return next((account for account in await self.accounts() if account.name == name), None)

    async def accounts(self) -> list[Account]:
        """All accounts, by name."""
        async with self._database.reading() as connection:
            found = await connection.execute(select(accounts).order_by(accounts.c.name))
            return [Account.model_validate(dict(row)) for row in found.mappings()]

    async def set_password(self, name: str, password_hash: str) -> None:
        """Replace a password and end the account's sign-ins.

        Raises:
            NotFound: there is no such account.
        """
        async with self._database.writing() as connection:
            changed = await connection.execute(
                update(accounts).where(accounts.c.name == name).values(password_hash=password_hash)
            )
            if changed.rowcount == 0:
                raise NotFound(f"there is no account {name}")
            await connection.execute(delete(sign_ins).where(sign_ins.c.name == name))

    async def add_sign_in(self, token_digest: str, name: str, csrf: str, expires_at: datetime) -> None:
        """Store a sign-in, and forget those that have expired.

        Raises:
            NotFound: there is no such account.
        """
        try:
            async with self._database.writing() as connection:
                await connection.execute(delete(sign_ins).where(sign_ins.c.expires_at <= now()))
                await connection.execute(
                    insert(sign_ins).values(token_digest=token_digest, name=name, csrf=csrf, expires_at=expires_at)
                )
        except IntegrityError:
            raise NotFound(f"there is no account {name}") from None

    async def sign_in(self, token_digest: str) -> SignIn | None:
        """The sign-in behind a token, None when there is none or it has expired."""
        async with self._database.reading() as connection:
            found = await connection.execute(
                select(accounts.c.name, accounts.c.role, sign_ins.c.csrf, sign_ins.c.expires_at)
                .join(accounts, accounts.c.name == sign_ins.c.name)
                .where(sign_ins.c.token_digest == token_digest, sign_ins.c.expires_at > now())
            )
            row = found.mappings().one_or_none()
            return SignIn.model_validate(dict(row)) if row else None

    async def end_sign_in(self, token_digest: str) -> None:
        """Forget a sign-in."""
        async with self._database.writing() as connection:
            await connection.execute(delete(sign_ins).where(sign_ins.c.token_digest == token_digest))
