"""Compiled pure functions over arrays: arrays and scalars in, results into given arrays, status codes out.

Each module has a plain NumPy twin of the same name in `amoeboid.kernels.reference`. A range kernel has the
signature ``kernel(low, high, *arrays)`` and is called over fixed chunks by `run_chunks`. Use the modules as
``from amoeboid.kernels import threads, motion``.
"""
