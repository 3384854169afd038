drop table claim_judgements;
drop table claim_bases;
