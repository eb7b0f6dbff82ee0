"""The dialogue's actions, as Rasa calls them. The SDK imports every module here: none may do work when imported."""
