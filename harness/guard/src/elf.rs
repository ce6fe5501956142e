//! One loaded object as the loader sees it: its dynamic symbols, its relocations, and how to write to both.

use std::ffi::CStr;
use std::sync::atomic::{AtomicUsize, Ordering};

use libc::{Elf64_Phdr, Elf64_Rela, Elf64_Sym};

fn page() -> usize {
    // SAFETY: always answers.
    usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(4096)
}

const DT_PLTRELSZ: i64 = 2;
const DT_STRTAB: i64 = 5;
const DT_SYMTAB: i64 = 6;
const DT_RELA: i64 = 7;
const DT_RELASZ: i64 = 8;
const DT_JMPREL: i64 = 23;
const DT_GNU_HASH: i64 = 0x6fff_fef5;

/// Relocations that store the address of a symbol: `GLOB_DAT`, `JUMP_SLOT`, and a pointer in data.
#[cfg(target_arch = "x86_64")]
const SYMBOL_RELOCATIONS: [u64; 3] = [6, 7, 1];
#[cfg(target_arch = "aarch64")]
const SYMBOL_RELOCATIONS: [u64; 3] = [1025, 1026, 257];
/// Which of them may still point to the stub that binds it at its first use.
#[cfg(target_arch = "x86_64")]
const LAZY: u64 = 7;
#[cfg(target_arch = "aarch64")]
const LAZY: u64 = 1026;

/// An object in memory. The addresses are valid as long as it is loaded.
pub(crate) struct Image {
    pub(crate) base: usize,
    loads: Vec<(usize, usize, u32)>,
    relro: (usize, usize),
    symbols: *const Elf64_Sym,
    strings: *const libc::c_char,
    hash: *const u32,
    relocations: [(*const Elf64_Rela, usize); 2],
}

/// A slot that the loader filled with the address of a symbol.
pub(crate) struct Slot {
    pub(crate) address: usize,
    pub(crate) name: &'static CStr,
    /// It may hold the address of a binding stub instead of the symbol's.
    pub(crate) lazy: bool,
    /// The object defines the symbol itself, too.
    pub(crate) defined_here: bool,
}

impl Image {
    pub(crate) fn new(base: usize, headers: &[Elf64_Phdr]) -> Self {
        let at = |address: u64| base.wrapping_add(usize::try_from(address).unwrap_or(0));
        let mut image = Self {
            base,
            loads: Vec::new(),
            relro: (0, 0),
            symbols: std::ptr::null(),
            strings: std::ptr::null(),
            hash: std::ptr::null(),
            relocations: [(std::ptr::null(), 0); 2],
        };
        for header in headers {
            let (start, end) = (at(header.p_vaddr), at(header.p_vaddr + header.p_memsz));
            match header.p_type {
                libc::PT_LOAD => image.loads.push((start, end, header.p_flags)),
                libc::PT_GNU_RELRO => image.relro = (start & !(page() - 1), end & !(page() - 1)),
                libc::PT_DYNAMIC => image.read_dynamic(start as *const [i64; 2]),
                _ => {}
            }
        }
        image
    }

    fn read_dynamic(&mut self, mut entry: *const [i64; 2]) {
        let mut sizes = [0usize; 2];
        loop {
            // SAFETY: the dynamic section ends with an entry of tag 0.
            let [tag, value] = unsafe { *entry };
            let value = usize::try_from(value).unwrap_or(0);
            // glibc relocates these pointers in place; where it does not, they are still relative.
            let address = if value < self.base {
                value + self.base
            } else {
                value
            };
            match tag {
                0 => break,
                DT_STRTAB => self.strings = address as *const _,
                DT_SYMTAB => self.symbols = address as *const _,
                DT_GNU_HASH => self.hash = address as *const _,
                DT_RELA => self.relocations[0].0 = address as *const _,
                DT_JMPREL => self.relocations[1].0 = address as *const _,
                DT_RELASZ => sizes[0] = value,
                DT_PLTRELSZ => sizes[1] = value,
                _ => {}
            }
            // SAFETY: see above.
            entry = unsafe { entry.add(1) };
        }
        for (table, size) in self.relocations.iter_mut().zip(sizes) {
            table.1 = if table.0.is_null() {
                0
            } else {
                size / size_of::<Elf64_Rela>()
            };
        }
    }

    /// From the lowest to the highest address that is mapped.
    pub(crate) fn range(&self) -> (usize, usize) {
        let start = self
            .loads
            .iter()
            .map(|load| load.0)
            .min()
            .unwrap_or(self.base);
        let end = self
            .loads
            .iter()
            .map(|load| load.1)
            .max()
            .unwrap_or(self.base);
        (start & !(page() - 1), end)
    }

