import { createRequire } from 'node:module';
import { describe, test } from 'vitest';

// Bodies are CommonJS that Node loads itself; Vite shall not transform them.
const { register } = createRequire(import.meta.url)('../../lib/body.cjs');
register(import.meta.filename, { describe, test });
