'use strict';

/** The package as a user installs it, and what the loader says when it cannot load. */

const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} = require('node:fs');
const { createRequire } = require('node:module');
const { tmpdir } = require('node:os');
const { join, resolve } = require('node:path');
const { after, before, test } = require('node:test');

const addon = resolve(__dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'package-'));
const source = join(folder, 'source');
const user = join(folder, 'user');
const binary = process.env.THREADPROOF_SQLITE_BINARY;

function run(command, args, options = {}) {
  const env = { ...process.env, ...options.env };
  delete env.THREADPROOF_SQLITE_BINARY;
  delete env.NODE_TEST_CONTEXT;
  return spawnSync(command, args, { encoding: 'utf8', ...options, env });
}

/** What the package consists of; README.md and package.json are always packed. */
const PARTS = [
  'README.md',
  'extras.cjs',
  'extras.d.ts',
  'extras.mjs',
  'index.cjs',
  'index.d.ts',
  'index.mjs',
  'lib',
  'package.json',
];

before(() => {
  mkdirSync(source);
  // With what must not be packed.
  for (const part of [...PARTS, 'scripts', 'src', 'test', 'Cargo.toml']) {
    cpSync(join(addon, part), join(source, part), { recursive: true });
  }
  mkdirSync(user);
  writeFileSync(join(user, 'package.json'), '{ "private": true }');
});
after(() => rmSync(folder, { recursive: true }));

test('without a binary, the loader says which one is missing and how to get it', () => {
  const { status, stderr } = run(process.execPath, ['-e', 'require("./index.cjs")'], {
    cwd: source,
  });
  assert.notStrictEqual(status, 0);
  assert.match(stderr, /ERR_THREADPROOF_NO_BINARY/);
  assert.match(stderr, new RegExp(`no binary for ${process.platform}-${process.arch}`));
  assert.match(stderr, /cargo build --release -p threadproof-sqlite/);
});

test('staging without a build says what to build', () => {
  const { status, stderr } = run(process.execPath, ['scripts/stage.cjs', join(folder, 'nothing')], {
    cwd: source,
  });
  assert.strictEqual(status, 1);
  assert.match(stderr, /Build it first/);
});

test('a damaged binary is named', () => {
  const path = join(folder, 'damaged.node');
  writeFileSync(path, 'no library at all');
  const { status, stderr } = run(process.execPath, ['-e', 'require("./index.cjs")'], {
    cwd: source,
    env: {},
  });
  assert.notStrictEqual(status, 0, stderr);
  const damaged = spawnSync(process.execPath, ['-e', 'require("./index.cjs")'], {
    cwd: source,
    encoding: 'utf8',
    env: { ...process.env, THREADPROOF_SQLITE_BINARY: path },
  });
  assert.notStrictEqual(damaged.status, 0);
  assert.match(damaged.stderr, /ERR_DLOPEN_FAILED/);
  assert.ok(damaged.stderr.includes(`cannot load ${path}`), damaged.stderr);
});

/** The tarball, once it is packed; and a project in which it is installed. */
let tarball;
function install() {
  if (tarball !== undefined) return;
  const staged = run(process.execPath, ['scripts/stage.cjs', binary], { cwd: source });
  assert.strictEqual(staged.status, 0, staged.stderr);
  // Staged above, from a build that is not where the script looks by itself.
  const packed = run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: source,
  });
  assert.strictEqual(packed.status, 0, packed.stderr);
  const answer = JSON.parse(packed.stdout);
  [tarball] = Array.isArray(answer) ? answer : Object.values(answer);
  const path = join(
    folder,
    readdirSync(folder).find((name) => name.endsWith('.tgz')),
  );
  const installed = run('npm', ['install', '--offline', '--no-audit', path], { cwd: user });
  assert.strictEqual(installed.status, 0, installed.stderr);
}

/** Runs a program of the project. */
function runInstalled(program, flags = []) {
  install();
  const { status, stdout, stderr } = run(process.execPath, [...flags, '-e', program], {
    cwd: user,
  });
  assert.strictEqual(status, 0, stderr);
  return stdout;
}

