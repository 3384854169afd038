-- The courier: what leaves the house of a notice, by which channel, and every attempt.

-- A notice may be for a worker: the person fixed with the change, and the filing it speaks of.
alter table notices add column claimant_id blob references claimants (id);
alter table notices add column filing_id blob references filings (id);
create index notices_claimant on notices (claimant_id, id) where claimant_id is not null;
create index notices_filing on notices (filing_id, id) where filing_id is not null;
drop index notices_unaddressed;
create index notices_unaddressed on notices (created_at, id) where account_id is null and claimant_id is null and read_at is null;

-- One notice by one channel to one person, a stand-in among them. The address is found when it is sent. `void`: nobody is
-- there to send it to. Its id is its Message-ID.
create table letters (
  id blob primary key,
  notice_id blob not null references notices (id),
  channel text not null check (channel in ('mail', 'sms', 'wechat')),
  account_id blob references accounts (id),
  claimant_id blob references claimants (id),
  state text not null check (state in ('pending', 'sent', 'dead', 'void')),
  attempts integer not null check (attempts >= 0),
  next_at integer not null,
  lease_until integer,
  last_class text,
  last_reason text,
  created_at integer not null,
  done_at integer,
  check ((state = 'pending') = (done_at is null)),
  check ((account_id is null) <> (claimant_id is null))
) strict;
create unique index letters_once on letters (notice_id, channel, coalesce(account_id, claimant_id));
create index letters_due on letters (next_at, id) where done_at is null;
create index letters_dead on letters (done_at, id) where state = 'dead';
create index letters_made on letters (created_at, id);

create table letter_attempts (
  letter_id blob not null references letters (id),
  n integer not null,
  at integer not null,
  class text not null check (class in ('sent', 'deferred', 'refused', 'timeout')),
  reason text not null,
  primary key (letter_id, n)
) strict;

-- Where staff are reached outside the house.
create table staff_addresses (
  account_id blob primary key references accounts (id),
  mail_ct text,
  mail_mask text,
  mobile_ct text,
  mobile_mask text,
  set_at integer not null,
  check ((mail_ct is null) = (mail_mask is null)),
  check ((mobile_ct is null) = (mobile_mask is null))
) strict;

-- How a worker's log-in is reached by WeChat, and whether a locked screen may say what it is about: only if the worker chose so.
create table worker_addresses (
  worker_id blob primary key references workers (id),
  wx_ct text,
  plain integer not null,
  set_at integer not null
) strict;

-- The daily digest of overdue: once a day and person, whatever the number of nodes.
create table digests (
  day text not null,
  account_id blob not null references accounts (id),
  primary key (day, account_id)
) strict;
