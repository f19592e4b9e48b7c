"""Molecule by molecule: what amounts mean, when events happen, and what a course does not depend on."""

import numpy as np
import pytest

from amoeboid.formats.sbml import read_antimony
from amoeboid.kernels import threads
from amoeboid.signalling import stochastic
from amoeboid.signalling.from_sbml import from_sbml
from amoeboid.signalling.network import Network

CYCLE = (
    "compartment V = 1; substanceOnly species A in V, B in V; A = 60; B = 0;"
    "J: A => B; 0.3*A; K: B => A; 0.1*B; L: 2 A => B; 0.01*A*(A - 1);"
    "full: at (B > 30): B = 0, A = 60; later: at 2 after (time >= 3): A = A + 10;"
)


def network_of(text: str) -> Network:
    return from_sbml(read_antimony(f"model m()\n{text}\nend\n"))


def counts(text: str, times: list[float], n_cells: int = 40, seed: int = 1) -> stochastic.Course:
    return stochastic.simulate(network_of(text), times, n_cells, seed)


def test_an_amount_a_concentration_and_a_volume_say_the_same() -> None:
    law = "compartment V = {size}; {kind} A in V, B in V; A = {start}; B = 0; J: A => B; {law}; k = 0.2;"
    amounts = law.format(size=1, kind="substanceOnly species", start=20, law="k*A")
    in_volume = law.format(size=4, kind="species", start=5, law="k*A*V")
    amounts_in_volume = law.format(size=4, kind="substanceOnly species", start=20, law="k*A")
    times = [0.0, 1.0, 3.0, 9.0]
    expected = counts(amounts, times).counts
    assert expected[0, 0].tolist() == [20.0] * 40
    assert counts(in_volume, times).counts.tobytes() == expected.tobytes()
    assert counts(amounts_in_volume, times).counts.tobytes() == expected.tobytes()


def test_a_net_rate_does_what_two_reactions_do() -> None:
    begin = "compartment V = 1; substanceOnly species A in V, B in V, C in V; A = 30; B = 20; C = 5;"
    net = counts(begin + "J: A + B -> C; 0.01*A*B - 0.2*C;", [1.0, 5.0]).counts
    two = counts(begin + "J: A + B => C; 0.01*A*B; K: C => A + B; 0.2*C;", [1.0, 5.0]).counts
    assert net.tobytes() == two.tobytes()
    assert net[2].std() > 0.0


def test_boundary_species_stay_and_rules_follow() -> None:
    text = (
        "compartment V = 1; substanceOnly species $S in V, A in V, T in V; S = 7; A = 0; T := 2*A + 1;"
        "J: S => A; 0.5*S; K: A => ; 0.1*(T - 1);"
    )
    found = counts(text.replace("K: A => ; 0.1*(T - 1);", "K: A => ; 0.1*(T - 1);"), [0.0, 4.0])
    assert (found.quantity("S") == 7.0).all()
    np.testing.assert_array_equal(found.quantity("T"), 2.0 * found.quantity("A") + 1.0)
    assert found.quantity("A")[1].mean() == pytest.approx(7 * 0.5 / 0.2 * (1.0 - np.exp(-0.8)), rel=0.2)


def test_events_at_a_time_happen_then_and_show_there() -> None:
    base = "compartment V = 1; substanceOnly species A in V; A = 5; J: A => A; A; "
    times = [1.5, 2.0, 2.5, 3.5, 4.5]
    at = counts(base + "E: at (time >= 2): A = 9;", times).quantity("A")
    after = counts(base + "E: at (time > 2): A = 9;", times).quantity("A")
    late = counts(base + "E: at 2 after (time >= 2): A = 9;", times).quantity("A")
    assert at[:, 0].tolist() == [5.0, 9.0, 9.0, 9.0, 9.0]
    assert after[:, 0].tolist() == [5.0, 5.0, 9.0, 9.0, 9.0]
    assert late[:, 0].tolist() == [5.0, 5.0, 5.0, 5.0, 9.0]
    assert (at == at[:, :1]).all()


