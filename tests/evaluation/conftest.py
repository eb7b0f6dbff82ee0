from tests.dialogue.conftest import agent, model, shop  # noqa: F401 - fixtures
