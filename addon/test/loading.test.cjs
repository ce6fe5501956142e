'use strict';

/**
 * Ways to load the package, and restrictions it is loaded under. That Jest and Vitest load it, in
 * their threads and their contexts, is what the suites of js-tests/ do; here is what they do not
 * show.
 */

const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const { once } = require('node:events');
const { mkdtempSync, readFileSync, rmSync } = require('node:fs');
const { createRequire } = require('node:module');
const { tmpdir } = require('node:os');
const { dirname, join, resolve } = require('node:path');
const { after, describe, test } = require('node:test');
const vm = require('node:vm');
const { Worker } = require('node:worker_threads');
const sqlite = require('../index.cjs');
const extras = require('../extras.cjs');

const { DatabaseSync, StatementSync } = sqlite;
const addon = resolve(__dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'loading-'));
after(() => rmSync(folder, { recursive: true }));

/** Runs a program in a process of its own, in the folder of the package. */
function run(program, flags = []) {
  const env = { ...process.env };
  delete env.NODE_TEST_CONTEXT;
  delete env.NODE_OPTIONS;
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    [...flags, '-e', program],
    {
      cwd: addon,
      encoding: 'utf8',
      env,
    },
  );
  return { status, signal, stdout, stderr };
}

/** The same for a program that must end well; what it printed. */
function succeed(program, flags) {
  const { status, signal, stdout, stderr } = run(program, flags);
  assert.deepStrictEqual({ status, signal }, { status: 0, signal: null }, stderr);
  return stdout;
}

