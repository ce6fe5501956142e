// A program on which node:sqlite and another module differ; written by threadproof.
//   node repro.mjs [MODULE]      with Node 26.10 or later; MODULE as `require` takes it
// Runs it on both, each in a process of its own, and prints what each says. Exits with 1 if they differ.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CASE = /* case */ null;
const SOURCES = /* sources */ null;

const require = createRequire(import.meta.url);
const loaded = {};

/** The files of the interpreter, as CommonJS. */
function load(name) {
  if (loaded[name]) return loaded[name].exports;
  const module = (loaded[name] = { exports: {} });
  const local = (id) => (id.startsWith('./') ? load(id.slice(2)) : require(id));
  new Function('require', 'module', 'exports', SOURCES[name])(local, module, module.exports);
  return module.exports;
}

function answerOf(module) {
  const self = fileURLToPath(import.meta.url);
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    ['--expose-gc', '--no-warnings', self, '--on', module],
    { encoding: 'utf8', env: { ...CASE.env, ...process.env }, maxBuffer: 1 << 28 },
  );
  if (status === 0) return JSON.parse(stdout).outcomes;
  return [{ ended: signal ?? `exit code ${status}`, said: stderr.split('\n').slice(0, 5) }];
}

if (process.argv[2] === '--on') {
  const module = require(process.argv[3]);
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'repro-')));
  process.chdir(dir);
  const { run } = load('interpreter.cjs');
  for (const program of CASE.before) await run(program, module, dir);
  const answer = await run(CASE.program, module, dir);
  process.chdir('/');
  rmdirSync(dir);
  process.stdout.write(JSON.stringify(answer));
} else {
  const module = process.argv[2] ?? CASE.module;
  const [theirs, ours] = [answerOf('node:sqlite'), answerOf(module)];
  let differ = false;
  for (let at = 0; at < Math.max(theirs.length, ours.length); at += 1) {
    const [left, right] = [JSON.stringify(theirs[at]), JSON.stringify(ours[at])];
    console.log(`${at}  ${JSON.stringify(CASE.program.ops[at] ?? 'at the end')}`);
    if (left === right) {
      console.log(`    ${left}`);
    } else {
      differ = true;
      console.log(`    node:sqlite  ${left}\n    the module   ${right}`);
    }
  }
  process.exitCode = differ ? 1 : 0;
}
