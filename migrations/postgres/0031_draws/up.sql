-- A draw that was given up before it was drawn, and why: it stands in the list of draws for ever.
alter table draws add column abandoned_at timestamptz;
alter table draws add column abandoned_why text;
-- One running draw for an area and a time: looked for before another is announced.
create index draws_running on draws (period_until) where closed_at is null and abandoned_at is null;
