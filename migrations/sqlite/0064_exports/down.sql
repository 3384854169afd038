drop index cases_oversight;
drop table exports;
