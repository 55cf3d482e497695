"""The sources of an indicator, as they follow from its inputs."""

from geodata.geography import read_geographies
from pipelines.register.provenance import indicator_sources
from pipelines.register.register import read_register


def test_sources_follow_from_inputs():
    register = read_register(read_geographies()["sample_town"])
    sources = {name: indicator_sources(register, one) for name, one in register.indicators.items()}
    assert sources["bad_health_pct"] == ["ons_census_health_2021"]
    assert sources["imd_2019_score"] == ["mhclg_iod_2019", "ons_lsoa11_lsoa21_2022"], "with the look-up that carries it"
    assert sources["nearest_library_m"] == ["librarydata_libraries_2023"], "libraries have points of their own"
    assert sources["sports_clubs_within_15_min"] == ["hmrc_cascs_current", "ons_nspl_2025"], (
        "clubs stand at their postcodes"
    )
    assert sources["nearest_school_m"] == ["dfe_gias_current"], "schools have points of their own"
    assert sources["nearest_community_centre_m"] == ["osm_places_england"], "a city's list is in no rank"
    assert sources["culture_kinds_within_15_min"][0] == "gla_museums_2022", "what is in no index rests on all lists"
    assert sources["cooperatives_rate_per_1000"] == ["coops_uk_2023"]
    mutuals = ["fca_mutuals_current", "ons_nspl_2025"]
    assert sources["community_benefit_societies_rate_per_1000"] == mutuals, "of its own kind of organisation alone"
    assert all(sources.values()), "every indicator rests on something"
