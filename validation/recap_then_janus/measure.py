"""RECAP's subgroup and JANUS 1 replayed 4000 times: under no effect, a ratio of 0.8, and the subgroup's own."""

from amoeboid import trials


def measure() -> dict[str, float]:
    first = trials.published("trial.recap.os_hazard_ratio_crp")
    second = trials.published("trial.janus1.os_hazard_ratio")
    found = {ratio: trials.sequence(ratio, first, second) for ratio in (1.0, 0.8, 0.47)}
    for ratio, one in found.items():
        print(f"true ratio {ratio}: hope {one.hope.value:.4f}, null {one.null.value:.4f}, both {one.both.value:.4f}")
        print(f"    closed form {one.closed_form:.4f}; significant subgroup {one.significant_hope.value:.3f}")
    return {
        "both_no_effect": 100.0 * found[1.0].both.value,
        "both_0.8": 100.0 * found[0.8].both.value,
        "hope_no_effect": 100.0 * found[1.0].hope.value,
        "null_0.8": 100.0 * found[0.8].null.value,
        "null_0.47": 100.0 * found[0.47].null.value,
    }
