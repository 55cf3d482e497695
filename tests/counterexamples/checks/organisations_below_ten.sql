-- expect: community_interest_company
update organisation_count set n_organisations = 9 where form = 'community_interest_company' and band = 'all';
