//! The byte map: the sends and recvs of one connection as blocks along its stream, and which became which.

mod boundaries;
mod line;
mod paint;
mod paper;
mod queues;
mod subject;
mod toolbar;
mod track;
mod viewport;
mod words;

use eframe::egui::{Rect, ScrollArea, Sense, Ui, UiBuilder, Vec2, pos2, vec2};

use crate::t;
use crate::trace::SocketId;
use crate::trace::Trace;
use crate::trace::byte_map::datagrams::Datagrams;
use crate::trace::byte_map::{Picture, What, Window};
use crate::trace::projection::AsOf;
use crate::ui::command::UiCommand;
use crate::ui::panes::{LabView, Pane, Paper, PictureTexts};
use crate::ui::picture::Look;
use crate::ui::view::{Selection, View};
use crate::ui::widgets::quantity;
use boundaries::Framed;
use line::{Line, send_name};
use queues::Queues;
use subject::Subject;
use track::{Side, Track, TrackResponse};
use viewport::Viewport;

const TOOLBAR: f32 = 34.0;
/// Calls narrower than this, in points, are put together.
const LEAST: f64 = 7.0;
/// With less room than this for each only one direction is shown at a time.
const ROOM_FOR_TRACK: f32 = 150.0;
/// No direction is drawn higher than this.
const TALLEST_TRACK: f32 = 330.0;
/// One direction takes so much in any case: below it the picture scrolls.
const LEAST_TRACK: f32 = 118.0;

/// Boundaries of messages that are nearer to one another than this, in points, are not drawn.
const LEAST_BETWEEN_BOUNDARIES: f32 = 5.0;

/// Which direction is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Shown {
    #[default]
    Out,
    In,
    Both,
}

#[derive(Debug, Default)]
pub struct ByteMapPane {
    subject: Option<Subject>,
    /// It was not chosen by the user: it may give way to one over which something goes.
    by_itself: bool,
    /// `None` until the user chooses: the direction in which bytes went.
    chosen: Option<Shown>,
    shown: Shown,
    ports: [Viewport; 2],
    datagrams: [Option<Datagrams>; 2],
    /// Where messages end, in both directions.
    framed: [Framed; 2],
    /// The selection of the last frame: where it changes, it is followed.
    seen: Selection,
    /// How far the trace was when there was nothing to show.
    looked: Option<u64>,
    /// The call under the pointer in the last frame.
    hovered: Option<u64>,
    generation: u64,
    /// The room of the tracks in the last frame.
    room: Vec2,
}

/// A connection's bytes as they were sent and received.
pub static BYTE_MAP: LabView = LabView {
    name: "byte-map",
    title: "tab-byte-map",
    command: "cmd-show-byte-map",
    command_tip: "cmd-show-byte-map-tip",
    least: LabView::TWO_ROWS,
    picture: Some(PictureTexts { title: "picture-of-byte-map", copied: "picture-copied-byte-map", has_rows: false }),
    make: || Box::new(ByteMapPane::default()),
};

impl Pane for ByteMapPane {
    fn view(&self) -> &'static LabView {
        &BYTE_MAP
    }

    fn command(&mut self, command: &UiCommand) -> bool {
        if *command == UiCommand::FollowEnd {
            // The traffic table takes it too, and is brought to the front by it.
            self.ports.iter_mut().for_each(Viewport::newest);
        }
        false
    }

    fn on_paper<'p>(&'p mut self, view: &View<'_>, _: Look) -> Option<(Vec2, Paper<'p>)> {
        let size = self.size_on_paper(view)?;
        Some((size, Box::new(|ui, view| self.paper_ui(ui, view))))
    }

    fn ui(&mut self, ui: &mut Ui, view: &mut View<'_>) {
        let revealed = self.follow(view);
        let Some(subject) = self.subject.clone() else {
            toolbar::empty_ui(ui, view);
            return;
        };
        let room = ui.available_rect_before_wrap();
        ui.advance_cursor_after_rect(room);
        self.update_datagrams(ui, view, &subject);
        self.update_framed(ui, view, &subject);
        self.choose_way(view.session.shown_trace(), &subject);
        let toolbar = Rect::from_min_size(room.min, vec2(room.width(), TOOLBAR));
        self.toolbar_ui(ui, view, &subject, toolbar);
        ui.painter().hline(toolbar.x_range(), toolbar.bottom(), view.tokens.hairline());
        let room = room.with_min_y(toolbar.bottom() + 4.0);
        if let (Some(seq), true) = (view.selection.call(), revealed) {
            self.reveal(view, &subject, seq);
        }
        self.room = room.size();
        if room.height() >= LEAST_TRACK {
            self.tracks_ui(ui, view, &subject, room);
            return;
        }
        let mut low = ui.new_child(UiBuilder::new().max_rect(room));
        ScrollArea::vertical().id_salt("byte map").min_scrolled_height(0.0).show(&mut low, |ui| {
            let (room, _) = ui.allocate_exact_size(vec2(room.width(), LEAST_TRACK), Sense::hover());
            self.tracks_ui(ui, view, &subject, room);
        });
    }
}

