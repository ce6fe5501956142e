//! Makes ready what a run needs: packages, targets, runtimes. Steps that do not depend on each other
//! run at the same time, and tell of themselves through [`Steps`].

mod cargo;
mod command;
mod guard;
mod headers;
mod lock;
mod packages;
mod preload;
mod probe;
mod probed;
mod registry;
mod runtime_spec;
mod runtimes;
mod specimens;
mod targets;

use std::{collections::BTreeMap, path::PathBuf, thread, time::Instant};

use crate::{
    clock::ms,
    error::Error,
    event::{Event, StepState},
    interrupt::Interrupt,
    model::{Runtime, Target, TargetSource},
    workspace::Workspace,
};

pub use guard::{ensure_guard, guard_platform};
pub use packages::{ensure_packages, packages_ready};
pub use preload::ensure_preload;
pub use probe::probe;
pub use probed::probed;
pub use runtime_spec::RuntimeSpec;
pub use runtimes::{cached_versions, package_name};
pub use specimens::ensure_rebuilt;

/// What a preparation may do.
#[derive(Clone, Copy, Debug, Default)]
pub struct Permissions {
    /// Take targets as they were built last.
    pub no_build: bool,
    /// Take packages and runtimes as they are on this machine.
    pub offline: bool,
}

/// What the steps of a preparation have in common.
#[derive(Clone, Copy)]
pub struct Steps<'a> {
    /// Where things are.
    pub workspace: &'a Workspace,
    /// What may be done.
    pub permissions: Permissions,
    /// Whether to stop.
    pub interrupt: &'a Interrupt,
    /// Who is told.
    pub tell: &'a (dyn Fn(Event) + Sync),
}

impl Steps<'_> {
    /// Runs one step and tells how it goes. `work` gets a function for progress, and gives its
    /// result for people and whether nothing had to be done.
    fn step<T>(
        &self,
        step: &str,
        doing: &str,
        work: impl FnOnce(&dyn Fn(&str)) -> Result<Done<T>, Error>,
    ) -> Result<T, Error> {
        let tell = |state| {
            (self.tell)(Event::PrepareStep {
                step: step.to_owned(),
                state,
            });
        };
        tell(StepState::Started {
            doing: doing.to_owned(),
        });
        let start = Instant::now();
        let progress = |doing: &str| {
            tell(StepState::Progress {
                doing: doing.to_owned(),
            });
        };
        match work(&progress) {
            Ok(done) => {
                let elapsed_ms = ms(start.elapsed());
                tell(StepState::Finished {
                    result: done.result,
                    cached: done.cached,
                    elapsed_ms,
                });
                Ok(done.value)
            }
            Err(error) => {
                let help = error.help().unwrap_or_default().to_owned();
                // The step stands beside it already.
                let cause = match &error {
                    Error::Preparation { cause, .. } => cause.clone(),
                    other => other.to_string(),
                };
                if !matches!(error, Error::Interrupted { .. }) {
                    tell(StepState::Failed { cause, help });
                }
                Err(error)
            }
        }
    }
}

/// What a step came to.
struct Done<T> {
    value: T,
    /// For people.
    result: String,
    /// Whether nothing had to be done.
    cached: bool,
}

/// What a preparation came to.
#[derive(Debug)]
pub struct Prepared {
    /// The selected targets, ready to be loaded.
    pub targets: Vec<Target>,
    /// The selected runtimes, in the order in which they were asked for, none twice.
    pub runtimes: Vec<Runtime>,
    /// The guard library, where it was asked for and there is one.
    pub guard: Option<PathBuf>,
}

/// Makes ready the selected targets and runtimes, and the packages of the suites. Tells of every
/// step that failed, and returns the first error.
pub fn prepare(
    steps: Steps<'_>,
    targets: Vec<Target>,
    specs: &[RuntimeSpec],
    guard: bool,
) -> Result<Prepared, Error> {
    let specimens = targets
        .iter()
        .any(|target| matches!(target.source, Some(TargetSource::Specimen(_))));
    if specimens {
        // Their headers are one of the packages.
        ensure_packages(steps)?;
    }
    // A package may have to be compiled, for which it needs the headers of a runtime.
    let (installed, built): (Vec<_>, Vec<_>) = targets
        .into_iter()
        .enumerate()
        .partition(|(_, target)| matches!(target.source, Some(TargetSource::Npm(_))));
    thread::scope(|scope| {
        let packages = scope.spawn(|| ensure_packages(steps));
        let built = scope.spawn(|| {
            let guard = guard.then(|| ensure_guard(steps)).transpose()?;
            // One after the other: builds take all cores anyway, and Cargo locks its folder.
            each(built, |target| targets::ready(steps, target, None)).map(|built| (built, guard))
        });
        let runtimes: Vec<_> = specs
            .iter()
            .map(|spec| scope.spawn(move || runtimes::ready(steps, spec)))
            .collect();
        let runtimes: Vec<Result<Runtime, Error>> = runtimes.into_iter().map(join).collect();
        let headers = headers::of_oldest(runtimes.iter().flatten());
        let installed = each(installed, |target| {
            targets::ready(steps, target, headers.as_deref())
        });
        join(packages)?;
        let (built, guard) = join(built)?;
        let mut targets = built;
        targets.extend(installed?);
        targets.sort_by_key(|(at, _)| *at);
        let runtimes = distinct(runtimes.into_iter().collect::<Result<_, _>>()?, specs);
        Ok(Prepared {
            targets: targets.into_iter().map(|(_, target)| target).collect(),
            runtimes,
            guard,
        })
    })
}

/// Makes targets ready, each with its place among all.
fn each(
    targets: Vec<(usize, Target)>,
    ready: impl Fn(Target) -> Result<Target, Error>,
) -> Result<Vec<(usize, Target)>, Error> {
    targets
        .into_iter()
        .map(|(at, target)| Ok((at, ready(target)?)))
        .collect()
}

fn join<T>(thread: thread::ScopedJoinHandle<'_, T>) -> T {
    thread
        .join()
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Leaves out what is there twice, and gives different binaries of one version different ids.
fn distinct(runtimes: Vec<Runtime>, specs: &[RuntimeSpec]) -> Vec<Runtime> {
    let mut kept: Vec<Runtime> = Vec::new();
    let mut ids: BTreeMap<String, u32> = BTreeMap::new();
    for (mut runtime, spec) in runtimes.into_iter().zip(specs) {
        let same_version = kept.iter().any(|other| other.version == runtime.version);
        let same_file = kept
            .iter()
            .any(|other| other.path == runtime.path && other.flags == runtime.flags);
        // The one on the search path joins the default ones only where it adds something.
        if same_file || (spec.is_optional() && same_version) {
            continue;
        }
        let times = ids.entry(runtime.id.clone()).or_default();
        *times += 1;
        if *times > 1 {
            runtime.id = format!("{}+{times}", runtime.id);
        }
        kept.push(runtime);
    }
    kept
}
