//! Lines of programs with DWARF line tables: C, C++, Rust and others built with debug information.

use std::collections::HashMap;
use std::sync::Arc;

use addr2line::Loader;

use super::elf::Image;
use super::name_of;
use crate::program::files::Files;
use crate::program::ptrace::kernel::{Entry, read};

/// How much of the stack is searched for a return address: 2 KiB. The C library's own frame is small.
const SEARCHED: usize = 2 * 1024;

/// The most addresses whose lines are remembered.
const MAX_KNOWN: usize = 10_000;

pub struct Native {
    process: i32,
    program: Image,
    lines: Loader,
    /// `None` for what is no return address, or has no line.
    known: HashMap<u64, Option<Arc<str>>>,
}

impl Native {
    pub fn of(process: i32, program: Image) -> Option<Self> {
        if !program.has_lines() {
            return None;
        }
        let lines = Loader::new(&program.path).ok()?;
        Some(Self { process, program, lines, known: HashMap::new() })
    }

    /// Deduced: the first address on the stack that the program's code can have put there by a call.
    pub fn line(&mut self, thread: i32, entry: &Entry, files: &mut Files) -> Option<Arc<str>> {
        let mut stack = vec![0; SEARCHED];
        let len = read(thread, entry.stack, &mut stack);
        // A program without a C library makes the call itself.
        let words = stack[..len].as_chunks::<8>().0.iter().map(|word| u64::from_ne_bytes(*word));
        let code = self.program.code.clone();
        for address in [entry.code].into_iter().chain(words).filter(|at| code.contains(at)) {
            if let Some(line) = self.line_at(address, address == entry.code, files) {
                return Some(line);
            }
        }
        None
    }

    fn line_at(&mut self, address: u64, is_here: bool, files: &mut Files) -> Option<Arc<str>> {
        if let Some(known) = self.known.get(&address) {
            return known.clone();
        }
        let is_return = is_here || self.follows_a_call(address);
        let line = if is_return { self.look_up(address, files) } else { None };
        if self.known.len() >= MAX_KNOWN {
            self.known.clear();
        }
        self.known.insert(address, line.clone());
        line
    }

    fn look_up(&self, address: u64, files: &mut Files) -> Option<Arc<str>> {
        // The call stands before the address to which it returns.
        let place = address.wrapping_sub(self.program.base).wrapping_sub(1);
        let location = self.lines.find_location(place).ok()??;
        let (path, line) = (location.file?, location.line?);
        Some(format!("{}:{line}", name_of(files, self.process, path)).into())
    }

    /// Whether a call instruction stands before it.
    fn follows_a_call(&self, address: u64) -> bool {
        let mut before = [0; 7];
        if read(self.process, address.wrapping_sub(7), &mut before) < before.len() {
            return false;
        }
        is_call(&before)
    }
}

/// `call` near and relative, through a register, and through memory with each length of its address.
#[cfg(target_arch = "x86_64")]
fn is_call(before: &[u8; 7]) -> bool {
    let through =
        |at: usize, kind: u8| before[at] == 0xff && before[at + 1] >> 6 == kind && before[at + 1] >> 3 & 7 == 2;
    let through_memory = through(5, 0) || through(4, 1) || through(1, 2) || (before[1] == 0xff && before[2] == 0x15);
    before[2] == 0xe8 || through(5, 3) || through_memory
}

/// `bl` and `blr`.
#[cfg(target_arch = "aarch64")]
fn is_call(before: &[u8; 7]) -> bool {
    let word = u32::from_le_bytes([before[3], before[4], before[5], before[6]]);
    word >> 26 == 0b10_0101 || word & 0xffff_fc1f == 0xd63f_0000
}
