//! Compares two answers: a pure function over what both implementations told.

use serde_json::Value;

use super::{
    answer::Answer,
    known::Known,
    middle,
    program::{Op, Program},
};

/// Stands between how the target ended and how the builtin did.
const ALSO: &str = "; and node:sqlite: ";

/// A place where two answers differ.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Leaf {
    /// Which operation of the program; the last one is what was left at the end.
    pub op: usize,
    /// What that operation is: `call stmt run`.
    pub label: String,
    /// Where in its outcome, by keys and positions: `e/1/message`.
    pub at: String,
    /// What the builtin says there; absent when it says nothing.
    pub oracle: Option<Value>,
    /// What the target says there.
    pub target: Option<Value>,
    /// What came of the operation on the target, its trace left out.
    pub ended: Option<Value>,
    /// The trace of the operation on the builtin.
    pub traced: Option<Value>,
    /// The operation itself, as JSON; empty at the end.
    pub asked: String,
    /// The operations before it: the label of each, and what it came to on the builtin.
    pub before: Vec<String>,
}

impl Leaf {
    /// The number of its entry, where it is in a trace.
    fn entry(&self) -> Option<usize> {
        self.at.strip_prefix("t/")?.split('/').next()?.parse().ok()
    }

    /// Whether one of both says there that a statement of SQLite's own ended.
    pub(super) fn reports_own(&self) -> bool {
        [&self.oracle, &self.target]
            .into_iter()
            .flatten()
            .any(middle::is_own)
    }

    /// Whether a subscriber used the builtin's connection before, or at this place, when it was told of a
    /// statement of SQLite's own.
    pub(super) fn acted_on_own(&self) -> bool {
        let Some((trace, entry)) = self.traced.as_ref().zip(self.entry()) else {
            return false;
        };
        middle::acted(trace, entry)
    }
}

/// How two implementations compare on one program.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// No difference.
    Same,
    /// Only differences that stand in the table: the ids, in the order of the table.
    Explained(Vec<&'static str>),
    /// The first difference that does not.
    Differs(Box<Leaf>),
    /// The target's process died, hung, or its interpreter failed.
    TargetEnded(String),
    /// The builtin's process ended so, and the target's did not: nothing can be compared.
    OracleEnded(String),
    /// The interpreter failed on the builtin: a fault of ours.
    Broken(String),
}

impl Verdict {
    /// Whether it says something bad of the target.
    pub fn is_failure(&self) -> bool {
        matches!(
            self,
            Verdict::Differs(_) | Verdict::TargetEnded(_) | Verdict::Broken(_)
        )
    }

    /// What stays the same while a program is shrunk: the kind of the difference, without positions
    /// and values.
    pub fn signature(&self) -> String {
        match self {
            Verdict::Same | Verdict::Explained(_) => "same".to_owned(),
            Verdict::Differs(leaf) => {
                let at: Vec<&str> = leaf
                    .at
                    .split('/')
                    .filter(|part| part.parse::<usize>().is_err())
                    .collect();
                let shape = |value: &Option<Value>| value.as_ref().map_or(String::new(), shape);
                format!(
                    "{} {} {} {}",
                    // Which limit it is makes no difference of its own.
                    leaf.label
                        .split(" db ")
                        .next()
                        .filter(|kind| *kind == "limit")
                        .unwrap_or(&leaf.label),
                    at.join("/"),
                    shape(&leaf.oracle),
                    shape(&leaf.target)
                )
            }
            Verdict::TargetEnded(how) => {
                // Heap corruption does not end both processes each time.
                let how = how.split(ALSO).next().unwrap_or(how);
                format!("target {how}")
            }
            Verdict::OracleEnded(how) => format!("oracle {how}"),
            Verdict::Broken(_) => "broken".to_owned(),
        }
    }
}

/// A value's kind, and a text's beginning: enough to tell two differences at one place apart.
fn shape(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(_) => "number".to_owned(),
        Value::String(text) => text
            .chars()
            .filter(|char| !char.is_ascii_digit())
            .take(40)
            .collect(),
        Value::Array(items) => format!("[{}]", items.first().map_or(String::new(), shape)),
        Value::Object(entries) => entries.keys().cloned().collect::<Vec<_>>().join(","),
    }
}

