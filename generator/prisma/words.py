"""One and many in English, for names of models and lists: as far as it is safe, since a wrong guess is only ugly.

What is in doubt stays as it is: `status`, `news` and `basis` are one already.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_IRREGULAR: Mapping[str, str] = {
    "people": "person",
    "children": "child",
    "men": "man",
    "women": "woman",
    "mice": "mouse",
    "feet": "foot",
    "teeth": "tooth",
    "indices": "index",
    "matrices": "matrix",
    "vertices": "vertex",
    "analyses": "analysis",
    "crises": "crisis",
    "quizzes": "quiz",
    "leaves": "leaf",
    "shelves": "shelf",
    "halves": "half",
    "lives": "life",
    "wives": "wife",
    "knives": "knife",
    "thieves": "thief",
    "menus": "menu",
    "lenses": "lens",
}
_ALIKE = """
news series species data media metadata sms gps dns aws css tls https kubernetes lens bias gas atlas canvas alias
analytics statistics logistics physics mathematics politics chaos kudos
"""
_SAME = frozenset(_ALIKE.split())
# In -ies, -ches and -oes, and their one ends with an e: movie, cache, shoe.
_WITH_E = """
movies cookies calories zombies selfies rookies hoodies smoothies brownies ties caches niches headaches avalanches shoes
toes canoes axes
"""
_E = frozenset(_WITH_E.split())
# In -uses and -ases, and their one ends with an s: status, alias.
_WITH_S = """
statuses buses bonuses viruses campuses censuses consensuses aliases canvases atlases gases biases
"""
_S = frozenset(_WITH_S.split())
_MANY = {one: many for many, one in _IRREGULAR.items()} | {"quiz": "quizzes"}
_SHORTEST = 4


def singular(word: str) -> str:
    """Of a word in lower case; what is no plural, or may be none, stays."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word in _SAME or len(word) < _SHORTEST or not re.search(r"[^su]s$", word) or word.endswith("is"):
        return word
    if word in _E:
        return word[:-1]
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word in _S or re.search(r"(ss|sh|ch|x|o)es$", word):
        return word[:-2]
    return word[:-1]


def plural(word: str) -> str:
    """Of a word in lower case, which may be one or many already."""
    one = singular(word)
    if one != word or word in _SAME:
        return word
    if one in _MANY:
        return _MANY[one]
    if one.endswith("is"):
        return one[:-2] + "es"
    if re.search(r"[^aeiou]y$", one):
        return one[:-1] + "ies"
    return one + ("es" if re.search(r"(s|sh|ch|x|z)$", one) else "s")
