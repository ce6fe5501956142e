'use strict';

/**
 * What a user of node:sqlite can observe, as small programs over a module. Each is run on this
 * package and compared with what Node 26's builtin did (oracle.json, made by record.cjs) and, where
 * the running Node has that builtin, with what it does now.
 *
 * `p(name, run)`: `run({ m, db, file })` gets the module, a fresh database in memory, and a path
 * that no other probe uses.
 */

const { pathToFileURL } = require('node:url');

const probes = [];
const p = (name, run) => probes.push({ name, run });
/** Several outcomes of one probe: a list of functions, each of which may throw. */
const { outcome } = require('./describe.cjs');
const each = (...runs) => runs.map((run) => JSON.stringify(outcome(run)));

const BOOLEAN_OPTIONS = [
  'open',
  'readOnly',
  'enableForeignKeyConstraints',
  'enableDoubleQuotedStringLiterals',
  'allowExtension',
  'readBigInts',
  'returnArrays',
  'allowBareNamedParameters',
  'allowUnknownNamedParameters',
  'defensive',
];

// Construction ---------------------------------------------------------------------------------
p('constructor arguments', ({ m: { DatabaseSync } }) =>
  each(
    () => new DatabaseSync(),
    () => DatabaseSync(':memory:'),
    () => new DatabaseSync(1),
    () => new DatabaseSync(null),
    () => new DatabaseSync('a\0b'),
    () => new DatabaseSync(Buffer.from('a\0b')),
    () => new DatabaseSync(new URL('http://x/y')),
    () => new DatabaseSync({ href: 1 }),
    () => new DatabaseSync({}),
    () => new DatabaseSync([]),
    () => new DatabaseSync(':memory:', undefined),
    () => new DatabaseSync(':memory:', null),
    () => new DatabaseSync(':memory:', 'x'),
    () => new DatabaseSync(':memory:', 5),
    () => new DatabaseSync(':memory:', []).isOpen,
    () => new DatabaseSync(':memory:', () => {}).isOpen,
  ),
);
for (const option of BOOLEAN_OPTIONS) {
  p(`option ${option} is checked`, ({ m: { DatabaseSync } }) =>
    each(
      () => new DatabaseSync(':memory:', { [option]: 'x' }),
      () => new DatabaseSync(':memory:', { [option]: null }),
      () => new DatabaseSync(':memory:', { [option]: 0 }),
      () => new DatabaseSync(':memory:', { [option]: undefined }).isOpen,
    ),
  );
}
p('option timeout is checked', ({ m: { DatabaseSync } }) =>
  each(
    ...['x', null, 1.5, 2 ** 40, -5, 0, NaN, 5n, true].map(
      (timeout) => () => new DatabaseSync(':memory:', { timeout }).isOpen,
    ),
    () => new DatabaseSync(':memory:', { timeout: 1234 }).prepare('pragma busy_timeout').get(),
    () => new DatabaseSync(':memory:').prepare('pragma busy_timeout').get(),
    () => {
      const db = new DatabaseSync(':memory:');
      db.exec('pragma busy_timeout = 77');
      return db.prepare('pragma busy_timeout').get();
    },
  ),
);
p('option limits is checked', ({ m: { DatabaseSync } }) =>
  each(
    ...['x', null, 5].map((limits) => () => new DatabaseSync(':memory:', { limits }).isOpen),
    ...['x', -1, 1.5, null, Infinity, 2 ** 31, true].map(
      (length) => () => new DatabaseSync(':memory:', { limits: { length } }).isOpen,
    ),
    () => new DatabaseSync(':memory:', { limits: { unknown: 'x' } }).isOpen,
    () => new DatabaseSync(':memory:', { limits: { variableNumber: 2 } }).prepare('select ?,?,?'),
    () =>
      new DatabaseSync(':memory:', { limits: { sqlLength: 20 } }).exec(
        'select 1 -- a long comment',
      ),
  ),
);
p('options are read in order', ({ m: { DatabaseSync } }) => {
  const seen = [];
  const options = new Proxy({}, { get: (_, key) => void seen.push(String(key)) });
  new DatabaseSync(':memory:', options);
  return seen;
});
p('errors of options come in order', ({ m: { DatabaseSync } }) =>
  each(
    () => new DatabaseSync(1, 1),
    () => new DatabaseSync(':memory:', { open: 1, limits: 1 }),
  ),
);
p('a file that cannot be opened', ({ m: { DatabaseSync }, file }) =>
  each(
    () => new DatabaseSync('/nonexistent-folder/x.db'),
    () => new DatabaseSync(file, { readOnly: true }),
    () => {
      const db = new DatabaseSync('/nonexistent-folder/x.db', { open: false });
      return each(
        () => db.open(),
        () => db.isOpen,
        () => db.open(),
      );
    },
  ),
);
p('paths of every kind name the same file', ({ m: { DatabaseSync }, file }) => {
  const db = new DatabaseSync(file);
  db.exec('create table t(a); insert into t values (7)');
  db.close();
  const url = pathToFileURL(file);
  return [
    file,
    Buffer.from(file),
    new Uint8Array(Buffer.from(file)),
    url,
    { href: url.href },
    url.href,
  ].map((path) => {
    const again = new DatabaseSync(path);
    const row = again.prepare('select a from t').get();
    again.close();
    return row;
  });
});
p('a URI carries parameters', ({ m: { DatabaseSync }, file }) => {
  new DatabaseSync(file).close();
  const url = `${pathToFileURL(file).href}?mode=ro`;
  return each(
    () => new DatabaseSync(url).exec('create table t(a)'),
    () => new DatabaseSync(new URL(url)).exec('create table t(a)'),
  );
});
p('readOnly forbids writing', ({ m: { DatabaseSync }, file }) => {
  new DatabaseSync(file).close();
  const db = new DatabaseSync(file, { readOnly: true });
  return each(
    () => db.exec('create table t(a)'),
    () => db.prepare('create table t(a)').run(),
  );
});
p('defaults of a connection', ({ db }) =>
  [
    'foreign_keys',
    'busy_timeout',
    'trusted_schema',
    'cache_size',
    'synchronous',
    'temp_store',
    'recursive_triggers',
    'journal_mode',
    'encoding',
    'page_size',
    'locking_mode',
    'secure_delete',
    'automatic_index',
    'auto_vacuum',
  ].map((pragma) => db.prepare(`pragma ${pragma}`).get()),
);
/** What depends on the compiler, or is ours on purpose (see .cargo/config.toml), and harmless. */
const BUILD = /^(COMPILER|THREADSAFE|USE_ALLOCA|HAVE_ISNAN|ENABLE_LOAD_EXTENSION|MAX_SCHEMA)\b/;
p('compile options', ({ db }) =>
  db
    .prepare('pragma compile_options')
    .all()
    .map((row) => row.compile_options)
    .filter((option) => !BUILD.test(option)),
);
p('double-quoted strings are an option', ({ m: { DatabaseSync }, db }) =>
  each(
    () => db.prepare('select "x"').get(),
    () =>
      new DatabaseSync(':memory:', { enableDoubleQuotedStringLiterals: true })
        .prepare('select "x" as y')
        .get(),
  ),
);
p('foreign keys are an option', ({ m: { DatabaseSync } }) =>
  [true, false].map((enableForeignKeyConstraints) => {
    const db = new DatabaseSync(':memory:', { enableForeignKeyConstraints });
    db.exec('create table a(x primary key); create table b(x references a)');
    return each(() => db.exec('insert into b values (5)'));
  }),
);
p('defensive is an option', ({ m: { DatabaseSync } }) =>
  [true, false].map((defensive) => {
    const db = new DatabaseSync(':memory:', { defensive });
    db.exec('create table t(a); pragma writable_schema = on');
    return each(() => db.exec("update sqlite_schema set name = 'u' where name = 't'"));
  }),
);

