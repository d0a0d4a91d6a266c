//! What a headless run prints: a line for each thing that happens, as text or as JSON. Where nothing is to be printed, what
//! failed still goes to stderr.

use std::collections::HashMap;
use std::io::{self, BufWriter, Write};

use super::printer::Printer;
use super::{Format, complain};
use crate::explain;
use crate::lab::{EndpointId, EndpointSpec, ProgramSpec, TextEncoding};
use crate::lang::Lang;
use crate::session::{Happening, Session, StepResult};
use crate::t;
use crate::trace::export::jsonl::{
    self, CallLines, ExitLine, ExpectLine, FaultLine, FrameLine, HeldLine, HeldMessageLine, NoticeLine, OutputLine,
    SummaryLine,
};
use crate::trace::export::text::call_line_saying;
use crate::trace::faults::Row;
use crate::trace::held::{HeldCall, HeldMessage};
use crate::trace::naming::Owner;
use crate::trace::program::{Ended, Stream, signal_name};
use crate::trace::segments::Segment;
use crate::trace::text::visible;
use crate::trace::transfer::{Transfer, Verdict};
use crate::trace::{Call, Level, Notice};

/// Lines are collected up to this size while more events are at hand: 64 KiB.
const BUFFER: usize = 64 * 1024;

/// Where the lines go. The first failure to write is kept; after it nothing is written any more.
pub(super) struct Output<W: Write> {
    out: BufWriter<W>,
    format: Format,
    lang: Lang,
    endpoints: HashMap<EndpointId, Shown>,
    calls: CallLines,
    failure: Option<io::Error>,
}

/// How an endpoint's calls are shown.
struct Shown {
    name: String,
    encoding: TextEncoding,
    is_client: bool,
}

impl Shown {
    fn of(spec: &EndpointSpec) -> Self {
        Self { name: spec.name.clone(), encoding: spec.encoding, is_client: spec.kind.is_client() }
    }

    /// Its connections have numbers, whichever way they were opened.
    fn program(spec: &ProgramSpec) -> Self {
        Self { name: spec.name.clone(), encoding: TextEncoding::default(), is_client: false }
    }

    fn owner(&self) -> Owner<'_> {
        Owner { name: &self.name, is_client: self.is_client }
    }
}

impl Output<Printer> {
    /// Waits until the reader has all of it.
    pub(super) fn finish(&mut self) {
        self.flush();
        if self.failure.is_none() {
            let finished = self.out.get_mut().finish();
            self.keep(finished);
        }
    }
}

impl<W: Write> Output<W> {
    pub(super) fn new(out: W, format: Format, lang: Lang, session: &Session) -> Self {
        let endpoints = session.endpoints().iter().map(|it| (it.id, Shown::of(&it.spec)));
        let programs = session.programs().iter().map(|it| (it.id, Shown::program(&it.spec)));
        Self {
            out: BufWriter::with_capacity(BUFFER, out),
            format,
            lang,
            endpoints: endpoints.chain(programs).collect(),
            calls: CallLines::default(),
            failure: None,
        }
    }

    /// Why writing failed, once it has.
    pub(super) fn failure(&self) -> Option<&io::Error> {
        self.failure.as_ref()
    }

    pub(super) fn print(&mut self, happening: &Happening<'_>) {
        if self.failure.is_some() {
            return;
        }
        let written = match happening {
            Happening::Call(call) => self.call(call),
            Happening::Held(call) => self.held(call),
            Happening::Segment(segment) => self.segment(segment),
            Happening::MessageHeld(message) => self.message_held(message),
            Happening::Notice(notice) => self.notice(notice),
            Happening::Transfer(transfer, verdict) => self.transfer(transfer, verdict),
            Happening::Fault(row) => self.fault(row),
            Happening::Step(result) => self.step(result),
            Happening::Output { program, stream, text } => self.output(*program, *stream, text),
            Happening::Exit { program, how } => self.exit(*program, *how),
        };
        self.keep(written);
    }