def test_an_event_at_the_start_and_one_called_by_another_happen_at_once() -> None:
    text = (
        "compartment V = 1; substanceOnly species A in V, B in V; A = 5; B = 0; J: A => A; A;"
        "E: at (time >= 0), t0 = false: A = 3; F: at (A < 4), t0 = true: B = 8;"
    )
    found = counts(text, [0.0, 1.0])
    assert found.quantity("A").tolist() == [[3.0] * 40] * 2
    assert found.quantity("B").tolist() == [[8.0] * 40] * 2


def test_an_event_on_amounts_happens_right_after_the_reaction() -> None:
    text = (
        "compartment V = 1; substanceOnly species A in V, N in V; A = 0; N = 0; J: => A; 3;"
        "E: at (A >= 4): A = 0, N = N + 1;"
    )
    found = counts(text, np.linspace(0.0, 20.0, 81).tolist())
    assert found.quantity("A").max() == 3.0
    made = 4.0 * found.quantity("N")[-1] + found.quantity("A")[-1]
    assert made.mean() == pytest.approx(60.0, abs=4.2 * np.sqrt(60.0 / 40.0))  # 3e-5


def test_a_rate_that_jumps_with_time_is_exact() -> None:
    text = "compartment V = 1; substanceOnly species A in V; A = 0; J: => A; piecewise(0, time < 5, 1000, time < 6, 0);"
    found = counts(text, [4.999, 5.5, 6.0, 9.0]).quantity("A")
    assert found[0].max() == 0.0
    assert found[1].mean() == pytest.approx(500.0, abs=4.2 * np.sqrt(500.0 / 40.0))
    assert (found[3] == found[2]).all()


def test_the_course_does_not_depend_on_the_times_of_the_output() -> None:
    few = counts(CYCLE, [2.0, 12.0]).counts
    many = counts(CYCLE, np.linspace(0.0, 12.0, 121).tolist()).counts
    assert few.tobytes() == np.ascontiguousarray(many[:, [20, 120]]).tobytes()
    assert few[0].std() > 0.0


@pytest.mark.parametrize("method", ["exact", "tau"])
def test_the_course_does_not_depend_on_threads_or_on_other_cells(method: str) -> None:
    network, before = network_of(CYCLE), threads.threads()
    try:
        threads.set_threads(2)
        whole = stochastic.simulate(network, [5.0, 9.0], 50, 3, method).counts
        threads.set_threads(1)
        parts = [
            stochastic.simulate(network, [5.0, 9.0], n, 3, method, first=first) for first, n in ((0, 17), (17, 33))
        ]
    finally:
        threads.set_threads(before)
    assert whole.tobytes() == np.concatenate([part.counts for part in parts], axis=2).tobytes()


def test_a_run_that_goes_on_from_what_was_kept_is_the_same_to_the_byte() -> None:
    ready, feeds = stochastic.model(network_of(CYCLE)), np.ones((0, 30))
    whole, parts = stochastic.begin(ready, feeds), stochastic.begin(ready, feeds)
    stochastic.advance(ready, whole, feeds, 5, 11.0)
    for end in (0.7, 3.5, 4.9, 5.0, 11.0):
        stochastic.advance(ready, parts, feeds, 5, end)
    for name in ("counts", "clock", "draws", "truth"):
        assert getattr(whole, name).tobytes() == getattr(parts, name).tobytes(), name
    assert whole.events is not None
    assert parts.events is not None
    assert whole.events.trigger.tobytes() == parts.events.trigger.tobytes()


def test_other_seeds_and_other_cells_have_other_courses() -> None:
    found = counts(CYCLE, [9.0], 40, 1).counts
    assert not np.array_equal(found, counts(CYCLE, [9.0], 40, 2).counts)
    assert len(np.unique(found[0, 0])) > 5


def test_a_large_network_without_code_for_each_reaction_has_the_same_course(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = counts(CYCLE, [2.0, 9.0]).counts
    monkeypatch.setattr("amoeboid.signalling.jumps._LARGEST", 0)
    assert counts(CYCLE, [2.0, 9.0]).counts.tobytes() == expected.tobytes()
