//! The head of a program's pane: its name, how it stands, what it runs, and what can be done with it.

use eframe::egui::containers::menu::MenuButton;
use eframe::egui::{Button, Label, RichText, Sense, Ui, vec2};
use egui_material_icons::icons::{ICON_CODE, ICON_MORE_VERT};

use crate::lang::visible::visible;
use crate::session::Program;
use crate::t;
use crate::trace::program::Seen;
use crate::ui::controls;
use crate::ui::on_program::{self, OnProgram};
use crate::ui::theme;
use crate::ui::view::View;
use crate::ui::widgets::ends;
use crate::ui::widgets::program_state::ProgramState;

const GAP: f32 = 6.0;
const STATE: f32 = 12.0;
/// The least width that the command is given, in points.
const COMMAND: f32 = 60.0;

/// `source`: whether it is shown, where there is one.
pub fn ui(ui: &mut Ui, view: &mut View<'_>, program: &Program, source: Option<&mut bool>) {
    ui.horizontal(|ui| {
        ui.set_height(theme::HEADER_HEIGHT - 8.0);
        ui.spacing_mut().item_spacing.x = GAP;
        ui.spacing_mut().button_padding.x = 8.0;
        let (id, room) = (ui.scope_id().with("header buttons"), ui.available_rect_before_wrap());
        name_ui(&mut ends::beside(ui, id, room), view, program);
        ends::draw(ui, id, room, |ui| buttons_ui(ui, view, program, source));
        ui.advance_cursor_after_rect(room);
    });
    unseen_ui(ui, view, program);
}

fn name_ui(ui: &mut Ui, view: &mut View<'_>, program: &Program) {
    let lang = view.lang;
    let state = ProgramState::of(program, lang);
    let (rect, dot) = ui.allocate_exact_size(vec2(9.0, 14.0), Sense::hover());
    controls::paint_dot(ui, rect.center(), state.dot);
    dot.on_hover_text(state.word.clone());
    let selected = view.selection.endpoint() == Some(program.id);
    let color = if selected { view.tokens.accent } else { view.tokens.text };
    let title = Button::new(theme::strong(&program.spec.name).color(color)).truncate().frame(false);
    let half = ui.available_width() / 2.0;
    let title = ui.scope(|ui| {
        ui.set_max_width(half);
        ui.add(title)
    });
    if title.inner.clicked() {
        view.selection.select_endpoint(program.id);
    }
    let word = RichText::new(state.word.clone()).size(STATE).color(state.color(view.tokens));
    ui.add(Label::new(word).truncate()).on_hover_text(state.word);
    if ui.available_width() >= COMMAND {
        let command = visible(&program.spec.command_line()).into_owned();
        let text = RichText::new(&command).monospace().size(STATE).color(view.tokens.muted);
        ui.add(Label::new(text).truncate()).on_hover_text(command);
    }
}

fn buttons_ui(ui: &mut Ui, view: &mut View<'_>, program: &Program, source: Option<&mut bool>) {
    let lang = view.lang;
    if let Some(shown) = source {
        let color = if *shown { view.tokens.accent } else { view.tokens.muted };
        let picture = ICON_CODE.rich_text().size(16.0).color(color);
        let button = ui.add(Button::new(picture).frame_when_inactive(false).min_size(vec2(22.0, 24.0)));
        let name = if *shown { t!(lang, "program-hide-source") } else { t!(lang, "program-show-source") };
        controls::name_it(&button, true, &name);
        if button.on_hover_text(name).clicked() {
            *shown = !*shown;
        }
    }
    let command = if program.live.is_running() { OnProgram::Stop } else { OnProgram::Start };
    let name = lang.text(command.name(program), None);
    let mut button = match command {
        OnProgram::Start => controls::primary(ui, name),
        _ => ui.button(name),
    };
    if let Some(tip) = command.tip() {
        button = button.on_hover_text(lang.text(tip, None));
    }
    if button.clicked() {
        command.run(view, program);
    }
    menu_ui(ui, view, program);
}

fn menu_ui(ui: &mut Ui, view: &mut View<'_>, program: &Program) {
    let lang = view.lang;
    let picture = ICON_MORE_VERT.rich_text().size(16.0).color(view.tokens.muted);
    let button = Button::new(picture).frame_when_inactive(false).min_size(vec2(22.0, 24.0));
    let (response, menu) =
        MenuButton::from_button(button).ui(ui, |ui| on_program::menu(ui, lang, program, OnProgram::IN_HEADER));
    if let Some(command) = menu.and_then(|menu| menu.inner) {
        command.run(view, program);
    }
    controls::name_it(&response, true, &t!(lang, "header-more", name = program.spec.name.clone()));
    response.on_hover_text(t!(lang, "header-more-tip"));
}

/// What of its calls is not seen, or by what means they are.
fn unseen_ui(ui: &mut Ui, view: &View<'_>, program: &Program) {
    let key = match program.live.seen {
        Some(Seen::Not) => "program-seen-not",
        Some(Seen::Python) => "program-seen-python",
        Some(Seen::Ptrace) | None => return,
    };
    let text = RichText::new(view.lang.text(key, None)).size(STATE).color(view.tokens.waiting);
    ui.add(Label::new(text).wrap());
}
