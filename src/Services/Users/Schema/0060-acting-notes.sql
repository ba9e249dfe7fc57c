-- Why an operator acted for somebody, where it was said.
alter table acting_tokens add column note text null;
create index acting_tokens_of_user on acting_tokens (user_id, id);
