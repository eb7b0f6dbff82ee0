"""The keys of a lexicon, ``data/lexicon/<language>.yml``: what each is for, and how its entries are read."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Kind(Enum):
    WORDS = "single words, as written"
    PHRASES = "words and phrases, or small patterns for them; whole words only"
    SIGNS = r"patterns, found anywhere in a text: \b where a word must begin or end"
    REWRITES = "{find: pattern, say: replacement}, applied to a finished reply one after the other"


class Key(NamedTuple):
    """``parts`` are its own keys. What ``may_be_empty`` is not there in every language."""

    kind: Kind
    about: str
    parts: tuple[str, ...] = ()
    may_be_empty: bool = False


KEYS = {
    "exception_wished": Key(Kind.SIGNS, "Asks that a rule be bent: “only four days late”, “make an exception”."),
    "acknowledged": Key(Kind.SIGNS, "All of a message that only says that the answer was read: “ok”."),
    "pleased": Key(Kind.SIGNS, "All of a message that is only content with the answer: “ok perfect”."),
    "affirmative": Key(Kind.WORDS, "The word that a yes begins with."),
    "negative": Key(Kind.WORDS, "The word that a no begins with."),
    "except": Key(
        Kind.PHRASES, "“Not the perfume”: the other one is meant. Only words that mean nothing else.", may_be_empty=True
    ),
    "numbers": Key(
        Kind.PHRASES,
        "How many: “two weeks ago”.",
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    ),
    "no_day_after": Key(
        Kind.PHRASES, "Behind it a length of time names no day in the past: “after a week”, “within a month”."
    ),
    "ordinals": Key(
        Kind.WORDS,
        "Which one of a list, in every gender and case.",
        ("first", "second", "third", "fourth", "fifth", "last"),
    ),
    "exchange": Key(Kind.SIGNS, "That an item is to be exchanged, not only to go back."),
    "size_names": Key(Kind.PHRASES, "Sizes by their names: “in medium”.", ("s", "m", "l")),
    "other_size": Key(Kind.PHRASES, "The size next to the one at hand: “one size up”.", ("bigger", "smaller")),
    "all_of_them": Key(Kind.SIGNS, "Every item of those in question: “both”, “all of it”."),
    "named_by_price": Key(
        Kind.SIGNS,
        "Which item of an order is meant, by how it was sold. The first part that occurs counts: “not from the sale”.",
        ("full", "reduced"),
    ),
    "other_one": Key(Kind.SIGNS, "Of two items the one that is not in hand. “The other order” is none."),
    "order_words": Key(Kind.WORDS, "The word for an order: “the other order” is no item."),
    "same_order": Key(Kind.SIGNS, "The order in hand: “the other one from the same order” is an item of it."),
    "told_already": Key(Kind.SIGNS, "That the customer has said it before: “I already told you”."),
    "email_lacking": Key(
        Kind.SIGNS,
        "That the e-mail address of an order is not known or not at hand: “I don't remember which mail I used”.",
    ),
    "not_known": Key(Kind.SIGNS, "That what was asked for is not known or not remembered. Heard only as an answer."),
    "email_gone": Key(Kind.SIGNS, "That mail to the order's address reaches the customer no more."),
    "code_again": Key(Kind.SIGNS, "The wish for another code: “send it again”. Heard only while one is asked for."),
    "code_not_arrived": Key(Kind.SIGNS, "That no e-mail with a code has come. Heard only while one is asked for."),
    "around_a_name": Key(
        Kind.WORDS, "What stands beside a name and a postcode and is neither: “my name is …, the postcode …”."
    ),
    "no_refusal": Key(Kind.SIGNS, "What begins with a no and refuses nothing: “no problem”, “no idea”."),
    "latest": Key(Kind.WORDS, "The newest order, beside “last”."),
    "oldest": Key(Kind.WORDS, "The oldest order."),
    "units": Key(Kind.PHRASES, "Lengths of time, singular and plural.", ("day", "week", "month", "year")),
    "lately": Key(
        Kind.PHRASES,
        "Days by their distance from today. The names of the months are known (CLDR).",
        (
            "day_before_yesterday",
            "yesterday",
            "today",
            "last_week",
            "this_week",
            "last_month",
            "this_month",
            "half_year",
            "last_year",
            "this_year",
        ),
    ),
    "seasons": Key(
        Kind.PHRASES,
        "A season of the year, as a time only: in English “spring” is also a part of a clasp, and “fall” a verb.",
        ("spring", "summer", "autumn", "winter"),
    ),
    "feasts": Key(
        Kind.PHRASES,
        "Days that everybody knows: “I bought it last Christmas”.",
        ("christmas", "new_year", "valentine", "easter", "black_friday"),
    ),
    "own_days": Key(Kind.SIGNS, "Days that only the customer knows: “on my birthday”."),
    "short_months": Key(
        Kind.WORDS,
        "Short names of months that mean nothing else in any language (Italian “set” for September is also a set).",
        may_be_empty=True,
    ),
    "interrogatives": Key(
        Kind.PHRASES,
        "The words that a question begins with: those that ask for something, and those that ask for a yes or a no.",
        ("what", "whether"),
    ),
    "exclaims": Key(
        Kind.SIGNS, "What begins like a question and only says how somebody feels: “what a pity”, “how kind”."
    ),
    "connectives": Key(Kind.PHRASES, "What may stand between two questions in one message."),
    "lead_ins": Key(Kind.PHRASES, "What a question may begin with before its first word, said on from an answer."),
    "only_thanks": Key(
        Kind.SIGNS, "All of a message that thanks or blesses, in languages that are not spoken here, too: “aitäh”."
    ),
    "doubts": Key(Kind.SIGNS, "A doubt of what was just said, and nothing else: “really?”."),
    "hesitates": Key(Kind.SIGNS, "All of a message that puts off an answer, and agrees to nothing: “let me think”."),
    "asks_because": Key(Kind.SIGNS, "That only says why something was asked: “I'm just asking because …”."),
    "repeats": Key(Kind.SIGNS, "That we have said the same before: “you already said that”."),
    "tells": Key(Kind.SIGNS, "How a message begins that tells of oneself, or of what one has, and wishes for nothing."),
    "protests": Key(Kind.SIGNS, "How a message begins that does not put up with a no: “that's not fair”."),
    "reasons": Key(Kind.SIGNS, "That a sentence of ours gives a reason."),
    "what_now": Key(Kind.SIGNS, "Asks what is to be done next, and nothing else: “so what do I do now”."),
    "how_much": Key(Kind.SIGNS, "Asks for an amount, and not what something costs: “how much exactly”."),
    "money_taken": Key(Kind.SIGNS, "That money was or is taken from a card: “how much was charged”."),
    "offers_to_look": Key(Kind.SIGNS, "That a sentence of ours only says what could be seen of an order."),
    "what_about": Key(Kind.PHRASES, "Turns to another item: “what about the bag”."),
    "greetings": Key(Kind.PHRASES, "What a message begins with before it comes to its matter: “good evening all”."),
    "courtesies": Key(Kind.PHRASES, "What a question ends with: “please”, “thanks in advance”, “kind regards”."),
    "asides": Key(Kind.PHRASES, "What begins a question about another matter, and answers nothing: “by the way”."),
    "conditions": Key(Kind.PHRASES, "What a case begins with that is only supposed: “if it is opened, may I …”."),
    "relatives": Key(
        Kind.PHRASES,
        "What a clause begins with that says more of what is asked about: “the scent, which I never opened”.",
    ),
    "alternatives": Key(Kind.PHRASES, "What stands in a question that leaves it open: “sealed or opened?”."),
    "denials": Key(Kind.PHRASES, "What denies the words behind it: “no accident”, “I never dropped it”."),
    "requires": Key(Kind.SIGNS, "Asks what has to be so, and tells nothing: “must it be unworn, with tags?”."),
    "corrects": Key(Kind.PHRASES, "What may stand between two order numbers of which only the last is meant."),
    "corrects_itself": Key(
        Kind.PHRASES, "What else may stand beside a number that puts right the one told before: “make that 34”."
    ),
    "before_a_day": Key(Kind.PHRASES, "What stands before the number of a day of the month: “the 12th”."),
    "my_order": Key(Kind.PHRASES, "What an order number stands for, in a question about it."),
    "email_named": Key(Kind.SIGNS, "What may stand right before an e-mail address and says only that it is one."),
    "number_named": Key(Kind.SIGNS, "What may stand around an order number and says only that it is one."),
    "late": Key(Kind.SIGNS, "That something has not come when it should."),
    "follow_up": Key(
        Kind.SIGNS,
        "What a question without its subject asks about. The first part that occurs counts.",
        ("lost", "gift", "time", "price", "why"),
    ),
    "elsewhere": Key(Kind.PHRASES, "Another place without its name: “and abroad?”."),
    "purchase_channel": Key(
        Kind.SIGNS,
        "Where something was bought. The first part that occurs counts: an outlet store is no boutique.",
        ("outlet", "unauthorised", "authorised_retailer", "online", "boutique"),
    ),
    "purchase": Key(Kind.SIGNS, "That something was bought: the day or the place beside it is the purchase's."),
    "arrival": Key(Kind.SIGNS, "That something reached the customer: the day beside it is the delivery's."),
    "held_since": Key(Kind.SIGNS, "That the customer has it: the day beside it is the delivery's, too."),
    "as_well": Key(Kind.PHRASES, "Asks the same of another: “the belt too?”."),
    "names_matter": Key(
        Kind.SIGNS,
        "Which of the things that can be done with an item, or asked of its price, is named: “swap”, “mend”.",
        ("return", "exchange", "repair", "alteration", "charge"),
    ),
    "until_when": Key(Kind.SIGNS, "All of a message that asks for the last day: “until when?”."),
    "comes": Key(Kind.SIGNS, "That something is to come, or comes: “and the bag comes when”."),
    "refunded": Key(Kind.SIGNS, "That money has gone back: “has the belt been refunded?”."),
    "parts_of_items": Key(Kind.PHRASES, "What is a part of an item, and no item: “and the strap?”."),
    "statements": Key(Kind.SIGNS, "How a message begins that tells something of what is in hand: “it should be …”."),
    "premises": Key(Kind.SIGNS, "That what is said is taken to be so, and to be confirmed: “right?”, “I was told”."),
    "time_passed": Key(
        Kind.SIGNS, "That a length of time has passed, and is none that is taken to be so: “it's been three weeks”."
    ),
    "residence": Key(Kind.SIGNS, "That the country beside it is where the customer, and so the item, is."),
    "needed_by": Key(Kind.SIGNS, "That the customer needs it by some day: the words from here on are the deadline."),
    "fault": Key(Kind.SIGNS, "That something is wrong with an item that was used: it broke, tore, came off."),
    "size": Key(Kind.PHRASES, "The word before a size: “size 39”."),
    "currencies": Key(Kind.PHRASES, "The words for money beside a number; the signs and codes are known."),
    "problem": Key(
        Kind.SIGNS,
        "What is wrong with a delivery. The first part that occurs counts: “the parcel is here but an item is missing” "
        "is no parcel that has not come.",
        ("wrong_item", "missing_item", "damaged", "not_received"),
    ),
    "original_condition": Key(
        Kind.SIGNS,
        "Whether an item is as it arrived. What speaks against it goes first: “never worn, but the box is gone”.",
        ("not_so", "so"),
    ),
    "opened": Key(Kind.SIGNS, "Whether a fragrance was opened. “Not opened” goes before “opened”.", ("not_so", "so")),
    "seal_intact": Key(Kind.SIGNS, "Whether the hygiene seal of swimwear is unbroken.", ("not_so", "so")),
    "damage_cause": Key(
        Kind.SIGNS,
        "What happened to a damaged item. The first part that occurs counts: a cobbler's work before normal use.",
        ("third_party", "accident", "wear", "defect", "unknown"),
    ),
    "proof_of_purchase": Key(Kind.SIGNS, "Whether there is a receipt. “No receipt” goes first.", ("not_so", "so")),
    "on_sale": Key(Kind.SIGNS, "Whether it was reduced. “Full price”, “not on sale” go first.", ("not_so", "so")),
    "made_for_one": Key(
        Kind.SIGNS, "That a piece was personalised or made to order; “not personalised” says that it was not."
    ),
    "in_product_names": Key(
        Kind.WORDS, "Words of names of products that name nothing: “the last one” is no One-Piece.", may_be_empty=True
    ),
    "alarms": Key(
        Kind.SIGNS,
        "What must not be missed whatever else is said. Only what can hardly mean anything else: the intents of the "
        "same names hear the rest. The first part that occurs counts.",
        (
            "self_harm",
            "threat",
            "swallowed",
            "allergy",
            "injury",
            "break_in",
            "discrimination",
            "minor",
            "legal_threat",
            "press",
        ),
    ),
    "no_alarm": Key(Kind.SIGNS, "What sounds like an alarm and is a manner of speaking: “to die for”."),
    "harmless": Key(
        Kind.SIGNS,
        "What happened to a piece, or who comes for it, and harmed nobody: “the tag scratched, I cut it off”. "
        "No alarm is quieted where the text says anything of “unless”: harm, a body, a child, an animal, an account.",
        ("mishap", "unless"),
    ),
    "wants_person": Key(Kind.SIGNS, "The wish for a person, beside whatever it is about."),
    "judged": Key(
        Kind.SIGNS,
        "Says how somebody or something was, in praise or mildly. Heard only where that was asked.",
    ),
    "asks_after_wait": Key(
        Kind.SIGNS, "How long an advisor is still waited for, and whether anybody is there. Heard only while one waits."
    ),
    "leaves_queue": Key(
        Kind.SIGNS, "That no advisor is needed after all: “cancel that”, “go back”. Heard only while one waits."
    ),
    "feelings": Key(
        Kind.SIGNS,
        "What is told of a customer's life or mood, beside the question. The first part that occurs counts.",
        ("grief", "illness", "urgency", "wrong_gift", "anger"),
    ),
    "recognised_by": Key(
        Kind.WORDS,
        "Words and greetings that give the language away in a short sentence, where letter statistics fail. Only words "
        "that are not words of another of the house's languages.",
    ),
    "letters": Key(
        Kind.SIGNS,
        "Letters and signs that no other of the house's languages writes, such as ¿ or ß.",
        may_be_empty=True,
    ),
    "grammar": Key(
        Kind.REWRITES,
        "What a value does to the words beside it, where CLDR gives only the value: cases, elisions, ordinals.",
        may_be_empty=True,
    ),
}
