'use strict';
// Jobs on the fixture suites, for the Node versions that are at hand.

const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { matches, runJob } = require('./run-job.cjs');

const FIXTURES = path.join(__dirname, '../fixtures');

const target = {
  target: {
    id: 'none',
    dir: FIXTURES,
    profile: 'none',
    adapter: path.join(FIXTURES, 'adapter.cjs'),
    module: null,
    binary: null,
    supports: [],
  },
  env: {},
};

/** This Node, and those of THREADPROOF_TEST_NODES (separated like PATH), with their versions. */
function nodes() {
  const more = (process.env.THREADPROOF_TEST_NODES ?? '').split(path.delimiter).filter(Boolean);
  return [process.execPath, ...more].map((node) => ({
    node,
    version: spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim(),
  }));
}

/** Why a runner cannot run on this version; false when it can. */
const unable = (runner, version) =>
  runner.startsWith('vitest') && !matches('>=22.12', version)
    ? `Vitest 5 needs Node 22.12 (this is ${version}; set THREADPROOF_TEST_NODES)`
    : false;

const runFixture = (options) => runJob({ root: FIXTURES, target, timeoutMs: 30000, ...options });

module.exports = { FIXTURES, nodes, runFixture, unable };
