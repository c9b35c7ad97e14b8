"""Exact patterns of personal data: kinds that have a form or a checksum of their own, found without any model.

Where two kinds claim the same words the one that comes first in KINDS has them.
"""

import ipaddress
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from assistant.orders.numbers import order_numbers_in
from assistant.privacy.addresses import ADDRESS, POSTCODE


class Found(NamedTuple):
    """Personal data in a text: its kind, such as `EMAIL`, and where it stands."""

    kind: str
    start: int
    end: int


Span = tuple[int, int]
Finder = Callable[[str], Iterator[Span]]

_OPENING = r"(?:\w{0,40}(?:token|secret|passw|pwd|signature|session|auth|e?mail|api_?key)\w{0,40}|key|sig|code|otp|sid)"
_SECRET = re.compile(
    r"\bhttps?://[^\s\"'<>?#]{0,1000}[?#](?:[^\s\"'<>]{0,1000}&)?"
    + _OPENING
    + r"=[^\s\"'<>]*[\w/=-]"  # opens something
    r"|\b[a-z][a-z0-9+.-]{1,30}://[^\s\"'<>/@:]*:[^\s\"'<>/@]+@[^\s\"'<>]*[\w/]"  # a password in an address
    r"|(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"  # a JSON web token
    r"|(?<=\bBearer )[\w.~+/-]{16,}=*"
    r"|\bsk-[\w-]{16,}",
    re.IGNORECASE,
)
_EMAIL = re.compile(
    r"(?<!\w)(?>[\w!#$%&'*+/=?^`{|}~-]{1,64}(?:\.[\w!#$%&'*+/=?^`{|}~-]{1,64}){0,8})"
    r"\s?(?:@|＠|\(at\)|\[at\])\s?(?:[\w-]{1,63}(?:\.|\s?(?:\(dot\)|\[dot\])\s?)){1,8}[^\W\d_][\w-]{0,62}(?<!_)"
)
_BETWEEN = r"[\s\u00a0\u2000-\u200b\u202f./\u2010-\u2015\u2212-]"  # groups of a number; its checksum guards the rest
_IBAN = re.compile(
    rf"(?<![A-Z0-9])(?=([A-Z]{{2}}{_BETWEEN}{{0,3}}\d{_BETWEEN}?\d(?:{_BETWEEN}{{0,3}}[A-Z0-9]){{11,30}}))",
    re.IGNORECASE | re.ASCII,
)
_IBAN_LENGTHS = {
    country: int(length)
    for length, countries in (
        entry.split(":")
        for entry in "15:NO 16:BE 18:DK,FI,FK,FO,GL,NL,SD 19:MK,SI 20:AT,BA,EE,KZ,LT,LU,MN,XK 21:CH,HR,LI,LV"
        " 22:BG,BH,CR,DE,GB,GE,IE,ME,RS,VA 23:AE,GI,IL,IQ,OM,SO,TL 24:AD,CZ,ES,MD,PK,RO,SA,SE,SK,TN,VG"
        " 25:LY,PT,ST 26:IS,TR 27:BI,DJ,FR,GR,IT,MC,MR,SM 28:AL,AZ,BY,CY,DO,GT,HU,LB,NI,PL,SV 29:BR,EG,PS,QA,UA"
        " 30:JO,KW,MU 31:MT,SC 32:LC 33:RU".split()
    )
    for country in countries.split(",")
}
_DIGITS = re.compile(rf"(?<![^\W_])\d+(?:{_BETWEEN}{{1,3}}\d+)*(?![^\W_])")
_NATIONAL_ID = re.compile(
    r"(?<![\w-])(?:"
    r"(?!000|666|9\d\d)\d{3}([- ])(?!00)\d\d\1(?!0000)\d{4}"  # US social security number
    r"|(?i:(?![DFIQUV])[A-Z](?![DFIQUVO])[A-Z](?<!BG|GB|KN|NK|NT|TN|ZZ)( ?)\d\d\2\d\d\2\d\d\2[A-D])"  # UK insurance
    r")(?![\w-])"
)
_PPS = re.compile(r"(?<![\w-])(\d{7})([A-W])([A-IW]?)(?![\w-])", re.IGNORECASE)  # Irish personal public service number
_IP = re.compile(
    r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?!\w|\.\d)"
    r"|(?<![\w.:])(?:[0-9a-f]{0,4}:){2,7}(?:[0-9a-f]{1,4}|(?<=::))(?![\w:])",
    re.IGNORECASE,
)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DAY = (
    r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/. ]\d{1,2}[-/. ](?:\d{4}|\d{2})"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH},? \d{{4}}|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}})"
)
_BIRTH = re.compile(
    rf"\b(?:born|birth|birthday|birthdate|d\.?o\.?b\.?)\b[^\n.;]{{0,24}}?(?<!\d)({_DAY})(?!\d)", re.IGNORECASE
)
_GAP = r"(?:(?![/\n]0)[\s./-]){0,2}"  # another number follows a slash or a new line with a zero
_PHONE_ENDS = r"(?!\w|[:-]\w|\.\d|[,/](?!\d(?:[ ()-]?\d){6})\d)"
_PHONE = re.compile(
    r"(?:(?<![\w/#+-])(?<!\d[.,:])|(?<=\d{7}[,/])|(?<=\d{3}[ -]\d{4}[,/]))(?:"
    rf"(?:\+|00)\s?[1-9](?:{_GAP}\(?\d\)?){{6,14}}"  # international
    rf"|\(?0\d{{1,4}}\)?(?:{_GAP}\d){{5,10}}"  # with a trunk prefix
    r"|(?:1[ .-])?(?:\([2-9]\d\d\)\s?|[2-9]\d\d[ .-])\d{3}[ .-]\d{4}"  # North America
    r"|[2-9]\d{1,2}(?: \d{2,3}){2} \d{2,3}"  # groups of digits, as in Spain, Poland or Norway
    r"|[2-9]\d{2} \d{3} \d{3}|[1-9]\d \d{3} (?:\d\d \d\d|\d{4})"
    rf"){_PHONE_ENDS}"
)
_CALLED = re.compile(
    r"(?<!\[)\b(?:phone|mobile|cell|tel|telephone|whatsapp|call me|ring me|text me|reach me)\b[^\n\d]{0,24}"
    rf"(?<![\w#-])(\(?\d(?:[\s./()-]{{0,2}}\d){{6,14}}){_PHONE_ENDS}",
    re.IGNORECASE,
)


