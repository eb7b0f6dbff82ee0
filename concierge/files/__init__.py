"""What customers and advisors send besides words: photos, recordings, papers. Told by content, without metadata."""

from concierge.files.content import LARGEST, PHOTOS_AND_PAPERS, Cleaned, NotKept, clean, portrait_of
from concierge.files.keeping import Kept, Store
from concierge.files.store import FileStore

__all__ = ["LARGEST", "PHOTOS_AND_PAPERS", "Cleaned", "FileStore", "Kept", "NotKept", "Store", "clean", "portrait_of"]
