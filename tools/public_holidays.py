"""Writes the public holidays of the countries that the house's queues name: see ``concierge.queues.public_holidays``.

    python -m tools.public_holidays

Anew when a queue names another country, when the library is another one, or when a test says so.
"""

from __future__ import annotations

from datetime import date, datetime, timezone

from concierge import yaml_files
from concierge.policy import dates
from concierge.queues import public_holidays, reader

YEARS = 12
_HEAD = """\
# Days on which the house's queues are closed, as the library `holidays` has them. Not to be written by hand:
# python -m tools.public_holidays
"""


def countries() -> list[str]:
    hours = yaml_files.read(reader.FILE)["hours"].values()
    return sorted({each["holidays"] for each in hours if each.get("holidays")})


def known(country: str, years: range) -> dict[int, list[date]]:
    return {year: sorted(dates.public_holidays(country, year) or ()) for year in years}


def main() -> None:
    this = datetime.now(timezone.utc).year
    lines = [_HEAD]
    for country in countries():
        lines.append(f"{country}:\n")
        for year, days in known(country, range(this - 1, this - 1 + YEARS)).items():
            lines.append(f"  {year}: [{', '.join(map(str, days))}]\n")
    public_holidays.FILE.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
