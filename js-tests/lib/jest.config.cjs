'use strict';
// Jest on the job's files. Tests must run in worker threads: `workerThreads` makes Jest's workers
// threads, and `workerIdleMemoryLimit` (far above any use) forbids its in-band mode, which it would
// otherwise choose for a single file or for files that it remembers as fast.

const os = require('node:os');
const path = require('node:path');
const { readJob, runnerFiles } = require('./job.cjs');

const files = runnerFiles(readJob());
const literal = (text) => text.replaceAll('\\', '/').replace(/[()[\]{}!*?+@]/g, '\\$&');

module.exports = {
  rootDir: process.cwd(),
  roots: [...new Set(files.map((file) => path.dirname(file)))],
  testMatch: files.map(literal),
  testEnvironment: 'node',
  transform: {},
  workerThreads: true,
  maxWorkers: 2,
  workerIdleMemoryLimit: '1000GB',
  // The job's own TMPDIR: no timings, and no failures first, from an earlier job.
  cacheDirectory: path.join(os.tmpdir(), 'jest-cache'),
  watchman: false,
  // A runner's limit is the test's own, given as it is registered.
  reporters: ['default', path.join(__dirname, '../reporters/jest.cjs')],
};
