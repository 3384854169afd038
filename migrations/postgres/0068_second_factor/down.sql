drop index sessions_expired;
alter table sessions drop column awaits_code;
drop table recovery_codes;
drop table second_factors;
