//! The builtin and a target side by side.

use std::io;

use super::{
    answer::{Answer, Coverage},
    child::{Child, Implementation},
    compare::{Verdict, compare},
    known::Known,
    program::Program,
};

/// After so many programs a process is replaced, so that what one leaves behind does not add up.
const AGE: u32 = 1000;

/// Two implementations, each in its process.
#[derive(Debug)]
pub struct Pair {
    oracle: Child,
    target: Child,
    known: Known,
    /// The builtin against itself: whatever ends its process, it is the builtin's doing.
    control: bool,
    /// What the running processes were given, in order.
    history: Vec<Program>,
}

/// What a program came to.
#[derive(Debug)]
pub struct Trial {
    /// How the two compare.
    pub verdict: Verdict,
    /// What the builtin answered.
    pub oracle: Answer,
    /// What the target answered.
    pub target: Answer,
}

impl Pair {
    /// Not started yet.
    pub fn new(oracle: Implementation, target: Implementation, known: Known) -> Self {
        let control = oracle.module == target.module;
        Pair {
            control,
            history: Vec::new(),
            oracle: Child::new(oracle),
            target: Child::new(target),
            known,
        }
    }

    /// Runs a program on both at the same time.
    pub fn run(&mut self, program: &Program) -> io::Result<Trial> {
        if self.oracle.age() >= AGE || self.target.age() >= AGE {
            self.renew();
        }
        self.history.push(program.clone());
        let line = program.to_line();
        self.oracle.give(&line)?;
        self.target.give(&line)?;
        let (oracle, target) = (self.oracle.take(), self.target.take());
        let mut verdict = compare(program, &oracle, &target, &self.known);
        if let (Verdict::TargetEnded(how), true) = (&verdict, self.control) {
            verdict = Verdict::OracleEnded(how.clone());
        }
        Ok(Trial {
            verdict,
            oracle,
            target,
        })
    }

    /// Runs a program on two new processes.
    pub fn run_alone(&mut self, program: &Program) -> io::Result<Trial> {
        self.renew();
        self.run(program)
    }

    /// What the running processes were given, the last program included.
    pub(super) fn history(&self) -> &[Program] {
        &self.history
    }

    /// Runs programs one after the other on two new processes. Gives the first trial of which `shows`
    /// holds, and the number of its program.
    pub(super) fn run_all(
        &mut self,
        programs: &[Program],
        shows: &mut dyn FnMut(&Verdict) -> bool,
    ) -> io::Result<Option<(usize, Trial)>> {
        self.renew();
        for (index, program) in programs.iter().enumerate() {
            let trial = self.run(program)?;
            if shows(&trial.verdict) {
                return Ok(Some((index, trial)));
            }
        }
        Ok(None)
    }

    fn renew(&mut self) {
        self.oracle.stop();
        self.target.stop();
        self.history.clear();
    }
}

impl Trial {
    /// What the builtin executed; nothing where it died.
    pub fn coverage(&self) -> Coverage {
        self.oracle
            .read()
            .map_or_else(Coverage::new, |read| read.coverage)
    }
}
