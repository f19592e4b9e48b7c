"""T7: the absorbing chain of the circulation, against cells followed one by one and against hand."""

import numpy as np
import pytest

from amoeboid.body import Circulation, circulation

LOST = 1.0  # the share that dies or is caught, together


def followed(graph, source, n, seed):
    """Follow cells of one class from bed to bed; count where they are caught, and the dead in the last place."""
    draw = np.random.default_rng(seed)
    caught = np.zeros(len(graph.beds) + 1, dtype=np.int64)
    bed = np.full(n, graph.index(source))
    cumulative = np.cumsum(graph.drain, axis=1)
    while bed.size:
        bed = (draw.random(bed.size)[:, None] > cumulative[bed]).sum(axis=1)
        u = draw.random(bed.size)
        stays, dies = graph.arrest[0, bed], graph.death[0, bed]
        np.add.at(caught, bed[u < stays], 1)
        caught[-1] += int(((u >= stays) & (u < stays + dies)).sum())
        bed = bed[u >= stays + dies]
    return caught


@pytest.mark.parametrize("source", ["skin", "pancreas", "lung"])
def test_the_chain_gives_the_shares_of_cells_followed_one_by_one(source):
    # 400,000 cells: the standard error of a share is below 0.0008; a chi-square at 1e-4 is a false alarm of 1 in 10,000
    graph, n = circulation(), 400_000
    shares = np.append(graph.caught(source)[0], 1.0 - graph.caught(source)[0].sum())
    found = followed(graph, source, n, seed=11)
    from scipy.stats import chi2

    statistic = float((((found - n * shares) ** 2) / (n * shares)).sum())
    assert statistic < chi2.ppf(1.0 - 1e-4, len(shares) - 1)


def test_three_beds_by_hand():
    # left heart sends a to b and c by 1/4 and 3/4; both drain to a; every bed catches 1/2 and kills 1/10
    drain = np.array([[0.0, 0.25, 0.75], [1.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
    graph = Circulation(("a", "b", "c"), drain, np.full((2, 3), 0.5), np.full((2, 3), 0.1))
    # from b: into a, caught 0.5, passes 0.4; then b or c; round again with 0.4 * 0.4 = 0.16 of the cells
    rounds = 1.0 / (1.0 - 0.16)
    assert np.allclose(graph.caught("b")[0], [0.5 * rounds, 0.4 * 0.25 * 0.5 * rounds, 0.4 * 0.75 * 0.5 * rounds])
    # from a: first into b or c
    assert np.allclose(graph.caught("a")[1], [0.4 * 0.5 * rounds, 0.25 * 0.5 * rounds, 0.75 * 0.5 * rounds])


def test_all_cells_are_caught_or_die():
    graph = circulation()
    caught = graph.caught_from()
    passing = 1.0 - graph.arrest - graph.death
    visits = graph.drain @ np.linalg.inv(np.eye(len(graph.beds)) - passing[:, :, None] * graph.drain)
    dead = (visits * graph.death[:, None, :]).sum(axis=-1)
    assert caught.min() >= 0.0
    assert np.allclose(caught.sum(axis=-1) + dead, LOST, rtol=0.0, atol=1e-12)


def test_without_passing_portal_blood_stops_in_the_liver_and_all_other_in_the_lung():
    graph = circulation()
    whole = Circulation(graph.beds, graph.drain, np.ones_like(graph.arrest), np.zeros_like(graph.death))
    for source, first in (("pancreas", "liver"), ("large_intestine", "liver"), ("liver", "lung"), ("kidney", "lung")):
        assert whole.caught(source)[0, whole.index(first)] == 1.0
    # a tumour of the lung sends cells to the left heart: they stop by share of cardiac output, and none in the lung
    from_lung = whole.caught("lung")[0]
    assert from_lung[whole.index("lung")] == 0.0
    assert np.allclose(from_lung, whole.drain[whole.index("lung")])
    # and so does blood of the bronchi, which joins that of the lung
    assert np.array_equal(whole.caught("bronchial"), whole.caught("lung"))


def test_a_portal_source_catches_as_a_caval_one_behind_the_liver():
    # what passes the liver goes on as from any caval bed: one bed more, and no other difference
    graph = circulation()
    liver = graph.index("liver")
    stays, dies = graph.arrest[:, liver], graph.death[:, liver]
    rest = graph.caught("kidney") * (1.0 - stays - dies)[:, None]
    rest[:, liver] += stays
    assert np.allclose(graph.caught("pancreas"), rest, rtol=1e-12)


def test_cells_that_pass_almost_always_are_caught_by_share_of_flow():
    # with little loss a cell meets the lung once a round and the others by their share: lung 1, kidney 0.19, ...
    graph = circulation()
    few = Circulation(graph.beds, graph.drain, np.full_like(graph.arrest, 1e-6), np.zeros_like(graph.death))
    caught = few.caught("skin")[0]
    assert caught[few.index("kidney")] / caught[few.index("brain")] == pytest.approx(0.19 / 0.12, rel=1e-4)
    assert caught[few.index("liver")] / caught[few.index("brain")] == pytest.approx(0.255 / 0.12, rel=1e-4)


def test_patients_side_by_side_have_each_their_own_chain():
    graph = circulation()
    scale = np.array([0.5, 1.0])[:, None, None]
    both = Circulation(graph.beds, graph.drain, graph.arrest * scale, graph.death * scale)
    assert both.caught("skin").shape == (2, 2, len(graph.beds))
    assert np.array_equal(both.caught("skin")[1], graph.caught("skin"))
    # half the loss: more cells come round to where there is little blood
    assert both.caught("skin")[0, 0, both.index("lung")] < graph.caught("skin")[0, graph.index("lung")]
