//! Session = lab + engine + trace. The window and a headless run each own one.
//!
//! Data goes round in one direction: [`Session::act`] turns an [`Action`] into commands for the engine, [`Session::pump`]
//! takes the engine's events into the trace and the live state, and the views read both.

mod action;
mod dispatch;
mod document;
mod downloads;
mod endpoint_edit;
mod endpoint_open;
mod endpoint_status;
mod event_pump;
mod event_route;
pub mod export_job;
mod faults;
mod files;
mod hand_in;
mod history;
mod hold;
mod lab_switch;
mod lesson;
mod link;
mod looking_back;
mod messages;
mod names;
mod notices;
mod open_lab;
mod open_sockets;
pub mod past;
mod predictions;
mod programs;
pub mod recording;
pub mod remedy;
mod steps;
mod trace_open;
mod undo;
mod watch;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

pub use action::Action;
pub use endpoint_status::{Endpoint, EndpointStatus, Repeat};
pub use event_pump::Pumped;
pub use hand_in::HandedIn;
pub use history::{Change, LayoutChange, MAX_CHANGES};
pub use notices::{Logged, Notices};
pub use open_sockets::OpenSocket;
pub use predictions::Predictable;
pub use programs::{Console, Line, MAX_LINE, Program, ProgramStatus, SourceFile, source_parts};
pub use steps::{Detail, End, ProgramDetail, RunState, StepResult};
pub use trace_open::{OPENED_RETENTION, Viewed};
pub use watch::Watch;

use crate::background::Wake;
use crate::engine::{Clock, Engine, EngineConfig, EventReceiver};
use crate::lab::{Breakpoint, EndpointId, Lab, Layout, Lesson, Localized, Snippet, Step};
use crate::program::Terminal;
use crate::trace::faults::Row;
use crate::trace::frames::Framings;
use crate::trace::held::{HeldCall, HeldMessage};
use crate::trace::program::{Ended, Stream};
use crate::trace::receiver::Receiver;
use crate::trace::segments::Segment;
use crate::trace::transfer::{News, Transfer, Transfers, Verdict};
use crate::trace::{Bookmarks, Call, Nanos, Notice, SocketId, Trace};
use document::{Document, Revision};
use downloads::Downloads;
use endpoint_open::Deferred;
use export_job::Export;
use history::History;
use hold::Holding;
use link::Moving;
use looking_back::LookingBack;
use open_lab::OpenLab;
use past::{Past, StopMarks};
use predictions::Said;
use programs::Allowed;
use recording::Recorder;
use steps::Runner;
use trace_open::{Opening, Specs};

