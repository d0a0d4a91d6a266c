//! The seccomp filter: which calls stop the program. All others go straight to the system.

use std::io;

/// One instruction of the filter (linux/filter.h).
pub type Instruction = libc::sock_filter;

#[cfg(target_arch = "x86_64")]
const ARCHITECTURE: u32 = 0xc000_003e;
#[cfg(target_arch = "aarch64")]
const ARCHITECTURE: u32 = 0xc000_00b7;

/// Where `struct seccomp_data` has the call's number and the architecture.
const NUMBER_AT: u32 = 0;
const ARCHITECTURE_AT: u32 = 4;

const LOAD: u16 = (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16;
const JUMP_IF_EQUAL: u16 = (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16;
const RETURN: u16 = (libc::BPF_RET | libc::BPF_K) as u16;

/// The most calls: a jump reaches 255 instructions.
const MAX_CALLS: usize = 200;

/// A filter that stops the program at these calls. A program of another architecture (32 bits) passes unseen.
pub fn filter(calls: &[i64]) -> Vec<Instruction> {
    let instruction = |code, jt, jf, k| Instruction { code, jt, jf, k };
    let calls = &calls[..calls.len().min(MAX_CALLS)];
    let mut code = vec![
        instruction(LOAD, 0, 0, ARCHITECTURE_AT),
        instruction(JUMP_IF_EQUAL, 1, 0, ARCHITECTURE),
        instruction(RETURN, 0, 0, libc::SECCOMP_RET_ALLOW),
        instruction(LOAD, 0, 0, NUMBER_AT),
    ];
    for (place, number) in calls.iter().enumerate() {
        // Over the calls that follow, and over the return that lets all others pass.
        let to_trace = u8::try_from(calls.len() - place).unwrap_or(0);
        code.push(instruction(JUMP_IF_EQUAL, to_trace, 0, u32::try_from(*number).unwrap_or(u32::MAX)));
    }
    code.push(instruction(RETURN, 0, 0, libc::SECCOMP_RET_ALLOW));
    code.push(instruction(RETURN, 0, 0, libc::SECCOMP_RET_TRACE));
    code
}

/// Puts the filter before this process's further calls, and those of what it becomes. Called between fork(2) and
/// execve(2): allocates nothing.
#[expect(unsafe_code, reason = "no library sets a filter that lets other architectures pass")]
pub(super) fn install(code: &[Instruction]) -> io::Result<()> {
    let program = libc::sock_fprog {
        len: u16::try_from(code.len()).map_err(|_| io::Error::from_raw_os_error(libc::EINVAL))?,
        filter: code.as_ptr().cast_mut(),
    };
    // SAFETY: prctl(2) takes plain numbers here.
    if unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) } != 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: `program` and the instructions that it points to live until the call returns, and are only read.
    let result = unsafe { libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, 0, &raw const program) };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the filter answers for a call, computed as the system does.
    fn answer(code: &[Instruction], architecture: u32, number: u32) -> u32 {
        let (mut at, mut value) = (0, 0);
        loop {
            let Instruction { code: what, jt, jf, k } = code[at];
            at += 1;
            match what {
                LOAD => value = if k == NUMBER_AT { number } else { architecture },
                JUMP_IF_EQUAL => at += usize::from(if value == k { jt } else { jf }),
                _ => return k,
            }
        }
    }

    #[test]
    fn only_the_named_calls_of_this_architecture_stop() {
        let code = filter(&[41, 42, 44]);
        for (number, stops) in [(0, false), (41, true), (42, true), (43, false), (44, true), (45, false)] {
            let expected = if stops { libc::SECCOMP_RET_TRACE } else { libc::SECCOMP_RET_ALLOW };
            assert_eq!(answer(&code, ARCHITECTURE, number), expected, "{number}");
            assert_eq!(answer(&code, 0x4000_0003, number), libc::SECCOMP_RET_ALLOW, "{number}");
        }
    }
}
