drop table withdrawals;
drop table ratings;
drop table messages;
drop table drafts;
drop table receipts;
drop table limits;
drop table phone_codes;