// Classes --------------------------------------------------------------------------------------
p('receivers are checked', ({ m: { DatabaseSync, StatementSync }, db }) => {
  const statement = db.prepare('select 1');
  const receivers = [
    undefined,
    null,
    5,
    'x',
    {},
    db,
    statement,
    Object.create(db),
    new Proxy(db, {}),
  ];
  const calls = [
    ...['open', 'close', 'prepare', 'exec', 'location'].map((name) => DatabaseSync.prototype[name]),
    ...['run', 'get', 'all', 'iterate', 'columns', 'setReadBigInts', 'close'].map(
      (name) => StatementSync.prototype[name],
    ),
  ];
  return receivers
    .filter((receiver) => receiver !== db && receiver !== statement)
    .map((receiver) => each(...calls.map((call) => () => call.call(receiver, 'select 1'))));
});
p('wrong class', ({ m: { DatabaseSync, StatementSync }, db }) =>
  each(
    () => StatementSync.prototype.get.call(db),
    () => DatabaseSync.prototype.exec.call(db.prepare('select 1'), 'select 1'),
    () => new StatementSync(),
    () => StatementSync(),
    () => Reflect.construct(StatementSync, []),
  ),
);
p('descriptors of what exists', ({ m: { DatabaseSync, StatementSync }, db }) => {
  const statement = db.prepare('select 1');
  const iterator = statement.iterate();
  const show = (object, names) =>
    names.map((name) => {
      const { get, set, value, ...rest } = Object.getOwnPropertyDescriptor(object, name) ?? {};
      return [
        String(name),
        typeof value,
        value?.name,
        value?.length,
        typeof get,
        get?.name,
        typeof set,
        rest,
      ];
    });
  return [
    show(DatabaseSync.prototype, [
      'open',
      'close',
      'prepare',
      'exec',
      'location',
      'constructor',
      Symbol.dispose,
    ]),
    show(StatementSync.prototype, [
      ...['iterate', 'all', 'get', 'run', 'columns', 'setAllowBareNamedParameters'],
      ...['setAllowUnknownNamedParameters', 'setReadBigInts', 'setReturnArrays', 'close'],
      'constructor',
      Symbol.dispose,
    ]),
    show(db, ['isOpen', 'isTransaction', 'limits', Symbol.for('sqlite-type')]),
    show(statement, ['sourceSQL', 'expandedSQL']),
    show(Object.getPrototypeOf(iterator), ['next', 'return', 'constructor']),
    Reflect.ownKeys(db).map(String),
    Reflect.ownKeys(statement).map(String),
    Reflect.ownKeys(iterator).map(String),
    show(DatabaseSync, ['length', 'name', 'prototype']),
    show(StatementSync, ['length', 'name', 'prototype']),
    Object.prototype.toString.call(db),
    Object.getPrototypeOf(Object.getPrototypeOf(iterator)) ===
      Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())),
  ].map((part) => JSON.stringify(part).replaceAll('nodejs.dispose', 'Symbol.dispose'));
});
p('subclasses work', ({ m: { DatabaseSync } }) => {
  class Mine extends DatabaseSync {
    twice() {
      return this.prepare('select 2 as two').get();
    }
  }
  const mine = new Mine(':memory:');
  return [mine.twice(), mine instanceof Mine, mine instanceof DatabaseSync, mine.constructor.name];
});
p('a frozen or altered instance changes nothing inside', ({ db }) => {
  Object.freeze(db);
  db.exec('create table t(a)');
  return each(
    () => db.prepare('select count(*) as n from t').get(),
    () => delete db.isOpen,
  );
});

