-- The second factor of staff 双因素登录: a secret shared with the person's authenticator, and codes for the day the telephone is lost.
create table second_factors (
  account_id blob primary key references accounts (id),
  secret_ct text not null,
  created_at integer not null,
  -- a code was typed: until then it is asked of nobody
  confirmed_at integer,
  -- the time step whose code was used last: none is taken twice
  last_step integer not null check (last_step >= 0)
) strict;

-- Each is used once. Kept keyed, so that a stolen table opens nothing.
create table recovery_codes (
  id blob primary key,
  account_id blob not null references accounts (id),
  code_bix text not null,
  created_at integer not null,
  used_at integer
) strict;
create index recovery_codes_account on recovery_codes (account_id) where used_at is null;

-- A session whose password was right and whose code is still asked for: it opens nothing but that.
alter table sessions add column awaits_code integer not null default 0 check (awaits_code in (0, 1));
create index sessions_expired on sessions (expires_at);