test('npm pack takes what the package needs, and nothing else', () => {
  install();
  const packed = tarball.files.map(({ path }) => path).sort();
  const lib = readdirSync(join(addon, 'lib')).map((name) => `lib/${name}`);
  const expected = [...PARTS.filter((part) => part !== 'lib'), ...lib];
  const [native, ...others] = packed.filter((path) => path.startsWith('npm/'));
  assert.deepStrictEqual(others, []);
  assert.match(native, /^npm\/[a-z0-9]+-[a-z0-9]+(-gnu|-musl)?\/threadproof-sqlite\.node$/);
  assert.deepStrictEqual(packed, [...expected, native].sort());
});

test('every file that the package names is packed', () => {
  install();
  const { exports, main, types } = createRequire(join(user, 'x.cjs'))(
    '@threadproof/sqlite/package.json',
  );
  const packed = new Set(tarball.files.map(({ path }) => `./${path}`));
  const named = [main, types];
  for (const entry of Object.values(exports)) {
    named.push(...(typeof entry === 'string' ? [entry] : Object.values(entry)));
  }
  assert.ok(named.length >= 9, `${named}`);
  for (const path of named) assert.ok(packed.has(path), path);
});

test('the installed package works by require and by import, with both entries', () => {
  /** All that is loaded when it is first used. */
  const program = `
    const db = new DatabaseSync(':memory:');
    db.function('six', () => 6);
    db.createModule('m', { columns: [{ name: 'a', type: 'ANY' }], rows: () => [[7]] });
    db.limits.attach = 1;
    const { a } = db.prepare('select six() * a as a from m').get();
    const { b } = db.createTagStore().get\`select \${1} as b\`;
    const bytes = db.serialize().length;
    const more = new Database(':memory:');
    const c = more.transaction(() => more.prepare('select 1').pluck().get())();
    backup(db, 'copy.db').then((pages) => console.log(a, b, bytes, c, pages));
  `;
  const names = ['{ DatabaseSync, backup }', '{ Database }'];
  const entries = ['@threadproof/sqlite', '@threadproof/sqlite/extras'];
  const required = entries.map((entry, i) => `const ${names[i]} = require('${entry}');`).join('');
  const imported = entries.map((entry, i) => `import ${names[i]} from '${entry}';`).join('');
  assert.strictEqual(runInstalled(required + program), '42 1 4096 1 1\n');
  rmSync(join(user, 'copy.db'));
  assert.strictEqual(runInstalled(imported + program, ['--input-type=module']), '42 1 4096 1 1\n');
});

test('the installed package works in a worker', () => {
  const program = `
    const { Worker } = require('node:worker_threads');
    new Worker(
      "const { DatabaseSync } = require('@threadproof/sqlite');" +
      "process.exitCode = new DatabaseSync(':memory:').prepare('select 5 as a').get().a",
      { eval: true },
    ).on('exit', (code) => console.log(code));
  `;
  assert.strictEqual(runInstalled(program), '5\n');
});

test('the installed package has its types', () => {
  install();
  const tools = resolve(addon, '..', 'js-tests', 'node_modules');
  const tsc = join(tools, 'typescript', 'bin', 'tsc');
  assert.ok(existsSync(tsc), 'TypeScript is not installed: run "npm ci" in js-tests/ first');
  writeFileSync(
    join(user, 'program.mts'),
    "import { DatabaseSync } from '@threadproof/sqlite';\n" +
      "import { Database } from '@threadproof/sqlite/extras';\n" +
      "export const a: DatabaseSync = new Database(':memory:');\n" +
      "export const b: number = a.prepare('');\n",
  );
  const { stdout } = run(
    process.execPath,
    [
      tsc,
      '--noEmit',
      '--strict',
      '--module',
      'nodenext',
      '--types',
      'node',
      '--typeRoots',
      join(tools, '@types'),
      'program.mts',
    ],
    { cwd: user },
  );
  // One error, the one that is there.
  assert.match(stdout, /^program\.mts\(4,14\): error TS2322: Type 'StatementSync' is not/);
  assert.strictEqual(stdout.match(/error TS/g).length, 1, stdout);
});
