"""The domain read once is the domain that Rasa reads four times."""

from contextlib import contextmanager

from rasa.graph_components.providers.domain_provider import DomainProvider
from rasa.shared.core.domain import Domain

from concierge.rasa_runtime import install
from concierge.settings import ROOT


def test_the_same_domain(tmp_path):
    Domain.load(str(ROOT / "domain.yml")).persist(tmp_path / "domain.yml")

    class Storage:
        @contextmanager
        def read_from(self, resource):
            yield tmp_path

    install()
    loaded = DomainProvider.load({}, Storage(), None, None)
    assert loaded.provide_inference().as_dict() == Domain.from_path(tmp_path).as_dict()


def test_an_empty_domain_is_known():
    install()
    assert Domain.empty().is_empty()
    assert not Domain.from_dict({"intents": ["greet"]}).is_empty()
