//! Options of Node that a shape of load runs with.

use serde_json::Value;

/// Those of the job's parameters that nobody has set for the runtime: who names an option wants it as it was named.
pub(super) fn shape_flags<'p>(params: &'p Value, of_runtime: &[String]) -> Vec<&'p str> {
    let flags = params["flags"].as_array().into_iter().flatten();
    flags
        .filter_map(Value::as_str)
        .filter(|flag| !of_runtime.iter().any(|set| name(set) == name(flag)))
        .collect()
}

/// Node takes either sign between words.
fn name(flag: &str) -> String {
    let name = flag.split('=').next().unwrap_or(flag);
    name.replace('_', "-")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_option_that_the_runtime_was_named_with_is_left_as_it_is() {
        let params = json!({ "flags": ["--max-semi-space-size=1", "--expose-gc"] });
        let of_runtime = ["--max_semi_space_size=16".to_owned()];
        assert_eq!(shape_flags(&params, &of_runtime), ["--expose-gc"]);
        assert_eq!(shape_flags(&params, &[]).len(), 2);
        assert!(shape_flags(&json!({}), &[]).is_empty());
    }
}
