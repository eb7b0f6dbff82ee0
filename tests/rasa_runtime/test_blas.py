"""numpy and scipy multiply with the kernels that the processor can run, unless somebody chose others."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from concierge.rasa_runtime.blas import CHOICE, best_kernel

FIRST = "processor\t: 0\nvendor_id\t: GenuineIntel\n"
WIDE = "avx512f avx512dq avx512cd avx512bw avx512vl"
PROCESSORS = Path("/proc/cpuinfo")
BEST = best_kernel(PROCESSORS.read_text("utf-8", "replace")) if PROCESSORS.exists() else None
KERNELS = (
    "import numpy, scipy.linalg, threadpoolctl; "
    "print(*{library['architecture'].upper() for library in threadpoolctl.threadpool_info()})"
)


@pytest.mark.parametrize(
    ("flags", "kernel"),
    [
        (f"fpu sse2 fma avx avx2 {WIDE}", "SKYLAKEX"),
        ("fpu sse2 fma avx avx2 avx512f", "HASWELL"),  # not all that those kernels need
        ("fpu sse2 avx", None),
    ],
)
def test_the_kernel_follows_from_the_instructions(flags, kernel):
    assert best_kernel(f"{FIRST}flags\t\t: {flags}\n\n{FIRST}") == kernel


def test_another_kind_of_processor_is_left_to_openblas():
    assert best_kernel("processor\t: 0\nFeatures\t: fp asimd\n") is None


def _loaded(**environment: str) -> str:
    kept = {name: value for name, value in os.environ.items() if name != CHOICE}
    command = [sys.executable, "-W", "ignore", "-c", KERNELS]
    return subprocess.run(
        command, env={**kept, **environment}, capture_output=True, text=True, check=True, timeout=60
    ).stdout.strip()


@pytest.mark.skipif(BEST is None, reason="OpenBLAS chooses for itself on this processor")
def test_every_python_of_the_environment_has_the_chosen_kernels():
    assert _loaded() == BEST  # whoever runs the tests may have chosen others for themselves


@pytest.mark.skipif(BEST is None, reason="OpenBLAS chooses for itself on this processor")
def test_a_choice_made_already_stays():
    assert _loaded(**{CHOICE: "NEHALEM"}) == "NEHALEM"
