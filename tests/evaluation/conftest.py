from tests.dialogue.conftest import agent, model, shop, stocked  # noqa: F401 - fixtures
