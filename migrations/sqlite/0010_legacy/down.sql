drop table legacy_matters;
