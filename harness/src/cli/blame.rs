//! `threadproof blame`: runs the failures of a run again with other targets and on other versions of Node.

use std::{
    collections::BTreeSet,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use super::{
    args::{BlameArgs, Place, Switch},
    history::{self, Named},
    measured::width,
    print,
};
use crate::{
    blame::{self, BLAME_VERSION, Blame, Case, Culprit, NO_ADDON, Role, Seen, Witness},
    catalogue::{Catalogue, load_targets, load_topics, named_targets, specimen_targets},
    error::Error,
    exit::Exit,
    interrupt::Interrupt,
    model::{OutcomeKind, Runner, Seed, Target},
    results::{Failure, Results},
};

/// Kinds of failure that are tried at most; the rest is named.
const MOST: usize = 5;

pub(super) fn blame(place: &Place, args: &BlameArgs) -> Result<Exit, Error> {
    let workspace = place.workspace()?;
    let interrupt = Interrupt::install().map_err(Error::io("watch", "signals"))?;
    let dir = run_dir(place, &args.run)?;
    let results = read(&dir)?;
    let mut targets = load_targets(&workspace)?;
    targets.extend(specimen_targets(&workspace));
    let words: Vec<String> = results
        .failures
        .iter()
        .map(|one| one.cell.target.clone())
        .collect();
    targets.extend(named_targets(&workspace, &words, &targets)?);
    let catalogue = load_topics(&workspace)?;
    let (failures, left_out) = chosen(&results, args.signature.as_deref())?;
    let trial = Trial {
        place,
        args,
        dir: &dir,
        seed: results.seed.unwrap_or(Seed(1)),
        guard: results.plan.as_ref().is_some_and(|plan| plan.guard),
        targets: &targets,
        catalogue: &catalogue,
    };
    let mut cases = Vec::new();
    for failure in failures {
        cases.push(trial.case(failure)?);
        if let Some(signal) = interrupt.signal() {
            return Err(Error::Interrupted { signal });
        }
    }
    let blame = Blame {
        version: BLAME_VERSION,
        attempts: args.attempts,
        cases,
        left_out,
    };
    save(&dir, &blame)?;
    tell(&blame, args.json)
}

/// The folder of the run: what is run again goes beside its reports.
fn run_dir(place: &Place, named: &str) -> Result<PathBuf, Error> {
    // As any folder that holds results.json, also without events.
    if Path::new(named).is_dir() {
        return Ok(named.into());
    }
    match history::find(place, named)? {
        Named::Folder(dir) => Ok(dir),
        Named::Kept { name, dir, results } => Err(Error::Usage {
            what: format!("the folder of {name} is gone ({})", dir.display()),
            help: format!("run it again: {}", results.command),
        }),
    }
}

fn read(dir: &Path) -> Result<Results, Error> {
    let file = dir.join("results.json");
    let text = fs::read_to_string(&file).map_err(|error| Error::Usage {
        what: format!("{} cannot be read: {error}", file.display()),
        help: "name the folder of a run, as `run` prints it".to_owned(),
    })?;
    Results::from_json(&text).map_err(|error| Error::Usage {
        what: format!("{}: {error}", file.display()),
        help: "use the threadproof that made the run".to_owned(),
    })
}

/// The first failure of each kind, and the signatures of those that are too many.
fn chosen<'r>(
    results: &'r Results,
    signature: Option<&str>,
) -> Result<(Vec<&'r Failure>, Vec<String>), Error> {
    let mut seen = BTreeSet::new();
    let mut all: Vec<&Failure> = results
        .failures
        .iter()
        // The harness has said already that it could not judge these.
        .filter(|one| one.outcome.kind() != OutcomeKind::Infra)
        .filter(|one| signature.is_none_or(|wanted| one.signature == wanted))
        .filter(|one| seen.insert((&one.cell.target, &one.signature)))
        .collect();
    if all.is_empty() {
        return Err(Error::NothingSelected {
            what: signature.map_or_else(
                || "the run has no failure".to_owned(),
                |wanted| format!("the run has no failure {wanted}"),
            ),
            help: "name another run, or a signature that its report shows".to_owned(),
        });
    }
    let rest = all.split_off(all.len().min(MOST));
    let left_out = rest.iter().map(|one| one.signature.clone()).collect();
    Ok((all, left_out))
}

