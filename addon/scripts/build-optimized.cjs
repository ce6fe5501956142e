'use strict';

/**
 * The release build, with SQLite's C laid out by gcc for what a program does (profile-guided
 * optimisation): `npm run build:optimized [-- OPTIONS]`.
 *
 * Builds the addon with SQLite instrumented, runs train.cjs on it, builds again with what gcc
 * counted. Everything is below target/pgo/. Both builds share one target directory there, because gcc
 * finds a profile by the path of the object file; between them only the flags of the C compiler
 * change, which makes cargo compile SQLite again, each time. A profile is good for the compiler and
 * the sources that it came from, so it is made anew by every run and not kept in the repository.
 */

const { spawnSync } = require('node:child_process');
const {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
} = require('node:fs');
const { isAbsolute, join } = require('node:path');
const { parseArgs } = require('node:util');
const { addon, library, target } = require('./library.cjs');

const HELP = `usage: npm run build:optimized [-- OPTIONS]

  --stage          then put the library where the package's loader looks ("npm run stage")
  --training SCALE how much to train; 1 by default, a few seconds
  --help
`;

const home = join(target, 'pgo');
const profile = join(home, 'profile');

/** Says what is wrong, and ends the process: 1, or 2 for wrong options. */
function fail(message, code = 1) {
  process.stderr.write(`build-optimized: ${message}\n`);
  process.exit(code);
}

const progress = (text) => process.stderr.write(`build-optimized: ${text}\n`);

function options() {
  try {
    const { values } = parseArgs({
      options: {
        stage: { type: 'boolean', default: false },
        training: { type: 'string', default: '1' },
        help: { type: 'boolean', default: false },
      },
    });
    if (!(Number(values.training) > 0)) {
      fail(`--training takes a positive number, not "${values.training}"`, 2);
    }
    return values;
  } catch (error) {
    return fail(`${error.message}\n${HELP}`, 2);
  }
}

const cargo = process.env.CARGO ?? 'cargo';

/** The platform that cargo builds for when it is not asked for another. */
function host() {
  const { error, stdout } = spawnSync(cargo, ['-vV'], { encoding: 'utf8' });
  const found = /^host: (\S+)$/m.exec(stdout ?? '');
  if (found === null) fail(`cannot run "${cargo}": ${error?.message ?? 'it names no host'}`);
  return found[1];
}

/** The C compiler with its arguments, as the crate `cc` finds it. */
function compiler(triple) {
  const names = [triple, triple.replace(/[-.]/g, '_')].map((name) => `CC_${name}`);
  const name = [...names, 'HOST_CC', 'CC'].find((key) => process.env[key]);
  const text = name === undefined ? 'cc' : process.env[name].trim();
  return existsSync(text) ? [text] : text.split(/\s+/);
}

/** Where the runtime of gcc's instrumentation is. Ends the process if the compiler is not gcc. */
function runtime([command, ...args]) {
  const ask = (...more) =>
    spawnSync(command, [...args, ...more], { encoding: 'utf8', input: '' }).stdout ?? '';
  const shown = [command, ...args].join(' ');
  const instead = 'Name one ("CC=gcc npm run build:optimized"), or use "npm run build".';
  const macros = ask('-dM', '-E', '-x', 'c', '-');
  if (!/^#define __GNUC__ /m.test(macros) || /^#define __clang__ /m.test(macros)) {
    const found = macros.includes('__clang__') ? 'clang, whose profiles are others' : 'not gcc';
    fail(`this build needs gcc, but the C compiler "${shown}" is ${found}. ${instead}`);
  }
  const path = ask('-print-file-name=libgcov.a').trim();
  if (!isAbsolute(path)) fail(`"${shown}" comes without libgcov.a. ${instead}`);
  return path;
}

/** Builds the library with these flags for C and arguments for the linker; keeps it in `kept`. */
function build(triple, flags, links, kept) {
  const name = `CFLAGS_${triple}`;
  const folder = join(home, 'build');
  const { status } = spawnSync(
    cargo,
    [
      ...['rustc', '--release', '--locked', '-p', 'threadproof-sqlite', '--lib'],
      // With a target, flags for C do not reach what runs during the build.
      ...['--target', triple, '--target-dir', folder, '--'],
      ...links.map((argument) => `-Clink-arg=${argument}`),
    ],
    {
      cwd: addon,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: {
        ...process.env,
        // Paths may have blanks.
        CC_SHELL_ESCAPED_FLAGS: '1',
        [name]: [process.env[name] ?? '', ...flags.map((flag) => `"${flag}"`)].join(' ').trim(),
      },
    },
  );
  if (status !== 0) fail('cargo failed, see above; "npm run build" needs no profile');
  const place = join(home, kept, library);
  mkdirSync(join(home, kept), { recursive: true });
  copyFileSync(join(folder, triple, 'release', library), place);
  return place;
}

/** Runs the training, and checks that it left a profile of SQLite. */
function train(binary, scale) {
  const env = { ...process.env, THREADPROOF_SQLITE_BINARY: binary };
  // They would send the profile elsewhere.
  for (const name of ['GCOV_PREFIX', 'GCOV_PREFIX_STRIP']) delete env[name];
  const { status, signal } = spawnSync(process.execPath, [join(__dirname, 'train.cjs'), scale], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env,
  });
  if (status !== 0) fail(`the training failed (${signal ?? status}), see above`);
  const files = existsSync(profile) ? readdirSync(profile, { recursive: true }) : [];
  if (!files.some((path) => String(path).endsWith('sqlite3.gcda'))) {
    fail(`the training left no profile of SQLite in ${profile}`);
  }
}

function main() {
  const { stage, training, help } = options();
  if (help) {
    process.stdout.write(HELP);
    return;
  }
  const triple = host();
  const libgcov = runtime(compiler(triple));
  // What an earlier run left must not count.
  for (const part of ['profile', 'instrumented', 'optimized']) {
    rmSync(join(home, part), { recursive: true, force: true });
  }

  progress('1 of 3: building with SQLite instrumented');
  // Callbacks of Node's thread pool count, too.
  const counting = [`-fprofile-generate=${profile}`, '-fprofile-update=prefer-atomic'];
  // By its path, as rustc's linker may be another compiler's.
  const instrumented = build(triple, counting, [libgcov], 'instrumented');

  progress('2 of 3: training');
  train(instrumented, training);

  progress('3 of 3: building with the profile');
  const using = [
    `-fprofile-use=${profile}`,
    // What did not run is compiled as without a profile, instead of for size.
    '-fprofile-partial-training',
    // No build without the profile passes for one with it.
    '-Werror=missing-profile',
  ];
  const optimized = build(triple, using, [], 'optimized');
  if (readFileSync(optimized).includes('.gcda')) fail('SQLite was not compiled again');

  process.stdout.write(`${optimized}\n`);
  if (stage) {
    const script = join(__dirname, 'stage.cjs');
    process.exitCode = spawnSync(process.execPath, [script, optimized], {
      stdio: 'inherit',
    }).status;
  } else {
    progress(`next: npm run stage -- ${optimized}`);
  }
}

main();