describe('modules', () => {
  test('import and require give the same objects, by path and by name', async () => {
    for (const specifier of ['@threadproof/sqlite', '../index.mjs']) {
      const imported = await import(specifier);
      assert.strictEqual(imported.default, sqlite);
      const names = Object.keys(imported).filter((name) => name !== 'default');
      assert.deepStrictEqual(names.sort(), Object.keys(sqlite).sort());
      for (const name of names) assert.strictEqual(imported[name], sqlite[name], name);
    }
    assert.strictEqual(require('@threadproof/sqlite'), sqlite);
    assert.strictEqual(createRequire(join(addon, 'x.mjs'))('@threadproof/sqlite'), sqlite);
  });

  test('the same for the extras', async () => {
    for (const specifier of ['@threadproof/sqlite/extras', '../extras.mjs']) {
      const imported = await import(specifier);
      assert.strictEqual(imported.default, extras);
      const names = Object.keys(imported).filter((name) => name !== 'default');
      assert.deepStrictEqual(names.sort(), Object.keys(extras).sort());
      for (const name of names) assert.strictEqual(imported[name], extras[name], name);
    }
    assert.strictEqual(require('@threadproof/sqlite/extras'), extras);
    assert.ok(extras.Database.prototype instanceof sqlite.DatabaseSync);
  });

  test('the extras first, then the main entry, is the same', () => {
    succeed(`
      const extras = require('@threadproof/sqlite/extras');
      const { DatabaseSync } = require('@threadproof/sqlite');
      if (!(new extras.Database(':memory:') instanceof DatabaseSync)) process.exit(9);
    `);
  });

  test('nothing else of the package can be reached', () => {
    const inside = ['lib/extras.cjs', 'index.cjs', 'extras.cjs', 'scripts/stage.cjs'];
    for (const part of inside) {
      assert.throws(() => require(`@threadproof/sqlite/${part}`), {
        code: 'ERR_PACKAGE_PATH_NOT_EXPORTED',
      });
    }
    assert.strictEqual(require('@threadproof/sqlite/package.json').name, '@threadproof/sqlite');
  });

  test('a second copy in one thread is independent of the first', () => {
    const path = require.resolve('../index.cjs');
    const cached = require.cache[path];
    delete require.cache[path];
    const second = require('../index.cjs');
    require.cache[path] = cached;
    assert.notStrictEqual(second.DatabaseSync, sqlite.DatabaseSync);
    const first = new sqlite.DatabaseSync(':memory:');
    const other = new second.DatabaseSync(':memory:');
    first.exec('create table t (a)');
    assert.throws(() => other.prepare('select * from t'), { message: 'no such table: t' });
    const statement = first.prepare('select 1 as a');
    assert.throws(() => second.StatementSync.prototype.get.call(statement), {
      message: 'Illegal invocation',
    });
    assert.throws(() => second.backup(first, join(folder, 'x.db')), {
      code: 'ERR_INVALID_ARG_TYPE',
    });
    other.close();
    assert.strictEqual(statement.get().a, 1);
    first.close();
  });

  test('workers one after the other, which hand on the code that V8 compiled', () => {
    const printed = succeed(`
      const { Worker } = require('node:worker_threads');
      const { once } = require('node:events');
      const { DatabaseSync } = require('./index.cjs');
      const program = \`
        const { parentPort } = require('node:worker_threads');
        const { DatabaseSync } = require('./index.cjs');
        const db = new DatabaseSync(':memory:');
        const messages = [];
        for (const wrong of [() => db.exec('nonsense'), () => db.prepare(1), () => DatabaseSync()]) {
          try { wrong() } catch (error) { messages.push(error instanceof Error, error.message) }
        }
        messages.push(db.prepare('select 7 as a, ? as b').get('text').b, Object.keys(db));
        db.close();
        parentPort.postMessage(JSON.stringify(messages));
      \`;
      (async () => {
        const answers = new Set();
        for (let i = 0; i < 5; i++) {
          const worker = new Worker(program, { eval: true });
          const exit = once(worker, 'exit');
          answers.add((await once(worker, 'message'))[0]);
          if ((await exit)[0] !== 0) process.exit(9);
        }
        process.stdout.write([...answers].join('|'));
      })();
    `);
    assert.deepStrictEqual(JSON.parse(printed), [
      true,
      'near "nonsense": syntax error',
      true,
      'The "sql" argument must be a string.',
      true,
      'Cannot call constructor without `new`',
      'text',
      ['isOpen', 'isTransaction', 'limits'],
    ]);
  });

  test('files that are evaluated byte by byte are ASCII', () => {
    const text = readFileSync(join(addon, 'lib', 'main.cjs'));
    assert.ok(text.every((byte) => byte < 128));
  });

  test('in a worker with an environment of its own', async () => {
    const { THREADPROOF_SQLITE_BINARY } = process.env;
    const worker = new Worker(
      `const { DatabaseSync } = require(${JSON.stringify(require.resolve('../index.cjs'))});` +
        "process.exitCode = new DatabaseSync(':memory:').prepare('select 7 as a').get().a",
      {
        eval: true,
        env: THREADPROOF_SQLITE_BINARY === undefined ? {} : { THREADPROOF_SQLITE_BINARY },
        execArgv: [],
      },
    );
    assert.deepStrictEqual(await once(worker, 'exit'), [7]);
  });
});

