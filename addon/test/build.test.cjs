'use strict';

/** The optimised build, with a compiler and a cargo that only pretend; and what it trains with. */

const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} = require('node:fs');
const { tmpdir } = require('node:os');
const { join, resolve } = require('node:path');
const { after, beforeEach, test } = require('node:test');

const scripts = resolve(__dirname, '..', 'scripts');
const { library } = require(join(scripts, 'library.cjs'));
// With a blank, which the flags must survive.
const folder = mkdtempSync(join(tmpdir(), 'optimised build-'));
const target = join(folder, 'target');
const log = join(folder, 'cargo.log');
after(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  rmSync(target, { recursive: true, force: true });
  writeFileSync(log, '');
});

function executable(name, text) {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o755 });
  return path;
}

/** A compiler that defines these macros, and has a runtime for its instrumentation, or none. */
const compiler = (name, macros, libgcov = '/lib/libgcov.a') =>
  executable(
    name,
    `#!/bin/sh
case "$1" in
  -dM) printf '%s\\n' ${macros.map((macro) => `'#define ${macro} 1'`).join(' ')};;
  *) echo '${libgcov}';;
esac
`,
  );
const gcc = compiler('gcc', ['__GNUC__']);

/**
 * A cargo that writes down its flags for C and "builds" the library under test. With instrumentation
 * it also leaves the profile, which the library cannot, unless it is to leave none.
 */
const cargo = executable(
  'cargo',
  `#!${process.execPath}
const { appendFileSync, copyFileSync, mkdirSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const args = process.argv.slice(2);
if (args[0] === '-vV') {
  console.log('cargo 1.0.0\\nhost: some-host');
} else {
  const flags = process.env['CFLAGS_some-host'];
  appendFileSync(process.env.FAKE_LOG, JSON.stringify({ args, flags }) + '\\n');
  if (process.env.FAKE_CARGO === 'fails') process.exit(101);
  const folder = join(args[args.indexOf('--target-dir') + 1], 'some-host', 'release');
  mkdirSync(folder, { recursive: true });
  const library = join(folder, '${library}');
  copyFileSync(process.env.THREADPROOF_SQLITE_BINARY, library);
  const profile = /"-fprofile-generate=([^"]+)"/.exec(flags)?.[1];
  if (profile !== undefined && process.env.FAKE_CARGO !== 'leaves no profile') {
    mkdirSync(join(profile, 'deep'), { recursive: true });
    writeFileSync(join(profile, 'deep', '0123-sqlite3.gcda'), '');
  }
  if (process.env.FAKE_CARGO === 'is lazy') appendFileSync(library, '0123-sqlite3.gcda');
}
`,
);

function build(options, env) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(scripts, 'build-optimized.cjs'), '--training', '0.001', ...options],
    {
      encoding: 'utf8',
      env: {
        ...process.env,
        CARGO: cargo,
        CARGO_TARGET_DIR: target,
        CC: gcc,
        FAKE_LOG: log,
        ...env,
      },
    },
  );
  const builds = readFileSync(log, 'utf8').trim().split('\n').filter(Boolean);
  return { status, stdout, stderr, builds: builds.map((line) => JSON.parse(line)) };
}

