"""Articles to passages to a published snapshot."""

from ingestion.pipeline import SyncReport, sync

__all__ = ["SyncReport", "sync"]
