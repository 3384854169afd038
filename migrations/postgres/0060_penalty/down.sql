drop table penalty_payments;
drop table penalty_accounts;
drop table penalties;
