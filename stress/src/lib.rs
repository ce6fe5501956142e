//! threadproof-stress
