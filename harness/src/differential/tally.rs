//! What a theme's programs came to: counts, findings, coverage. Shared by the threads that run them.

use std::{collections::BTreeMap, path::PathBuf};

use serde::Serialize;

use super::answer::{Coverage, add};

/// What programs came to.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tally {
    /// Programs run.
    pub programs: u32,
    /// How often each explained difference was seen.
    pub explained: BTreeMap<String, u32>,
    /// Findings by the kind of their difference.
    pub findings: BTreeMap<String, Finding>,
    /// What the builtin executed.
    pub coverage: Coverage,
}

/// A kind of difference.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// In how many programs.
    pub count: u32,
    /// What a person reads; absent when there were too many to look into each.
    pub text: Option<String>,
    /// The folder of its case.
    pub dir: Option<PathBuf>,
}

impl Tally {
    /// Counts a finding. Whether it is new and one of the first `most`, which are looked into.
    pub(super) fn is_new(&mut self, signature: &str, most: usize) -> bool {
        let few = self.findings.len() < most;
        let finding = self.findings.entry(signature.to_owned()).or_default();
        finding.count += 1;
        finding.count == 1 && few
    }

    /// Says of a finding what was found out.
    pub(super) fn tell(&mut self, signature: &str, text: String, dir: PathBuf) {
        let finding = self.findings.entry(signature.to_owned()).or_default();
        finding.text = Some(text);
        finding.dir = Some(dir);
    }

    /// Adds up.
    pub(super) fn add(&mut self, other: &Tally) {
        self.programs += other.programs;
        for (id, count) in &other.explained {
            *self.explained.entry(id.clone()).or_default() += count;
        }
        add(&mut self.coverage, &other.coverage);
    }

    /// What a theme's test failed of.
    pub(super) fn errors(&self) -> Vec<String> {
        const COUNTED: usize = 5;
        let seen =
            |finding: &Finding| format!("in {} of {} programs", finding.count, self.programs);
        let looked_into = self.findings.values().filter_map(|finding| {
            let text = finding.text.as_ref()?;
            Some(format!("{}: {text}", seen(finding)))
        });
        let counted = self
            .findings
            .iter()
            .filter(|(_, finding)| finding.text.is_none());
        let counted: Vec<_> = counted.collect();
        let more = counted.len().saturating_sub(COUNTED);
        let counted = counted
            .into_iter()
            .take(COUNTED)
            .map(|(signature, finding)| format!("{}, not looked into: {signature}", seen(finding)));
        let more = (more > 0).then(|| format!("{more} more kinds of difference"));
        looked_into.chain(counted).chain(more).collect()
    }

    /// Operations that returned, threw, and had nothing to work on.
    pub(super) fn sums(&self) -> [u64; 3] {
        let mut sums = [0; 3];
        for counts in self.coverage.values() {
            for (sum, count) in sums.iter_mut().zip(counts) {
                *sum += count;
            }
        }
        sums
    }
}
