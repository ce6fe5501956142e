'use strict';
// Random numbers that a seed replays, the same everywhere.

/** Mulberry32: 32 bits of state, from 0 up to and without 1. */
function random(seed) {
  let state = Number(BigInt.asUintN(32, BigInt(seed)));
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Whole numbers from 0 up to and without the limit that each call gives. */
function below(seed) {
  const next = random(seed);
  return (limit) => Math.floor(next() * limit);
}

module.exports = { below, random };
