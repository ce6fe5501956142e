// Vitest on the job's files, in worker threads: a fresh worker for each file, or with
// THREADPROOF_ISOLATE=0 two workers for all of them. They catch different faults: the first loads and
// unloads the target again and again, the second keeps its state.
import os from 'node:os';
import path from 'node:path';
import job from './job.cjs';

const files = job.runnerFiles(job.readJob());
const literal = (text) => text.replaceAll('\\', '/').replace(/[()[\]{}!*?+@]/g, '\\$&');

export default {
  root: process.cwd(),
  cacheDir: path.join(os.tmpdir(), 'vite-cache'),
  test: {
    include: files.map(literal),
    pool: 'threads',
    maxWorkers: 2,
    isolate: process.env.THREADPROOF_ISOLATE !== '0',
    fileParallelism: true,
    retry: 0,
    watch: false,
    // Output of a native addon is not the console's: leave the console alone too.
    disableConsoleIntercept: true,
    reporters: ['default', path.join(import.meta.dirname, '../reporters/vitest.mjs')],
  },
};
