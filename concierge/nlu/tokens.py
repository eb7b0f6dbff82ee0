"""Tokens as spaCy's English rules cut them."""

from __future__ import annotations

from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message

from concierge.nlu.english import load_english


class _Token(Token):
    def fingerprint(self) -> str:
        """What it is, where Rasa would hash every token of every example after each component of a training."""
        return f"{self.start} {self.text}"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class HouseTokenizer(Tokenizer):
    """Rasa's own SpacyTokenizer wants a model that spaCy finds by name, and runs the whole of it."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            "token_pattern": None,
            "prefix_separator_symbol": None,
        }

    @staticmethod
    def required_packages() -> list[str]:
        return ["spacy"]

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """spaCy's tokens, white space left out."""
        doc = load_english().make_doc(message.get(attribute))
        return self._apply_token_pattern([_Token(t.text, t.idx) for t in doc if not t.is_space])