def find(text: str) -> list[Found]:
    """All personal data of the exact kinds in `text`, in reading order; no two overlap."""
    taken: list[Found] = []
    for kind, finder in KINDS.items():
        for start, end in finder(text):
            if all(end <= other.start or other.end <= start for other in taken):
                taken.append(Found(kind, start, end))
    return sorted(taken, key=lambda found: found.start)


def _all(pattern: re.Pattern[str], fits: Callable[[str], bool] = bool, group: int = 0) -> Finder:
    def finder(text: str) -> Iterator[Span]:
        return (found.span(group) for found in pattern.finditer(text) if fits(found[group]))

    return finder


def _any(*finders: Finder) -> Finder:
    return lambda text: (span for finder in finders for span in finder(text))


def _ibans(text: str) -> Iterator[Span]:
    """Each IBAN without the words that follow it: as long as its country's are, with a checksum that holds."""
    for found in _IBAN.finditer(text):
        places = [place for place in range(*found.span(1)) if text[place].isalnum()]
        length = _IBAN_LENGTHS.get(text[places[0] : places[0] + 2].upper(), len(places) + 1)
        end = places[min(length, len(places)) - 1] + 1
        whole = length <= len(places) and not text[end : end + 1].isalnum()
        if whole and _is_iban("".join(text[place] for place in places[:length]).upper()):
            yield found.start(), end


def _is_iban(text: str) -> bool:
    """Whether an IBAN's checksum holds (ISO 13616: 97-10 over the text with its first four characters at the end)."""
    turned = text[4:] + text[:4]
    return int("".join(str(int(character, 36)) for character in turned)) % 97 == 1


def _cards(text: str) -> Iterator[Span]:
    """Each card number, also between other numbers: whole groups of digits whose checksum holds."""
    for run in _DIGITS.finditer(text):
        groups = [found.span() for found in re.finditer(r"\d+", run[0])]
        end = 0
        for first, (start, _) in enumerate(groups):
            stops = (stop for _, stop in groups[first : first + 6][::-1])
            fits = (stop for stop in stops if start >= end and _is_card(run[0][start:stop]))
            if stop := next(fits, None):
                end = stop
                yield run.start() + start, run.start() + stop


def _is_card(text: str) -> bool:
    """Whether a card number has the length, the groups and the checksum of one (Luhn, ISO/IEC 7812-1)."""
    digits = [int(character) for character in text if character.isdecimal()]
    if (
        not 13 <= len(digits) <= 19
        or not 2 <= digits[0] <= 6
        or min(map(len, re.split(r"\D+", text)[:-1] or [text])) < 3
    ):
        return False
    doubled = [digit * 2 - 9 if digit > 4 else digit * 2 for digit in digits[-2::-2]]
    return sum(digits[-1::-2], sum(doubled)) % 10 == 0


def _is_pps(text: str) -> bool:
    """Whether the check letter of an Irish PPS number holds: modulo 23 over weights 8 to 2, and 9 for a last letter."""
    weighed = sum(int(digit) * weight for digit, weight in zip(text[:7], range(8, 1, -1), strict=True))
    weighed += (" ABCDEFGHI".index(text[8].upper()) * 9) if len(text) > 8 and text[8].upper() != "W" else 0
    return "WABCDEFGHIJKLMNOPQRSTUV"[weighed % 23] == text[7].upper()


def _is_address(text: str) -> bool:
    """Whether this is an IP address of somebody: the machine's own are nobody's."""
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return False
    return not (found.is_loopback or found.is_unspecified)


def _is_phone(text: str) -> bool:
    return 7 <= sum(character.isdecimal() for character in text) <= 15


KINDS: dict[str, Finder] = {
    "SECRET": _all(_SECRET),
    "EMAIL": _all(_EMAIL),
    "IBAN": _ibans,
    "CARD": _cards,
    "NATIONAL_ID": _any(_all(_NATIONAL_ID), _all(_PPS, _is_pps)),
    "IP_ADDRESS": _all(_IP, _is_address),
    "BIRTH_DATE": _all(_BIRTH, group=1),
    "ADDRESS": _all(ADDRESS),
    "POSTCODE": _all(POSTCODE),
    "ORDER_NUMBER": order_numbers_in,
    "PHONE": _any(_all(_PHONE, _is_phone), _all(_CALLED, _is_phone, group=1)),
}