// Open, close ----------------------------------------------------------------------------------
p('a database that is not open', ({ m: { DatabaseSync } }) => {
  const db = new DatabaseSync(':memory:', { open: false });
  return each(
    () => db.isOpen,
    () => db.isTransaction,
    () => db.limits,
    () => db.close(),
    () => db.exec('select 1'),
    () => db.exec(1),
    () => db.prepare('select 1'),
    () => db.prepare(1),
    () => db.location(),
    () => db.location(1),
    () => db[Symbol.dispose](),
    () => db.open(),
    () => db.isOpen,
    () => db.open(),
    () => db.close(),
    () => db.isOpen,
    () => db.close(),
    () => db[Symbol.dispose](),
  );
});
p('closing finalizes statements', ({ db }) => {
  const statement = db.prepare('select 1 as a union select 2');
  const iterator = statement.iterate();
  iterator.next();
  db.close();
  return each(
    () => statement.get(),
    () => statement.all(),
    () => statement.run(),
    () => statement.iterate(),
    () => statement.columns(),
    () => statement.sourceSQL,
    () => statement.expandedSQL,
    () => statement.setReadBigInts(true),
    () => statement.setReadBigInts(5),
    () => statement.close(),
    () => statement[Symbol.dispose](),
    () => iterator.next(),
    () => iterator.return(),
  );
});
p('a database can be opened again', ({ db }) => {
  db.exec('create table t(a)');
  db.close();
  db.open();
  return each(
    () => db.prepare('select * from t'),
    () => db.prepare('select 1 as a').get(),
  );
});
p('closing rolls back', ({ m: { DatabaseSync }, file }) => {
  const db = new DatabaseSync(file);
  db.exec('create table t(a); begin; insert into t values (1)');
  const before = db.isTransaction;
  db.close();
  db.open();
  return [before, db.isTransaction, db.prepare('select count(*) as n from t').get()];
});
p('location', ({ m: { DatabaseSync }, db }) => {
  db.exec("attach ':memory:' as other");
  return each(
    () => db.location(),
    () => db.location('main'),
    () => db.location('other'),
    () => db.location('none'),
    () => db.location(undefined),
    () => db.location(null),
    () => db.location(5),
    () => new DatabaseSync('').location(),
  );
});
p('limits', ({ db }) => {
  const { limits } = db;
  return each(
    () => ({ ...limits }),
    () => (limits.length = 1000),
    () => limits.length,
    () => (limits.length = 10),
    () => limits.length,
    () => (limits.length = Infinity),
    () => limits.length,
    () => (limits.length = -1),
    () => (limits.length = 'x'),
    () => (limits.length = 1.5),
    () => (limits.length = NaN),
    () => limits.unknown,
    () => (limits.unknown = 5),
    () => limits.unknown,
    () => Object.keys(limits),
    () => 'length' in limits,
    () => db.limits === limits,
    () => Object.getOwnPropertyDescriptor(limits, 'column'),
    () => {
      db.close();
      return limits.length;
    },
  );
});

