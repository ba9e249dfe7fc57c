-- accepts changing-default: written before the first release, and a shop's products are rewritten in moments.
-- accepts unique: the database itself gives the numbers, and never one twice.
-- accepts drop-column: written before the first release, so no version before it reads the column.
-- accepts blocking-index: written before the first release, so nobody works with the table while they are built.
-- accepts blocking-index-drop: written before the first release, so nobody works with the table meanwhile.
-- Each product gets a number, in the order in which products came: what "newest" means. The words that the search looks
-- through are folded and put in by code; until then the pending step below stands there.
alter table products add column number bigint generated always as identity;

alter table products add constraint products_number unique (number);

alter table products drop column search_text;

-- Null while the product is not on sale. No text search configuration: what a word is, is said by the service alone.
alter table products add column words tsvector;

create index products_by_word on products using gin (words) with (fastupdate = off);

drop index products_by_name;

drop index products_by_category;

create index products_by_name on products (name, sku) where not withdrawn;

create index products_by_price on products (price_minor, number) where not withdrawn;

create index products_by_category_and_number on products (category, number) where not withdrawn;

create index products_by_category on products (category, name, sku) where not withdrawn;

-- Answers how many there are of each category and price without a look at most rows.
create index products_by_category_and_price on products (category, price_minor, number) where not withdrawn;

-- Every word that ever stood in a name or category, to find the one that somebody meant.
create table known_words (
    word text collate "C" not null primary key
);

insert into pending_steps (name) values ('index-words');
