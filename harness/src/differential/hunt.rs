//! Runs the programs of a theme on a pair of implementations; what differs is confirmed, made small and
//! saved.

use std::{io, path::PathBuf, sync::Mutex};

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
    shrink::{Budget, shrink},
    tally::Tally,
};
use crate::model::Seed;

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
        let signature = first.signature();
        let again = pair.run_alone(&tree.current())?;
        let repeatable = again.verdict.signature() == signature;
        let mut failed = None;
        let program = if repeatable {
            shrink(tree, self.budget, &mut |program| match pair.run(program) {
                Ok(trial) => trial.verdict.signature() == signature,
                Err(error) => {
                    failed.get_or_insert(error);
                    false
                }
            })
        } else {
            tree.current()
        };
        if let Some(error) = failed {
            return Err(error);
        }
        let last = pair.run_alone(&program)?;
        let verdict = if last.verdict.signature() == signature {
            last.verdict
        } else {
            first.clone()
        };
        let case = Case {
            version: CASE_VERSION,
            kind: CASE_KIND.to_owned(),
            theme: origin.theme.title().to_owned(),
            seed: origin.seed,
            index: origin.index,
            program,
            oracle: self.oracle.clone(),
            target: self.target.clone(),
            difference: describe(&verdict),
            repeatable,
        };
        let dir = case
            .save(&self.failures, &slug(&signature))
            .map_err(io::Error::other)?;
        let alone = if repeatable {
            ""
        } else {
            "\n(not in new processes: it needs what ran before)"
        };
        let text = format!(
            "{}{alone}\n{}\nreplay: threadproof repro {}",
            case.difference,
            render::program(&case.program),
            crate::plan::quote(&dir.to_string_lossy())
        );
        Ok((text, dir))
    }
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
