"""What every server of ours needs, whatever it serves: strict HTTP, health, refusals, files, event streams, limits.

Imports no Rasa, and nothing of those who use it.
"""
