"""Philox in kernels against Philox at set-up, and against the published known answers."""

import numpy as np
import pytest

from amoeboid import seeds
from amoeboid.kernels import random, threads
from amoeboid.kernels.reference import random as twin

KEY = (7, int(seeds.Stream.POLARITY), 2, 0xC0FFEE1234567890)


def test_words_are_bit_equal_to_the_set_up_draws() -> None:
    individual = np.arange(0, 5000, dtype=np.int64)
    got, expected = np.empty((5000, 4), np.uint32), np.empty((5000, 4), np.uint32)
    threads.run_chunks(random.fill_words, 5000, individual, KEY, got)
    twin.fill_words(individual, KEY, expected)
    np.testing.assert_array_equal(got, expected)


def test_normals_agree_to_rounding() -> None:
    individual = np.arange(0, 5000, dtype=np.int64)
    got, expected = np.empty((5000, 4)), np.empty((5000, 4))
    threads.run_chunks(random.fill_normals, 5000, individual, KEY, got)
    twin.fill_normals(individual, KEY, expected)
    np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        (0, (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        (0xFFFFFFFF, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    ],
)
def test_words_equal_the_known_answers_of_random123(word: int, expected: tuple[int, ...]) -> None:
    seed = word | word << 32
    got = np.empty((1, 4), np.uint32)
    random.fill_words(0, 1, np.array([word], np.int64), (word, word, word, seed), got)
    assert tuple(int(x) for x in got[0]) == expected
    assert tuple(int(x) for x in seeds.philox(word, word, word, word, seed)) == expected
