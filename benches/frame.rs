//! What one frame costs the processor: the traffic table over a short and a long trace side by side, and the list of
//! endpoints with few and many connections. Layout and tessellation, no graphics card.
//!
//! The calls are real: bytes that go over loopback to a server with `recv_size = 1`. The rows that only differ in the
//! length of the trace must cost the same: only what is in sight is drawn.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a bench ends where it fails")]

use std::hint::black_box;
use std::io::Write as _;
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use divan::Bencher;
use divan::counter::ItemsCount;
use eframe::egui::{self, Event, Key, Modifiers, PointerButton, Rect, Theme, Ui, pos2, vec2};
use socket_lab::desktop::fonts;
use socket_lab::lab::{EndpointKind, EndpointSpec};
use socket_lab::lang::Lang;
use socket_lab::session::{Action, Session};
use socket_lab::trace::{Call, Trace};
use socket_lab::ui::bars::endpoint_list::EndpointList;
use socket_lab::ui::command::UiCommand;
use socket_lab::ui::filter_state::FilterState;
use socket_lab::ui::panes::Pane as _;
use socket_lab::ui::panes::byte_map::ByteMapPane;
use socket_lab::ui::panes::endpoint::EndpointPane;
use socket_lab::ui::panes::traffic::TrafficPane;
use socket_lab::ui::theme::{self, Tokens};
use socket_lab::ui::view::{Selection, View, ViewRequest};

const SHORT: usize = 10_000;
const LONG: usize = 1_000_000;
const HUGE: usize = 10_000_000;
const FEW: usize = 10;
const MANY: usize = 9_000;

const SIZE: egui::Vec2 = vec2(900.0, 420.0);
const DEADLINE: Duration = Duration::from_secs(600);
/// Room for ten million calls.
const RETENTION: u64 = 16 << 30;

fn main() {
    divan::main();
}

struct Lab {
    session: Session,
    /// The other ends, kept open.
    peers: Vec<TcpStream>,
}

/// Each thread of a bench that reads a session would need its own; these are made once and read only.
fn lab_with_calls(count: usize) -> Lab {
    let mut session = Session::new(Arc::new(|| {}), RETENTION).expect("an engine");
    let address = open_server(&mut session);
    let mut peer = TcpStream::connect(address).expect("a connection");
    let writer = peer.try_clone().expect("a descriptor");
    let writing = std::thread::Builder::new().name("writer".to_owned()).spawn(move || {
        let (mut writer, mut left) = (writer, count);
        while left > 0 {
            let part = left.min(4096);
            writer.write_all(&vec![b'a'; part]).expect("a reader");
            left -= part;
        }
    });
    let writing = writing.expect("a thread");
    pump_until(&mut session, |session| session.trace().len() >= count);
    writing.join().expect("all written");
    peer.flush().expect("a reader");
    Lab { session, peers: vec![peer] }
}

fn lab_with_connections(count: usize) -> Lab {
    allow_descriptors(2 * count as u64 + 200);
    let mut session = Session::new(Arc::new(|| {}), RETENTION).expect("an engine");
    let address = open_server(&mut session);
    let mut peers = Vec::with_capacity(count);
    for made in 0..count {
        peers.push(TcpStream::connect(address).expect("a connection"));
        // The queue of a listener is short.
        if made % 50 == 49 || made + 1 == count {
            pump_until(&mut session, |session| session.endpoints()[0].live.observed.conns.len() == made + 1);
        }
    }
    Lab { session, peers }
}

fn open_server(session: &mut Session) -> SocketAddr {
    let mut spec = EndpointSpec::new("server", EndpointKind::TCP_SERVER);
    spec.recv_size = Some(1);
    spec.server.backlog = 128;
    session.act(Action::Add { spec: Box::new(spec), open: true });
    pump_until(session, |session| session.endpoints()[0].live.is_open());
    session.endpoints()[0].live.local().and_then(|local| local.inet()).expect("an address")
}

fn pump_until(session: &mut Session, so: impl Fn(&Session) -> bool) {
    let began = Instant::now();
    while !so(session) {
        session.wait_and_pump(Duration::from_millis(50), Duration::from_millis(50), &mut |_| {});
        assert!(began.elapsed() < DEADLINE, "the sockets did not do it in time");
    }
}

#[cfg(unix)]
fn allow_descriptors(needed: u64) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_some_and(|current| current < needed) {
        let raised = Rlimit { current: limit.maximum.or(Some(needed)), maximum: limit.maximum };
        setrlimit(Resource::Nofile, raised).expect("enough file descriptors for the connections");
    }
}

#[cfg(not(unix))]
fn allow_descriptors(_: u64) {}

/// A window's worth of egui without a window.
struct Screen {
    ctx: egui::Context,
    time: f64,
    selection: Selection,
    filtering: FilterState,
}

