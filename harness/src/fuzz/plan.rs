//! Which threads of a program run, and where they wait for each other without waiting forever.

use std::collections::{BTreeMap, BTreeSet};

use super::program::{At, End, Program, Step, Thread};

/// The threads that run, by their place in the program, and who starts them.
#[derive(Debug)]
pub(super) struct Threads<'p> {
    pub(super) live: Vec<&'p Thread>,
    /// The place in `live` of the thread that starts it; none for the root.
    parent: Vec<Option<usize>>,
}

impl<'p> Threads<'p> {
    /// A thread runs when one before it in the program spawns it.
    pub(super) fn of(program: &'p Program) -> Self {
        let mut threads = Threads {
            live: Vec::new(),
            parent: Vec::new(),
        };
        for thread in &program.threads {
            if threads.find(&thread.name).is_some() {
                continue;
            }
            let spawner = threads.live.iter().position(|other| {
                let mut steps = other.steps.iter();
                steps.any(
                    |step| matches!(step, Step::Spawn { thread: name, .. } if *name == thread.name),
                )
            });
            if threads.live.is_empty() || spawner.is_some() {
                threads.live.push(thread);
                threads.parent.push(spawner);
            }
        }
        threads
    }

    pub(super) fn find(&self, name: &str) -> Option<usize> {
        self.live.iter().position(|thread| thread.name == name)
    }

    /// Those that a thread starts.
    pub(super) fn children(&self, of: usize) -> impl Iterator<Item = usize> + '_ {
        let parents = self.parent.iter().enumerate();
        parents
            .filter(move |(_, parent)| **parent == Some(of))
            .map(|(at, _)| at)
    }

    pub(super) fn is_child(&self, of: usize, child: usize) -> bool {
        self.parent[child] == Some(of)
    }

    /// Whether nobody knows how far it gets: it, or a thread that started it, is ended at any time.
    pub(super) fn is_unsure(&self, thread: usize) -> bool {
        let ended = End::Terminated { at: At::AnyTime };
        let mut at = Some(thread);
        while let Some(one) = at {
            if self.live[one].end == ended && one != 0 {
                return true;
            }
            at = self.parent[one];
        }
        false
    }
}

/// A point where threads wait for each other: how many come there.
pub(super) type Points = BTreeMap<u8, usize>;

/// What a thread does at its next step, as far as others have to wait for it.
enum Move {
    On,
    Spawn(usize),
    Join(usize),
    Meet(u8),
}

/// The points at which at least two threads meet, without those at which they would wait forever because one of them
/// waits for the other elsewhere.
pub(super) fn points(threads: &Threads<'_>) -> Points {
    let mut left_out = BTreeSet::new();
    loop {
        let mut points: Points = BTreeMap::new();
        for (at, thread) in threads.live.iter().enumerate() {
            for point in own_points(threads, at, thread) {
                *points.entry(point).or_default() += 1;
            }
        }
        points.retain(|point, count| *count > 1 && !left_out.contains(point));
        let stuck = walk(threads, &points);
        if stuck.is_empty() {
            return points;
        }
        left_out.extend(stuck);
    }
}

/// Each point once: a thread that comes a second time finds it open.
fn own_points(threads: &Threads<'_>, at: usize, thread: &Thread) -> BTreeSet<u8> {
    if threads.is_unsure(at) {
        return BTreeSet::new();
    }
    let points = thread.steps.iter().filter_map(|step| match step {
        Step::Meet { point, .. } => Some(*point),
        _ => None,
    });
    points.collect()
}

/// Lets all threads go as far as they can, and gives the points at which some are stuck.
fn walk(threads: &Threads<'_>, points: &Points) -> BTreeSet<u8> {
    let count = threads.live.len();
    let moves: Vec<Vec<Move>> = (0..count).map(|at| moves(threads, at, points)).collect();
    let mut started = vec![false; count];
    started[0] = true;
    let mut next = vec![0; count];
    let mut arrived: BTreeMap<u8, BTreeSet<usize>> = BTreeMap::new();
    loop {
        let mut progress = false;
        for at in 0..count {
            while started[at] && next[at] < moves[at].len() {
                let passes = match moves[at][next[at]] {
                    Move::On => true,
                    Move::Spawn(child) => {
                        started[child] = true;
                        true
                    }
                    Move::Join(child) => next[child] == moves[child].len(),
                    Move::Meet(point) => {
                        let there = arrived.entry(point).or_default();
                        progress |= there.insert(at);
                        there.len() == points[&point]
                    }
                };
                if !passes {
                    break;
                }
                next[at] += 1;
                progress = true;
            }
        }
        if !progress {
            break;
        }
    }
    let mut stuck = BTreeSet::new();
    for (at, moves) in moves.iter().enumerate() {
        if let Some(Move::Meet(point)) = moves.get(next[at]) {
            stuck.insert(*point);
        }
    }
    stuck
}