/// What [`Session::pump`] reports while it works, in order of happening: for a run that prints as it goes.
#[derive(Debug)]
pub enum Happening<'a> {
    Call(&'a Call),
    Notice(&'a Notice),
    /// A fault has happened, and it is known who felt it.
    Fault(&'a Row),
    /// A program has printed.
    Output {
        program: EndpointId,
        stream: Stream,
        text: &'a str,
    },
    /// A program has ended.
    Exit {
        program: EndpointId,
        how: Ended,
    },
    /// A call is about to be made, and waits for the user.
    Held(&'a HeldCall),
    /// A frame has come to the lossy link, and has gone on or was dropped.
    Segment(&'a Segment),
    /// A relay holds a message.
    MessageHeld(&'a HeldMessage),
    /// A transfer has ended well, and neither a notice nor a step says so.
    Transfer(&'a Transfer, &'a Verdict),
    /// An `expect` or `download` step, or any other that failed.
    Step(&'a StepResult),
}

/// A lab that is being used.
pub struct Session {
    lab: OpenLab,
    /// The endpoints of the document, each with what it is doing.
    endpoints: Vec<Endpoint>,
    /// Its programs, each with what it is doing.
    programs: Vec<Program>,
    /// What the user has seen that they run, and lets them.
    allowed: Allowed,
    /// Whose input and output they have.
    terminal: Terminal,
    next_endpoint: u32,
    next_job: u64,
    history: History,
    /// Goes up with every lab that takes the place of another.
    labs: u64,
    holding: Holding,
    said: Said,
    /// The system has refused the lab's lossy link.
    link_refused: bool,
    /// What is to be opened again at the ends of another link, once all of it is closed.
    moving: Moving,
    clock: Clock,
    engine: Engine,
    events: EventReceiver,
    notices: Notices,
    downloads: Downloads,
    /// The sockets that the engine asks the kernel about, and how often.
    watched: HashMap<SocketId, Duration>,
    runner: Option<Runner>,
    /// Openings and downloads that wait for another endpoint's address.
    deferred: Vec<Deferred>,
    wake: Wake,
    /// Much came with the last pump of a run without a window.
    is_busy: bool,
    pace: event_pump::Pace,
    /// How much memory the trace may take.
    retention: u64,
    export: Option<Export>,
    recorder: Option<Recorder>,
    /// Recordings that have ended and are still being written.
    ending: Vec<Recorder>,
    opening: Option<Opening>,
    viewed_specs: Specs,
    past: Past,
    stop_marks: StopMarks,
    looking_back: Option<LookingBack>,
    /// Who had a UDP port when the system was asked last.
    receiver: Option<(SocketAddr, Receiver)>,
}

fn framings_of(endpoints: &[Endpoint]) -> Framings {
    let named = |endpoint: &Endpoint| {
        let spec = &endpoint.spec;
        spec.stream.framing.preset().map(|_| (endpoint.id, (spec.stream.framing.clone(), spec.encoding)))
    };
    endpoints.iter().filter_map(named).collect()
}

impl Session {
    /// A session with an empty lab. `wake` is called from a worker thread when there are events to pump.
    ///
    /// # Errors
    /// The system has no threads or no event queue for the engine.
    pub fn new(wake: Wake, retention: u64) -> std::io::Result<Self> {
        let clock = Clock::start();
        let (engine, events) = Engine::start(EngineConfig::new(clock, Wake::clone(&wake)))?;
        Ok(Self {
            lab: OpenLab::begin(Trace::new(clock.began(), retention), Nanos(0), Revision::default()),
            endpoints: Vec::new(),
            programs: Vec::new(),
            allowed: Allowed::default(),
            terminal: Terminal::Console,
            next_endpoint: 1,
            next_job: 1,
            history: History::default(),
            labs: 0,
            holding: Holding::default(),
            said: Said::default(),
            link_refused: false,
            moving: Moving::default(),
            clock,
            engine,
            events,
            notices: Notices::default(),
            downloads: Downloads::default(),
            watched: HashMap::new(),
            runner: None,
            deferred: Vec::new(),
            wake,
            is_busy: false,
            pace: event_pump::Pace::new(),
            retention,
            export: None,
            recorder: None,
            ending: Vec::new(),
            opening: None,
            viewed_specs: Specs::new(),
            past: Past::default(),
            stop_marks: StopMarks::default(),
            looking_back: None,
            receiver: None,
        })
    }

    // ---- the document ----

    /// The lab as it would be saved.
    pub fn document(&self) -> Lab {
        let Document { title, note, lesson, steps, snippets, breakpoints, link, layout, .. } = &self.lab.document;
        Lab {
            title: title.clone(),
            note: note.clone(),
            lesson: lesson.clone(),
            endpoints: self.endpoints.iter().map(|endpoint| endpoint.spec.clone()).collect(),
            programs: self.programs.iter().map(|program| program.spec.clone()).collect(),
            steps: steps.to_vec(),
            breakpoints: breakpoints.to_vec(),
            snippets: snippets.to_vec(),
            link: link.as_deref().cloned(),
            layout: layout.clone(),
        }
    }

    /// To be called when the document was written to `path`.
    pub fn saved_as(&mut self, path: PathBuf) {
        let allowed = self.allows_programs();
        self.lab.path = Some(path);
        self.go_on_allowing(allowed);
        self.lab.saved = Some(self.lab.revision);
    }

    pub fn path(&self) -> Option<&Path> {
        self.lab.path.as_deref()
    }

    pub fn title(&self) -> &Localized {
        &self.lab.document.title
    }

    /// What the lab is about.
    pub fn note(&self) -> &Localized {
        &self.lab.document.note
    }

    /// What is to be learnt with it.
    pub fn lesson(&self) -> Option<&Arc<Lesson>> {
        self.lab.document.lesson.as_ref()
    }

    pub fn steps(&self) -> &[Step] {
        &self.lab.document.steps
    }

    pub fn snippets(&self) -> &[Snippet] {
        &self.lab.document.snippets
    }

    pub fn breakpoints(&self) -> &[Breakpoint] {
        &self.lab.document.breakpoints
    }

    /// How the window's panes are arranged, as far as the session was told.
    pub fn layout(&self) -> Option<&Layout> {
        self.lab.document.layout.as_ref()
    }

    // ---- what the views read ----

    /// The endpoints as they are shown: as they are now, or as they were while the user looks back.
    pub fn endpoints(&self) -> &[Endpoint] {
        self.looking_back.as_ref().map_or(&self.endpoints, |looking| &looking.endpoints)
    }

    /// Whether there is an endpoint or a program of this number.
    pub fn has(&self, id: EndpointId) -> bool {
        self.endpoint(id).is_some() || self.program_now(id).is_some()
    }

    /// There is neither an endpoint nor a program.
    pub fn is_empty(&self) -> bool {
        self.endpoints().is_empty() && self.programs.is_empty()
    }

    pub fn endpoint(&self, id: EndpointId) -> Option<&Endpoint> {
        self.endpoints().iter().find(|endpoint| endpoint.id == id)
    }

    /// The endpoint as it is now, whatever is shown.
    fn endpoint_now(&self, id: EndpointId) -> Option<&Endpoint> {
        self.endpoints.iter().find(|endpoint| endpoint.id == id)
    }

    /// By its name, as it is now.
    pub fn endpoint_named(&self, name: &str) -> Option<&Endpoint> {
        self.endpoints.iter().find(|endpoint| endpoint.spec.name == name)
    }

    /// How the bytes of endpoints are cut into messages whose fields have names.
    pub fn framings(&self) -> Framings {
        framings_of(self.endpoints())
    }

    pub fn trace(&self) -> &Trace {
        &self.lab.trace
    }

    /// Who has that UDP port of this machine, where that was asked last.
    pub fn receiver(&self, addr: SocketAddr) -> Option<&Receiver> {
        self.receiver.as_ref().filter(|(asked, _)| *asked == addr).map(|(_, receiver)| receiver)
    }

    /// The calls that the user has marked, with their notes.
    pub fn bookmarks(&self) -> &Bookmarks {
        &self.lab.bookmarks
    }

    pub fn notices(&self) -> &Notices {
        &self.notices
    }

    /// Every file that was served or downloaded, as it is, or was at the time that is shown.
    pub fn transfers(&self) -> &Transfers {
        self.looking_back.as_ref().map_or(&self.lab.transfers, |looking| &looking.transfers)
    }

    /// How many of the engine's tasks are alive; for tests.
    pub fn tasks(&self) -> usize {
        self.engine.tasks()
    }

    /// Takes in news of a transfer; tests of views tell their own.
    pub fn tell_transfer(&mut self, news: News) {
        self.lab.transfers.apply(news);
    }

    /// Datagrams that the kernel threw away, over all endpoints.
    pub fn kernel_drops(&self) -> u64 {
        self.endpoints.iter().map(|endpoint| endpoint.live.kernel_drops).sum()
    }

    /// How the steps are getting on; `None` where they were not begun.
    pub fn run_state(&self) -> Option<RunState<'_>> {
        self.runner.as_ref().map(Runner::state)
    }

    /// A name that no endpoint has yet.
    pub fn free_name(&self, base: &str) -> String {
        self.free_name_except(base, None)
    }

    fn free_name_except(&self, base: &str, except: Option<EndpointId>) -> String {
        let taken = |name: &str| {
            self.endpoints.iter().any(|endpoint| Some(endpoint.id) != except && endpoint.spec.name == name)
                || self.programs.iter().any(|program| Some(program.id) != except && program.spec.name == name)
        };
        crate::lab::free_name(base, taken)
    }
}
