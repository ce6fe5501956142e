use super::*;

const HERE: &str = "node-24";
const THERE: &str = "node-22";

/// A witness with so many failures of five, here and there; -1 where it could not run.
fn witness(role: Role, target: &str, here: i32, there: i32) -> Witness {
    let seen = [(HERE, here), (THERE, there)];
    let seen = seen.into_iter().filter(|(_, failed)| *failed >= 0);
    Witness {
        role,
        target: target.to_owned(),
        seen: seen
            .map(|(runtime, failed)| Seen {
                runtime: runtime.to_owned(),
                failed: failed.unsigned_abs(),
                judged: 5,
            })
            .collect(),
    }
}

/// What follows when the target, the control and no addon fail so often here and there.
fn culprit(target: (i32, i32), control: (i32, i32), no_addon: (i32, i32)) -> Culprit {
    let witnesses = [
        witness(Role::Target, "ours", target.0, target.1),
        witness(Role::Control, "other", control.0, control.1),
        witness(Role::NoAddon, "no-addon", no_addon.0, no_addon.1),
    ];
    conclude(HERE, &witnesses).0
}

#[test]
fn the_addon_is_to_blame_where_all_others_pass() {
    assert_eq!(culprit((5, 5), (0, 0), (0, 0)), Culprit::Addon);
    // One failure of five is one, too.
    assert_eq!(culprit((1, 2), (0, 0), (-1, -1)), Culprit::Addon);
    assert_eq!(culprit((1, -1), (-1, -1), (0, 0)), Culprit::Addon);
}

#[test]
fn an_addon_that_passes_on_another_node_may_not_be_alone_to_blame() {
    assert_eq!(culprit((5, 0), (0, 0), (0, 0)), Culprit::AddonAndRuntime);
}

#[test]
fn what_fails_without_the_addon_on_this_node_alone_is_nodes() {
    assert_eq!(culprit((5, 5), (0, 0), (5, 0)), Culprit::Runtime);
    assert_eq!(culprit((5, 5), (5, 0), (-1, -1)), Culprit::Runtime);
}

#[test]
fn what_fails_without_the_addon_everywhere_is_of_the_surroundings() {
    assert_eq!(culprit((5, 5), (0, 0), (5, 5)), Culprit::Surroundings);
    assert_eq!(culprit((5, 0), (3, 1), (-1, -1)), Culprit::Surroundings);
}

#[test]
fn nothing_is_said_where_nothing_decides() {
    assert_eq!(culprit((0, 0), (0, 0), (0, 0)), Culprit::CannotTell);
    assert_eq!(culprit((-1, 5), (0, 0), (0, 0)), Culprit::CannotTell);
    assert_eq!(culprit((5, 5), (-1, -1), (-1, -1)), Culprit::CannotTell);
    // What others do on another Node says nothing of this one.
    assert_eq!(culprit((5, 5), (-1, 0), (-1, 0)), Culprit::CannotTell);
    assert_eq!(conclude(HERE, &[]).0, Culprit::CannotTell);
}
