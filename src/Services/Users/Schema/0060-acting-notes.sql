-- accepts blocking-index: written before the first release, so nobody works with the table while it is built.
-- Why an operator acted for somebody, where it was said.
alter table acting_tokens add column note text null;
create index acting_tokens_of_user on acting_tokens (user_id, id);
