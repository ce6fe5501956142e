/**
 * The distance to SQLite itself: runs addon/benches/raw.rs, reads what Criterion wrote.
 */

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const target = () => process.env.CARGO_TARGET_DIR ?? join(ROOT, 'target');

/**
 * Nanoseconds of one unit by operation: `{ 'get-int': 250, … }`. Criterion's median for one
 * iteration, divided by the elements that the bench says an iteration handles.
 */
export function readEstimates(folder) {
  const figures = {};
  if (!existsSync(folder)) return figures;
  for (const id of readdirSync(folder)) {
    const place = join(folder, id, 'new');
    if (!existsSync(join(place, 'estimates.json'))) continue;
    const read = (file) => JSON.parse(readFileSync(join(place, file), 'utf8'));
    const { median } = read('estimates.json');
    const { throughput } = read('benchmark.json');
    figures[id] = median.point_estimate / (throughput?.Elements ?? 1);
  }
  return figures;
}

/** @throws when cargo fails */
export function raw({ quick }) {
  const brief = quick ? ['--warm-up-time', '0.3', '--measurement-time', '1'] : [];
  const command = ['bench', '-p', 'threadproof-sqlite', '--bench', 'raw', '--', '--noplot'];
  process.stderr.write(`cargo ${command.join(' ')}\n`);
  // Where the flags of SQLite are set, and its figures belong to those flags.
  const { status, error } = spawnSync('cargo', [...command, ...brief], {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0)
    throw new Error(`cargo bench failed: ${error?.message ?? `exit code ${status}`}`);
  return readEstimates(join(target(), 'criterion', 'raw'));
}
