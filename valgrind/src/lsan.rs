//! LeakSanitizer's log, written with `symbolize=0`: leaks with their stacks as objects and offsets. AddressSanitizer's log has
//! the same records.

/// One record: blocks that were allocated at one place and that nothing points to any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leak {
    /// Whether nothing at all points to them, or only other lost blocks.
    pub direct: bool,
    /// Their bytes.
    pub bytes: u64,
    /// Their number.
    pub blocks: u64,
    /// Where they were allocated, innermost frame first.
    pub stack: Vec<Place>,
}

/// A frame: an object and an offset in it, which points into the call or to the access. Generated code has no object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Path of the object.
    pub object: Option<String>,
    /// Offset in it, or the address where there is none.
    pub offset: u64,
}

/// A log of a sanitizer that is not one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the sanitizer's log cannot be read: {text:?}")]
pub struct LogError {
    pub(crate) line: usize,
    pub(crate) text: String,
}

/// Reads a log. One that has no leaks, or nothing at all, has none: LeakSanitizer writes no file when it finds nothing.
pub fn parse_lsan(log: &str) -> Result<Vec<Leak>, LogError> {
    let mut leaks: Vec<Leak> = Vec::new();
    let mut open = false;
    for (at, line) in log.lines().enumerate() {
        let wrong = || LogError {
            line: at + 1,
            text: line.to_owned(),
        };
        if line.contains(" leak of ") && line.ends_with("allocated from:") {
            leaks.push(heading(line).ok_or_else(wrong)?);
            open = true;
        } else if open && line.trim_start().starts_with('#') {
            let place = place(line.trim_start()).ok_or_else(wrong)?;
            leaks.last_mut().ok_or_else(wrong)?.stack.push(place);
        } else {
            open = false;
        }
    }
    Ok(leaks)
}

/// `Direct leak of 48 byte(s) in 2 object(s) allocated from:`
fn heading(line: &str) -> Option<Leak> {
    let mut words = line.split_whitespace();
    let direct = match words.next()? {
        "Direct" => true,
        "Indirect" => false,
        _ => return None,
    };
    let mut numbers = words.filter_map(|word| word.parse().ok());
    Some(Leak {
        direct,
        bytes: numbers.next()?,
        blocks: numbers.next()?,
        stack: Vec::new(),
    })
}

/// `#1 0x7f2a  (/path/addon.node+0x11d9)`, with a build id behind it at times.
pub(crate) fn place(line: &str) -> Option<Place> {
    let hex = |text: &str| u64::from_str_radix(text.trim_start_matches("0x"), 16).ok();
    let address = hex(line.split_whitespace().nth(1)?)?;
    let within = line
        .split_once('(')
        .and_then(|(_, rest)| rest.split_once(')'))
        .and_then(|(place, _)| place.rsplit_once("+0x"));
    let Some((object, offset)) = within.filter(|(object, _)| !object.contains("<unknown module>"))
    else {
        return Some(Place {
            object: None,
            offset: address,
        });
    };
    Some(Place {
        object: Some(object.to_owned()),
        offset: hex(offset)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "
=================================================================
==713==ERROR: LeakSanitizer: detected memory leaks

Direct leak of 48 byte(s) in 2 object(s) allocated from:
    #0 0x7f1e0a2b1b2f  (/lib/liblsan.so.0+0xfb2f) (BuildId: 00ff)
    #1 0x7f1dd40111d9  (/w/leaky.node+0x11d9)
    #2 0x7f1dd4f1aaaa  (<unknown module>)

Indirect leak of 7 byte(s) in 1 object(s) allocated from:
    #0 0x7f1e0a2b1b2f  (/lib/liblsan.so.0+0xfb2f)

SUMMARY: LeakSanitizer: 55 byte(s) leaked in 3 allocation(s).
";

    #[test]
    fn leaks_have_their_numbers_and_places() {
        let leaks = parse_lsan(LOG).expect("a log");
        assert_eq!(leaks.len(), 2);
        assert_eq!(
            (leaks[0].direct, leaks[0].bytes, leaks[0].blocks),
            (true, 48, 2)
        );
        assert_eq!(leaks[0].stack[1].object.as_deref(), Some("/w/leaky.node"));
        assert_eq!(leaks[0].stack[1].offset, 0x11d9);
        assert_eq!(leaks[0].stack[2].object, None);
        assert_eq!((leaks[1].direct, leaks[1].stack.len()), (false, 1));
    }

    #[test]
    fn nothing_is_no_leak_and_a_broken_record_is_an_error() {
        assert_eq!(parse_lsan(""), Ok(Vec::new()));
        assert!(parse_lsan("Direct leak of some byte(s) in 2 object(s) allocated from:").is_err());
    }
}
