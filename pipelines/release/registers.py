"""The register as small tables that the release SQL reads: sources, indicators, indices and their members, kinds."""

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from pipelines.core.store import sha256_json
from pipelines.indicators.errors import CATCHMENT_NAMES, DRAWS, read_accuracy
from pipelines.register.licensing import index_basis, indicator_basis, kind_basis
from pipelines.register.provenance import indicator_sources
from pipelines.register.register import Indicator, Register, drawn_indicators, reads_places
from pipelines.release.licences import label_of
from pipelines.scoring.definition import Index
from pipelines.scoring.effective import effective_weights, nominal_weights

OF = re.compile(r"(?:% of|.*\bper(?: [\d,]+)?) ([A-Za-z][^,/]*)(?:,.*)?")  # as in: % of adults, £ per resident, nominal
WALKS = ("minutes_per_metre", "detour_factor", "nearest_cap_m")  # of a geography
GUARDS = {
    "coverage_correlation": "coverage_correlation",
    "register_correlation": "register_correlation",
    "n_authorities_compared": "n_authorities",
}
UNTREATED = {"done": "none", "n_winsorised": 0}


def source_register(register: Register, live_since: Mapping[str, str | None]) -> pd.DataFrame:
    """One row per source, with its licence. `live_since`: by source, the day it was first seen live (ISO)."""
    rows = []
    for source in register.sources.values():
        licence, decision = register.licences[source.licence], register.decisions.get(source.stem)
        rows.append(
            {
                "source": source.stem, "title": source.title, "publisher": source.publisher, "page": source.page,
                "licence": licence.title, "licence_key": source.licence, "licence_url": licence.url, "attribution": source.attribution,
                "publish": source.publish, "vintage": source.vintage, "cadence": source.cadence,
                "next_expected": source.next_expected, "is_required": source.required,
                "verified": "live" if live_since[source.stem] else source.verified.how,
                "verified_on": live_since[source.stem] or source.verified.date, "notes": " ".join(source.notes),
                "licence_settled_on": decision and decision.date, "licence_settled_by": decision and decision.on_whose_word,
                "licence_settled_note": decision and (decision.note or None),
            }
        )  # fmt: skip
    frame = pd.DataFrame(rows)
    for column in ("vintage", "next_expected", "verified_on", "licence_settled_on"):
        frame[column] = pd.to_datetime(frame[column]).dt.date
    return frame.astype({"licence_settled_by": "str", "licence_settled_note": "str"})


def indicator_register(register: Register, present: set[str]) -> pd.DataFrame:
    """One row per indicator. `present`: the sources the release rests on, from which licences follow."""
    keep = ["title", "unit", "direction", "note"]
    rows = [
        {
            "indicator": i.stem,
            **{k: getattr(i, k) for k in keep},
            "counted_in": ", ".join(i.counts) if i.counts else None,
            "denominator": denominator(i.unit),
            "period": _described(register, i),
            "is_modelled": i.modelled,
            "in_imd_2025": i.in_imd_2025,
            "sources": ", ".join(indicator_sources(register, i)),
            "licence": label_of(register, indicator_basis(register, i), present),
            "definition_sha256": _definition_sha256(register, i),
        }
        for i in register.indicators.values()
    ]
    return pd.DataFrame(rows).astype({"denominator": "str"})


def denominator(unit: str) -> str | None:
    """What a value of this unit is a share of or a rate per, in the unit's words; None where it is neither."""
    found = OF.fullmatch(unit)
    return found[1] if found else None


def _definition_sha256(register: Register, indicator: Indicator) -> str:
    """The hash of what an indicator is worked out by: its query, the kinds of place it reads, and how walks are measured
    where it reads any; not of its words."""
    kinds = {
        name: register.taxonomy.kinds[name].model_dump(exclude={"title", "plural", "note"}) for name in indicator.kinds
    }
    walks = {name: getattr(register.geography, name) for name in WALKS} if kinds else {}
    return sha256_json(
        {"sql": indicator.sql.partition("*/")[2], "inputs": indicator.inputs, "kinds": kinds, "walks": walks}
    )


