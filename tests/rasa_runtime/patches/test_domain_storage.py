"""The domain that is kept is the one that was trained with, for Rasa's own way of reading it, too."""

from contextlib import contextmanager

import pytest
from rasa.graph_components.providers.domain_provider import DomainProvider
from rasa.shared.core.domain import Domain

from concierge.rasa_runtime.patches import install
from concierge.rasa_runtime.patches.domain_storage import FILE
from concierge.settings import ROOT


class Storage:
    def __init__(self, folder):
        self.folder = folder

    @contextmanager
    def read_from(self, resource):
        yield self.folder

    write_to = read_from


@pytest.fixture(scope="module")
def domain():
    """Ours, with replies in several languages, of several lines, with quotation marks and braces."""
    install()
    return Domain.load([str(ROOT / "domain.yml"), str(ROOT / "data" / "small_talk" / "replies.yml")])


def read(folder):
    return DomainProvider.load({}, Storage(folder), None, None).provide_inference().as_dict()


def test_the_same_domain(domain, tmp_path):
    DomainProvider(Storage(tmp_path), None)._persist(domain)
    assert read(tmp_path) == domain.as_dict()
    assert Domain.from_path(tmp_path).as_dict() == domain.as_dict(), "as Rasa reads it"


def test_a_domain_that_rasa_kept(domain, tmp_path):
    domain.persist(tmp_path / FILE)
    assert read(tmp_path) == Domain.from_path(tmp_path).as_dict()
