//! What the guard finds on an addon that breaks the rules one by one, and that it finds nothing where none is broken.
#![cfg(all(target_os = "linux", target_env = "gnu"))]

mod support;

use serde_json::Value;
use support::{Ran, probe, probe_by_constructor, run};

/// The only rule that was broken.
fn only_rule(ran: &Ran) -> &str {
    let rules = ran.rules();
    assert_eq!(rules.len(), 1, "{rules:?}\n{}{}", ran.stdout, ran.stderr);
    rules[0]
}

/// The stack with a title must begin in the addon.
fn stack_in_addon(finding: &Value, title: &str) {
    let stack = finding["stacks"]
        .as_array()
        .and_then(|stacks| stacks.iter().find(|stack| stack["title"] == title))
        .unwrap_or_else(|| panic!("{finding} has a stack {title}"));
    let object = stack["frames"][0]["object"].as_str();
    assert!(object.is_some_and(support::is_addon), "{stack}");
}

#[test]
fn what_is_in_order_gives_no_finding() {
    let body = "if (probe.clean(() => {}) !== 1) throw new Error('1');
        if (probe.clean(() => { throw new Error('expected'); }) !== 1) throw new Error('2');
        if (probe.data() !== 1) throw new Error('data');";
    for addon in [probe(), probe_by_constructor()] {
        let ran = run(
            addon,
            &format!(
                "const body = {body:?};
                await inWorker(body); await Promise.all([inWorker(body), inWorker(body)]);
                const probe = require(addon); {body} await inWorker(body);"
            ),
        )
        .in_order();
        assert_eq!(ran.rules(), [""; 0]);
        assert_eq!(ran.env_ends().len(), 5);
        for end in ran.env_ends() {
            let counts = end["counts"].as_object().expect("counts");
            assert!(counts.values().all(|count| *count == 0), "{end}");
        }
    }
}

#[test]
fn a_reference_of_another_env_is_found_with_both_stacks() {
    for (kept, rule) in [
        ("{}", "env/references-per-env"),
        ("() => 1", "env/callbacks-per-env"),
    ] {
        let ran = run(
            probe(),
            &format!("require(addon).keep({kept}); await inWorker('probe.readKept()');"),
        )
        .in_order();
        let finding = ran.findings()[0];
        assert_eq!(finding["rule"], rule);
        stack_in_addon(finding, "misused here");
        stack_in_addon(finding, "made here");
    }
}

#[test]
fn an_addon_that_registers_by_a_constructor_is_followed() {
    let ran = run(
        probe_by_constructor(),
        "require(addon).keep({}); await inWorker('probe.readKept()');",
    )
    .in_order();
    assert!(
        ran.rules().contains(&"env/references-per-env"),
        "{:?}",
        ran.rules()
    );
}

#[test]
fn a_reference_is_not_used_after_it_was_deleted() {
    let ran = run(probe(), "require(addon).deleteTwice({});");
    assert_eq!(only_rule(&ran), "lifetime/use-after-dispose");
    stack_in_addon(ran.findings()[0], "deleted here");
}

#[test]
fn an_env_is_used_by_its_own_thread_while_it_lives() {
    let other = run(
        probe(),
        "require(addon).keep({}); await inWorker('probe.versionOfKept()');",
    );
    assert!(
        other.rules().contains(&"env/env-not-cached"),
        "{:?}",
        other.rules()
    );

    let native = run(probe(), "require(addon).callFromThread();").in_order();
    assert_eq!(only_rule(&native), "affinity/calls-from-owner");
    assert!(
        native.findings()[0]["message"]
            .as_str()
            .is_some_and(|m| m.contains("on thread"))
    );
}

#[test]
fn a_function_that_is_looked_up_by_its_name_is_checked_too() {
    let ran = run(
        probe(),
        "require(addon).keep({}); await inWorker('probe.byName()');",
    );
    assert!(
        ran.rules().contains(&"env/env-not-cached"),
        "{:?}",
        ran.rules()
    );
}

#[test]
fn an_exception_that_waits_is_not_ignored() {
    let ran = run(
        probe(),
        "try { require(addon).ignoreException(() => { throw new Error('expected'); }); }
         catch (error) { if (error.message !== 'expected') throw error; }",
    )
    .in_order();
    assert_eq!(only_rule(&ran), "callback/exceptions");
    assert_eq!(ran.findings()[0]["call"], "napi_set_named_property");
}

#[test]
fn a_handle_scope_that_is_left_open_is_found_where_it_was_opened() {
    let ran = run(probe(), "require(addon).leaveScopeOpen();");
    assert_eq!(only_rule(&ran), "callback/handle-scopes");
    stack_in_addon(ran.findings()[0], "opened here");
}

#[test]
fn references_that_are_left_are_counted_by_where_they_were_made() {
    let ran = run(
        probe(),
        "await inWorker('for (let i = 0; i < 7; i++) probe.leakReference({});');",
    )
    .in_order();
    assert_eq!(only_rule(&ran), "cleanup/references");
    assert_eq!(ran.findings()[0]["count"], 7);
    stack_in_addon(ran.findings()[0], "made here");
    assert_eq!(ran.env_ends()[0]["counts"]["references"], 7);
}

#[test]
fn instance_data_without_a_finalizer_leaks() {
    let ran = run(probe(), "await inWorker('probe.leakData()');").in_order();
    assert_eq!(only_rule(&ran), "cleanup/instance-data");
    assert_eq!(ran.env_ends()[0]["counts"]["blocks"], 1);
    assert_eq!(ran.env_ends()[0]["counts"]["bytes"], 100);
}

#[test]
fn descriptors_are_left_when_two_envs_leave_one_or_nobody_can_close_it() {
    let unloaded = run(probe(), "await inWorker('probe.leakDescriptor()');").in_order();
    assert_eq!(only_rule(&unloaded), "cleanup/descriptors");

    let one = run(
        probe(),
        "require(addon); await inWorker('probe.leakDescriptor()');",
    )
    .in_order();
    assert_eq!(one.rules(), [""; 0], "it may be a cache of the process");

    let two = run(
        probe(),
        "require(addon); await inWorker('probe.leakDescriptor()'); await inWorker('probe.leakDescriptor()');",
    )
    .in_order();
    assert_eq!(only_rule(&two), "cleanup/descriptors");
    assert_eq!(two.findings()[0]["count"], 2);
}

#[test]
fn a_hook_is_given_what_is_still_there() {
    let ran = run(probe(), "await inWorker('probe.freeBeforeHook()');").in_order();
    assert_eq!(only_rule(&ran), "cleanup/hooks");
}