    /// The last line.
    pub(super) fn summary(&mut self, summary: &SummaryLine) {
        if self.failure.is_some() {
            return;
        }
        let number = explain::number;
        let written = match self.format {
            Format::None => Ok(()),
            Format::Jsonl => jsonl::write(&mut self.out, summary),
            Format::Text => {
                let words = t!(
                    self.lang,
                    "run-summary",
                    calls = number(summary.calls),
                    sent = number(summary.sent_bytes),
                    received = number(summary.received_bytes),
                    evicted = number(summary.evicted_calls),
                    dropped = number(summary.kernel_drops),
                    failed = number(summary.failed_steps),
                );
                writeln!(self.out, "{words}")
            }
        };
        self.keep(written);
        self.flush();
    }

    /// Sends out what was collected.
    pub(super) fn flush(&mut self) {
        if self.failure.is_none() {
            let flushed = self.out.flush();
            self.keep(flushed);
        }
    }

    fn keep(&mut self, written: io::Result<()>) {
        if let Err(error) = written {
            self.failure.get_or_insert(error);
        }
    }

    fn call(&mut self, call: &Call) -> io::Result<()> {
        let shown = self.endpoints.get(&call.endpoint);
        let owner = shown.map_or(Owner { name: "?", is_client: false }, Shown::owner);
        match self.format {
            Format::None => Ok(()),
            Format::Jsonl => self.calls.write(&mut self.out, call, owner.name),
            Format::Text => {
                let abandoned = match call.is_abandoned() {
                    true => explain::abandoned(self.lang, call.name(), call.took),
                    false => String::new(),
                };
                let encoding = shown.map(|shown| shown.encoding).unwrap_or_default();
                let who = owner.with_number(call.conn);
                writeln!(self.out, "{}", call_line_saying(call, &who, encoding, &abandoned))
            }
        }
    }

    fn held(&mut self, call: &HeldCall) -> io::Result<()> {
        let shown = self.endpoints.get(&call.endpoint);
        let owner = shown.map_or(Owner { name: "?", is_client: false }, Shown::owner);
        match self.format {
            Format::None => Ok(()),
            Format::Jsonl => jsonl::write(&mut self.out, &HeldLine::new(call, owner.name)),
            Format::Text => {
                let mark = t!(self.lang, "run-mark-held");
                let who = owner.with_number(call.conn);
                writeln!(self.out, "{mark:>6}  {}", visible(&format!("{who}: {}", call.op)))
            }
        }
    }

    /// In JSON lines only: there are many.
    fn segment(&mut self, segment: &Segment) -> io::Result<()> {
        if self.format == Format::Jsonl { jsonl::write(&mut self.out, &FrameLine::new(segment)) } else { Ok(()) }
    }

    fn message_held(&mut self, message: &HeldMessage) -> io::Result<()> {
        let shown = self.endpoints.get(&message.endpoint);
        let name = shown.map_or("?", |shown| &shown.name);
        match self.format {
            Format::None => Ok(()),
            Format::Jsonl => jsonl::write(&mut self.out, &HeldMessageLine::new(message, name)),
            Format::Text => {
                let mark = t!(self.lang, "run-mark-held");
                let encoding = shown.map(|shown| shown.encoding).unwrap_or_default();
                let words = explain::fault::held_message(self.lang, message, name, encoding);
                writeln!(self.out, "{mark:>6}  {}", visible(&words))
            }
        }
    }

