"""How customers reach the assistant: the website, REST; what channels share, and the worker that takes each turn."""
