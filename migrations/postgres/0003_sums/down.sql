drop trigger allocations_paid on allocations;
drop function check_claim_paid();
drop trigger claims_sums on claims;
drop function check_case_sums();
