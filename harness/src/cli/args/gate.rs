//! The flags that say what a run has to come to, and what is made of them.

use std::{path::PathBuf, time::Duration};

use threadproof_stress::{Gate, Plan};

use crate::{
    error::Error,
    expect::{self, Expectation},
    plan::quote,
};

/// Failures that a gate may see before it is given up, where nobody says how many runs there may be.
const MOST_ALLOWED: u64 = 2;

/// What a run has to come to.
#[derive(Clone, Debug, Default, clap::Args)]
pub(in crate::cli) struct GateArgs {
    /// Repeat each cell until this is decided: 'failure-rate < 1% @ 95%'
    #[arg(
        long,
        env = "THREADPROOF_REQUIRE",
        value_name = "GATE",
        conflicts_with_all = ["shard", "job_id"],
        hide_env = true
    )]
    pub(in crate::cli) require: Option<String>,
    /// Start no job after this time: what is not decided then is inconclusive
    #[arg(long, env = "THREADPROOF_BUDGET", value_name = "TIME", hide_env = true)]
    pub(in crate::cli) budget: Option<humantime::Duration>,
    /// File of failures that are expected, each with an issue and an expiry: docs/expectations.md
    #[arg(long, env = "THREADPROOF_EXPECT", value_name = "FILE", hide_env = true)]
    pub(in crate::cli) expect: Option<PathBuf>,
}

impl GateArgs {
    /// The time that jobs may be started in.
    pub(in crate::cli) fn budget(&self) -> Result<Option<Duration>, Error> {
        match self.budget {
            Some(time) if time.is_zero() => Err(Error::Usage {
                what: "--budget 0s leaves no time to run anything".to_owned(),
                help: "give it a time such as 10m".to_owned(),
            }),
            time => Ok(time.map(Into::into)),
        }
    }

    /// The failures that are expected.
    pub(in crate::cli) fn expectations(&self) -> Result<Vec<Expectation>, Error> {
        self.expect.as_deref().map_or(Ok(Vec::new()), expect::load)
    }

    /// The plan of the gate, within `repeats` where those were given.
    pub(in crate::cli) fn plan(&self, repeats: Option<u32>) -> Result<Option<Plan>, Error> {
        let Some(gate) = parse("--require", self.require.as_deref())? else {
            return Ok(None);
        };
        let Some(repeats) = repeats else {
            return Ok(Some(staged(gate)));
        };
        let plan = Plan::within(gate, u64::from(repeats)).map_err(|error| Error::Usage {
            what: error.to_string(),
            help: "leave --repeats out: then the gate says how often each cell runs".to_owned(),
        })?;
        Ok(Some(plan))
    }
}

/// A gate as it is typed after a flag.
pub(in crate::cli) fn parse(flag: &str, text: Option<&str>) -> Result<Option<Gate>, Error> {
    let parse = |text: &str| {
        text.parse::<Gate>().map_err(|error| Error::Usage {
            what: format!("{flag} {}: {error}", quote(text)),
            help: "write it as 'rate < 0.1% @ 95%'".to_owned(),
        })
    };
    text.map(parse).transpose()
}

/// The plan of a gate that may take as many runs as it needs.
pub(in crate::cli) fn staged(gate: Gate) -> Plan {
    Plan::staged(gate, MOST_ALLOWED)
}
