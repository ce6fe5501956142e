//! Generates programs: a theme each, weighted so that deep states are reached and not only errors.

mod databases;
mod functions;
mod guards;
mod inner;
mod misuse;
mod sessions;
mod sql;
mod statements;
mod values;

use proptest::{
    collection::vec,
    prelude::{Just, Strategy, prop_oneof},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

use super::program::{Op, Program};
use crate::model::Seed;
use values::Of;

/// What a program is about: a test of the manifest each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "`title` says it")]
pub enum Theme {
    Databases,
    Parameters,
    Statements,
    Functions,
    Aggregates,
    Sessions,
    Authorizers,
    TagStores,
    Channel,
    Reentrancy,
    Misuse,
    Everything,
}

impl Theme {
    /// All of them, in the order in which they run.
    pub const ALL: [Theme; 12] = [
        Theme::Databases,
        Theme::Parameters,
        Theme::Statements,
        Theme::Functions,
        Theme::Aggregates,
        Theme::Sessions,
        Theme::Authorizers,
        Theme::TagStores,
        Theme::Channel,
        Theme::Reentrancy,
        Theme::Misuse,
        Theme::Everything,
    ];

    /// The name of its test.
    pub fn title(self) -> &'static str {
        match self {
            Theme::Databases => "databases",
            Theme::Parameters => "parameters",
            Theme::Statements => "statements and iterators",
            Theme::Functions => "functions",
            Theme::Aggregates => "aggregates",
            Theme::Sessions => "sessions",
            Theme::Authorizers => "authorizers",
            Theme::TagStores => "tag stores",
            Theme::Channel => "diagnostics channel",
            Theme::Reentrancy => "re-entrancy",
            Theme::Misuse => "misuse",
            Theme::Everything => "everything",
        }
    }

    /// Programs of this theme.
    pub fn programs(self) -> Of<Program> {
        let scenes = vec(self.scene(), 1..7);
        let start = match self {
            Theme::Misuse => Just(misuse::one_of_each()).boxed(),
            Theme::Everything => {
                prop_oneof![2 => databases::opening(0), 1 => Just(misuse::one_of_each())].boxed()
            }
            Theme::Functions | Theme::Aggregates => databases::opening(0)
                .prop_map(|open| [open, functions::basic()].concat())
                .boxed(),
            Theme::Reentrancy => databases::opening(0)
                .prop_map(|open| [open, functions::basic(), misuse::objects()].concat())
                .boxed(),
            Theme::Databases
            | Theme::Parameters
            | Theme::Statements
            | Theme::Sessions
            | Theme::Authorizers
            | Theme::TagStores
            | Theme::Channel => databases::opening(0),
        };
        (start, scenes)
            .prop_map(|(start, scenes)| {
                Program::new(
                    start
                        .into_iter()
                        .chain(scenes.into_iter().flatten())
                        .collect(),
                )
            })
            .boxed()
    }

    fn scene(self) -> Of<Vec<Op>> {
        let busy = || {
            prop_oneof![
                2 => functions::functions_that_reenter(),
                1 => functions::aggregates(inner::busy_ops),
                1 => statements::statements(),
            ]
            .boxed()
        };
        let own = match self {
            Theme::Databases => databases::databases(),
            Theme::Parameters => statements::parameters_bound(),
            Theme::Statements => statements::statements(),
            Theme::Functions => functions::functions(),
            Theme::Aggregates => functions::aggregates(inner::inner_ops),
            Theme::Sessions => sessions::sessions(),
            Theme::Authorizers => guards::authorizers(),
            Theme::TagStores => guards::stores(),
            Theme::Channel => guards::channel(),
            Theme::Reentrancy => busy(),
            Theme::Misuse => misuse::misuse(),
            Theme::Everything => prop_oneof![
                3 => databases::databases(),
                2 => statements::parameters_bound(),
                4 => statements::statements(),
                2 => functions::functions(),
                2 => functions::aggregates(inner::inner_ops),
                2 => sessions::sessions(),
                2 => guards::authorizers(),
                2 => guards::stores(),
                1 => guards::channel(),
                2 => busy(),
                2 => misuse::misuse(),
            ]
            .boxed(),
        };
        prop_oneof![8 => own, 1 => databases::executing()].boxed()
    }
}

/// A generator of random numbers for one program: the same for the same seed on every machine.
pub fn runner(seed: Seed) -> TestRunner {
    let mut bytes = [0; 32];
    for (part, chunk) in bytes.chunks_exact_mut(8).enumerate() {
        chunk.copy_from_slice(&seed.derive(&part.to_string()).0.to_le_bytes());
    }
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    TestRunner::new_with_rng(Config::default(), rng)
}

#[cfg(test)]
mod tests {
    use proptest::strategy::ValueTree;

    use super::*;

    fn program(theme: Theme, seed: u64) -> Program {
        theme
            .programs()
            .new_tree(&mut runner(Seed(seed)))
            .expect("no strategy rejects for ever")
            .current()
    }

    #[test]
    fn the_same_seed_gives_the_same_program() {
        for theme in Theme::ALL {
            assert_eq!(program(theme, 1), program(theme, 1));
            assert_ne!(program(theme, 1), program(theme, 2));
        }
    }

    #[test]
    fn programs_survive_json() {
        for theme in Theme::ALL {
            for seed in 0..50 {
                let program = program(theme, seed);
                let read: Program = serde_json::from_str(&program.to_line()).unwrap();
                assert_eq!(read, program);
            }
        }
    }
}
