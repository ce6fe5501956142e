'use strict';

/**
 * What the optimised build learns from (build-optimized.cjs): an everyday program on the package.
 *
 *   node scripts/train.cjs [SCALE]      1 by default; 0.01 is over in a moment
 *
 * gcc lays the code out for what ran often, so the shares matter: statements are prepared about as
 * much as they are executed, single rows outnumber reports, everything that the package offers runs
 * at least a little. Nothing here is taken from js-tests/bench, which judges the result. The same
 * calls happen on every run; the line at the end sums up what they returned.
 */

const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { DatabaseSync, backup, constants } = require('../index.cjs');

const scale = Number(process.argv[2] ?? 1);
if (!(scale > 0)) {
  process.stderr.write(`train: the scale is a positive number, not "${process.argv[2]}"\n`);
  process.exit(2);
}
const times = (count) => Math.max(2, Math.round(count * scale));

/** Numbers below `limit`, the same in each run (mulberry32). */
let state = 20_241;
function below(limit) {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * limit);
}

const WORDS =
  'amber bridge candle delta ember forest garden harbour island juniper kettle lantern meadow north ' +
  'orchard pebble quiet river summit timber umber valley willow yonder größe naïve 東京 zephyr';
const words = WORDS.split(' ');
const word = () => words[below(words.length)];
const text = (count) => Array.from({ length: count }, word).join(' ');

/** All that was returned, in one number. */
let sum = 0;
function note(value) {
  if (Array.isArray(value)) for (const item of value) note(item);
  else if (value instanceof Uint8Array) sum += value.length;
  else if (typeof value === 'object' && value !== null) note(Object.values(value));
  else if (typeof value === 'string') sum += value.length;
  else sum += Number(value ?? 1);
  sum %= 2 ** 40;
}

const SCHEMA = `
  create table customer (
    id integer primary key, email text not null unique, city text collate nocase,
    since text default current_date, credit real not null default 0, photo blob
  );
  create table product (
    sku text primary key, title text not null, cents integer not null check (cents >= 0),
    stock integer not null, tags text
  ) without rowid;
  create table purchase (
    id integer primary key, customer integer not null references customer on delete cascade,
    placed integer not null, state text not null default 'open'
  );
  create table line (
    purchase integer not null references purchase on delete cascade,
    sku text not null references product, pieces integer not null, cents integer not null,
    primary key (purchase, sku)
  );
  create table journal (id integer primary key autoincrement, kind text, detail text);
  create index customer_city on customer (city, since desc);
  create index purchase_customer on purchase (customer, placed);
  create index line_sku on line (sku);
  create index purchase_open on purchase (placed) where state = 'open';
  create index product_price on product (cents / 100);
  create view turnover as
    select p.customer, sum(l.pieces * l.cents) as cents, count(distinct p.id) as purchases
    from purchase p join line l on l.purchase = p.id group by p.customer;
  create trigger purchase_state after update of state on purchase when old.state <> new.state begin
    insert into journal (kind, detail) values ('state', new.id || ': ' || new.state);
  end;
  create virtual table document using fts5 (title, body, tokenize = 'porter unicode61');
  create virtual table place using rtree (id, west, east, south, north);
  create table event (id integer primary key, at real, payload text, kind text as (payload ->> 'kind'));
  create index event_kind on event (kind);
`;

const CUSTOMERS = 2_000;
const PRODUCTS = 400;
const sku = () => `P-${String(below(PRODUCTS)).padStart(5, '0')}`;

/** Bulk loading in one transaction. */
function fill(db) {
  db.exec(SCHEMA);
  db.exec('begin immediate');
  const customer = db.prepare(
    'insert into customer (email, city, credit, photo) values ($email, $city, $credit, $photo)',
  );
  for (let i = 0; i < CUSTOMERS; i++) {
    const photo = i % 3 === 0 ? new Uint8Array(below(900)) : null;
    customer.run({ email: `${word()}.${i}@example.org`, city: word(), credit: i / 7, photo });
  }
  const product = db.prepare('insert into product values (?, ?, ?, ?, ?)');
  for (let i = 0; i < PRODUCTS; i++) {
    const id = `P-${String(i).padStart(5, '0')}`;
    product.run(id, text(3), below(90_000), below(500), JSON.stringify([word(), word()]));
  }
  db.exec('commit; analyze');
}

