-- Exports 导出记录: every file with rows of cases or persons that left the house: who, what was asked for, how many rows, which bytes.

-- The event of it is in the stream `stream_id`, number `seq`; what was said in words is a sealed remark of that event.
create table exports (
  id uuid primary key,
  number text not null,
  what text not null,
  at timestamptz not null,
  account_id uuid references accounts (id),
  bureau text,
  area text,
  format text not null check (format in ('xlsx', 'csv')),
  line_count bigint not null check (line_count >= 0),
  unmasked boolean not null,
  -- a code of export_reason; registers that ask for words alone have none
  reason text,
  query jsonb not null,
  sha256 text not null,
  stream_id uuid not null,
  seq bigint not null
);
create unique index exports_number on exports (number);
create index exports_at on exports (at, id);
create index exports_area on exports (area, at, id);

-- What a bureau oversees is read as what it leads, in the order it was opened.
create index cases_oversight on cases (oversight_bureau, created_at) where oversight_bureau is not null;