describe('flags', () => {
  /** Rows of one shape, beyond the number from which on their decoder is compiled. */
  const MANY_ROWS = `
    const assert = require('node:assert');
    const { DatabaseSync } = require('./index.cjs');
    const db = new DatabaseSync(':memory:');
    const N = 3000;
    db.exec(\`create table t (id integer primary key, r, t, b, n);
      with recursive c(i) as (select 1 union all select i + 1 from c where i < \${N})
      insert into t select i, i + 0.5, 'text ' || i, cast(i as blob), null from c\`);
    const bytes = (text) => new Uint8Array(Buffer.from(text));
    const expected = (i) => [i, i + 0.5, 'text ' + i, bytes(String(i)), null];
    for (const returnArrays of [false, true]) {
      const check = (row, i) => {
        const values = returnArrays ? row : Object.values(row);
        assert.deepStrictEqual(values, expected(i));
        if (!returnArrays) {
          assert.deepStrictEqual(Object.keys(row), ['id', 'r', 't', 'b', 'n']);
          assert.strictEqual(Object.getPrototypeOf(row), null);
        }
      };
      const rows = db.prepare('select * from t', { returnArrays }).all();
      assert.strictEqual(rows.length, N);
      rows.forEach((row, i) => check(row, i + 1));
      const one = db.prepare('select * from t where id = ?', { returnArrays });
      for (let i = 1; i <= N; i++) check(one.get(i), i);
      let i = 0;
      for (const row of db.prepare('select * from t', { returnArrays }).iterate()) check(row, ++i);
      assert.strictEqual(i, N);
    }
    process.stdout.write('checked');
  `;

  for (const flags of [
    [],
    ['--disallow-code-generation-from-strings'],
    ['--disable-proto=delete'],
    ['--disable-proto=throw'],
    ['--frozen-intrinsics'],
    ['--jitless'],
  ]) {
    test(`thousands of rows with ${flags[0] ?? 'none'}`, () => {
      assert.strictEqual(succeed(MANY_ROWS, flags), 'checked');
    });
  }

  test('--disallow-code-generation-from-strings is in force there', () => {
    const { status, stderr } = run("new Function('')", ['--disallow-code-generation-from-strings']);
    assert.notStrictEqual(status, 0);
    assert.match(stderr, /EvalError/);
  });

  test('--no-addons is named', () => {
    const { status, stderr } = run("require('./index.cjs')", ['--no-addons']);
    assert.notStrictEqual(status, 0);
    assert.match(stderr, /ERR_DLOPEN_DISABLED/);
    assert.match(stderr, /--no-addons/);
    assert.doesNotMatch(stderr, /permission/);
  });
});

describe('the permission model', () => {
  // Node 20 knows it under this name only, later ones under both, or the other.
  const flag = process.allowedNodeEnvironmentFlags.has('--permission')
    ? '--permission'
    : '--experimental-permission';
  const READ = '--allow-fs-read=*';

  test('without --allow-addons, the error says what is missing', () => {
    const { status, stderr } = run("require('@threadproof/sqlite')", [flag, READ]);
    assert.strictEqual(status, 1);
    assert.match(stderr, /@threadproof\/sqlite cannot load .*permission model forbids addons/);
    assert.match(stderr, /start Node with --allow-addons/);
    assert.match(stderr, /code: 'ERR_DLOPEN_DISABLED'/);
  });

  test('the error can be caught, and names its cause', () => {
    const printed = succeed(
      `try { require('@threadproof/sqlite') } catch (error) {
         process.stdout.write(error.code + ' ' + error.cause.code)
       }`,
      [flag, READ],
    );
    assert.strictEqual(printed, 'ERR_DLOPEN_DISABLED ERR_DLOPEN_DISABLED');
  });

  test('with --allow-addons, it works, but for extensions', () => {
    const printed = succeed(
      `const { DatabaseSync } = require('@threadproof/sqlite');
       const db = new DatabaseSync(':memory:');
       try { new DatabaseSync(':memory:', { allowExtension: true }) } catch (error) {
         process.stdout.write(db.prepare('select 42 as a').get().a + ' ' + error.code)
       }`,
      [flag, READ, '--allow-addons'],
    );
    assert.strictEqual(printed, '42 ERR_LOAD_SQLITE_EXTENSION');
  });

  test('native code is not held to --allow-fs-write, that of the builtin neither', () => {
    const open = (module) => `
      const { DatabaseSync } = require('${module}');
      new DatabaseSync(${JSON.stringify(join(folder, 'written.db'))}).exec('create table if not exists t (a)');
    `;
    succeed(open('@threadproof/sqlite'), [flag, READ, '--allow-addons']);
    if (Number(process.versions.node.split('.')[0]) >= 22)
      succeed(open('node:sqlite'), [flag, READ]);
  });
});

