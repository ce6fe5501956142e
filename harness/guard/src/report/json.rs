//! Writes JSON into a buffer that need not grow, so that the crash handler can use it, too.

/// Where text goes.
pub(crate) trait Put {
    fn put(&mut self, bytes: &[u8]);
}

impl Put for Vec<u8> {
    fn put(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

/// A buffer of fixed size; what does not fit is left out.
pub(crate) struct Fixed<'a> {
    buffer: &'a mut [u8],
    length: usize,
}

impl<'a> Fixed<'a> {
    pub(crate) fn new(buffer: &'a mut [u8]) -> Self {
        Self { buffer, length: 0 }
    }

    pub(crate) fn written(&self) -> &[u8] {
        self.buffer.get(..self.length).unwrap_or_default()
    }
}

impl Put for Fixed<'_> {
    fn put(&mut self, bytes: &[u8]) {
        let end = self.length + bytes.len();
        if let Some(place) = self.buffer.get_mut(self.length..end) {
            place.copy_from_slice(bytes);
            self.length = end;
        }
    }
}

/// A decimal number.
pub(crate) fn number(out: &mut dyn Put, mut value: u64) {
    let mut digits = [0u8; 20];
    let mut used = 0;
    for slot in digits.iter_mut().rev() {
        *slot = b'0' + u8::try_from(value % 10).unwrap_or(0);
        used += 1;
        value /= 10;
        if value == 0 {
            break;
        }
    }
    out.put(digits.get(20 - used..).unwrap_or_default());
}

/// A decimal number that may be negative.
pub(crate) fn signed(out: &mut dyn Put, value: i64) {
    if value < 0 {
        out.put(b"-");
    }
    number(out, value.unsigned_abs());
}

/// An address as `0x…`, without quotes.
pub(crate) fn hexadecimal(out: &mut dyn Put, value: u64) {
    out.put(b"0x");
    let digits = (16 - value.leading_zeros() / 4).max(1);
    for position in (0..digits).rev() {
        let digit = value >> (4 * position) & 15;
        out.put(&[b"0123456789abcdef"
            .get(usize::try_from(digit).unwrap_or(0))
            .copied()
            .unwrap_or(b'?')]);
    }
}

/// A string in quotes. Bytes that are not UTF-8 and control characters are written as escapes.
pub(crate) fn string(out: &mut dyn Put, text: &[u8]) {
    out.put(b"\"");
    for chunk in text.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '"' => out.put(b"\\\""),
                '\\' => out.put(b"\\\\"),
                '\n' => out.put(b"\\n"),
                control if u32::from(control) < 32 => {
                    out.put(b"\\u00");
                    let code = u8::try_from(u32::from(control)).unwrap_or(0);
                    out.put(&[b'0' + (code >> 4)]);
                    out.put(&[b"0123456789abcdef"
                        .get(usize::from(code & 15))
                        .copied()
                        .unwrap_or(b'0')]);
                }
                plain => out.put(plain.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        if !chunk.invalid().is_empty() {
            out.put("\u{fffd}".as_bytes());
        }
    }
    out.put(b"\"");
}

/// Milliseconds since the epoch, with microseconds as the fraction.
pub(crate) fn now(out: &mut dyn Put) {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: fills the structure; safe in a signal handler.
    unsafe { libc::clock_gettime(libc::CLOCK_REALTIME, &raw mut time) };
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    let nanoseconds = u64::try_from(time.tv_nsec).unwrap_or(0);
    number(out, seconds * 1000 + nanoseconds / 1_000_000);
    out.put(b".");
    let fraction = nanoseconds / 1000 % 1000;
    out.put(
        &[b'0', b'0'][..if fraction < 10 {
            2
        } else {
            usize::from(fraction < 100)
        }],
    );
    number(out, fraction);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl Fn(&mut dyn Put)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn numbers_of_all_sizes_are_written() {
        assert_eq!(written(|out| number(out, 0)), "0");
        assert_eq!(written(|out| number(out, u64::MAX)), u64::MAX.to_string());
        assert_eq!(written(|out| signed(out, i64::MIN)), i64::MIN.to_string());
        for value in [0, 1, 15, 16, 0x7fff_0000_1234, u64::MAX] {
            assert_eq!(
                written(|out| hexadecimal(out, value)),
                format!("{value:#x}")
            );
        }
    }

    #[test]
    fn strings_are_what_a_parser_reads_back() {
        for text in ["", "a\"b\\c", "line\nline\t\u{1}\u{1f}", "ü → 🧵"] {
            let json = written(|out| string(out, text.as_bytes()));
            assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
        }
        let json = written(|out| string(out, b"a\xffb"));
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), "a\u{fffd}b");
    }

    #[test]
    fn what_does_not_fit_is_left_out() {
        let mut buffer = [0; 4];
        let mut out = Fixed::new(&mut buffer);
        out.put(b"abc");
        out.put(b"de");
        out.put(b"f");
        assert_eq!(out.written(), b"abcf");
    }
}
