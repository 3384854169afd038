drop table digests;
drop table worker_addresses;
drop table staff_addresses;
drop table letter_attempts;
drop table letters;
-- a notice to a worker means nothing to the program of before
delete from notices where claimant_id is not null;
drop index notices_unaddressed;
drop index notices_filing;
drop index notices_claimant;
alter table notices drop column filing_id;
alter table notices drop column claimant_id;
create index notices_unaddressed on notices (created_at, id) where account_id is null and read_at is null;
