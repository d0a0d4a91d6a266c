//! The byte map: the sends and recvs of one connection as blocks along its stream, and which became which.

mod paint;
mod subject;
mod track;
mod viewport;
mod words;

use std::borrow::Cow;

use eframe::egui::{self, Align, Button, Layout, Rect, RichText, Ui, UiBuilder, pos2, vec2};
use egui_material_icons::icons::{ICON_FIT_WIDTH, ICON_LAST_PAGE, ICON_ZOOM_IN, ICON_ZOOM_OUT};

use crate::lab::{EndpointId, examples};
use crate::lang::Lang;
use crate::t;
use crate::trace::byte_map::datagrams::Datagrams;
use crate::trace::byte_map::{Direction, Picture, Story, What, Window, story};
use crate::trace::store::StreamKey;
use crate::trace::{Trace, Way};
use crate::ui::actions::Command;
use crate::ui::controls;
use crate::ui::theme;
use crate::ui::view::{Selection, View};
use crate::ui::widgets::choice::Choice;
use subject::{Subject, end_name};
use track::{Done, Side, Track};
use viewport::{Extent, NEWEST, Viewport};

const TOOLBAR: f32 = 34.0;
/// Calls narrower than this, in points, are put together.
const LEAST: f64 = 7.0;
/// With less room than this for each only one direction is shown at a time.
const ROOM_FOR_TRACK: f32 = 150.0;
/// So many blocks from the newest in sight are asked for something worth saying.
const ASKED: usize = 48;
/// So many of the newest datagrams are counted in words.
const COUNTED: usize = 10_000;

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
    /// The selection of the last frame: where it changes, it is followed.
    seen: Selection,
    /// How far the trace was when there was nothing to show.
    looked: Option<u64>,
    /// The call under the pointer in the last frame.
    hovered: Option<u64>,
    generation: u64,
}

/// One direction as it is now.
enum Line<'a> {
    Stream(Direction),
    Datagrams(&'a Datagrams),
}

impl ByteMapPane {
    /// Does a command that is for this pane; false where it is not.
    pub fn command(&mut self, command: &Command) -> bool {
        if *command == Command::FollowEnd {
            // The traffic table takes it too, and is brought to the front by it.
            self.ports.iter_mut().for_each(Viewport::newest);
        }
        false
    }

