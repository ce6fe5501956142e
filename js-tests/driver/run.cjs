'use strict';
// Runs cases of scenarios without the harness:
//   node driver/run.cjs --binary x.node [--adapter adapter.cjs] [--limit MS] [ID-PART …]
// Each case is a process of its own. Prints how each ended, and what it said when that was not in order.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { allScenarios } = require('./scenarios.cjs');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    binary: { type: 'string' },
    adapter: {
      type: 'string',
      default: path.join(__dirname, '../../harness/specimens/adapter.cjs'),
    },
    limit: { type: 'string', default: '10000' },
    'node-arg': { type: 'string', multiple: true, default: [] },
  },
});

const ids = allScenarios().flatMap(({ family, name, scenario }) =>
  scenario.cases.map((one) => `${family}/${name} > ${one.name}`),
);
const wanted = ids.filter((id) => positionals.every((part) => id.includes(part)));
if (wanted.length === 0) {
  console.error(
    `no case has ${positionals.join(' and ')} in its id; there are:\n${ids.join('\n')}`,
  );
  process.exit(2);
}

let failed = 0;
for (const id of wanted) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'driver-'));
  const events = path.join(dir, 'events.ndjson');
  const job = path.join(dir, 'job.json');
  fs.writeFileSync(events, '');
  fs.writeFileSync(
    job,
    JSON.stringify({
      version: 1,
      id: '0',
      target: {
        id: 'by-hand',
        dir,
        profile: 'generic',
        adapter: path.resolve(values.adapter),
        module: null,
        binary: values.binary ? path.resolve(values.binary) : null,
        supports: [],
      },
      topic: id.split('/')[0],
      runner: 'driver',
      files: [`driver/scenarios/${id.split(' > ')[0]}`],
      tests: [id],
      seed: '1',
      timeoutMs: Number(values.limit),
    }),
  );
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    [...values['node-arg'], path.join(__dirname, 'main.cjs')],
    {
      encoding: 'utf8',
      timeout: Number(values.limit),
      killSignal: 'SIGKILL',
      env: { ...process.env, THREADPROOF_EVENTS: events, THREADPROOF_JOB: job, TMPDIR: dir },
    },
  );
  const ended = signal ?? `exit ${status}`;
  const said = fs.readFileSync(events, 'utf8');
  const ok = status === 0 && ['"test-end"', '"process-exit"'].every((type) => said.includes(type));
  if (!ok) failed++;
  console.log(`${ok ? 'ok    ' : 'NOT OK'} ${id}  (${signal === 'SIGKILL' ? 'hung' : ended})`);
  if (!ok) console.log(`${stdout}${stderr}`.replaceAll(/^/gm, '    ').trimEnd());
  fs.rmSync(dir, { recursive: true, force: true });
}
process.exitCode = failed === 0 ? 0 : 1;
