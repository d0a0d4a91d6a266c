//! One row of the traffic table: a call, or one that still waits.

use std::borrow::Cow;

use eframe::egui::{Align, Align2, Color32, FontId, Rect, Ui, pos2};
use egui_material_icons::icons::ICON_BOOKMARK;

use super::columns::{Column, Places, cell};
use super::when::When;
use crate::explain;
use crate::lab::{EndpointId, TextEncoding};
use crate::lang::Lang;
use crate::lang::visible::visible;
use crate::t;
use crate::trace::asked::asked_instead;
use crate::trace::held::HeldCall;
use crate::trace::messages::Mark;
use crate::trace::prediction::Prediction;
use crate::trace::text::preview;
use crate::trace::{Call, ConnId, Errno, MadeBy, Nanos, Op, Outcome, Payload, Trace, WaitingCall};
use crate::ui::theme::{MONO, SMALL, Tokens};
use crate::ui::widgets::direction::Direction;
use crate::ui::widgets::line::Line;
use crate::ui::widgets::rows::Row;
use crate::ui::widgets::{messages, predicted, quantity};

/// Characters of the data that a screen reader says.
const MAX_SPOKEN: usize = 60;

#[derive(Clone, Copy)]
pub enum Record<'a> {
    Call(&'a Call),
    Waiting(&'a WaitingCall),
    /// About to be made.
    Held(&'a HeldCall),
}

impl<'a> Record<'a> {
    pub fn endpoint(self) -> EndpointId {
        match self {
            Self::Call(call) => call.endpoint,
            Self::Waiting(call) => call.endpoint,
            Self::Held(call) => call.endpoint,
        }
    }

    pub fn conn(self) -> Option<ConnId> {
        match self {
            Self::Call(call) => call.conn,
            Self::Waiting(call) => call.conn,
            Self::Held(call) => call.conn,
        }
    }

    pub fn start(self) -> Nanos {
        match self {
            Self::Call(call) => call.start,
            Self::Waiting(call) => call.start,
            Self::Held(call) => call.at,
        }
    }

    /// The call's number; a waiting one has none yet.
    pub fn seq(self) -> Option<u64> {
        match self {
            Self::Call(call) => Some(call.seq),
            Self::Waiting(_) | Self::Held(_) => None,
        }
    }

    pub fn with(self, endpoint: &'a str, encoding: TextEncoding, lang: Lang, now: Nanos) -> Shown<'a> {
        Shown {
            record: self,
            endpoint,
            number: self.conn(),
            encoding,
            lang,
            now,
            mark: None,
            note: None,
            said: None,
            prediction: None,
            own_end: false,
            not_asked: false,
            when: When::Lab,
        }
    }
}

/// A record with what it takes to show it.
pub struct Shown<'a> {
    record: Record<'a>,
    endpoint: &'a str,
    number: Option<ConnId>,
    encoding: TextEncoding,
    lang: Lang,
    now: Nanos,
    mark: Option<Mark>,
    note: Option<&'a str>,
    /// What it said; nothing before the trace was asked.
    said: Option<Payload<'a>>,
    /// What was predicted of it.
    prediction: Option<&'a Prediction>,
    /// This side had shut down reading: an end says nothing of the peer.
    own_end: bool,
    /// It came from where this socket had sent nothing.
    not_asked: bool,
    when: When<'a>,
}

impl<'a> Shown<'a> {
    /// With what its time is counted from.
    pub fn timed(self, when: When<'a>) -> Self {
        Self { when, ..self }
    }

    /// With the note of its bookmark; `None` where it has none.
    pub fn bookmarked(self, note: Option<&'a str>) -> Self {
        Self { note, ..self }
    }

    /// With what it said, what the calls before it say, and what was predicted of it.
    pub fn within(self, trace: &'a Trace) -> Self {
        let Record::Call(call) = self.record else { return self };
        let not_asked = asked_instead(trace, call).is_some();
        let prediction = trace.prediction(call.seq).map(AsRef::as_ref);
        Self { said: Some(trace.said(call)), own_end: trace.is_own_end(call), not_asked, prediction, ..self }
    }

    /// With the messages of its endpoint's framing that it is part of.
    pub fn marked(self, mark: Option<Mark>) -> Self {
        Self { mark, ..self }
    }

    fn op(&self) -> &Op {
        match self.record {
            Record::Call(call) => &call.op,
            Record::Waiting(call) => &call.op,
            Record::Held(call) => &call.op,
        }
    }

    /// With the number that the connection is shown with; a client's first has none.
    pub fn numbered(self, number: Option<ConnId>) -> Self {
        Self { number, ..self }
    }

    pub fn is_waiting(&self) -> bool {
        matches!(self.record, Record::Waiting(_))
    }

    /// How many characters the columns that grow with what they show would need.
    pub fn lengths(&self) -> [(Column, usize); 4] {
        let result = match self.record {
            Record::Call(call) => call.result_text().chars().count() + 2,
            Record::Waiting(_) | Record::Held(_) => 0,
        };
        let conn = self.number.map_or(0, |conn| 2 + conn.get().to_string().len());
        [
            (Column::Call, self.with_arguments().chars().count()),
            (Column::Source, self.source().map_or(0, |source| source.chars().count())),
            (Column::Result, result),
            (Column::Endpoint, self.endpoint.chars().count() + conn),
        ]
    }

    /// What stands in the data column instead of data, and the remark behind it: a copied row has them too.
    pub fn said_besides(&self) -> Option<String> {
        let Record::Call(call) = self.record else { return None };
        let has_data = call.len > 0 || call.succeeded() && matches!(call.op, Op::Accept);
        let instead = if has_data { None } else { Some(self.data(MAX_SPOKEN).0.into_owned()) };
        let message = self.mark.map(|mark| messages::text(self.lang, mark));
        let parts: Vec<String> = instead.into_iter().chain(message).filter(|part| !part.is_empty()).collect();
        (!parts.is_empty()).then(|| parts.join(" · "))
    }

    pub fn waited(&self) -> u64 {
        match self.record {
            Record::Call(call) => call.took,
            Record::Waiting(call) => self.now.since(call.start),
            Record::Held(call) => self.now.since(call.at),
        }
    }

    fn made_by(&self) -> Option<&MadeBy> {
        match self.record {
            Record::Call(call) => call.made_by.as_deref(),
            Record::Waiting(call) => call.made_by.as_deref(),
            Record::Held(call) => call.made_by.as_deref(),
        }
    }

    fn source(&self) -> Option<&str> {
        self.made_by()?.source.as_deref()
    }

    /// The C name under which it was called, and with its arguments.
    fn called(&self) -> &'static str {
        match self.record {
            Record::Call(call) => call.name(),
            Record::Waiting(call) => call.name(),
            Record::Held(call) => call.name(),
        }
    }

    fn with_arguments(&self) -> String {
        match self.record {
            Record::Call(call) => call.with_arguments(),
            Record::Waiting(call) => call.with_arguments(),
            Record::Held(call) => call.with_arguments(),
        }
    }

    fn who(&self) -> String {
        match self.number {
            Some(conn) => format!("{} #{}", self.endpoint, conn.get()),
            None => self.endpoint.to_owned(),
        }
    }

    fn peer(&self) -> Option<String> {
        let (op, ends) = match self.record {
            Record::Call(call) => (&call.op, &call.ends),
            Record::Waiting(call) => (&call.op, &call.ends),
            Record::Held(call) => (&call.op, &call.ends),
        };
        match op {
            Op::SendTo { to, .. } => Some(to.to_string()),
            Op::Connect { addr } => Some(addr.to_string()),
            _ => ends.peer.as_ref().map(ToString::to_string),
        }
    }

    /// What a screen reader says.
    pub fn name(&self) -> String {
        let who = self.who();
        match self.record {
            Record::Held(call) => format!("{who} {} {}", call.with_arguments(), t!(self.lang, "traffic-held")),
            Record::Waiting(call) => {
                let waiting = match quantity::is_long(self.waited()) {
                    true => t!(self.lang, "traffic-waiting", time = quantity::running(self.waited())),
                    false => t!(self.lang, "traffic-still-waiting"),
                };
                format!("{who} {} {waiting}", call.with_arguments())
            }
            Record::Call(call) => {
                let way = Direction::of(&call.op).map(|direction| direction.word(self.lang)).unwrap_or_default();
                let name = format!("#{} {who} {call} {way}", call.seq);
                let (data, _) = self.data(MAX_SPOKEN);
                let name = name.trim_end();
                let said = if data.is_empty() { name.to_owned() } else { format!("{name}: {data}") };
                let said = match self.remark() {
                    Some(remark) => format!("{said} · {remark}"),
                    None => said,
                };
                match self.note {
                    Some(note) => {
                        let mark = t!(self.lang, "bookmark-mark");
                        format!("{said} · {mark} {}", visible(note)).trim_end().to_owned()
                    }
                    None => said,
                }
            }
        }
    }

    /// The beginning of the bytes, or what there is to say instead; with what colours it.
    fn data(&self, max_chars: usize) -> (Cow<'static, str>, fn(&Tokens) -> Color32) {
        let call = match self.record {
            Record::Waiting(_) | Record::Held(_) => return (Cow::Borrowed(""), |tokens| tokens.muted),
            Record::Call(call) => call,
        };
        if let Some(errno) = call.errno() {
            return (Cow::Owned(explain::errno(self.lang, errno, call.op.name()).meaning), |tokens| tokens.error);
        }
        if call.is_abandoned() {
            return (explain::abandoned(self.lang, call.name(), call.took).into(), |tokens| tokens.muted);
        }
        if self.own_end {
            return (t!(self.lang, "traffic-own-end"), |tokens| tokens.muted);
        }
        if let Op::Other(queue) = &call.op
            && let Some(errno) = queue.came_back().and_then(|back| Errno::by_name(back.errno))
        {
            let short = explain::errno(self.lang, errno, "sendto").short;
            let text = t!(self.lang, "conversation-came-back", short = short, errno = errno.to_string());
            return (text, |tokens| tokens.error);
        }
        if call.is_eof() {
            return (t!(self.lang, "traffic-eof"), |tokens| tokens.muted);
        }
        match (&call.op, call.outcome) {
            (Op::Accept, Outcome::Ok(_)) => (self.peer().unwrap_or_default().into(), |tokens| tokens.muted),
            (Op::RecvFrom { .. } | Op::SendTo { .. }, Outcome::Ok(0)) => {
                (t!(self.lang, "traffic-empty-datagram"), |tokens| tokens.muted)
            }
            (Op::Close, _) if call.lost > 0 => {
                (t!(self.lang, "traffic-unread", count = call.lost), |tokens| tokens.error)
            }
            _ if call.len == 0 => (Cow::Borrowed(""), |tokens| tokens.muted),
            _ => {
                let text = self.said.map(|said| preview(said.bytes, self.encoding, max_chars)).unwrap_or_default();
                if call.lost > 0 {
                    let lost = t!(self.lang, "traffic-lost", count = call.lost);
                    return (Cow::Owned(format!("{text} {lost}")), |tokens| tokens.error);
                }
                (Cow::Owned(text), |tokens| tokens.text)
            }
        }
    }

    pub fn paint(&self, ui: &Ui, row: &Row, places: &Places) {
        let tokens = Tokens::of(ui);
        for (column, left, right) in places {
            let room = cell(*left, (*right).min(row.rect.right()), row.rect);
            if *column == Column::Direction {
                if let Some(direction) = Direction::of(self.op()).filter(|_| self.moved()) {
                    let center = pos2(f32::midpoint(*left, *right), row.rect.center().y);
                    direction.paint(ui, center, 13.0);
                    if row.response.hover_pos().is_some_and(|at| at.x >= *left && at.x < *right) {
                        row.response.show_tooltip_text(direction.word(self.lang));
                    }
                }
                continue;
            }
            if *column == Column::Number && self.note.is_some() {
                self.paint_bookmark(ui, row, *left, *right);
            }
            let room = if *column == Column::Data { self.paint_remark(ui, row, room, tokens) } else { room };
            self.line(*column, room.width(), tokens).paint(ui, room, column.align());
        }
    }

    /// At the row's left edge.
    fn paint_bookmark(&self, ui: &Ui, row: &Row, left: f32, right: f32) {
        let icon = ICON_BOOKMARK;
        let font = FontId::new(14.0, icon.font_family());
        let at = pos2(left + 9.0, row.rect.center().y);
        ui.painter().text(at, Align2::CENTER_CENTER, icon.codepoint, font, Tokens::of(ui).accent);
        if row.response.hover_pos().is_some_and(|at| at.x >= left && at.x < right) {
            let note = self.note.filter(|note| !note.is_empty()).map(visible);
            row.response.show_tooltip_text(note.unwrap_or_else(|| t!(self.lang, "bookmark-mark")).as_ref());
        }
    }

    /// At the right end of the data: which rule caused it, and which messages it is part of. Gives the room that is left.
    fn paint_remark(&self, ui: &Ui, row: &Row, room: Rect, tokens: &Tokens) -> Rect {
        let Some(remark) = self.remark() else { return room };
        if row.response.hover_pos().is_some_and(|at| room.x_range().contains(at.x)) {
            row.response.show_tooltip_text(remark.as_str());
        }
        let right = room.with_min_x(room.center().x);
        let taken = Line::new().plain(&remark, SMALL, tokens.muted).paint(ui, right, Align::Max);
        room.with_max_x(room.right() - taken - 8.0)
    }

    fn remark(&self) -> Option<String> {
        let Record::Call(call) = self.record else { return None };
        let rule = call.rule.as_deref().map(|rule| t!(self.lang, "rule-of-send", name = rule.to_owned()).into_owned());
        let message = self.mark.map(|mark| messages::text(self.lang, mark));
        let not_asked = self.not_asked.then(|| t!(self.lang, "row-not-asked").into_owned());
        let prediction = self.prediction.and_then(|said| predicted::remark(self.lang, said, call));
        let parts: Vec<String> = [prediction, not_asked, message, rule].into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(" · "))
    }

    /// An arrow stands where bytes moved or would have.
    fn moved(&self) -> bool {
        match self.record {
            Record::Call(call) => call.len > 0 || matches!(call.op, Op::SendTo { .. } | Op::RecvFrom { .. }),
            Record::Waiting(_) => true,
            Record::Held(_) => false,
        }
    }

    fn line(&self, column: Column, width: f32, tokens: &Tokens) -> Line {
        let line = Line::new();
        let waiting = self.is_waiting();
        match (column, self.record) {
            (Column::Number, Record::Call(call)) => line.mono(&call.seq.to_string(), tokens.muted),
            (Column::Start, Record::Call(Call { start, .. }) | Record::Waiting(WaitingCall { start, .. })) => {
                line.mono(&self.when.text(*start), tokens.muted)
            }
            (Column::Endpoint, _) => {
                let line = line.mono(self.endpoint, tokens.text);
                match self.number {
                    Some(conn) => line.mono(&format!(" #{}", conn.get()), tokens.muted),
                    None => line,
                }
            }
            (Column::Call, _) => {
                let (name, op) = (self.called(), self.with_arguments());
                let color = match self.record {
                    Record::Held(_) => tokens.held,
                    _ if waiting => tokens.waiting,
                    _ => tokens.text,
                };
                line.mono_strong(name, color).mono(op.strip_prefix(name).unwrap_or_default(), color)
            }
            (Column::Result, Record::Call(call)) => {
                let color = match call.outcome {
                    Outcome::Ok(_) => tokens.text,
                    Outcome::Err(_) => tokens.error,
                    Outcome::Abandoned => tokens.muted,
                };
                line.mono(&format!("= {}", call.result_text()), color)
            }
            (Column::Result, Record::Held(_)) => line.mono(&t!(self.lang, "traffic-held"), tokens.held),
            (Column::Result, Record::Waiting(_)) => line.mono(&t!(self.lang, "traffic-still-waiting"), tokens.waiting),
            (Column::Waited, Record::Waiting(_)) if quantity::is_long(self.waited()) => {
                line.mono(&quantity::running(self.waited()), tokens.waiting)
            }
            (Column::Waited, Record::Call(call)) => {
                let color = if call.took >= quantity::WORTH_SHOWING { tokens.waiting } else { tokens.muted };
                line.mono(&quantity::span(call.took), color)
            }
            (Column::Source, _) => line.mono(self.source().unwrap_or_default(), tokens.muted),
            (Column::Peer, _) => line.mono(&self.peer().unwrap_or_default(), tokens.muted),
            (Column::Length, Record::Call(call)) if call.len > 0 => line.mono(&quantity::count(call.len), tokens.muted),
            (Column::Data, _) => {
                // Half of a character's usual width: narrow letters too are enough to fill the cell.
                let (text, color) = self.data((width / (MONO * 0.3)) as usize + 2);
                line.mono(&text, color(tokens))
            }
            _ => line,
        }
    }
}

