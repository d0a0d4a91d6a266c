//! Where there is no room for the list of endpoints: a strip with a mark and the first letters of each, whose names are
//! in their tooltips.

use eframe::egui::{Align2, Id, Rect, RichText, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};

use super::endpoint_list::{dot_of, spoken_name_of};
use super::program_list;
use crate::lab::EndpointId;
use crate::lang::Lang;
use crate::session::{Endpoint, Program};
use crate::ui::controls::{self, Dot};
use crate::ui::theme::ROUNDING;
use crate::ui::view::{View, ViewRequest};
use crate::ui::widgets::program_state::ProgramState;

const ROW_HEIGHT: f32 = 34.0;
/// Characters of a name that have room.
const LETTERS: usize = 3;

/// What has a mark in the strip.
enum Mark<'a> {
    Endpoint(&'a Endpoint),
    Program(&'a Program),
}

impl Mark<'_> {
    fn id(&self) -> EndpointId {
        match self {
            Self::Endpoint(endpoint) => endpoint.id,
            Self::Program(program) => program.id,
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::Endpoint(endpoint) => &endpoint.spec.name,
            Self::Program(program) => &program.spec.name,
        }
    }

    fn spoken(&self, view: &View<'_>) -> String {
        match self {
            Self::Endpoint(endpoint) => spoken_name_of(view, endpoint),
            Self::Program(program) => program_list::spoken_name_of(view.lang, program),
        }
    }

    fn dot(&self, lang: Lang) -> Dot {
        match self {
            Self::Endpoint(endpoint) => dot_of(endpoint, lang),
            Self::Program(program) => ProgramState::of(program, lang).dot,
        }
    }
}

pub fn ui(ui: &mut Ui, view: &mut View<'_>) {
    let session = view.session;
    ui.spacing_mut().item_spacing.y = 0.0;
    let marks: Vec<Mark<'_>> =
        session.endpoints().iter().map(Mark::Endpoint).chain(session.programs().iter().map(Mark::Program)).collect();
    let scroll = ScrollArea::vertical().id_salt("endpoint strip").auto_shrink([false, true]);
    scroll.show_rows(ui, ROW_HEIGHT, marks.len(), |ui, range| {
        for mark in marks.iter().skip(range.start).take(range.len()) {
            let id = mark.id();
            let (_, rect) = ui.allocate_space(vec2(ui.available_width(), ROW_HEIGHT));
            let response = ui.interact(rect, Id::unique("endpoint strip row").with(id), Sense::click());
            let selected = view.selection.endpoint() == Some(id);
            let name = mark.spoken(view);
            response.widget_info(|| WidgetInfo::selected(Role::Button, true, selected, &name));
            if selected || response.hovered() || response.has_focus() {
                ui.painter().rect_filled(rect.shrink(1.0), f32::from(ROUNDING), view.tokens.highlight);
            }
            controls::paint_dot(ui, pos2(rect.center().x, rect.top() + 10.0), mark.dot(view.lang));
            let letters: String = mark.name().chars().take(LETTERS).collect();
            let below = Rect::from_min_max(pos2(rect.left(), rect.top() + 16.0), rect.max);
            let text = RichText::new(letters).size(11.0);
            controls::paint_text(ui, below, Align2::CENTER_CENTER, text, view.tokens.text);
            if response.on_hover_text(name).clicked() {
                view.selection.select_endpoint(id);
                view.requests.push(ViewRequest::Show(id));
            }
        }
    });
}