impl Screen {
    fn new() -> Self {
        let ctx = egui::Context::default();
        fonts::install(&ctx);
        theme::install(&ctx);
        ctx.set_theme(Theme::Dark);
        Self { ctx, time: 0.0, selection: Selection::default(), filtering: FilterState::default() }
    }

    /// One frame; gives how many triangles it has.
    fn frame(&mut self, session: &Session, events: Vec<Event>, mut draw: impl FnMut(&mut Ui, &mut View<'_>)) -> usize {
        self.time += 1.0 / 60.0;
        let input = egui::RawInput {
            screen_rect: Some(Rect::from_min_size(pos2(0.0, 0.0), SIZE)),
            time: Some(self.time),
            events,
            ..egui::RawInput::default()
        };
        self.filtering.update(&self.ctx, session, true);
        let (selection, filtering) = (&mut self.selection, Some(&self.filtering));
        let mut asked = Vec::new();
        let output = self.ctx.run_ui(input, |ui| {
            let tokens = Tokens::of(ui);
            let mut view = View {
                session,
                lang: Lang::En,
                tokens,
                selection,
                filtering,
                pause: None,
                partners: None,
                on_paper: false,
                table: &socket_lab::desktop::traffic_table::TrafficTable::default(),
                requests: &mut asked,
            };
            draw(ui, &mut view);
        });
        for asked in asked {
            if let ViewRequest::Filter(wish) = asked {
                self.filtering.take(wish);
                self.ctx.request_repaint();
            }
        }
        let meshes = self.ctx.tessellate(output.shapes, output.pixels_per_point);
        meshes.len()
    }
}

static SHORT_TRACE: LazyLock<std::sync::Mutex<Lab>> = LazyLock::new(|| std::sync::Mutex::new(lab_with_calls(SHORT)));
static LONG_TRACE: LazyLock<std::sync::Mutex<Lab>> = LazyLock::new(|| std::sync::Mutex::new(lab_with_calls(LONG)));

static HUGE_TRACE: LazyLock<std::sync::Mutex<Lab>> = LazyLock::new(|| std::sync::Mutex::new(lab_with_calls(HUGE)));

fn traced(calls: usize) -> std::sync::MutexGuard<'static, Lab> {
    let lab = match calls {
        SHORT => &SHORT_TRACE,
        LONG => &LONG_TRACE,
        _ => &HUGE_TRACE,
    };
    lab.lock().expect("no bench has failed")
}

/// The table at the end of the trace, as it is while calls come in.
#[divan::bench(args = [SHORT, LONG, HUGE])]
fn traffic(bencher: Bencher<'_, '_>, calls: usize) {
    let lab = traced(calls);
    let (mut screen, mut pane) = (Screen::new(), TrafficPane::default());
    for _ in 0..3 {
        screen.frame(&lab.session, Vec::new(), |ui, view| pane.ui(ui, view));
    }
    bencher
        .counter(ItemsCount::new(1usize))
        .bench_local(|| black_box(screen.frame(&lab.session, Vec::new(), |ui, view| pane.ui(ui, view))));
}

/// A conversation at its end. What is older than its newest rows is in the table only.
#[divan::bench(args = [SHORT, LONG, HUGE])]
fn conversation(bencher: Bencher<'_, '_>, calls: usize) {
    let lab = traced(calls);
    let mut screen = Screen::new();
    let mut pane = EndpointPane::new(lab.session.endpoints()[0].id);
    // Filled frame by frame, as it is when it is opened.
    let mut slowest = Duration::ZERO;
    for _ in 0..40 {
        let began = Instant::now();
        screen.frame(&lab.session, Vec::new(), |ui, view| pane.ui(ui, view));
        slowest = slowest.max(began.elapsed());
    }
    eprintln!("conversation of {calls} calls: the slowest frame while it is opened took {slowest:?}");
    bencher
        .counter(ItemsCount::new(1usize))
        .bench_local(|| black_box(screen.frame(&lab.session, Vec::new(), |ui, view| pane.ui(ui, view))));
}

/// The byte map of one connection: its newest calls, each a block.
#[divan::bench(args = [SHORT, LONG, HUGE])]
fn byte_map(bencher: Bencher<'_, '_>, calls: usize) {
    map(bencher, calls, &[]);
}

/// The same with all of it in sight: thousands of calls in each block.
#[divan::bench(args = [SHORT, LONG, HUGE])]
fn byte_map_of_everything(bencher: Bencher<'_, '_>, calls: usize) {
    let key =
        |pressed| Event::Key { key: Key::Num0, physical_key: None, pressed, repeat: false, modifiers: Modifiers::NONE };
    map(bencher, calls, &[key(true), key(false)]);
}