/** A customer's order: a short transaction of point queries and small changes. */
function order(db, statements, at) {
  const { find, price, place, add, take, credit, close } = statements;
  db.exec('begin immediate');
  const customer = find.get(`${word()}.${below(CUSTOMERS)}@example.org`) ?? { id: 1 + below(900) };
  const { lastInsertRowid } = place.run(customer.id, at);
  let cents = 0;
  for (let i = 1 + below(4); i > 0; i--) {
    const id = sku();
    const found = price.get(id);
    add.run(lastInsertRowid, id, 1 + below(3), found.cents);
    note(take.get({ id, pieces: 1 }));
    cents += found.cents;
  }
  credit.run(cents / 100, customer.id);
  if (at % 3 === 0) close.run('sent', lastInsertRowid);
  db.exec(at % 11 === 0 ? 'rollback' : 'commit');
}

function orders(db) {
  const statements = {
    find: db.prepare('select id, city, credit from customer where email = ?'),
    price: db.prepare('select title, cents, stock from product where sku = ?'),
    place: db.prepare('insert into purchase (customer, placed) values (?, ?)'),
    add: db.prepare(
      'insert into line values (?, ?, ?, ?) ' +
        'on conflict (purchase, sku) do update set pieces = pieces + excluded.pieces',
    ),
    take: db.prepare('update product set stock = stock - $pieces where sku = $id returning stock'),
    credit: db.prepare('update customer set credit = round(credit + ?, 2) where id = ?'),
    close: db.prepare('update purchase set state = ? where id = ?'),
  };
  for (let at = times(2_000); at > 0; at--) order(db, statements, at);
}

/** Questions of a program that prepares anew for each request, as most do. */
const QUESTIONS = [
  ['select email, credit from customer where id = ?', () => [1 + below(CUSTOMERS)]],
  ['select count(*) as n from customer where city = ?', () => [word()]],
  ['select title, cents from product where sku in (?, ?, ?)', () => [sku(), sku(), sku()]],
  ['select sku, stock from product where sku > ? and stock < 90 order by stock limit 5', late],
  [
    `select p.id, p.placed, l.sku, l.pieces, r.title
     from purchase p join line l on l.purchase = p.id left join product r on r.sku = l.sku
     where p.customer = ? order by p.placed desc limit 10`,
    () => [1 + below(900)],
  ],
  ['select * from turnover where customer = ?', () => [1 + below(900)]],
  [
    'select upper(substr(email, 1, 3)) || printf(\'-%04d\', id) as code, coalesce(photo, "city") is null ' +
      "from customer where id > ? and (email like '%1@%' or email glob 'river*') limit 4",
    () => [below(CUSTOMERS)],
  ],
  ["select id from purchase where state = 'open' and placed between ? and ?", () => [50, 55]],
  [
    'select case when credit > 100 then ? when credit is null then 0 else -1 end as band ' +
      'from customer where id between ? and ? + 3',
    () => ['rich', 7, 7],
  ],
  ['select exists (select 1 from line where sku = ? and pieces > 2) as sold', () => [sku()]],
  ["insert into journal (kind, detail) values ('seen', ?)", () => [text(2)]],
  ['update journal set detail = detail || ? where id = ?', () => ['!', 1 + below(500)]],
  ['delete from journal where id = (select min(id) from journal) and kind <> ?', () => ['keep']],
  ["insert or replace into customer (id, email, city) values (?, ?, 'north')", newcomer],
  ['with mine as (select id from purchase where customer = ?) select count(*) from mine', customer],
  ['select last_insert_rowid() as id, changes() as n, julianday(?) as day', () => ['2024-02-29']],
  ['select name, sql from sqlite_schema where type = ? order by name', () => ['index']],
  ['pragma table_info(customer)', () => []],
];

function late() {
  return [`P-${String(PRODUCTS - 30 - below(20)).padStart(5, '0')}`];
}

function newcomer() {
  const id = 1 + below(CUSTOMERS);
  return [id, `new.${id}@example.org`];
}

function customer() {
  return [1 + below(900)];
}

function questions(db) {
  const tags = db.createTagStore(20);
  for (let i = times(900); i > 0; i--) {
    db.exec('savepoint request');
    for (const [sql, values] of QUESTIONS) note(db.prepare(sql).all(...values()));
    note(tags.get`select credit from customer where id = ${1 + below(CUSTOMERS)}`);
    db.exec('release request');
  }
}

