//! Makes what fails small: programs of a process first, then threads and steps, then what is left plain.

use std::time::{Duration, Instant};

use super::program::{At, End, Program, Root, Schedule, Step, Then};

/// What shrinking may cost.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    /// How many candidates are tried.
    pub tries: u32,
    /// How long.
    pub time: Duration,
}

/// Counts tries until the budget is used up.
struct Purse<'a> {
    left: u32,
    end: Instant,
    fails: &'a mut dyn FnMut(&[Program]) -> bool,
}

impl Purse<'_> {
    /// Whether a candidate still fails; none does when nothing is left to spend.
    fn fails(&mut self, programs: &[Program]) -> bool {
        if self.left == 0 || Instant::now() >= self.end {
            return false;
        }
        self.left -= 1;
        (self.fails)(programs)
    }

    fn is_empty(&self) -> bool {
        self.left == 0 || Instant::now() >= self.end
    }
}

/// The smallest programs that were found for which `fails` holds, as it does for these, which run one after the other.
pub(super) fn shrink(
    programs: Vec<Program>,
    budget: Budget,
    fails: &mut dyn FnMut(&[Program]) -> bool,
) -> Vec<Program> {
    let mut purse = Purse {
        left: budget.tries,
        end: Instant::now() + budget.time,
        fails,
    };
    let mut best = fewer(programs, &mut purse);
    // Until nothing of any of them can be taken away.
    loop {
        let mut smaller = false;
        let mut skip = 0;
        while !purse.is_empty() {
            // Anew after each success, because places change with it.
            let Some(candidate) = candidates(&best).into_iter().nth(skip) else {
                break;
            };
            if purse.fails(&candidate) {
                best = candidate;
                smaller = true;
            } else {
                skip += 1;
            }
        }
        if !smaller || purse.is_empty() {
            return best;
        }
    }
}

/// Leaves out programs, many at a time first.
fn fewer(mut programs: Vec<Program>, purse: &mut Purse<'_>) -> Vec<Program> {
    let mut size = programs.len() / 2;
    while size > 0 {
        let mut start = 0;
        while start < programs.len() {
            let mut less = programs.clone();
            less.drain(start..(start + size).min(programs.len()));
            if !less.is_empty() && purse.fails(&less) {
                programs = less;
            } else {
                start += size;
            }
        }
        size /= 2;
    }
    programs
}

/// All programs that are a little smaller, the ones that are much smaller first.
fn candidates(programs: &[Program]) -> Vec<Vec<Program>> {
    let mut all = Vec::new();
    for (at, program) in programs.iter().enumerate() {
        for smaller in smaller(program) {
            let mut candidate = programs.to_vec();
            candidate[at] = smaller;
            all.push(candidate);
        }
    }
    // All of a process share these.
    with(programs, &mut all, |program| program.root = Root::Main);
    with(programs, &mut all, |program| {
        program.schedule = Schedule::default();
    });
    all
}

fn with(programs: &[Program], all: &mut Vec<Vec<Program>>, change: impl Fn(&mut Program)) {
    let mut candidate = programs.to_vec();
    candidate.iter_mut().for_each(change);
    if candidate != programs {
        all.push(candidate);
    }
}

fn smaller(program: &Program) -> Vec<Program> {
    let mut all = Vec::new();
    for thread in (1..program.threads.len()).rev() {
        let mut one = program.clone();
        one.threads.remove(thread);
        all.push(one);
    }
    for at in 0..program.threads.len() {
        let steps = &program.threads[at].steps;
        for less in lists(steps) {
            let mut one = program.clone();
            one.threads[at].steps = less;
            all.push(one);
        }
        for end in plainer(program.threads[at].end) {
            let mut one = program.clone();
            one.threads[at].end = end;
            all.push(one);
        }
    }
    all
}

/// A list with one step less, or with a plainer one in its place.
fn lists(steps: &[Step]) -> Vec<Vec<Step>> {
    let mut all = Vec::new();
    if steps.len() > 2 {
        all.push(steps[..steps.len() / 2].to_vec());
        all.push(steps[steps.len() / 2..].to_vec());
    }
    for at in (0..steps.len()).rev() {
        let mut less = steps.to_vec();
        less.remove(at);
        all.push(less);
        for step in plainer_steps(&steps[at]) {
            let mut other = steps.to_vec();
            other[at] = step;
            all.push(other);
        }
        // What stands in a callback may do without it.
        if let Some(inside) = steps[at].inside().filter(|inside| !inside.is_empty()) {
            let mut other = steps.to_vec();
            other.splice(at..=at, inside.to_vec());
            all.push(other);
        }
    }
    all
}

