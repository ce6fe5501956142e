-- A run that has ended. `name` is unique here; `run` is what the run calls itself.
CREATE TABLE runs (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  run TEXT NOT NULL,
  dir TEXT NOT NULL,
  kind TEXT NOT NULL, -- run, stress, leak, fuzz, replicate, merge
  command TEXT NOT NULL,
  started TEXT NOT NULL, -- UTC, 2026-11-27T08:00:00.000Z
  elapsed_ms REAL,
  threadproof TEXT NOT NULL,
  seed TEXT, -- 64 bits without a sign: more than an INTEGER holds
  platform TEXT NOT NULL,
  exit INTEGER,
  interrupted INTEGER,
  repeats INTEGER NOT NULL, -- 1: a failure that was run again (--job-id), which is no sample of a rate
  results BLOB NOT NULL -- results.json, the details of failures that look alike left out; deflate
) STRICT;

CREATE INDEX runs_started ON runs (started);

CREATE TABLE cells (
  run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  cell INTEGER NOT NULL, -- its place in the plan
  target TEXT NOT NULL,
  version TEXT, -- of the target's package, as far as it is known
  runtime TEXT NOT NULL,
  topic TEXT NOT NULL,
  runner TEXT NOT NULL,
  planned INTEGER NOT NULL,
  judged INTEGER NOT NULL,
  clean INTEGER NOT NULL,
  verdict TEXT NOT NULL,
  PRIMARY KEY (run, cell)
) STRICT, WITHOUT ROWID;

CREATE INDEX cells_target ON cells (target);

CREATE TABLE outcomes (
  run INTEGER NOT NULL,
  cell INTEGER NOT NULL,
  kind TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (run, cell, kind),
  FOREIGN KEY (run, cell) REFERENCES cells ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE signatures (
  run INTEGER NOT NULL,
  cell INTEGER NOT NULL,
  signature TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (run, cell, signature),
  FOREIGN KEY (run, cell) REFERENCES cells ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
