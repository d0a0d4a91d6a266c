//! Lines of Python programs: the interpreter's frames, read from its memory while the thread stands still.
//!
//! The structures differ from version to version and are the same within one. Each version that is known was checked
//! against what `sys._getframe` says there; of any other nothing is read. Nothing is added to the program: no module, no
//! variable, no frame in its tracebacks.

use std::collections::HashMap;
use std::sync::Arc;

use super::elf::Image;
use super::name_of;
use crate::program::files::Files;
use crate::program::ptrace::kernel::read;

/// The most threads of a program that are looked through for one.
const MAX_THREADS: usize = 10_000;
/// How far up from the innermost frame the program's own is looked for.
const MAX_FRAMES: usize = 64;
/// The longest file name, in characters, and the longest table of lines, in bytes.
const MAX_NAME: u64 = 4_096;
const MAX_TABLE: u64 = 4 * 1024 * 1024;
/// The most code objects that are remembered.
const MAX_CODES: usize = 4_096;

/// Frames that belong to the interpreter itself (`FRAME_OWNED_BY_CSTACK`).
const OWNED_BY_INTERPRETER: u8 = 3;

// Equal in all versions that are known.
const NEXT_THREAD: u64 = 8;
const FILE_NAME: usize = 112;
const LINE_TABLE: usize = 136;
const INSTRUCTION: usize = 56;
/// How much of a code object is read: up to the end of the pointer to its line table.
const CODE_LEN: usize = 144;
const FRAME_LEN: usize = 72;

/// Where a version has what is needed. Offsets in bytes.
struct Version {
    minor: u32,
    /// `_PyRuntimeState`: the first interpreter.
    interpreters: u64,
    /// `PyInterpreterState`: the newest thread.
    threads: u64,
    /// `PyThreadState`
    native_id: u64,
    frame_at: FrameAt,
    /// `_PyInterpreterFrame`
    code: usize,
    previous: usize,
    owner: usize,
    /// `PyCodeObject`
    first_line: usize,
    instructions: u64,
    /// `PyASCIIObject` and `PyCompactUnicodeObject`: where the characters begin.
    ascii: u64,
    wide: u64,
}

/// How a thread leads to its innermost frame.
enum FrameAt {
    /// Over a structure on the C stack.
    Through {
        pointer: u64,
        then: u64,
    },
    Directly(u64),
}

const VERSIONS: [Version; 3] = [
    Version {
        minor: 11,
        interpreters: 40,
        threads: 16,
        native_id: 160,
        frame_at: FrameAt::Through { pointer: 56, then: 8 },
        code: 32,
        previous: 48,
        owner: 69,
        first_line: 72,
        instructions: 184,
        ascii: 48,
        wide: 72,
    },
    Version {
        minor: 12,
        interpreters: 40,
        threads: 72,
        native_id: 144,
        frame_at: FrameAt::Through { pointer: 56, then: 0 },
        code: 0,
        previous: 8,
        owner: 70,
        first_line: 68,
        instructions: 192,
        ascii: 40,
        wide: 56,
    },
    Version {
        minor: 13,
        interpreters: 632,
        threads: 7344,
        native_id: 160,
        frame_at: FrameAt::Directly(72),
        code: 0,
        previous: 8,
        owner: 70,
        first_line: 68,
        instructions: 200,
        ascii: 40,
        wide: 56,
    },
];

pub struct Python {
    process: i32,
    version: &'static Version,
    interpreters: u64,
    /// Where each thread has its state.
    threads: HashMap<i32, u64>,
    codes: HashMap<u64, Code>,
}

/// A function's code.
struct Code {
    /// Its words, by which is seen that it is still the same.
    words: [u8; CODE_LEN],
    /// What lines call the file.
    name: Arc<str>,
    /// It belongs to Python and not to the program.
    is_library: bool,
    table: Vec<u8>,
    lines: HashMap<u64, Arc<str>>,
}