// exec, prepare --------------------------------------------------------------------------------
p('exec', ({ db }) =>
  each(
    () => db.exec(),
    () => db.exec(1),
    () => db.exec(''),
    () => db.exec('-- nothing'),
    () => db.exec('selec'),
    () =>
      db.exec('create table t(a); insert into t values(1); insert into u values(2); drop table t'),
    () => db.prepare('select * from t').all(),
    () => db.exec('select 1;\0 selec'),
    () => db.exec("select '😀', '\ud800'"),
  ),
);
p('prepare', ({ db }) =>
  each(
    () => db.prepare(),
    () => db.prepare(1),
    () => db.prepare(''),
    () => db.prepare('  -- nothing\n'),
    () => db.prepare('/* nothing */ ;'),
    () => db.prepare('selec'),
    () => db.prepare('select * from missing'),
    () => db.prepare('select 1 as a; select 2').all(),
    () => db.prepare('select 1', undefined).get(),
    () => db.prepare('select 1', null),
    () => db.prepare('select 1', 'x'),
    () => db.prepare('select 1', 5),
    () => db.prepare('select 1 as a', []).get(),
    ...[
      'readBigInts',
      'returnArrays',
      'allowBareNamedParameters',
      'allowUnknownNamedParameters',
      'persistent',
    ].flatMap((name) => [
      () => db.prepare('select 1', { [name]: 1 }),
      () => db.prepare('select 1', { [name]: null }),
      () => db.prepare('select 1 as a', { [name]: undefined }).get(),
      () => db.prepare('select 1 as a', { [name]: true }).get(),
    ]),
  ),
);
p('options of prepare are read in order', ({ db }) => {
  const seen = [];
  db.prepare('select 1', new Proxy({}, { get: (_, key) => void seen.push(String(key)) }));
  return seen;
});
p('a getter of an option may close the database', ({ db }) =>
  each(() =>
    db.prepare('select 1', {
      get persistent() {
        db.close();
        return true;
      },
    }),
  ),
);
p('sourceSQL and expandedSQL', ({ db }) => {
  const sql = 'select ?1 as a, $b, ?, ? -- end';
  const statement = db.prepare(sql);
  return each(
    () => statement.sourceSQL,
    () => statement.expandedSQL,
    () => statement.get({ b: "it's" }, 1, null, 'é😀'),
    () => statement.expandedSQL,
    () => statement.get(new Uint8Array([1, 255]), 1.5, 2n ** 62n),
    () => statement.expandedSQL,
  );
});
p('columns', ({ db }) => {
  db.exec('create table t(a integer primary key, b text, "c d" blob, e)');
  return each(
    () => db.prepare('select *, a + 1 as f, a x, count(*) from t').columns(),
    () => db.prepare('insert into t(a) values (1)').columns(),
    () => db.prepare('pragma user_version').columns(),
  );
});