def _described(register: Register, indicator: Indicator) -> str:
    """The period that an indicator is of, as its sources say; never the day they were published, where they say more."""
    if reads_places(indicator) or "organisation" in indicator.inputs:
        return "each list as it stood when it was read, or at the date of its edition"
    if "grant_continuity" in indicator.inputs:
        return "the last five whole years of each list of grants"
    sources = [register.sources[stem] for stem in indicator.inputs if stem in register.sources]
    told = [
        source.describes or (f"{source.vintage:%Y-%m-%d}" if source.vintage else "the day it was read")
        for source in sources
    ]
    return "; ".join(dict.fromkeys(told))


def share_shared_with_imd(register: Register, index: Index, left_out_of: Mapping[str, list[str]]) -> float:
    """The share (0-1) of an index's weight whose indicators are counted in the Index of Multiple Deprivation 2025 too, by
    effective weight; `left_out_of`: by index, the members that are left out for all areas."""
    weights = effective_weights(index.as_read(left_out_of.get(index.stem, [])))
    shared = 0.0
    for domain, name, member in index.members:
        if domain in index.parts:
            inner = register.indices[name] if member.index else None
            part = (
                share_shared_with_imd(register, inner, left_out_of)
                if inner
                else float(register.indicators[name].in_imd_2025)
            )
            shared += weights[name] * part
    return round(shared, 4)


def index_register(
    register: Register, treated: dict[str, dict], unlike: dict[str, dict], left_out_of: dict[str, list[str]]
) -> pd.DataFrame:
    """One row per index, domain and member: weights, scale, reasons; `treated` says what was done about outliers, `unlike`
    which kinds of place do not count in a member, and in what share of the nation's areas they are looked for,
    `left_out_of` which members are left out of an index for all areas."""
    rows = []
    for index in register.indices.values():
        nominal, effective = nominal_weights(index), effective_weights(index.as_read(left_out_of[index.stem]))
        for name, member_name, member in index.members:
            domain = index.domains[name]
            low, high = member.target or (None, None)
            rows.append(
                {
                    "index_name": index.stem, "domain": name, "domain_title": domain.title, "domain_weight": domain.weight, "member": member_name,
                    "member_weight": member.weight, "nominal_weight": nominal.get(member_name), "effective_weight": effective.get(member_name),
                    "is_in_index": not domain.beside, "normalise": member.normalise or index.normalise,
                    "target_0": low, "target_100": high, "domain_reason": domain.reason, "reason": member.reason,
                    "left_out": left_out(register, member_name, unlike[index.stem].get(member_name, {})),
                    "outliers": (done := treated[index.stem].get(member_name, UNTREATED))["done"], "n_winsorised": done["n_winsorised"],
                }
            )  # fmt: skip
    floats = ("target_0", "target_100", "nominal_weight", "effective_weight")
    return pd.DataFrame(rows).astype({**dict.fromkeys(floats, float), "left_out": "str"})


def left_out(register: Register, member: str, unlike: dict[str, float]) -> str | None:
    """In words, what of a member is left out for all areas alike, and why; None where nothing is."""
    if not unlike:
        return None
    kinds, least = register.taxonomy.kinds, register.taxonomy.looked_for.least_cover
    if member in unlike:
        return f"the whole indicator: known in {unlike[member]:.1%} of the nation's areas, less than {least:.0%}"
    listed = ", ".join(f"{kinds[kind].plural} ({share:.1%})" for kind, share in unlike.items())
    whole = "the whole indicator" if set(unlike) == set(register.indicators[member].kinds) else "of its kinds"
    return f"{whole}: {listed}, looked for by national lists in less than {least:.0%} of the nation's areas"