/// Compares two answers.
pub(super) fn compare(
    program: &Program,
    oracle: &Answer,
    target: &Answer,
    known: &Known,
) -> Verdict {
    match (oracle, target) {
        (Answer::Outcomes(oracle), Answer::Outcomes(target))
            if outcomes_of(oracle) == outcomes_of(target) =>
        {
            return Verdict::Same;
        }
        (Answer::Hung, Answer::Hung) => {
            return Verdict::OracleEnded("both processes hung".to_owned());
        }
        (Answer::Broken(how), _) => return Verdict::Broken(how.clone()),
        (_, Answer::Outcomes(_)) => {}
        (Answer::Outcomes(_), other) => return Verdict::TargetEnded(other.describe()),
        (oracle, other) => {
            let (ours, theirs) = (other.describe(), oracle.describe());
            return Verdict::TargetEnded(format!("{ours}{ALSO}{theirs}"));
        }
    }
    let (Some(theirs), Some(ours)) = (oracle.read(), target.read()) else {
        return Verdict::OracleEnded(oracle.describe());
    };
    let mut explained: Vec<usize> = Vec::new();
    let most = theirs.outcomes.len().max(ours.outcomes.len());
    for op in 0..most {
        let label = label_of(program, op);
        let asked = program.ops.get(op).map(serde_json::to_string);
        let asked = asked.map_or(String::new(), |asked| {
            asked.expect("a program is plain data")
        });
        let mut leaves = Vec::new();
        outcome(
            theirs.outcomes.get(op),
            ours.outcomes.get(op),
            &mut |at, oracle, target| {
                leaves.push(Leaf {
                    op,
                    label: label.clone(),
                    at: at.to_owned(),
                    oracle: oracle.cloned(),
                    target: target.cloned(),
                    ended: came_of(ours.outcomes.get(op)),
                    traced: trace(theirs.outcomes.get(op)),
                    asked: asked.clone(),
                    before: before(program, &theirs.outcomes, op),
                });
            },
        );
        // What happened first may be the cause of all else.
        let first = leaves.iter().find(|leaf| leaf.at.starts_with("t/"));
        if let Some(rule) = first.and_then(|leaf| known.find_with_outcome(leaf)) {
            explained.push(rule);
            return Verdict::Explained(known.ids(explained));
        }
        for leaf in leaves {
            match known.find(&leaf) {
                Some((rule, stops)) => {
                    if !explained.contains(&rule) {
                        explained.push(rule);
                    }
                    if stops {
                        return Verdict::Explained(known.ids(explained));
                    }
                }
                None => return Verdict::Differs(Box::new(leaf)),
            }
        }
    }
    if explained.is_empty() {
        // Two numbers that differ in their last bit may be read as one.
        return Verdict::Differs(Box::new(Leaf {
            op: 0,
            label: "the text of the answer".to_owned(),
            at: "text".to_owned(),
            ..Leaf::default()
        }));
    }
    Verdict::Explained(known.ids(explained))
}

/// The part of a line that is compared. How much was executed also counts what came after a trace was
/// full, and that is not the same where an explained difference came before.
fn outcomes_of(line: &str) -> &str {
    line.rfind(",\"coverage\":")
        .map_or(line, |end| &line[..end])
}

/// What an operation is called.
fn label_of(program: &Program, op: usize) -> String {
    let op = program.ops.get(op);
    op.map_or("at the end".to_owned(), Op::label)
}

/// The operations before one: their labels, and what they came to.
fn before(program: &Program, outcomes: &[Value], op: usize) -> Vec<String> {
    let outcomes = outcomes.iter().take(op).enumerate();
    outcomes
        .filter_map(|(at, outcome)| {
            let came = came_of(Some(outcome))?;
            Some(format!("{} {came}", label_of(program, at)))
        })
        .collect()
}

/// What an operation returned or threw.
fn came_of(outcome: Option<&Value>) -> Option<Value> {
    let mut outcome = outcome?.clone();
    outcome.as_object_mut()?.remove("t");
    Some(outcome)
}

/// What happened during an operation.
fn trace(outcome: Option<&Value>) -> Option<Value> {
    outcome?.get("t").cloned()
}

/// Compares what came of one operation: a value and an error are one difference, and the trace another.
fn outcome(oracle: Option<&Value>, target: Option<&Value>, see: &mut See<'_>) {
    let (theirs, ours) = (came_of(oracle), came_of(target));
    walk(theirs.as_ref(), ours.as_ref(), &mut String::new(), see);
    let none = Value::Array(Vec::new());
    let (theirs, ours) = (trace(oracle), trace(target));
    walk(
        Some(theirs.as_ref().unwrap_or(&none)),
        Some(ours.as_ref().unwrap_or(&none)),
        &mut "t".to_owned(),
        see,
    );
}

/// Whether a value is a call in a trace, which is one thing to a person.
fn is_call(value: &Value) -> bool {
    value.get(0).is_some_and(|first| first == "called")
}

/// The word that says what a described value is: values of two kinds differ as a whole.
fn tag(value: &Value) -> Option<&str> {
    value.get(0)?.as_str()
}

/// Is shown a place, what the builtin says there, and what the target says.
type See<'a> = dyn FnMut(&str, Option<&Value>, Option<&Value>) + 'a;

