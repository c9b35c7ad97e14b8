"""Snapshot folders on disk: written durably, sealed last, verified while they are copied.

The engine loads truncated, half-built and altered folders without a word, so the seal lists a digest of
every file.
"""

import hashlib
import json
import os
import shutil
from importlib.metadata import version
from pathlib import Path
from typing import Final

from assistant.errors import NoSnapshot, SnapshotDamaged, SnapshotError
from assistant.evidence import Word
from assistant.retrieval.index.port import FORMAT, Manifest

SEAL: Final = "manifest.json"
ENGINE: Final = f"qdrant-edge-py {version('qdrant-edge-py')}"
REMEDY: Final = "run `handrail sync` to publish a new one"

_BLOCK: Final = 1 << 16
_ZEROS: Final = bytes(_BLOCK)


class Seal(Word):
    """The last file of a snapshot folder: what it holds, the engine that wrote it, and a digest of each file.

    `checksum` is the digest of the other fields.
    """

    manifest: Manifest
    engine: str
    files: dict[str, str]
    checksum: str


def seal(folder: Path, manifest: Manifest) -> None:
    """Bring every file of `folder` to the disk, then write the seal."""
    files = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        _to_disk(path)
        files[path.relative_to(folder).as_posix()] = _digest(path)
    for path in folder.rglob("*"):
        if path.is_dir():
            _to_disk(path)
    unsigned = Seal(manifest=manifest, engine=ENGINE, files=files, checksum="")
    write(folder / SEAL, unsigned.model_copy(update={"checksum": _checksum(unsigned)}).model_dump_json(indent=1))


def write(path: Path, text: str) -> None:
    """Replace a file at once and durably: after a crash it holds the old text or the new."""
    draft = path.with_name(f"{path.name}.new")
    draft.write_text(text, "utf-8")
    _to_disk(draft)
    draft.replace(path)
    _to_disk(path.parent)


def move(folder: Path, to: Path) -> None:
    """Rename a folder within one file system, durably."""
    folder.rename(to)
    _to_disk(to.parent)


def copy(folder: Path, into: Path) -> Manifest:
    """Copy a sealed folder into the existing folder `into`, verifying every file on the way.

    Raises:
        NoSnapshot: `folder` does not exist, or was removed meanwhile.
        SnapshotDamaged: a file is missing, truncated or altered, or the seal is of another version.
        OSError: the copy cannot be written.
    """
    found = _read_seal(folder)
    for name, digest in found.files.items():
        target = into / name
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            copied = _digest(folder / name, target)
        except FileNotFoundError:
            raise _missing(folder, f"lacks its file {name}") from None
        if copied != digest:
            raise _damaged(folder, f"has an altered or truncated file {name}")
    return found.manifest


def verify(folder: Path) -> Manifest:
    """Look at every file of a sealed folder; raises as `copy` does."""
    found = _read_seal(folder)
    for name, digest in found.files.items():
        if not (folder / name).exists():
            raise _missing(folder, f"lacks its file {name}")
        if _digest(folder / name) != digest:
            raise _damaged(folder, f"has an altered or truncated file {name}")
    return found.manifest


def _read_seal(folder: Path) -> Seal:
    try:
        content = json.loads((folder / SEAL).read_bytes())
        written = content["manifest"]["format"], content["engine"]
        if written != (FORMAT, ENGINE):
            raise _damaged(folder, f"was written as format {written[0]} by {written[1]}; this is {FORMAT}, {ENGINE}")
        found = Seal.model_validate(content)
    except FileNotFoundError:
        raise _missing(folder, "has no manifest: it was never finished") from None
    except (ValueError, KeyError, TypeError):
        raise _damaged(folder, "has an unreadable manifest") from None
    if found.checksum != _checksum(found):
        raise _damaged(folder, "has an altered manifest")
    return found


def _missing(folder: Path, why: str) -> SnapshotError:
    if not folder.exists():
        return NoSnapshot(f"there is no snapshot {folder.name} in {folder.parent}; {REMEDY}")
    return _damaged(folder, why)


def _damaged(folder: Path, why: str) -> SnapshotDamaged:
    return SnapshotDamaged(f"snapshot {folder.name} {why}; {REMEDY}")


def _checksum(content: Seal) -> str:
    return hashlib.sha256(content.model_dump_json(exclude={"checksum"}).encode()).hexdigest()


def _digest(path: Path, to: Path | None = None) -> str:
    """Hash a file (SHA-256), and copy it on the way when `to` is given.

    The engine reserves 120 MB of zeros per snapshot: blocks of zeros are left as holes, and only the blocks
    that hold something are hashed, each with its place.
    """
    digest = hashlib.sha256(str(path.stat().st_size).encode())
    with path.open("rb", buffering=0) as source, (to or Path(os.devnull)).open("wb") as target:
        while block := source.read(_BLOCK):
            if block == _ZEROS[: len(block)]:
                continue
            place = source.tell() - len(block)
            digest.update(b"@%d:" % place)
            digest.update(block)
            if to:
                target.seek(place)
                target.write(block)
        if to:
            target.truncate(source.tell())
    return digest.hexdigest()


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def discard(folder: Path) -> None:
    """Remove a folder and all in it; it is no error when it is gone."""
    shutil.rmtree(folder, ignore_errors=True)