/** Texts for exec(), which compiles each time. */
function maintenance(db) {
  for (let i = times(500); i > 0; i--) {
    db.exec(`
      create temp table pick as select id, credit from customer where id % 97 = ${i % 97};
      create index temp.pick_credit on pick (credit);
      update pick set credit = credit * 1.1; delete from pick where credit < 5; drop table pick;
    `);
    db.exec(`insert into journal (kind, detail) values ('note', 'number ${i}'), ('note', null)`);
    db.exec(`update product set tags = '["${word()}"]' where sku = '${sku()}'`);
    db.exec('pragma user_version = 3; pragma foreign_keys = on');
    db.exec('select total_changes()');
  }
  db.exec('alter table journal add column extra; alter table journal drop column extra');
  db.exec('reindex customer_city; analyze; pragma optimize; vacuum; pragma integrity_check');
}

/** Lists: many rows of several shapes, whole and one by one. */
function lists(db) {
  const shapes = [
    'select id, email, city, credit from customer where id > ? limit 200',
    'select sku, title, cents, stock from product where cents > ? limit 200',
    'select purchase, pieces, cents from line where purchase > ? limit 200',
    'select id, customer, placed from purchase order by placed desc, id limit 100 offset ? % 50',
    'select id, photo from customer where id > ? and photo is not null limit 60',
  ];
  const statements = shapes.map((sql) => db.prepare(sql));
  const arrays = db.prepare(shapes[0], { returnArrays: true });
  const bigints = db.prepare(shapes[2], { readBigInts: true });
  for (let i = times(250); i > 0; i--) {
    for (const statement of statements) {
      note(statement.all(below(800)));
      for (const row of statement.iterate(below(800))) sum += Object.keys(row).length;
    }
    note(arrays.all(below(800)));
    note(bigints.all(below(800)));
  }
}

/** Sorting, grouping, windows, compound selects, recursion. */
const REPORTS = [
  'select city, count(*) n, avg(credit), max(since) from customer group by city having n > 2 order by n',
  `select sku, sum(pieces) as sold, rank() over (order by sum(pieces) desc) as place
   from line group by sku limit 20`,
  `select customer, placed, lag(placed) over mine as earlier, sum(1) over mine as running
   from purchase window mine as (partition by customer order by placed) limit 300`,
  `select c.city, sum(l.pieces * l.cents) / 100.0 as turnover, group_concat(distinct l.sku) as skus
   from customer c join purchase p on p.customer = c.id join line l on l.purchase = p.id
   where p.placed > 20 group by c.city order by turnover desc`,
  `select email from customer where id in (select customer from purchase where state = 'sent')
   except select email from customer where credit < 40 union select title from product limit 80`,
  `with recursive day(n) as (select 1 union all select n + 1 from day where n < 300)
   select n, date('2024-01-01', '+' || n || ' days'), strftime('%w', '2024-01-01', n || ' days') from day`,
  'select distinct length(title) as n, substr(title, 2, 4), hex(sku) from product order by n, title',
  'select a.sku, b.sku from product a join product b on a.cents / 100 = b.cents / 100 and a.sku < b.sku',
];

function reports(db) {
  for (let i = times(12); i > 0; i--) {
    for (const sql of REPORTS) note(db.prepare(sql).all());
  }
}

/** JSON, full-text search, boxes. */
function documents(db) {
  const event = db.prepare('insert into event (at, payload) values (?, ?)');
  const title = db.prepare('insert into document (title, body) values (?, ?)');
  const place = db.prepare('insert into place values (?, ?, ?, ?, ?)');
  db.exec('begin');
  for (let i = times(800); i > 0; i--) {
    const payload = { kind: word(), nested: { list: [i, word(), null], at: i / 3 }, flag: true };
    event.run(i / 10, JSON.stringify(payload));
    title.run(text(4), text(40));
    place.run(i, below(90), 90 + below(9), below(90), 90 + below(9));
  }
  db.exec('commit');
  const queries = [
    ["select id, payload ->> '$.nested.at' as at from event where kind = ? limit 20", word],
    ["select json_set(payload, '$.flag', false, '$.extra', ?) from event limit 20", word],
    [
      "select key, value from event, json_each(payload, '$.nested.list') where event.id = ?",
      customer,
    ],
    ['select json_group_array(id) ids, json_object(?, 1) from event where id < 40', word],
    [
      'select rowid, title, bm25(document) from document where document match ? order by rank limit 5',
      word,
    ],
    [
      `select snippet(document, 1, '[', ']', '…', 6) as s from document where document match ? limit 5`,
      word,
    ],
    ["select count(*) from document where document match ? || '* NOT delta'", () => 'gar'],
    ['select id from place where west < ? and east > 92 and north > 95 limit 30', () => below(90)],
  ];
  const statements = queries.map(([sql, value]) => [db.prepare(sql), value]);
  for (let i = times(60); i > 0; i--) {
    for (const [statement, value] of statements) note(statement.all(...[value()].flat()));
    note(db.prepare('update document set body = ? where rowid = ?').run(text(30), i));
    note(db.prepare('delete from document where rowid = ?').run(times(800) - i));
    note(db.prepare('delete from place where id = ?').run(i));
  }
}

