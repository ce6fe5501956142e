'use strict';

/** The package as a user installs it, and what the loader says when it cannot load. */

const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } = require('node:fs');
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

before(() => {
  mkdirSync(source);
  for (const part of [
    'package.json',
    'index.cjs',
    'index.mjs',
    'index.d.ts',
    'README.md',
    'scripts',
  ]) {
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

test('npm pack gives a tarball that installs, and works by require and by import', () => {
  const staged = run(process.execPath, ['scripts/stage.cjs', binary], { cwd: source });
  assert.strictEqual(staged.status, 0, staged.stderr);
  // Staged above, from a build that is not where the script looks by itself.
  const packed = run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], {
    cwd: source,
  });
  assert.strictEqual(packed.status, 0, packed.stderr);
  const [tarball] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  const installed = run('npm', ['install', '--offline', '--no-audit', join(folder, tarball)], {
    cwd: user,
  });
  assert.strictEqual(installed.status, 0, installed.stderr);
  const program = (load) =>
    `${load}; const db = new DatabaseSync(':memory:'); ` +
    "if (db.prepare('select 6 * 7 as a').get().a !== 42) process.exit(9);";
  const required = run(
    process.execPath,
    ['-e', program("const { DatabaseSync } = require('@threadproof/sqlite')")],
    { cwd: user },
  );
  assert.strictEqual(required.status, 0, required.stderr);
  const imported = run(
    process.execPath,
    ['--input-type=module', '-e', program("import { DatabaseSync } from '@threadproof/sqlite'")],
    { cwd: user },
  );
  assert.strictEqual(imported.status, 0, imported.stderr);
});
