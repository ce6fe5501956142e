/** The types of `@threadproof/sqlite/extras` in use, with what they must refuse. */
import extras, {
  Database,
  interrupt,
  Statement,
  usage,
  type ExpandedRow,
  type InterruptToken,
  type Transaction,
  type Usage,
} from '@threadproof/sqlite/extras';
import {
  backup,
  DatabaseSync,
  StatementSync,
  type SQLOutputValue,
  type SQLRow,
} from '@threadproof/sqlite';
import { type, type Equal, type Passes } from './equal.mjs';

const db = new Database(':memory:', { timeout: 5 });

// They pass for what they extend, and not the other way round.
export const passes: [Passes<Database, DatabaseSync>, Passes<Statement, StatementSync>] = [
  true,
  true,
];
// @ts-expect-error no pragma()
export const database: Passes<DatabaseSync, Database> = true;
// @ts-expect-error no pluck()
export const statement: Passes<StatementSync, Statement> = true;
export const same: Equal<typeof extras.Database, typeof Database> = true;
void backup(db, 'copy.db');
// @ts-expect-error private
new Statement();

// Forms of rows.
const plain = db.prepare('select 1 as a');
type<Statement>()(plain, true);
type<SQLRow | undefined>()(plain.get(1), true);
type<SQLOutputValue | undefined>()(plain.pluck().get({ a: 1 }), true);
type<SQLOutputValue[]>()(plain.pluck(true).all(), true);
for (const value of plain.pluck<number>().iterate()) type<number>()(value, true);
type<SQLOutputValue[][]>()(plain.raw().all(), true);
type<[number, string] | undefined>()(plain.raw<[number, string]>().get(), true);
type<ExpandedRow[]>()(plain.expand().all(), true);
type<SQLRow[]>()(plain.pluck(false).all(), true);
type<SQLRow[]>()(plain.raw(false).all(), true);
type<SQLRow[]>()(plain.expand(false).all(), true);
type<number | bigint>()(plain.pluck().run().changes, true);
interface Note {
  id: number;
  body: string;
}
type<Note[]>()(db.prepare<Note>('select * from note').all(), true);
// @ts-expect-error a row is an object
db.prepare<number>('select 1');
// @ts-expect-error not a boolean
plain.pluck(1);
// @ts-expect-error a value that cannot be bound
plain.pluck().get(Symbol.iterator);
plain[Symbol.dispose]();

// Deadlines.
type<Statement>()(plain.deadline(100), true);
type<SQLOutputValue | undefined>()(plain.pluck().deadline(null).get(), true);
// @ts-expect-error null, not undefined
plain.deadline(undefined);

// Pragmas.
type<SQLRow[]>()(db.pragma('journal_mode'), true);
type<SQLRow[]>()(db.pragma('journal_mode', {}), true);
type<SQLOutputValue | undefined>()(db.pragma('journal_mode', { simple: true }), true);
// @ts-expect-error no such option
db.pragma('journal_mode', { plain: true });

// Transactions.
const insert = db.transaction((id: number, body = '') => `${id}${body}`);
type<string>()(insert(1, 'a'), true);
type<string>()(insert.immediate(1), true);
type<string>()(insert.deferred.exclusive(1), true);
type<Database>()(insert.database, true);
type<Transaction<(id: number, body?: string) => string>>()(insert.default, true);
// @ts-expect-error an argument is missing
insert();
// @ts-expect-error an argument of another type
insert.immediate('1');
// @ts-expect-error a transaction ends when its function does
db.transaction(async () => 1);
// @ts-expect-error the same
db.transaction(() => Promise.resolve());
const all = db.transaction(<T,>(values: T[]) => values.length);
type<number>()(all(['a']), true);
const nothing = db.transaction(() => {});
type<void>()(nothing(), true);

// Interrupts.
const token = db.interruptToken();
type<InterruptToken>()(token, true);
interrupt(token);
db.interrupt();
// @ts-expect-error not shared
interrupt(new Int32Array(1));
// @ts-expect-error a token, not a database
interrupt(db);

class Library extends Database {
  override prepare<Row extends object = SQLRow>(sql: string): Statement<Row> {
    return super.prepare<Row>(sql).deadline(1000);
  }
}
export { Library };

// Usage.
type<Usage>()(usage(), true);
type<number>()(usage().statements, true);
type<number | null>()(usage().bytes, true);
