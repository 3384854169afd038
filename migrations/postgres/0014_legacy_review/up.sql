-- Reviews of old matters: an extension that was granted on paper is a verdict of its own; decided ones are listed too.
alter table legacy_matters drop constraint legacy_matters_review_check;
alter table legacy_matters add constraint legacy_matters_review_check check (review in ('open', 'confirmed', 'corrected', 'extended'));
create index legacy_matters_decided on legacy_matters (received_at, id) where review is not null and review <> 'open';

-- One line a bureau and import: that its leaders are told of the reviews once, and whoever stands above when their term passed.
create table legacy_bells (
  id uuid primary key,
  import_id uuid not null references imports (id),
  bureau text not null,
  reviews integer not null check (reviews > 0),
  due_at timestamptz not null,
  told_at timestamptz,
  late_told_at timestamptz,
  created_at timestamptz not null
);
create unique index legacy_bells_import on legacy_bells (import_id, bureau);
create index legacy_bells_untold on legacy_bells (id) where told_at is null;
create index legacy_bells_due on legacy_bells (due_at, id) where late_told_at is null;
