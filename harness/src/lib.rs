//! threadproof
