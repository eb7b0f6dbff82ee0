"""What the customer's own words have told of a fact, in the five languages, so that it is not asked for again."""

from __future__ import annotations

import re

# The first that occurs counts: “the parcel is here but an item is missing” is no parcel that has not come.
_TOLD = {
    "problem": {
        "wrong_item": r"\bwrong (?:item|size|colou?r|product|bag|shoes?|one|order|thing|model)|not what i ordered|"
        r"someone else's (?:order|parcel)|(?:mauvais|pas le bon) (?:article|modèle)|mauvaise (?:taille|couleur)|"
        r"(?:articolo|colore|modello) sbagliato|taglia sbagliata|falsche[nrs]? (?:artikel|größe|farbe|ware)|"
        r"(?:artículo|color|modelo|talla) equivocad[oa]",
        "missing_item": r"(?:something|items?|pieces?|one|belt|box) (?:is|are|was|were) missing|"
        r"missing (?:an? |one )?(?:item|piece)|missing from (?:my|the)|incomplete|empty (?:box|parcel)|"
        r"il manque|manca (?:un|qualcosa)|fehlt|falta (?:un|algo)|incomplet|unvollständig",
        "damaged": r"damaged|crushed|scratched|torn\b|stained|(?:arrived|came|is|was|it's) broken|endommagé|abîmé|"
        r"danneggiat|rovinat|beschädigt|dañad|estropead",
        "not_received": r"never (?:arrived|came|received|got|showed|reached)|"
        r"(?:not|n't) (?:arrived|received|reached|got)|(?:jamais|pas) (?:arrivé|reçu)|mai arrivat|"
        r"non (?:è arrivat|ho ricevuto)|(?:nie|nicht) (?:angekommen|erhalten)|no (?:ha|me ha) llegado|no he recibido",
    }
}
_PATTERNS = {
    name: [(value, re.compile(words, re.IGNORECASE)) for value, words in values.items()]
    for name, values in _TOLD.items()
}


def fact_in(words: str, name: str) -> str | None:
    """The fact's value that the words tell; ``None`` when they do not."""
    return next((value for value, pattern in _PATTERNS.get(name, ()) if pattern.search(words)), None)
