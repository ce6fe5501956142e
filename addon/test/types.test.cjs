'use strict';

/**
 * The type declarations: on samples by `tsc --strict`, beside those of @types/node, and name by
 * name against what the package has at run time. What each check finds is tested, too.
 *
 * TypeScript compiles the same whichever Node starts it; the names at run time are this Node's.
 */

const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} = require('node:fs');
const { tmpdir } = require('node:os');
const { join, resolve } = require('node:path');
const { after, before, test } = require('node:test');
const sqlite = require('../index.cjs');
const extras = require('../extras.cjs');

const addon = resolve(__dirname, '..');
const samples = join(__dirname, 'types');
const tools = resolve(addon, '..', 'js-tests', 'node_modules');
const tsc = join(tools, 'typescript', 'bin', 'tsc');
const DECLARATIONS = ['index.d.ts', 'extras.d.ts'];

const folder = mkdtempSync(join(tmpdir(), 'types-'));
after(() => rmSync(folder, { recursive: true }));
before(() =>
  assert.ok(existsSync(tsc), 'TypeScript is not installed: run "npm ci" in js-tests/ first'),
);

const NODENEXT = { module: 'nodenext' };
/** How a bundler, Vitest or a modern Node program resolves. */
const BUNDLER = { module: 'preserve', moduleResolution: 'bundler' };
const SETTINGS = JSON.parse(readFileSync(join(samples, 'tsconfig.json'), 'utf8')).compilerOptions;

let projects = 0;

/**
 * Compiles files in a project of their own, where the package lies in node_modules/.
 *
 * @param {Record<string, string>} files their texts by name
 * @param {object} settings more compiler options
 * @param {(name: string, text: string) => string} edit changes a declaration file
 * @returns {string} what the compiler says; empty if it is content
 */
function compile(files, settings = NODENEXT, edit = (_name, text) => text) {
  const project = join(folder, `project-${projects++}`);
  const installed = join(project, 'node_modules', '@threadproof', 'sqlite');
  mkdirSync(installed, { recursive: true });
  copyFileSync(join(addon, 'package.json'), join(installed, 'package.json'));
  for (const name of DECLARATIONS) {
    writeFileSync(join(installed, name), edit(name, readFileSync(join(addon, name), 'utf8')));
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(project, name), text);
  const compilerOptions = { ...SETTINGS, typeRoots: [join(tools, '@types')], ...settings };
  writeFileSync(
    join(project, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: Object.keys(files) }),
  );
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [tsc, '--pretty', 'false', '-p', project],
    { encoding: 'utf8' },
  );
  assert.strictEqual(stderr, '');
  assert.strictEqual(status === 0, stdout === '', `${status}: ${stdout}`);
  return stdout;
}

const sample = (...names) =>
  Object.fromEntries(names.map((name) => [name, readFileSync(join(samples, name), 'utf8')]));

/** The program for node:sqlite with nothing changed but the import. */
function ported() {
  const { 'portable.mts': text } = sample('portable.mts');
  const changed = text.replace("from 'node:sqlite'", "from '@threadproof/sqlite'");
  assert.notStrictEqual(changed, text);
  return { 'portable.mts': changed };
}

test('a program for node:sqlite compiles with @types/node', () => {
  assert.strictEqual(compile(sample('portable.mts')), '');
});

for (const settings of [NODENEXT, BUNDLER]) {
  const how = `with ${settings.moduleResolution ?? settings.module}`;

  test(`the same program compiles with our types, the import changed, ${how}`, () => {
    assert.strictEqual(compile(ported(), settings), '');
  });

  test(`the whole surface and the extras, and what they must refuse, ${how}`, () => {
    const files = sample('equal.mts', 'surface.mts', 'extras.mts');
    assert.strictEqual(compile(files, settings), '');
  });

  test(`without @types/node and without the DOM, ${how}`, () => {
    assert.strictEqual(compile(sample('alone.mts'), { ...settings, types: [] }), '');
  });
}

test('a CommonJS file', () => assert.strictEqual(compile(sample('commonjs.cts')), ''));

test('with node16, for ESM and for CommonJS', () => {
  const files = sample('equal.mts', 'surface.mts', 'extras.mts', 'commonjs.cts');
  // TypeScript 7 takes only one resolution for node16: its own.
  assert.strictEqual(compile(files, { module: 'node16' }), '');
});

test('our types pass for those of the builtin, and nothing of theirs is missing', () => {
  assert.strictEqual(compile(sample('equal.mts', 'builtin.mts')), '');
});

// ---------------------------------------------------------------------------------------------
// Names at run time

