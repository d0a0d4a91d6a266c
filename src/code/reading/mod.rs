//! And back: the endpoints that do what a Python program does with its sockets. The program is read, never run: its
//! statements are gone through in their order, with what its names stand for as far as that can be told.

mod calls;
mod condition;
mod describe;
mod eval;
mod facts;
mod literal;
mod parse;
mod reader;
mod remark;
mod sockets;
mod test;
mod tree;
mod value;
mod walk;

use std::path::Path;

use crate::lab::EndpointSpec;
use facts::Facts;
use reader::Reader;
pub use remark::{ReadingError, Remark, RemarkKind};

/// The longest program that is read: 64 KiB. Tutorials have a twentieth of it.
pub const MAX_PROGRAM: usize = 64 * 1024;
/// What the deepest program of that length needs of a thread's stack, of which no more is used than it needs: 512 MiB.
const STACK: usize = 512 * 1024 * 1024;

/// What was read from a program.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    pub endpoints: Vec<EndpointSpec>,
    /// What they do not do, by lines.
    pub remarks: Vec<Remark>,
}

/// The endpoints of a program: `name` is that of its file, without an ending, and `folder` the one that it is in.
///
/// # Errors
/// [`ReadingError`] where it is no Python, or has no socket that is bound or connected.
pub fn read(text: &str, name: &str, folder: Option<&Path>) -> Result<Reading, ReadingError> {
    if text.len() > MAX_PROGRAM {
        return Err(ReadingError::TooLong { most: MAX_PROGRAM });
    }
    // A text of nothing but brackets goes as deep as it is long.
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("socket-lab-read".to_owned()).stack_size(STACK);
        let reading = thread.spawn_scoped(scope, || read_here(text, name, folder));
        reading.map_err(|_| ReadingError::NoMemory)?.join().unwrap_or(Err(ReadingError::NoMemory))
    })
}

fn read_here(text: &str, name: &str, folder: Option<&Path>) -> Result<Reading, ReadingError> {
    let body = parse::parse(text)?;
    let mut reader = Reader::new();
    reader.learn(&body);
    reader.block(&body);
    let used: Vec<Facts> = reader.sockets.iter().filter(|facts| facts.is_used()).cloned().collect();
    if used.is_empty() {
        return Err(ReadingError::NoSocket);
    }
    let mut reading = Reading { endpoints: Vec::new(), remarks: std::mem::take(&mut reader.remarks) };
    for facts in &used {
        let name = if used.len() == 1 || facts.name.is_empty() { name } else { &facts.name };
        let (spec, remarks) = describe::describe(facts, name, folder);
        reading.endpoints.extend(spec);
        reading.remarks.extend(remarks);
    }
    reading.remarks.sort();
    reading.remarks.dedup();
    Ok(reading)
}
