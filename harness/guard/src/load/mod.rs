//! How the guard gets between Node and an addon: the functions of the C library that it takes the place of, the
//! symbols and slots that it redirects, and the initialisation of each addon.

pub(crate) mod interpose;
pub(crate) mod patch;
pub(crate) mod real;
pub(crate) mod register;
