//! The programs of the lab at the left, below the endpoints; the open sockets of each stand beneath it.

use std::ops::Range;

use eframe::egui::{Align2, Popup, Rect, RichText, ScrollArea, Ui, pos2};

use crate::lang::Lang;
use crate::lang::visible::visible;
use crate::session::{OpenSocket, Program};
use crate::t;
use crate::trace::{Domain, SocketType};
use crate::ui::controls::{self, Dot};
use crate::ui::on_program::{self, OnProgram};
use crate::ui::view::{View, ViewRequest};
use crate::ui::widgets::program_state::ProgramState;
use crate::ui::widgets::row_menu;
use crate::ui::widgets::state::State;

const ROW: f32 = 28.0;
const HEADING: f32 = 28.0;
/// The most rows that are shown without scrolling.
const MOST_ROWS: usize = 9;
/// The part of a row that a long name takes at most.
const NAME_SHARE: f32 = 0.7;

/// The least height in which they can be looked through, with their heading.
pub const LEAST: f32 = HEADING + 2.0 * ROW;

/// How high the programs are, with their heading.
pub fn height(programs: &[Program]) -> f32 {
    if programs.is_empty() { 0.0 } else { HEADING + rows(programs).min(MOST_ROWS) as f32 * ROW }
}

fn rows(programs: &[Program]) -> usize {
    programs.iter().map(|program| 1 + program.live.sockets.count()).sum()
}

/// `max_height` is what they may take, with their heading.
pub fn ui(ui: &mut Ui, view: &mut View<'_>, max_height: f32) {
    let programs = view.session.programs();
    if programs.is_empty() {
        return;
    }
    ui.horizontal(|ui| {
        ui.set_height(HEADING);
        ui.add_space(4.0);
        controls::section(ui, &t!(view.lang, "programs-heading"));
    });
    ui.spacing_mut().item_spacing.y = 0.0;
    let most = (max_height - HEADING).max(ROW);
    let scroll = ScrollArea::vertical().id_salt("programs").max_height(most).auto_shrink([false, true]);
    scroll.show_rows(ui, ROW, rows(programs), |ui, range| {
        for (program, socket) in in_sight(programs, range) {
            row(ui, view, program, socket);
        }
    });
}

/// The programs and sockets in these rows.
fn in_sight(programs: &[Program], range: Range<usize>) -> impl Iterator<Item = (&Program, Option<&OpenSocket>)> {
    let all = programs.iter().flat_map(|program| {
        let sockets = program.live.sockets.values().map(move |socket| (program, Some(socket)));
        std::iter::once((program, None)).chain(sockets)
    });
    all.skip(range.start).take(range.len())
}

/// What a screen reader says of a program.
pub(super) fn spoken_name_of(lang: Lang, program: &Program) -> String {
    let (name, state) = (program.spec.name.as_str(), ProgramState::of(program, lang).word);
    t!(lang, "program-spoken", name = name, state = state.as_ref()).into_owned()
}

