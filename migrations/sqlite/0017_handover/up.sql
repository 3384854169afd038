-- What an officer holds as second officer: for handing over.
create index cases_second on cases (second_officer) where open and second_officer is not null;
