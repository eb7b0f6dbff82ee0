"""What is said of a wait: from what others waited, or when somebody is here again; in every language, in sentences."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from concierge.languages.registry import complete
from concierge.queues.hours import Hours, always
from concierge.queues.outlook import Outlook, Waited, in_hours, outlook
from concierge.queues.wording import FOLDER, sentence, told
from concierge.yaml_files import read
from tests.queues.test_hours import MILAN, at

TUESDAY = "2026-12-01T15:00"


def seen(waited: list[tuple[int, int | None]], own: int = 0, hours: Hours = MILAN, moment: str = TUESDAY) -> Outlook:
    """``waited``: minutes ago that a case began, and that it was answered."""
    now = at(moment)

    def ago(minutes: int) -> datetime:
        return now - timedelta(minutes=minutes)

    cases = [Waited(ago(began), None if replied is None else ago(replied)) for began, replied in waited]
    return outlook(hours, cases, ago(own), now)


def test_the_range_is_that_of_nine_in_ten_first_answers_of_the_last_hours() -> None:
    answered = [(60, 53), (70, 58), (80, 62), (90, 59)]  # 7, 12, 18, 31 minutes
    assert seen(answered) == Outlook(least=10, most=35)
    assert seen([*answered, (600, 300)]) == Outlook(least=10, most=35), "longer ago than that it says nothing of now"


def test_too_few_answers_say_nothing() -> None:
    assert seen([(60, 53), (70, 58), (80, None)]) == Outlook()


def test_who_came_before_and_still_waits_counts_and_who_came_later_does_not() -> None:
    quick = [(60, 57), (70, 66), (80, 76)]
    assert seen(quick) == Outlook(least=0, most=5)
    assert seen([*quick, (50, None)], own=10) == Outlook(least=0, most=50)
    assert seen([*quick, (5, None)], own=10) == Outlook(least=0, most=5, longer=True)


def test_only_time_in_which_somebody_was_there_counts() -> None:
    overnight = [(15 * 60, 20)] * 3  # since 18:50 of the day before, answered at 9:30
    assert seen(overnight, moment="2026-12-02T09:50") == Outlook(least=40, most=40)


def test_nobody_is_here_until_it_opens() -> None:
    assert seen([(60, 50)] * 5, moment="2026-12-05T20:00") == Outlook(closed=True, opens=at("2026-12-07T09:00"))
    never = Hours("never", MILAN.zone, {"en": "Milan"}, ((),) * 7)
    assert outlook(never, [], at(TUESDAY), at(TUESDAY)) == Outlook(closed=True)
    assert not outlook(always(), [], at(TUESDAY), at(TUESDAY)).closed


def test_long_waits_are_told_in_hours() -> None:
    assert in_hours(Outlook(least=10, most=85)) is None
    assert in_hours(Outlook(least=10, most=130)) == (1, 3)
    assert in_hours(Outlook(least=115, most=120)) == (1, 2)


@pytest.mark.parametrize(
    ("now", "language", "said"),
    [
        ("2026-12-02T07:00", "en", "Nobody is here until 9:00 in Milan."),
        ("2026-12-01T20:00", "en", "Nobody is here until tomorrow at 9:00 in Milan."),
        ("2026-12-05T20:00", "en", "Nobody is here until Monday at 9:00 in Milan."),
        ("2026-12-05T20:00", "fr", "Il n'y a personne avant lundi à 9 h 00, heure de Milan."),
        ("2026-12-05T20:00", "it", "Non c'è nessuno prima di lunedì alle 9:00, ora di Milano."),
        ("2026-12-05T20:00", "de", "Bis Montag um 9:00 Uhr (Ortszeit Milan) ist niemand hier."),
        ("2026-12-05T20:00", "es", "No hay nadie hasta el lunes a las 9:00, hora de Milan."),
        ("2026-12-05T20:00", "ja", "Nobody is here until Monday at 9:00 in Milan."),
    ],
)
def test_when_and_where_somebody_is_here_again_is_said(now: str, language: str, said: str) -> None:
    of = outlook(MILAN, [], at(now), at(now))
    assert told(of, MILAN, language, at(now)) == f"{said} {sentence('answer_here', language)}"


def test_a_day_far_off_has_its_date() -> None:
    far = Outlook(closed=True, opens=at("2026-12-28T09:00"))
    assert told(far, MILAN, "en", at("2026-12-20T20:00")).startswith(
        "Nobody is here until 28 December at 9:00 in Milan."
    )


def test_the_wait_is_told_as_it_was() -> None:
    now = at(TUESDAY)
    assert told(Outlook(), MILAN, "en", now) == ""
    assert told(Outlook(least=5, most=20), MILAN, "en", now) == "In the last hours a first answer took 5 to 20 minutes."
    assert "up to 5 minutes" in told(Outlook(least=0, most=5), MILAN, "en", now)
    assert "1 to 3 hours" in told(Outlook(least=10, most=130), MILAN, "en", now)
    assert told(Outlook(least=5, most=20, longer=True), MILAN, "en", now) == sentence("longer", "en")


def test_every_language_has_the_same_sentences_with_the_same_places() -> None:
    def places(text: str) -> set[str]:
        return {part.split("}")[0] for part in text.split("{")[1:]}

    english = read(FOLDER / "en.yml")
    for language in complete():
        own = read(FOLDER / f"{language}.yml")
        assert own.keys() == english.keys(), language
        assert {code: places(own[code]) for code in own} == {code: places(english[code]) for code in own}, language
