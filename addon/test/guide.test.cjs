'use strict';

/**
 * The programs of the guides, run as they stand there. In a section, blocks with a file's name
 * after their language are its files; `main.mjs` is run and prints what the block `text output`
 * says, and another file what its own says, `text output of FILE`.
 */

const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} = require('node:fs');
const { tmpdir } = require('node:os');
const { join, resolve } = require('node:path');
const { after, describe, test } = require('node:test');

const addon = resolve(__dirname, '..');
const GUIDES = ['addon/README.md', 'docs/worker-threads.md'];

const folder = mkdtempSync(join(tmpdir(), 'guide-'));
after(() => rmSync(folder, { recursive: true }));
const scope = join(folder, 'node_modules', '@threadproof');
mkdirSync(scope, { recursive: true });
symlinkSync(addon, join(scope, 'sqlite'), 'junction');

/** The programs of a page: their titles, main files, files and outputs. */
function programs(text) {
  const found = [];
  for (const section of text.split(/^(?=## )/m)) {
    const title = /^## (.*)$/m.exec(section)?.[1] ?? 'Introduction';
    const files = new Map();
    const outputs = new Map();
    for (const [, info, body] of section.matchAll(/^```(\w+ [^\n]+)\n(.*?)^```$/gms)) {
      const output = /^text output(?: of (\S+))?$/.exec(info);
      const name = output ? (output[1] ?? 'main.mjs') : /^js (\S+)$/.exec(info)?.[1];
      assert.ok(name, `${title}: ${info}`);
      const all = output ? outputs : files;
      assert.ok(!all.has(name), `${title}: ${info}, twice`);
      all.set(name, body);
    }
    assert.strictEqual(files.size > 0, outputs.size > 0, `${title}: files and what they print`);
    for (const [main, output] of outputs) {
      assert.ok(files.has(main), `${title}: there is no ${main}`);
      found.push({ title: `${title}: ${main}`, main, files, output });
    }
  }
  return found;
}

/** Runs a program in a folder of its own; what it printed. */
function run({ main, files }) {
  const place = mkdtempSync(join(folder, 'program-'));
  for (const [name, text] of files) writeFileSync(join(place, name), text);
  const env = { ...process.env };
  for (const name of ['NODE_TEST_CONTEXT', 'NODE_OPTIONS', 'FORCE_COLOR']) delete env[name];
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [main], {
    cwd: place,
    encoding: 'utf8',
    env,
    timeout: 120_000,
  });
  assert.deepStrictEqual({ status, signal }, { status: 0, signal: null }, stderr);
  return stdout;
}

for (const guide of GUIDES) {
  const found = programs(readFileSync(join(addon, '..', guide), 'utf8'));
  describe(guide, () => {
    test('has programs', () => assert.ok(found.length >= 2));
    for (const program of found) {
      test(program.title, () => {
        assert.strictEqual(run(program), program.output);
      });
    }
  });
}

test('a program that prints something else, or fails, would be noticed', () => {
  const page = (main) =>
    `## Title\n\n\`\`\`js main.mjs\n${main}\n\`\`\`\n\n\`\`\`text output\n1\n\`\`\`\n`;
  const [right] = programs(page('console.log(1);'));
  assert.strictEqual(run(right), right.output);
  const [wrong] = programs(page('console.log(2);'));
  assert.notStrictEqual(run(wrong), wrong.output);
  const [failing] = programs(page('console.log(1); process.exitCode = 1;'));
  assert.throws(() => run(failing), assert.AssertionError);
  assert.throws(() => programs('## Title\n\n```js main.mjs\n1;\n```\n'), /what they print/);
  assert.throws(
    () => programs('## Title\n\n```js a.mjs\n1;\n```\n\n```text output\n```\n'),
    /no main/,
  );
});
