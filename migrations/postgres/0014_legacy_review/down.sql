drop table legacy_bells;
drop index legacy_matters_decided;
update legacy_matters set review = 'corrected' where review = 'extended';
alter table legacy_matters drop constraint legacy_matters_review_check;
alter table legacy_matters add constraint legacy_matters_review_check check (review in ('open', 'confirmed', 'corrected'));
