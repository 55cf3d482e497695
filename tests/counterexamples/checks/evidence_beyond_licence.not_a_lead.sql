-- expect: coops_uk_2023
update community_evidence set evidence = 'owned' where source = 'coops_uk_2023';
