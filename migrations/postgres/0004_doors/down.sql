drop index filings_partner;
drop index filings_worker;
alter table filings drop column partner_id;
alter table filings drop column worker_id;
drop table partners;
drop table worker_sessions;
drop table workers;