// Parameters -----------------------------------------------------------------------------------
const types = 'select ? as v, typeof(?1) as t';
const VALUES = {
  integer: 1,
  float: 1.5,
  'minus zero': -0,
  NaN: NaN,
  infinity: Infinity,
  '-infinity': -Infinity,
  'largest safe': Number.MAX_SAFE_INTEGER,
  'huge number': 1e300,
  tiny: 5e-324,
  text: 'text',
  'empty text': '',
  'text with NUL': 'a\0b',
  'lone surrogate': 'a\ud800b',
  emoji: '😀',
  latin: 'äöü',
  null: null,
  undefined,
  true: true,
  false: false,
  bigint: 5n,
  'largest int64': 2n ** 63n - 1n,
  'smallest int64': -(2n ** 63n),
  'too large': 2n ** 63n,
  'too small': -(2n ** 63n) - 1n,
  Uint8Array: new Uint8Array([1, 2, 255]),
  'empty Uint8Array': new Uint8Array(0),
  Buffer: Buffer.from('hi'),
  Float64Array: new Float64Array([1.5]),
  BigInt64Array: new BigInt64Array([1n]),
  'Uint16Array part': new Uint16Array([1, 2, 3]).subarray(1),
  'DataView part': new DataView(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2),
  ArrayBuffer: new Uint8Array([7, 8]).buffer,
  'empty ArrayBuffer': new ArrayBuffer(0),
  SharedArrayBuffer: new SharedArrayBuffer(3),
  Date: new Date(0),
  'plain object': {},
  array: [1],
  'empty array': [],
  function: () => 1,
  symbol: Symbol('x'),
  'boxed number': new Number(1),
  'boxed string': new String('ab'),
  map: new Map(),
};
for (const [name, value] of Object.entries(VALUES)) {
  p(`binds ${name}`, ({ db }) => {
    const statement = db.prepare(types, { readBigInts: true });
    return each(
      () => statement.get(value),
      () => db.prepare('select ? as a, ? as b').get(1, value),
      () => db.prepare('select $a as a').get({ a: value }),
      () => db.prepare(types).all(value),
      () => [...db.prepare(types).iterate(value)],
      () => db.prepare(types).run(value),
    );
  });
}
p('a detached buffer binds as an empty blob', ({ db }) => {
  const view = new Uint8Array([1, 2, 3]);
  structuredClone(view.buffer, { transfer: [view.buffer] });
  return each(
    () => db.prepare(types).get(view),
    () => db.prepare(types).get(view.buffer),
  );
});
p('too few and too many', ({ db }) => {
  const statement = db.prepare('select ? as a, ? as b');
  return each(
    () => statement.get(),
    () => statement.get(1),
    () => statement.get(1, 2),
    () => statement.get(1, 2, 3),
    () => statement.get(),
    () => statement.get(1, 2, Symbol('x')),
    () => statement.get(1, 2, 3, Symbol('x')),
    () => db.prepare('select 1 as a').get(5),
    () => db.prepare('select 1 as a').get({}),
    () => db.prepare('select 1 as a').get({ a: 1 }),
    () => db.prepare('select ?3 as a').get(1, 2, 3),
    () => db.prepare('select ?3 as a').get(1),
  );
});
p('named parameters', ({ db }) => {
  const get = (sql, ...args) => db.prepare(sql).get(...args);
  return each(
    () => get('select $a as a, :b as b, @c as c', { a: 1, b: 2, c: 3 }),
    () => get('select $a as a, :b as b, @c as c', { $a: 1, ':b': 2, '@c': 3 }),
    () => get('select $a as a', { b: 1 }),
    () => get('select $a as a', { a: 1, b: 1 }),
    () => get('select $a as a', {}),
    () => get('select $a as a, @a as b', { a: 1 }),
    () => get('select $a as a, @a as b', { $a: 1 }),
    () => get('select $a as a, ? as b, ? as c', { a: 1 }, 2, 3),
    () => get('select ? as b, $a as a, ? as c', { a: 1 }, 2, 3),
    () => get('select ? as b, $a as a, ? as c', 2, 3),
    () => get('select $a as a, $b as b', 2),
    () => get('select ?1 as a, ?2 as b', { '?1': 1, '?2': 4 }),
    () => get('select ?1 as a, ?2 as b', { 1: 1, 2: 3 }),
    () => get('select $a as a', { [Symbol('a')]: 1 }),
    () => get('select $a as a', Object.create({ a: 1 })),
    () => get('select $a as a', Object.defineProperty({}, 'a', { value: 1 })),
    () => get('select $a as a', Object.assign(Object.create(null), { a: 1 })),
    () => get('select $a as a', new Map([['a', 1]])),
    () =>
      get(
        'select $a as a',
        Object.assign(() => {}, { a: 1 }),
      ),
    () => get('select ? as a', [5]),
    () => get('select $a as a', { a: {} }),
    () => get('select $a as a, $a as b', { a: 1 }),
    () => get('select $é as a', { é: 1 }),
    () => get('select $a as a', { a: 1 }, { b: 2 }),
  );
});
p('settings of named parameters', ({ m: { DatabaseSync } }) => {
  const statement = (options) => new DatabaseSync(':memory:', options).prepare('select $a as a');
  const bare = statement({ allowBareNamedParameters: false });
  const unknown = statement({ allowUnknownNamedParameters: true });
  return each(
    () => bare.get({ a: 1 }),
    () => bare.get({ $a: 1 }),
    () => bare.setAllowBareNamedParameters(true),
    () => bare.get({ a: 1 }),
    () => unknown.get({ b: 1 }),
    () => unknown.setAllowUnknownNamedParameters(false),
    () => unknown.get({ b: 1 }),
    () => bare.setAllowBareNamedParameters(),
    () => bare.setAllowUnknownNamedParameters('x'),
    () => bare.setReadBigInts(null),
    () => bare.setReturnArrays(1),
  );
});
p('getters of named parameters run in order and may throw', ({ db }) => {
  const seen = [];
  const statement = db.prepare('select $a as a, $b as b');
  const bag = {
    get b() {
      seen.push('b');
      return 2;
    },
    get a() {
      seen.push('a');
      throw 'no error at all';
    },
  };
  return [
    each(
      () => statement.get(bag),
      () => statement.get({ a: 1, b: 2 }),
    ),
    seen,
  ];
});
p('getters of named parameters may not touch their statement', ({ db }) => {
  const statement = db.prepare('select $a as a');
  const attempt = (run) =>
    outcome(() =>
      statement.get({
        get a() {
          return run();
        },
      }),
    );
  return [
    attempt(() => statement.get({ a: 1 })),
    attempt(() => statement.all()),
    attempt(() => statement.run()),
    attempt(() => statement.iterate()),
    attempt(() => statement.close()),
    attempt(() => statement[Symbol.dispose]()),
    attempt(() => statement.columns().length),
    attempt(() => statement.sourceSQL),
    attempt(() => db.prepare('select 5 as five').get().five),
    outcome(() => statement.get({ a: 1 })),
  ];
});
p('a getter of a named parameter may close the database', ({ db }) => {
  const statement = db.prepare('select $a as a');
  return each(
    () =>
      statement.get({
        get a() {
          db.close();
          return 1;
        },
      }),
    () => db.isOpen,
  );
});

