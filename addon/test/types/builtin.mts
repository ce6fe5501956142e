/** Our types beside those of @types/node: what passes for what, and what nobody else has. */
import type * as theirs from 'node:sqlite';
import type * as ours from '@threadproof/sqlite';
import type { Equal, None, Passes } from './equal.mjs';

/** An export of both modules. */
type Both<Name extends keyof typeof ours & keyof typeof theirs> = [
  (typeof ours)[Name],
  (typeof theirs)[Name],
];

// The module passes for theirs but for backup(), which takes only databases of its own module.
export const module: Passes<Omit<typeof ours, 'backup'>, Omit<typeof theirs, 'backup'>> = true;
type Backups = Both<'backup'>;
export const backup: [
  Passes<Parameters<Backups[1]>[1], Parameters<Backups[0]>[1]>,
  Equal<Parameters<Backups[1]>[2], Parameters<Backups[0]>[2]>,
  Equal<ReturnType<Backups[1]>, ReturnType<Backups[0]>>,
  Parameters<Backups[0]>['length'],
] = [true, true, true, 3];
// @ts-expect-error a database of node:sqlite
export const foreign: Passes<theirs.DatabaseSync, Parameters<Backups[0]>[0]> = true;
export const database: Passes<ours.DatabaseSync, theirs.DatabaseSync> = true;
export const statement: Passes<ours.StatementSync, theirs.StatementSync> = true;
export const session: Passes<ours.Session, theirs.Session> = true;
export const store: Passes<ours.SQLTagStore, theirs.SQLTagStore> = true;
export const constructors: Passes<Both<'DatabaseSync'>[0], Both<'DatabaseSync'>[1]> = true;

// What a program keeps, gives or gets in types of theirs passes for ours, in both directions where
// @types/node has all of Node 26.10.
export const output: Equal<ours.SQLOutputValue, theirs.SQLOutputValue> = true;
export const changes: Equal<ours.StatementResultingChanges, theirs.StatementResultingChanges> =
  true;
export const columns: Equal<ours.StatementColumnMetadata, theirs.StatementColumnMetadata> = true;
export const limits: Equal<ours.DatabaseLimits, theirs.DatabaseLimits> = true;
export const info: Equal<ours.BackupProgressInfo, theirs.BackupProgressInfo> = true;
export const sessions: Equal<ours.CreateSessionOptions, theirs.CreateSessionOptions> = true;
export const applying: Equal<ours.ApplyChangesetOptions, theirs.ApplyChangesetOptions> = true;
export const deserialize: Equal<ours.DeserializeOptions, theirs.DeserializeOptions> = true;
export const functions: Equal<ours.FunctionOptions, theirs.FunctionOptions> = true;
export const back: Equal<ours.BackupOptions, theirs.BackupOptions> = true;
export const constants: Passes<typeof theirs.constants, Partial<typeof ours.constants>> = true;
export const input: Passes<theirs.SQLInputValue, ours.SQLInputValue> = true;
export const results: Passes<theirs.SQLInputValue, ours.SQLResultValue> = true;
export const opening: Passes<theirs.DatabaseSyncOptions, ours.DatabaseSyncOptions> = true;
export const aggregate: Equal<keyof ours.AggregateOptions, keyof theirs.AggregateOptions> = true;
export const numeric: Passes<theirs.AggregateOptions<number>, ours.AggregateOptions<number>> = true;
export const parameters: Passes<
  ConstructorParameters<typeof theirs.DatabaseSync>,
  ConstructorParameters<typeof ours.DatabaseSync>
> = true;

// What they do not have yet; when they have it, these lines say so, and it is compared above.
export const ahead: Equal<
  Exclude<keyof typeof ours, keyof typeof theirs>,
  'Session' | 'Database' | 'Statement' | 'default'
> = true;
export const methods: Equal<
  Exclude<keyof ours.DatabaseSync, keyof theirs.DatabaseSync>,
  'createModule'
> = true;
export const more: Equal<
  Exclude<keyof ours.StatementSync, keyof theirs.StatementSync>,
  'stat' | 'resetStats' | 'close' | typeof Symbol.dispose
> = true;
export const options: Equal<
  Exclude<keyof ours.PrepareOptions, keyof theirs.PrepareOptions>,
  'persistent'
> = true;
export const numbers: Equal<
  Exclude<keyof typeof ours.constants, keyof typeof theirs.constants>,
  'SQLITE_CHANGESET_CONSTRAINT'
> = true;
export const values: Equal<
  Exclude<ours.SQLInputValue, theirs.SQLInputValue | ArrayBufferView>,
  undefined | boolean | ArrayBuffer | SharedArrayBuffer
> = true;

// Nothing of theirs is missing, by name.
export const all: [
  None<Exclude<keyof typeof theirs, keyof typeof ours>>,
  None<Exclude<keyof theirs.DatabaseSync, keyof ours.DatabaseSync>>,
  None<Exclude<keyof theirs.StatementSync, keyof ours.StatementSync>>,
  None<Exclude<keyof theirs.Session, keyof ours.Session>>,
  None<Exclude<keyof theirs.SQLTagStore, keyof ours.SQLTagStore>>,
  None<Exclude<keyof typeof theirs.constants, keyof typeof ours.constants>>,
  None<Exclude<keyof theirs.DatabaseSyncOptions, keyof ours.DatabaseSyncOptions>>,
  None<Exclude<keyof theirs.PrepareOptions, keyof ours.PrepareOptions>>,
] = [true, true, true, true, true, true, true, true];

// The checks themselves can fail.
// @ts-expect-error a boolean is no string
export const wrong: Passes<boolean, string> = true;
// @ts-expect-error optional is not the same as required
export const unequal: Equal<{ a?: 1 }, { a: 1 }> = true;
// @ts-expect-error there is something
export const some: None<'a'> = true;
// @ts-expect-error theirs has no createModule()
export const lacking: Passes<theirs.DatabaseSync, ours.DatabaseSync> = true;