fn row(ui: &mut Ui, view: &mut View<'_>, program: &Program, socket: Option<&OpenSocket>) {
    let (lang, tokens) = (view.lang, view.tokens);
    let (name, side, state, dot) = match socket {
        None => {
            let state = ProgramState::of(program, lang);
            (program.spec.name.clone(), state.short.into_owned(), String::new(), state.dot)
        }
        Some(socket) => {
            let (state, dot) = state_of(program, socket, lang);
            (described(view, program, socket), place(socket), state, dot)
        }
    };
    let conn = socket.and_then(|socket| socket.conn);
    let selected = view.selection.endpoint() == Some(program.id)
        && match socket {
            None => view.selection.conn().is_none(),
            Some(_) => conn.is_some() && view.selection.conn() == conn,
        };
    let spoken = match socket {
        None => spoken_name_of(lang, program),
        Some(_) => {
            let owner = program.spec.name.as_str();
            let kind = name.as_str();
            t!(lang, "program-socket-spoken", name = owner, kind = kind, state = state, address = side.as_str())
                .into_owned()
        }
    };
    let response = controls::row(ui, ROW, selected, &spoken);
    let rect = response.rect;
    let has_menu = socket.is_none();
    let menu_name = t!(lang, "endpoint-menu", name = program.spec.name.as_str());
    let menu = has_menu.then(|| row_menu::button(ui, rect, response.id, &menu_name));
    let indent = if socket.is_some() { 18.0 } else { 0.0 };
    controls::paint_dot(ui, pos2(rect.left() + 12.0 + indent, rect.center().y), dot);
    let lit = selected || response.hovered() || response.has_focus() || menu.as_ref().is_some_and(row_menu::is_lit);
    let right = menu.as_ref().filter(|_| lit).map_or(rect.right() - 8.0, |menu| menu.rect.left());
    let room = Rect::from_min_max(pos2(rect.left() + 24.0 + indent, rect.top()), pos2(right, rect.bottom()));
    let name_width = controls::text_width(ui, &name).min(room.width() * NAME_SHARE);
    let side_room = room.with_min_x(room.left() + name_width + 8.0);
    let side = RichText::new(visible(&side).into_owned()).size(11.0);
    let width = controls::paint_text(ui, side_room, Align2::RIGHT_CENTER, side, tokens.muted);
    let left = room.with_max_x(room.right() - width - 8.0);
    controls::paint_text(ui, left, Align2::LEFT_CENTER, RichText::new(name), tokens.text);
    if response.clicked() {
        view.selection.select_conn((program.id, conn));
        view.requests.push(ViewRequest::Show(program.id));
    }
    let Some(menu) = menu else { return };
    if lit {
        row_menu::paint(ui, tokens, &menu);
    }
    let mut chosen = None;
    let mut contents = |ui: &mut Ui| chosen = chosen.or(on_program::menu(ui, lang, program, OnProgram::IN_LIST));
    Popup::menu(&menu).show(&mut contents);
    response.context_menu(contents);
    if let Some(command) = chosen {
        command.run(view, program);
    }
}

/// What is known of a socket from the program's calls.
fn state_of(program: &Program, socket: &OpenSocket, lang: Lang) -> (String, Dot) {
    if socket.listens {
        return (t!(lang, "state-listening").into_owned(), Dot::Open);
    }
    let conn = socket.conn.and_then(|conn| program.live.observed.conns.get(&conn));
    if let Some(conn) = conn {
        let state = State::of_conn(conn, lang);
        return (state.word.into_owned(), state.dot);
    }
    match socket.kind {
        Some(SocketType::Datagram) => (t!(lang, "state-ready").into_owned(), Dot::Open),
        _ => (t!(lang, "state-disconnected").into_owned(), Dot::Closed),
    }
}

/// `TCP · listening`, `TCP #2 · client`, `UDP`.
fn described(view: &View<'_>, program: &Program, socket: &OpenSocket) -> String {
    let kind = match (socket.family, socket.kind) {
        (Some(Domain::Unix), _) => "Unix",
        (Some(_), Some(SocketType::Stream)) => "TCP",
        (Some(_), Some(SocketType::Datagram)) => "UDP",
        _ => return t!(view.lang, "program-socket-other").into_owned(),
    };
    let more = match socket.conn {
        _ if socket.listens => t!(view.lang, "state-listening").into_owned(),
        Some(conn) => view.session.numbered_with_partner((program.id, Some(conn))),
        None => return kind.to_owned(),
    };
    format!("{kind} {more}")
}

/// Who is at the other end, else where it is bound.
fn place(socket: &OpenSocket) -> String {
    let ends = &socket.ends;
    let shown = ends.peer.as_ref().or(ends.local.as_ref());
    shown.map_or_else(String::new, |addr| match addr.inet() {
        Some(inet) if inet.ip().is_loopback() => format!(":{}", inet.port()),
        _ => addr.to_string(),
    })
}
