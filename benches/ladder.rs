//! What one frame of the ladder costs the processor over a short, a long and a very long trace side by side. Layout and
//! tessellation, no graphics card.
//!
//! The calls are real: bytes that go over loopback between two endpoints of one lab, received one by one, so that every
//! arrow has to be found. The rows must cost about the same: only what is in sight is looked at. Ten million calls take
//! some 3 GB of memory and a minute to make.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a bench ends where it fails")]

use std::collections::HashMap;
use std::hint::black_box;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use bytes::Bytes;
use divan::Bencher;
use divan::counter::ItemsCount;
use eframe::egui::{self, Event, Key, Modifiers, PointerButton, Pos2, Rect, Theme, Ui, pos2, vec2};
use socket_lab::desktop::fonts;
use socket_lab::engine::Peers;
use socket_lab::lab::{EndpointKind, EndpointSpec};
use socket_lab::lang::Lang;
use socket_lab::session::{Action, Session};
use socket_lab::ui::panes::Pane as _;
use socket_lab::ui::panes::ladder::LadderPane;
use socket_lab::ui::theme::{self, Tokens};
use socket_lab::ui::view::{Selection, View};

const SHORT: usize = 10_000;
const LONG: usize = 1_000_000;
const VERY_LONG: usize = 10_000_000;

/// As much as ten million calls need.
const RETENTION: u64 = 4 * 1024 * 1024 * 1024;
const SIZE: egui::Vec2 = vec2(1000.0, 560.0);
const DEADLINE: Duration = Duration::from_secs(600);

fn main() {
    divan::main();
}

/// A client that sends and a server that receives byte by byte.
fn lab_with_calls(count: usize) -> Session {
    let mut session = Session::new(Arc::new(|| {}), RETENTION).expect("an engine");
    let mut spec = EndpointSpec::new("server", EndpointKind::TCP_SERVER);
    spec.recv_size = Some(1);
    let server = session.act(Action::Add { spec: Box::new(spec), open: true }).expect("a server");
    pump_until(&mut session, |session| session.endpoints()[0].live.is_open());
    let client = session.act(Action::ConnectClient { server, name: "client".to_owned() }).expect("a client");
    pump_until(&mut session, |session| {
        session.endpoints().iter().all(|endpoint| endpoint.live.observed.conns.len() == 1)
    });
    while session.trace().len() < count {
        let left = count - session.trace().len();
        let received = session.trace().totals().received_bytes;
        let part = left.min(200);
        for _ in 0..100 {
            session.act(Action::Send { endpoint: client, to: Peers::All, bytes: Bytes::from(vec![b'a'; part]) });
            pump_until(&mut session, |session| session.trace().totals().sent_bytes > received);
        }
        pump_until(&mut session, |session| {
            session.trace().totals().received_bytes == session.trace().totals().sent_bytes
        });
    }
    session
}

fn pump_until(session: &mut Session, so: impl Fn(&Session) -> bool) {
    let began = Instant::now();
    while !so(session) {
        session.wait_and_pump(Duration::from_millis(50), Duration::from_millis(50), &mut |_| {});
        assert!(began.elapsed() < DEADLINE, "the sockets did not do it in time");
    }
}

static LABS: LazyLock<Mutex<HashMap<usize, Session>>> = LazyLock::new(Mutex::default);

fn labs(calls: usize) -> MutexGuard<'static, HashMap<usize, Session>> {
    let mut labs = LABS.lock().expect("no bench has failed");
    labs.entry(calls).or_insert_with(|| lab_with_calls(calls));
    labs
}

/// A window's worth of egui without a window.
struct Screen {
    ctx: egui::Context,
    time: f64,
    selection: Selection,
}

impl Screen {
    fn new() -> Self {
        let ctx = egui::Context::default();
        fonts::install(&ctx);
        theme::install(&ctx);
        ctx.set_theme(Theme::Dark);
        Self { ctx, time: 0.0, selection: Selection::default() }
    }

    /// One frame; gives how many meshes it has.
    fn frame(&mut self, session: &Session, events: Vec<Event>, mut draw: impl FnMut(&mut Ui, &mut View<'_>)) -> usize {
        self.time += 1.0 / 60.0;
        let input = egui::RawInput {
            screen_rect: Some(Rect::from_min_size(pos2(0.0, 0.0), SIZE)),
            time: Some(self.time),
            events,
            ..egui::RawInput::default()
        };
        let selection = &mut self.selection;
        let mut requests = Vec::new();
        let output = self.ctx.run_ui(input, |ui| {
            let tokens = Tokens::of(ui);
            let mut view = View {
                session,
                lang: Lang::En,
                tokens,
                selection,
                requests: &mut requests,
                filtering: None,
                pause: None,
                partners: None,
                on_paper: false,
                table: &socket_lab::desktop::traffic_table::TrafficTable::default(),
            };
            draw(ui, &mut view);
        });
        self.ctx.tessellate(output.shapes, output.pixels_per_point).len()
    }
}

fn measure(bencher: Bencher<'_, '_>, calls: usize, events: impl Fn() -> Vec<Vec<Event>>) {
    let labs = labs(calls);
    let session = &labs[&calls];
    let (mut screen, mut pane) = (Screen::new(), LadderPane::default());
    for events in [vec![], vec![]].into_iter().chain(events()).chain([vec![], vec![]]) {
        screen.frame(session, events, |ui, view| pane.ui(ui, view));
    }
    bencher
        .counter(ItemsCount::new(1usize))
        .bench_local(|| black_box(screen.frame(session, Vec::new(), |ui, view| pane.ui(ui, view))));
}

fn click(at: Pos2) -> Vec<Vec<Event>> {
    let button =
        |pressed| Event::PointerButton { pos: at, button: PointerButton::Primary, pressed, modifiers: Modifiers::NONE };
    vec![vec![Event::PointerMoved(at)], vec![button(true)], vec![button(false)], vec![Event::PointerGone]]
}

/// At the end of the trace, as it is while calls come in.
#[divan::bench(args = [SHORT, LONG, VERY_LONG])]
fn ladder(bencher: Bencher<'_, '_>, calls: usize) {
    measure(bencher, calls, Vec::new);
}

/// At its beginning.
#[divan::bench(args = [SHORT, LONG, VERY_LONG])]
fn ladder_scrolled(bencher: Bencher<'_, '_>, calls: usize) {
    measure(bencher, calls, || {
        let key = |pressed| Event::Key {
            key: Key::Home,
            physical_key: None,
            pressed,
            repeat: false,
            modifiers: Modifiers::NONE,
        };
        click(pos2(500.0, 545.0)).into_iter().chain([vec![key(true)], vec![key(false)]]).collect()
    });
}

/// To scale, so far away that calls are counted instead of drawn.
#[divan::bench(args = [SHORT, LONG, VERY_LONG])]
fn ladder_to_scale_from_afar(bencher: Bencher<'_, '_>, calls: usize) {
    measure(bencher, calls, || {
        let mut events = click(pos2(200.0, 15.0));
        events.push(vec![Event::PointerMoved(pos2(500.0, 300.0))]);
        events.extend((0..60).map(|_| vec![Event::Zoom(0.5)]));
        events
    });
}
