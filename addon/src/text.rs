//! Texts of a batch, gathered into few JavaScript strings.
//!
//! A Node-API call a text costs more than the text: short ones are put together in chunks, and
//! JavaScript cuts them out again by position, which V8 does without copying.

use crate::layout;

/// Where a text stands: index of the string in the side array, start and end in UTF-16 units.
pub type Place = (u32, u16, u16);

/// Two chunks under construction, one for ASCII and one for everything else.
#[derive(Debug, Default)]
pub struct Chunks {
    ascii: Vec<u8>,
    ascii_index: u32,
    wide: Vec<u16>,
    wide_index: u32,
    next: u32,
}

/// A chunk that is ready to become a string.
#[derive(Debug)]
pub enum Ready<'a> {
    /// One byte a character.
    Ascii(&'a [u8]),
    /// UTF-16.
    Wide(&'a [u16]),
}

/// What makes strings out of chunks; the string goes to the given index of the side array.
pub trait Sink {
    /// Its error.
    type Error;
    /// Takes one chunk.
    fn string(&mut self, index: u32, chunk: Ready<'_>) -> Result<(), Self::Error>;
}

impl Chunks {
    /// Starts a batch.
    pub fn clear(&mut self) {
        self.ascii.clear();
        self.wide.clear();
        self.next = 0;
    }

    /// Takes the next index of the side array for a value of its own.
    pub fn reserve(&mut self) -> u32 {
        let index = self.next;
        self.next += 1;
        index
    }

    /// How many entries of the side array are in use.
    pub fn used(&self) -> u32 {
        self.next
    }

    /// Adds a short text that is not empty, maybe of invalid UTF-8, and says where it will stand.
    ///
    /// # Errors
    /// Those of the sink, when a full chunk had to be closed first.
    pub fn push<S: Sink>(&mut self, text: &[u8], sink: &mut S) -> Result<Place, S::Error> {
        debug_assert!(
            !text.is_empty(),
            "an open chunk is recognised by what is in it"
        );
        debug_assert!(
            text.len() <= layout::SHARED_TEXT,
            "longer texts get their own string"
        );
        if text.is_ascii() {
            if self.ascii.len() + text.len() > layout::CHUNK {
                self.close_ascii(sink)?;
            }
            if self.ascii.is_empty() {
                self.ascii_index = self.reserve();
            }
            let start = self.ascii.len();
            self.ascii.extend_from_slice(text);
            return Ok((self.ascii_index, half(start), half(self.ascii.len())));
        }
        // Never more units than bytes, so the same bound serves.
        if self.wide.len() + text.len() > layout::CHUNK {
            self.close_wide(sink)?;
        }
        if self.wide.is_empty() {
            self.wide_index = self.reserve();
        }
        let start = self.wide.len();
        self.wide
            .extend(String::from_utf8_lossy(text).encode_utf16());
        Ok((self.wide_index, half(start), half(self.wide.len())))
    }

    /// Closes what is open at the end of a batch.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn finish<S: Sink>(&mut self, sink: &mut S) -> Result<(), S::Error> {
        self.close_ascii(sink)?;
        self.close_wide(sink)
    }

    fn close_ascii<S: Sink>(&mut self, sink: &mut S) -> Result<(), S::Error> {
        if !self.ascii.is_empty() {
            sink.string(self.ascii_index, Ready::Ascii(&self.ascii))?;
            self.ascii.clear();
        }
        Ok(())
    }

    fn close_wide<S: Sink>(&mut self, sink: &mut S) -> Result<(), S::Error> {
        if !self.wide.is_empty() {
            sink.string(self.wide_index, Ready::Wide(&self.wide))?;
            self.wide.clear();
        }
        Ok(())
    }
}

/// Positions stay below `CHUNK + SHARED_TEXT`, which the layout asserts to fit.
fn half(position: usize) -> u16 {
    u16::try_from(position).expect("a chunk is shorter than 65,536 units")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::convert::Infallible;

    use super::*;

    /// Keeps the chunks as JavaScript would.
    #[derive(Default)]
    struct Strings(BTreeMap<u32, Vec<u16>>);

    impl Sink for Strings {
        type Error = Infallible;
        fn string(&mut self, index: u32, chunk: Ready<'_>) -> Result<(), Infallible> {
            let units = match chunk {
                Ready::Ascii(bytes) => bytes.iter().map(|&b| u16::from(b)).collect(),
                Ready::Wide(units) => units.to_vec(),
            };
            assert!(
                self.0.insert(index, units).is_none(),
                "an index is used once"
            );
            Ok(())
        }
    }

    fn round_trip(texts: &[Vec<u8>]) {
        let mut chunks = Chunks::default();
        let mut strings = Strings::default();
        let places: Vec<_> = texts
            .iter()
            .map(|text| match chunks.push(text, &mut strings) {
                Ok(place) => place,
            })
            .collect();
        match chunks.finish(&mut strings) {
            Ok(()) => {}
        }
        for (text, (index, start, end)) in texts.iter().zip(places) {
            let expected: Vec<u16> = String::from_utf8_lossy(text).encode_utf16().collect();
            let got: &[u16] = strings.0.get(&index).map_or(&[], Vec::as_slice);
            assert_eq!(&got[start.into()..end.into()], expected);
        }
    }

    #[test]
    fn texts_of_all_kinds_come_back_as_they_were() {
        let mut texts: Vec<Vec<u8>> = vec![
            b"plain".to_vec(),
            "größer".into(),
            b"nul\0inside".to_vec(),
            "😀".into(),
            b"bad \xff\xfe utf8 \xe2\x82".to_vec(),
            vec![b'x'; layout::SHARED_TEXT],
        ];
        for _ in 0..6 {
            texts.extend_from_within(..);
        }
        round_trip(&texts);
    }

    #[test]
    fn a_full_chunk_is_closed_and_the_next_one_gets_a_new_index() {
        let text = vec![b'x'; layout::SHARED_TEXT];
        let mut chunks = Chunks::default();
        let mut strings = Strings::default();
        let fit = layout::CHUNK / layout::SHARED_TEXT;
        for _ in 0..=fit {
            match chunks.push(&text, &mut strings) {
                Ok(_) => {}
            }
        }
        assert_eq!(strings.0.len(), 1, "the full one");
        assert_eq!(strings.0[&0].len(), layout::CHUNK);
        assert_eq!(chunks.used(), 2);
    }
}
