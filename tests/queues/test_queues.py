"""Which queue a case goes to by what ships, and what is said of a file that cannot be used."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from concierge.queues.commands import queues_command
from concierge.queues.model import Matter
from concierge.queues.reader import FILE, BadQueues, read

BAG = {"topic": "repair_item", "value": "2950.00", "currency": "EUR"}


@pytest.mark.parametrize(
    ("matter", "queue"),
    [
        (Matter("injury", "en"), "safety"),
        (Matter("complaint", "fr"), "complaints"),
        (Matter("customer_asked", "en", brief=BAG), "repairs"),
        (Matter("customer_asked", "en", brief={**BAG, "value": "3000"}), "vip"),
        (Matter("customer_asked", "en", brief={**BAG, "value": "299000", "currency": "JPY"}), "repairs"),
        (Matter("customer_asked", "en", brief={**BAG, "value": "odd"}), "repairs"),
        (Matter("customer_asked", "it", brief={"topic": "return_item/how"}), "returns"),
        (Matter("return_to_register", "en"), "returns"),
        (Matter("customer_asked", "en", brief={"topic": "payment_methods"}), "payments"),
        (Matter("customer_asked", "it"), "italian"),
        (Matter("customer_asked", "de"), "client_service"),
        (Matter("something_new", "en"), "client_service"),
    ],
)
def test_a_case_goes_where_it_belongs(matter: Matter, queue: str) -> None:
    assert read(FILE).of(matter).code == queue


def test_a_queue_asks_for_a_priority_at_least_and_an_old_one_is_the_last() -> None:
    found = read(FILE)
    assert found.get("vip").at_least("normal") == "high"
    assert found.get("vip").at_least("urgent") == "urgent"
    assert found.get("EU").code == "client_service"
    assert found.get("vip").first_reply["urgent"] == timedelta(minutes=5)


RIGHT = """
hours: {milan: {time_zone: Europe/Rome, city: {en: Milan}, week: {monday: 9:00-19:00}}}
queues: {all: {title: All, hours: milan, first_reply: {urgent: 5, high: 10, normal: 20}}}
"""


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("Europe/Rome", "Europe/Rom", "hours.milan.time_zone: write a time zone's name"),
        ("en: Milan", "it: Milano", "hours.milan.city: write the city in “en”"),
        ("monday", "mondays", "hours.milan.week: mondays is no day"),
        ("9:00-19:00", "9-19", "9-19 is no span of time: write 9:00-19:00"),
        ("9:00-19:00", "9:00-25:00", "9:00-25:00 is no span of time"),
        ("hours: milan", "hours: paris", "queues.all.hours: there are no hours paris: write one of milan"),
        ("normal: 20", "normal: 0", "write minutes, more than nought, for each of urgent, high, normal"),
        ("title: All", "title: All, skill: x", "queues.all.skill: extra fields not permitted"),
        ("title: All", "title: All, takes: {languages: [it]}", "the last queue, and no other, takes everything"),
        ("{all:", "{First Queue:", "a queue's name is of small letters"),
        ("queues:", "queue:", "queues: field required"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    file = tmp_path / "queues.yml"
    assert right in RIGHT
    file.write_text(RIGHT.replace(right, wrong))
    with pytest.raises(BadQueues) as problem:
        read(file)
    assert said in str(problem.value)
    refused = CliRunner().invoke(queues_command, ["check", str(file)])
    assert (refused.exit_code, said in refused.output) == (1, True)


def test_the_command_tells_how_the_queues_stand(tmp_path: Path) -> None:
    shown = CliRunner().invoke(queues_command, ["check", str(FILE)])
    assert [line.split()[0] for line in shown.output.splitlines()] == [queue.code for queue in read(FILE).all]
    unknown = tmp_path / "queues.yml"
    unknown.write_text(RIGHT.replace("hours: milan", "takes: {groups: [nothing], topics: [no_such]}"))
    said = CliRunner().invoke(queues_command, ["check", str(unknown)]).output
    assert "there is no group nothing" in said
    assert "there is no intent no_such" in said