/// A row that is only a remark.
pub fn paint_note(ui: &Ui, row: Rect, places: &Places, text: &str) {
    let left = places.iter().find(|(column, ..)| *column == Column::Endpoint).map_or(row.left(), |(_, left, _)| *left);
    let room = cell(left, row.right(), row);
    Line::new().plain(text, SMALL, Tokens::of(ui).waiting).paint(ui, room, Align::Min);
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::trace::store::DEFAULT_RETENTION;
    use crate::values::How;

    fn name(trace: &Trace, lang: Lang, seq: u64) -> String {
        let call = trace.get(seq).unwrap();
        Record::Call(call).with("client", TextEncoding::UTF_8, lang, Nanos(0)).within(trace).name()
    }

    fn trace(calls: impl IntoIterator<Item = Call>) -> Trace {
        let mut trace = Trace::new(SystemTime::UNIX_EPOCH, DEFAULT_RETENTION);
        for call in calls {
            trace.push(call);
        }
        trace
    }

    #[test]
    fn an_abandoned_call_says_how_long_it_waited_and_for_what() {
        let abandoned =
            Call { took: 2_060_000_000, conn: None, ..Call::sample(Op::RecvFrom { max: 65_535 }, Outcome::Abandoned) };
        let trace = trace([abandoned]);
        let english = name(&trace, Lang::En, 1);
        assert!(english.contains("recvfrom(65535) = ?"), "{english}");
        assert!(english.ends_with("recvfrom waited 2.1 s; nothing came; closed"), "{english}");
        assert!(name(&trace, Lang::ZhCn, 1).ends_with("什么也没收到，套接字已关闭"));
    }

    #[test]
    fn an_end_after_this_side_has_shut_down_reading_says_nothing_of_the_peer() {
        let shut = |how| Call::sample(Op::Shutdown { how }, Outcome::Ok(0));
        let end = || Call::sample(Op::Recv { max: 9 }, Outcome::Ok(0));
        let said = |how| name(&trace([shut(how), end()]), Lang::En, 2);
        assert!(said(How::Read).ends_with("this side has shut down reading"), "{}", said(How::Read));
        assert!(said(How::Write).ends_with("the peer has ended its side"), "{}", said(How::Write));
    }
}
