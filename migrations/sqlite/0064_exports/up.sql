-- Exports 导出记录: every file with rows of cases or persons that left the house: who, what was asked for, how many rows, which bytes.

-- The event of it is in the stream `stream_id`, number `seq`; what was said in words is a sealed remark of that event.
create table exports (
  id blob primary key,
  number text not null,
  what text not null,
  at integer not null,
  account_id blob references accounts (id),
  bureau text,
  area text,
  format text not null check (format in ('xlsx', 'csv')),
  line_count integer not null check (line_count >= 0),
  unmasked integer not null check (unmasked in (0, 1)),
  -- a code of export_reason; registers that ask for words alone have none
  reason text,
  query text not null,
  sha256 text not null,
  stream_id blob not null,
  seq integer not null
) strict;
create unique index exports_number on exports (number);
create index exports_at on exports (at, id);
create index exports_area on exports (area, at, id);

-- What a bureau oversees is read as what it leads, in the order it was opened.
create index cases_oversight on cases (oversight_bureau, created_at) where oversight_bureau is not null;
