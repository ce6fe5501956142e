//! Makes a program that shows a difference small: first by proptest's own tree, which knows how each value
//! was made, then by leaving out what is left, wherever it stands.

use std::time::{Duration, Instant};

use proptest::strategy::ValueTree;
use serde_json::Value;

use super::program::Program;

/// What shrinking may cost.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// How many programs are tried.
    pub tries: u32,
    /// How long.
    pub time: Duration,
}

impl Default for Budget {
    fn default() -> Self {
        Budget {
            tries: 700,
            time: Duration::from_secs(20),
        }
    }
}

/// Counts tries until the budget is used up.
struct Purse {
    left: u32,
    end: Instant,
}

impl Purse {
    fn new(budget: Budget) -> Self {
        Purse {
            left: budget.tries,
            end: Instant::now() + budget.time,
        }
    }

    fn spend(&mut self) -> bool {
        let some = self.left > 0 && Instant::now() < self.end;
        self.left = self.left.saturating_sub(1);
        some
    }
}

/// The smallest program that was found for which `shows` holds, as it does for the tree's current one.
pub(super) fn shrink(
    tree: &mut dyn ValueTree<Value = Program>,
    budget: Budget,
    shows: &mut dyn FnMut(&Program) -> bool,
) -> Program {
    let mut purse = Purse::new(budget);
    let mut best = tree.current();
    let mut going = tree.simplify();
    // Most is left for the second way, which takes single operations out of callbacks.
    while going && purse.left > budget.tries / 3 * 2 && purse.spend() {
        let program = tree.current();
        going = if shows(&program) {
            best = program;
            tree.simplify()
        } else {
            tree.complicate()
        };
    }
    trim(best, &mut purse, shows)
}

/// The same without a tree, where programs before this one have a part in it.
pub(super) fn shrink_alone(
    program: Program,
    budget: Budget,
    shows: &mut dyn FnMut(&Program) -> bool,
) -> Program {
    trim(program, &mut Purse::new(budget), shows)
}

/// The fewest programs, run one after the other, for which `shows` holds: what one of them leaves behind
/// is what the last one needs.
pub(super) fn fewest(
    mut programs: Vec<Program>,
    budget: Budget,
    shows: &mut dyn FnMut(&[Program]) -> bool,
) -> Vec<Program> {
    let mut purse = Purse::new(budget);
    let mut size = programs.len() / 2;
    while size > 0 {
        let mut start = 0;
        while start < programs.len() {
            let mut fewer = programs.clone();
            fewer.drain(start..(start + size).min(programs.len()));
            if !purse.spend() {
                return programs;
            }
            if !fewer.is_empty() && shows(&fewer) {
                programs = fewer;
            } else {
                start += size;
            }
        }
        size /= 2;
    }
    programs
}

/// Leaves out, for as long as anything can be: runs of operations first, then single ones, then arguments and
/// entries; then makes what is left plain.
fn trim(mut best: Program, purse: &mut Purse, shows: &mut dyn FnMut(&Program) -> bool) -> Program {
    loop {
        let mut smaller = false;
        let mut size = best.ops.len() / 2;
        while size > 0 {
            let mut start = 0;
            while start < best.ops.len() {
                let mut program = best.clone();
                let end = (start + size).min(program.ops.len());
                program.ops.drain(start..end);
                if !purse.spend() {
                    return best;
                }
                if shows(&program) {
                    best = program;
                    smaller = true;
                } else {
                    start += size;
                }
            }
            size /= 2;
        }
        // Candidates are looked up anew after each success, because paths change with it.
        let mut skip = 0;
        loop {
            let value = serde_json::to_value(&best).expect("a program is plain data");
            let mut candidates = Vec::new();
            list(&value, &mut Vec::new(), &mut candidates);
            let Some(candidate) = candidates.get(skip) else {
                break;
            };
            skip += 1;
            let Some(program) = without(&value, candidate).filter(|program| *program != best)
            else {
                continue;
            };
            if !purse.spend() {
                return best;
            }
            if shows(&program) {
                best = program;
                smaller = true;
                skip -= 1;
            }
        }
        if !smaller {
            return best;
        }
    }
}

/// A step on the way into a value.
#[derive(Clone, Debug)]
enum Step {
    Key(String),
    Index(usize),
    Line(usize),
}

/// All places at which something can be left out: elements of lists within operations, lines of SQL.
fn list(value: &Value, path: &mut Vec<Step>, found: &mut Vec<Vec<Step>>) {
    const LISTS: [&str; 8] = [
        "ops", "args", "obj", "bare", "cycle", "data", "values", "arr",
    ];
    match value {
        Value::Object(entries) => {
            for (key, inner) in entries {
                path.push(Step::Key(key.clone()));
                if let (true, Value::Array(items)) = (LISTS.contains(&key.as_str()), inner) {
                    for index in (0..items.len()).rev() {
                        path.push(Step::Index(index));
                        found.push(path.clone());
                        path.pop();
                    }
                }
                list(inner, path, found);
                path.pop();
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push(Step::Index(index));
                list(item, path, found);
                path.pop();
            }
        }
        Value::String(text) => {
            let lines = text.matches('\n').count();
            for line in (0..=lines).rev().filter(|_| lines > 0) {
                path.push(Step::Line(line));
                found.push(path.clone());
                path.pop();
            }
        }
        _ => {}
    }
}

/// The program without what stands at a place, if that is one.
fn without(value: &Value, path: &[Step]) -> Option<Program> {
    let mut value = value.clone();
    let (last, way) = path.split_last()?;
    let mut at = &mut value;
    for step in way {
        at = match step {
            Step::Key(key) => at.get_mut(key)?,
            Step::Index(index) => at.get_mut(*index)?,
            Step::Line(_) => return None,
        };
    }
    match last {
        Step::Key(_) => return None,
        Step::Index(index) => {
            at.as_array_mut()?.remove(*index);
        }
        Step::Line(line) => {
            let kept = at.as_str()?.split('\n').enumerate();
            let kept = kept.filter(|(number, _)| number != line);
            *at = kept
                .map(|(_, text)| text)
                .collect::<Vec<_>>()
                .join("\n")
                .into();
        }
    }
    serde_json::from_value(value).ok()
}

#[cfg(test)]
mod tests {
    use proptest::strategy::Strategy;

    use super::*;
    use crate::{
        differential::{
            generate::{Theme, runner},
            program::Op,
        },
        model::Seed,
    };

    #[test]
    fn what_does_not_matter_is_left_out() {
        // The difference is seen whenever garbage is collected after a database was opened.
        let mut shows = |program: &Program| {
            let open = program
                .ops
                .iter()
                .position(|op| matches!(op, Op::Open { .. }));
            let last = program
                .ops
                .iter()
                .rposition(|op| matches!(op, Op::CollectGarbage {}));
            matches!((open, last), (Some(open), Some(last)) if open < last)
        };
        let strategy = Theme::Databases.programs();
        let mut found = 0;
        for seed in 0..200 {
            let mut tree = strategy.new_tree(&mut runner(Seed(seed))).unwrap();
            if !shows(&tree.current()) {
                continue;
            }
            found += 1;
            let small = shrink(&mut tree, Budget::default(), &mut shows);
            assert_eq!(small.ops.len(), 2, "{small:?}");
        }
        assert!(found > 5, "only {found}");
    }
}
