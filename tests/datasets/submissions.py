"""Little algorithms as other agencies might submit them: each reads one Parquet file and answers.

They were written against the columns' names and types, the way a developer does who may not see the
data; some are careful, some are not. ``on`` says which table they are for. Those under `CONTROLS`
must fail on dummy data; none of those is counted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow.compute as pc
import pyarrow.parquet as pq
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import KBinsDiscretizer, OneHotEncoder, OrdinalEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier

Submission = Callable[[Path], Any]

SUBMISSIONS: list[tuple[str, Submission]] = []
CONTROLS: list[tuple[str, Submission]] = []


def on(table: str) -> Callable[[Submission], Submission]:
    def keep(submission: Submission) -> Submission:
        SUBMISSIONS.append((table, submission))
        return submission

    return keep


def control(table: str) -> Callable[[Submission], Submission]:
    def keep(submission: Submission) -> Submission:
        CONTROLS.append((table, submission))
        return submission

    return keep


# ── the flights ────────────────────────────────────────────────────────────────────────────────
@on("flights")
def mean_delay_by_carrier(path: Path) -> Any:
    frame = pl.read_parquet(path)
    return frame.group_by("carrier").agg(pl.col("arr_delay").mean()).sort("carrier").rows()


@on("flights")
def delay_regression(path: Path) -> Any:
    frame = pl.read_parquet(path).drop_nulls(["dep_delay", "arr_delay", "air_time"])
    model = LinearRegression().fit(frame[["dep_delay", "distance"]].to_numpy(), frame["arr_delay"])
    return model.coef_


@on("flights")
def boosting_bears_gaps(path: Path) -> Any:
    frame = pd.read_parquet(path).dropna(subset=["arr_delay"]).head(5000)
    features = frame[["dep_delay", "distance", "air_time", "hour"]].astype(float)
    model = HistGradientBoostingRegressor(max_iter=10).fit(features, frame["arr_delay"])
    return model.predict(features.head(10))


@on("flights")
def one_hot_encoded(path: Path) -> Any:
    frame = pd.read_parquet(path).head(3000)
    encoder = OneHotEncoder(handle_unknown="ignore").fit(frame[["carrier", "origin", "dest"]])
    return encoder.transform(frame[["carrier", "origin", "dest"]]).sum()


@on("flights")
def pipeline_of_columns(path: Path) -> Any:
    frame = pd.read_parquet(path).head(4000)
    late = (frame["arr_delay"].fillna(0) > 15).astype(int)
    model = make_pipeline(
        make_column_transformer(
            (OneHotEncoder(handle_unknown="ignore"), ["carrier", "origin"]),
            (make_pipeline(SimpleImputer(), StandardScaler()), ["dep_delay", "distance"]),
        ),
        LogisticRegression(max_iter=200),
    )
    return model.fit(frame, late).score(frame, late)


@on("flights")
def carriers_by_name(path: Path) -> Any:
    """A join on codes that the developer knows from the document."""
    names = pl.DataFrame(
        {
            "carrier": [
                "9E",
                "AA",
                "AS",
                "B6",
                "DL",
                "EV",
                "F9",
                "FL",
                "HA",
                "MQ",
                "OO",
                "UA",
                "US",
                "VX",
                "WN",
                "YV",
            ],
            "alliance": [i % 3 for i in range(16)],
        }
    )
    joined = pl.read_parquet(path).join(names, on="carrier", how="left")
    assert joined["alliance"].null_count() == 0
    return joined.group_by("alliance").len().rows()


@on("flights")
def airports_must_be_three(path: Path) -> Any:
    index = {"EWR": 0, "JFK": 1, "LGA": 2}
    origins = pq.read_table(path, columns=["origin"])["origin"].to_pylist()
    return np.bincount([index[origin] for origin in origins], minlength=3)


@on("flights")
def monthly_counts_in_an_array(path: Path) -> Any:
    table = pq.read_table(path, columns=["month", "day"])
    counts = np.zeros((12, 31))
    np.add.at(counts, (table["month"].to_numpy() - 1, table["day"].to_numpy() - 1), 1)
    return counts.sum()


@on("flights")
def registrations_are_letters_and_digits(path: Path) -> Any:
    tails = pl.read_parquet(path)["tailnum"].drop_nulls()
    return tails.str.extract(r"^([A-Z])", 1).is_null().sum(), tails.str.len_chars().mean()


@on("flights")
def registration_prefixes_in_python(path: Path) -> Any:
    tails = pq.read_table(path, columns=["tailnum"])["tailnum"].to_pylist()
    return Counter(tail[0] for tail in tails if tail).most_common(3)


@on("flights")
def registration_prefixes_without_care(path: Path) -> Any:
    tails = pq.read_table(path, columns=["tailnum"])["tailnum"].to_pylist()
    return Counter(tail[0] for tail in tails).most_common(3)


@on("flights")
def by_hour_of_the_day(path: Path) -> Any:
    frame = pl.read_parquet(path).with_columns(pl.col("time_hour").dt.hour().alias("h"))
    return frame.group_by("h").agg(pl.col("dep_delay").median()).sort("h").rows()


@on("flights")
def weekly_windows(path: Path) -> Any:
    frame = pl.read_parquet(path).sort("time_hour")
    return frame.group_by_dynamic("time_hour", every="1w").agg(pl.len()).rows()


@on("flights")
def seoul_time(path: Path) -> Any:
    frame = pd.read_parquet(path)
    return frame["time_hour"].dt.tz_convert("Asia/Seoul").dt.dayofweek.value_counts().to_dict()


@on("flights")
def date_of_three_columns(path: Path) -> Any:
    frame = pl.read_parquet(path).select(
        pl.datetime("year", "month", pl.lit(1)).dt.date().alias("month"), "distance"
    )
    return frame.group_by("month").agg(pl.col("distance").sum()).rows()


@on("flights")
def dates_in_python(path: Path) -> Any:
    """The thirty-first of February comes up on dummy data, where columns know nothing of each other."""
    rows = pl.read_parquet(path, columns=["year", "month", "day"]).rows()
    return max(date(*row) for row in rows)


@on("flights")
def departure_as_a_clock(path: Path) -> Any:
    """Hours and minutes in one number, 2359 at most: nothing in the document says so."""
    times = pl.read_parquet(path)["dep_time"].drop_nulls().to_list()
    return max(time(t // 100 % 24, t % 100) for t in times)


@on("flights")
def bins_of_distance(path: Path) -> Any:
    distance = pq.read_table(path)["distance"].to_numpy().reshape(-1, 1)[:3000]
    return (
        KBinsDiscretizer(5, encode="ordinal", quantile_method="linear")
        .fit_transform(distance)
        .mean()
    )


@on("flights")
def decile_speeds(path: Path) -> Any:
    frame = pl.read_parquet(path).drop_nulls("air_time")
    speed = frame["distance"] / frame["air_time"]
    return np.quantile(speed.to_numpy(), np.linspace(0, 1, 11))


@on("flights")
def cast_to_small_types(path: Path) -> Any:
    frame = pl.read_parquet(path)
    small = frame.with_columns(
        pl.col("year", "distance", "flight").cast(pl.Int16), pl.col("month", "day").cast(pl.Int8)
    )
    return small.estimated_size()


@on("flights")
def pivot_of_origins(path: Path) -> Any:
    frame = pl.read_parquet(path)
    return frame.pivot(
        "origin", index="carrier", values="distance", aggregate_function="mean"
    ).shape


@on("flights")
def without_gaps_in_numpy(path: Path) -> Any:
    delays = pq.read_table(path)["dep_delay"]
    return float(np.median(delays.to_numpy().astype(int)))


@on("flights")
def ranks_in_each_month(path: Path) -> Any:
    frame = pd.read_parquet(path, columns=["month", "carrier", "arr_delay"])
    return frame.groupby(["month", "carrier"])["arr_delay"].mean().groupby("month").rank().max()


@on("flights")
def arrow_filters(path: Path) -> Any:
    table = pq.read_table(path)
    late = table.filter(pc.greater(pc.fill_null(table["arr_delay"], 0), 60))
    return late.group_by("dest").aggregate([("arr_delay", "mean")]).num_rows


@control("flights")
def a_column_that_is_not_there(path: Path) -> Any:
    return pl.read_parquet(path)["weather"].mean()


@control("flights")
def text_as_a_number(path: Path) -> Any:
    return pl.read_parquet(path)["tailnum"].cast(pl.Int64).sum()


@control("flights")
def no_gap_is_expected(path: Path) -> Any:
    values = pl.read_parquet(path)["arr_delay"].to_list()
    return sum(value + 1 for value in values)


@control("flights")
def a_code_that_is_not_listed(path: Path) -> Any:
    return [{"EWR": 1, "JFK": 2}[one] for one in pl.read_parquet(path)["origin"]]


# ── the repairs of a Korean depot ──────────────────────────────────────────────────────────────
@on("repairs")
def waiting_days(path: Path) -> Any:
    frame = pl.read_parquet(path).with_columns(
        pl.col("접수일자").cast(pl.String).str.to_date("%Y%m%d").alias("from"),
        pl.col("완료일").str.to_date("%Y-%m-%d").alias("to"),
    )
    return (frame["to"] - frame["from"]).dt.total_days().mean()


@on("repairs")
def dates_with_strptime(path: Path) -> Any:
    days = pq.read_table(path, columns=["완료일"])["완료일"].to_pylist()
    return max(datetime.strptime(day, "%Y-%m-%d") for day in days if day is not None)  # noqa: DTZ007


@on("repairs")
def dates_with_strptime_without_care(path: Path) -> Any:
    days = pq.read_table(path, columns=["완료일"])["완료일"].to_pylist()
    return max(datetime.strptime(day, "%Y-%m-%d") for day in days)  # noqa: DTZ007


@on("repairs")
def quarters_of_whole_numbers(path: Path) -> Any:
    day = pl.read_parquet(path)["접수일자"]
    month = day // 100 % 100
    assert month.is_between(1, 12).all()
    return ((month - 1) // 3).value_counts().rows()


@on("repairs")
def states_in_an_order(path: Path) -> Any:
    order = ["정상", "점검", "대기", "고장", "폐기"]
    frame = pd.read_parquet(path)
    return OrdinalEncoder(categories=[order]).fit_transform(frame[["상태"]]).mean()


@on("repairs")
def grades_by_weight(path: Path) -> Any:
    weights = {"001": 1.0, "002": 0.7, "003": 0.4, "010": 0.1}
    return pl.read_parquet(path)["등급코드"].replace_strict(weights, return_dtype=pl.Float64).sum()


@on("repairs")
def grades_keep_their_zeros(path: Path) -> Any:
    grades = pl.read_parquet(path)["등급코드"]
    assert (grades.str.len_chars() == 3).all()
    return grades.cast(pl.Int32).max()


@on("repairs")
def receipts_are_keys(path: Path) -> Any:
    frame = pl.read_parquet(path)
    joined = frame.join(frame.select("접수번호", "수량"), on="접수번호", validate="1:1")
    return joined["수량_right"].sum()


@on("repairs")
def receipts_have_parts(path: Path) -> Any:
    numbers = pq.read_table(path, columns=["접수번호"])["접수번호"].to_pylist()
    return sum(int(number.split("-")[2]) for number in numbers)


@on("repairs")
def receipts_match_a_pattern(path: Path) -> Any:
    pattern = re.compile(r"[A-Z]-\d{4}-\d{5}")
    numbers = pq.read_table(path, columns=["접수번호"])["접수번호"].to_pylist()
    assert all(pattern.fullmatch(number) for number in numbers)
    return len(numbers)


@on("repairs")
def words_of_the_notes(path: Path) -> Any:
    notes = pl.read_parquet(path)["비고"].fill_null("")
    return TfidfVectorizer(max_features=50).fit_transform(notes.to_list()).shape


@on("repairs")
def syllables_of_the_notes(path: Path) -> Any:
    notes = pl.read_parquet(path)["비고"].drop_nulls()
    return notes.str.count_matches(r"\p{Hangul}").sum(), notes.str.split(" ").list.len().mean()


@on("repairs")
def value_by_unit(path: Path) -> Any:
    frame = pl.read_parquet(path).with_columns(
        (pl.col("수량") * pl.col("단가").fill_null(pl.col("단가").median())).alias("금액")
    )
    return frame.group_by("부대").agg(pl.col("금액").sum()).sort("부대").rows()


@on("repairs")
def units_have_numbers(path: Path) -> Any:
    """Codes are released whole: the pattern in them holds on dummy data too."""
    units = pl.read_parquet(path)["부대"].unique()
    return units.str.extract(r"제(\d+)보급대대", 1).cast(pl.Int64).max()


@on("repairs")
def prices_have_two_places(path: Path) -> Any:
    prices = pl.read_parquet(path)["단가"].drop_nulls()
    cents = (prices * 100).round().cast(pl.Int64)
    assert ((cents / 100 - prices).abs() < 1e-6).all()
    return cents.sum()


@on("repairs")
def positions_in_a_grid(path: Path) -> Any:
    frame = pl.read_parquet(path)
    grid = np.zeros((10, 10), int)
    rows = np.clip(((frame["위도"] - 33) * 2).cast(pl.Int64), 0, 9)
    columns = np.clip(((frame["경도"] - 126) * 2).cast(pl.Int64), 0, 9)
    np.add.at(grid, (rows, columns), 1)
    return grid


@on("repairs")
def urgent_ones_by_a_tree(path: Path) -> Any:
    frame = pd.read_parquet(path)
    features = frame[["수량", "단가", "위도"]].astype(float).fillna(0)
    return DecisionTreeClassifier(max_depth=3).fit(features, frame["긴급"]).feature_importances_


@on("repairs")
def suppliers_by_name_length(path: Path) -> Any:
    frame = pl.read_parquet(path).with_columns(pl.col("공급처").str.len_chars().alias("n"))
    return frame.group_by("n").len().sort("n").rows()


@on("repairs")
def suppliers_that_are_known(path: Path) -> Any:
    """Rare suppliers are hidden, and so is the list: the developer's own list meets none of them."""
    known = {"가나상사": 1, "다라산업": 2}
    return pl.read_parquet(path)["공급처"].replace_strict(known).sum()


