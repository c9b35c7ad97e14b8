"""Personal data: found, masked in logs, kept from chat models, erased on demand."""

from assistant.privacy.masking import mask

__all__ = ["mask"]