const DISPOSE = Symbol.dispose ?? Symbol.for('nodejs.dispose');
/** What has no type: how native code recognises a database, and what every class has. */
const UNTYPED = [Symbol.for('sqlite-type'), 'constructor'];

/** The names that objects of a class have, up to the class that it extends. */
function members(...objects) {
  const keys = new Set(objects.flatMap((object) => Reflect.ownKeys(object)));
  return [...keys].filter((key) => !UNTYPED.includes(key));
}

/** The options that a call reads. */
function read(call, others = {}) {
  const seen = new Set();
  const options = new Proxy(others, {
    get(target, key) {
      seen.add(key);
      return target[key];
    },
    getOwnPropertyDescriptor(target, key) {
      seen.add(key);
      return Reflect.getOwnPropertyDescriptor(target, key);
    },
  });
  call(options);
  return [...seen];
}

/** Names at run time, by the TypeScript type whose keys they must be. */
async function names() {
  const db = new sqlite.DatabaseSync(':memory:');
  const more = new extras.Database(':memory:');
  const statement = db.prepare('select 1');
  const store = db.createTagStore();
  const session = db.createSession();
  const imported = await import('@threadproof/sqlite');
  const importedExtras = await import('@threadproof/sqlite/extras');
  let copied;
  const found = {
    // For TypeScript this is a CommonJS file, whose default is what it exports.
    'typeof sqlite': Object.keys(imported).filter((name) => name !== 'module.exports'),
    'typeof extras': Object.keys(importedExtras).filter((name) => name !== 'module.exports'),
    'typeof sqlite.default': Object.keys(sqlite),
    'typeof extras.default': Object.keys(extras),
    'typeof sqlite.constants': Reflect.ownKeys(sqlite.constants),
    'sqlite.DatabaseSync': members(db, sqlite.DatabaseSync.prototype),
    'sqlite.StatementSync': members(statement, sqlite.StatementSync.prototype),
    'sqlite.Session': members(session, sqlite.Session.prototype),
    'sqlite.SQLTagStore': members(store, Object.getPrototypeOf(store)),
    'extras.Database': members(more, extras.Database.prototype, sqlite.DatabaseSync.prototype),
    'extras.Statement': members(
      more.prepare('select 1'),
      extras.Statement.prototype,
      sqlite.StatementSync.prototype,
    ),
    'extras.Transaction<() => void>': Object.keys(more.transaction(() => {})),
    'sqlite.StatementColumnMetadata': Object.keys(statement.columns()[0]),
    'sqlite.StatementResultingChanges': Object.keys(statement.run()),
    'sqlite.DatabaseLimits': Object.keys(db.limits),
    'NonNullable<sqlite.DatabaseSyncOptions["limits"]>': read(
      (limits) => new sqlite.DatabaseSync(':memory:', { limits }),
    ),
    'sqlite.DatabaseSyncOptions': read((options) => new sqlite.DatabaseSync(':memory:', options)),
    'sqlite.PrepareOptions': read((options) => db.prepare('select 1', options)),
    'sqlite.FunctionOptions': read((options) => db.function('f', options, () => 1)),
    // Read by Node, too, but without effect there and here.
    'Omit<sqlite.AggregateOptions, "deterministic">': read(
      (options) => db.aggregate('a', options),
      { start: 0, step: () => 1 },
    ),
    'sqlite.ModuleOptions': read((options) => db.createModule('m', options), {
      columns: [{ name: 'a', type: 'ANY' }],
      rows: () => [],
    }),
    'sqlite.ModuleColumn': read(
      (column) => db.createModule('n', { columns: [column], rows: () => [] }),
      { name: 'a', type: 'ANY' },
    ),
    'sqlite.CreateSessionOptions': read((options) => db.createSession(options)),
    'sqlite.ApplyChangesetOptions': read((options) =>
      db.applyChangeset(session.changeset(), options),
    ),
    'sqlite.DeserializeOptions': read((options) => db.deserialize(db.serialize(), options)),
    'sqlite.BackupOptions': read((options) => {
      copied = sqlite.backup(db, join(folder, 'copy.db'), options);
    }),
    'NonNullable<Parameters<extras.Database["pragma"]>[1]>': read((options) =>
      more.pragma('user_version', options),
    ),
  };
  await copied;
  return found;
}

const literal = (key) => (key === DISPOSE ? 'typeof Symbol.dispose' : JSON.stringify(key));

