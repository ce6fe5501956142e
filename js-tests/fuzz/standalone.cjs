'use strict';
// What the `repro.mjs` of a saved case needs besides Node and the addon: this file and those that it requires are copied
// beside it.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { alone } = require('./alone.cjs');
const { runner } = require('./programs.cjs');

const ROOT = path.join(__dirname, '..');

/** The job that adapters read, with another addon where one is named. */
function describeTarget(addon) {
  const job = JSON.parse(fs.readFileSync(path.join(ROOT, 'job.json'), 'utf8'));
  const adapterPath = path.join(ROOT, job.target.adapter);
  job.target = { ...job.target, dir: path.dirname(adapterPath), adapter: adapterPath };
  if (addon) {
    const file = path.resolve(addon);
    Object.assign(job.target, { module: file, binary: file });
  }
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'repro-'));
  process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
  process.env.THREADPROOF_JOB = path.join(folder, 'job.json');
  fs.writeFileSync(process.env.THREADPROOF_JOB, JSON.stringify(job));
  return adapterPath;
}

/** Runs the programs of a case; the process exits with 1 when something is not as it must be. */
async function standalone({ root, limitMs, programs }) {
  const adapterPath = describeTarget(process.argv[2]);
  const run = runner(root, { adapterPath, limitMs });
  for (const program of programs) {
    try {
      await (program.ends ? alone(program) : run(program));
    } catch (error) {
      console.error(error);
      process.exitCode = 1;
      return;
    }
  }
  console.log('nothing went wrong this time');
}

module.exports = { standalone };
