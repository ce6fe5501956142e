//! `threadproof compare`: two runs beside each other.

use super::{
    args::{CompareArgs, CompareFormat, Place},
    measured::width,
    print,
    report::find_run,
};
use crate::{
    compare::{self, Change},
    error::Error,
    exit::Exit,
    report::Stored,
    results::Results,
};

pub(super) fn compare(place: &Place, args: &CompareArgs) -> Result<Exit, Error> {
    let (before, after) = (read(place, &args.before)?, read(place, &args.after)?);
    if before.cells.is_empty() {
        return Err(Error::NothingSelected {
            what: format!(
                "{} has no cells: there is nothing to compare with",
                args.before
            ),
            help: "name a run that has run something".to_owned(),
        });
    }
    let comparison = compare::compare(&before, &after);
    if args.json {
        print::json(&comparison)?;
    } else {
        print::line(&match args.format {
            CompareFormat::Terminal => compare::table(&comparison, width()),
            CompareFormat::Md => compare::markdown(&comparison),
        })?;
    }
    let worse = comparison
        .cells
        .iter()
        .map(|one| one.change)
        .any(Change::is_regression);
    Ok(if worse {
        Exit::Regression
    } else {
        Exit::Success
    })
}

/// A run by its folder or name. One that is not whole is compared all the same, and said to be so.
fn read(place: &Place, name: &str) -> Result<Results, Error> {
    let stored = Stored::read(&find_run(place, name)?)?;
    if let Some(why) = stored.not_whole() {
        anstream::eprintln!("threadproof: {name} is not whole: {why}");
    }
    Ok(stored.results)
}
