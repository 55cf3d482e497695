"""What a method report says of one index, read from a release's own tables and worked out over its areas."""

from dataclasses import dataclass
from functools import cached_property

import duckdb
import numpy as np
import pandas as pd

from pipelines.scoring.aggregate import aggregate
from pipelines.scoring.normalise import ranks

FEWEST = 10  # areas, below which no correlation is given
LIKE, AGAINST = 0.9, 0.0  # pairs of indicators above the one say the same; below the other they pull against each other
PARTS = ["domain", "domain_weight", "member", "member_weight", "normalise", "target_0", "target_100"]
RULES = ["normalise", "treatment", "aggregate", "minimum_weight", "ties"]
SCOPES = ["nation", "region", "authority"]  # the widest first


@dataclass(frozen=True)
class Summary:
    """A column in five numbers; NaN where nothing is known."""

    n: int
    n_null: int
    least: float
    median: float
    greatest: float


def summary(values: np.ndarray) -> Summary:
    """A column (NaN for unknown) in five numbers."""
    known = values[~np.isnan(values)]
    three = (known.min(), np.median(known), known.max()) if len(known) else (np.nan,) * 3
    return Summary(len(known), len(values) - len(known), *map(float, three))


def spearman(columns: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rank correlations of every two columns over the areas where both are known, and how many areas those are.

    NaN for fewer than ten areas, or where all values of one are the same.
    """
    known = columns.notna().to_numpy().astype(np.int64)
    n = pd.DataFrame(known.T @ known, index=columns.columns, columns=columns.columns)
    return columns.corr("spearman", min_periods=FEWEST), n


def pairs(columns: pd.DataFrame) -> list[tuple[str, str, float, int]]:
    """Every two columns with their rank correlation and areas, each pair once, in order of the columns."""
    found, n = spearman(columns)
    names = list(enumerate(columns.columns))
    return [(a, b, found.iloc[i, j], int(n.iloc[i, j])) for i, a in names for j, b in names[i + 1 :]]


def alpha(columns: pd.DataFrame) -> float:
    """Cronbach's alpha of columns over the rows where all are known: 1 where they say the same, 0 where they have nothing in
    common, below it where they pull against each other; NaN for fewer than two columns or ten rows (OECD/JRC Handbook, step 4)."""
    known = columns.dropna()
    n = known.shape[1]
    if n < 2 or len(known) < FEWEST or not (total := known.sum(axis=1).var()):
        return np.nan
    return n / (n - 1) * (1 - known.var().sum() / total)


@dataclass(frozen=True)
class Part:
    """What one domain is to its index: Spearman's correlation with the mean of the other domains by their weights, alpha of
    the others alone, and the mean number of ranks by which areas would move without it."""

    with_rest: float
    alpha_without: float
    mean_shift: float


def parts_of(domains: pd.DataFrame, shares: dict[str, float], aggregate_by: str) -> dict[str, Part]:
    """By domain, for an index of two and more; over the areas where every domain is known that is known anywhere."""
    names = [name for name in shares if name in domains and domains[name].notna().any()]
    known = domains[names].dropna()
    if len(names) < 2 or len(known) < FEWEST:
        return {}

    def mean_of(chosen: list[str]) -> np.ndarray:
        return aggregate(aggregate_by, [known[n].to_numpy(float) for n in chosen], [shares[n] for n in chosen])[0]

    whole, found = ranks(mean_of(names)), {}
    for name in names:
        others = [n for n in names if n != name]
        rest = mean_of(others)
        both = pd.DataFrame({"own": known[name].to_numpy(), "rest": rest})
        found[name] = Part(
            both.corr("spearman").iloc[0, 1], alpha(known[others]), float(np.abs(ranks(rest) - whole).mean())
        )
    return found


@dataclass(frozen=True)
class Facts:
    """One index in one release. Tables are as the release has them, in order of its keys; `domains` and `values` have a
    row per area and a column per domain (with those below it) or member, `values` turned so that more is more need or
    opportunity; `observed` is the greatest share of each domain's weight observed in any area; `known` has a row per
    member, `unknown` a row per member and reason."""

    release: dict
    method: dict
    members: pd.DataFrame
    scores: pd.DataFrame
    domains: pd.DataFrame
    observed: pd.Series
    values: pd.DataFrame
    known: pd.DataFrame
    unknown: pd.DataFrame
    sensitivity: pd.DataFrame
    ranges: pd.DataFrame
    options: pd.DataFrame
    weight_sets: pd.DataFrame
    weights: pd.DataFrame
    shifts: pd.DataFrame

    @property
    def name(self) -> str:
        """The name of the index."""
        return self.method["index_name"]

    @cached_property
    def shares(self) -> dict[str, float]:
        """The domains of the index with the share (0-1) of each, greatest first; those beside it are not among them."""
        own = self.weights[self.weights["weight_set"] == "expert"]
        weights = dict(zip(own["domain"], own["weight"], strict=True)) or self._weights_of_all
        return dict(sorted(weights.items(), key=lambda item: (-item[1], item[0])))

    @property
    def _weights_of_all(self) -> dict[str, float]:
        """By the definition alone, where there is no weight set."""
        weights = self.members.drop_duplicates("domain").set_index("domain")["domain_weight"]
        return (weights / weights.sum()).to_dict()

    @cached_property
    def beside(self) -> list[str]:
        """The domains that stand beside the index and are no part of it."""
        return sorted(set(self.members["domain"]) - set(self.shares))

    @cached_property
    def score(self) -> np.ndarray:
        """The score of every area, NaN for none."""
        return self.scores["score"].to_numpy(float)

    @cached_property
    def ranked(self) -> pd.DataFrame:
        """The areas that have a rank, with the `scope` it is in, how many areas that scope has, and the `rank` itself."""
        return published_ranks(self.scores)

    @property
    def rules(self) -> tuple:
        """What makes this definition this one; see `defined`."""
        return defined(self.members, self.method)

    def title(self, member: str) -> str:
        """A member in words."""
        return self.members.set_index("member")["title"][member]

    def members_of(self, domain: str) -> list[str]:
        """The indicators (or indices) of a domain, greatest weight first."""
        members = self.members[self.members["domain"] == domain]
        return list(members.sort_values(["member_weight", "member"], ascending=[False, True])["member"])


@dataclass(frozen=True)
class Before:
    """What the release before holds of the same index: its version, its ranks, and what made its definition."""

    version: str
    ranked: pd.DataFrame
    rules: tuple


def defined(members: pd.DataFrame, method: dict) -> tuple:
    """What makes a definition another one: members, weights, scales and rules, not the words beside them."""
    return members[PARTS].fillna(-1).to_csv(index=False), tuple(method[rule] for rule in RULES)


def published_ranks(scores: pd.DataFrame) -> pd.DataFrame:
    """The ranked areas of `index_score`, each by its rank in the widest scope it is ranked in, in order of rank.

    `in_tenth` by the rule of every decile here, ceil(10 rank / N); N is the areas of that scope in this release, which
    are all of it wherever a scope below the nation is ranked.
    """
    given = [scores[f"rank_{scope}"].notna().to_numpy() for scope in SCOPES]
    found = scores.assign(
        scope=np.select(given, SCOPES, default=""),
        rank=np.select(given, [scores[f"rank_{scope}"].to_numpy(float) for scope in SCOPES], default=np.nan),
        scope_code=np.select(given, [scores[f"{scope}_code"].fillna("").to_numpy(str) for scope in SCOPES], default=""),
    )
    found = found[found["scope"] != ""].sort_values(["rank", "area_code"], ignore_index=True)
    by = found.groupby(["scope", "scope_code"])["rank"]
    size = np.maximum(by.transform("size"), by.transform("max"))
    return found.assign(scope_size=size.astype(int), in_tenth=10 * found["rank"] <= size)


MEMBERS = """
    select m.*, coalesce(x.title, i.title, m.member) as title, x.title is not null as is_index, i.unit, i.direction, i.period, i.share_within_authorities,
        coalesce(i.is_modelled, false) as is_modelled
    from index_member as m left join indicator as i on i.indicator = m.member left join index_method as x on x.index_name = m.member
    where m.index_name = ? order by m.domain, m.member"""
METHOD = "select * from index_method where index_name = ?"
SCORES = """
    select s.*, n.nation_code, n.region_code, n.authority_code from index_score as s left join neighbourhood as n using (area_code)
    where s.index_name = ? order by s.area_code"""
VALUES = """
    with valued as (
        select area_code, indicator as member, value, coverage, as_at, null_reason from indicator_value
        union all by name select area_code, index_name as member, score as value, null_reason from index_score)
    select valued.* from valued join index_member as m using (member) where m.index_name = ?"""
KNOWN = f"""
    select member, count(value) as n_known, count(*) as n, count(*) filter (where coverage = 'partial') as n_partial,
        strftime(min(as_at) filter (where value is not null), '%Y-%m-%d') as first_date,
        strftime(max(as_at) filter (where value is not null), '%Y-%m-%d') as last_date
    from ({VALUES}) group by member order by member"""
UNKNOWN = f"""
    select member, null_reason, count(*) as n from ({VALUES}) where value is null group by all order by all"""


def read_facts(connection: duckdb.DuckDBPyConnection, name: str) -> Facts:
    """All that a release holds of one index."""

    def rows(sql: str) -> pd.DataFrame:
        return connection.execute(sql, [name]).df()

    members = rows(MEMBERS)
    return Facts(
        release=connection.execute("select * from release").df().iloc[0].to_dict(),
        method=rows(METHOD).iloc[0].to_dict(),
        members=members,
        scores=read_scores(connection, name),
        domains=_wide(connection, "select area_code, domain, score from domain_score where index_name = ?", name, _domains(rows)),
        observed=rows("select domain, max(weight_observed) as most from domain_score where index_name = ? group by domain order by domain").set_index("domain")["most"],
        values=_wide(connection, f"select area_code, member, value from ({VALUES})", name, list(members["member"])) * _signs(members),
        known=rows(KNOWN).set_index("member"),
        unknown=rows(UNKNOWN),
        sensitivity=rows("select * from index_sensitivity where index_name = ? order by total desc nulls last, choice"),
        ranges=rows("select * from index_range where index_name = ? order by scope, scope_name, scope_code"),
        options=rows("select o.*, r.scope_name from index_option as o left join index_range as r using (index_name, scope, scope_code) where o.index_name = ? order by all"),
        weight_sets=rows("select * from weight_set where index_name = ? order by weight_set != 'expert', weight_set"),
        weights=rows("select * from weight_set_weight where index_name = ? order by weight_set, domain"),
        shifts=rows("select * from weight_set_shift where index_name = ? order by weight_set_a != 'expert', weight_set_a, weight_set_b"),
    )  # fmt: skip


def read_before(connection: duckdb.DuckDBPyConnection, name: str) -> Before | None:
    """The index in the release before; None where it was not in it, or not in tables like these."""
    try:
        members, method, scores = (connection.execute(sql, [name]).df() for sql in (MEMBERS, METHOD, SCORES))
        ranked = published_ranks(scores)[["area_code", "scope", "rank", "in_tenth"]]
        rules = defined(members, method.iloc[0].to_dict())
    except (duckdb.CatalogException, duckdb.BinderException, LookupError):  # made before a table or column was
        return None
    return Before(connection.execute("select version from release").fetchone()[0], ranked, rules)


def read_scores(connection: duckdb.DuckDBPyConnection, name: str) -> pd.DataFrame:
    """`index_score` of one index with the scopes of each area, in order of area."""
    return connection.execute(SCORES, [name]).df()


def _domains(rows) -> list[str]:
    """The domains in order of name, each before those below it."""
    return list(rows("select distinct domain from domain_score where index_name = ? order by domain")["domain"])


def _wide(connection: duckdb.DuckDBPyConnection, long: str, name: str, columns: list[str]) -> pd.DataFrame:
    """A row per area in order, a column per name of the second column of `long`."""
    listed = ", ".join(f"max(long.value) filter (where long.name = ?) as c{i}" for i in range(len(columns)))
    sql = f"select {listed} from ({long}) as long(area_code, name, value) group by area_code order by area_code"
    return connection.execute(sql, [*columns, name]).df().set_axis(columns, axis=1).astype(float)


def _signs(members: pd.DataFrame) -> np.ndarray:
    """1 where more of a member is more need or opportunity on its scale, else -1."""
    targeted = members["target_100"].notna()
    less = np.where(
        targeted, members["target_100"] < members["target_0"], members["direction"] == "higher_is_less_need"
    )
    return np.where(less, -1.0, 1.0)
