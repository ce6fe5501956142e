//! The command line of Threadproof.

use threadproof::{cli, exit::Exit};

fn main() -> Exit {
    cli::main(std::env::args_os())
}
