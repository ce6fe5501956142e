import { describe, test } from 'node:test';
import body from '../../lib/body.cjs';

body.register(import.meta.filename, { describe, test });
