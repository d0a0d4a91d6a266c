//! The steps of programs: begun, and judged by what the program has done since.

use std::time::Duration;

use super::carry::{Carry, Ending, Progress, Running, Started};
use super::{Detail, Runner};
use crate::lab::EndpointId;
use crate::lab::step::{ExpectProgram, ProgramEvent, Start, Stop, Type};
use crate::lang::Lang;
use crate::session::Session;
use crate::session::programs::Program;
use crate::trace::Nanos;
use crate::trace::program::{Ended, NotStarted};
use crate::{explain, t};

/// The most characters of an output that are shown.
const SHOWN: usize = 60;

/// What is waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Awaited {
    Started,
    Gone,
    Event { what: ProgramEvent, within: Duration, deadline: Nanos },
}

/// Waits for a program.
#[derive(Debug)]
pub(super) struct Awaiting {
    id: EndpointId,
    awaited: Awaited,
}

impl Awaiting {
    pub fn boxed(id: EndpointId, awaited: Awaited) -> Box<dyn Running> {
        Box::new(Self { id, awaited })
    }
}

impl Running for Awaiting {
    fn deadline(&self) -> Option<Nanos> {
        match &self.awaited {
            Awaited::Event { deadline, .. } => Some(*deadline),
            Awaited::Started | Awaited::Gone => None,
        }
    }

    fn advance(&mut self, session: &mut Session, _: &mut Runner) -> Progress {
        match session.judge_program(self.id, &self.awaited) {
            Some((detail, ok)) => Progress::Ended(Ending::Judged { detail, ok }),
            None => Progress::Waiting,
        }
    }
}

impl Carry for Start {
    fn begin(&self, session: &mut Session, _: &mut Runner) -> Started {
        let id = session.program_of(&self.program)?;
        session.start_program(id);
        Ok(Awaiting::boxed(id, Awaited::Started))
    }
}

impl Carry for Stop {
    fn begin(&self, session: &mut Session, _: &mut Runner) -> Started {
        let id = session.program_of(&self.program)?;
        session.stop_program(id);
        Ok(Awaiting::boxed(id, Awaited::Gone))
    }
}

impl Carry for Type {
    fn begin(&self, session: &mut Session, _: &mut Runner) -> Started {
        let id = session.program_of(&self.to)?;
        if !session.type_quietly(id, &self.text) {
            return Err(Detail::Program(ProgramDetail::NotTyped));
        }
        Ok(Awaiting::boxed(id, Awaited::Started))
    }
}

impl Carry for ExpectProgram {
    fn begin(&self, session: &mut Session, _: &mut Runner) -> Started {
        let id = session.program_of(&self.at)?;
        let (what, within, deadline) = (self.what.clone(), self.within, session.after(self.within));
        Ok(Awaiting::boxed(id, Awaited::Event { what, within, deadline }))
    }

    fn is_expect(&self) -> bool {
        true
    }
}

/// What was found at a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProgramDetail {
    Called(String),
    Printed(String),
    Exited(i32),
    NotCalled(String, Duration),
    /// What was wanted, and the end of what came instead.
    NotPrinted(String, String, Duration),
    NotExited(Duration),
    ExitedOtherwise(Ended),
    EndedBefore(Ended),
    NotStarted(NotStarted),
    NotRunning,
    NotTyped,
}

impl Session {
    fn program_of(&self, name: &str) -> Result<EndpointId, Detail> {
        let program = self.program_named_now(name).ok_or_else(|| Detail::NoEndpoint { name: name.to_owned() })?;
        Ok(program.id)
    }

