drop table joins;
drop index suggestions_case;
drop index suggestions_open;
drop index filings_source_no;
drop table grams;
