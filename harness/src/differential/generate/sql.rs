//! SQL: schemas with everything that a database can have, and statements over them.

use proptest::prelude::{Just, Strategy, prop_oneof};

use super::values::{Of, word};

/// Tables, keys, checks, triggers, a view, generated columns, strict tables, full text, JSON; and rows.
pub(super) const SCHEMA: &str = "
CREATE TABLE t(id INTEGER PRIMARY KEY, a, b TEXT, c REAL, d BLOB);
INSERT INTO t VALUES (1,1,'one',1.5,x'01'),(2,NULL,'two',-0.0,x''),(3,9007199254740993,'Grüße',1e300,x'00ff'),
 (4,'text','',NULL,NULL),(5,-1,'five',5,x'0102030405');
CREATE TABLE u(k TEXT PRIMARY KEY, v UNIQUE CHECK(v <> 13)) WITHOUT ROWID;
INSERT INTO u VALUES ('a',1),('b',2),('c',3);
CREATE TABLE parent(id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE child(id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parent(id) ON DELETE CASCADE, n INT CHECK(n >= 0));
INSERT INTO parent VALUES (1,'p1'),(2,'p2'); INSERT INTO child VALUES (1,1,10),(2,1,20),(3,2,30);
CREATE TABLE log(what TEXT, id INTEGER);
CREATE TRIGGER t_ins AFTER INSERT ON t BEGIN INSERT INTO log VALUES ('ins', new.id); END;
CREATE TRIGGER t_upd AFTER UPDATE ON t BEGIN INSERT INTO log VALUES ('upd', new.id); END;
CREATE TRIGGER t_del BEFORE DELETE ON t WHEN old.id = 4 BEGIN SELECT RAISE(ABORT, 'four stays'); END;
CREATE VIEW v AS SELECT id, a AS alias, b || '!' AS loud FROM t;
CREATE INDEX t_b ON t(b);
CREATE TABLE g(x INT, y INT AS (x * 2) STORED, z AS (x + 1));
INSERT INTO g(x) VALUES (1),(2),(3);
";

/// The same and what takes longer to make.
pub(super) const MORE_SCHEMA: &str = "
CREATE TABLE s(i INTEGER, r REAL, t TEXT, b BLOB, a ANY) STRICT;
CREATE VIRTUAL TABLE docs USING fts5(body);
INSERT INTO docs VALUES ('the quick brown fox'),('jumps over'),('the lazy dog');
CREATE TABLE j(doc TEXT); INSERT INTO j VALUES ('{\"a\":{\"b\":[1,2,3]},\"c\":null}'),('[1,2.5,\"x\"]');
CREATE TABLE \"odd \"\"name\"(\"col umn\", \"select\", \"Ünï\"); INSERT INTO \"odd \"\"name\" VALUES (1,2,3);
";

/// A small schema.
pub(super) const SMALL_SCHEMA: &str = "
CREATE TABLE t(id INTEGER PRIMARY KEY, a, b TEXT, c REAL, d BLOB);
INSERT INTO t(a,b) VALUES (1,'x'),(2,'y'),(3,'z');
CREATE TABLE u(k TEXT PRIMARY KEY, v UNIQUE); INSERT INTO u VALUES ('a',1),('b',2);
";

/// Statements with parameters.
pub(super) fn with_parameters() -> Of<String> {
    word(&[
        "SELECT ? AS p, typeof(?1) AS t",
        "SELECT ?1 AS p, typeof(?1) AS t, length(?1) AS l, hex(?1) AS h",
        "SELECT ?, ?, ?",
        "SELECT ?2 AS two, ?1 AS one",
        "SELECT ?5",
        "SELECT :a AS a, @b AS b, $c AS c",
        "SELECT :a AS a, typeof(:a) AS t, quote(:a) AS q",
        "SELECT $a, ?",
        "SELECT ?, $a, ?3, :b",
        "SELECT :a, $a, @a",
        "SELECT $a::b, $a",
        "INSERT INTO t(a,b,c,d) VALUES(?,?,?,?)",
        "INSERT INTO t(a,b) VALUES(:a,:b) RETURNING *",
        "INSERT INTO t(id,a) VALUES(?,?) ON CONFLICT(id) DO UPDATE SET a = excluded.a",
        "INSERT OR REPLACE INTO u VALUES(?,?)",
        "INSERT INTO u VALUES($k,$v)",
        "INSERT INTO child(parent, n) VALUES(?,?)",
        "INSERT INTO s VALUES(?,?,?,?,?)",
        "UPDATE t SET a = ? WHERE id = ?",
        "UPDATE t SET a = :a WHERE id >= :id RETURNING id, a",
        "DELETE FROM t WHERE id = ?",
        "SELECT * FROM t WHERE id > ? ORDER BY id",
        "SELECT * FROM t WHERE a = ?",
        "SELECT a + ? FROM t",
        "SELECT b LIKE ? FROM t",
        "SELECT body FROM docs WHERE docs MATCH ?",
        "SELECT json_extract(?, '$.a') AS x",
        "SELECT value FROM json_each(?)",
        "SELECT CAST(? AS INTEGER) AS i, CAST(?1 AS TEXT) AS t, CAST(?1 AS BLOB) AS b",
        "SELECT ? LIMIT ?",
        "SELECT f0(?), f1(?, ?)",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT i FROM n LIMIT 9",
    ])
}

/// Queries.
pub(super) fn query() -> Of<String> {
    word(&[
        "SELECT 1",
        "SELECT 1 AS a, 2 AS a",
        "SELECT NULL AS n, 1.5 AS r, 'x' AS t, x'0102' AS b, 9007199254740993 AS big",
        "SELECT 9223372036854775807 AS big",
        "SELECT 9007199254740991 AS most, -9007199254740991 AS least",
        "SELECT 1 AS __proto__, 2 AS constructor, 3 AS toString, 4 AS '', 5 AS '0'",
        "SELECT CAST(x'ff41c3' AS TEXT) AS broken, CAST(x'610062' AS TEXT) AS nul",
        "SELECT -0.0 AS z, 1e999 AS inf, -1e999 AS ninf, 0.1+0.2 AS f",
        "SELECT zeroblob(3) AS z, '' AS e, x'' AS eb",
        "SELECT * FROM t",
        "SELECT * FROM t ORDER BY id DESC",
        "SELECT id, b FROM t WHERE id IN (1, 3)",
        "SELECT rowid, * FROM t LIMIT 2",
        "SELECT * FROM u",
        "SELECT k, sum(v) OVER (ORDER BY k) AS running FROM u",
        "SELECT * FROM v",
        "SELECT * FROM g",
        "SELECT p.name, c.n FROM parent p LEFT JOIN child c ON c.parent = p.id ORDER BY c.id",
        "SELECT p.*, c.* FROM parent p JOIN child c ON c.parent = p.id",
        "SELECT count(*) AS n, max(a), group_concat(b, '-') FROM t",
        "SELECT * FROM log",
        "SELECT * FROM docs WHERE docs MATCH 'the'",
        "SELECT highlight(docs, 0, '[', ']') AS h FROM docs WHERE docs MATCH 'fox'",
        "SELECT json_extract(doc, '$.a.b[1]') AS x FROM j",
        "SELECT doc -> '$.a' AS arrow, doc ->> '$[2]' AS arrow2 FROM j",
        "SELECT * FROM \"odd \"\"name\"",
        "SELECT b, row_number() OVER (ORDER BY id) AS rn, lag(b) OVER (ORDER BY id) AS p FROM t",
        "SELECT a FROM t UNION SELECT v FROM u ORDER BY 1",
        "VALUES (1, 'a'), (2, 'b')",
        "SELECT last_insert_rowid() AS r, changes() AS c, total_changes() AS tc",
        "PRAGMA table_info(t)",
        "PRAGMA user_version",
        "PRAGMA foreign_keys",
        "PRAGMA foreign_key_check",
        "PRAGMA busy_timeout",
        "PRAGMA integrity_check",
        "EXPLAIN QUERY PLAN SELECT * FROM t WHERE b = 'x'",
        "SELECT name FROM pragma_function_list WHERE name IN ('f0', 'f1', 'agg0') ORDER BY name",
        "SELECT percentile(id, 50) AS p, median(id) AS m FROM t",
        "SELECT sqrt(2) AS s, pi() AS p, ceil(1.2) AS c",
        "SELECT soundex('a') AS s",
        "SELECT * FROM sqlite_schema",
        "SELECT * FROM sqlite_stmt",
        "SELECT * FROM dbstat LIMIT 1",
        "SELECT count(*) FROM sqlite_dbpage",
        "SELECT * FROM generate_series(1, 3)",
        "SELECT id FROM t WHERE id > 1 ORDER BY a, b",
        "SELECT t1.id FROM t t1, t t2 WHERE t1.a = t2.a",
    ])
}

/// Queries that call functions which a program may have made.
pub(super) fn calling() -> Of<String> {
    word(&[
        "SELECT f0(1) AS r, typeof(f0(1)) AS t",
        "SELECT f0(a) AS r FROM t",
        "SELECT f0(id) AS r, typeof(f0(id)) AS ty FROM t",
        "SELECT f0() AS r",
        "SELECT f1(a, b) AS r FROM t",
        "SELECT f1(1, 9007199254740993) AS r",
        "SELECT f0(9223372036854775807) AS r",
        "SELECT f0(NULL), f0(1.5), f0('x'), f0(x'0001')",
        "SELECT f0('a' || char(0) || 'b') AS r",
        "SELECT f2(1, 'a', x'01', NULL, 2.5) AS r",
        "SELECT f0(f0(2)) AS r",
        "SELECT f1(f0(1), f0(2)) AS r",
        "SELECT id FROM t WHERE f0(id)",
        "SELECT id FROM t ORDER BY f0(id)",
        "UPDATE t SET a = f0(id)",
        "UPDATE t SET a = f0(id) WHERE id = 2 RETURNING a",
        "INSERT INTO t(a) SELECT f0(id) FROM t",
        "DELETE FROM t WHERE f0(id) = 1",
        "SELECT agg0(id) AS r FROM t",
        "SELECT agg0(a) AS r FROM t",
        "SELECT agg0(a, b) AS r FROM t",
        "SELECT agg0() AS r FROM t",
        "SELECT agg0(id) AS r FROM t WHERE 0",
        "SELECT b IS NULL AS g, agg0(id) AS r FROM t GROUP BY 1",
        "SELECT id % 2 AS g, agg0(id) AS r FROM t GROUP BY 1",
        "SELECT agg0(id) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS r FROM t",
        "SELECT agg0(id) OVER (ORDER BY id) AS r FROM t",
        "SELECT agg0(id) OVER (ORDER BY id ROWS BETWEEN CURRENT ROW AND 1 FOLLOWING) AS r, f0(id) AS f FROM t",
        "SELECT agg0(f0(id)) AS r FROM t",
        "SELECT agg1(id) AS r, agg0(id) AS s FROM t",
        "SELECT agg0(DISTINCT a) FROM t",
        "SELECT agg0(id) FILTER (WHERE id > 2) FROM t",
        "SELECT abs(-1) AS r, upper('x') AS u",
        "SELECT sum(id) FROM t",
        "CREATE VIEW vf AS SELECT f0(1) AS x",
        "SELECT * FROM vf",
        "CREATE INDEX ti ON t(f0(id))",
        "CREATE TRIGGER tf AFTER INSERT ON u BEGIN SELECT f0(1); END",
        "INSERT INTO u VALUES ('tf', 77)",
    ])
}

/// What changes data or schema.
pub(super) fn change() -> Of<String> {
    word(&[
        "INSERT INTO t(a, b) VALUES (7, 'seven')",
        "INSERT INTO t(id, a) VALUES (1, 'dup')",
        // Not into a table that others insert into: after the last rowid SQLite takes random ones.
        "INSERT INTO parent VALUES (9223372036854775807, 'last')",
        "INSERT INTO t(id, a) VALUES (9007199254740993, 'big')",
        "INSERT INTO t DEFAULT VALUES",
        "INSERT INTO t(b) SELECT b FROM t",
        "INSERT OR IGNORE INTO u VALUES ('a', 5)",
        "INSERT OR REPLACE INTO u VALUES ('a', 2)",
        "INSERT INTO u VALUES ('d', 13)",
        "INSERT INTO u VALUES ('e', 2)",
        "INSERT INTO u VALUES ('f', 6), ('g', 7)",
        "INSERT INTO child(parent, n) VALUES (99, 1)",
        "INSERT INTO child(parent, n) VALUES (1, -1)",
        "INSERT INTO parent(name) VALUES (NULL)",
        "INSERT INTO s VALUES ('x', 1, 1, x'00', NULL)",
        "INSERT INTO g(x) VALUES (10)",
        "INSERT INTO g(y) VALUES (10)",
        "INSERT INTO docs VALUES ('a new document')",
        "UPDATE t SET a = coalesce(a, 0) + 1",
        "UPDATE t SET id = id + 1 WHERE id = 5",
        "UPDATE t SET b = 'changed' WHERE id = 2",
        "UPDATE u SET v = 1",
        "UPDATE u SET v = v * 100 WHERE k = 'b'",
        "UPDATE v SET loud = 'x'",
        "DELETE FROM t WHERE id = 4",
        "DELETE FROM t WHERE id = 2",
        "DELETE FROM t",
        "DELETE FROM u",
        "DELETE FROM parent WHERE id = 1",
        "REPLACE INTO t(id, a) VALUES (3, 'replaced')",
        "CREATE TABLE n(x); INSERT INTO n VALUES (1), (2)",
        "CREATE TABLE IF NOT EXISTS n(x)",
        "CREATE TABLE t(x)",
        "CREATE TABLE copy AS SELECT * FROM t",
        "CREATE TEMP TABLE tmp(x); INSERT INTO tmp VALUES (1)",
        "ALTER TABLE t ADD COLUMN e DEFAULT 5",
        "ALTER TABLE t RENAME COLUMN b TO bb",
        "ALTER TABLE u RENAME TO uu",
        "ALTER TABLE t DROP COLUMN c",
        "DROP TABLE u",
        "DROP TABLE t",
        "DROP TABLE missing",
        "DROP VIEW v",
        "DROP TRIGGER t_ins",
        "CREATE INDEX tc ON t(c); REINDEX; ANALYZE",
        "VACUUM",
        "PRAGMA user_version = 7",
        "PRAGMA foreign_keys = OFF",
        "PRAGMA recursive_triggers = ON",
        "PRAGMA encoding = 'UTF-16'; CREATE TABLE wide(x); INSERT INTO wide VALUES ('Grüße 😀'); SELECT * FROM wide",
        "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = sql",
        "PRAGMA journal_mode = MEMORY",
        "PRAGMA query_only = ON",
        "PRAGMA query_only = OFF",
        "PRAGMA max_page_count = 3",
        "PRAGMA case_sensitive_like = ON",
        "ATTACH ':memory:' AS other; CREATE TABLE other.o(x); INSERT INTO other.o VALUES (1)",
        "ATTACH ':memory:' AS other",
        "DETACH other",
        "INSERT INTO other.o VALUES (2)",
    ])
}

/// Transactions and savepoints.
pub(super) fn transaction() -> Of<String> {
    word(&[
        "BEGIN",
        "BEGIN",
        "BEGIN IMMEDIATE",
        "BEGIN EXCLUSIVE",
        "COMMIT",
        "COMMIT",
        "ROLLBACK",
        "SAVEPOINT sp",
        "RELEASE sp",
        "ROLLBACK TO sp",
        "BEGIN; INSERT INTO t(a) VALUES (1); ROLLBACK",
        "INSERT OR ROLLBACK INTO t(id) VALUES (1)",
    ])
}

/// What SQLite refuses, in many ways.
pub(super) fn wrong() -> Of<String> {
    word(&[
        "",
        " ",
        ";",
        ";;",
        "-- only a comment",
        "/* open",
        "SELEC 1",
        "SELECT",
        "SELECT 1 FROM",
        "SELECT nope",
        "SELECT \"nope\"",
        "SELECT * FROM missing",
        "SELECT * FROM missing.t",
        "SELECT nofunc(1)",
        "SELECT abs(1, 2)",
        "SELECT abs(-9223372036854775808)",
        "SELECT 'open",
        "SELECT x'0'",
        "SELECT 1 +",
        "SELECT ?1000000",
        "SELECT ?0",
        "SELECT 1; SELECT 2",
        "SELECT 1; SELEC 2",
        "INSERT INTO t(nope) VALUES (1)",
        "INSERT INTO t VALUES (1)",
        "INSERT INTO sqlite_schema VALUES (1,2,3,4,5)",
        "SELECT json('{')",
        "SELECT json_extract('{}', 'bad')",
        "SELECT * FROM docs WHERE docs MATCH 'AND'",
        "SELECT sum(sum(id)) FROM t",
        "SELECT id FROM t GROUP BY sum(id)",
        "SELECT (SELECT 1, 2)",
        "SELECT 1 UNION SELECT 1, 2",
        "SELECT RAISE(ABORT, 'x')",
        "SELECT zeroblob(2000000000)",
        "SELECT 1 LIMIT 'x'",
        "SELECT load_extension('x')",
        "ATTACH '/nonexistent/dir/x.db' AS bad",
        "DETACH main",
        "PRAGMA nope",
        "CREATE VIRTUAL TABLE x USING nomodule",
        "SELECT\0 1",
        "SELECT 1 \0 garbage",
        "SELECT 'Grüße' AS \"Ünï\", nope",
        "EXPLAIN",
        "WITH x AS (SELECT 1) SELECT * FROM y",
        "SELECT printf('%s', 1, 2), likelihood(1, 2)",
        "CREATE TABLE dup(a, a)",
        "CREATE TRIGGER x AFTER INSERT ON missing BEGIN SELECT 1; END",
    ])
}

/// Any of them.
pub(super) fn any_sql() -> Of<String> {
    prop_oneof![
        5 => query(),
        4 => with_parameters(),
        4 => change(),
        2 => calling(),
        2 => wrong(),
        1 => transaction(),
    ]
    .boxed()
}

/// Schemas with their weights.
pub(super) fn schema() -> Of<Option<String>> {
    prop_oneof![
        7 => Just(Some(SCHEMA.to_owned())),
        2 => Just(Some(format!("{SCHEMA}{MORE_SCHEMA}"))),
        2 => Just(Some(SMALL_SCHEMA.to_owned())),
        1 => Just(None),
    ]
    .boxed()
}