/** A program that compiles if types have these keys and no others. */
function program(found) {
  const checks = Object.entries(found).map(
    ([type, keys]) => `  {
    type Found = ${keys.map(literal).join(' | ')};
    const undeclared: None<Exclude<Found, keyof (${type})>> = true;
    const missing: None<Exclude<keyof (${type}), Found>> = true;
    void [undeclared, missing];
  }`,
  );
  return (
    "import * as sqlite from '@threadproof/sqlite';\n" +
    "import * as extras from '@threadproof/sqlite/extras';\n" +
    "import type { None } from './equal.mjs';\n" +
    `export function check(): void {\n  void [sqlite, extras];\n${checks.join('\n')}\n}\n`
  );
}

test('every name at run time is declared, and every declared name is there', async () => {
  const found = await names();
  for (const [type, keys] of Object.entries(found)) assert.ok(keys.length > 0, type);
  const files = { ...sample('equal.mts'), 'names.mts': program(found) };
  assert.strictEqual(compile(files), '');

  // The comparison finds a name too few and one too many, and says which.
  found['sqlite.DatabaseSync'] = found['sqlite.DatabaseSync'].filter((name) => name !== 'exec');
  found['sqlite.StatementSync'].push('rewind');
  const wrong = compile({ ...files, 'names.mts': program(found) });
  assert.match(wrong, /unexpected: "exec"/);
  assert.match(wrong, /unexpected: "rewind"/);
  assert.strictEqual(wrong.match(/error TS/g).length, 2, wrong);
});

test('the counters of a statement are those that it accepts', () => {
  const text = readFileSync(join(addon, 'index.d.ts'), 'utf8');
  const [, union] = /export type StatementCounter =([^;]+);/.exec(text);
  const declared = union.match(/\w+/g);
  const statement = new sqlite.DatabaseSync(':memory:').prepare('select 1');
  for (const counter of declared) assert.strictEqual(typeof statement.stat(counter), 'number');
  // SQLite has nine, and the numbers of a tenth would be accepted by nobody.
  assert.strictEqual(declared.length, 9);
  assert.throws(() => statement.stat('step'), { code: 'ERR_INVALID_ARG_VALUE' });
});

// ---------------------------------------------------------------------------------------------
// What these checks would notice

/** Mistakes in the declarations: the file, the text, its replacement, the sample that notices. */
const MISTAKES = {
  'a method is missing': ['index.d.ts', / {2}createTagStore\(.*\n/, '', 'builtin.mts'],
  'an option is missing': ['index.d.ts', / {2}persistent\?: .*\n/, '', 'surface.mts'],
  'an option has another type': [
    'index.d.ts',
    'readOnly?: boolean | undefined',
    'readOnly?: number',
    'portable.mts',
  ],
  'a result has another type': [
    'index.d.ts',
    'serialize(dbName?: string): Uint8Array<ArrayBuffer>',
    'serialize(dbName?: string): Uint8Array',
    'builtin.mts',
  ],
  'a row may be anything': [
    'index.d.ts',
    'export type SQLOutputValue = ',
    'export type SQLOutputValue = any | ',
    'builtin.mts',
  ],
  'anything can be bound': [
    'index.d.ts',
    'export type SQLInputValue =',
    'export type SQLInputValue = unknown |',
    'surface.mts',
  ],
  'a function may return a boolean': [
    'index.d.ts',
    'Exclude<SQLInputValue, boolean>',
    'SQLInputValue',
    'surface.mts',
  ],
  'statements can be constructed': ['index.d.ts', '  private constructor();', '', 'surface.mts'],
  'a constant is missing': ['index.d.ts', / {2}const SQLITE_RECURSIVE.*\n/, '', 'builtin.mts'],
  'a default that CommonJS does not have': [
    'index.d.ts',
    /$/,
    'declare const all: {};\nexport default all;\n',
    'commonjs.cts',
  ],
  'needs the types of Node': [
    'index.d.ts',
    '| ArrayBufferView',
    '| NodeJS.ArrayBufferView',
    'alone.mts',
  ],
  'pluck() gives rows': [
    'extras.d.ts',
    '(on?: true): Statement<Value>',
    '(on?: true): Statement',
    'extras.mts',
  ],
  'a transaction may be async': [
    'extras.d.ts',
    '? never : unknown',
    '? unknown : unknown',
    'extras.mts',
  ],
};

for (const [what, [file, from, to, noticed]] of Object.entries(MISTAKES)) {
  test(`noticed by ${noticed}: ${what}`, () => {
    const edit = (name, text) => {
      if (name !== file) return text;
      const changed = text.replace(from, to);
      assert.notStrictEqual(changed, text, 'the mistake is made');
      return changed;
    };
    const files = noticed === 'portable.mts' ? ported() : sample('equal.mts', noticed);
    const settings = noticed === 'alone.mts' ? { ...NODENEXT, types: [] } : NODENEXT;
    assert.match(compile(files, settings, edit), /error TS/);
  });
}
