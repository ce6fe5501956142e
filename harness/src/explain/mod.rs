//! `threadproof explain`: what a code, outcome or rule means.

/// The page of a topic, when there is one.
pub fn lookup(topic: &str) -> Option<String> {
    let code: u8 = topic.parse().ok()?;
    let exit = crate::exit::Exit::ALL
        .into_iter()
        .find(|exit| exit.code() == code)?;
    Some(format!("exit code {code}: {}", exit.meaning()))
}
