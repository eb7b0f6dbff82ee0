"""What customers send besides words: photos, recordings, papers. Told by their content, without metadata, on disk."""

from concierge.files.content import Cleaned, NotKept, clean
from concierge.files.store import FileStore

__all__ = ["Cleaned", "FileStore", "NotKept", "clean"]
