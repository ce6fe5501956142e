//! SQLite for Node.
