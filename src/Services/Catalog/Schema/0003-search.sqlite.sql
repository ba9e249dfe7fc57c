-- accepts backfill: the table is made anew within one transaction, and there is no second writer meanwhile.
-- accepts drop-table: written before the first release; the table that takes its place has its name.
-- Each product gets a number, in the order in which products came: what the index of words names it by, and what "newest"
-- means. The words themselves are folded and put in by code; until then the pending step below stands there.
create table numbered_products (
    number integer primary key,
    sku text not null unique,
    name text not null,
    description text,
    category text not null,
    price_minor bigint not null check (price_minor > 0),
    withdrawn boolean not null,
    version integer not null
);

insert into numbered_products (sku, name, description, category, price_minor, withdrawn, version)
select sku, name, description, category, price_minor, withdrawn, version from products order by rowid;

drop table products;

alter table numbered_products rename to products;

create index products_by_name on products (name, sku) where not withdrawn;

create index products_by_price on products (price_minor, number) where not withdrawn;

create index products_by_category_and_number on products (category, number) where not withdrawn;

create index products_by_category on products (category, name, sku) where not withdrawn;

-- Answers how many there are of each category and price without a look at the rows.
create index products_by_category_and_price on products (category, price_minor, number) where not withdrawn;

-- Holds what is on sale only, by number.
create virtual table product_words using fts5 (
    name, code, category, description,
    content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);

-- Every word that ever stood in a name or category, to find the one that somebody meant.
create table known_words (
    word text not null primary key
) without rowid;

insert into pending_steps (name) values ('index-words');
