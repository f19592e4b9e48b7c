"""The pores that cells meet have the distribution that is claimed. Fixed seeds; each test would raise a false
alarm for one seed in a thousand (KS at p = 0.001)."""

import numpy as np
import pytest
from scipy.stats import kstest, norm, spearmanr

from amoeboid.tissue.matrix import PoreSearch, widest

FALSE_ALARM = 1e-3


@pytest.mark.parametrize("directions", [1.0, 6.0])
def test_the_chosen_pore_is_the_widest_of_several_normal_ones(directions):
    score, share = widest(np.arange(20_000), 5, PoreSearch(directions, 5.0, 600.0), seed=11)
    assert kstest(score, lambda z: norm.cdf(z) ** directions).pvalue > FALSE_ALARM
    assert kstest(share, "uniform").pvalue > FALSE_ALARM


def test_pores_of_one_cell_at_following_ticks_are_independent():
    search = PoreSearch(6.0, 5.0, 600.0)
    one, two = (widest(np.arange(20_000), tick, search, seed=11)[0] for tick in (5, 6))
    assert spearmanr(one, two).pvalue > FALSE_ALARM
