"""One person's e-mail address, in all its spellings."""

import re
import unicodedata
from contextlib import suppress
from html import unescape

_AT = re.compile(r"\s?(?:@|\(at\)|\[at\])\s?")
_DOT = re.compile(r"\s?(?:\(dot\)|\[dot\])\s?")
_BEFORE = r"(?<![^\W_]|[+%])(?<![^\W_][._-])(?<![^\W_]__)"  # a sign is part of an address only behind a letter or digit
_AFTER = r"(?!-?[^\W_]|\.(?!(?-i:[A-ZÀ-ÖØ-Þ](?:[a-zß-ÿ]|\W|$)))[^\W_])"  # `.My parcel` is no longer domain
_ESCAPED = r"\\[nrt]", r"\\u20[0-9a-f]{2}", r"\\u00a0"  # what JSON makes of white space and dashes


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
        self._plain_part = max(re.split(r"ss|[^a-z0-9]", local), key=len).encode()
        domains = {domain}
        with suppress(UnicodeError):
            domains.add(domain.encode("idna").decode())
        with suppress(UnicodeError):
            domains.add(domain.encode("ascii").decode("idna"))
        anyhow = "|".join(re.escape(spelt) for spelt in sorted(domains))
        self._pattern = re.compile(rf"{_BEFORE}{re.escape(local)}@(?:{anyhow}){_AFTER}")
        local, anyhow = _as_in_file(local), "|".join(_as_in_file(spelt) for spelt in sorted(domains))
        before = "|".join((_BEFORE, *(f"(?<={escaped})" for escaped in _ESCAPED)))
        self._in_file = re.compile(rf"(?:{before}){local}\s?@\s?(?:{anyhow}){_AFTER}", re.IGNORECASE)

    def is_in(self, text: str) -> bool:
        """Whether the address stands in a text: `joanna@example.com` does not hold `anna@example.com`."""
        plain = folded(text)
        return self._begins in plain and bool(self._pattern.search(plain) or self._in_file.search(text))

    def stands_in(self, content: bytes) -> bool:
        """Whether the address stands in the bytes of a file, in any case or escape."""
        if self._plain_part not in content.lower():
            return False
        if b"\0" in content and self.folded.encode() in content.lower():  # a database has nothing between two columns
            return True
        text = content.decode("utf-8", "replace")
        return bool(self._in_file.search(text)) or self.is_in(text)

    def replaced_in(self, text: str, by: str) -> tuple[str, int]:
        """A file's text, which may be JSON or HTML, with the address replaced, and how often."""
        return self._in_file.subn(lambda _: by, text)

    def blotted_in(self, text: str, by: str) -> tuple[str, int]:
        """As `replaced_in`, but as many bytes of UTF-8 as before: `by` is cut or filled up with spaces."""

        def blot(found: re.Match[str]) -> str:
            length = len(found[0].encode())
            return by[:length].ljust(length)

        return self._in_file.subn(blot, text)


def folded(text: str) -> str:
    """A text in one case and one Unicode form, with `(at)` and `(dot)` as the signs they mean."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return _DOT.sub(".", _AT.sub("@", plain)) if "@" in plain or "at)" in plain or "at]" in plain else plain


def _as_in_file(text: str) -> str:
    """A pattern for folded text as it was before, and as JSON or HTML may escape it."""
    return "".join(map(_letter_in_file, re.findall(r"ss|.", text)))


def _letter_in_file(letter: str) -> str:
    if letter.isalnum() and letter.isascii() and letter != "ss":
        return letter
    if letter in ".-_":
        return re.escape(letter)
    written = ["ß", "ẞ"] if letter == "ss" else [letter, letter.upper()]
    return f"(?:{'|'.join([re.escape(letter), *(_escaped(sign) for sign in written if len(sign) == 1)])})"


def _escaped(sign: str) -> str:
    """A sign as it is, or as JSON or HTML may escape it."""
    code = ord(sign)
    named = "".join(f"|&{name}" for name in ("amp;", "apos;", "quot;") if unescape(f"&{name}") == sign)
    return rf"{re.escape(sign)}|\\u{code:04x}|&#x0{{0,4}}{code:x};|&#0{{0,4}}{code};{named}"
