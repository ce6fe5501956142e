/**
 * Fetches the contenders, at the versions of package-lock.json, when they are not there yet.
 */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HOME = fileURLToPath(new URL('..', import.meta.url));

function packages(file) {
  try {
    return JSON.parse(readFileSync(join(HOME, file), 'utf8')).packages;
  } catch {
    return {};
  }
}

/** Whether what the lock file wants is installed; optional packages are other platforms'. */
function complete() {
  // npm's own note of what it has put there.
  const present = packages('node_modules/.package-lock.json');
  return Object.entries(packages('package-lock.json')).every(
    ([path, { version, optional }]) =>
      path === '' || optional || present[path]?.version === version,
  );
}

/** @throws when npm fails: without peers there is nothing to compare with */
export function install() {
  if (complete()) return;
  process.stderr.write('fetching the contenders (npm ci in js-tests/bench)\n');
  // All of them ship their binaries, so no install script has to run.
  const { status, error } = spawnSync(
    'npm',
    ['ci', '--ignore-scripts', '--no-audit', '--no-fund'],
    {
      cwd: HOME,
      stdio: ['ignore', 2, 2],
      shell: process.platform === 'win32',
    },
  );
  if (status !== 0) {
    throw new Error(
      `npm ci in js-tests/bench failed (${error?.message ?? `exit code ${status}`}). ` +
        'It needs npm on the PATH and a registry.',
    );
  }
}
