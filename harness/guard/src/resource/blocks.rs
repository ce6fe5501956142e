//! Heap blocks that an addon allocates on the thread of an env, while it uses that env. They are counted only:
//! what lives on may be a cache of the process.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::env::EnvState;
use crate::shield::lock;
use crate::thread;

/// One allocation: a block at the same address later is another one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct BlockId(u64);

#[derive(Clone, Copy)]
pub(crate) struct Block {
    id: BlockId,
    size: usize,
    env: &'static EnvState,
    wrapped: bool,
}

/// Addresses are spread well by a multiplication.
#[derive(Default)]
struct Spread(u64);

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_usize(byte.into());
        }
    }

    fn write_usize(&mut self, value: usize) {
        let mixed = (self.0 ^ value as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ mixed >> 32;
    }
}

type Blocks = HashMap<usize, Block, BuildHasherDefault<Spread>>;

const SHARDS: usize = 64;
static BLOCKS: [Mutex<Option<Blocks>>; SHARDS] = [const { Mutex::new(None) }; SHARDS];

fn with<R>(address: usize, work: impl FnOnce(&mut Blocks) -> R) -> R {
    let shard = &BLOCKS[(address >> 4 ^ address >> 12) % SHARDS];
    work(lock(shard).get_or_insert_default())
}

/// The addon got a block.
#[inline]
pub(crate) fn made(address: usize, size: usize) {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let Some(env) = thread::current().current.get() else {
        return;
    };
    if address == 0 {
        return;
    }
    let id = BlockId(NEXT.fetch_add(1, Ordering::Relaxed));
    put(
        address,
        Block {
            id,
            size,
            env,
            wrapped: false,
        },
    );
}

fn add(block: &Block, sign: i64) {
    let env = block.env;
    env.blocks.fetch_add(sign, Ordering::Relaxed);
    env.bytes.fetch_add(
        sign * i64::try_from(block.size).unwrap_or(0),
        Ordering::Relaxed,
    );
    if block.wrapped {
        env.wraps.fetch_add(sign, Ordering::Relaxed);
    }
}

/// Puts a block into the table. What stood there was freed where the guard does not look.
pub(crate) fn put(address: usize, block: Block) {
    add(&block, 1);
    if let Some(older) = with(address, |blocks| blocks.insert(address, block)) {
        add(&older, -1);
    }
}

/// The addon is about to free a block, or to have it moved.
#[inline]
pub(crate) fn take(address: usize) -> Option<Block> {
    if address == 0 {
        return None;
    }
    let block = with(address, |blocks| blocks.remove(&address))?;
    add(&block, -1);
    Some(block)
}

/// The block that begins at an address, if an addon allocated it and it was not freed.
pub(crate) fn find(address: usize) -> Option<BlockId> {
    with(address, |blocks| blocks.get(&address).map(|block| block.id))
}

/// The same, if this env allocated it: an address that another env's block had, which was freed where the guard does
/// not look, may be in the middle of a block of this one.
pub(crate) fn find_of(address: usize, env: u32) -> Option<BlockId> {
    with(address, |blocks| {
        let block = blocks.get(&address).filter(|block| block.env.id == env);
        block.map(|block| block.id)
    })
}

/// The block is the native side of a JavaScript object now. False when it is none of this env.
pub(crate) fn wrapped(address: usize, env: u32) -> bool {
    with(address, |blocks| {
        blocks
            .get_mut(&address)
            .filter(|block| block.env.id == env && !block.wrapped)
            .is_some_and(|block| {
                block.wrapped = true;
                true
            })
    })
}