impl ByteMapPane {
    /// The directions that are shown, below each other.
    fn tracks_ui(&mut self, ui: &mut Ui, view: &mut View<'_>, subject: &Subject, room: Rect) {
        let legs: Vec<Leg> = self.ways(room.height()).iter().flat_map(|way| legs(view, subject, *way)).collect();
        // Where there is no room for the whole way, the connection that was chosen.
        let fits = legs.len() as f32 * LEAST_TRACK <= room.height();
        let legs: Vec<Leg> = legs.into_iter().filter(|leg| fits || leg.is_own).collect();
        let height = (room.height() / legs.len().max(1) as f32).min(TALLEST_TRACK);
        for (row, leg) in legs.iter().enumerate() {
            let top = room.top() + row as f32 * height;
            let rect = Rect::from_min_size(pos2(room.left(), top), vec2(room.width(), height));
            self.track_ui(ui, view, leg, row, rect);
        }
    }

    /// Which directions have room.
    fn ways(&self, height: f32) -> &'static [usize] {
        let both = self.shown == Shown::Both && height >= 2.0 * ROOM_FOR_TRACK;
        match self.shown {
            Shown::Both if both => &[0, 1],
            Shown::In => &[1],
            Shown::Out | Shown::Both => &[0],
        }
    }

    /// Turns to what was selected elsewhere. True where a call was selected that is to be brought into sight.
    fn follow(&mut self, view: &View<'_>) -> bool {
        let session = view.session;
        let trace = session.trace();
        if self.generation != trace.generation() {
            self.generation = trace.generation();
            self.ports = Default::default();
        }
        let changed = self.seen != *view.selection;
        let revealed = changed && self.seen.call() != view.selection.call();
        if changed {
            self.seen = view.selection.clone();
            if let Some(subject) = Subject::of(session, view.selection)
                && !self.subject.as_ref().is_some_and(|shown| shown.leads_by(&subject, session))
            {
                self.choose(subject);
            }
        }
        let gone = self.subject.as_ref().is_none_or(|subject| !subject.is_known(session));
        let empty = self.subject.as_ref().is_some_and(|subject| self.is_empty(session.shown_trace(), subject));
        if (gone || (empty && self.by_itself)) && self.looked != Some(trace.next_seq()) {
            let found = Subject::of(session, view.selection).filter(|subject| subject.is_known(session) && gone);
            let found = Subject::last_used(session).or(found).or_else(|| Subject::newest(session));
            match found {
                Some(subject) => self.choose(subject),
                None if gone => self.subject = None,
                None => {}
            }
            self.by_itself = true;
            self.looked = Some(trace.next_seq());
        }
        revealed
    }

    fn is_empty(&self, of: AsOf<'_>, subject: &Subject) -> bool {
        match subject.directions(of) {
            Some(directions) => directions.iter().all(|direction| direction.total(of.trace) == 0),
            None => self.datagrams.iter().flatten().all(Datagrams::is_empty),
        }
    }

    /// Unless the user has chosen, the direction in which there is something to see.
    fn choose_way(&mut self, of: AsOf<'_>, subject: &Subject) {
        if let Some(chosen) = self.chosen {
            self.shown = chosen;
            return;
        }
        let total = |way| {
            self.line(of, subject, way).map_or(0, |line| {
                let extent = line.extent(of.trace);
                extent.end - extent.begin
            })
        };
        self.shown = if total(0) == 0 && total(1) > 0 { Shown::In } else { Shown::Out };
    }

    fn choose(&mut self, subject: Subject) {
        if self.subject.as_ref() != Some(&subject) {
            self.subject = Some(subject);
            self.ports = Default::default();
            self.datagrams = [None, None];
            self.hovered = None;
            self.looked = None;
            self.by_itself = false;
            self.chosen = self.chosen.filter(|chosen| *chosen == Shown::Both);
        }
    }

    fn update_datagrams(&mut self, ui: &Ui, view: &View<'_>, subject: &Subject) {
        let Some(routes) = subject.routes(view.session) else { return };
        for (kept, route) in self.datagrams.iter_mut().zip(routes) {
            if kept.as_ref().is_none_or(|kept| *kept.route() != route) {
                *kept = Some(Datagrams::new(route));
            }
            if kept.as_mut().is_some_and(|kept| kept.update(view.session.shown_trace())) {
                ui.ctx().request_repaint();
            }
        }
    }

    fn update_framed(&mut self, ui: &Ui, view: &View<'_>, subject: &Subject) {
        match subject.directions(view.session.shown_trace()) {
            Some(directions) => {
                for (framed, direction) in self.framed.iter_mut().zip(directions) {
                    framed.update(ui, view.session, direction);
                }
            }
            None => self.framed = Default::default(),
        }
    }

    fn line(&self, of: AsOf<'_>, subject: &Subject, way: usize) -> Option<Line<'_>> {
        match subject.directions(of) {
            Some(directions) => directions.get(way).copied().map(Line::Stream),
            None => self.datagrams.get(way)?.as_ref().map(Line::Datagrams),
        }
    }

    /// Brings a call into sight that was selected elsewhere.
    fn reveal(&mut self, view: &View<'_>, subject: &Subject, seq: u64) {
        let trace = view.session.trace();
        let Some(call) = trace.get(seq) else { return };
        for way in [0, 1] {
            let Some(line) = self.line(view.session.shown_trace(), subject, way) else { continue };
            let place = match &line {
                Line::Stream(_) => {
                    let is_ours = line.holds(trace, seq);
                    call.offset.filter(|_| is_ours && call.len > 0).map(|begin| (begin, begin + call.len))
                }
                Line::Datagrams(datagrams) => datagrams.of_call(seq).map(|pair| (pair.begin, pair.end)),
            };
            let (Some((begin, end)), extent) = (place, line.extent(trace)) else { continue };
            self.ports[way].reveal(begin, end, extent);
            if self.shown != Shown::Both {
                self.shown = if way == 0 { Shown::Out } else { Shown::In };
                self.chosen = Some(self.shown);
            }
            return;
        }
    }

    /// The names of the end that was chosen and of the other one.
    fn end_names(&self, view: &View<'_>, subject: &Subject) -> (String, String) {
        let session = view.session;
        let trace = session.trace();
        match subject {
            Subject::Stream(socket) => (session.name_of_socket(*socket), stream_peer(view, *socket)),
            Subject::Datagrams { endpoint, peer } => {
                let other = subject.routes(session).and_then(|[there, _]| there.receiver);
                let other = other.map_or_else(|| peer.to_string(), |other| trace.name(other).to_owned());
                (trace.name(*endpoint).to_owned(), other)
            }
        }
    }

    fn track_ui(&mut self, ui: &mut Ui, view: &mut View<'_>, leg: &Leg, row: usize, rect: Rect) {
        let Leg { subject, way, port: port_of, is_own } = leg;
        let way = *way;
        let lang = view.lang;
        let session = view.session;
        let trace = session.trace();
        let mut port = self.ports[*port_of];
        let Some(line) = self.line(session.shown_trace(), subject, way) else { return };
        let extent = line.extent(trace);
        port.update(rect.width() - if rect.width() < 560.0 { 96.0 } else { 124.0 }, extent);
        let window = Window {
            begin: port.begin().max(0.0) as u64,
            end: (port.begin() + port.span()).ceil() as u64,
            least: (LEAST / port.scale()).ceil().max(1.0) as u64,
        };
        let picture = line.picture(trace, window);
        let (one, other) = self.end_names(view, subject);
        let (from, to) = if way == 0 { (one, other) } else { (other, one) };
        let (sender, receiver) = line.known();
        let of = self.hovered.or(view.selection.call());
        let told = of.and_then(|seq| line.tell(lang, trace, seq));
        let headline = told.or_else(|| line.newest_told(lang, trace, &picture)).unwrap_or_default();
        let related = view.selection.call().map(|seq| line.related(trace, seq)).unwrap_or_default();
        let queues = Queues::of(view, &line, &picture);
        let is_datagram = matches!(line, Line::Datagrams(_));
        let nothing = extent.begin == extent.end;
        let summary = if nothing { t!(lang, "byte-map-no-bytes").into_owned() } else { line.summary(lang, trace) };
        let messages = self.framed[*port_of].boundaries().filter(|_| *is_own);
        let one_sided = sender != receiver && !queues.are_empty();
        let summary = match queues.words(lang).filter(|_| one_sided) {
            Some(queues) => format!("{queues} · {summary}"),
            None => summary,
        };
        let boundaries = messages.map(|messages| {
            let most = (rect.width() / LEAST_BETWEEN_BOUNDARIES) as usize;
            messages.within(window.begin, window.end, most)
        });
        let summary = match (messages, &boundaries) {
            (Some(messages), Some(shown)) if !shown.is_empty() => {
                let count = quantity::count(messages.len() as u64);
                format!("{summary} {}", t!(lang, "byte-map-messages", count = count))
            }
            _ => summary,
        };
        let calls = if is_datagram { ("sendto()", "recvfrom()") } else { (send_name(trace, &picture), "recv()") };
        let ends = line.endpoints(trace);
        let unix = session
            .endpoints()
            .iter()
            .any(|endpoint| endpoint.spec.kind.is_unix() && Some(endpoint.id) == ends.0.or(ends.1));
        let outside =
            if unix && !is_datagram { t!(lang, "byte-map-outside-unix") } else { t!(lang, "byte-map-outside") };
        let track = Track {
            id: ui.scope_id().with(("track", way, row)),
            name: t!(lang, "byte-map-name", from = from.clone(), to = to.clone()).into_owned(),
            upper: Side { name: from, call: calls.0, known: sender },
            lower: Side { name: to, call: calls.1, known: receiver },
            picture: &picture,
            extent,
            numbered: !is_datagram,
            headline,
            summary,
            related: &related,
            outside: &outside,
            boundaries: boundaries.as_deref().unwrap_or_default(),
            queues,
            is_on_line: &|seq| line.holds(trace, seq),
        };
        let done = track.ui(ui, view, &mut port, rect);
        let target = target(&line, trace, &picture, view.selection.call(), &done, &related);
        if let Some(call) = target.and_then(|seq| trace.get(seq)) {
            view.selection.select_call(call.seq, (call.endpoint, call.conn));
            if done.walk.is_some() || done.edge.is_some() {
                let place = match &line {
                    Line::Stream(_) => call.offset.map(|begin| (begin, begin + call.len)),
                    Line::Datagrams(datagrams) => datagrams.of_call(call.seq).map(|pair| (pair.begin, pair.end)),
                };
                if let Some((begin, end)) = place {
                    port.reveal(begin, end, extent);
                }
            }
            // It is in sight: nothing is to be scrolled to in the next frame.
            self.seen = view.selection.clone();
        }
        if done.hovered != self.hovered && (done.hovered.is_some() || self.shown != Shown::Both) {
            self.hovered = done.hovered;
            ui.ctx().request_repaint();
        }
        self.ports[*port_of] = port;
    }
}

