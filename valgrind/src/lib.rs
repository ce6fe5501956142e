//! threadproof-valgrind