impl Python {
    /// `None` where the image is no Python, or one that is not known.
    pub fn of(process: i32, image: &Image) -> Option<Self> {
        let runtime = image.symbol("_PyRuntime")?;
        let mut version = [0; 4];
        if read(process, image.symbol("Py_Version")?, &mut version) < version.len() {
            return None;
        }
        let number = u32::from_ne_bytes(version);
        let (major, minor) = (number >> 24, number >> 16 & 0xff);
        let version = VERSIONS.iter().find(|known| major == 3 && known.minor == minor)?;
        let interpreters = runtime + version.interpreters;
        Some(Self { process, version, interpreters, threads: HashMap::new(), codes: HashMap::new() })
    }

    /// The line of the program's own code in which that thread is: not that of the library that it called.
    pub fn line(&mut self, thread: i32, files: &mut Files) -> Option<Arc<str>> {
        let state = self.state_of(thread)?;
        let mut frame = match self.version.frame_at {
            FrameAt::Directly(at) => self.pointer(state + at)?,
            FrameAt::Through { pointer, then } => self.pointer(self.pointer(state + pointer)? + then)?,
        };
        let mut innermost = None;
        for _ in 0..MAX_FRAMES {
            if frame == 0 {
                break;
            }
            let mut words = [0; FRAME_LEN];
            if read(self.process, frame, &mut words) < words.len() {
                break;
            }
            let is_own = words[self.version.owner] != OWNED_BY_INTERPRETER;
            if is_own
                && let Some((line, is_library)) =
                    self.line_of(word(&words, self.version.code), word(&words, INSTRUCTION), files)
            {
                if !is_library {
                    return Some(line);
                }
                innermost.get_or_insert(line);
            }
            frame = word(&words, self.version.previous);
        }
        innermost
    }

    fn pointer(&self, address: u64) -> Option<u64> {
        let mut bytes = [0; 8];
        let is_read = read(self.process, address, &mut bytes) == bytes.len();
        Some(u64::from_ne_bytes(bytes)).filter(|pointer| is_read && *pointer != 0)
    }

    /// The interpreter's state of a thread.
    fn state_of(&mut self, thread: i32) -> Option<u64> {
        let is_it = |state: u64| self.pointer(state + self.version.native_id) == u64::try_from(thread).ok();
        if let Some(known) = self.threads.get(&thread).copied().filter(|state| is_it(*state)) {
            return Some(known);
        }
        let interpreter = self.pointer(self.interpreters)?;
        let mut state = self.pointer(interpreter + self.version.threads)?;
        for _ in 0..MAX_THREADS {
            if is_it(state) {
                self.threads.insert(thread, state);
                return Some(state);
            }
            state = self.pointer(state + NEXT_THREAD)?;
        }
        None
    }

    fn line_of(&mut self, code: u64, instruction: u64, files: &mut Files) -> Option<(Arc<str>, bool)> {
        let at = instruction.checked_sub(code.checked_add(self.version.instructions)?)?;
        let mut words = [0; CODE_LEN];
        if read(self.process, code, &mut words) < words.len() {
            return None;
        }
        let known = self.codes.get(&code).is_some_and(|known| same(&known.words, &words));
        if !known {
            if self.codes.len() >= MAX_CODES {
                self.codes.clear();
            }
            let read = self.code(words, files)?;
            self.codes.insert(code, read);
        }
        let first = i32::from_ne_bytes(*words[self.version.first_line..].first_chunk()?);
        let known = self.codes.get_mut(&code)?;
        if let Some(line) = known.lines.get(&at) {
            return Some((Arc::clone(line), known.is_library));
        }
        let number = line_at(&known.table, first, at)?;
        let line: Arc<str> = format!("{}:{number}", known.name).into();
        known.lines.insert(at, Arc::clone(&line));
        Some((line, known.is_library))
    }

    fn code(&self, words: [u8; CODE_LEN], files: &mut Files) -> Option<Code> {
        let path = self.text(word(&words, FILE_NAME))?;
        let is_frozen = path.starts_with("<frozen");
        let is_library = is_frozen || (path.contains("/lib/python3") && !path.contains("-packages/"));
        let name = if is_library || path.starts_with('<') {
            path.rsplit('/').next().unwrap_or(&path).into()
        } else {
            name_of(files, self.process, &path)
        };
        Some(Code { words, name, is_library, table: self.bytes(word(&words, LINE_TABLE))?, lines: HashMap::new() })
    }