for (const [what, name, expected] of [
  ['clang', compiler('clang', ['__GNUC__', '__clang__']), /needs gcc, but .*clang" is clang/],
  ['neither gcc nor clang', compiler('msvc', ['_MSC_VER']), /needs gcc, but .*msvc" is not gcc/],
  ['nowhere', join(folder, 'nothing'), /needs gcc, but .*nothing" is not gcc/],
  ['without libgcov', compiler('bare', ['__GNUC__'], 'libgcov.a'), /without libgcov\.a/],
]) {
  test(`a compiler that is ${what} is refused before anything is built`, () => {
    const { status, stderr, builds } = build([], { CC: name });
    assert.strictEqual(status, 1, stderr);
    assert.match(stderr, expected);
    assert.match(stderr, /use "npm run build"/);
    assert.deepStrictEqual(builds, []);
  });
}

test('the compiler is the one that cargo is going to use', () => {
  const clang = compiler('another', ['__GNUC__', '__clang__']);
  const { status, stderr } = build([], { 'CC_some-host': clang });
  assert.strictEqual(status, 1, stderr);
  assert.match(stderr, /another" is clang/);
});

test('wrong options are refused', () => {
  for (const [options, expected] of [
    [['--fast'], /'--fast'[^]*usage: npm run build:optimized/],
    [['--training', 'much'], /--training takes a positive number, not "much"/],
  ]) {
    const { status, stderr, builds } = build(options, {});
    assert.strictEqual(status, 2, stderr);
    assert.match(stderr, expected);
    assert.deepStrictEqual(builds, []);
  }
});

test('a cargo that is missing or fails is named', () => {
  const missing = build([], { CARGO: join(folder, 'no-cargo') });
  assert.strictEqual(missing.status, 1);
  assert.match(missing.stderr, /cannot run ".*no-cargo"/);
  const failed = build([], { FAKE_CARGO: 'fails' });
  assert.strictEqual(failed.status, 1);
  assert.match(failed.stderr, /cargo failed/);
  assert.strictEqual(failed.builds.length, 1);
});

test('a training without a profile ends the build, whatever an earlier build left', () => {
  for (const [part, name] of [
    ['profile', '0123-sqlite3.gcda'],
    ['optimized', library],
  ]) {
    mkdirSync(join(target, 'pgo', part), { recursive: true });
    writeFileSync(join(target, 'pgo', part, name), 'old');
  }
  const { status, stderr, builds } = build([], { FAKE_CARGO: 'leaves no profile' });
  assert.strictEqual(status, 1, stderr);
  assert.match(stderr, /left no profile of SQLite/);
  assert.strictEqual(builds.length, 1);
  assert.strictEqual(existsSync(join(target, 'pgo', 'optimized', library)), false);
});

test('a library that is still instrumented does not pass', () => {
  const { status, stderr, stdout } = build([], { FAKE_CARGO: 'is lazy' });
  assert.strictEqual(status, 1, stderr);
  assert.match(stderr, /not compiled again/);
  assert.strictEqual(stdout.includes(library), false);
});

test('the second build uses the profile of the first, and its library is printed', () => {
  const { status, stdout, stderr, builds } = build([], { 'CFLAGS_some-host': '-Dmine' });
  assert.strictEqual(status, 0, stderr);
  const profile = join(target, 'pgo', 'profile');
  const [first, second, ...more] = builds;
  assert.deepStrictEqual(more, []);
  assert.ok(first.flags.startsWith(`-Dmine "-fprofile-generate=${profile}"`), first.flags);
  assert.ok(first.args.includes('-Clink-arg=/lib/libgcov.a'), `${first.args}`);
  assert.ok(second.flags.startsWith(`-Dmine "-fprofile-use=${profile}"`), second.flags);
  assert.match(second.flags, /"-Werror=missing-profile"/);
  assert.doesNotMatch(`${second.args}`, /libgcov/);
  const place = join(target, 'pgo', 'optimized', library);
  assert.strictEqual(stdout.trim().split('\n').at(-1), place);
  assert.ok(existsSync(place));
});

test('the training does the same each time, and nothing stays behind', () => {
  const temp = mkdtempSync(join(folder, 'temp-'));
  const sums = [1, 2].map(() => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(scripts, 'train.cjs'), '0.01'],
      { encoding: 'utf8', env: { ...process.env, TMPDIR: temp } },
    );
    assert.strictEqual(status, 0, stderr);
    assert.match(stdout, /^trained: [0-9.]{5,}\n$/);
    return stdout;
  });
  assert.strictEqual(sums[0], sums[1]);
  assert.strictEqual(spawnSync('ls', ['-A', temp], { encoding: 'utf8' }).stdout, '');
});
