//! `threadproof compare`: two runs beside each other.

use super::{
    args::{CompareArgs, CompareFormat, Place},
    history,
    measured::width,
    print,
};
use crate::{
    compare::{self, Change},
    error::Error,
    exit::Exit,
};

pub(super) fn compare(place: &Place, args: &CompareArgs) -> Result<Exit, Error> {
    let read = |name: &str| Ok::<_, Error>(history::find(place, name)?.read()?.results);
    let (before, after) = (read(&args.before)?, read(&args.after)?);
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
