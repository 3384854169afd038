-- A frame leaves out what ended beside a concluded case: the few that are not concluded are asked.
create index cases_unconcluded on cases (id) where concluded_at is null;