/// Shows each place where two values differ, the outermost that is not of the same form.
fn walk(oracle: Option<&Value>, target: Option<&Value>, at: &mut String, see: &mut See<'_>) {
    if oracle == target {
        return;
    }
    let within = |at: &mut String, key: &str| {
        let length = at.len();
        if length > 0 {
            at.push('/');
        }
        at.push_str(key);
        length
    };
    match (oracle, target) {
        (Some(theirs), Some(ours)) if is_call(theirs) && is_call(ours) => see(at, oracle, target),
        (Some(theirs), Some(ours)) if tag(theirs).is_some() && tag(theirs) != tag(ours) => {
            see(at, oracle, target);
        }
        (Some(Value::Array(theirs)), Some(Value::Array(ours))) if theirs.len() == ours.len() => {
            for (index, (theirs, ours)) in theirs.iter().zip(ours).enumerate() {
                let length = within(at, &index.to_string());
                walk(Some(theirs), Some(ours), at, see);
                at.truncate(length);
            }
        }
        (Some(Value::Array(theirs)), Some(Value::Array(ours))) => {
            // Where one has something more at one place, that is the difference; else the first one is.
            let shorter = theirs.len().min(ours.len());
            let index = (0..shorter).find(|index| theirs[*index] != ours[*index]);
            let index = index.unwrap_or(shorter);
            let more = theirs.len().abs_diff(ours.len());
            let one_more = |longer: &[Value], shorter: &[Value]| {
                longer
                    .get(index + more..)
                    .is_some_and(|rest| rest == &shorter[index..])
            };
            let (extra_theirs, extra_ours) = if one_more(theirs, ours) {
                (&theirs[index..index + more], &[][..])
            } else if one_more(ours, theirs) {
                (&[][..], &ours[index..index + more])
            } else {
                (
                    &theirs[index..theirs.len().min(index + 1)],
                    &ours[index..ours.len().min(index + 1)],
                )
            };
            for offset in 0..extra_theirs.len().max(extra_ours.len()) {
                let length = within(at, &(index + offset).to_string());
                see(at, extra_theirs.get(offset), extra_ours.get(offset));
                at.truncate(length);
            }
        }
        (Some(Value::Object(theirs)), Some(Value::Object(ours))) => {
            if !theirs.keys().eq(ours.keys()) {
                return see(at, oracle, target);
            }
            for key in theirs.keys() {
                let length = within(at, key);
                walk(theirs.get(key), ours.get(key), at, see);
                at.truncate(length);
            }
        }
        _ => see(at, oracle, target),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(outcomes: &str) -> Answer {
        Answer::of_line(format!("{{\"outcomes\":{outcomes},\"coverage\":{{}}}}"))
    }

    fn verdict(oracle: &str, target: &str) -> Verdict {
        let program = Program::new(vec![Op::CollectGarbage {}]);
        compare(&program, &answer(oracle), &answer(target), &Known::none())
    }

    #[test]
    fn equal_answers_are_the_same() {
        assert_eq!(verdict("[{\"r\":1}]", "[{\"r\":1}]"), Verdict::Same);
    }

    #[test]
    fn numbers_that_differ_in_their_last_bit_are_a_difference() {
        let found = verdict("[{\"r\":0.30000000000000004}]", "[{\"r\":0.3}]");
        assert!(found.is_failure(), "{found:?}");
    }

    #[test]
    fn what_was_executed_is_no_outcome() {
        let answer = |count| {
            Answer::of_line(format!(
                "{{\"outcomes\":[],\"coverage\":{{\"x\":[{count},0,0]}}}}"
            ))
        };
        let program = Program::new(Vec::new());
        let verdict = compare(&program, &answer(1), &answer(2), &Known::none());
        assert_eq!(verdict, Verdict::Same);
    }

    #[test]
    fn the_innermost_place_of_the_same_form_is_named() {
        let found = verdict(
            r#"[{"e":["error",{"message":"a","code":1}]}]"#,
            r#"[{"e":["error",{"message":"b","code":1}]}]"#,
        );
        let Verdict::Differs(leaf) = found else {
            panic!("{found:?}")
        };
        assert_eq!((leaf.op, leaf.at.as_str()), (0, "e/1/message"));
        assert_eq!(leaf.label, "collectGarbage");
    }

    #[test]
    fn a_value_and_an_error_are_one_difference() {
        let found = verdict(r#"[{"r":1}]"#, r#"[{"e":1}]"#);
        assert!(matches!(found, Verdict::Differs(leaf) if leaf.at.is_empty()));
    }

    #[test]
    fn a_process_that_died_is_a_failure_of_the_target_s_and_none_of_the_builtin_s() {
        let program = Program::new(Vec::new());
        let fine = answer("[]");
        let known = Known::none();
        assert!(compare(&program, &fine, &Answer::Hung, &known).is_failure());
        let died = || Answer::Died(crate::model::ExitStatus::NotStarted);
        assert!(compare(&program, &died(), &died(), &known).is_failure());
        assert!(!compare(&program, &Answer::Hung, &Answer::Hung, &known).is_failure());
        let ended = compare(&program, &Answer::Hung, &fine, &known);
        assert!(matches!(ended, Verdict::OracleEnded(_)));
        assert!(!ended.is_failure());
    }
}
