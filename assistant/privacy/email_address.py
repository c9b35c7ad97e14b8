"""One person's e-mail address, in all its spellings."""

import re
import unicodedata
from contextlib import suppress

_AT = re.compile(r"\s?(?:\(at\)|\[at\])\s?")
_DOT = re.compile(r"\s?(?:\(dot\)|\[dot\])\s?")
_BEFORE = r"(?<![\w.+%-])"
_AFTER = r"(?![\w-]|\.\w)"


class EmailAddress:
    """An address, found whatever its case, its Unicode form or the way its domain is written.

    Raises:
        ValueError: this is no e-mail address.
    """

    def __init__(self, written: str) -> None:
        local, _, domain = folded(written).strip().rpartition("@")
        if not local or not domain or re.search(r"\s|[<>]", local + domain):
            raise ValueError(f"{written!r} is no e-mail address; write it as name@example.com")
        self.folded = f"{local}@{domain}"
        self._begins = f"{local}@"
        self._plain_part = max(re.findall(r"[\x00-\x7f]+", local) or [""], key=len).encode()
        domains = {domain}
        with suppress(UnicodeError):
            domains.add(domain.encode("idna").decode())
        with suppress(UnicodeError):
            domains.add(domain.encode("ascii").decode("idna"))
        anyhow = "|".join(re.escape(spelt) for spelt in sorted(domains))
        self._pattern = re.compile(rf"{_BEFORE}{re.escape(local)}@(?:{anyhow}){_AFTER}")
        local, anyhow = _as_in_json(local), "|".join(_as_in_json(spelt) for spelt in sorted(domains))
        self._in_file = re.compile(rf"(?:{_BEFORE}|(?<=\\[nrt])){local}@(?:{anyhow}){_AFTER}", re.IGNORECASE)

    def is_in(self, text: str) -> bool:
        """Whether the address stands in a text: `joanna@example.com` does not hold `anna@example.com`."""
        plain = folded(text)
        return self._begins in plain and bool(self._pattern.search(plain))

    def may_be_in(self, content: bytes) -> bool:
        """Whether a file is worth reading: a quick look that never misses the address, in any case or JSON escape."""
        return self._plain_part in content.lower()

    def replaced_in(self, text: str, by: str) -> tuple[str, int]:
        """A file's text, which may be JSON, with the address replaced, and how often."""
        return self._in_file.subn(by.replace("\\", r"\\"), text)


def folded(text: str) -> str:
    """A text in one case and one Unicode form, with `(at)` and `(dot)` as the signs they mean."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return _DOT.sub(".", _AT.sub("@", plain)) if "at)" in plain or "at]" in plain else plain


def _as_in_json(text: str) -> str:
    """A pattern for text as it is and as JSON may escape it."""
    return "".join(
        re.escape(letter) if letter.isascii() else rf"(?:{re.escape(letter)}|\\u{ord(letter):04x})" for letter in text
    )
