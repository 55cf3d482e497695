-- expect: coops_uk_2023
update community_evidence set body_id = 'R999001' where source = 'coops_uk_2023';
