'use strict';
// Tries each misuse inside callbacks, each on a database of its own, and gives what came of it: what the
// misuse said inside, what the call that led to the callback said, and whether the database still works.

const callbacks = require('../callbacks/index.cjs');
const { misusesFor } = require('../misuses.cjs');
const { subjects, unharmed } = require('../subjects.cjs');
const { doing, withFiles } = require('./doing.cjs');

/** One line about a value or an error. */
const said = (value) =>
  value !== null && typeof value === 'object' ? JSON.stringify(value) : String(value);

function failed(error) {
  const { name, code, errcode, message } = error;
  return [name, code, errcode].filter((part) => part !== undefined).join(' ') + `: ${message}`;
}

const attempt = (call) => {
  try {
    return said(call());
  } catch (error) {
    return failed(error);
  }
};

async function tryOne(tools, callback, misuse) {
  const subject = { ...subjects(tools), later: [] };
  const inside = [];
  const { go, ...running } = callback.set(subject, () => {
    if (inside.length === 0) inside.push(attempt(() => misuse({ ...subject, ...running })));
  });
  let outside;
  try {
    outside = said(await go());
  } catch (error) {
    outside = failed(error);
  }
  const later = await Promise.allSettled(subject.later);
  const settled = later.map(({ value, reason }) => (reason ? failed(reason) : said(value)));
  return [...inside, ...settled, outside, unharmed(subject)].join(' | ');
}

/** `{ misuse: outcome }` of one callback. */
async function tryAll(tools, name) {
  const callback = callbacks[name];
  const running = callback.set(subjects(tools), () => {});
  const outcomes = {};
  for (const [misuse, call] of Object.entries(misusesFor(running))) {
    doing(`${name} ${misuse}`);
    outcomes[misuse] = await tryOne(tools, callback, call);
  }
  return outcomes;
}

module.exports = async function misuse(plain) {
  const tools = withFiles(plain);
  const found = {};
  for (const name of tools.data.callbacks) found[name] = await tryAll(tools, name);
  return found;
};
