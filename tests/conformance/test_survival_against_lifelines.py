"""Survival statistics against lifelines and scikit-survival on their own data, to 1e-6, with ties."""

import numpy as np
import pytest

lifelines = pytest.importorskip("lifelines", reason="needs lifelines")
datasets = pytest.importorskip("lifelines.datasets")
statistics = pytest.importorskip("lifelines.statistics")

from amoeboid.measures.survival import (  # noqa: E402
    Weight,
    aalen_johansen,
    concordance,
    cox,
    hazard_ratio_many,
    kaplan_meier,
    log_rank,
    log_rank_many,
    nelson_aalen,
    proportionality,
    restricted_mean,
    restricted_mean_many,
    survival_many,
    turnbull,
)

pytestmark = pytest.mark.filterwarnings("ignore")


def rossi():
    rows = datasets.load_rossi()
    return rows["week"].to_numpy(float), rows["arrest"].to_numpy() == 1, rows.drop(columns=["week", "arrest"])


def lung():
    rows = datasets.load_lung()[["time", "status", "age", "sex", "ph.ecog"]].dropna()
    return rows["time"].to_numpy(float), rows["status"].to_numpy() == 1, rows[["age", "sex", "ph.ecog"]]


def gbsg2():
    rows = datasets.load_gbsg2()
    rows["horTh"] = (rows["horTh"] == "yes").astype(float)
    return (
        rows["time"].to_numpy(float),
        rows["cens"].to_numpy() == 1,
        rows[["horTh", "age", "tsize", "pnodes", "estrec"]],
    )


def leukemia():
    rows = datasets.load_leukemia()
    return rows["t"].to_numpy(float), rows["status"].to_numpy() == 1, rows[["Rx", "sex", "logWBC"]]


def waltons():
    rows = datasets.load_waltons()
    rows["miR"] = (rows["group"] == "miR-137").astype(float)
    return rows["T"].to_numpy(float), rows["E"].to_numpy() == 1, rows[["miR"]]


DATA = {function.__name__: function for function in (rossi, lung, gbsg2, leukemia, waltons)}
GROUP = {"rossi": "fin", "lung": "sex", "gbsg2": "horTh", "leukemia": "Rx", "waltons": "miR"}


def two_arms(name):
    time, event, rows = DATA[name]()
    group = rows[GROUP[name]].to_numpy()
    return time, event, group == group.max()


@pytest.mark.parametrize("name", DATA)
def test_kaplan_meier_and_its_interval_equal_lifelines(name):
    time, event, _ = DATA[name]()
    curve, theirs = kaplan_meier(time, event), lifelines.KaplanMeierFitter().fit(time, event)
    assert np.unique(time[event]).size < event.sum()  # there are ties
    assert curve.survival == pytest.approx(theirs.predict(curve.time).to_numpy(), abs=1e-9)
    inside = curve.survival > 0
    band = theirs.confidence_interval_.loc[curve.time].to_numpy()
    assert curve.low[inside] == pytest.approx(band[inside, 0], abs=1e-9)
    assert curve.high[inside] == pytest.approx(band[inside, 1], abs=1e-9)
    days = np.unique(time)
    assert curve.n_at_risk(days).tolist() == theirs.event_table.loc[days, "at_risk"].tolist()


@pytest.mark.parametrize("name", DATA)
def test_median_and_its_interval_equal_lifelines(name):
    time, event, _ = DATA[name]()
    theirs = lifelines.KaplanMeierFitter().fit(time, event)
    band = lifelines.utils.median_survival_times(theirs.confidence_interval_).to_numpy()[0]
    median = kaplan_meier(time, event).median
    assert (median.value, median.low, median.high) == (theirs.median_survival_time_, *band)


@pytest.mark.parametrize("name", DATA)
def test_cumulative_hazard_equals_lifelines(name):
    time, event, _ = DATA[name]()
    theirs = lifelines.NelsonAalenFitter(nelson_aalen_smoothing=False).fit(time, event)
    curve = nelson_aalen(time, event)
    assert curve.hazard == pytest.approx(theirs.cumulative_hazard_.loc[curve.time].to_numpy()[:, 0], abs=1e-9)


@pytest.mark.parametrize("name", DATA)
def test_log_rank_equals_lifelines_alone_and_among_many(name):
    time, event, treated = two_arms(name)
    theirs = statistics.logrank_test(time[treated], time[~treated], event[treated], event[~treated])
    ours = log_rank(time, event, treated)
    assert ours.statistic == pytest.approx(theirs.test_statistic, rel=1e-9)
    assert ours.p == pytest.approx(theirs.p_value, rel=1e-9)
    shuffled = np.random.default_rng(1).permutation(time.size)
    order = np.stack([np.arange(time.size), shuffled])
    many = log_rank_many(time[order], event[order], treated[order])
    assert many.z == pytest.approx([ours.z] * 2, rel=1e-9)
    assert many.p == pytest.approx([ours.p] * 2, rel=1e-9)


