"""What the assistant remembers of each conversation, as rows: tables, how events are packed, what is done at rest.

Knows no Rasa: assistants write the rows, privacy and the desk's daily work read, pack and delete them.
"""
