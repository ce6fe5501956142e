'use strict';
// Text that naive code cuts or mangles, on every way in and out. Lone surrogates cannot be UTF-8: they become
// U+FFFD; everything else, NUL included, comes back as it is.

const TEXTS = {
  empty: '',
  'a NUL': '\0',
  'a NUL inside': 'a\0b',
  'NULs at the end': 'end\0\0',
  'a lone high surrogate': '\ud800',
  'a lone low surrogate': 'a\udfffb',
  'surrogates in the wrong order': '\udc00\ud800',
  'a surrogate after a pair': '\u{1F9F5}\ud83e',
  'a pair': '\u{1F9F5}',
  'the last code point': '\u{10ffff}',
  'a byte order mark': '\ufeffmark',
  noncharacters: '\uffff\ufffe',
  'Latin-1': '\u00e9\u00ff\u0080',
  'one byte each': '\u0001\u007f',
  'a long one': `${'\u20ac'.repeat(5000)}\0${'x'.repeat(5000)}`,
  'a long Latin-1': '\u00e9'.repeat(9999),
};

const wellFormed = (text) => Buffer.from(text, 'utf8').toString('utf8');
const hex = (text) => Buffer.from(text, 'utf8').toString('hex').toUpperCase();

/** Each gives what came back of `text`, and its bytes as SQLite saw them. */
const WAYS = {
  'a parameter': (db, text) => db.prepare('SELECT ?1 AS v, hex(?1) AS h').get(text),
  'a named parameter': (db, text) => db.prepare('SELECT $t AS v, hex($t) AS h').get({ t: text }),
  'a table': (db, text) => {
    db.prepare('INSERT INTO texts VALUES (?)').run(text);
    return db.prepare('SELECT v, hex(v) AS h FROM texts ORDER BY rowid DESC').all()[0];
  },
  'an iterator': (db, text) => {
    const [row] = db.prepare('SELECT ?1 AS v, hex(?1) AS h').iterate(text);
    return row;
  },
  'an array': (db, text) => {
    const statement = db.prepare('SELECT ?1 AS v, hex(?1) AS h', { returnArrays: true });
    const [v, h] = statement.get(text);
    return { v, h };
  },
  'a tag store': (db, text) => db.createTagStore().get`SELECT ${text} AS v, hex(${text}) AS h`,
  'the result of a function': (db, text) => {
    db.function('give', () => text);
    return db.prepare('SELECT give() AS v, hex(give()) AS h').get();
  },
  'the argument of a function': (db, text) => {
    let seen;
    db.function('take', (value) => {
      seen = value;
    });
    const { h } = db.prepare('SELECT hex(?1) AS h, take(?1)').get(text);
    return { v: seen, h };
  },
  'an accumulator': (db, text) => {
    db.aggregate('gather', { start: '', step: (all, value) => all + value });
    return db.prepare('SELECT gather(?1) AS v, hex(gather(?1)) AS h').get(text);
  },
  'a changeset': (db, text, { open }) => {
    const from = open(':memory:');
    const schema = 'CREATE TABLE sent(id INTEGER PRIMARY KEY, v)';
    from.exec(schema);
    const session = from.createSession();
    from.prepare('INSERT INTO sent VALUES (1, ?)').run(text);
    db.exec(`DROP TABLE IF EXISTS sent; ${schema}`);
    db.applyChangeset(session.changeset());
    from.close();
    return db.prepare('SELECT v, hex(v) AS h FROM sent').get();
  },
};

module.exports = function text({ check, open }) {
  const db = open(':memory:');
  db.exec('CREATE TABLE texts(v)');
  for (const [way, pass] of Object.entries(WAYS)) {
    for (const [name, value] of Object.entries(TEXTS)) {
      const { v, h } = pass(db, value, { open });
      const what = `${name} as ${way}`;
      check.ok(h === hex(value), `${what}: bytes ${h}, expected ${hex(value)}`);
      check.ok(v === wellFormed(value), `${what}: ${JSON.stringify(v)}`);
    }
  }
  // Bytes that are no UTF-8 are text in SQLite all the same.
  const broken = db.prepare("SELECT CAST(x'61ff62' AS TEXT) AS a, CAST(x'c0' AS TEXT) AS b").get();
  check.same(broken, { a: 'a\ufffdb', b: '\ufffd' });
  // Names are text too.
  const named = db.prepare('SELECT 1 AS "\u{1F9F5} \u00e9"');
  check.same(Object.keys(named.get()), ['\u{1F9F5} \u00e9']);
  check.same(named.columns()[0].name, '\u{1F9F5} \u00e9');
  db.close();
};