fn moves(threads: &Threads<'_>, at: usize, points: &Points) -> Vec<Move> {
    let mut seen = BTreeSet::new();
    let mut joined = BTreeSet::new();
    let mut spawned = BTreeSet::new();
    let mut moves = Vec::new();
    for step in &threads.live[at].steps {
        let one = match step {
            Step::Spawn { thread, .. } => {
                let child = threads
                    .find(thread)
                    .filter(|child| threads.is_child(at, *child));
                child
                    .filter(|child| spawned.insert(*child))
                    .map_or(Move::On, Move::Spawn)
            }
            Step::Join { thread } => {
                let child = threads.find(thread).filter(|child| spawned.contains(child));
                child
                    .filter(|child| joined.insert(*child))
                    .map_or(Move::On, Move::Join)
            }
            Step::Meet { point, .. }
                if points.contains_key(point) && !threads.is_unsure(at) && seen.insert(*point) =>
            {
                Move::Meet(*point)
            }
            _ => Move::On,
        };
        moves.push(one);
    }
    // At its end it waits for those that it has not waited for.
    let left = threads.children(at).filter(|child| !joined.contains(child));
    moves.extend(left.map(Move::Join));
    moves
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz::program::{PROGRAM_VERSION, Root, Schedule};

    fn spawn(thread: &str) -> Step {
        Step::Spawn {
            thread: thread.to_owned(),
            given: None,
        }
    }

    fn join(thread: &str) -> Step {
        Step::Join {
            thread: thread.to_owned(),
        }
    }

    fn meet(point: u8) -> Step {
        Step::Meet { point, idle: false }
    }

    fn program(threads: &[(&str, Vec<Step>, End)]) -> Program {
        let thread = |(name, steps, end): &(&str, Vec<Step>, End)| Thread {
            name: (*name).to_owned(),
            steps: steps.clone(),
            end: *end,
        };
        Program {
            version: PROGRAM_VERSION,
            root: Root::Worker,
            schedule: Schedule::default(),
            threads: threads.iter().map(thread).collect(),
        }
    }

    #[test]
    fn two_that_meet_wait_for_each_other() {
        let program = program(&[
            ("main", vec![spawn("a"), meet(1), meet(2)], End::Return),
            ("a", vec![meet(1)], End::Return),
        ]);
        assert_eq!(points(&Threads::of(&program)), Points::from([(1, 2)]));
    }

    #[test]
    fn nobody_waits_for_one_that_waits_for_him() {
        let program = program(&[
            ("main", vec![spawn("a"), join("a"), meet(1)], End::Return),
            ("a", vec![meet(1)], End::Return),
        ]);
        assert_eq!(points(&Threads::of(&program)), Points::new());
    }

    #[test]
    fn two_points_in_different_orders_are_not_waited_for() {
        let program = program(&[
            ("main", vec![spawn("a"), meet(1), meet(2)], End::Return),
            ("a", vec![meet(2), meet(1)], End::Return),
        ]);
        assert_eq!(points(&Threads::of(&program)), Points::new());
    }

    #[test]
    fn nobody_waits_for_one_that_is_ended_at_any_time() {
        let at = At::AnyTime;
        let program = program(&[
            ("main", vec![spawn("a"), meet(1)], End::Return),
            ("a", vec![meet(1), spawn("b")], End::Terminated { at }),
            ("b", vec![meet(1)], End::Return),
        ]);
        let threads = Threads::of(&program);
        assert!(threads.is_unsure(2));
        assert_eq!(points(&threads), Points::new());
    }

    #[test]
    fn a_thread_that_nobody_spawns_does_not_run() {
        let program = program(&[
            ("main", vec![spawn("b")], End::Return),
            ("a", vec![spawn("c")], End::Return),
            ("b", vec![], End::Return),
            ("c", vec![], End::Return),
        ]);
        let threads = Threads::of(&program);
        let names: Vec<&str> = threads.live.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["main", "b"]);
    }
}
