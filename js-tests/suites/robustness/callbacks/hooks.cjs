'use strict';
// Callbacks that watch the database: authorizer, changesets, progress of a backup, the query channel.

const { channel } = require('node:diagnostics_channel');

/** `acting` calls `act` on its first call only; the rest of the calls must not disturb. */
const once = (act) => {
  let called = false;
  return () => {
    if (called) return;
    called = true;
    act();
  };
};

module.exports = {
  'the authorizer': {
    set(subject, act) {
      const first = once(act);
      return {
        go() {
          subject.db.setAuthorizer(() => {
            first();
            return 0;
          });
          return subject.db.prepare('SELECT a FROM t').all().length;
        },
      };
    },
  },
  "a changeset's filter": {
    set({ db, changeset }, act) {
      const first = once(act);
      const filter = () => {
        first();
        return true;
      };
      // Row 1 is there already: omit it.
      return { go: () => db.applyChangeset(changeset, { filter, onConflict: () => 0 }) };
    },
  },
  "a changeset's onConflict": {
    set({ db, changeset }, act) {
      const onConflict = () => {
        act();
        return 0;
      };
      return { go: () => db.applyChangeset(changeset, { onConflict }) };
    },
  },
  'the progress of a backup': {
    set({ db, tools }, act) {
      const { backup } = tools.load();
      const progress = once(act);
      const file = tools.newFile();
      return { go: () => backup(db, file, { rate: 1, progress }) };
    },
  },
  'a subscriber to sqlite.db.query': {
    /** An error of a subscriber is nobody's to catch. */
    uncaught: true,
    set({ db }, act) {
      const first = once(act);
      const queries = channel('sqlite.db.query');
      return {
        go() {
          const listener = (message) => {
            if (message.database === db) first();
          };
          queries.subscribe(listener);
          try {
            return db.exec('SELECT a FROM t; SELECT 2');
          } finally {
            queries.unsubscribe(listener);
          }
        },
      };
    },
  },
};
