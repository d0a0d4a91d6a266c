//! What a row's context menu offers besides copying: filters made of the row's values, a bookmark, its connection.

use eframe::egui::{RichText, Ui};

use super::record::Record;
use crate::lang::Lang;
use crate::session::Action;
use crate::t;
use crate::trace::Op;
use crate::trace::filter::{Field, Relation, as_value};
use crate::ui::command::UiCommand;
use crate::ui::filter_state::FilterEdit;
use crate::ui::theme::Tokens;
use crate::ui::view::ViewRequest;

/// The row that the menu is of.
pub struct About<'a> {
    pub record: Record<'a>,
    /// Its endpoint's name.
    pub name: &'a str,
    pub bookmarked: bool,
    /// There is a filter that can be narrowed.
    pub expression: bool,
}

pub fn ui(ui: &mut Ui, lang: Lang, tokens: &Tokens, about: &About<'_>, requests: &mut Vec<ViewRequest>) {
    let record = about.record;
    if let Some(seq) = record.seq() {
        let name = if about.bookmarked { t!(lang, "bookmark-remove") } else { t!(lang, "bookmark-add") };
        if ui.button(name).clicked() {
            let note = (!about.bookmarked).then(String::new);
            requests.push(ViewRequest::Act(Action::SetBookmark { seq, note }));
            ui.close();
        }
    }
    // The row was selected with the click that opened the menu.
    if record.conn().is_some() && ui.button(t!(lang, "follow-open")).clicked() {
        requests.push(ViewRequest::Do(UiCommand::FollowConnection));
        ui.close();
    }
    ui.separator();
    let heading = if about.expression { t!(lang, "filter-narrow-by") } else { t!(lang, "filter-by") };
    ui.label(RichText::new(heading).size(12.0).color(tokens.muted));
    for condition in conditions(record, about.name) {
        if ui.button(RichText::new(&condition).monospace()).clicked() {
            requests.push(ViewRequest::Filter(FilterEdit::And(condition)));
            requests.push(ViewRequest::Filter(FilterEdit::Used));
            ui.close();
        }
    }
}

/// `endpoint == client`, `op == recv` …
fn conditions(record: Record<'_>, name: &str) -> Vec<String> {
    let equal = |field: Field, value: &str| format!("{field} {} {}", Relation::Equal, as_value(value));
    let (op, ends) = match record {
        Record::Call(call) => (&call.op, &call.ends),
        Record::Waiting(call) => (&call.op, &call.ends),
        Record::Held(call) => (&call.op, &call.ends),
    };
    let mut conditions = vec![equal(Field::Endpoint, name)];
    if let Some(conn) = record.conn() {
        conditions.push(equal(Field::Conn, &conn.get().to_string()));
    }
    conditions.push(equal(Field::Op, op.name()));
    let peer = match op {
        Op::SendTo { to, .. } => Some(to.to_string()),
        Op::Connect { addr } => Some(addr.to_string()),
        _ => ends.peer.as_ref().map(ToString::to_string),
    };
    conditions.extend(peer.map(|peer| equal(Field::Peer, &peer)));
    if let Record::Call(call) = record {
        let errno = call.errno().map(|errno| errno.name().map_or_else(|| errno.0.to_string(), str::to_owned));
        conditions.extend(errno.map(|errno| equal(Field::Errno, &errno)));
        conditions.extend(call.rule.as_deref().map(|rule| equal(Field::Rule, rule)));
    }
    conditions
}
