-- What a report says and no list or search asks for lives in one column: narrow rows, and table types that compile in a
-- quarter of the time (no table of ours needs more than 32 columns).
alter table filings add column told_doc jsonb not null default '{}';
update filings set told_doc = jsonb_build_object(
  'source', source, 'address', address, 'industry', industry, 'project_kind', project_kind,
  'government_funded', government_funded,
  'uscc', uscc, 'chain', chain_doc, 'flags', flags, 'content_hash', content_hash);
alter table cases add column site_doc jsonb not null default '{}';
update cases set site_doc = jsonb_build_object(
  'project_kind', project_kind, 'address', address,
  'government_funded', government_funded);
alter table filings drop column source;
alter table filings drop column address;
alter table filings drop column industry;
alter table filings drop column project_kind;
alter table filings drop column government_funded;
alter table filings drop column uscc;
alter table filings drop column chain_doc;
alter table filings drop column flags;
alter table filings drop column content_hash;
alter table cases drop column project_kind;
alter table cases drop column government_funded;
alter table cases drop column address;