fn map(bencher: Bencher<'_, '_>, calls: usize, events: &[Event]) {
    let lab = traced(calls);
    let (mut screen, mut pane) = (Screen::new(), ByteMapPane::default());
    for _ in 0..3 {
        screen.frame(&lab.session, Vec::new(), |ui, view| pane.ui(ui, view));
    }
    // A click on the picture gives it the keyboard.
    let pos = pos2(500.0, 130.0);
    let button =
        |pressed| Event::PointerButton { pos, button: PointerButton::Primary, pressed, modifiers: Modifiers::NONE };
    for event in [Event::PointerMoved(pos), button(true), button(false), Event::PointerGone] {
        screen.frame(&lab.session, vec![event], |ui, view| pane.ui(ui, view));
    }
    for event in events {
        screen.frame(&lab.session, vec![event.clone()], |ui, view| pane.ui(ui, view));
    }
    for _ in 0..3 {
        screen.frame(&lab.session, Vec::new(), |ui, view| pane.ui(ui, view));
    }
    bencher
        .counter(ItemsCount::new(1usize))
        .bench_local(|| black_box(screen.frame(&lab.session, Vec::new(), |ui, view| pane.ui(ui, view))));
}

/// Ten million calls into the trace: what one costs, and the slowest of them. A store that copies itself to grow would
/// hold a frame up for a second.
#[divan::bench(sample_size = 1, sample_count = 1)]
fn trace_of_ten_million(bencher: Bencher<'_, '_>) {
    let call = traced(SHORT).session.trace().from(0).last().cloned().expect("a call");
    bencher.counter(ItemsCount::new(HUGE)).bench_local(|| {
        let mut trace = Trace::new(std::time::SystemTime::UNIX_EPOCH, RETENTION);
        let mut slowest = Duration::ZERO;
        for offset in 0..HUGE as u64 {
            let began = Instant::now();
            trace.push(Call { offset: Some(offset), ..call.clone() });
            slowest = slowest.max(began.elapsed());
        }
        let each = trace.held_bytes() / HUGE as u64;
        eprintln!("the slowest of ten million pushes took {slowest:?}; {each} B each");
        trace
    });
}

/// The same with a search that is done and matches every other call or so.
#[divan::bench(args = [SHORT, LONG])]
fn traffic_found(bencher: Bencher<'_, '_>, calls: usize) {
    let lab = traced(calls);
    let (mut screen, mut pane) = searching(&lab);
    while screen.ctx.has_requested_repaint() {
        screen.frame(&lab.session, Vec::new(), |ui, view| pane.ui(ui, view));
    }
    bencher
        .counter(ItemsCount::new(1usize))
        .bench_local(|| black_box(screen.frame(&lab.session, Vec::new(), |ui, view| pane.ui(ui, view))));
}

/// A frame while the search goes on: it may take 3 ms more.
#[divan::bench(sample_size = 1, sample_count = 40)]
fn traffic_searching(bencher: Bencher<'_, '_>) {
    let lab = traced(LONG);
    let (mut screen, mut pane) = searching(&lab);
    bencher
        .counter(ItemsCount::new(1usize))
        .bench_local(|| black_box(screen.frame(&lab.session, Vec::new(), |ui, view| pane.ui(ui, view))));
}

fn searching(lab: &Lab) -> (Screen, TrafficPane) {
    let (mut screen, mut pane) = (Screen::new(), TrafficPane::default());
    pane.command(&UiCommand::Filter);
    for _ in 0..3 {
        screen.frame(&lab.session, Vec::new(), |ui, view| pane.ui(ui, view));
    }
    screen.frame(
        &lab.session,
        vec![Event::Text("op == recv and len == 1 and data contains \"a\"".to_owned())],
        |ui, view| pane.ui(ui, view),
    );
    (screen, pane)
}

/// The list at the left, a server unfolded.
#[divan::bench(args = [FEW, MANY])]
fn endpoint_list(bencher: Bencher<'_, '_>, connections: usize) {
    let lab = lab_with_connections(connections);
    assert_eq!(lab.peers.len(), connections);
    let (mut screen, mut list) = (Screen::new(), EndpointList::default());
    for _ in 0..3 {
        screen.frame(&lab.session, Vec::new(), |ui, view| list.ui(ui, view, 400.0));
    }
    bencher
        .counter(ItemsCount::new(1usize))
        .bench_local(|| black_box(screen.frame(&lab.session, Vec::new(), |ui, view| list.ui(ui, view, 400.0))));
}

/// The table while every connection of a server waits in a `recv`.
#[divan::bench(args = [FEW, MANY])]
fn traffic_with_waiting_calls(bencher: Bencher<'_, '_>, connections: usize) {
    let lab = lab_with_connections(connections);
    let (mut screen, mut pane) = (Screen::new(), TrafficPane::default());
    for _ in 0..3 {
        screen.frame(&lab.session, Vec::new(), |ui, view| pane.ui(ui, view));
    }
    bencher
        .counter(ItemsCount::new(1usize))
        .bench_local(|| black_box(screen.frame(&lab.session, Vec::new(), |ui, view| pane.ui(ui, view))));
}
