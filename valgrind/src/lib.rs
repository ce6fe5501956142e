//! Memcheck's XML output (protocol 4) and whose fault its records are.
//!
//! Pure: it reads text and starts nothing. A crash under Valgrind cuts the file anywhere, so the
//! reader keeps every complete record and says that the rest is missing; it never takes a short
//! file for a clean one.
//!
//! * [`Report::parse`] reads a file.
//! * [`Addon`] says whether a frame, and so a record, belongs to the addon: by the path of the
//!   object, never by a list of suppressions.
//! * [`parse_lsan`] reads the leaks of LeakSanitizer's and AddressSanitizer's logs, [`parse_alarms`] the wrong accesses and
//!   races of AddressSanitizer's and ThreadSanitizer's. [`programs`]: what leak jobs run.
//! * [`sites`] joins the records that are one place in the addon: V8 copies its builtins and `dlopen`
//!   moves the addon, so that the same site comes as several records.

mod alarms;
mod attribution;
mod element;
mod lsan;
mod model;
mod programs;
mod report;

pub use alarms::{Alarm, Stack, parse_alarms};
pub use attribution::{Addon, Role, Site, sites};
pub use lsan::{Leak, LogError, Place, parse_lsan};
pub use model::{
    Aux, Completeness, Error, FatalSignal, Frame, Kind, Leaked, Report, State, Status, Suppressed,
};
pub use programs::{Program, programs};
pub use report::ParseError;
