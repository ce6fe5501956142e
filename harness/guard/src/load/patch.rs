//! Redirecting: Node's own symbol table is changed, so that whatever is loaded from now on finds the wrappers
//! under the names of Node-API, in constructor functions and through `dlsym`, too; and the slots of each addon
//! are changed for the functions of the C library, so that only the addon's calls go another way.

use std::collections::HashMap;
use std::ffi::{CStr, c_void};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use super::register;
use crate::api::table::{self, Function};
use crate::check::end;
use crate::crash;
use crate::elf::Image;
use crate::objects::{self, PathId};
use crate::report::{self, sink};
use crate::resource::libc_table;
use crate::shield::lock;

/// Where a slot leads now, and where it shall lead.
#[derive(Clone, Copy)]
struct Redirection {
    real: usize,
    wrapper: usize,
}

static REDIRECTIONS: Mutex<Option<HashMap<&'static CStr, Redirection>>> = Mutex::new(None);
static ACTIVE: AtomicBool = AtomicBool::new(false);

/// Whether an addon was loaded; before that the guard does nothing.
pub(crate) fn is_active() -> bool {
    ACTIVE.load(Ordering::Acquire)
}

fn look_up(function: &Function) -> Option<Redirection> {
    // SAFETY: a lookup by name.
    let real = unsafe { libc::dlsym(libc::RTLD_DEFAULT, function.name.as_ptr()) };
    function.real.store(real, Ordering::Relaxed);
    (!real.is_null()).then_some(Redirection {
        real: real as usize,
        wrapper: function.wrapper as usize,
    })
}

/// Prepares everything, before the first addon is loaded.
pub(crate) fn activate() {
    if is_active() {
        return;
    }
    let mut redirections = lock(&REDIRECTIONS);
    if redirections.is_some() {
        return;
    }
    sink::prepare();
    let mut all = HashMap::new();
    let mut words = Vec::new();
    let objects = objects::refresh().came;
    let functions = table::functions();
    let node = functions
        .iter()
        .find(|function| function.name == c"napi_module_register")
        .and_then(look_up)
        .and_then(|found| {
            objects.iter().map(|(_, image)| image).find(|image| {
                let (start, end) = image.range();
                (start..end).contains(&found.real)
            })
        });
    for function in &functions {
        let Some(found) = look_up(function) else {
            continue;
        };
        all.insert(function.name, found);
        if let Some(node) = node
            && let Some(symbol) = node.symbol(function.name)
        {
            // SAFETY: an entry of the symbol table; only the address of its value is taken.
            let value = unsafe { &raw const (*symbol).st_value } as usize;
            words.push((value, found.wrapper.wrapping_sub(node.base)));
        }
    }
    if words.len() < all.len() {
        report::note("Node's symbol table was not found: only slots of addons are redirected");
    }
    if let Some(Err(error)) = node.map(|node| node.write(&words)) {
        report::note(&format!(
            "Node's symbol table cannot be changed ({error}): only slots of addons are redirected"
        ));
    }
    for function in libc_table::functions() {
        if let Some(found) = look_up(&function) {
            all.insert(function.name, found);
        }
    }
    *redirections = Some(all);
    crash::install();
    ACTIVE.store(true, Ordering::Release);
}

/// After `dlopen`: redirects what came with it.
pub(crate) fn after_load(handle: *mut c_void) {
    // The handle of glibc is the entry of the loader's list.
    // SAFETY: the first word of an entry is its base.
    let base = unsafe { *handle.cast::<usize>() };
    let change = objects::refresh();
    let redirections = lock(&REDIRECTIONS);
    let Some(redirections) = redirections.as_ref() else {
        return;
    };
    for (path, image) in change.came {
        let init = image.symbol(c"napi_register_module_v1");
        let asks = image.slots().any(|slot| is_node_api(slot.name));
        if !(asks || init.is_some() || image.base == base) {
            continue;
        }
        if let Err(error) = redirect(&image, path, init, redirections) {
            let path = path.path().map_or("?".into(), CStr::to_string_lossy);
            report::note(&format!("{path} cannot be followed: {error}"));
        }
    }
}

fn is_node_api(name: &CStr) -> bool {
    let name = name.to_bytes();
    name.starts_with(b"napi_") || name.starts_with(b"node_api_")
}

fn redirect(
    image: &Image,
    path: PathId,
    init: Option<*mut libc::Elf64_Sym>,
    redirections: &HashMap<&'static CStr, Redirection>,
) -> Result<(), std::io::Error> {
    let mut words = Vec::new();
    for slot in image.slots().filter(|slot| !slot.defined_here) {
        let Some(redirection) = redirections.get(slot.name) else {
            continue;
        };
        // SAFETY: a slot of a loaded object.
        let now = unsafe { *(slot.address as *const usize) };
        // Another object's function of the same name is left alone.
        if now == redirection.real || slot.lazy && is_stub(image, now) {
            words.push((slot.address, redirection.wrapper));
        }
    }
    if let Some(symbol) = init {
        // SAFETY: an entry of the object's symbol table.
        let value = unsafe { (*symbol).st_value };
        let function = image.base.wrapping_add(usize::try_from(value).unwrap_or(0));
        if let Some(ours) = register::follow(function, path) {
            // SAFETY: as above; only the address is taken.
            let place = unsafe { &raw const (*symbol).st_value } as usize;
            words.push((place, ours.wrapping_sub(image.base)));
        }
    }
    image.write(&words)
}

/// A slot that is bound at its first use leads into its own object until then.
fn is_stub(image: &Image, address: usize) -> bool {
    let (start, end) = image.range();
    (start..end).contains(&address)
}

/// After `dlclose`: remembers what was unloaded, and judges what its envs left behind.
pub(crate) fn after_unload() {
    for path in objects::refresh().went {
        register::forget(path);
        end::object(path);
    }
}
