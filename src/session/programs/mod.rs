//! The programs of a lab: started and ended, with what they print and which sockets they have.

mod allowed;
mod console;
mod history;
mod source_file;
mod status;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

pub(super) use allowed::Allowed;
pub use console::{Console, Line, MAX_LINE};
pub use source_file::{SourceFile, parts as source_parts};
pub use status::ProgramStatus;

use super::open_sockets::OpenSockets;
use super::{Happening, Session};
use crate::lab::{EndpointId, ProgramSpec, TextEncoding};
use crate::program::{self, Terminal};
use crate::trace::notice::ProgramNotice;
use crate::trace::observed::Observed;
use crate::trace::program::{NotStarted, ProgramNews};
use crate::trace::{Errno, Notice, NoticeKind};

/// How long ended processes are waited for when the lab lets them go.
const END: Duration = Duration::from_secs(2);

/// A program of the lab with what it is doing now.
#[derive(Debug)]
pub struct Program {
    /// The number under which the trace has its name and its calls.
    pub id: EndpointId,
    pub spec: ProgramSpec,
    pub live: ProgramStatus,
}

impl Program {
    pub(super) fn new(id: EndpointId, spec: ProgramSpec) -> Self {
        Self { id, spec, live: ProgramStatus::default() }
    }

    /// As it was before the call of that number; `seen` is what the calls up to it say.
    pub(super) fn before(&self, next_call: u64, seen: Option<(&Observed, &OpenSockets)>) -> Self {
        Self { id: self.id, spec: self.spec.clone(), live: self.live.before(next_call, seen) }
    }
}

impl Session {
    /// A program of the lab. Its name is made unique.
    pub fn add_program(&mut self, mut spec: ProgramSpec) -> EndpointId {
        let allowed = self.allows_programs();
        spec.name = self.free_name(&spec.name);
        let id = self.next_id();
        self.name(id, &spec.name, TextEncoding::default());
        self.lab.members.add(id);
        self.programs.push(Program::new(id, spec));
        self.go_on_allowing(allowed);
        id
    }

    /// What is run at the next start. Its name stays, or is made unique.
    pub(super) fn edit_program(&mut self, id: EndpointId, mut spec: ProgramSpec) {
        let allowed = self.allows_programs();
        spec.name = self.free_name_except(&spec.name, Some(id));
        let Some(program) = self.program_mut(id) else { return };
        let old = std::mem::replace(&mut program.spec, spec);
        let (name, hold, runs) = (program.spec.name.clone(), program.spec.hold, program.live.is_running());
        if hold != old.hold && runs {
            self.hold(id, hold);
        }
        if old.name != name {
            self.name(id, &name, TextEncoding::default());
            self.follow_new_name(&old.name, &name);
        }
        self.go_on_allowing(allowed);
    }

    pub(super) fn remove_program(&mut self, id: EndpointId) {
        self.end_hold(id);
        // What of it runs is ended with its handle.
        let allowed = self.allows_programs();
        self.programs.retain(|program| program.id != id);
        self.go_on_allowing(allowed);
        self.notices.removed(id);
        self.resume_deferred(id);
    }

    /// Puts these programs in the place of those that are there.
    pub(super) fn restore_programs(&mut self, programs: &[(EndpointId, Arc<ProgramSpec>)]) {
        let allowed = self.allows_programs();
        let mut before: Vec<Option<Program>> = std::mem::take(&mut self.programs).into_iter().map(Some).collect();
        for (id, spec) in programs {
            let found = before.iter_mut().find(|slot| slot.as_ref().is_some_and(|program| program.id == *id));
            let mut program =
                found.and_then(Option::take).unwrap_or_else(|| Program::new(*id, ProgramSpec::clone(spec)));
            program.spec = ProgramSpec::clone(spec);
            self.name(*id, &spec.name, TextEncoding::default());
            self.programs.push(program);
        }
        self.go_on_allowing(allowed);
        // What is left is ended with its handle.
        for gone in before.into_iter().flatten() {
            self.end_hold(gone.id);
            self.notices.removed(gone.id);
        }
    }