def index_methods(
    register: Register, present: set[str], left_out_of: dict[str, list[str]], guards: Mapping[str, dict]
) -> pd.DataFrame:
    """One row per index: how it is made, and what its versions vary. `present`, `left_out_of` as above; `guards`: by
    index, what was found of how its score goes with coverage and with the length of registers."""
    rows = []
    for index in register.indices.values():
        drawn = drawn_indicators(register, index)
        rows.append(
            {
                "index_name": index.stem, "is_headline": index.is_headline, "title": index.shown_as, "question": index.question, "normalise": index.normalise,
                "treatment": index.treatment.rule, "aggregate": index.aggregate, "minimum_weight": index.minimum_weight,
                "least_known": ", ".join(f"{p} {d.least_members_read}" for p, d in index.every_domain.items() if d.least_members_read) or None,
                "withhold_above": index.withhold_above, **{told: guards[index.stem][name] for told, name in GUARDS.items()},
                "ties": index.ties, "citation": index.citation, **versions_told(register, index), **_errors(register, drawn),
                "versions_reason": index.uncertainty.reason or None,
                "licence": label_of(register, index_basis(register, index), present), "cautions": "\n".join(index.cautions),
                "catchments": ", ".join(CATCHMENT_NAMES) if drawn else None,
                "share_of_weight_shared_with_imd": share_shared_with_imd(register, index, left_out_of),
            }
        )  # fmt: skip
    return pd.DataFrame(rows).astype(
        {
            "catchments": "str",
            "citation": "str",
            "least_known": "str",
            "withhold_above": "float64",
            "versions_reason": "str",
            "errors_drawn": "str",
            "errors_not_measured": "str",
        }
    )


def versions_told(register: Register, index: Index) -> dict[str, Any]:
    """What the versions of an index vary, as a release tells it: with the weights, all that its draws follow from."""
    varied = index.uncertainty
    return {
        "n_versions": varied.draws,
        "weights_vary_by": varied.weights,
        "normalise_versions": ", ".join(varied.normalise),
        "transform_versions": ", ".join(varied.transform),
        "aggregate_versions": ", ".join(varied.aggregate),
        "leaves_one_out": varied.leave_out,
        "n_error_draws": DRAWS if drawn_indicators(register, index) else 0,
    }


def _errors(register: Register, drawn: list[str]) -> dict[str, str | None]:
    """In words, what is drawn of the kinds of place that indicators rest on, and of which of them nothing was measured."""
    accuracy, told, unknown = read_accuracy(), [], []
    for kind in sorted({kind for name in drawn for kind in register.indicators[name].kinds}):
        pairs, found, plural = accuracy.kinds.get(kind), accuracy.lists.get(kind), register.taxonomy.kinds[kind].plural
        if pairs and len(register.national_lists(kind)) > 1:
            told.append(f"{plural}: {1 - pairs.recall:.1%} of pairs missed, {1 - pairs.precision:.1%} of pairs wrong")
        if found:
            told.append(
                f"{plural}: {1 - found.found / found.compared:.1%} not on the list ({found.found:,} of {found.compared:,} of {found.against} are)"
            )
        else:
            unknown.append(plural)
    return {"errors_drawn": "; ".join(told) or None, "errors_not_measured": ", ".join(unknown) or None}


def kind_register(register: Register, present: set[str], cover: pd.DataFrame) -> pd.DataFrame:
    """One row per kind of place. `present` as above; `cover`: where in the nation each was looked for."""
    cover = cover.set_index("kind")
    rows = [
        {
            "kind": name, "title": kind.title, "kind_group": kind.group, "for_whom": kind.for_whom, "is_public": kind.public,
            "is_fixed": kind.fixed, "is_shown": kind.shown, "counts_for_reach": kind.counts_for_reach, "counted_from": ", ".join(kind.counted_from),
            "national_lists": cover.at[name, "national_lists"] or None, "looked_for_pct": round(100 * cover.at[name, "share"], 1),
            "is_everywhere": bool(cover.at[name, "is_everywhere"]),
            "subset_of": kind.subset_of, "standards": ", ".join(f"{c} {m:g}" for c, m in kind.standard_minutes.items()) or None,
            "licence": label_of(register, kind_basis(register, name), present), "note": kind.note,
        }
        for name, kind in register.taxonomy.kinds.items()
    ]  # fmt: skip
    return pd.DataFrame(rows).astype({"subset_of": "str", "standards": "str", "national_lists": "str"})
