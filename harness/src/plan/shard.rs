//! One machine's part of the jobs.

use std::{cmp::Ordering, collections::BTreeMap, fmt, str::FromStr};

use crate::model::{Job, JobId};

/// Part `k` of `n`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    k: u32,
    n: u32,
}

impl Shard {
    /// Part `k` of `n`; nothing unless `1 <= k <= n`.
    pub fn new(k: u32, n: u32) -> Option<Shard> {
        (1..=n).contains(&k).then_some(Shard { k, n })
    }

    /// `(k, n)`.
    pub fn parts(self) -> (u32, u32) {
        (self.k, self.n)
    }

    /// The jobs of this part, in the order given. Every job is in exactly one part, parts
    /// differ by one job at most, and neither runners nor targets pile up in one of them: the
    /// hashes are dealt out like cards.
    pub fn of(self, jobs: Vec<Job>) -> Vec<Job> {
        let mut ids: Vec<JobId> = jobs.iter().map(|job| job.id.clone()).collect();
        ids.sort_unstable_by(JobId::cmp);
        let deal: BTreeMap<JobId, u32> = ids.into_iter().zip((1..=self.n).cycle()).collect();
        let mine =
            |job: &Job| deal.get(&job.id).map(|part| part.cmp(&self.k)) == Some(Ordering::Equal);
        jobs.into_iter().filter(mine).collect()
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parse = || {
            let (k, n) = text.split_once('/')?;
            Shard::new(k.parse().ok()?, n.parse().ok()?)
        };
        parse().ok_or_else(|| "expected k/n with 1 <= k <= n, such as 2/4".to_owned())
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.k, self.n)
    }
}