describe('vm contexts', () => {
  test('scripts in a context can use what was loaded outside of it', () => {
    const db = new DatabaseSync(':memory:');
    const result = vm.runInNewContext(
      `
      db.exec('create table t (a, b)');
      const insert = db.prepare('insert into t values (?, $b)');
      insert.run({ b: new Uint8Array([1, 2]) }, 1);
      insert.run({ b: new Uint8Array([3]).buffer }, 2n);
      insert.run({ b: 'text' }, true);
      db.function('twice', { deterministic: true }, (n) => n * 2);
      db.aggregate('longest', { start: () => [], step: (all, v) => [...all, v], result: (all) => all.length });
      db.createModule('m', { columns: [{ name: 'v', type: 'ANY' }], rows: () => [[1], [2]] });
      const failed = [];
      for (const wrong of [() => db.exec('nonsense'), () => insert.run({ c: 1 })]) {
        try { wrong() } catch (error) { failed.push(error.code) }
      }
      [
        db.prepare('select twice(a) as a, length(b) as b from t').all(),
        db.prepare('select longest(v) as n from m').get().n,
        db.prepare('select b from t', { returnArrays: true }).get()[0],
        db.createTagStore().get\`select \${5} as a\`.a,
        failed,
      ]
      `,
      { db },
    );
    const [rows, longest, blob, tagged, failed] = JSON.parse(
      JSON.stringify(result, (_key, value) => (ArrayBuffer.isView(value) ? [...value] : value)),
    );
    assert.deepStrictEqual(rows, [
      { a: 2, b: 2 },
      { a: 4, b: 1 },
      { a: 2, b: 4 },
    ]);
    assert.deepStrictEqual([longest, blob, tagged], [2, [1, 2], 5]);
    assert.deepStrictEqual(failed, ['ERR_SQLITE_ERROR', 'ERR_INVALID_STATE']);
    db.close();
  });

  /** Evaluates the package inside of a context, as Jest does: with its globals, Node's modules. */
  function evaluate(context, file, modules = new Map()) {
    if (modules.has(file)) return modules.get(file).exports;
    const module = { exports: {} };
    modules.set(file, module);
    const real = createRequire(file);
    const load = (id) =>
      id.startsWith('.') ? evaluate(context, real.resolve(id), modules) : real(id);
    const names = 'exports, require, module, __filename, __dirname';
    vm.runInContext(`(function (${names}) {${readFileSync(file, 'utf8')}\n})`, context, {
      filename: file,
    })(module.exports, load, module, file, dirname(file));
    return module.exports;
  }

  for (const strings of [true, false]) {
    test(`evaluated in a context that ${strings ? 'may' : 'may not'} generate code`, async () => {
      const context = vm.createContext(
        { process, performance, SharedArrayBuffer },
        { codeGeneration: { strings, wasm: strings } },
      );
      const inner = evaluate(context, join(addon, 'index.cjs'));
      assert.notStrictEqual(inner.DatabaseSync, sqlite.DatabaseSync);
      const db = new inner.DatabaseSync(':memory:');
      const rows = db
        .prepare(
          'with recursive n(i) as (select 1 union all select i + 1 from n where i < 3000) ' +
            "select i, 't' || i as t, cast(i as blob) as b from n",
        )
        .all();
      assert.strictEqual(rows.length, 3000);
      const last = rows.at(-1);
      assert.deepStrictEqual(
        [last.i, last.t, [...last.b]],
        [3000, 't3000', [...Buffer.from('3000')]],
      );

      // Errors are those of the context: tests in there compare with its classes.
      const [InnerError, InnerTypeError] = vm.runInContext('[Error, TypeError]', context);
      const caught = (call) => {
        try {
          call();
        } catch (error) {
          return error;
        }
        return undefined;
      };
      assert.ok(caught(() => db.exec('nonsense')) instanceof InnerError);
      assert.ok(caught(() => db.prepare(1)) instanceof InnerTypeError);

      // Values of both realms are taken.
      for (const bytes of [new Uint8Array([7]), vm.runInContext('new Uint8Array([7])', context)]) {
        assert.deepStrictEqual([...db.prepare('select ? as a').get(bytes).a], [7]);
        assert.deepStrictEqual([...db.prepare('select ? as a').get(bytes.buffer).a], [7]);
        assert.deepStrictEqual([...db.prepare('select $a as a').get({ a: bytes }).a], [7]);
        db.deserialize(new bytes.constructor(db.serialize()));
      }

      // The rest of the package is evaluated there, too, when it is needed.
      const path = join(folder, `context-${strings}.db`);
      assert.ok((await inner.backup(db, path)) >= 0);
      const more = evaluate(context, join(addon, 'extras.cjs'), new Map());
      const extended = new more.Database(path);
      assert.strictEqual(extended.prepare('select 5').pluck().get(), 5);
      extended.close();
      db.close();
      assert.throws(() => sqlite.backup(db, path), { code: 'ERR_INVALID_ARG_TYPE' });
    });
  }
});

