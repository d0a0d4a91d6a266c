//! `socket-lab trace`: a program runs in this terminal, and each of its socket calls is printed.

use std::fs::File;
use std::io;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use super::arguments::TraceArguments;
use super::output::Output;
use super::printer::Printer;
use super::{WRONG, complain};
use crate::explain;
use crate::lab::{EndpointId, Lab, ProgramSpec, name};
use crate::lang::Lang;
use crate::session::Session;
use crate::session::recording::{Recorded, Target};
use crate::t;
use crate::trace::export::jsonl::SummaryLine;
use crate::trace::store::DEFAULT_RETENTION;
use crate::trace::{Errno, FileNotice, Notice, NoticeKind};
use crate::ui::app::{Options, StartedProgram};

/// After so much time with events, what was printed goes out.
const BUDGET: Duration = Duration::from_millis(20);

/// How often is looked for signals while nothing happens.
const LOOK: Duration = Duration::from_millis(50);

pub(super) fn trace(lang: Lang, arguments: &TraceArguments) -> ExitCode {
    if arguments.window {
        return super::window(lang, Options { file: None, program: Some(started_here(arguments)) });
    }
    let failed = |error: &io::Error| {
        complain(t!(lang, "run-cant-start", reason = lang.system_reason(error)));
        ExitCode::FAILURE
    };
    let mut session = match Session::new(Arc::new(|| {}), DEFAULT_RETENTION) {
        Ok(session) => session,
        Err(error) => return failed(&error),
    };
    session.load(Lab { programs: vec![spec(arguments)], ..Lab::default() }, None);
    session.allow_programs();
    session.share_terminal();
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
    let printer = match &arguments.output {
        None => Printer::start(io::stderr(), Arc::clone(&interrupted)),
        Some(path) => match File::create(path) {
            Ok(file) => Printer::start(file, Arc::clone(&interrupted)),
            Err(error) => {
                let file = path.display().to_string();
                complain(t!(lang, "trace-cant-open", file = file, reason = lang.system_reason(&error)));
                return ExitCode::from(WRONG);
            }
        },
    };
    let printer = match printer {
        Ok(printer) => printer,
        Err(error) => return failed(&error),
    };
    let signals = match Signals::watch() {
        Ok(signals) => signals,
        Err(error) => return failed(&error),
    };
    let Some(id) = session.programs().first().map(|program| program.id) else { return ExitCode::FAILURE };
    let mut output = Output::new(printer, arguments.format, lang, &session);
    session.start_program(id);
    let status = follow(&mut session, &mut output, id, &signals);
    finish(&mut session, &mut output);
    status
}

/// The command as a program of a lab, under the name of its file.
fn spec(arguments: &TraceArguments) -> ProgramSpec {
    let run = arguments.program.clone();
    let file = run.first().and_then(|program| Path::new(program).file_name());
    let name = file.map(|name| name.to_string_lossy().into_owned()).filter(|name| name::check(name).is_ok());
    ProgramSpec { name: name.unwrap_or_else(|| "program".to_owned()), run, ..ProgramSpec::default() }
}

/// For the window: it runs where this process does, also when the lab is saved elsewhere.
fn started_here(arguments: &TraceArguments) -> StartedProgram {
    let spec = ProgramSpec { dir: std::env::current_dir().ok(), ..spec(arguments) };
    StartedProgram { spec, record: arguments.record.clone(), status: Arc::default() }
}

/// Until the program and all that it has left behind have ended; gives the program's status.
fn follow(session: &mut Session, output: &mut Output<Printer>, id: EndpointId, signals: &Signals) -> ExitCode {
    let mut passed_on = 0;
    while session.programs_run() {
        session.wait_and_pump(LOOK, BUDGET, &mut |happening| output.print(&happening));
        output.flush();
        let came = signals.to_pass_on();
        if came > passed_on {
            passed_on = came;
            session.signal_program(id, came > 1);
        } else if signals.interrupts() > 0 && session.program(id).is_some_and(|program| program.live.ended.is_some()) {
            // The terminal's own signal went to the program. What it has left behind would be waited for otherwise.
            session.end_all_programs(&mut |happening| output.print(&happening));
        }
    }
    let Some(program) = session.program(id) else { return ExitCode::FAILURE };
    match (program.live.ended, &program.live.failed) {
        (Some(how), _) => ExitCode::from(u8::try_from(how.status() & 0xff).unwrap_or(1)),
        (None, Some(why)) => ExitCode::from(u8::try_from(why.status()).unwrap_or(1)),
        (None, None) => ExitCode::FAILURE,
    }
}

fn finish(session: &mut Session, output: &mut Output<Printer>) {
    while session.pump(BUDGET, &mut |happening| output.print(&happening)) != crate::session::Pumped::Idle {}
    session.abandon_waiting(&mut |happening| output.print(&happening));
    if let Some(Recorded { path, calls, bytes, failed: Some(errno) }) = session.finish_recording() {
        let kind = NoticeKind::File(FileNotice::RecordingFailed { path, errno, calls, bytes });
        let notice = Notice { at: session.now(), endpoint: None, conn: None, kind };
        output.print(&crate::session::Happening::Notice(&notice));
    }
    let trace = session.trace();
    let totals = trace.totals();
    output.summary(&SummaryLine {
        calls: totals.calls,
        sent_bytes: totals.sent_bytes,
        received_bytes: totals.received_bytes,
        evicted_calls: trace.evicted_calls(),
        evicted_bytes: trace.evicted_bytes(),
        ..SummaryLine::default()
    });
    output.finish();
}

/// Signals to this process. What the terminal sends goes to the program too, which decides; what was sent to this process
/// alone is passed on.
struct Signals(Arc<[AtomicU32; 2]>);

impl Signals {
    #[cfg(unix)]
    fn watch() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let counts = Arc::<[AtomicU32; 2]>::default();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
        let streams = {
            let _entered = runtime.enter();
            let stream = |kind| signal(kind);
            [
                (stream(SignalKind::interrupt())?, 0),
                (stream(SignalKind::quit())?, 0),
                (stream(SignalKind::terminate())?, 1),
                (stream(SignalKind::hangup())?, 1),
            ]
        };
        for (mut stream, place) in streams {
            let counts = Arc::clone(&counts);
            runtime.spawn(async move {
                while stream.recv().await.is_some() {
                    counts[place].fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        std::thread::Builder::new()
            .name("socket-lab-sig".to_owned())
            .spawn(move || runtime.block_on(std::future::pending::<()>()))?;
        Ok(Self(counts))
    }

    #[cfg(not(unix))]
    fn watch() -> io::Result<Self> {
        Ok(Self(Arc::default()))
    }

    /// How often the terminal has interrupted.
    fn interrupts(&self) -> u32 {
        self.0[0].load(Ordering::Relaxed)
    }

    fn to_pass_on(&self) -> u32 {
        self.0[1].load(Ordering::Relaxed)
    }
}