    /// As they are shown: while the user looks back, as they were.
    pub fn programs(&self) -> &[Program] {
        self.looking_back.as_ref().map_or(&self.programs, |looking| &looking.programs)
    }

    pub fn program(&self, id: EndpointId) -> Option<&Program> {
        self.programs().iter().find(|program| program.id == id)
    }

    pub fn program_named(&self, name: &str) -> Option<&Program> {
        self.programs().iter().find(|program| program.spec.name == name)
    }

    pub fn program_now(&self, id: EndpointId) -> Option<&Program> {
        self.programs.iter().find(|program| program.id == id)
    }

    pub(super) fn program_named_now(&self, name: &str) -> Option<&Program> {
        self.programs.iter().find(|program| program.spec.name == name)
    }

    pub(super) fn program_mut(&mut self, id: EndpointId) -> Option<&mut Program> {
        self.programs.iter_mut().find(|program| program.id == id)
    }

    /// Whether its programs may run: the user has seen their command lines, for this file and with these contents.
    pub fn allows_programs(&self) -> bool {
        self.programs.is_empty() || self.allowed.has(self.lab.path.as_deref(), &self.programs)
    }

    /// The user has seen what the programs of this lab run, and allows it.
    pub fn allow_programs(&mut self) {
        self.allowed.add(self.lab.path.as_deref(), &self.programs);
    }

    /// After a change of the user's own: what was allowed before is.
    pub(super) fn go_on_allowing(&mut self, allowed: bool) {
        if allowed && !self.allows_programs() {
            self.allow_programs();
        }
    }

    /// The programs share this process's terminal: `socket-lab trace`.
    pub fn share_terminal(&mut self) {
        self.terminal = Terminal::Inherited;
    }

    /// Starts a program that does not run. What becomes of it is reported.
    pub fn start_program(&mut self, id: EndpointId) {
        let folder = self.lab.path.as_deref().and_then(Path::parent).map(Path::to_owned);
        let terminal = self.terminal;
        let recorder = self.engine.recorder(id);
        if !self.allows_programs() || self.program_now(id).is_none_or(|program| program.live.is_running()) {
            return;
        }
        self.follow_link();
        let place = self.place_of_program(id);
        self.hold_from_opening(id);
        let next_call = self.lab.trace.next_seq();
        let Some(program) = self.program_mut(id) else { return };
        program.live.begin(next_call);
        let next_conn = program.live.observed.conns_begun.saturating_add(1);
        let folder = folder.filter(|folder| is_named(folder));
        match program::start(&program.spec, folder, terminal, recorder, next_conn, place) {
            Ok(running) => program.live.running = Some(running),
            Err(error) => {
                let command = program.spec.run.first().cloned().unwrap_or_default();
                let why = NotStarted { command, errno: Errno::from(&error) };
                program.live.failed = Some(why.clone());
                self.push_notice(id, ProgramNotice::NotStarted(why));
            }
        }
    }

    /// Asks a program to end, and ends it after a moment. It is held no longer: it could not hear that it is to end.
    pub fn stop_program(&mut self, id: EndpointId) {
        if self.is_endpoint_held(id) {
            self.hold(id, false);
        }
        if let Some(running) = self.program_now(id).and_then(|program| program.live.running.as_ref()) {
            running.stop();
        }
    }

    /// Passes on what this process was asked: to end; once more, to end at once.
    pub fn signal_program(&self, id: EndpointId, at_once: bool) {
        if let Some(running) = self.program_now(id).and_then(|program| program.live.running.as_ref()) {
            if at_once {
                running.kill();
            } else {
                running.terminate();
            }
        }
    }

    /// Types to a program's standard input.
    pub fn type_to(&mut self, id: EndpointId, text: &str) {
        if !self.type_quietly(id, text) {
            self.push_notice(id, ProgramNotice::NotTyped);
        }
    }