describe('subclasses', () => {
  test('of DatabaseSync have what it has, and their own', () => {
    class Library extends DatabaseSync {
      #books = 0;
      static kind = 'library';

      constructor(name) {
        super(':memory:', { returnArrays: true });
        this.name = name;
        this.exec('create table book (title)');
      }

      add(title) {
        this.prepare('insert into book values (?)').run(title);
        return ++this.#books;
      }

      close() {
        this.closed = true;
        super.close();
      }

      get count() {
        return this.prepare('select count(*) from book').get()[0];
      }
    }
    const library = new Library('mine');
    assert.ok(library instanceof DatabaseSync);
    assert.strictEqual(library.constructor, Library);
    assert.strictEqual(library.add('a'), 1);
    assert.strictEqual(library.add('b'), 2);
    assert.strictEqual(library.count, 2);
    assert.strictEqual(library.isOpen, true);
    assert.strictEqual(library.name, 'mine');
    library.close();
    assert.strictEqual(library.closed, true);
    assert.strictEqual(library.isOpen, false);
    class Deeper extends Library {}
    const deeper = new Deeper('deeper');
    assert.ok(deeper instanceof Library);
    assert.strictEqual(deeper.add('c'), 1);
    deeper.close();
  });

  test('pass where a database is expected', async () => {
    class Library extends DatabaseSync {}
    const library = new Library(':memory:');
    library.exec('create table t (a)');
    assert.ok((await sqlite.backup(library, join(folder, 'library.db'))) > 0);
    assert.strictEqual(library.createTagStore().db, library);
    library.close();
  });

  test('by Reflect.construct and by a function of old have their prototype', () => {
    function Old(path) {
      return Reflect.construct(DatabaseSync, [path], new.target);
    }
    Object.setPrototypeOf(Old.prototype, DatabaseSync.prototype);
    const old = new Old(':memory:');
    assert.ok(old instanceof Old && old instanceof DatabaseSync);
    old.exec('select 1');
    old.close();
    assert.throws(() => DatabaseSync.call(Object.create(DatabaseSync.prototype), ':memory:'), {
      code: 'ERR_CONSTRUCT_CALL_REQUIRED',
    });
    assert.throws(() => DatabaseSync(':memory:'), { code: 'ERR_CONSTRUCT_CALL_REQUIRED' });
  });

  test('that make no database are nobody to its methods', () => {
    const fake = Object.create(DatabaseSync.prototype);
    assert.throws(() => fake.exec('select 1'), { message: 'Illegal invocation' });
  });

  test('of what methods make cannot be constructed', () => {
    const ILLEGAL = { code: 'ERR_ILLEGAL_CONSTRUCTOR', message: 'Illegal constructor' };
    for (const Class of [StatementSync, sqlite.Session, sqlite.Statement, extras.Statement]) {
      class Sub extends Class {}
      assert.throws(() => new Sub(), ILLEGAL);
      assert.throws(() => new Class(), ILLEGAL);
    }
  });

  test('the coming names are the classes of today', () => {
    assert.strictEqual(sqlite.Database, DatabaseSync);
    assert.strictEqual(sqlite.Statement, StatementSync);
  });
});
