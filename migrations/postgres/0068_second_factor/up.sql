-- The second factor of staff 双因素登录: a secret shared with the person's authenticator, and codes for the day the telephone is lost.
create table second_factors (
  account_id uuid primary key references accounts (id),
  secret_ct text not null,
  created_at timestamptz not null,
  -- a code was typed: until then it is asked of nobody
  confirmed_at timestamptz,
  -- the time step whose code was used last: none is taken twice
  last_step bigint not null check (last_step >= 0)
);

-- Each is used once. Kept keyed, so that a stolen table opens nothing.
create table recovery_codes (
  id uuid primary key,
  account_id uuid not null references accounts (id),
  code_bix text not null,
  created_at timestamptz not null,
  used_at timestamptz
);
create index recovery_codes_account on recovery_codes (account_id) where used_at is null;

-- A session whose password was right and whose code is still asked for: it opens nothing but that.
alter table sessions add column awaits_code boolean not null default false;
create index sessions_expired on sessions (expires_at);
