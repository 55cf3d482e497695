"""`commonground select`: a short list from the last release and what defends it, as facts. Nothing is written into DIR.

A list is the first n by the weighted mean of percentiles, ties decided by residents and then by code, under the caps asked.
How firm it is: the same choice in every version of the method, and by every weight set.
"""

from typing import Any

import duckdb
import numpy as np
import pandas as pd

from pipelines.answers.latest import geography_of, open_latest, release_facts, rows
from pipelines.answers.lookup import LEVELS, Words, level_words, look_up
from pipelines.answers.selection import facts
from pipelines.answers.selection.choice import Choice
from pipelines.answers.selection.ground import areas_asked, check_names, field_of, ground_of, parted
from pipelines.answers.selection.people import people
from pipelines.answers.selection.reasons import reasons, title_of
from pipelines.answers.selection.rules import evidence, hold_to_date, rules
from pipelines.answers.selection.weighing import Drawn, Weighing
from pipelines.core.problem import Problem
from pipelines.core.query import holds
from pipelines.core.settings import Settings
from pipelines.ownership.selection import in_line, read_choosing, share_ahead
from pipelines.register.labels import meaning
from pipelines.scoring.normalise import ranks
from pipelines.scoring.weight_sets import EXPERT

TIED = 1e-9  # values no farther apart are equal
CHANGED = "indices are defined otherwise now than when this release was made; refresh"


def shortlist(settings: Settings, choice: Choice) -> facts.Selection:
    """The list and what defends it. Raises Problem (usage) where the question is wrong or nothing can be chosen."""
    with open_latest(settings.data) as connection:
        check_names(connection, choice.names)
        choice = choice.model_copy(update={"exclude": _codes(connection, choice.exclude)})
        asked = areas_asked(connection, choice.areas)
        ground = ground_of(settings, connection, choice.names)
        field = field_of(ground, choice, asked)
        dates = evidence(connection, ground.areas.index[field.areas()], choice.names)
        hold_to_date(choice, dates)
        words = level_words(connection)
        weighing = Weighing(connection, ground, field, choice)
        if not len(weighing.list.chosen):
            raise _nobody(weighing, words[choice.level]["one"], ", ".join(asked["name"]))
        return Shortlist(connection, weighing, asked).told(words, dates)


def _codes(connection: duckdb.DuckDBPyConnection, excluded: list[str]) -> list[str]:
    """What is excluded as codes, so that a choice can be made again where a file of them is no longer there."""
    found = [look_up(connection, text) for text in excluded]
    return [code for asked in found for code in ([asked.code] if asked.code and asked.level in LEVELS else asked.codes)]


def _nobody(weighing: Weighing, one: str, where: str) -> Problem:
    if weighing.known.any():
        return Problem("select", f"nothing in {where} is left to choose under these rules", "ask for fewer of them", usage=True)  # fmt: skip
    titles = " and ".join(title_of(name) for name in weighing.choice.indices)
    return Problem("select", f"no {one} of {where} has a score of {titles} in this release", "choose by another --index", usage=True)  # fmt: skip


