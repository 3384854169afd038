-- A frame leaves out what ended beside a concluded case: the few that are not concluded are asked.
create index cases_unconcluded on cases (id) where concluded_at is null;
-- Codes and ids are random bytes: to try to make them smaller costs more than to write them.
alter table draw_frames alter column body set storage external;