    pub fn ui(&mut self, ui: &mut Ui, view: &mut View<'_>) {
        let revealed = self.follow(view);
        let Some(subject) = self.subject.clone() else {
            empty_ui(ui, view);
            return;
        };
        let room = ui.available_rect_before_wrap();
        ui.advance_cursor_after_rect(room);
        self.update_datagrams(ui, view, &subject);
        self.choose_way(view.session.trace(), &subject);
        let toolbar = Rect::from_min_size(room.min, vec2(room.width(), TOOLBAR));
        self.toolbar_ui(ui, view, &subject, toolbar);
        ui.painter().hline(toolbar.x_range(), toolbar.bottom(), view.tokens.hairline());
        let room = room.with_min_y(toolbar.bottom() + 4.0);
        if let (Some(seq), true) = (view.selection.call, revealed) {
            self.reveal(view, &subject, seq);
        }
        let both = self.shown == Shown::Both && room.height() >= 2.0 * ROOM_FOR_TRACK;
        let shown: &[usize] = match self.shown {
            Shown::Both if both => &[0, 1],
            Shown::In => &[1],
            Shown::Out | Shown::Both => &[0],
        };
        let height = (room.height() / shown.len() as f32).min(330.0);
        for (row, way) in shown.iter().enumerate() {
            let top = room.top() + row as f32 * height;
            let rect = Rect::from_min_size(pos2(room.left(), top), vec2(room.width(), height));
            self.track_ui(ui, view, &subject, *way, rect);
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
        let revealed = changed && self.seen.call != view.selection.call;
        if changed {
            self.seen = view.selection.clone();
            if let Some(subject) = Subject::of(session, view.selection)
                && !self.subject.as_ref().is_some_and(|shown| shown.is_same(&subject, session))
            {
                self.choose(subject);
            }
        }
        let gone = self.subject.as_ref().is_none_or(|subject| !subject.is_known(session));
        let empty = self.subject.as_ref().is_some_and(|subject| self.is_empty(trace, subject));
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

    fn is_empty(&self, trace: &Trace, subject: &Subject) -> bool {
        match subject.directions(trace) {
            Some(directions) => directions.iter().all(|direction| direction.total(trace) == 0),
            None => self.datagrams.iter().flatten().all(Datagrams::is_empty),
        }
    }

    /// Unless the user has chosen, the direction in which there is something to see.
    fn choose_way(&mut self, trace: &Trace, subject: &Subject) {
        if let Some(chosen) = self.chosen {
            self.shown = chosen;
            return;
        }
        let total = |way| {
            self.line(trace, subject, way).map_or(0, |line| {
                let extent = line.extent(trace);
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
            if kept.as_mut().is_some_and(|kept| kept.update(view.session.trace())) {
                ui.ctx().request_repaint();
            }
        }
    }

    fn line(&self, trace: &Trace, subject: &Subject, way: usize) -> Option<Line<'_>> {
        match subject.directions(trace) {
            Some(directions) => directions.get(way).copied().map(Line::Stream),
            None => self.datagrams.get(way)?.as_ref().map(Line::Datagrams),
        }
    }

    /// Brings a call into sight that was selected elsewhere.
    fn reveal(&mut self, view: &View<'_>, subject: &Subject, seq: u64) {
        let trace = view.session.trace();
        let Some(call) = trace.get(seq) else { return };
        for way in [0, 1] {
            let Some(line) = self.line(trace, subject, way) else { continue };
            let place = match &line {
                Line::Stream(direction) => {
                    let key = Some((call.endpoint, call.conn));
                    let is_ours = match Way::of(&call.op) {
                        Some(Way::Out) => direction.sender == key,
                        Some(Way::In) => direction.receiver == key,
                        None => false,
                    };
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

    fn toolbar_ui(&mut self, ui: &mut Ui, view: &View<'_>, subject: &Subject, rect: Rect) {
        let lang = view.lang;
        let rect = rect.shrink2(vec2(8.0, 4.0));
        let mut right = ui.new_child(UiBuilder::new().max_rect(rect).layout(Layout::right_to_left(Align::Center)));
        right.spacing_mut().item_spacing.x = 2.0;
        let ports = match self.shown {
            Shown::Out => 0..1,
            Shown::In => 1..2,
            Shown::Both => 0..2,
        };
        let extents =
            [0, 1].map(|way| self.line(view.session.trace(), subject, way).map(|l| l.extent(view.session.trace())));
        for (icon, name, act) in [
            (ICON_LAST_PAGE, t!(lang, "byte-map-newest"), 0),
            (ICON_FIT_WIDTH, t!(lang, "byte-map-fit"), 1),
            (ICON_ZOOM_IN, t!(lang, "byte-map-zoom-in"), 2),
            (ICON_ZOOM_OUT, t!(lang, "byte-map-zoom-out"), 3),
        ] {
            if !controls::icon(&mut right, icon, &name).clicked() {
                continue;
            }
            for way in ports.clone() {
                let (port, Some(extent)) = (&mut self.ports[way], extents[way]) else { continue };
                let middle = (port.span() * port.scale() / 2.0) as f32;
                match act {
                    0 => port.newest(),
                    1 => port.all(),
                    2 => port.zoom(1.5, middle, extent),
                    _ => port.zoom(1.0 / 1.5, middle, extent),
                }
            }
        }
        let rest = rect.with_max_x(right.min_rect().left() - 8.0);
        let mut left = ui.new_child(UiBuilder::new().max_rect(rest).layout(Layout::left_to_right(Align::Center)));
        left.set_clip_rect(rest.expand(3.0).intersect(ui.clip_rect()));
        // In a narrow pane the other end's name stands at its lane only.
        let narrow = rest.width() < 380.0;
        let name = if narrow { self.end_names(view, subject).0 } else { subject.name(view.session) };
        let mut chosen = None;
        Choice { name: &t!(lang, "byte-map-connection"), shown: &name, prefixed: false }.show(&mut left, |ui| {
            ui.set_min_width(220.0);
            let (offered, more) = Subject::offered(view.session);
            egui::ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
                for offer in offered {
                    let is_this = offer.is_same(subject, view.session);
                    if ui.add(Button::selectable(is_this, offer.name(view.session))).clicked() {
                        chosen = Some(offer);
                        ui.close();
                    }
                }
                if more > 0 {
                    ui.label(RichText::new(t!(lang, "byte-map-more", count = more)).color(view.tokens.muted));
                }
            });
        });
        left.add_space(6.0);
        let names = self.end_names(view, subject);
        let [a, b] = [&names.0, &names.1];
        let ways = [
            (Shown::Out, t!(lang, "byte-map-way", from = a.clone(), to = b.clone())),
            (Shown::In, t!(lang, "byte-map-way", from = b.clone(), to = a.clone())),
            (Shown::Both, t!(lang, "byte-map-both")),
        ];
        let mut wanted = None;
        if rest.width() < 560.0 {
            let now = match self.shown {
                Shown::Out if narrow => "→",
                Shown::In if narrow => "←",
                Shown::Both if narrow => "↔",
                shown => ways.iter().find(|(way, _)| *way == shown).map_or("", |(_, text)| text.as_ref()),
            };
            let name = t!(lang, "byte-map-ways");
            Choice { name: &name, shown: now, prefixed: false }.show(&mut left, |ui| {
                for (shown, text) in &ways {
                    if ui.add(Button::selectable(self.shown == *shown, text.as_ref())).clicked() {
                        wanted = Some(*shown);
                        ui.close();
                    }
                }
            });
        } else {
            for (shown, text) in ways {
                let mark = if self.shown == shown { theme::strong(text.clone()) } else { RichText::new(text.as_ref()) };
                let button = Button::selectable(self.shown == shown, mark.size(12.0)).truncate();
                if left.add(button).on_hover_text(t!(lang, "byte-map-ways")).clicked() {
                    wanted = Some(shown);
                }
            }
        }
        if let Some(shown) = wanted {
            self.chosen = Some(shown);
            self.shown = shown;
        }
        if let Some(subject) = chosen {
            self.choose(subject);
        }
    }

    /// The names of the end that was chosen and of the other one.
    fn end_names(&self, view: &View<'_>, subject: &Subject) -> (String, String) {
        let session = view.session;
        let trace = session.trace();
        match subject {
            Subject::Stream(key) => (end_name(session, *key), stream_peer(view, *key)),
            Subject::Datagrams { endpoint, peer } => {
                let other = subject.routes(session).and_then(|[there, _]| there.receiver);
                let other = other.map_or_else(|| peer.to_string(), |other| trace.name(other).to_owned());
                (trace.name(*endpoint).to_owned(), other)
            }
        }
    }

    fn track_ui(&mut self, ui: &mut Ui, view: &mut View<'_>, subject: &Subject, way: usize, rect: Rect) {
        let lang = view.lang;
        let session = view.session;
        let trace = session.trace();
        let mut port = self.ports[way];
        let Some(line) = self.line(trace, subject, way) else { return };
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
        let of = self.hovered.or(view.selection.call);
        let told = of.and_then(|seq| line.tell(lang, trace, seq));
        let headline = told.or_else(|| line.newest_told(lang, trace, &picture)).unwrap_or_default();
        let related = view.selection.call.map(|seq| line.related(trace, seq)).unwrap_or_default();
        let is_datagram = matches!(line, Line::Datagrams(_));
        let nothing = extent.begin == extent.end;
        let summary = if nothing { t!(lang, "byte-map-no-bytes").into_owned() } else { line.summary(lang, trace) };
        let calls = if is_datagram { ("sendto()", "recvfrom()") } else { (send_name(trace, &picture), "recv()") };
        let unix = session.endpoints().iter().any(|endpoint| {
            endpoint.spec.kind.is_unix() && Some(endpoint.id) == line.endpoints().0.or(line.endpoints().1)
        });
        let outside =
            if unix && !is_datagram { t!(lang, "byte-map-outside-unix") } else { t!(lang, "byte-map-outside") };
        let track = Track {
            id: ui.scope_id().with(("track", way)),
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
            is_on_line: &|seq| line.holds(trace, seq),
        };
        let done = track.ui(ui, view, &mut port, rect);
        let target = target(&line, trace, &picture, view.selection.call, &done, &related);
        if let Some(call) = target.and_then(|seq| trace.get(seq)) {
            view.selection.call = Some(call.seq);
            view.selection.endpoint = Some(call.endpoint);
            view.selection.conn = call.conn;
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
        self.ports[way] = port;
    }
}

/// The call that the keyboard or the pointer went to.
fn target(
    line: &Line<'_>,
    trace: &Trace,
    picture: &Picture,
    now: Option<u64>,
    done: &Done,
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

/// `sendfile()` where that is what the blocks in sight are.
fn send_name(trace: &Trace, picture: &Picture) -> &'static str {
    let first = picture.sent.iter().find_map(|block| match block.what {
        What::Call { seq } | What::Many { first: seq, .. } => trace.get(seq),
        _ => None,
    });
    match first.map(|call| call.op.name()) {
        Some("sendfile") => "sendfile()",
        _ => "send()",
    }
}

fn stream_peer(view: &View<'_>, key: StreamKey) -> String {
    let trace = view.session.trace();
    if let Some(other) = trace.other_end(key) {
        return end_name(view.session, other);
    }
    let peer = trace.flow(key).and_then(|flow| Some(flow.ends()?.peer.as_ref()?.to_string()));
    peer.unwrap_or_else(|| t!(view.lang, "byte-map-outside-short").into_owned())
}

impl Line<'_> {
    /// Whether the sender and the receiver are in this lab.
    fn known(&self) -> (bool, bool) {
        let (sender, receiver) = self.endpoints();
        (sender.is_some(), receiver.is_some())
    }

    fn endpoints(&self) -> (Option<EndpointId>, Option<EndpointId>) {
        match self {
            Self::Stream(direction) => {
                (direction.sender.map(|(endpoint, _)| endpoint), direction.receiver.map(|(endpoint, _)| endpoint))
            }
            Self::Datagrams(datagrams) => (datagrams.route().sender, datagrams.route().receiver),
        }
    }

    fn extent(&self, trace: &Trace) -> Extent {
        match self {
            Self::Stream(direction) => {
                let end = direction.total(trace);
                let kept = direction.first_kept(trace).min(end);
                // A little of what is no longer kept is shown as such.
                let begin = kept - kept.min((end - kept) / 16 + 1);
                Extent { begin, end, newest: direction.newest(trace, NEWEST).unwrap_or(begin).max(begin) }
            }
            Self::Datagrams(datagrams) => {
                let (begin, newest) = datagrams.extent(NEWEST);
                Extent { begin, end: datagrams.total(), newest }
            }
        }
    }

    fn picture(&self, trace: &Trace, window: Window) -> Picture {
        match self {
            Self::Stream(direction) => direction.picture(trace, window),
            Self::Datagrams(datagrams) => datagrams.picture(trace, window),
        }
    }

    /// Whether a call is one of its blocks.
    fn holds(&self, trace: &Trace, seq: u64) -> bool {
        let Some(call) = trace.get(seq) else { return false };
        match self {
            Self::Stream(direction) => {
                let key = Some((call.endpoint, call.conn));
                match Way::of(&call.op) {
                    Some(Way::Out) => direction.sender == key,
                    Some(Way::In) => direction.receiver == key,
                    None => false,
                }
            }
            Self::Datagrams(datagrams) => datagrams.of_call(seq).is_some(),
        }
    }

    fn neighbour(&self, trace: &Trace, seq: u64, forward: bool) -> Option<u64> {
        if !self.holds(trace, seq) {
            return None;
        }
        match self {
            Self::Stream(direction) => direction.neighbour(trace, seq, forward),
            Self::Datagrams(datagrams) => datagrams.neighbour(seq, forward),
        }
    }

    /// The calls of the other lane that have bytes of this one.
    fn related(&self, trace: &Trace, seq: u64) -> Vec<u64> {
        if !self.holds(trace, seq) {
            return Vec::new();
        }
        match self {
            Self::Stream(_) => {
                let call = trace.get(seq);
                call.map(|call| crate::trace::streams::counterparts(trace, call))
                    .map_or_else(Vec::new, |found| found.iter().map(|call| call.seq).collect())
            }
            Self::Datagrams(datagrams) => {
                let pair = datagrams.of_call(seq);
                let both = pair.map(|pair| [pair.sent, pair.received]).unwrap_or_default();
                both.into_iter().flatten().filter(|other| *other != seq).collect()
            }
        }
    }

    /// What became of a call, in a sentence.
    fn tell(&self, lang: Lang, trace: &Trace, seq: u64) -> Option<String> {
        if !self.holds(trace, seq) {
            return None;
        }
        match self {
            Self::Stream(_) => story(trace, trace.get(seq)?).map(|found| words::story(lang, &found)),
            Self::Datagrams(datagrams) if datagrams.route().receiver.is_some() => {
                let pair = datagrams.of_call(seq)?;
                let lost = pair.sent.is_some_and(|sent| datagrams.is_lost(sent));
                Some(words::pair(lang, pair, lost))
            }
            Self::Datagrams(_) => None,
        }
    }

    /// The newest thing in sight that is worth saying: sends that were joined, or one that was cut.
    fn newest_told(&self, lang: Lang, trace: &Trace, picture: &Picture) -> Option<String> {
        let Self::Stream(_) = self else { return None };
        let half = |blocks: &[crate::trace::byte_map::Block]| blocks.len().min(ASKED / 2);
        let received = picture.received.iter().rev().take(half(&picture.received));
        let sent = picture.sent.iter().rev().take(half(&picture.sent));
        let told = received.chain(sent).filter_map(|block| match block.what {
            What::Call { seq } => story(trace, trace.get(seq)?),
            _ => None,
        });
        let mut whole = None;
        let mut best: Option<(u64, Story)> = None;
        for found in told {
            let at = match &found {
                Story::Joined { recv, .. } => *recv,
                Story::Cut { recvs, .. } if recvs.len() > 1 => recvs.last().copied().unwrap_or(0),
                Story::Whole { .. } => {
                    whole.get_or_insert(found);
                    continue;
                }
                _ => continue,
            };
            if best.as_ref().is_none_or(|(known, _)| *known < at) {
                best = Some((at, found));
            }
        }
        best.map(|(_, found)| found).or(whole).map(|found| words::story(lang, &found))
    }

    fn summary(&self, lang: Lang, trace: &Trace) -> String {
        match self {
            Self::Stream(direction) => {
                let both = direction.sender.is_some() && direction.receiver.is_some();
                let outstanding = direction.outstanding(trace);
                words::stream_summary(lang, direction.calls(trace), both, outstanding.end - outstanding.start)
            }
            Self::Datagrams(datagrams) => {
                let (sender, receiver) = self.known();
                words::datagram_summary(lang, datagrams.counts(COUNTED), sender && receiver)
            }
        }
    }
}

/// What will be seen here, and how to get it.
fn empty_ui(ui: &mut Ui, view: &mut View<'_>) {
    let lang = view.lang;
    let room = ui.available_rect_before_wrap().shrink(16.0);
    let mut ui = ui.new_child(UiBuilder::new().max_rect(room).layout(Layout::top_down(Align::Center)));
    ui.add_space((room.height() / 2.0 - 64.0).max(0.0));
    ui.label(theme::strong(t!(lang, "byte-map-empty-title")).size(14.0));
    ui.set_max_width(620.0);
    let text: Cow<'_, str> = t!(lang, "byte-map-empty");
    ui.add(egui::Label::new(RichText::new(text).color(view.tokens.muted)).wrap());
    let sticky = examples::all().iter().find(|example| example.lab.title.text(Lang::ZhCn).contains("粘"));
    if let Some(example) = sticky {
        let title = example.lab.title.text(lang).to_owned();
        let button = ui.button(t!(lang, "byte-map-example", title = title));
        if button.clicked() {
            view.command(Command::OpenExample(example.number));
        }
    }
}
