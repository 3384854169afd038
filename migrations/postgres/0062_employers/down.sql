drop index respondents_person;
drop index respondents_name;
drop index respondents_uscc;
drop table employer_sweep;
drop table employer_places;
drop table employers;
