"""The served assistant holds no library that it never uses, and says what to do when one is needed after all."""

import subprocess
import sys

from concierge import lean

SERVED = """
import sys
from concierge import lean
assert lean.install(["concierge.channels.website.WebsiteChannel"])
import rasa.core.run, rasa.core.agent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
import rasa.engine.recipes.default_components
import matplotlib, twilio.rest
assert not getattr(matplotlib, "__file__", None)
try:
    twilio.rest.Client("a", "b")
except lean.LeftOut as said:
    assert "CONCIERGE_LEAN=false" in str(said)
else:
    raise AssertionError("a stand-in worked")
"""


def test_rasa_starts_with_stand_ins_and_using_one_is_explained():
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SERVED], capture_output=True, text=True, timeout=100, check=False
    )
    assert result.returncode == 0, result.stderr[-2000:]


def test_a_connector_of_rasa_s_own_keeps_the_real_libraries():
    before = list(sys.meta_path)
    assert lean.install(["telegram", "concierge.channels.website.WebsiteChannel"]) is False
    assert sys.meta_path == before


def test_what_is_loaded_already_is_left_alone(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn", sys)
    before = list(sys.meta_path)
    assert lean.install([]) is False
    assert sys.meta_path == before
