"""Where files are kept, and who looks at them first, as the settings say."""

from __future__ import annotations

from concierge.files.keeping import Store
from concierge.files.scanning import Scanner
from concierge.files.store import FileStore
from concierge.settings import Settings


def open_files(settings: Settings) -> Store:
    """Opens no connection yet. Raises ``ValueError`` with a sentence for an address that is none."""
    scanner = Scanner(settings.clamav) if settings.clamav else None
    if settings.files_url is not None:
        from concierge.files.s3 import S3Store  # with httpx two megabytes, which whoever has a folder need not have

        return S3Store(settings.files_url.get_secret_value(), scanner)
    return FileStore(settings.files, scanner)
