//! The loaded objects and those that were unloaded: which address belongs to which file, at which offset.
//! Lookups take no lock, so that the crash handler can make them.

use std::ffi::{CStr, c_int, c_void};
use std::os::unix::ffi::OsStrExt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicPtr, AtomicU8, AtomicU32, AtomicUsize, Ordering};

use crate::elf::Image;
use crate::shield::lock;

const MOST_OBJECTS: usize = 1024;
const MOST_PATHS: usize = 1024;

const EMPTY: u8 = 0;
const LOADED: u8 = 1;
const UNLOADED: u8 = 2;

const MAIN: u8 = 1;
const GUARD: u8 = 2;

/// An interned path. `PathId::NONE` stands for memory that belongs to no file.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) struct PathId(pub(crate) u32);

impl PathId {
    pub(crate) const NONE: Self = Self(u32::MAX);

    /// The path, or nothing for `NONE`.
    pub(crate) fn path(self) -> Option<&'static CStr> {
        let slot = PATHS.get(self.0 as usize)?.load(Ordering::Acquire);
        // SAFETY: a path is stored once, after it was leaked.
        (!slot.is_null()).then(|| unsafe { CStr::from_ptr(slot) })
    }
}

/// One frame of a stack: recorded at once, so that it can be read after its object was unloaded.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) struct Frame {
    pub(crate) path: PathId,
    /// Address in the file's own numbering, or in memory when there is no file.
    pub(crate) offset: usize,
}

impl Frame {
    pub(crate) const NONE: Self = Self {
        path: PathId::NONE,
        offset: 0,
    };
}

struct Object {
    start: AtomicUsize,
    end: AtomicUsize,
    base: AtomicUsize,
    path: AtomicU32,
    state: AtomicU8,
    role: AtomicU8,
}

impl Object {
    /// Takes the place of what was there before.
    fn fill(&self, path: PathId, image: &Image, role: u8) {
        let (start, end) = image.range();
        self.state.store(EMPTY, Ordering::Release);
        self.start.store(start, Ordering::Relaxed);
        self.end.store(end, Ordering::Relaxed);
        self.base.store(image.base, Ordering::Relaxed);
        self.path.store(path.0, Ordering::Relaxed);
        self.role.store(role, Ordering::Relaxed);
        self.state.store(LOADED, Ordering::Release);
    }
}

static OBJECTS: [Object; MOST_OBJECTS] = [const {
    Object {
        start: AtomicUsize::new(0),
        end: AtomicUsize::new(0),
        base: AtomicUsize::new(0),
        path: AtomicU32::new(0),
        state: AtomicU8::new(EMPTY),
        role: AtomicU8::new(0),
    }
}; MOST_OBJECTS];
static COUNT: AtomicUsize = AtomicUsize::new(0);
static PATHS: [AtomicPtr<libc::c_char>; MOST_PATHS] =
    [const { AtomicPtr::new(std::ptr::null_mut()) }; MOST_PATHS];
static CHANGE: Mutex<()> = Mutex::new(());

/// What an address belongs to.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub(crate) frame: Frame,
    pub(crate) loaded: bool,
    /// Node itself.
    pub(crate) main: bool,
    /// This library.
    pub(crate) guard: bool,
}

/// Finds an address. Code that was unloaded is found as well, as long as nothing else lies there now.
pub(crate) fn find(address: usize) -> Option<Place> {
    let count = COUNT.load(Ordering::Acquire).min(MOST_OBJECTS);
    let mut unloaded = None;
    for object in OBJECTS.iter().take(count) {
        let start = object.start.load(Ordering::Relaxed);
        if address < start || address >= object.end.load(Ordering::Relaxed) {
            continue;
        }
        let state = object.state.load(Ordering::Acquire);
        let role = object.role.load(Ordering::Relaxed);
        let place = Place {
            frame: Frame {
                path: PathId(object.path.load(Ordering::Relaxed)),
                offset: address.wrapping_sub(object.base.load(Ordering::Relaxed)),
            },
            loaded: state == LOADED,
            main: role == MAIN,
            guard: role == GUARD,
        };
        match state {
            LOADED => return Some(place),
            UNLOADED => unloaded = Some(place),
            _ => {}
        }
    }
    unloaded
}

/// Where a file lies now, if it is loaded: the base of its addresses.
pub(crate) fn base_of(path: PathId) -> Option<usize> {
    let count = COUNT.load(Ordering::Acquire).min(MOST_OBJECTS);
    OBJECTS.iter().take(count).find_map(|object| {
        (object.state.load(Ordering::Acquire) == LOADED
            && object.path.load(Ordering::Relaxed) == path.0)
            .then(|| object.base.load(Ordering::Relaxed))
    })
}

