-- What a pay list was made for, and who consented to it: a list is taken out again for the same, and a consent holds for who gave it.
alter table pay_lists add column procedure_id uuid references procedures (id);
alter table pay_lists add column consented_by uuid references claimants (id);
