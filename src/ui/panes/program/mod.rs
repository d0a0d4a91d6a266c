//! A program's pane: what it runs and how that stands, the source with the line that waits, its console, and a field that
//! types to its standard input.

mod console;
mod header;
mod input;
mod source;

use eframe::egui::{self, Frame, Label, Margin, Panel, Rect, RichText, Stroke, Ui, UiBuilder};

use crate::lab::EndpointId;
use crate::t;
use crate::ui::playhead;
use crate::ui::view::View;
use crate::ui::widgets::held_strip::{self, Holder};
use console::ConsoleView;
use input::Input;
use source::SourceView;

/// First frames in which a pane whose program is selected takes the keyboard: the selection may come a frame after the
/// pane.
const FRESH_FRAMES: u8 = 3;
/// From this width on, in points, source and console stand side by side.
const SIDE_BY_SIDE: f32 = 640.0;
/// Below this height the source has no room above the console.
const LOW: f32 = 170.0;
/// The part of the height, or of the width, that the source takes.
const SOURCE: f32 = 0.46;

pub struct ProgramPane {
    program: EndpointId,
    console: ConsoleView,
    source: SourceView,
    /// The user has put the source away, or wants it.
    shows_source: bool,
    input: Input,
    frames: u8,
}

impl ProgramPane {
    pub fn new(program: EndpointId) -> Self {
        Self {
            program,
            console: ConsoleView::default(),
            source: SourceView::default(),
            shows_source: true,
            input: Input::default(),
            frames: 0,
        }
    }

    pub fn ui(&mut self, ui: &mut Ui, view: &mut View<'_>) {
        let session = view.session;
        let Some(program) = session.program(self.program) else {
            let text = RichText::new(t!(view.lang, "pane-gone")).color(view.tokens.muted);
            ui.centered_and_justified(|ui| ui.add(Label::new(text)));
            return;
        };
        if self.frames < FRESH_FRAMES {
            self.frames += 1;
            if view.selection.endpoint() == Some(self.program) {
                self.input.take_focus();
                self.frames = FRESH_FRAMES;
            }
        }
        let salt = ("program", self.program.0);
        let bar = Frame::new().inner_margin(Margin::symmetric(10, 4));
        let has_source = !program.live.sources.is_empty();
        Panel::top(egui::Id::unique((salt, "header"))).frame(bar).resizable(false).show_separator_line(true).show(
            ui,
            |ui| {
                header::ui(ui, view, program, has_source.then_some(&mut self.shows_source));
            },
        );
        let line = Frame::new().inner_margin(Margin::symmetric(10, 8));
        Panel::bottom(egui::Id::unique((salt, "input"))).frame(line).resizable(false).show_separator_line(true).show(
            ui,
            |ui| {
                if view.session.looking_back().is_some() {
                    playhead::note_ui(ui, view);
                } else {
                    self.input.ui(ui, view, program);
                }
            },
        );
        held_strip::ui(ui, view, &Holder::program(program));
        let room = ui.available_rect_before_wrap();
        let (source, console) = split(room, has_source && self.shows_source);
        if let Some(place) = source {
            self.source.ui(&mut part(ui, place, "source"), view, program);
            let line = Stroke::new(1.0, view.tokens.line);
            match place.right() < room.right() {
                true => ui.painter().vline(place.right(), place.y_range(), line),
                false => ui.painter().hline(place.x_range(), place.bottom(), line),
            };
        }
        self.console.ui(&mut part(ui, console, "console"), view, program);
        ui.advance_cursor_after_rect(room);
    }
}

/// The room of the source, and of the console.
fn split(room: Rect, with_source: bool) -> (Option<Rect>, Rect) {
    if with_source && room.width() >= SIDE_BY_SIDE {
        let at = room.left() + room.width() * SOURCE;
        (Some(room.with_max_x(at)), room.with_min_x(at + 1.0))
    } else if with_source && room.height() >= LOW {
        let at = (room.top() + room.height() * SOURCE).round();
        (Some(room.with_max_y(at)), room.with_min_y(at + 1.0))
    } else {
        (None, room)
    }
}

fn part(ui: &mut Ui, place: Rect, salt: &str) -> Ui {
    let mut part = ui.new_child(UiBuilder::new().max_rect(place).id_salt(salt));
    part.shrink_clip_rect(place);
    part
}