fn intern(path: &CStr) -> PathId {
    for (index, slot) in PATHS.iter().enumerate() {
        let known = slot.load(Ordering::Acquire);
        if known.is_null() {
            slot.store(path.to_owned().into_raw(), Ordering::Release);
            return PathId(u32::try_from(index).unwrap_or(u32::MAX));
        }
        // SAFETY: stored once, after it was leaked.
        if unsafe { CStr::from_ptr(known) } == path {
            return PathId(u32::try_from(index).unwrap_or(u32::MAX));
        }
    }
    PathId::NONE
}

/// The file that an address belongs to, asked of the loader, for objects that are just being loaded.
pub(crate) fn path_of(address: usize) -> PathId {
    let mut found = std::mem::MaybeUninit::<libc::Dl_info>::zeroed();
    // SAFETY: `dladdr` accepts any address and fills what it finds.
    let (known, found) = unsafe {
        (
            libc::dladdr(address as *const _, found.as_mut_ptr()),
            found.assume_init(),
        )
    };
    if known == 0 || found.dli_fname.is_null() {
        return PathId::NONE;
    }
    let _held = lock(&CHANGE);
    // SAFETY: a string of the loader's, of an object that is loaded.
    intern(unsafe { CStr::from_ptr(found.dli_fname) })
}

struct Listed {
    path: std::ffi::CString,
    image: Image,
}

unsafe extern "C" fn list(info: *mut libc::dl_phdr_info, _: usize, all: *mut c_void) -> c_int {
    // SAFETY: the loader hands out a valid entry; `all` is the vector of `listed`.
    let (info, all) = unsafe { (&*info, &mut *all.cast::<Vec<Listed>>()) };
    let path = if info.dlpi_name.is_null() {
        std::ffi::CString::default()
    } else {
        // SAFETY: a string of the loader's, copied while it holds its lock.
        unsafe { CStr::from_ptr(info.dlpi_name) }.to_owned()
    };
    // SAFETY: the program headers stay mapped with the object.
    let headers = unsafe { std::slice::from_raw_parts(info.dlpi_phdr, info.dlpi_phnum.into()) };
    let base = usize::try_from(info.dlpi_addr).unwrap_or(0);
    all.push(Listed {
        path,
        image: Image::new(base, headers),
    });
    0
}

fn listed() -> Vec<Listed> {
    let mut all: Vec<Listed> = Vec::with_capacity(64);
    // SAFETY: `list` gets the vector that outlives the call.
    unsafe { libc::dl_iterate_phdr(Some(list), (&raw mut all).cast()) };
    if let Some(first) = all.first_mut()
        && first.path.is_empty()
        && let Ok(path) = std::fs::read_link("/proc/self/exe")
        && let Ok(path) = std::ffi::CString::new(path.as_os_str().as_bytes())
    {
        first.path = path;
    }
    all
}

/// What changed since the last time: objects that came, and paths of those that went.
pub(crate) struct Change {
    pub(crate) came: Vec<(PathId, Image)>,
    pub(crate) went: Vec<PathId>,
}

/// Compares with what the loader has now. Not to be called with a lock held: it takes the loader's.
pub(crate) fn refresh() -> Change {
    let all = listed();
    let mut change = Change {
        came: Vec::new(),
        went: Vec::new(),
    };
    let guard_code = refresh as *const () as usize;
    let _held = lock(&CHANGE);
    let count = COUNT.load(Ordering::Relaxed).min(MOST_OBJECTS);
    let mut seen = [false; MOST_OBJECTS];
    for (position, Listed { path, image }) in all.into_iter().enumerate() {
        let (start, end) = image.range();
        let path = intern(&path);
        let same = OBJECTS.iter().take(count).position(|object| {
            object.start.load(Ordering::Relaxed) == start
                && object.end.load(Ordering::Relaxed) == end
                && object.path.load(Ordering::Relaxed) == path.0
        });
        let index = if let Some(index) = same {
            if OBJECTS[index].state.swap(LOADED, Ordering::AcqRel) != LOADED {
                change.came.push((path, image));
            }
            index
        } else {
            let Some(index) = free_slot() else { continue };
            let role = match position {
                0 => MAIN,
                _ if (start..end).contains(&guard_code) => GUARD,
                _ => 0,
            };
            OBJECTS[index].fill(path, &image, role);
            change.came.push((path, image));
            index
        };
        seen[index] = true;
    }
    for (object, _) in OBJECTS
        .iter()
        .take(count)
        .zip(seen)
        .filter(|(_, seen)| !seen)
    {
        if object.state.load(Ordering::Relaxed) == LOADED {
            object.state.store(UNLOADED, Ordering::Release);
            change
                .went
                .push(PathId(object.path.load(Ordering::Relaxed)));
        }
    }
    change
}

/// A new slot, or when there is none that of an object that was unloaded.
fn free_slot() -> Option<usize> {
    let count = COUNT.load(Ordering::Relaxed);
    if count < MOST_OBJECTS {
        COUNT.store(count + 1, Ordering::Release);
        return Some(count);
    }
    OBJECTS
        .iter()
        .position(|object| object.state.load(Ordering::Relaxed) == UNLOADED)
}