def test_log_rank_of_several_groups_and_with_weights_equals_lifelines():
    time, event, rows = lung()
    theirs = statistics.multivariate_logrank_test(time, rows["ph.ecog"], event)
    ours = log_rank(time, event, rows["ph.ecog"])
    assert (ours.statistic, ours.freedom) == (pytest.approx(theirs.test_statistic, rel=1e-8), theirs.degrees_of_freedom)
    late = statistics.logrank_test(*_halves(time, event, rows["sex"] == 2), weightings="fleming-harrington", p=0, q=1)
    early = statistics.logrank_test(*_halves(time, event, rows["sex"] == 2), weightings="fleming-harrington", p=1, q=0)
    for weight, other in ((Weight(0.0, 1.0), late), (Weight(1.0, 0.0), early)):
        assert log_rank(time, event, rows["sex"], weight=weight).statistic == pytest.approx(
            other.test_statistic, rel=1e-6
        )


def _halves(time, event, treated):
    return time[treated], time[~treated], event[treated], event[~treated]


@pytest.mark.parametrize("name", DATA)
def test_cox_with_ties_equals_lifelines(name):
    time, event, rows = DATA[name]()
    theirs = lifelines.CoxPHFitter()
    theirs.fit(rows.assign(T_=time, E_=event), "T_", "E_", fit_options={"precision": 1e-12})
    ours = cox(time, event, rows.to_numpy(float))
    assert ours.coefficient == pytest.approx(theirs.params_.to_numpy(), abs=1e-6)
    assert ours.standard_error == pytest.approx(theirs.standard_errors_.to_numpy(), abs=1e-6)
    assert ours.log_likelihood == pytest.approx(theirs.log_likelihood_, abs=1e-6)
    assert ours.likelihood_ratio_p == pytest.approx(theirs.log_likelihood_ratio_test().p_value, rel=1e-6)
    band = np.exp(theirs.confidence_intervals_.to_numpy())
    found = [ours.hazard_ratio(k) for k in range(rows.shape[1])]
    assert np.array([[ratio.low, ratio.high] for ratio in found]) == pytest.approx(band, rel=1e-6)


@pytest.mark.parametrize("name", DATA)
def test_cox_of_many_trials_equals_cox_of_one(name):
    time, event, treated = two_arms(name)
    one = cox(time, event, treated)
    many = hazard_ratio_many(np.stack([time, time]), np.stack([event, event]), np.stack([treated, ~treated]))
    assert many.log_hazard_ratio == pytest.approx([one.coefficient[0], -one.coefficient[0]], abs=1e-9)
    assert many.standard_error == pytest.approx([one.standard_error[0]] * 2, abs=1e-9)
    assert many.interval()[1][0] == pytest.approx(one.hazard_ratio().low, rel=1e-9)


def test_stratified_cox_equals_lifelines():
    time, event, rows = rossi()
    theirs = lifelines.CoxPHFitter()
    theirs.fit(rows.assign(T_=time, E_=event), "T_", "E_", strata=["race", "wexp"], fit_options={"precision": 1e-12})
    left = rows.drop(columns=["race", "wexp"])
    ours = cox(time, event, left.to_numpy(float), strata=2 * rows["race"] + rows["wexp"])
    assert ours.coefficient == pytest.approx(theirs.params_.to_numpy(), abs=1e-6)
    assert ours.standard_error == pytest.approx(theirs.standard_errors_.to_numpy(), abs=1e-6)


def test_late_entry_equals_lifelines():
    # entries between the ties: at an entry on the day of an event lifelines counts the new patient, R and we do not
    time, event, rows = rossi()
    entry = np.floor(time * np.random.default_rng(4).uniform(0, 0.9, time.size)) - 0.5
    theirs = lifelines.CoxPHFitter()
    data = rows[["fin", "age"]].assign(T_=time, E_=event, entry=entry)
    theirs.fit(data, "T_", "E_", entry_col="entry", fit_options={"precision": 1e-12})
    ours = cox(time, event, rows[["fin", "age"]].to_numpy(float), entry=entry)
    assert ours.coefficient == pytest.approx(theirs.params_.to_numpy(), abs=1e-6)
    assert ours.standard_error == pytest.approx(theirs.standard_errors_.to_numpy(), abs=1e-6)
    curve, other = kaplan_meier(time, event, entry), lifelines.KaplanMeierFitter().fit(time, event, entry=entry)
    assert curve.survival == pytest.approx(other.predict(curve.time).to_numpy(), abs=1e-9)


def test_robust_errors_equal_lifelines_where_nothing_ties():
    # lifelines' score residuals leave ties out of account (its source says so): so ties are broken here
    time, event, rows = rossi()
    time = time + np.random.default_rng(2).uniform(0, 0.5, time.size)
    theirs = lifelines.CoxPHFitter()
    theirs.fit(rows.assign(T_=time, E_=event), "T_", "E_", robust=True, fit_options={"precision": 1e-12})
    found = cox(time, event, rows.to_numpy(float), cluster=np.arange(time.size))
    assert found.standard_error == pytest.approx(theirs.standard_errors_.to_numpy(), abs=1e-6)
    pairs = np.arange(time.size) // 2
    theirs.fit(
        rows.assign(T_=time, E_=event, pair=pairs), "T_", "E_", cluster_col="pair", fit_options={"precision": 1e-12}
    )
    found = cox(time, event, rows.to_numpy(float), cluster=pairs)
    assert found.standard_error == pytest.approx(theirs.standard_errors_.to_numpy(), abs=1e-6)