/// What the processes of a blame have in common.
struct Trial<'a> {
    place: &'a Place,
    args: &'a BlameArgs,
    dir: &'a Path,
    seed: Seed,
    guard: bool,
    targets: &'a [Target],
    catalogue: &'a Catalogue,
}

impl Trial<'_> {
    fn case(&self, failure: &Failure) -> Result<Case, Error> {
        let tests = tests_of(failure);
        let mut who = vec![(Role::Target, failure.cell.target.clone())];
        let target = self
            .targets
            .iter()
            .find(|one| one.id == failure.cell.target);
        let needs = self.needs(failure, &tests);
        let exists = |id: &String| self.targets.iter().any(|one| one.id == *id);
        let control = target.and_then(|target| blame::control(target, &needs));
        who.extend(
            control
                .filter(exists)
                .map(|control| (Role::Control, control)),
        );
        let no_addon = NO_ADDON.to_owned();
        if exists(&no_addon) && failure.cell.target != no_addon {
            who.push((Role::NoAddon, no_addon));
        }
        let mut witnesses = Vec::new();
        for (role, target) in who {
            anstream::eprintln!("{}: {target} …", failure.signature);
            let seen = self.seen(failure, &target, &tests)?;
            witnesses.push(Witness { role, target, seen });
        }
        let (culprit, why) = blame::conclude(&failure.cell.runtime, &witnesses);
        let what = if tests.is_empty() {
            failure.cell.suite.to_string()
        } else {
            tests.join(", ")
        };
        Ok(Case {
            signature: failure.signature.clone(),
            target: failure.cell.target.clone(),
            runtime: failure.cell.runtime.clone(),
            what,
            witnesses,
            culprit,
            why,
        })
    }

    fn needs(&self, failure: &Failure, tests: &[String]) -> Vec<String> {
        let topics = self.catalogue.topics.iter();
        let all = topics
            .filter(|topic| topic.is_of(&failure.cell.suite))
            .flat_map(|topic| &topic.files)
            .flat_map(|file| &file.tests)
            .filter(|test| tests.is_empty() || tests.contains(&test.id));
        let needs: BTreeSet<String> = all.flat_map(|test| test.needs.clone()).collect();
        needs.into_iter().collect()
    }

    /// What comes of it with a target, on the Node that it failed on and others.
    fn seen(&self, failure: &Failure, target: &str, tests: &[String]) -> Result<Vec<Seen>, Error> {
        let folder = self.dir.join("blame").join(&failure.signature);
        // Names of packages and paths have slashes.
        let name = target.replace(['/', ':'], "+");
        let out = folder.join(&name);
        fs::create_dir_all(&out).map_err(Error::io("make", &out))?;
        let log = folder.join(format!("{name}.log"));
        let file = fs::File::create(&log).map_err(Error::io("write", &log))?;
        let status =
            Command::new(std::env::current_exe().map_err(Error::io("find", "threadproof"))?)
                .args(self.words(failure, target, tests, &out))
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(file)
                .status()
                .map_err(Error::io("start", "threadproof run"))?;
        let exit = Exit::ALL
            .into_iter()
            .find(|exit| Some(i32::from(exit.code())) == status.code());
        match exit {
            Some(Exit::NothingSelected) => Ok(Vec::new()),
            Some(
                Exit::Success | Exit::Failure | Exit::Flaky | Exit::Inconclusive | Exit::Leaks,
            ) => Ok(counts(&read(&out)?, target)),
            _ => Err(Error::preparation(
                "blame",
                format!("`threadproof run` with {target} ended with {status}"),
                format!("read {}", log.display()),
            )),
        }
    }

    fn words(
        &self,
        failure: &Failure,
        target: &str,
        tests: &[String],
        out: &Path,
    ) -> Vec<OsString> {
        let mut words: Vec<OsString> = vec!["run".into()];
        let places = [
            ("--root", &self.place.root),
            ("--suites-dir", &self.place.suites_dir),
            ("--targets-dir", &self.place.targets_dir),
        ];
        for (flag, dir) in places {
            if let Some(dir) = dir {
                words.extend([flag.into(), dir.into()]);
            }
        }
        let here = failure.cell.runtime.split('+').next().unwrap_or_default();
        let guard = match self.args.means.guard {
            Switch::On => true,
            Switch::Off => false,
            Switch::Auto => self.guard,
        };
        let values = [
            ("--target", target.to_owned()),
            (
                "--runtime",
                [&[here.to_owned()], self.args.runtime.as_slice()]
                    .concat()
                    .join(","),
            ),
            ("--suite", failure.cell.suite.to_string()),
            ("--repeats", self.args.attempts.to_string()),
            ("--seed", self.seed.to_string()),
            ("--guard", if guard { "on" } else { "off" }.to_owned()),
        ];
        for (flag, value) in values {
            words.extend([flag.into(), value.into()]);
        }
        for test in tests {
            words.extend(["--test".into(), globset::escape(test).into()]);
        }
        let switches = [
            (self.args.means.no_build, "--no-build"),
            (self.args.means.offline, "--offline"),
            (true, "--quiet"),
        ];
        words.extend(
            switches
                .into_iter()
                .filter(|(on, _)| *on)
                .map(|(_, flag)| flag.into()),
        );
        // Chosen failures, many times: no sample of anything.
        words.extend(["--history".into(), history::OFF.into()]);
        words.extend(["--out".into(), out.into()]);
        words
    }
}

