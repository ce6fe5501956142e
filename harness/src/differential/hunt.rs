//! Runs the programs of a theme on a pair of implementations; what differs is confirmed, made small and
//! saved.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Mutex,
};

use proptest::strategy::{Strategy, ValueTree};

use super::{
    case::{CASE_KIND, CASE_VERSION, Case, describe},
    child::Implementation,
    compare::Verdict,
    generate::{Theme, runner},
    job::lock,
    known::{BUILTIN_ENDS, Known},
    pair::Pair,
    program::Program,
    render,
    shrink::{Budget, fewest, shrink, shrink_alone},
    tally::Tally,
};
use crate::model::Seed;

/// Of the programs that show a difference only together, so many are made small: each try starts two
/// processes.
const SHRUNK_TOGETHER: usize = 3;

/// What all threads of a job have in common.
#[derive(Debug)]
pub struct Hunter {
    /// The builtin.
    pub oracle: Implementation,
    /// What is compared with it.
    pub target: Implementation,
    /// The differences that have a reason.
    pub known: Known,
    /// Where findings are written.
    pub failures: PathBuf,
    /// What making a program small may cost.
    pub budget: Budget,
    /// So many kinds of difference of a theme are looked into; the others are only counted.
    pub most: usize,
}

/// Which program it was.
#[derive(Clone, Copy, Debug)]
struct Origin {
    theme: Theme,
    index: u32,
    seed: Seed,
}

impl Hunter {
    /// Runs programs for as long as `next` gives the number of one.
    pub(super) fn hunt(
        &self,
        theme: Theme,
        seed: Seed,
        tally: &Mutex<Tally>,
        next: &dyn Fn() -> Option<u32>,
    ) -> io::Result<()> {
        let mut pair = self.pair();
        let programs = theme.programs();
        while let Some(index) = next() {
            let origin = Origin {
                theme,
                index,
                seed: seed.derive(&format!("{}/{index}", theme.title())),
            };
            let mut tree = programs
                .new_tree(&mut runner(origin.seed))
                .map_err(|reason| io::Error::other(format!("no program: {reason}")))?;
            let trial = pair.run(&tree.current())?;
            let coverage = trial.coverage();
            let is_new = {
                let mut tally = lock(tally);
                tally.programs += 1;
                super::answer::add(&mut tally.coverage, &coverage);
                let ids = match &trial.verdict {
                    Verdict::Explained(ids) => ids.as_slice(),
                    Verdict::OracleEnded(_) => &[BUILTIN_ENDS],
                    Verdict::Same
                    | Verdict::Differs(_)
                    | Verdict::TargetEnded(_)
                    | Verdict::Broken(_) => &[],
                };
                for id in ids {
                    *tally.explained.entry((*id).to_owned()).or_default() += 1;
                }
                trial.verdict.is_failure() && tally.is_new(&trial.verdict.signature(), self.most)
            };
            if is_new {
                let (text, dir) = self.look_into(origin, &mut pair, &mut tree, &trial.verdict)?;
                lock(tally).tell(&trial.verdict.signature(), text, dir);
            }
        }
        Ok(())
    }

    fn pair(&self) -> Pair {
        Pair::new(self.oracle.clone(), self.target.clone(), self.known.clone())
    }

    /// Confirms a difference in new processes, makes its program small, and saves it. Gives the text for
    /// people and the folder of the case.
    fn look_into(
        &self,
        origin: Origin,
        pair: &mut Pair,
        tree: &mut dyn ValueTree<Value = Program>,
        first: &Verdict,
    ) -> io::Result<(String, PathBuf)> {
        let history = pair.history().to_vec();
        let signature = first.signature();
        let mut failed = None;
        let mut tried = |trial: io::Result<Option<Verdict>>| match trial {
            Ok(verdict) => verdict.is_some_and(|verdict| verdict.signature() == signature),
            Err(error) => {
                failed.get_or_insert(error);
                false
            }
        };
        let run =
            |pair: &mut Pair, program: &Program| pair.run(program).map(|trial| Some(trial.verdict));
        let alone = pair.run_alone(&tree.current())?;
        let mut programs = if alone.verdict.signature() == signature {
            vec![shrink(tree, self.budget, &mut |program| {
                tried(run(pair, program))
            })]
        } else {
            // Something that ran before in the same process has a part in it.
            let mut all_show = |programs: &[Program]| {
                let found = pair.run_all(programs, &mut |verdict| verdict.signature() == signature);
                tried(found.map(|found| found.map(|(_, trial)| trial.verdict)))
            };
            let mut programs = fewest(history, self.budget, &mut all_show);
            for index in (0..programs.len()).rev().take(SHRUNK_TOGETHER) {
                let mut tried = programs.clone();
                programs[index] =
                    shrink_alone(programs[index].clone(), self.budget, &mut |program| {
                        tried[index] = program.clone();
                        all_show(&tried)
                    });
            }
            programs
        };
        if let Some(error) = failed {
            return Err(error);
        }
        let last = pair.run_all(&programs, &mut |verdict| verdict.signature() == signature)?;
        let repeatable = last.is_some();
        let verdict = match last {
            Some((index, trial)) => {
                programs.truncate(index + 1);
                trial.verdict
            }
            None => first.clone(),
        };
        let program = programs.pop().unwrap_or_else(|| tree.current());
        if !repeatable {
            programs.clear();
        }
        let case = Case {
            version: CASE_VERSION,
            kind: CASE_KIND.to_owned(),
            theme: origin.theme.title().to_owned(),
            seed: origin.seed,
            index: origin.index,
            before: programs,
            program: if repeatable { program } else { tree.current() },
            oracle: self.oracle.clone(),
            target: self.target.clone(),
            difference: describe(&verdict),
            repeatable,
        };
        let dir = case
            .save(&self.failures, &slug(&signature))
            .map_err(io::Error::other)?;
        Ok((text_of(&case, &dir), dir))
    }
}

/// What a person reads of a case.
fn text_of(case: &Case, dir: &Path) -> String {
    let how = match (case.repeatable, case.before.len()) {
        (false, _) => "\n(new processes did not show it)".to_owned(),
        (true, 0) => String::new(),
        (true, before) => format!("\n(after {before} other programs in the same processes)"),
    };
    format!(
        "threadproof repro {}\n{}{how}\n{}",
        crate::plan::quote(&dir.to_string_lossy()),
        case.difference,
        render::program(&case.program)
    )
}

/// A folder's name for a signature: readable, and unique by its hash.
fn slug(signature: &str) -> String {
    let readable: String = signature
        .chars()
        .map(|char| {
            if char.is_ascii_alphanumeric() {
                char
            } else {
                '-'
            }
        })
        .collect();
    let words: Vec<&str> = readable
        .split('-')
        .filter(|word| !word.is_empty())
        .collect();
    let short: String = words.join("-").chars().take(60).collect();
    let hash = blake3::hash(signature.as_bytes()).to_hex();
    format!("differs-{short}-{}", &hash[..8])
}
