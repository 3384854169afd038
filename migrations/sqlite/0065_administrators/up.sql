-- Administrators 三员: kept apart by the database too; the journal read by kind and by person; what background jobs last did.

-- The three administrators are three persons, and none of them works on cases.
create trigger duties_separate before insert on duties
when exists (
  select 1 from duties d
  where d.account_id = new.account_id and d.duty <> new.duty
    and (d.valid_until is null or d.valid_until > new.valid_from) and (new.valid_until is null or new.valid_until > d.valid_from)
    and (d.duty in ('system_admin', 'security_admin', 'audit_admin') or new.duty in ('system_admin', 'security_admin', 'audit_admin')))
begin select raise(abort, 'administrators are separate'); end;

-- Whoever audits asks for rare kinds, and for one person: a page is read without passing the whole journal.
create index events_kind on events (kind, log_no) where log_no is not null;
create index events_actor on events (actor, log_no) where actor is not null and log_no is not null;

-- Messages given up are counted without reading those that went.
create index deliveries_dead on deliveries (id) where state = 'dead';

-- When each node last ran each job: bookkeeping, written at most once a minute.
create table job_runs (
  job text not null,
  node text not null,
  ran_at integer not null,
  ok_at integer,
  failed_at integer,
  -- the code of the last failure
  error text,
  every_seconds integer not null check (every_seconds > 0),
  primary key (job, node),
  check ((failed_at is null) = (error is null))
) strict, without rowid;
