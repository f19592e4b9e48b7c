"""Print what each benchmark says of itself: ns per cell-step, millions of cell-steps per second, and the like."""


def pytest_terminal_summary(terminalreporter, config):
    session = getattr(config, "_benchmarksession", None)
    for bench in getattr(session, "benchmarks", []):
        if bench.extra_info:
            shown = ", ".join(f"{key} {value:.4g}" for key, value in bench.extra_info.items())
            terminalreporter.write_line(f"{bench.name}: {shown}")
