alter table filings add column source text not null default '';
alter table filings add column address text;
alter table filings add column industry text;
alter table filings add column project_kind text;
alter table filings add column government_funded boolean;
alter table filings add column uscc text;
alter table filings add column chain_doc jsonb not null default '[]';
alter table filings add column flags text not null default '';
alter table filings add column content_hash text not null default '';
alter table cases add column project_kind text;
alter table cases add column government_funded boolean;
alter table cases add column address text;
update filings set source = told_doc->>'source', address = told_doc->>'address', industry = told_doc->>'industry',
  project_kind = told_doc->>'project_kind', government_funded = (told_doc->>'government_funded')::boolean, uscc = told_doc->>'uscc',
  chain_doc = told_doc->'chain', flags = told_doc->>'flags', content_hash = told_doc->>'content_hash';
update cases set project_kind = site_doc->>'project_kind', address = site_doc->>'address', government_funded = (site_doc->>'government_funded')::boolean;
alter table cases drop column site_doc;
alter table filings drop column told_doc;
