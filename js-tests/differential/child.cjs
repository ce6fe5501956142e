'use strict';
// One implementation in a process of its own: `node --expose-gc child.cjs MODULE` reads a program a line
// from stdin and answers with a line on stdout. It is started in an empty folder of its own. It may die at
// any time; that is an answer too.

const fs = require('node:fs');
const { run } = require('./interpreter.cjs');

const LINE = 10;

/** Lines of stdin, read while nothing else is to be done: between programs nothing may happen. */
function* lines() {
  let pending = [];
  const chunk = Buffer.alloc(1 << 16);
  for (;;) {
    const length = fs.readSync(0, chunk);
    if (length === 0) return;
    let start = 0;
    for (let end; (end = chunk.subarray(0, length).indexOf(LINE, start)) >= 0; start = end + 1) {
      yield Buffer.concat([...pending, chunk.subarray(start, end)]).toString();
      pending = [];
    }
    if (start < length) pending.push(Buffer.from(chunk.subarray(start, length)));
  }
}

function answer(value) {
  const bytes = Buffer.from(`${JSON.stringify(value)}\n`);
  for (let at = 0; at < bytes.length;) at += fs.writeSync(1, bytes, at);
}

async function main() {
  // Node announces node:sqlite as experimental on some versions, once for each process.
  const module = require(process.argv[2]);
  const dir = process.cwd();
  answer({ ready: process.version });
  for (const line of lines()) {
    try {
      answer(await run(JSON.parse(line), module, dir));
    } catch (error) {
      answer({ broken: String(error?.stack ?? error) });
    }
  }
}

main();