def test_the_test_of_proportional_hazards_equals_lifelines():
    from scipy.stats import rankdata

    time, event, rows = rossi()
    data = rows.assign(T_=time, E_=event)
    theirs = lifelines.CoxPHFitter()
    theirs.fit(data, "T_", "E_", fit_options={"precision": 1e-12})

    def midrank(durations, events, weights):
        # ties share a rank, as in R; lifelines' own `rank` breaks them by order of rows
        ranks = durations.astype(float).copy()
        ranks[events] = rankdata(durations[events])
        return ranks

    other = statistics.proportional_hazard_test(theirs, data, time_transform=midrank)
    found = proportionality(cox(time, event, rows.to_numpy(float)))
    assert found.statistic == pytest.approx(other.test_statistic, rel=1e-5)
    assert found.p[1] < 0.05  # age, the textbook's finding on these data


@pytest.mark.parametrize("name", DATA)
def test_restricted_mean_equals_lifelines(name):
    time, event, _ = DATA[name]()
    fitted = lifelines.KaplanMeierFitter().fit(time, event)
    curve = kaplan_meier(time, event)
    for horizon in (0.3 * time.max(), 0.77 * time.max(), time.max()):
        theirs = lifelines.utils.restricted_mean_survival_time(fitted, t=horizon)
        ours = restricted_mean(curve, horizon)
        assert ours.value == pytest.approx(theirs, rel=1e-9)
        mean, error = restricted_mean_many(time[None], event[None], horizon)
        assert mean[0] == pytest.approx(ours.value, rel=1e-12)
        assert error[0] == pytest.approx((ours.high - ours.low) / 2 / 1.959963984540054, rel=1e-9)
    days = np.quantile(time, [0.1, 0.5, 0.9])
    assert survival_many(time[None], event[None], days)[0] == pytest.approx(curve.at(days), abs=1e-12)


def test_shares_of_competing_causes_equal_lifelines_and_add_to_1():
    rng = np.random.default_rng(0)
    time, cause = rng.exponential(500, 300), rng.integers(0, 3, 300)
    parts = []
    for number in (1, 2):
        theirs = lifelines.AalenJohansenFitter(calculate_variance=True).fit(time, cause, number)
        ours = aalen_johansen(time, cause, number)
        parts.append(ours.incidence)
        assert ours.incidence == pytest.approx(theirs.cumulative_density_.loc[ours.time].to_numpy()[:, 0], abs=1e-9)
        assert ours.variance == pytest.approx(theirs.variance_.loc[ours.time].to_numpy(), abs=1e-9)
        band = theirs.confidence_interval_.loc[ours.time].to_numpy()
        inside = (ours.incidence > 0) & (ours.incidence < 1)
        assert ours.low[inside] == pytest.approx(band[inside, 0], abs=1e-6)
        assert ours.high[inside] == pytest.approx(band[inside, 1], abs=1e-6)
    assert sum(parts) + kaplan_meier(time, cause > 0).survival == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("name", DATA)
def test_concordance_equals_lifelines_and_scikit_survival(name):
    time, event, rows = DATA[name]()
    score = rows.iloc[:, 0].to_numpy(float)
    ours = concordance(time, event, score)
    assert ours == pytest.approx(lifelines.utils.concordance_index(time, -score, event), abs=1e-12)
    metrics = pytest.importorskip("sksurv.metrics")
    if name != "waltons":  # a binary score, whose ties scikit-survival takes within 1e-8
        assert ours == pytest.approx(metrics.concordance_index_censored(event, time, score)[0], abs=1e-12)


def test_visits_give_the_estimate_of_lifelines():
    # lifelines takes intervals with both ends; moved by a quarter, ours without the left end are the same
    rows = datasets.load_diabetes()
    left, right = rows["left"].to_numpy(float), rows["right"].to_numpy(float)
    left = np.where(left == right, left, left + 0.25)
    ours = turnbull(left, right)
    theirs = lifelines.KaplanMeierFitter().fit_interval_censoring(left, right, tol=1e-12)
    theirs_last = theirs.survival_function_.index.max()
    between = np.arange(3, np.floor(theirs_last) - 1) + 0.5
    low, high = ours.at(between)
    known = high - low < 1e-12
    assert known.sum() > 20
    assert ours.gap < 1e-6
    band = theirs.survival_function_
    # its rows give survival just before an exact day, so the next row holds
    found = np.array([band.loc[day:].iloc[0].to_numpy() for day in between[known]])
    assert low[known] == pytest.approx(found[:, 0], abs=1e-5)