/// One connection on the way of some bytes.
struct Leg {
    subject: Subject,
    /// The direction, seen from the subject's own socket.
    way: usize,
    /// Whose scrolling it shares.
    port: usize,
    /// It is the connection that was chosen.
    is_own: bool,
}

fn legs(view: &View<'_>, subject: &Subject, way: usize) -> Vec<Leg> {
    let legs = subject.legs(view.session.shown_trace(), way).into_iter();
    legs.map(|(leg, seen)| Leg { is_own: leg == *subject, subject: leg, way: seen, port: way }).collect()
}

/// The call that the keyboard or the pointer went to.
fn target(
    line: &Line<'_>,
    trace: &Trace,
    picture: &Picture,
    now: Option<u64>,
    done: &TrackResponse,
    related: &[u64],
) -> Option<u64> {
    if done.selected.is_some() {
        return done.selected;
    }
    let calls = |forward: bool| {
        let all = picture.sent.iter().chain(&picture.received);
        let seqs = all.filter_map(|block| match block.what {
            What::Call { seq } | What::Lost { seq } => Some(seq),
            What::Many { first, last, .. } => Some(if forward { last } else { first }),
            _ => None,
        });
        let lane = if picture.sent.is_empty() { picture.received.len() } else { picture.sent.len() };
        let mut seqs = seqs.take(lane);
        if forward { seqs.last() } else { seqs.next() }
    };
    match (done.walk, done.edge, done.cross) {
        (Some(forward), ..) => now.and_then(|seq| line.neighbour(trace, seq, forward)).or_else(|| match now {
            Some(seq) if line.holds(trace, seq) => None,
            _ => calls(true),
        }),
        (_, Some(last), _) => calls(last),
        (.., true) => related.first().copied(),
        _ => None,
    }
}

fn stream_peer(view: &View<'_>, socket: SocketId) -> String {
    let trace = view.session.trace();
    if let Some(other) = trace.partner(socket) {
        return view.session.name_of_socket(other);
    }
    let peer = trace.flow(socket).and_then(|flow| Some(flow.ends()?.peer.as_ref()?.to_string()));
    peer.unwrap_or_else(|| t!(view.lang, "byte-map-outside-short").into_owned())
}
