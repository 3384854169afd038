-- Administrators 三员: kept apart by the database too; the journal read by kind and by person; what background jobs last did.

-- The three administrators are three persons, and none of them works on cases.
create function check_duties_separate() returns trigger language plpgsql as $$
begin
  if exists (
    select 1 from duties d
    where d.account_id = new.account_id and d.duty <> new.duty
      and (d.valid_until is null or d.valid_until > new.valid_from) and (new.valid_until is null or new.valid_until > d.valid_from)
      and (d.duty in ('system_admin', 'security_admin', 'audit_admin') or new.duty in ('system_admin', 'security_admin', 'audit_admin')))
  then
    raise exception 'administrators are separate' using errcode = 'check_violation', constraint = 'duties_separate';
  end if;
  return new;
end $$;
create trigger duties_separate before insert on duties for each row execute function check_duties_separate();

-- Whoever audits asks for rare kinds, and for one person: a page is read without passing the whole journal.
create index events_kind on events (kind, log_no) where log_no is not null;
create index events_actor on events (actor, log_no) where actor is not null and log_no is not null;

-- Messages given up are counted without reading those that went.
create index deliveries_dead on deliveries (id) where state = 'dead';

-- When each node last ran each job: bookkeeping, written at most once a minute.
create table job_runs (
  job text not null,
  node text not null,
  ran_at timestamptz not null,
  ok_at timestamptz,
  failed_at timestamptz,
  -- the code of the last failure
  error text,
  every_seconds integer not null check (every_seconds > 0),
  primary key (job, node),
  check ((failed_at is null) = (error is null))
);
