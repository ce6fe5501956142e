'use strict';
// Runs one case of a scenario in this process, on its main thread and the workers that it starts.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { Handover } = require('./handover.cjs');
const { Interpreter } = require('./interpreter.cjs');
const { everyOperation } = require('./language.cjs');
const { Signals } = require('./signals.cjs');

/** The names of all signals of a program. */
function signalsOf(threads) {
  const names = new Set();
  for (const list of Object.values(threads)) {
    for (const one of everyOperation(list)) {
      if (['signal', 'wait', 'idle', 'inside'].includes(one.op)) names.add(one.name);
      if (one.awaits !== undefined) names.add(one.awaits);
      for (const arg of one.args ?? []) {
        if (arg?.calls) names.add(arg.calls);
        if (arg?.$ === 'cell') names.add(arg.name);
      }
    }
  }
  return [...names].sort();
}

/** The names of all numbers that its threads give each other. */
function givenIn(threads) {
  const all = Object.values(threads).flatMap((list) => [...everyOperation(list)]);
  return [...new Set(all.filter(({ op }) => op === 'give').map(({ name }) => name))].sort();
}

/** Throws when what was recorded under one label is not equal. */
function checkRecords(records) {
  for (const [label, found] of records) {
    const [first] = found;
    const other = found.find(({ text }) => text !== first.text);
    if (other) {
      throw new Error(
        `"${label}" is ${first.text} in ${first.thread}, and ${other.text} in ${other.thread}`,
      );
    }
  }
}

/**
 * @param {object} one a case: `{ name, threads }`, and `dir`: an empty folder that stays, where there shall be one
 * @param {object} spec `adapterPath`, `limitMs`, `tell`: takes what the threads say
 */
async function runProgram({ threads, dir: kept }, { adapterPath, limitMs, tell }) {
  const dir = kept ?? fs.mkdtempSync(path.join(os.tmpdir(), 'program-'));
  const records = new Map();
  let cause;
  const listen = (message) => {
    if (message.kind === 'failed') {
      cause ??= message.text;
    } else if (message.kind === 'record') {
      const found = records.get(message.label) ?? [];
      records.set(message.label, [...found, message]);
    } else {
      tell(message);
    }
  };
  try {
    await new Interpreter({
      thread: 'main',
      threads,
      dir,
      limitMs,
      adapterPath,
      adapter: require(adapterPath),
      signals: new Signals(signalsOf(threads)),
      handover: new Handover(givenIn(threads)),
      tell: listen,
    }).run();
    checkRecords(records);
  } catch (error) {
    // Who waited for a thread that failed says so; what that thread said is what a person needs.
    throw error?.name === 'Abandoned' && cause ? new Error(cause, { cause: error }) : error;
  } finally {
    if (!kept) fs.rmSync(dir, { recursive: true, force: true });
  }
}

module.exports = { runProgram };
