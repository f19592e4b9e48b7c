"""Slow, readable twins of the kernels in NumPy: what the kernels are held equal to."""