/** Functions, aggregates and tables in JavaScript; the authorizer. */
function callbacks(db) {
  db.function('gross', { deterministic: true }, (cents) => Math.round(cents * 1.19));
  db.function('initials', { varargs: true }, (...all) => all.map((one) => one?.[0] ?? '').join(''));
  db.aggregate('longest', {
    start: '',
    step: (best, value) => (value.length > best.length ? value : best),
  });
  db.aggregate('moving', {
    start: 0,
    step: (total, value) => total + value,
    inverse: (total, value) => total - value,
  });
  db.createModule('span', {
    columns: [
      { name: 'value', type: 'INTEGER' },
      { name: 'stop', type: 'INTEGER', hidden: true },
    ],
    *rows(stop) {
      for (let i = 0; i < stop; i++) yield [i];
    },
  });
  const queries = [
    'select sum(gross(cents)) from product',
    'select city, longest(email), initials(city, email) from customer where id < 300 group by city',
    'select moving(cents) over (order by sku rows 3 preceding) from product limit 60',
    'select sum(value) from span(40)',
  ].map((sql) => db.prepare(sql));
  for (let i = times(30); i > 0; i--) for (const query of queries) note(query.all());
  db.setAuthorizer(() => constants.SQLITE_OK);
  for (let i = times(30); i > 0; i--) note(db.prepare(QUESTIONS[4][0]).all(i));
  db.setAuthorizer(null);
}

/** What fails, as it does every day: constraints, wrong SQL, a missing table. */
function failures(db) {
  const twice = db.prepare("insert into customer (id, email) values (1, 'x'), (1, 'x')");
  const wrong = ['select * from nothing', 'selec 1', "select 'open", 'select nope from customer'];
  const attempt = (run) => {
    try {
      run();
    } catch ({ errcode }) {
      sum += errcode;
    }
  };
  for (let i = times(60); i > 0; i--) {
    attempt(() => twice.run());
    for (const sql of wrong) attempt(() => db.prepare(sql));
    attempt(() => db.exec(`insert into product values ('${sku()}', null, -1, 0, null)`));
  }
}

/** Sessions and copies. */
async function copies(db, path) {
  const copy = `${path}.copy`;
  note(await backup(db, copy));
  const other = new DatabaseSync(copy);
  const session = db.createSession();
  db.exec('begin');
  const change = db.prepare('update customer set credit = ?, city = ? where id = ?');
  for (let i = times(400); i > 0; i--) change.run(below(500), word(), 1 + below(CUSTOMERS));
  db.exec('delete from line where purchase % 50 = 7; commit');
  note(session.patchset());
  // Conflicts are the other's: it has what was vacuumed and rolled back since.
  note(other.applyChangeset(session.changeset(), { onConflict: () => 0 }));
  session.close();
  // An image in write-ahead mode cannot be opened in memory.
  other.exec('pragma journal_mode = delete');
  const image = other.serialize();
  other.close();
  const memory = new DatabaseSync(':memory:');
  memory.deserialize(image);
  note(memory.prepare('select count(*) as n, sum(credit) from customer').get());
  memory.close();
}

/** Each kind of journal has paths of its own through the pager. */
async function train(path, settings) {
  const db = new DatabaseSync(path, { timeout: 1_000 });
  db.exec(settings);
  fill(db);
  orders(db);
  questions(db);
  maintenance(db);
  lists(db);
  reports(db);
  documents(db);
  callbacks(db);
  failures(db);
  if (path !== ':memory:') await copies(db, path);
  db.close();
  // Opened again, as by the next process: the schema is read from the file.
  if (path !== ':memory:') {
    const again = new DatabaseSync(path);
    note(again.prepare('select count(*) from line').get());
    again.close();
  }
}

async function main() {
  const folder = mkdtempSync(join(tmpdir(), 'train-'));
  try {
    await train(join(folder, 'wal.db'), 'pragma journal_mode = wal; pragma synchronous = normal');
    await train(
      join(folder, 'rollback.db'),
      'pragma journal_mode = delete; pragma synchronous = off',
    );
    await train(':memory:', 'pragma cache_size = -4000');
  } finally {
    rmSync(folder, { recursive: true });
  }
  process.stdout.write(`trained: ${sum}\n`);
}

main();
