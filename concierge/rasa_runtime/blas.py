"""Lets matrix products use the processor that is there: half of a message's understanding, most of a training.

OpenBLAS chooses its kernels by the processor's model number, and the releases inside the numpy and scipy that Rasa 3.6
allows know none made after 2022. There they fall back to kernels of the Pentium 4, at a quarter of the speed. The
kernels themselves need nothing but the instructions, which the system lists.
"""

from __future__ import annotations

import os
from pathlib import Path

CHOICE = "OPENBLAS_CORETYPE"  # OpenBLAS's own variable, read when numpy is imported
_KERNELS = (
    ("SKYLAKEX", {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"}),
    ("HASWELL", {"avx2", "fma"}),
)


def best_kernel(description: str) -> str | None:
    """OpenBLAS's name of the fastest kernels that a processor, described as in ``/proc/cpuinfo``, can run."""
    line = next((line for line in description.splitlines() if line.startswith("flags")), "")
    flags = set(line.partition(":")[2].split())
    return next((name for name, needed in _KERNELS if needed <= flags), None)


def choose_kernel(processors: Path = Path("/proc/cpuinfo")) -> None:
    """To be called before numpy is imported. A choice made already stays; without such a file OpenBLAS chooses."""
    if CHOICE in os.environ:
        return
    try:
        with processors.open(encoding="utf-8", errors="replace") as file:
            kernel = best_kernel(file.read(8192))  # the first of many alike
    except OSError:
        return
    if kernel:
        os.environ[CHOICE] = kernel