    /// The same for a caller that says itself what is wrong. False where it was not taken.
    pub(super) fn type_quietly(&mut self, id: EndpointId, text: &str) -> bool {
        let next_call = self.lab.trace.next_seq();
        let Some(program) = self.program_mut(id) else { return false };
        let taken = program.live.running.as_ref().is_some_and(|running| running.type_in(Bytes::from(text.to_owned())));
        if taken {
            program.live.console.typed(text, next_call);
        }
        taken
    }

    fn push_notice(&mut self, id: EndpointId, news: ProgramNotice) {
        let at = self.now();
        self.notices.push(Notice { at, endpoint: Some(id), conn: None, kind: NoticeKind::Program(news) });
    }

    /// Ends all programs at once. Gives how many processes there were.
    pub(super) fn end_programs(&mut self) -> usize {
        let running: Vec<_> = self.programs.iter_mut().filter_map(|program| program.live.running.take()).collect();
        let ended = running.iter().filter(|running| !running.is_over()).map(program::Running::kill).sum();
        for one in &running {
            one.wait(END);
        }
        ended
    }

    pub(super) fn on_program_news(&mut self, id: EndpointId, news: ProgramNews, report: &mut dyn FnMut(Happening<'_>)) {
        let (at, next_call) = (self.now(), self.lab.trace.next_seq());
        let Some(program) = self.programs.iter_mut().find(|program| program.id == id) else { return };
        let live = &mut program.live;
        let ends = matches!(news, ProgramNews::NotStarted(_) | ProgramNews::Ended { .. } | ProgramNews::Gone);
        let notice = match news {
            ProgramNews::Started { pid, seen } => {
                live.started(pid, seen);
                None
            }
            ProgramNews::NotStarted(why) => {
                live.not_started(why.clone());
                Some(ProgramNotice::NotStarted(why))
            }
            ProgramNews::Output { stream, bytes } => {
                let text = live.console.printed(stream, &bytes, next_call);
                if !text.is_empty() {
                    report(Happening::Output { program: id, stream, text: &text });
                }
                None
            }
            ProgramNews::Source { name, text } => {
                live.add_source(name, &text);
                None
            }
            ProgramNews::Closed { socket, conn } => {
                live.closed(socket, conn, next_call);
                None
            }
            ProgramNews::Unwatched { why, pid } => {
                live.unwatched.push(why);
                Some(ProgramNotice::Unwatched { why, pid })
            }
            ProgramNews::Ended { how, left } => {
                for (stream, text) in live.console.finish(next_call) {
                    report(Happening::Output { program: id, stream, text: &text });
                }
                live.has_ended(how, left, next_call);
                report(Happening::Exit { program: id, how });
                None
            }
            ProgramNews::Gone => {
                live.gone(next_call);
                None
            }
        };
        if let Some(news) = notice {
            let notice = Notice { at, endpoint: Some(id), conn: None, kind: NoticeKind::Program(news) };
            report(Happening::Notice(&notice));
            self.notices.push(notice);
        }
        if ends {
            // It will listen no more.
            self.resume_deferred(id);
        }
        self.advance_steps(report);
    }

    /// True while anything of its programs is alive.
    pub fn programs_run(&self) -> bool {
        self.programs.iter().any(|program| program.live.is_running())
    }

    /// Ends what still runs, at the end of a run, and says how much that was.
    pub fn end_all_programs(&mut self, report: &mut dyn FnMut(Happening<'_>)) {
        let ids: Vec<EndpointId> = self.programs.iter().map(|program| program.id).collect();
        for id in ids {
            let Some(program) = self.program_mut(id) else { continue };
            let Some(running) = program.live.running.as_ref().filter(|running| !running.is_over()) else { continue };
            let main_has_ended = program.live.ended.is_some();
            let processes = running.kill();
            if main_has_ended && processes > 0 {
                let kind = NoticeKind::Program(ProgramNotice::LeftBehind { processes });
                let notice = Notice { at: self.now(), endpoint: Some(id), conn: None, kind };
                report(Happening::Notice(&notice));
                self.notices.push(notice);
            }
        }
    }
}

fn is_named(folder: &Path) -> bool {
    !folder.as_os_str().is_empty()
}
