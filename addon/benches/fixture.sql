-- The database of the benches, made by SQL alone so that every contender of js-tests/bench, and the
-- bare loop of raw.rs, has the same one. The queries that both measure stand in the table `query`.

begin;

-- Row shapes: integers; one column of each storage class; many columns; long text; short texts.
create table ints (id integer primary key, a integer not null, b integer not null);
create table mixed (id integer primary key, price real, name text, data blob, note text);
create table wide (
  id integer primary key,
  i1 integer, i2 integer, i3 integer, i4 integer, i5 integer, i6 integer, i7 integer,
  r1 real, r2 real, r3 real, r4 real,
  t1 text, t2 text, t3 text, t4 text, t5 text, t6 text,
  n1 text, n2 text
);
create table long (id integer primary key, body text);
create table short (id integer primary key, first text, last text);
-- Written to inside a transaction that is rolled back after each sample.
create table item (id integer primary key, amount integer, price real, name text);

create temp table number as
  with recursive n (id) as (select 1 union all select id + 1 from n where id < 10000)
  select id from n;

insert into ints select id, id * 7919 % 100003, -id from number;
insert into mixed select
  id, id * 0.37, printf('name of row %08d', id), cast(printf('%016d', id * 31) as blob), null
from number;
insert into wide select
  id,
  id + 1, id + 2, id * 3, id % 7, -id, 0, id * 1009 % 65537,
  id * 0.5, id / 3.0, -id * 1.25, 1e9 / id,
  printf('first %06d', id), printf('second %05d', id), printf('third %06d', id),
  printf('fourth %05d', id), printf('fifth %06d', id), printf('sixth %06d', id),
  null, null
from number;
insert into long select id, printf('%08d', id) || substr(hex(zeroblob(512)), 1, 1016) from number;
insert into short select id, printf('first text of %06d', id), printf('other text of %06d', id)
from number;
insert into item select id, id * 3, id * 0.25, printf('item number %08d', id) from number;

drop table temp.number;

create table query (id text primary key, sql text not null);
insert into query values
  ('all-ints-100', 'select * from ints where id <= 100'),
  ('all-ints-10000', 'select * from ints'),
  ('all-mixed-100', 'select * from mixed where id <= 100'),
  ('all-mixed-10000', 'select * from mixed'),
  ('all-wide-100', 'select * from wide where id <= 100'),
  ('all-wide-10000', 'select * from wide'),
  ('all-text-100', 'select * from long where id <= 100'),
  ('all-text-10000', 'select * from long'),
  ('all-short-100', 'select * from short where id <= 100'),
  ('get-int', 'select a from ints where id = ?'),
  ('get-mixed', 'select * from mixed where id = ?'),
  ('iterate-ints', 'select * from ints where id <= 100'),
  ('iterate-mixed', 'select * from mixed where id <= 100'),
  ('run-insert', 'insert into item (amount, price, name) values (?, ?, ?)'),
  ('run-update', 'update item set amount = ? where id = ?'),
  ('prepare', 'select * from mixed where id = ?'),
  ('exec', 'select 1'),
  ('function', 'select sum(plus_one(id)) as total from ints where id <= 1000'),
  ('aggregate', 'select total_of(id) as total from ints where id <= 1000');

commit;