    /// `None` while it must be waited for.
    fn judge_program(&mut self, id: EndpointId, awaited: &Awaited) -> Option<(Detail, bool)> {
        let now = self.now();
        let failed = |detail| Some((Detail::Program(detail), false));
        let Some(program) = self.program_mut(id) else { return failed(ProgramDetail::NotRunning) };
        match awaited {
            Awaited::Started => match (&program.live.failed, program.live.pid) {
                (Some(why), _) => failed(ProgramDetail::NotStarted(why.clone())),
                (None, Some(_)) => Some((Detail::Done, true)),
                (None, None) if !program.live.is_running() => failed(ProgramDetail::NotRunning),
                (None, None) => None,
            },
            Awaited::Gone => (!program.live.is_running()).then_some((Detail::Done, true)),
            Awaited::Event { what, within, deadline } => match happened(program, what) {
                Some(detail) => {
                    let ok = matches!(
                        detail,
                        ProgramDetail::Called(_) | ProgramDetail::Printed(_) | ProgramDetail::Exited(_)
                    );
                    Some((Detail::Program(detail), ok))
                }
                None if now < *deadline => None,
                None => failed(match what {
                    ProgramEvent::Call(name) => ProgramDetail::NotCalled(name.clone(), *within),
                    ProgramEvent::Output(text) => {
                        ProgramDetail::NotPrinted(text.clone(), program.live.console.unread(SHOWN), *within)
                    }
                    ProgramEvent::Exit(_) => ProgramDetail::NotExited(*within),
                }),
            },
        }
    }
}

/// What has become of it; `None` while it may still come.
fn happened(program: &mut Program, what: &ProgramEvent) -> Option<ProgramDetail> {
    let live = &mut program.live;
    let before = match (&live.failed, live.ended) {
        (Some(why), _) => Some(ProgramDetail::NotStarted(why.clone())),
        (None, Some(how)) => Some(ProgramDetail::EndedBefore(how)),
        (None, None) if !live.is_running() => Some(ProgramDetail::NotRunning),
        (None, None) => None,
    };
    match what {
        ProgramEvent::Call(name) => {
            if live.has_called(name) {
                return Some(ProgramDetail::Called(name.clone()));
            }
            // What it has left behind may still call.
            before.filter(|_| !live.is_running())
        }
        ProgramEvent::Output(text) => {
            if live.console.take(text) {
                return Some(ProgramDetail::Printed(text.clone()));
            }
            before.filter(|_| !live.is_running())
        }
        ProgramEvent::Exit(status) => match live.ended {
            Some(Ended::Status(code)) if code == *status => Some(ProgramDetail::Exited(code)),
            Some(how) => Some(ProgramDetail::ExitedOtherwise(how)),
            None => before,
        },
    }
}

impl ProgramDetail {
    pub(super) fn text(&self, lang: Lang) -> String {
        let time = |time: &Duration| explain::time(lang, u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
        let shown = |text: &str| text.chars().take(SHOWN).flat_map(char::escape_debug).collect::<String>();
        match self {
            Self::Called(call) => t!(lang, "program-did-call", call = call.as_str()),
            Self::Printed(text) => t!(lang, "program-did-print", text = shown(text)),
            Self::Exited(status) => t!(lang, "program-did-exit", status = status.to_string()),
            Self::NotCalled(call, within) => {
                t!(lang, "program-did-not-call", call = call.as_str(), time = time(within))
            }
            Self::NotPrinted(text, got, within) if got.is_empty() => {
                t!(lang, "program-did-not-print-at-all", text = shown(text), time = time(within))
            }
            Self::NotPrinted(text, got, within) => {
                t!(lang, "program-did-not-print", text = shown(text), got = shown(got), time = time(within))
            }
            Self::NotExited(within) => t!(lang, "program-did-not-exit", time = time(within)),
            Self::ExitedOtherwise(how) => t!(lang, "program-ended-otherwise", how = how.to_string()),
            Self::EndedBefore(how) => t!(lang, "program-ended-before", how = how.to_string()),
            Self::NotStarted(why) => {
                t!(lang, "program-not-started", command = why.command.as_str(), errno = why.errno.to_string())
            }
            Self::NotRunning => t!(lang, "program-does-not-run"),
            Self::NotTyped => t!(lang, "program-takes-nothing"),
        }
        .into_owned()
    }
}
