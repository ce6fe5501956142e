//! Seeds: 64 bits that a person can type and JavaScript can read.

use std::{borrow::Cow, fmt, num::ParseIntError, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A seed. On disk it is a decimal *string*, because a JSON number loses bits in JavaScript.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seed(pub u64);

impl Seed {
    /// The seed of a part of what this seed governs: stable over machines and versions, and
    /// independent of the order in which parts are derived.
    #[must_use]
    pub fn derive(self, part: &str) -> Seed {
        let mut hasher = blake3::Hasher::new_derive_key("threadproof 2026 derived seed v1");
        hasher.update(&self.0.to_le_bytes());
        hasher.update(part.as_bytes());
        let mut bytes = [0; 8];
        hasher.finalize_xof().fill(&mut bytes);
        Seed(u64::from_le_bytes(bytes))
    }
}

impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Seed {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Seed)
    }
}

impl Serialize for Seed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Seed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

impl JsonSchema for Seed {
    fn schema_name() -> Cow<'static, str> {
        "Seed".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^[0-9]{1,20}$",
            "description": "An unsigned 64-bit integer in decimal."
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_seeds_are_the_same_on_every_machine() {
        assert_eq!(Seed(17).derive("a"), Seed(17).derive("a"));
        assert_ne!(Seed(17).derive("a"), Seed(17).derive("b"));
        assert_ne!(Seed(17).derive("a"), Seed(18).derive("a"));
    }

    #[test]
    fn a_seed_beyond_the_integers_of_javascript_survives_json() {
        let seed = Seed(u64::MAX);
        let text = serde_json::to_string(&seed).unwrap();
        assert_eq!(text, "\"18446744073709551615\"");
        assert_eq!(serde_json::from_str::<Seed>(&text).unwrap(), seed);
    }
}