// Results --------------------------------------------------------------------------------------
p('rows', ({ db }) =>
  each(
    () => db.prepare("select 1 as a, 'x' as b, null as c, x'01' as d, 1.5 as e").get(),
    () => db.prepare('select 1 as b, 2 as a, 3 as b').get(),
    () =>
      db.prepare('select 1 as "__proto__", 2 as "constructor", 3 as "1", 4 as "0", 5 as ""').get(),
    () => db.prepare('select 1 where 0').get(),
    () => db.prepare('select 1 where 0').all(),
    () => db.prepare('select 1').get(),
    () => db.prepare("select 'a' || char(0) || 'b' as a, '' as b, x'' as c").get(),
    () => db.prepare("select cast(x'ff41e2' as text) as a").get(),
    () => db.prepare('select -0.0 as a, 1e999 as b, -1e999 as c, 9007199254740991 as d').get(),
    () =>
      db
        .prepare('select 2147483647 as a, 2147483648 as b, -2147483648 as c, -2147483649 as d')
        .get(),
    () => Object.isFrozen(db.prepare('select 1').get()),
    () => db.prepare('create table t(a)').get(),
    () => db.prepare('create table u(a)').all(),
    () => [...db.prepare('create table v(a)').iterate()],
  ),
);
p('integers beyond 2^53', ({ db }) => {
  const sql = 'select 9007199254740992 as a';
  const low = 'select -9007199254740992 as a';
  return each(
    () => db.prepare(sql).get(),
    () => db.prepare(sql).all(),
    () => [...db.prepare(sql).iterate()],
    () => db.prepare(low).get(),
    () => db.prepare(sql, { readBigInts: true }).get(),
    () => db.prepare(low, { readBigInts: true }).all(),
    () => [...db.prepare('select 1 as a, 1.5 as b', { readBigInts: true }).iterate()],
    () => {
      const statement = db.prepare(
        'select 1 as a union all select 9007199254740992 union all select 3',
      );
      const iterator = statement.iterate();
      return each(
        () => iterator.next(),
        () => iterator.next(),
        () => iterator.next(),
        () => iterator.next(),
      );
    },
  );
});
p('arrays', ({ db }) => {
  const statement = db.prepare('select 1 as a, 2 as a, null as b', { returnArrays: true });
  return each(
    () => statement.get(),
    () => statement.all(),
    () => [...statement.iterate()],
    () => statement.setReturnArrays(false),
    () => statement.get(),
    () => statement.setReturnArrays(true),
    () => statement.all(),
  );
});
p('bigints', ({ db }) => {
  db.exec('create table t(a integer primary key)');
  const insert = db.prepare('insert into t values (?)');
  return each(
    () => insert.run(1),
    () => insert.setReadBigInts(true),
    () => insert.run(2n),
    () => insert.setReadBigInts(false),
    () => insert.run(9007199254740993n),
    () => db.prepare('select count(*) as n from t').get(),
    () => insert.setReadBigInts(true),
    () => insert.run(9007199254740994n),
  );
});
p('run', ({ db }) => {
  db.exec('create table t(a integer primary key, b unique)');
  return each(
    () => db.prepare('insert into t values (5, 1), (6, 2)').run(),
    () => db.prepare('update t set b = b + 10').run(),
    () => db.prepare('select * from t').run(),
    () => db.prepare('insert into t values (5, 9)').run(),
    () => db.prepare('insert into t values (7, 11)').run(),
    () => db.prepare('delete from t where a > 100').run(),
    () => db.prepare('insert into t(b) values (77), (78) returning a').run(),
    () => db.prepare('insert into t(b) values (87), (88) returning a').get(),
    () => db.prepare('insert into t(b) values (97), (98) returning a').all(),
    () => db.prepare('select count(*) as n from t').get(),
    () => db.prepare('begin').run(),
    () => db.isTransaction,
    () => db.prepare('commit').run(),
    () => db.isTransaction,
  );
});
p('errors of SQLite carry extended codes', ({ db }) => {
  db.exec('create table t(a not null, b unique, c check (c > 0)); create table p(x primary key)');
  db.exec('create table f(x references p deferrable initially deferred)');
  return each(
    () => db.exec('insert into t values (null, 1, 1)'),
    () => db.exec('insert into t values (1, 1, 0)'),
    () => db.exec('insert into t values (1, 1, 1); insert into t values (1, 1, 1)'),
    () => db.exec('begin; insert into f values (1); commit'),
    () => db.exec('rollback'),
    () => db.exec('commit'),
    () => db.prepare("select json('{')").get(),
    () => db.prepare('select abs(-9223372036854775808)').get(),
    () => db.prepare("select raise(abort, 'x')"),
    () => db.prepare('select zeroblob(2000000000)').get(),
  );
});
p('a busy database', ({ m: { DatabaseSync }, file }) => {
  const one = new DatabaseSync(file);
  one.exec('create table t(a); begin immediate');
  const two = new DatabaseSync(file);
  const insert = two.prepare('insert into t values (1)');
  return each(
    () => two.exec('insert into t values (1)'),
    () => insert.run(),
    () => one.exec('commit'),
    () => insert.run(),
  );
});

