drop index joiners_person;
drop index letters_waiting;
alter table letters drop column round_from;
alter table letters drop column due_at;
alter table notices drop column urgent;
