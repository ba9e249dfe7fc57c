-- In which a person is written to: that of the storefront, as they last used it.
alter table users add column language text null;