// Iterators ------------------------------------------------------------------------------------
const THREE = 'select 1 as a union all select 2 union all select 3';
p('iterator results', ({ db }) => {
  const iterator = db.prepare(THREE).iterate();
  return each(
    ...Array.from({ length: 5 }, () => () => iterator.next()),
    () => iterator.return(9),
    () => iterator.next(),
    () => iterator[Symbol.iterator]() === iterator,
    () => typeof iterator.throw,
  );
});
p('an iterator that returns early', ({ db }) => {
  const statement = db.prepare(THREE);
  const iterator = statement.iterate();
  return each(
    () => iterator.next(),
    () => iterator.return(5),
    () => iterator.return(),
    () => iterator.next(),
    () => statement.all().length,
    () => iterator.next(),
  );
});
p('an iterator that never started', ({ db }) => {
  const statement = db.prepare(THREE);
  const iterator = statement.iterate();
  return each(
    () => iterator.return(),
    () => iterator.next(),
    () => statement.get(),
  );
});
for (const method of ['get', 'all', 'run', 'iterate']) {
  p(`${method} invalidates an iterator`, ({ db }) => {
    const statement = db.prepare(THREE);
    const iterator = statement.iterate();
    iterator.next();
    const drained = statement.iterate();
    Array.from(drained);
    statement[method]();
    return each(
      () => iterator.next(),
      () => iterator.return(),
      () => iterator.next(),
      () => drained.next(),
      () => drained.return(),
    );
  });
}
p('iterators after their statement', ({ db }) => {
  const statement = db.prepare(THREE);
  const started = statement.iterate();
  started.next();
  statement.close();
  const other = db.prepare(THREE);
  const drained = other.iterate();
  Array.from(drained);
  other.close();
  return each(
    () => started.next(),
    () => started.return(),
    () => drained.next(),
    () => drained.return(),
    () => drained.next(),
  );
});
p('wrong receivers of iterator methods', ({ db }) => {
  const iterator = db.prepare(THREE).iterate();
  return each(
    () => iterator.next.call({}),
    () => iterator.return.call(null),
    () => Object.getPrototypeOf(iterator).next(),
  );
});
p('destructuring and breaking out give the lock back', ({ m: { DatabaseSync }, file }) => {
  const one = new DatabaseSync(file);
  one.exec('create table t(a); insert into t values (1), (2), (3)');
  const two = new DatabaseSync(file);
  const [first] = one.prepare('select a from t').iterate();
  for (const row of one.prepare('select a from t').iterate()) if (row) break;
  return [first, outcome(() => two.exec('insert into t values (4)'))];
});
p('an iterator sees what changes', ({ db }) => {
  db.exec('create table t(a integer primary key); insert into t values (1), (2)');
  const insert = db.prepare('insert into t values (?)');
  const seen = [];
  for (const row of db.prepare('select a from t order by a').iterate()) {
    seen.push(row.a);
    if (seen.length < 5) insert.run(row.a + 2);
  }
  return seen.length;
});
p('an error in the middle of an iteration', ({ db }) => {
  const statement = db.prepare("select json(column1) as a from (values ('1'), ('{'), ('3'))");
  const iterator = statement.iterate();
  return each(
    () => iterator.next(),
    () => iterator.next(),
    () => iterator.next(),
    () => iterator.next(),
    () => iterator.return(),
    () => statement.get(),
  );
});

