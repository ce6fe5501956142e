/** Without @types/node and without the DOM: the declarations need nothing but the language. */
import { DatabaseSync, type SQLOutputValue } from '@threadproof/sqlite';
import { Database } from '@threadproof/sqlite/extras';

using db = new DatabaseSync(':memory:');
const first: SQLOutputValue | undefined = db.prepare('select 1 as a').get()?.['a'];
const rows: number[] = new Database(':memory:').prepare('select 1').pluck<number>().all();
// @ts-expect-error no @types/node here
process.exit(first === rows[0] ? 0 : 1);
