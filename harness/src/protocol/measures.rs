//! Reads what a process measured from its event file.

use std::{collections::BTreeMap, fs::File, io, path::Path};

use super::{ChildEvent, Reader, Sample, StreamError};

/// What a process measured.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measures {
    /// In order of time.
    pub samples: Vec<Sample>,
    /// Milliseconds, by what took them.
    pub latencies: BTreeMap<String, Vec<f64>>,
    /// How many, by what was counted.
    pub counts: BTreeMap<String, u64>,
}

impl Measures {
    /// Reads an event file. What a crash cut off is left out.
    pub fn read(events: &Path) -> io::Result<Self> {
        let mut measures = Measures::default();
        let file = File::open(events)?;
        let read = Reader::default().drain(&file, |line| match line.event {
            ChildEvent::Sample(sample) => measures.samples.push(sample),
            ChildEvent::Latencies { name, ms } => {
                measures.latencies.entry(name).or_default().extend(ms);
            }
            ChildEvent::Tally { counts } => {
                for (name, count) in counts {
                    *measures.counts.entry(name).or_default() += count;
                }
            }
            _ => {}
        });
        match read {
            Err(StreamError::Io(error)) => Err(error),
            // The attempt itself is judged by the same stream, and says that it is broken.
            Ok(()) | Err(_) => Ok(measures),
        }
    }

    /// Workers that ended.
    pub fn lifecycles(&self) -> u64 {
        let ended = |(name, count): (&String, &u64)| {
            (name.starts_with("ended:") || name == "killed").then_some(*count)
        };
        self.counts.iter().filter_map(ended).sum()
    }

    /// One resource over what was done.
    pub fn series(&self, of: impl Fn(&Sample) -> Option<f64>) -> Vec<(f64, f64)> {
        let at = |sample: &Sample| Some((sample.done, of(sample)?));
        self.samples.iter().filter_map(at).collect()
    }
}
