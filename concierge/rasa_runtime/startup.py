"""What every Python of the environment does as it starts, so that the plain ``rasa`` command has it too.

A line in ``concierge-startup.pth`` calls :func:`install`. Running this module writes that file.
"""

from __future__ import annotations

import sysconfig
from pathlib import Path

PTH = "concierge-startup.pth"


def install() -> None:
    """Before numpy and Rasa are imported."""
    from concierge.rasa_runtime import blas, lazy_plotting, without_tensorflow

    blas.choose_kernel()
    without_tensorflow.install()
    lazy_plotting.install()


def write_pth(site_packages: Path | None = None) -> Path:
    """Makes every Python of the environment call :func:`install` at its start. Returns the file written."""
    target = (site_packages or Path(sysconfig.get_path("purelib"))) / PTH
    target.write_text(
        "import importlib.util as u; u.find_spec('concierge') and __import__('concierge.rasa_runtime.startup', "
        "fromlist=['install']).install()\n"
    )
    return target


if __name__ == "__main__":
    write_pth()