    /// The entry of a symbol that this object defines. The object must be loaded.
    pub(crate) fn symbol(&self, name: &CStr) -> Option<*mut Elf64_Sym> {
        if self.hash.is_null() || self.symbols.is_null() || self.strings.is_null() {
            return None;
        }
        // SAFETY: the layout of DT_GNU_HASH: four words, the Bloom filter, the buckets, the chains.
        unsafe {
            let [buckets, first, bloom, _] = *self.hash.cast::<[u32; 4]>();
            let table = self.hash.add(4 + 2 * bloom as usize);
            let wanted = gnu_hash(name);
            let mut index = *table.add((wanted % buckets) as usize);
            if index < first {
                return None;
            }
            loop {
                let hash = *table.add(buckets as usize + (index - first) as usize);
                let symbol = self.symbols.add(index as usize);
                if hash | 1 == wanted | 1 && (*symbol).st_shndx != 0 && self.name_of(symbol) == name
                {
                    return Some(symbol.cast_mut());
                }
                if hash & 1 == 1 {
                    return None;
                }
                index += 1;
            }
        }
    }

    unsafe fn name_of(&self, symbol: *const Elf64_Sym) -> &'static CStr {
        // SAFETY: names are offsets into the string table, which is mapped with the object.
        unsafe { CStr::from_ptr(self.strings.add((*symbol).st_name as usize)) }
    }

    /// The slots that hold addresses of named symbols. The object must be loaded.
    pub(crate) fn slots(&self) -> impl Iterator<Item = Slot> {
        let tables = if self.symbols.is_null() || self.strings.is_null() {
            [(std::ptr::null(), 0); 2]
        } else {
            self.relocations
        };
        tables.into_iter().flat_map(move |(table, count)| {
            (0..count).filter_map(move |index| {
                // SAFETY: within the table that the dynamic section describes.
                let entry = unsafe { &*table.add(index) };
                let kind = entry.r_info & 0xffff_ffff;
                let symbol = usize::try_from(entry.r_info >> 32).ok()?;
                if symbol == 0 || entry.r_addend != 0 || !SYMBOL_RELOCATIONS.contains(&kind) {
                    return None;
                }
                // SAFETY: relocations name symbols of this table.
                let symbol = unsafe { self.symbols.add(symbol) };
                Some(Slot {
                    address: self
                        .base
                        .wrapping_add(usize::try_from(entry.r_offset).ok()?),
                    // SAFETY: as above.
                    name: unsafe { self.name_of(symbol) },
                    lazy: kind == LAZY,
                    // SAFETY: as above.
                    defined_here: unsafe { (*symbol).st_shndx } != 0,
                })
            })
        })
    }

    /// Stores words at addresses inside of this object, whatever the protection of their pages.
    pub(crate) fn write(&self, words: &[(usize, usize)]) -> Result<(), std::io::Error> {
        let Some(lowest) = words.iter().map(|word| word.0).min() else {
            return Ok(());
        };
        let highest = words.iter().map(|word| word.0).max().unwrap_or(lowest) + 8;
        let mut opened = Vec::new();
        let mut failure = None;
        for &(start, end, flags) in &self.loads {
            let (start, end) = (start.max(lowest), end.min(highest));
            if start >= end {
                continue;
            }
            let writable = flags & libc::PF_W != 0;
            let range = if writable {
                // Only what the loader made read-only again after relocating.
                (start.max(self.relro.0), end.min(self.relro.1))
            } else {
                (start, end)
            };
            if range.0 >= range.1 {
                continue;
            }
            let execute = if flags & libc::PF_X == 0 {
                0
            } else {
                libc::PROT_EXEC
            };
            let from = range.0 & !(page() - 1);
            let length = range.1 - from;
            // SAFETY: pages of a loaded object; nothing is taken away from whoever uses them.
            let changed = unsafe {
                libc::mprotect(
                    from as *mut _,
                    length,
                    libc::PROT_READ | libc::PROT_WRITE | execute,
                )
            };
            if changed == 0 {
                opened.push((from, length, libc::PROT_READ | execute));
            } else {
                failure = Some(std::io::Error::last_os_error());
            }
        }
        if failure.is_none() {
            for &(address, word) in words {
                // SAFETY: an aligned word of pages that are writable now; other threads read it at any time.
                unsafe { &*(address as *const AtomicUsize) }.store(word, Ordering::Release);
            }
        }
        for (from, length, protection) in opened {
            // SAFETY: gives the pages the protection back that they had.
            unsafe { libc::mprotect(from as *mut _, length, protection) };
        }
        failure.map_or(Ok(()), Err)
    }
}

fn gnu_hash(name: &CStr) -> u32 {
    name.to_bytes().iter().fold(5381u32, |hash, byte| {
        hash.wrapping_mul(33).wrapping_add((*byte).into())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_that_of_the_gnu_tool_chain() {
        assert_eq!(gnu_hash(c""), 0x0000_1505);
        assert_eq!(gnu_hash(c"printf"), 0x156b_2bb8);
    }
}