    fn notice(&mut self, notice: &Notice) -> io::Result<()> {
        let owner = notice.endpoint.and_then(|id| self.endpoints.get(&id)).map(Shown::owner);
        let text = explain::one_line(self.lang, notice, owner);
        let level = notice.kind.level();
        match self.format {
            Format::None => {
                if level == Level::Error {
                    complain(text);
                }
                Ok(())
            }
            Format::Jsonl => {
                let endpoint = owner.map(|owner| owner.name);
                jsonl::write(&mut self.out, &NoticeLine { level: level.name(), endpoint, text: &text })
            }
            Format::Text => {
                let mark = match level {
                    Level::Info => t!(self.lang, "run-mark-info"),
                    Level::Warning => t!(self.lang, "run-mark-warning"),
                    Level::Error => t!(self.lang, "run-mark-error"),
                };
                writeln!(self.out, "{mark:>6}  {}", visible(&text))
            }
        }
    }

    /// In words only: the JSON lines have no type for it.
    fn transfer(&mut self, transfer: &Transfer, verdict: &Verdict) -> io::Result<()> {
        if self.format != Format::Text {
            return Ok(());
        }
        let endpoint = self.endpoints.get(&transfer.asked.endpoint).map_or("?", |shown| &shown.name);
        let words = explain::verdict_of(self.lang, &transfer.asked.name, transfer.done(), verdict);
        let mark = t!(self.lang, "run-mark-info");
        writeln!(self.out, "{mark:>6}  {}", visible(&format!("{endpoint}: {words}")))
    }

    fn fault(&mut self, row: &Row) -> io::Result<()> {
        let endpoint = self.endpoints.get(&row.harm.endpoint).map_or("?", |shown| &shown.name);
        match self.format {
            Format::None => Ok(()),
            Format::Jsonl => jsonl::write(&mut self.out, &FaultLine::new(row, endpoint)),
            Format::Text => {
                let mark = t!(self.lang, "run-mark-fault");
                writeln!(self.out, "{mark:>6}  {}", visible(&explain::fault::row(self.lang, row, endpoint)))
            }
        }
    }

    /// What a program has printed, line by line, with the line's own beginning.
    fn output(&mut self, program: EndpointId, stream: Stream, text: &str) -> io::Result<()> {
        let name = self.endpoints.get(&program).map_or("?", |shown| &shown.name);
        match self.format {
            Format::None => Ok(()),
            Format::Jsonl => jsonl::write(&mut self.out, &OutputLine { program: name, stream: stream.name(), text }),
            Format::Text => {
                let mark = match stream {
                    Stream::Out => "|",
                    Stream::Err => "!",
                };
                for line in text.lines() {
                    writeln!(self.out, "{:>6}  {} {mark} {}", "", visible(name), visible(line))?;
                }
                Ok(())
            }
        }
    }

    fn exit(&mut self, program: EndpointId, how: Ended) -> io::Result<()> {
        let name = self.endpoints.get(&program).map_or("?", |shown| &shown.name);
        match self.format {
            Format::None => Ok(()),
            Format::Jsonl => jsonl::write(&mut self.out, &ExitLine::new(name, how)),
            Format::Text => {
                let words = match how {
                    Ended::Status(status) => t!(self.lang, "program-exit", name = name, status = status.to_string()),
                    Ended::Signal(signal) => {
                        t!(self.lang, "program-exit-signal", name = name, signal = signal_name(signal))
                    }
                };
                let mark = t!(self.lang, "run-mark-info");
                writeln!(self.out, "{mark:>6}  {}", visible(&words))
            }
        }
    }

    fn step(&mut self, result: &StepResult) -> io::Result<()> {
        let detail = result.text(self.lang);
        match self.format {
            Format::None => {
                if !result.ok {
                    complain(t!(self.lang, "run-step", step = result.step, detail = detail));
                }
                Ok(())
            }
            Format::Jsonl => {
                jsonl::write(&mut self.out, &ExpectLine { step: result.step, ok: result.ok, detail: &detail })
            }
            Format::Text => {
                let mark = if result.ok { t!(self.lang, "run-mark-ok") } else { t!(self.lang, "run-mark-failed") };
                let words = t!(self.lang, "run-step", step = result.step, detail = detail);
                writeln!(self.out, "{mark:>6}  {}", visible(&words))
            }
        }
    }
}
