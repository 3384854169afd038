-- Whoever comes by a door of their own: workers on a phone, and other systems. What they bring are filings like all others.

-- A worker 劳动者 as a log-in. A telephone alone is nobody: many men of a site share one, so it counts with the name; a
-- WeChat account is one person's. Several rows may be one human being; what joins them is a claim to a filing, proven.
create table workers (
  id uuid primary key,
  name_ct text,
  name_mask text,
  name_bix text,
  phone_ct text,
  phone_mask text,
  phone_bix text,
  wx_bix text,
  lang text not null check (lang in ('zh', 'en')),
  state text not null check (state in ('active', 'blocked')),
  created_at timestamptz not null,
  version bigint not null,
  check (wx_bix is not null or (phone_bix is not null and name_bix is not null))
);
create unique index workers_phone on workers (phone_bix, name_bix) where phone_bix is not null;
create unique index workers_wx on workers (wx_bix) where wx_bix is not null;

create table worker_sessions (
  id uuid primary key,
  worker_id uuid not null references workers (id),
  token_hash bytea not null,
  kind text not null check (kind in ('wx', 'phone', 'h5')),
  device text not null,
  created_at timestamptz not null,
  seen_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz
);
create unique index worker_sessions_token on worker_sessions (token_hash);
create index worker_sessions_worker on worker_sessions (worker_id) where ended_at is null;

-- Another system 外部系统 with its keys: what it sends arrives at one bureau through one channel.
create table partners (
  id uuid primary key,
  code text not null,
  name text not null,
  channel text not null,
  bureau text not null,
  key_hash bytea not null,
  secret_ct text not null,
  state text not null check (state in ('active', 'revoked')),
  created_at timestamptz not null,
  version bigint not null
);
create unique index partners_code on partners (code);
create unique index partners_key on partners (key_hash);

alter table filings add column worker_id uuid references workers (id);
alter table filings add column partner_id uuid references partners (id);
create index filings_worker on filings (worker_id, received_at) where worker_id is not null;
create index filings_partner on filings (partner_id, received_at) where partner_id is not null;