fn plainer_steps(step: &Step) -> Vec<Step> {
    let inner = |inside: &[Step]| lists(inside);
    match step {
        Step::Visit { slot, inside } => inner(inside)
            .into_iter()
            .map(|inside| Step::Visit {
                slot: *slot,
                inside,
            })
            .collect(),
        Step::Call { inside, then } => {
            calls(inside, *then, |inside, then| Step::Call { inside, then })
        }
        Step::Until { inside, then } => {
            calls(inside, *then, |inside, then| Step::Until { inside, then })
        }
        Step::Spawn {
            thread,
            given: Some(_),
        } => vec![Step::Spawn {
            thread: thread.clone(),
            given: None,
        }],
        Step::Meet { point, idle: true } => vec![Step::Meet {
            point: *point,
            idle: false,
        }],
        _ => Vec::new(),
    }
}

fn calls(inside: &[Step], then: Then, make: impl Fn(Vec<Step>, Then) -> Step) -> Vec<Step> {
    let mut all: Vec<Step> = lists(inside)
        .into_iter()
        .map(|inside| make(inside, then))
        .collect();
    if then != Then::Return {
        all.push(make(inside.to_vec(), Then::Return));
    }
    all
}

fn plainer(end: End) -> Vec<End> {
    match end {
        End::Return => Vec::new(),
        End::Exit { inside: true } => vec![End::Return, End::Exit { inside: false }],
        End::Throw { inside: true } => vec![End::Return, End::Throw { inside: false }],
        End::Exit { inside: false }
        | End::Throw { inside: false }
        | End::Terminated { at: At::JavaScript } => vec![End::Return],
        End::Terminated { .. } => vec![End::Return, End::Terminated { at: At::JavaScript }],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz::program::{PROGRAM_VERSION, Thread};

    fn thread(name: &str, steps: Vec<Step>, end: End) -> Thread {
        Thread {
            name: name.to_owned(),
            steps,
            end,
        }
    }

    fn program() -> Program {
        let spawn = |thread: &str| Step::Spawn {
            thread: thread.to_owned(),
            given: None,
        };
        let call = Step::Call {
            inside: vec![Step::Get, Step::Set { number: 3 }],
            then: Then::Throw,
        };
        Program {
            version: PROGRAM_VERSION,
            root: Root::Worker,
            schedule: Schedule::default(),
            threads: vec![
                thread(
                    "main",
                    vec![Step::Gc, spawn("a"), Step::Turn, spawn("b")],
                    End::Return,
                ),
                thread(
                    "a",
                    vec![Step::Get, call, Step::Get],
                    End::Exit { inside: true },
                ),
                thread("b", vec![Step::Turn], End::Terminated { at: At::Idle }),
            ],
        }
    }

    const BUDGET: Budget = Budget {
        tries: 10_000,
        time: Duration::from_mins(1),
    };

    #[test]
    fn what_does_not_matter_is_left_out() {
        // It fails when a thread sets the number in a callback and exits.
        let mut fails = |programs: &[Program]| {
            programs.iter().any(|program| {
                program.threads.iter().any(|thread| {
                    let sets = |step: &Step| {
                        let mut inside = step.inside().into_iter().flatten();
                        inside.any(|step| matches!(step, Step::Set { .. }))
                    };
                    thread.steps.iter().any(sets) && matches!(thread.end, End::Exit { .. })
                })
            })
        };
        let many = vec![program(), program(), program()];
        let small = shrink(many, BUDGET, &mut fails);
        assert_eq!(small.len(), 1);
        let left: usize = small.iter().map(Program::size).sum();
        // The call, what is inside, the end; and where the thread is started: that it runs is not asked for here.
        assert_eq!(left, 3, "{small:?}");
        assert_eq!(small[0].root, Root::Main);
    }

    #[test]
    fn nothing_is_tried_without_a_budget() {
        let budget = Budget { tries: 0, ..BUDGET };
        let mut tried = 0;
        let kept = shrink(vec![program()], budget, &mut |_| {
            tried += 1;
            true
        });
        assert_eq!((kept, tried), (vec![program()], 0));
    }
}
