//! The program that does what an endpoint does, or that repeats what it did in the trace, beside the calls that it was
//! written from: a line is marked where its call is selected, and its calls are marked where the pointer is on a line.

mod lines;
mod toolbar;
mod written;

use std::sync::Arc;

use eframe::egui::{Align, Direction, Label, Layout, RichText, Ui, UiBuilder};

use crate::code::{Language, Style};
use crate::lab::EndpointId;
use crate::lang::Words as _;
use crate::t;
use crate::ui::panes::{LabView, Pane};
use crate::ui::view::View;
use crate::ui::widgets::rows::Rows;
use written::{Of, Written};

/// What a program is written from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum From {
    /// What the endpoint is to do.
    #[default]
    Endpoint,
    /// What its connection did.
    Conn,
    /// The same, of the calls that are marked in the table.
    Marked,
    /// The same, of the calls that the filter shows.
    Filtered,
}

impl From {
    const ALL: [Self; 4] = [Self::Endpoint, Self::Conn, Self::Marked, Self::Filtered];

    fn name(self) -> &'static str {
        match self {
            Self::Endpoint => "code-pane-endpoint",
            Self::Conn => "code-pane-conn",
            Self::Marked => "code-pane-marked",
            Self::Filtered => "code-pane-filtered",
        }
    }
}

#[derive(Debug)]
pub struct CodePane {
    language: &'static Language,
    /// `None`: the one that suits the endpoint.
    style: Option<Style>,
    from: From,
    times: bool,
    rows: Rows,
    written: Option<Written>,
    /// The calls that were marked last, with the generation of their trace: a click on a line unmarks them in the table.
    marked: Option<(u64, Arc<[u64]>)>,
    /// The line that was clicked.
    line: Option<u64>,
    /// The selected call whose line was brought into sight.
    revealed: Option<u64>,
    /// The line that is to be brought into sight.
    sought: Option<u64>,
}

impl Default for CodePane {
    fn default() -> Self {
        Self {
            language: Language::ALL[0],
            style: None,
            from: From::default(),
            times: false,
            rows: Rows::from_start(),
            written: None,
            marked: None,
            line: None,
            revealed: None,
            sought: None,
        }
    }
}

/// The program that does the same.
pub static CODE: LabView = LabView {
    name: "code",
    title: "tab-code",
    command: "cmd-show-code",
    command_tip: "cmd-show-code-tip",
    least: LabView::TWO_ROWS,
    picture: None,
    make: || Box::new(CodePane::default()),
};

impl Pane for CodePane {
    fn view(&self) -> &'static LabView {
        &CODE
    }

    fn ui(&mut self, ui: &mut Ui, view: &mut View<'_>) {
        ui.spacing_mut().item_spacing.y = 0.0;
        let Some(endpoint) = self.whose(view) else {
            self.written = None;
            return said_ui(ui, view, &t!(view.lang, "code-pane-empty"));
        };
        // A program has its own source; what it did can be repeated.
        let from = if view.session.endpoint(endpoint).is_some() { self.from } else { From::Conn };
        let conn = view.selection.conn().filter(|_| view.selection.endpoint() == Some(endpoint));
        let generation = view.session.trace().generation();
        if let Some(marked) = view.selection.marked() {
            self.marked = Some((generation, Arc::clone(marked)));
        }
        self.marked.take_if(|(of, _)| *of != generation);
        let marked = self.marked.as_ref().filter(|_| from == From::Marked).map(|(_, marked)| Arc::clone(marked));
        let of = Of { endpoint, conn, from, marked, times: self.times };
        let written = Written::kept(self.written.take(), ui, view, of, self.language, self.style);
        self.toolbar_ui(ui, view, endpoint, &written);
        match &written.result {
            Ok(code) => self.lines_ui(ui, view, endpoint, code, &written.lines),
            Err(error) => said_ui(ui, view, &error.sentence(view.lang)),
        }
        self.written = Some(written);
    }
}

impl CodePane {
    /// The selected endpoint or program; the one before, or the first, where none is.
    fn whose(&self, view: &View<'_>) -> Option<EndpointId> {
        let session = view.session;
        let is_there = |id: &EndpointId| session.endpoint(*id).is_some() || session.program(*id).is_some();
        let selected = view.selection.endpoint().filter(is_there);
        let before = || self.written.as_ref().and_then(Written::endpoint).filter(is_there);
        selected.or_else(before).or_else(|| session.endpoints().first().map(|first| first.id))
    }
}

/// A sentence in the middle of the room that is left.
fn said_ui(ui: &mut Ui, view: &View<'_>, text: &str) {
    let room = ui.available_rect_before_wrap().shrink(16.0);
    let layout = Layout::centered_and_justified(Direction::TopDown).with_cross_align(Align::Center);
    let mut inner = ui.new_child(UiBuilder::new().max_rect(room).layout(layout));
    inner.add(Label::new(RichText::new(text).color(view.tokens.muted)).wrap());
}
