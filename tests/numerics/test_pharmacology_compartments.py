"""Closed forms of exposure against integrated equations, against each other, and against what must be conserved."""

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import solve_ivp

from amoeboid.errors import NumericsError
from amoeboid.pharmacology import (
    Absorption,
    Disposition,
    Kinetics,
    Modes,
    Regimen,
    exposure,
    kinetics,
    library,
    plasma,
    summary,
    variants,
)

HOUR = 3600.0
ONE = Disposition(clearance=2.0, central=10.0)
TWO = Disposition(clearance=2.0, central=10.0, exchange=1.5, peripheral=25.0)
WAYS = {
    "at once": Absorption(),
    "first order": Absorption(rate=1.3, lag=0.4),
    "first order, slower than decline": Absorption(rate=0.03),
    "constant": Absorption(duration=3.0, zero_order_share=1.0, lag=0.2),
    "both": Absorption(rate=1.3, duration=3.0, zero_order_share=0.7, bioavailability=0.8),
    "transit": Absorption(rate=0.5, transit_rate=8.0, transit_count=4, lag=0.1),
}
DOSED = [(name, variant) for name in library() for variant in variants(name)]


def integrate(body, way, times):
    """Solve the same system as ordinary differential equations: chain, gut, plasma, tissue, eliminated."""
    n = way.transit_count
    # the chain is n steps, and the gut stands after it; without a rate there is no gut and plasma follows
    state = np.zeros(n + 4)
    first = 0 if n else (n if way.rate else n + 1)
    state[first] = way.bioavailability * (1.0 - way.zero_order_share)

    def flow(time, y):
        dy = np.zeros_like(y)
        steps = way.transit_rate * y[:n]
        dy[:n] = -steps
        dy[1 : n + 1] += steps
        gut = way.rate * y[n]
        dy[n] -= gut
        out, over, back = (
            body.clearance / body.central * y[n + 1],
            body.exchange / body.central * y[n + 1],
            body.exchange / body.peripheral * y[n + 2] if body.peripheral else 0.0,
        )
        input_rate = 0.0
        if way.zero_order_share and 0.0 <= time < way.duration:
            input_rate = way.bioavailability * way.zero_order_share / way.duration
        dy[n + 1] += gut + input_rate - out - over + back
        dy[n + 2] = over - back
        dy[n + 3] = out
        return dy

    def piece(start, end, y, at):
        return solve_ivp(flow, (start, end), y, "Radau", t_eval=at, rtol=1e-10, atol=1e-13, jac=None)

    since = times - way.lag
    cut, end = (way.duration, since[-1])
    result = np.zeros((len(times), 3))
    early, late = (since >= 0) & (since <= cut), since > cut
    y = state
    if cut:
        solved = piece(0.0, cut * (1 - 1e-12), y, None)
        y = solved.y[:, -1]
        if early.any():
            at = np.minimum(since[early], cut * (1 - 1e-12))
            result[early] = piece(0.0, cut * (1 - 1e-12), state, at).y[n + 1 :].T
    elif early.any():
        result[early] = state[n + 1 :]
    result[late] = piece(cut, end, y, since[late]).y[n + 1 :].T
    return result


