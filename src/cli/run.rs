//! `socket-lab run`: a session without a window. It opens the endpoints, carries out the steps and prints what happens.

use std::io;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::output::Output;
use super::printer::Printer;
use super::{RunArguments, WRONG, complain, signals};
use crate::explain;
use crate::lab::{Lab, Link};
use crate::lang::Lang;
use crate::session::recording::{Recorded, Target};
use crate::session::{Happening, Pumped, Session};
use crate::t;
use crate::trace::export::jsonl::SummaryLine;
use crate::trace::store::DEFAULT_RETENTION;
use crate::trace::{Errno, FileNotice, Nanos, Notice, NoticeKind};

/// After so much time with events, what was printed goes out.
const BUDGET: Duration = Duration::from_millis(20);

/// How often Ctrl-C is looked for while nothing happens.
const LOOK: Duration = Duration::from_millis(100);

/// After the last step the run goes on until nothing has happened for so long (the bytes of a last `send` still arrive) …
const QUIET: Duration = Duration::from_millis(50);

/// … but not longer than this.
const SETTLE: Duration = Duration::from_millis(500);

/// How long the endpoints are given to close at the end after they were last heard of.
const CLOSING: Duration = Duration::from_secs(3);

pub(super) fn run(lang: Lang, lab: Lab, arguments: &RunArguments) -> ExitCode {
    let mut session = match Session::new(Arc::new(|| {}), DEFAULT_RETENTION) {
        Ok(session) => session,
        Err(error) => {
            complain(t!(lang, "run-cant-start", reason = lang.system_reason(&error)));
            return ExitCode::FAILURE;
        }
    };
    if !lab.programs.is_empty() && !arguments.allow_programs {
        complain(t!(lang, "run-programs-not-allowed"));
        for program in &lab.programs {
            complain(format_args!("  {}: {}", program.name, program.command_line()));
        }
        return ExitCode::from(WRONG);
    }
    let mut lab = lab;
    if arguments.lossy_link {
        lab.link.get_or_insert_with(Link::usual);
    }
    session.load(lab, Some(arguments.file.clone()));
    if let Err(error) = session.plug_link() {
        complain(t!(lang, "run-no-link", reason = lang.system_reason(&error)));
        return ExitCode::FAILURE;
    }
    if arguments.allow_programs {
        session.allow_programs();
    }
    if let Some(path) = &arguments.record {
        let target = Target { path: path.clone(), overwrite: false };
        if let Err(error) = session.record(&target) {
            let kind = NoticeKind::File(FileNotice::NotRecording { path: target.path, errno: Errno::from(&error) });
            let notice = Notice { at: session.now(), endpoint: None, conn: None, kind };
            complain(explain::one_line(lang, &notice, None));
            return ExitCode::from(WRONG);
        }
    }
    let interrupted = Arc::<AtomicBool>::default();
    if let Err(error) = signals::watch(Arc::clone(&interrupted)) {
        complain(t!(lang, "run-no-signal", reason = lang.system_reason(&error)));
    }
    let printer = match Printer::start(io::stdout(), Arc::clone(&interrupted)) {
        Ok(printer) => printer,
        Err(error) => {
            complain(t!(lang, "run-cant-start", reason = lang.system_reason(&error)));
            return ExitCode::FAILURE;
        }
    };
    let output = Output::new(printer, arguments.format, lang, &session);
    let limit = arguments.limit.map(|limit| after(session.now(), limit));
    let mut run = Run { session, output, limit, interrupted };
    let ok = run.whole();
    match run.output.failure() {
        None => {}
        // The reader of our output has had enough, as in `socket-lab run … | head`.
        Some(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
        Some(error) => {
            complain(t!(lang, "run-cant-write", reason = lang.system_reason(error)));
            return ExitCode::FAILURE;
        }
    }
    if ok { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

struct Run {
    session: Session,
    output: Output<Printer>,
    /// When `--for` has passed.
    limit: Option<Nanos>,
    interrupted: Arc<AtomicBool>,
}

impl Run {
    /// From the first opening to the summary; true where nothing failed.
    fn whole(&mut self) -> bool {
        let Self { session, output, .. } = self;
        session.run_steps(&mut |happening| output.print(&happening));
        while !self.is_over() {
            self.pump(LOOK);
        }
        let has_steps = !self.session.steps().is_empty();
        let finished = self.session.run_state().is_some_and(|state| state.finished);
        if finished && has_steps {
            self.settle();
        }
        let Self { session, output, .. } = self;
        session.interrupt_steps(&mut |happening| output.print(&happening));
        // Without steps, an opening that had not ended was not interrupted by a failure of its own.
        let ok = self.session.run_state().is_some_and(|state| state.ok()) && (finished || !has_steps);
        let failed_steps = self.session.run_state().map_or(0, |state| state.results.iter().filter(|it| !it.ok).count());
        self.close();
        self.summarise(failed_steps as u64);
        ok
    }

    fn is_over(&self) -> bool {
        let now = self.session.now();
        let steps_are_over =
            self.session.run_state().is_some_and(|state| state.finished && (state.of > 0 || !state.ok()));
        steps_are_over
            || self.output.failure().is_some()
            || self.interrupted.load(Ordering::Relaxed)
            || self.limit.is_some_and(|limit| now >= limit)
    }

    /// Waits for something to happen, at most for `longest`, and prints it.
    fn pump(&mut self, longest: Duration) -> Pumped {
        let now = self.session.now();
        let wait = [self.limit, self.session.next_deadline()]
            .into_iter()
            .flatten()
            .map(|deadline| Duration::from_nanos(deadline.since(now)))
            .fold(longest, Duration::min);
        let Self { session, output, .. } = self;
        let pumped = session.wait_and_pump(wait, BUDGET, &mut |happening| output.print(&happening));
        self.output.flush();
        pumped
    }

    fn settle(&mut self) {
        let began = Instant::now();
        while began.elapsed() < SETTLE && self.pump(QUIET) != Pumped::Idle {}
    }

    fn close(&mut self) {
        let Self { session, output, .. } = self;
        session.end_all_programs(&mut |happening| output.print(&happening));
        self.session.close_for_good();
        self.limit = None;
        let mut heard = Instant::now();
        while (self.session.is_closing() || self.session.programs_run())
            && heard.elapsed() < CLOSING
            && self.output.failure().is_none()
        {
            if self.pump(LOOK) != Pumped::Idle {
                heard = Instant::now();
            }
        }
        // What was on its way when the last endpoint said that it is closed.
        while self.pump(Duration::ZERO) != Pumped::Idle {}
        let Self { session, output, .. } = self;
        session.abandon_waiting(&mut |happening| output.print(&happening));
        session.tell_faults(true, &mut |happening| output.print(&happening));
        // The last call is in the recording before the program ends, however slow the disk is.
        if let Some(Recorded { path, calls, bytes, failed: Some(errno) }) = self.session.finish_recording() {
            let kind = NoticeKind::File(FileNotice::RecordingFailed { path, errno, calls, bytes });
            let notice = Notice { at: self.session.now(), endpoint: None, conn: None, kind };
            self.output.print(&Happening::Notice(&notice));
        }
    }

    fn summarise(&mut self, failed_steps: u64) {
        let trace = self.session.trace();
        let totals = trace.totals();
        self.output.summary(&SummaryLine {
            calls: totals.calls,
            sent_bytes: totals.sent_bytes,
            received_bytes: totals.received_bytes,
            evicted_calls: trace.evicted_calls(),
            evicted_bytes: trace.evicted_bytes(),
            kernel_drops: self.session.kernel_drops(),
            failed_steps,
        });
        self.output.finish();
    }
}

fn after(now: Nanos, time: Duration) -> Nanos {
    Nanos(now.0.saturating_add(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)))
}
