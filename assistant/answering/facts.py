"""The checkable facts in a text: numbers, dates and amounts of money, in one normal form."""

import re

_MONTHS = {
    name: number
    for number, names in enumerate(
        "jan january|feb february|mar march|apr april|may|jun june|jul july|aug august|sep sept september"
        "|oct october|nov november|dec december".split("|"),
        start=1,
    )
    for name in names.split()
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_ISO_DATE = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_DAY_FIRST = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\s+({_MONTH})\.?(?:\s+(\d{{4}}))?\b", re.IGNORECASE)
_MONTH_FIRST = re.compile(rf"\b({_MONTH})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(\d{{4}}))?", re.IGNORECASE)
_CURRENCIES = {
    "€": "EUR",
    "£": "GBP",
    "$": "USD",
    "euro": "EUR",
    "euros": "EUR",
    "pounds": "GBP",
    "dollars": "USD",
}
_CURRENCY = r"€|£|\$|\b(?:EUR|GBP|USD|CAD|AUD|NZD|CHF|SEK|NOK|DKK|PLN|JPY|euros?|pounds|dollars)\b"
_NUMBER = r"\d+(?:[.,]\d+)*"
_MONEY = re.compile(rf"(?P<before>{_CURRENCY})\s?(?P<first>{_NUMBER})|(?P<second>{_NUMBER})\s?(?P<after>{_CURRENCY})")
_PLAIN = re.compile(r"\d{1,2}:\d{2}|" + _NUMBER)
_SPELT = {
    word: str(number)
    for number, word in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())
    if number > 1  # "one" is a pronoun more often than a number
}
_SPELT_WORD = re.compile(rf"\b({'|'.join(_SPELT)})\b", re.IGNORECASE)


def facts_in(text: str) -> set[str]:
    """Every fact of a text in one normal form: `2026-11-18`, `18 of month 11`, `5.9 EUR`, `30`.

    A date also yields its day and month and an amount of money its bare number, so that a sentence may say less than
    its evidence, never more.
    """
    facts: set[str] = set()
    for pattern, read in (
        (_ISO_DATE, _iso),
        (_DAY_FIRST, _day_first),
        (_MONTH_FIRST, _month_first),
        (_MONEY, _money),
    ):
        for found in pattern.finditer(text):
            facts |= read(found)
        text = pattern.sub(" ", text)
    text = _SPELT_WORD.sub(lambda found: _SPELT[found[1].lower()], text)
    return facts | {_number(found) for found in _PLAIN.findall(text)}


def _iso(found: re.Match[str]) -> set[str]:
    return _day(found[1], int(found[2]), found[3])


def _day_first(found: re.Match[str]) -> set[str]:
    return _day(found[3], _MONTHS[found[2].lower()], found[1])


def _month_first(found: re.Match[str]) -> set[str]:
    return _day(found[3], _MONTHS[found[1].lower()], found[2])


def _day(year: str | None, month: int, day: str) -> set[str]:
    without_year = f"{int(day)} of month {month}"
    return {without_year, f"{int(year)}-{month:02}-{int(day):02}"} if year else {without_year}


def _money(found: re.Match[str]) -> set[str]:
    currency = found["before"] or found["after"]
    number = _number(found["first"] or found["second"])
    return {number, f"{number} {_CURRENCIES.get(currency.lower(), currency.upper())}"}


def _number(text: str) -> str:
    """A number without grouping and trailing zeros; a comma before one or two last digits is a decimal comma."""
    if ":" in text:  # a time of day
        return text
    text = re.sub(r",(?=\d{1,2}$)", ".", text)
    whole, _, decimals = text.replace(",", "").partition(".")
    if "." in decimals:  # 1.000.000, or a version number
        return text
    decimals = decimals.rstrip("0")
    return f"{int(whole)}.{decimals}" if decimals else str(int(whole))