    /// A Python text.
    fn text(&self, at: u64) -> Option<String> {
        let mut head = [0; 40];
        if at == 0 || read(self.process, at, &mut head) < head.len() {
            return None;
        }
        let len = word(&head, 16);
        let state = head[32];
        let (width, is_compact, is_ascii) = (u64::from(state >> 2 & 7), state >> 5 & 1 == 1, state >> 6 & 1 == 1);
        if len > MAX_NAME || !is_compact || !matches!(width, 1 | 2 | 4) {
            return None;
        }
        let begin = at + if is_ascii { self.version.ascii } else { self.version.wide };
        let mut bytes = vec![0; usize::try_from(len * width).ok()?];
        if read(self.process, begin, &mut bytes) < bytes.len() {
            return None;
        }
        let characters = bytes.chunks_exact(usize::try_from(width).ok()?).map(|character| {
            let number = character.iter().rev().fold(0u32, |number, byte| number << 8 | u32::from(*byte));
            char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER)
        });
        Some(characters.collect())
    }

    /// Python's `bytes`.
    fn bytes(&self, at: u64) -> Option<Vec<u8>> {
        let mut head = [0; 24];
        if at == 0 || read(self.process, at, &mut head) < head.len() {
            return None;
        }
        let len = Some(word(&head, 16)).filter(|len| *len <= MAX_TABLE)?;
        let mut bytes = vec![0; usize::try_from(len).ok()?];
        (read(self.process, at + 32, &mut bytes) == bytes.len()).then_some(bytes)
    }
}

fn word(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |word| u64::from_ne_bytes(*word))
}

/// All but the count of references and what the interpreter counts for itself.
fn same(one: &[u8; CODE_LEN], other: &[u8; CODE_LEN]) -> bool {
    one[8..48] == other[8..48] && one[FILE_NAME..] == other[FILE_NAME..]
}

/// The line of the instruction `at` bytes from the first, in Python's table of locations (since 3.11;
/// Objects/locations.md of its source). `None` where there is none.
fn line_at(table: &[u8], first: i32, at: u64) -> Option<i32> {
    let mut bytes = table.iter().copied().peekable();
    let (mut line, mut end) = (first, 0);
    while let Some(head) = bytes.next() {
        let (kind, units) = (head >> 3 & 15, u64::from(head & 7) + 1);
        let delta = match kind {
            13 | 14 => signed(unsigned(&mut bytes)),
            10..=12 => i32::from(kind) - 10,
            _ => 0,
        };
        line = line.checked_add(delta)?;
        // Columns, and where it is written out the last line.
        while bytes.next_if(|byte| byte & 0x80 == 0).is_some() {}
        end += units * 2;
        if at < end {
            return (kind != 15).then_some(line);
        }
    }
    None
}

fn unsigned(bytes: &mut impl Iterator<Item = u8>) -> u32 {
    let (mut value, mut shift) = (0, 0);
    for byte in bytes {
        value |= u32::from(byte & 0x3f).checked_shl(shift).unwrap_or(0);
        shift += 6;
        if byte & 0x40 == 0 {
            break;
        }
    }
    value
}

fn signed(value: u32) -> i32 {
    let size = i32::try_from(value >> 1).unwrap_or(0);
    if value & 1 == 1 { -size } else { size }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_locations_gives_the_line_of_each_instruction() {
        // As Python 3.11 has it for `def f():\n  a = g(1)\n  return a\n`, at line 1: RESUME; line 2; line 3.
        let table = [0x80, 0x00, 0xd8, 0x08, 0x09, 0xd8, 0x0b, 0x0c];
        assert_eq!(line_at(&table, 1, 0), Some(1));
        assert_eq!(line_at(&table, 1, 2), Some(2));
        assert_eq!(line_at(&table, 1, 4), Some(3));
        assert_eq!(line_at(&table, 1, 6), None);
        // Back by two lines, without columns; then an instruction that belongs to no line.
        let table = [0xe8, 0x05, 0xf8];
        assert_eq!(line_at(&table, 10, 0), Some(8));
        assert_eq!(line_at(&table, 10, 2), None);
        assert_eq!(line_at(&[], 1, 0), None);
    }
}
