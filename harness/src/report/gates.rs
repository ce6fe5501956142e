//! The words of gates.

use threadproof_stress::say;

use super::{
    verdict::Tone,
    words::{Sum, counted},
};
use crate::{
    event::GatePlanned,
    gate::{GateResult, Gated},
    model::CellId,
    results::Results,
};

/// What is ahead: `gate failure-rate < 1% @ 95%: 299 repetitions of each cell when none fails, …`.
pub(super) fn planned(gate: &GatePlanned) -> String {
    let GatePlanned {
        gate,
        runs_when_clean,
        most_runs,
    } = gate;
    let most = if most_runs > runs_when_clean {
        format!(", {most_runs} at most")
    } else {
        String::new()
    };
    format!("gate {gate}: {runs_when_clean} repetitions of each cell when none fails{most}")
}

fn all(results: &Results) -> Vec<(&CellId, &GateResult)> {
    let cells = results.cells.iter();
    cells
        .filter_map(|cell| Some((&cell.cell, cell.gate.as_ref()?)))
        .collect()
}

/// The run in a line, where its cells had a gate.
pub(super) fn headline(results: &Results) -> Option<(Tone, String)> {
    let all = all(results);
    let gate = &all.first()?.1.gate;
    let count = |wanted| all.iter().filter(|(_, one)| one.decision == wanted).count();
    let (violated, open) = (count(Gated::Violated), count(Gated::Inconclusive));
    let cells = counted(all.len(), "cell");
    let (tone, said) = match (violated, open) {
        (0, 0) => (Tone::Good, format!("PASSED: {gate} is met in {cells}")),
        (0, open) => (
            Tone::Open,
            format!("INCONCLUSIVE: {gate} was not decided in {open} of {cells}"),
        ),
        (violated, _) => (
            Tone::Bad,
            format!("FAILED: {gate} is violated in {violated} of {cells}"),
        ),
    };
    let sum = Sum::of(&results.cells);
    let attempts = counted(sum.judged as usize, "attempt");
    let failures = sum.judged - sum.clean;
    Some((tone, format!("{said}; {failures} of {attempts} failed")))
}

/// Cells that met their gate in a line, and each other one in a line of its own.
pub(super) fn lines(results: &Results) -> Vec<String> {
    let (met, other): (Vec<_>, Vec<_>) = all(results)
        .into_iter()
        .partition(|(_, one)| one.decision == Gated::Met);
    let mut lines = Vec::new();
    if let (Some((_, first)), Some(least), Some(most)) = (
        met.first(),
        met.iter().map(|(_, one)| one.runs).min(),
        met.iter().map(|(_, one)| one.runs).max(),
    ) {
        let runs = if least == most {
            most.to_string()
        } else {
            format!("{least} to {most}")
        };
        lines.push(format!(
            "gate {}: met in {} after {runs} repetitions of each",
            first.gate,
            counted(met.len(), "cell")
        ));
    }
    lines.extend(other.iter().map(|(cell, one)| line(cell, one)));
    lines
}

fn line(cell: &CellId, one: &GateResult) -> String {
    let word = match one.decision {
        Gated::Met => "met",
        Gated::Violated => "VIOLATED",
        Gated::Inconclusive => "NOT DECIDED",
    };
    let more = match (one.decision, one.clean_runs_needed) {
        (Gated::Violated, _) => format!(": {} pass", say::pass_rate(one.tally())),
        (_, Some(needed)) => {
            format!("; {needed} more without a failure would have met it: give it more --budget")
        }
        (Gated::Inconclusive, None) => {
            "; too many for this gate, too few to call the rate too high: give it more --repeats"
                .to_owned()
        }
        (Gated::Met, None) => String::new(),
    };
    let unjudged = match one.unjudged {
        0 => String::new(),
        unjudged => format!("; {unjudged} of them could not be judged"),
    };
    format!(
        "gate {}: {word} in {cell}: {} of {} repetitions failed{more}{unjudged}",
        one.gate, one.failures, one.runs
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{event::Event, exit::Exit, report::fixtures::everything};

    /// The run with all outcomes, whose cells had this gate.
    fn gated(decisions: &[Gated]) -> Results {
        let mut results = Results::of(&everything());
        results.interrupted = None;
        let cells: Vec<CellId> = results.cells.iter().map(|one| one.cell.clone()).collect();
        for (cell, decision) in cells.into_iter().zip(decisions.iter().cycle()) {
            let result = GateResult {
                gate: "failure-rate < 1% @ 95%".to_owned(),
                decision: *decision,
                failures: u64::from(*decision == Gated::Violated) * 4,
                runs: 10,
                unjudged: 0,
                clean_runs_needed: (*decision == Gated::Inconclusive).then_some(289),
            };
            results.apply(&Event::GateDecided { cell, result });
        }
        results
    }

    #[test]
    fn a_gate_takes_the_place_of_the_verdict() {
        use Gated::{Inconclusive, Met, Violated};
        for (decisions, exit, tone) in [
            (&[Met][..], Exit::Success, Tone::Good),
            (&[Met, Inconclusive], Exit::Inconclusive, Tone::Open),
            (&[Met, Inconclusive, Violated], Exit::Failure, Tone::Bad),
        ] {
            let results = gated(decisions);
            assert_eq!(results.exit(), exit, "{decisions:?}");
            let (said, text) = headline(&results).expect("there are gates");
            assert_eq!(said, tone, "{text}");
            assert!(text.contains("failure-rate < 1% @ 95%"), "{text}");
        }
        assert_eq!(headline(&Results::of(&everything())), None);
    }

    #[test]
    fn each_cell_that_did_not_meet_it_is_named() {
        let results = gated(&[Gated::Met, Gated::Inconclusive, Gated::Violated]);
        let lines = lines(&results);
        let met = results.cells.len().div_ceil(3);
        assert_eq!(lines.len(), 1 + results.cells.len() - met, "{lines:#?}");
        assert!(
            lines[0].contains(&format!("met in {met} cells")),
            "{lines:#?}"
        );
        let open = lines.iter().find(|line| line.contains("NOT DECIDED"));
        assert!(open.expect("one").contains("289 more"), "{lines:#?}");
        let bad = lines.iter().find(|line| line.contains("VIOLATED"));
        assert!(bad.expect("one").contains("4 of 10"), "{lines:#?}");
    }
}
