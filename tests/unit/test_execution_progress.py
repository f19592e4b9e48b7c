"""Progress: what is left is judged by what was gained, and a file gets ten lines, not a thousand."""

import io

from amoeboid.execution import shown
from amoeboid.execution.progress import Tally, in_words


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_what_was_done_before_does_not_count_as_speed():
    now = [0.0]
    tally = Tally(now=lambda: now[0])
    for member, time in (("a", 100.0), ("b", 50.0), ("c", 0.0)):
        tally.add(member, time, 100.0)
    assert tally.left is None
    now[0] = 10.0
    tally.add("b", 75.0, 100.0)
    assert tally.share == 1.75 / 3.0
    assert tally.left == 10.0 * 1.25 / 0.25
    assert (tally.n_finished, tally.n_members) == (1, 3)


def test_a_file_gets_one_line_for_each_tenth():
    stream = io.StringIO()
    with shown(stream) as told:
        for time in range(0, 1001):
            told("a/r0", float(time), 1000.0)
    lines = stream.getvalue().splitlines()
    assert [line.split(" %")[0] for line in lines] == [str(n) for n in range(10, 101, 10)]


def test_a_terminal_gets_a_bar_with_members_and_time_left():
    stream = _Terminal()
    with shown(stream) as told:
        told("a/r0", 0.0, 1000.0)
        told("a/r0", 1000.0, 1000.0)
        told("b/r0", 0.0, 1000.0)
    assert "simulations" in stream.getvalue()


def test_spans_of_time_are_given_in_words():
    assert [in_words(t) for t in (None, 12.4, 3599.0, 86400.0)] == ["unknown", "12 s", "59 min 59 s", "24 h 0 min"]