class Shortlist:
    """One list and what is told of it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, weighing: Weighing, asked: pd.DataFrame):
        self.connection, self.weighing, self.asked = connection, weighing, asked
        self.choice, self.field, self.ground = weighing.choice, weighing.field, weighing.ground
        self.sets, self.why_not = weighing.sets(), self.ground.why_not
        if not self.sets and not self.why_not:
            self.why_not = CHANGED
        self.drawn: Drawn | None = None if self.why_not else weighing.versions()
        self.places = ranks(weighing.value)

    def told(self, words: dict[str, Words], dates: dict[str, dict]) -> facts.Selection:
        """All of it."""
        weighing, choice, names = self.weighing, self.choice, self.choice.names
        inside, chosen = self.field.areas(), self.field.areas(weighing.list.chosen)
        residents = self.ground.areas["residents"].to_numpy()
        codes = self.ground.areas.index
        ground = pd.DataFrame({"area_code": codes, "residents": residents, "is_chosen": chosen})[inside]
        otherwise_labelled = weighing.barred & ~weighing.excluded & ~weighing.too_small
        not_worst = weighing.known & ~weighing.barred & np.isnan(weighing.value)
        made = rows(self.connection, "select built_at[:10]::date as day, definition_sha256 as sha from release")[0]
        return {
            "release": release_facts(self.connection),
            "released_on": made["day"],
            "definition_sha256": made["sha"],
            "choice": choice.model_dump(mode="json", exclude={"made"}),
            "areas": [{key: row[key] for key in ("level", "code", "name")} for row in self.asked.to_dict("records")],  # type: ignore[misc]
            "level": words[choice.level],
            "levels": words,
            "frame_scope": self.field.scope,
            "frame": self.field.scope_name or ", ".join(self.asked["name"]),
            "n_in_frame": len(self.field.frame.among),
            "n_units": len(weighing.value),
            "n_can_be_chosen": int((~np.isnan(weighing.value)).sum()),
            "n_excluded": int(weighing.excluded.sum()),
            "n_too_small": int((weighing.too_small & ~weighing.excluded).sum()),
            "n_otherwise_labelled": int(otherwise_labelled.sum()),
            "n_not_among_worst": int(not_worst.sum()),
            "rules": rules(choice, words, title_of),
            "residents_as": self._residents_as(),
            "residents_chosen": int(residents[chosen].sum()),
            "residents_rest": int(residents[inside & ~chosen].sum()),
            "by": [self._by(name, dates[name]) for name in names],
            "chosen": self._chosen(chosen),
            "next": [self._placed(at) for at in weighing.list.next],
            "passed_over": [{**self._placed(at), "cap": cap} for at, cap in weighing.list.passed_over],
            "margin": self._margin(),
            "how_firm": self._how_firm(),
            "other_sets": self._other_sets(),
            "people": people(self.connection, ground),
            "not_known": self._not_known(),
            "again": self._again(),
        }

    def _residents_as(self) -> str:
        geography, areas = geography_of(self.connection), self.ground.areas
        is_mid_year = "population_mid_year" in areas and areas["population_mid_year"].notna().all()
        return geography.mid_year_as if is_mid_year else geography.residents_as

    def _by(self, name: str, dates: dict) -> facts.By:
        index, domain = parted(name)
        redrawn = self.ground.redrawn.get(index)
        return {
            "name": name,
            "title": title_of(name),
            "weight": self.choice.shares[name],
            "worst_percent": self.choice.worst.get(name),
            "varies": redrawn.varies(domain) if redrawn else True,
            "evidence_from": dates["first"],
            "evidence_to": dates["last"],
        }

    # ---- one on the list, or near it

    def _unit(self, at: int) -> facts.Unit:
        def text(column: str) -> str | None:
            value = self.field.of(column)[at] if column in self.field.table else None
            return None if pd.isna(value) else str(value)

        return {
            "code": str(self.field.of("code")[at]),
            "name": text("name"),
            "ward_name": text("ward_name"),
            "authority_name": text("authority_name"),
            "residents": int(self.field.of("residents")[at]),
        }

    def _placed(self, at: int) -> facts.Placed:
        share = float(self.drawn.share[at]) if self.drawn else None
        return {
            **self._unit(at),
            "value": float(self.weighing.value[at]),
            "place": int(self.places[at]),
            "by": [self._held(name, at) for name in self.choice.names],
            "chosen_in": share,
            "weight_sets": [name for name, chosen in self.sets.items() if at in chosen],
        }

    def _held(self, name: str, at: int) -> facts.Held:
        stand = self.weighing.by[name]
        if np.isnan(stand.score[at]):
            return {"name": name, "score": None, "percentile": None, "rank": None, "rank_in_area": None}
        return {
            "name": name,
            "score": float(stand.score[at]),
            "percentile": float(stand.percentile[at]),
            "rank": int(stand.rank[at]),
            "rank_in_area": int(stand.rank_in_area[at]),
        }

    def _chosen(self, inside: np.ndarray) -> list[facts.Chosen]:
        areas, units = self.ground.areas[inside], self.field.table["code"].to_numpy()[self.field.units.of[inside]]
        listed = pd.DataFrame({"area_code": areas.index, "unit": units, "residents": areas["residents"].to_numpy()})
        why, labels = reasons(self.connection, listed, list(self.choice.indices)), self._labels(listed)
        placed = [self._placed(at) for at in self.weighing.list.chosen]
        return [
            {
                **unit,
                "firmness": read_choosing().firmness(unit["chosen_in"]),
                "reasons": why.get(unit["code"], []),
                "typology": labels.get(unit["code"]),
            }
            for unit in placed
        ]

    def _labels(self, listed: pd.DataFrame) -> dict[str, str]:
        if self.choice.level != "area" or not holds(self.connection, "typology"):
            return {}
        sql = "select area_code, shown_as from typology where list_contains($codes, area_code)"
        found = rows(self.connection, sql, codes=listed["area_code"].tolist())
        return {row["area_code"]: row["shown_as"] for row in found}

    # ---- the cut

    def _margin(self) -> facts.Margin | None:
        chosen, value = self.weighing.list.chosen, self.weighing.value
        if not len(self.weighing.list.next):
            return None
        last, first = int(chosen[-1]), int(self.weighing.list.next[0])
        tied = [at for at in in_line(value) if abs(value[at] - value[last]) <= TIED and at not in chosen]
        ahead = share_ahead(self.drawn.values, last, first) if self.drawn else None
        one, other = self._placed(last), self._placed(first)
        return {
            "last_in": one["code"],
            "first_out": other["code"],
            "value": one["value"] - other["value"],
            "by": [_difference(a, b) for a, b in zip(one["by"], other["by"], strict=True)],
            "ahead_in": ahead,
            "told_apart": None if ahead is None else ahead >= read_choosing().told_apart_from,
            "tied_at_the_cut": [str(self.field.of("code")[at]) for at in tied],
        }

    def _how_firm(self) -> facts.HowFirm:
        if not self.drawn:
            return {"n_versions": 0, "why_not": self.why_not, "n_ever_chosen": 0, "n_always_chosen": 0, "n_firm": 0, "n_shared_mean": None}  # fmt: skip
        share = self.drawn.share
        return {
            "n_versions": len(self.drawn.values),
            "why_not": None,
            "n_ever_chosen": int((share > 0).sum()),
            "n_always_chosen": int((share == 1).sum()),
            "n_firm": int((share[self.weighing.list.chosen] >= read_choosing().firm_from).sum()),
            "n_shared_mean": self.drawn.shared,
        }

    def _other_sets(self) -> list[facts.OtherSet]:
        told = rows(self.connection, "select index_name, weight_set, title from weight_set order by index_name")
        codes, of = self.field.of("code"), {parted(name)[0] for name in self.choice.indices}
        mine = [codes[at] for at in self.weighing.list.chosen]
        found: list[facts.OtherSet] = []
        for name, chosen in self.sets.items():
            held = [row for row in told if row["weight_set"] == name and row["index_name"] in of]
            if name == EXPERT or not held:
                continue
            theirs = [codes[at] for at in chosen]
            found.append(
                {
                    "weight_set": name,
                    "title": held[0]["title"],
                    "of_indices": [row["index_name"] for row in held],
                    "n_shared": len(set(mine) & set(theirs)),
                    "leaves": [code for code in mine if code not in theirs],
                    "comes": [code for code in theirs if code not in mine],
                    "names": {code: self._unit(at)["name"] or code for code, at in zip(theirs, chosen, strict=True)},
                }
            )
        return found

    # ---- the rest

    def _not_known(self) -> list[facts.NotKnown]:
        sql = "select area_code, index_name, null_reason from index_score where null_reason is not null"
        why = {(row["area_code"], row["index_name"]): row["null_reason"] for row in rows(self.connection, sql)}
        told: list[facts.NotKnown] = []
        for at in np.flatnonzero(~self.weighing.known & ~self.weighing.excluded).tolist():
            unit = self._unit(at)
            missing = [name for name in self.choice.indices if np.isnan(self.weighing.by[name].score[at])]
            reason = why.get((unit["code"], missing[0]), "below_minimum_weight")
            told.append(
                {**unit, "missing": [title_of(name) for name in missing], "why": meaning("null_reason", reason)}
            )
        return told

    def _again(self) -> facts.Again | None:
        made = self.choice.made
        if made is None:
            return None
        now = [str(code) for code in self.field.of("code")[self.weighing.list.chosen]]
        return {
            "release": made.release,
            "asked_otherwise": made.asked_otherwise,
            "is_same": now == made.chosen,
            "leaves": [code for code in made.chosen if code not in now],
            "comes": [code for code in now if code not in made.chosen],
        }


def _difference(a: facts.Held, b: facts.Held) -> facts.Difference:
    def less(one: Any, other: Any) -> Any:
        return None if one is None or other is None else one - other

    return {
        "name": a["name"],
        "title": title_of(a["name"]),
        "score": less(a["score"], b["score"]),
        "percentile": less(a["percentile"], b["percentile"]),
        "rank": less(b["rank"], a["rank"]),
    }