// Statements -----------------------------------------------------------------------------------
p('close and dispose of a statement', ({ db }) => {
  const statement = db.prepare('select 1 as a');
  return each(
    () => statement.close(),
    () => statement.close(),
    () => statement[Symbol.dispose](),
    () => statement.get(),
    () => statement.get(Symbol('x')),
    () => statement.get({ a: 1 }),
    () => statement.setReturnArrays('x'),
    () => db.exec('select 1'),
  );
});
p('the columns of a statement may change', ({ db }) => {
  db.exec('create table t(a); insert into t values (1)');
  const statement = db.prepare('select * from t');
  const seen = [statement.get(), statement.all()];
  db.exec('alter table t add column b default 2');
  seen.push(statement.get(), statement.all(), [...statement.iterate()], statement.columns());
  db.exec('alter table t rename column a to z');
  seen.push(statement.all());
  db.exec('drop table t');
  seen.push(outcome(() => statement.all()));
  return seen;
});
p('a statement that is left open holds its lock', ({ m: { DatabaseSync }, file }) => {
  const one = new DatabaseSync(file);
  one.exec('create table t(a); insert into t values (1), (2)');
  const two = new DatabaseSync(file);
  const iterator = one.prepare('select a from t').iterate();
  iterator.next();
  const blocked = outcome(() => two.exec('insert into t values (3)'));
  iterator.return();
  return [blocked, outcome(() => two.exec('insert into t values (3)'))];
});

module.exports = { probes };