/// A scenario's case is one test; of other suites all has to run, since one test may be what another suffers from.
fn tests_of(failure: &Failure) -> Vec<String> {
    if failure.cell.suite.runner != Runner::Driver {
        return Vec::new();
    }
    failure.tests.iter().map(|test| test.id.clone()).collect()
}

/// Failed and judged attempts of a target by Node.
fn counts(results: &Results, target: &str) -> Vec<Seen> {
    let mut all: Vec<Seen> = Vec::new();
    for cell in results.cells.iter().filter(|one| one.cell.target == target) {
        let failed = cell.judged - cell.clean;
        match all
            .iter_mut()
            .find(|seen| seen.runtime == cell.cell.runtime)
        {
            Some(seen) => {
                seen.failed += failed;
                seen.judged += cell.judged;
            }
            None => all.push(Seen {
                runtime: cell.cell.runtime.clone(),
                failed,
                judged: cell.judged,
            }),
        }
    }
    all
}

/// Beside the reports of the run.
fn save(dir: &Path, blame: &Blame) -> Result<(), Error> {
    let file = dir.join("blame.json");
    let text = serde_json::to_string_pretty(blame)
        .map_err(|error| Error::io("write", &file)(error.into()))?;
    fs::write(&file, text + "\n").map_err(Error::io("write", &file))?;
    let summary = dir.join("summary.md");
    let before = fs::read_to_string(&summary).unwrap_or_default();
    // What a former blame has said is replaced.
    let (report, _) = before
        .split_once("\n## Whose fault\n")
        .unwrap_or((&before, ""));
    fs::write(&summary, format!("{report}{}", blame::markdown(blame)))
        .map_err(Error::io("write", &summary))
}

fn tell(blame: &Blame, json: bool) -> Result<Exit, Error> {
    if json {
        print::json(blame)?;
    } else {
        print::line(&blame::table(blame, width()))?;
        for signature in &blame.left_out {
            print::line(&format!("not tried: {signature} (--signature {signature})"))?;
        }
    }
    let open = blame
        .cases
        .iter()
        .any(|case| case.culprit == Culprit::CannotTell);
    Ok(if open {
        Exit::Inconclusive
    } else {
        Exit::Success
    })
}
