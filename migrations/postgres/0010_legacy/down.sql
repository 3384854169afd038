drop index filings_print;
drop table legacy_matters;