@on("repairs")
def checks_by_hour(path: Path) -> Any:
    frame = pl.read_parquet(path).drop_nulls("점검시각").sort("점검시각")
    return frame["점검시각"].diff().drop_nulls().dt.total_minutes().max()


@on("repairs")
def minutes_are_whole(path: Path) -> Any:
    times = pl.read_parquet(path)["점검시각"].drop_nulls()
    assert (times.dt.second() == 0).all()
    return times.dt.strftime("%Y년 %m월").n_unique()


@on("repairs")
def departments_in_capitals(path: Path) -> Any:
    """Three rows in five thousand lack a department, which no document may tell."""
    rows = pq.read_table(path, columns=["담당과"])["담당과"].to_pylist()
    return Counter(name.strip() for name in rows)


@on("repairs")
def departments_with_care(path: Path) -> Any:
    names = pl.read_parquet(path)["담당과"]
    return names.str.strip_chars().value_counts().rows()


@on("repairs")
def lists_of_records(path: Path) -> Any:
    rows = pq.read_table(path).to_pylist()
    urgent = [row for row in rows if row["긴급"] and (row["단가"] or 0) > 10]
    return sum(row["수량"] for row in urgent)


@on("repairs")
def a_sparse_matrix_of_counts(path: Path) -> Any:
    frame = pd.read_parquet(path)
    return pd.crosstab(frame["상태"], frame["부대"]).to_numpy().trace()


@control("repairs")
def dates_in_another_form(path: Path) -> Any:
    return pl.read_parquet(path)["완료일"].str.to_date("%d.%m.%Y").max()


@control("repairs")
def a_state_that_is_unknown(path: Path) -> Any:
    return pl.read_parquet(path)["상태"].replace_strict({"정상": 1, "고장": 0}).sum()


@control("repairs")
def a_note_is_always_there(path: Path) -> Any:
    return sum(len(note) for note in pq.read_table(path)["비고"].to_pylist())


@control("repairs")
def a_text_is_added_up(path: Path) -> Any:
    return pl.read_parquet(path).select(pl.col("부대") * 2)
