-- Views of the inbox that a person keeps under a name: a tab with what narrows it, never who is looked for.
create table saved_views (
  id blob primary key,
  account_id blob not null references accounts (id),
  name text not null check (length(name) between 1 and 20),
  query text not null check (length(query) between 1 and 600),
  created_at integer not null,
  unique (account_id, name)
) strict;