@pytest.mark.parametrize("body", [ONE, TWO], ids=["one compartment", "two compartments"])
@pytest.mark.parametrize("name", WAYS)
def test_closed_forms_equal_the_integrated_equations(body, name):
    way, times = WAYS[name], np.linspace(0.05, 40.0, 60)
    wanted = integrate(body, way, times)
    for modes, column in zip((body.plasma, body.tissue, body.eliminated), wanted.T, strict=True):
        assert way.amount(modes, times) == pytest.approx(column, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize(("name", "variant"), DOSED)
def test_what_was_taken_is_in_the_gut_in_the_body_or_eliminated(name, variant):
    record = kinetics(name, variant)
    way, body, times = record.absorption, record.disposition, np.geomspace(60.0, 200 * HOUR, 300)
    parts = [way.waiting(times)] + [way.amount(modes, times) for modes in (body.plasma, body.tissue, body.eliminated)]
    assert sum(parts) == pytest.approx(np.full(300, way.bioavailability), rel=1e-10)
    assert min(part.min() for part in parts) > -1e-10


def test_a_chain_alone_is_a_gamma_density_folded_with_the_decline():
    way, time = Absorption(transit_rate=8.0, transit_count=4), 1.7
    at = np.linspace(0.0, time, 20001)
    entering = stats.gamma(4, scale=1.0 / 8.0).pdf(at)
    wanted = np.trapezoid(entering * np.exp(-ONE.rates[0] * (time - at)), at)
    assert way.amount(ONE.plasma, np.array([time]))[0] == pytest.approx(wanted, rel=1e-6)


def test_equal_rates_are_no_singularity():
    times = np.linspace(0.0, 30.0, 200)
    rate = ONE.rates[0]
    exact = Absorption(rate=rate).amount(ONE.plasma, times)
    assert exact == pytest.approx(rate * times * np.exp(-rate * times), rel=1e-12)
    near = Absorption(rate=rate * (1 + 1e-9)).amount(ONE.plasma, times)
    assert near == pytest.approx(exact, rel=1e-8)
    chain = Absorption(rate=rate, transit_rate=5.0, transit_count=3)
    either = [
        Absorption(rate=rate * f, transit_rate=5.0, transit_count=3).amount(ONE.plasma, times)
        for f in (1 - 1e-4, 1 + 1e-4)
    ]
    assert chain.amount(ONE.plasma, times) == pytest.approx(sum(either) / 2, rel=1e-5, abs=1e-9)


def test_fast_input_tends_to_a_dose_at_once():
    times = np.linspace(0.5, 30.0, 50)
    at_once = Absorption().amount(TWO.plasma, times)
    for way in (
        Absorption(rate=1e7),
        Absorption(duration=1e-6, zero_order_share=1.0),
        Absorption(rate=1e7, transit_rate=1e8, transit_count=3),
    ):
        assert way.amount(TWO.plasma, times) == pytest.approx(at_once, rel=1e-5)


def test_no_exchange_leaves_one_compartment():
    times = np.linspace(0.0, 30.0, 50)
    almost = Disposition(clearance=2.0, central=10.0, exchange=1e-9, peripheral=25.0)
    assert WAYS["first order"].amount(almost.plasma, times) == pytest.approx(
        WAYS["first order"].amount(ONE.plasma, times), rel=1e-6
    )


def test_a_chain_slower_than_the_decline_is_refused_in_four_parts():
    way = Absorption(rate=1.0, transit_rate=0.1, transit_count=3)
    with pytest.raises(NumericsError, match="transit rate") as caught:
        way.amount(ONE.plasma, np.array([1.0]))
    assert all((f.where and f.what and f.expected and f.do) for f in caught.value.faults)


@pytest.mark.parametrize(("name", "variant"), DOSED)
def test_the_area_of_a_dose_is_the_amount_over_clearance(name, variant):
    found = summary(name, 10.0, variant=variant)
    edges = np.concatenate([[0.0], np.geomspace(30.0, 60 * found.terminal_half_life, 40000)])
    curve = exposure(name, 10.0, None, edges, variant=variant)
    assert np.trapezoid(curve, edges) == pytest.approx(found.area, rel=2e-4)
    assert curve.max() <= found.peak * (1 + 1e-9)
    assert curve.max() == pytest.approx(found.peak, rel=1e-4)


def test_steady_state_follows_the_geometric_series():
    # once input is over, doses before add a factor (1 - e^-n r tau) / (1 - e^-r tau) to each exponential
    record = Kinetics("x", "", TWO, Absorption(), 1.0)
    tau, n = 6.0, 12
    times = (n - 1) * tau + np.linspace(0.0, tau, 50, endpoint=False)
    modes = TWO.plasma
    folded = Modes(
        modes.rate,
        tuple(w * -np.expm1(-n * r * tau) / -np.expm1(-r * tau) for r, w in zip(modes.rate, modes.weight, strict=True)),
    )
    wanted = record.amount(1.0) / TWO.central * Absorption().amount(folded, times - (n - 1) * tau)
    assert plasma(Regimen("x", 1.0, tau), times, record) == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("name", ["ruxolitinib", "tofacitinib", "baricitinib"])
def test_the_area_of_an_interval_at_steady_state_is_that_of_a_single_dose(name):
    tau = 24 * HOUR
    times = np.linspace(20 * tau, 21 * tau, 60001)[:-1]
    at_rest = exposure(name, 5.0, tau, times)
    assert np.mean(at_rest) * tau == pytest.approx(summary(name, 5.0).area, rel=2e-3)


def test_doses_are_counted_from_the_start_to_the_last():
    record = kinetics("tofacitinib")
    regimen = Regimen("tofacitinib", 5.0, 12 * HOUR, start=2 * HOUR, count=2)
    times = np.linspace(0.0, 60 * HOUR, 400)
    wanted = record.concentration(5.0, times - 2 * HOUR) + record.concentration(5.0, times - 14 * HOUR)
    assert plasma(regimen, times, record) == pytest.approx(wanted, rel=1e-12)
    assert plasma(regimen, [HOUR], record)[0] == 0.0
