"""Postal addresses by their form: a number and a street's name, in the ways of the countries shops send to.

No list of streets stands behind it: an address with neither a word for "street" nor a postcode (`Meir 66`) is missed.
"""

import re

_TYPE = (
    r"(?:street|str|st|road|rd|avenue|ave|lane|ln|drive|dr|court|ct|square|sq|row|terrace|close|crescent|way"
    r"|place|pl|boulevard|blvd|view|gardens|grove|park|hill|quay|mews|parade|highway|hwy|walk|rise)"
)
_NAMED = r"[^\W\d_][\w'’-]{0,40}"
_EUROPEAN = r"(?:rue|via|viale|piazza|corso|calle|avenida|plaza|rua|ul\.|ulica|aleja|place|chemin|allée|largo|travessa)"
_TOWN = r"[^\W\d_a-z][\w'’.-]{0,40}(?: [^\W\d_a-z][\w'’.-]{0,40}){0,2}"
_AFTER = (
    r"(?i:,? (?:apt|apartment|flat|unit|suite)\.? ?#?\w{1,4}\b)?"
    rf"(?:,?\s(?:\d{{4,6}}|\d{{3}} \d\d|\d\d-\d{{3}}|\d{{4}}-\d{{3}}|\d{{4}} [A-Z]{{2}}),? {_TOWN}"
    r"|,\s?(?!(?i:and|but|or|so|please|thanks|which|where|when)\b)[^\W\d_][\w'’.-]{0,40}"
    r"(?: [^\W\d_][\w'’.-]{0,40}){0,2}?"
    r"(?=,|\s[A-Z\d]{2,4}\s?\d|\s\d{4,6}\b|[.;!?\n]|\s*$))?"
)
ADDRESS = re.compile(
    rf"(?<![\w.,€£$-])(?i:(?:(?:flat|apt|apartment|unit|suite)\.? ?\w{{1,4}},? ?)?\d{{1,5}}[a-z]?,? "
    rf"(?:{_NAMED} ){{1,3}}{_TYPE}\b\.?){_AFTER}"
    rf"|(?<!\w)(?i:{_EUROPEAN}) (?:(?:de|des|du|di|della|dos|das|do|da|la|le|las|los|el|von|van) ){{0,2}}"
    rf"(?:[^\W\d_a-z][\w'’-]{{0,40}}(?: |-)?){{1,3}},? ?\d{{1,4}}[a-z]?(?!\w){_AFTER}"
    r"|(?<![\w.,€£$-])\d{1,4}(?: ?(?:bis|ter))?,? (?:rue|chemin|allée|avenue|place|quai) "
    rf"(?:(?:de|des|du|la|le|l['’]) ?){{0,2}}[^\W\d_a-z][\w'’-]{{0,40}}(?:[ -][^\W\d_a-z][\w'’-]{{0,40}})?{_AFTER}"
    r"|(?<!\w)[^\W\d_a-z]\w{2,}(?:straße|strasse|str\.|gasse|allee|platz|gatan|gata|gaten|gate|vägen|veien|gade|vej"
    rf"|straat|gracht|laan|plein|weg) \d{{1,4}}[a-z]?(?!\w){_AFTER}"
    rf"|(?<!\w)[^\W\d_a-z][\w'’-]{{0,40}}(?: [^\W\d_a-z][\w'’-]{{0,40}})? \d{{1,4}}[a-z]?, \d{{4,5}} {_TOWN}"
)
POSTCODE = re.compile(
    r"(?<![\w-])(?:"
    r"(?:[A-PR-UWYZ]\d{1,2}|[A-PR-UWYZ][A-HK-Y]\d{1,2}|[A-PR-UWYZ]\d[A-HJKPSTUW]|[A-PR-UWYZ][A-HK-Y]\d[A-Z])"
    r" ?\d[ABD-HJLNP-UW-Z]{2}"  # United Kingdom
    r"|[AC-FHKNPRTV-Y]\d[\dW] ?(?=[A-Z]*\d)(?=\d*[A-Z])[A-Z\d]{4}"  # Ireland
    r"|[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z] ?\d[ABCEGHJ-NPRSTV-Z]\d"  # Canada
    r"|(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]"
    r"|W[AIVY]) \d{5}(?:-\d{4})?"  # United States, with the state
    r"|(?:NSW|VIC|QLD|TAS|ACT|NT|SA|WA) \d{4}"  # Australia
    r"|[1-9]\d{3} (?!EU|EUR|GB|GBP|US|USD|AM|PM)[A-Z]{2}"  # Netherlands
    r"|\d{2}-\d{3}(?= [^\W\d_a-z]\w{3,})"  # Poland, before the town
    r"|\d{4}-\d{3}(?= [^\W\d_a-z]\w{3,})"  # Portugal
    r")(?![\w-])"
)
