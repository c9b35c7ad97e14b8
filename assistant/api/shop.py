"""What customers may know of the shop: its name, and when its team is there."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from assistant.api.services import Here
from assistant.evidence import now

router = APIRouter(prefix="/v1/shop", tags=["shop"])


class SupportBody(BaseModel):
    """Whether the team is there now, and when that changes next."""

    open: bool
    changes_at: datetime


class ShopBody(BaseModel):
    """`support` is null where the shop names no hours."""

    name: str
    support: SupportBody | None


@router.get("")
async def read_shop(here: Here) -> ShopBody:
    """The shop's name and its support hours as of now."""
    is_open, changes_at = here.shop.staffed(now())
    support = SupportBody(open=is_open, changes_at=changes_at) if changes_at else None
    return ShopBody(name=here.shop.name, support=support)
