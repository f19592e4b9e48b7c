"""The one loop: order, intervals, recorders, sinks, stopping."""

import numpy as np
import pytest

from amoeboid.evidence import Parameters, catalogue
from amoeboid.process import State
from amoeboid.simulation import Simulation, advance


class Counter:
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()

    def __init__(self, name, interval, log):
        self.name, self.interval, self.log = name, interval, log

    def advance(self, state, time, dt):
        self.log.append((self.name, time, dt))


class Listener:
    def __init__(self, every):
        self.every, self.seen = every, []

    def record(self, time, state):
        self.seen.append(time)

    def checkpoint(self, time, state):
        self.seen.append(time)


def simulation(*processes):
    return Simulation(State({"clock.tick": np.zeros(1)}), processes, Parameters(catalogue()))


def test_processes_are_advanced_in_order_and_at_their_own_interval():
    log = []
    advance(simulation(Counter("slow", 120.0, log), Counter("tick", 60.0, log), Counter("fast", 30.0, log)), 120.0)
    assert log == [
        ("slow", 0.0, 120.0), ("tick", 0.0, 60.0), ("fast", 0.0, 30.0), ("fast", 30.0, 30.0),
        ("tick", 60.0, 60.0), ("fast", 60.0, 30.0), ("fast", 90.0, 30.0),
    ]  # fmt: skip


def test_recorders_see_the_start_and_every_due_time():
    listener = Listener(120.0)
    advance(simulation(), 300.0, recorders=[listener])
    assert listener.seen == [0.0, 120.0, 240.0]


def test_a_stop_ends_with_a_checkpoint_and_says_so():
    sink, asked = Listener(600.0), []
    done = advance(simulation(), 600.0, sinks=[sink], stop=lambda: asked.append(1) or len(asked) == 2)
    assert not done
    assert sink.seen == [120.0]


def test_a_continued_loop_does_not_record_its_start_twice():
    listener, built = Listener(60.0), simulation()
    advance(built, 120.0, recorders=[listener])
    advance(built, 180.0, recorders=[listener])
    assert listener.seen == [0.0, 60.0, 120.0, 180.0]


def test_a_floating_point_failure_becomes_ours():
    class Broken(Counter):
        def advance(self, state, time, dt):
            raise FloatingPointError("overflow")

    with pytest.raises(ArithmeticError, match="AMB-N01"):
        advance(simulation(Broken("broken", 60.0, [])), 60.0)
