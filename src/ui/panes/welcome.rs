//! What an empty lab shows: what this is, and the ways to begin.

use std::path::PathBuf;

use eframe::egui::{self, Align, Align2, Button, Frame, Layout, Margin, RichText, ScrollArea, Ui, vec2};
use egui_material_icons::MaterialIcon;
use egui_material_icons::icons::{
    ICON_CELL_TOWER, ICON_DNS, ICON_DOWNLOAD, ICON_FOLDER_OPEN, ICON_LOGIN, ICON_SCHOOL, ICON_SYNC_ALT, ICON_TERMINAL,
    ICON_UPLOAD_FILE,
};

use crate::desktop::recovery::Left;
use crate::explain::names;
use crate::lab::examples::{self, Example};
use crate::lab::{EndpointKind, EndpointSpec};
use crate::lang::Lang;
use crate::lang::visible::{visible_file_name, visible_path};
use crate::session::Action;
use crate::t;
use crate::ui::command::UiCommand;
use crate::ui::controls;
use crate::ui::theme::{self, PANE_ROUNDING};
use crate::ui::view::View;
use crate::ui::widgets::{ends, own_name};

const WIDTH: f32 = 600.0;
/// The most recent files that are listed.
const MOST_RECENT: usize = 4;
const RECENT_HEIGHT: f32 = 22.0;
/// The offer of a lab that was left open.
const LEFT_HEIGHT: f32 = 52.0;
/// With less room than this behind its button, how many lessons are done is not said.
const ROOM_FOR_DONE: f32 = 240.0;
/// The height of an example's row.
const ROW_HEIGHT: f32 = 25.0;
/// Below this width, in points, choices stand below each other.
const ROOM_FOR_COLUMNS: f32 = 370.0;

/// What the user chose that is not an action of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WelcomeChoice {
    /// The form, for a client: a client needs to know where to.
    Form(EndpointKind),
    /// The lab of a program that did not end by itself.
    Reopen,
    Forget,
}

/// `learnt`: the numbers of the lessons that are done.
pub fn ui(
    ui: &mut Ui,
    view: &mut View<'_>,
    recent: &[PathBuf],
    left: Option<&Left>,
    learnt: &[u8],
) -> Option<WelcomeChoice> {
    let mut chosen = None;
    ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        let room = ui.available_height();
        // What the list of examples leaves of the card is as high as that.
        let rest = 374.0
            + if left.is_some() { LEFT_HEIGHT } else { 0.0 }
            + RECENT_HEIGHT * recent.len().min(MOST_RECENT) as f32;
        let rows = examples::all().len().div_ceil(2);
        let list = (room - rest).clamp(ROW_HEIGHT * 3.0, ROW_HEIGHT * rows as f32);
        ui.add_space(((room - rest - list) * 0.42).max(4.0));
        ui.vertical_centered(|ui| {
            ui.set_max_width(WIDTH.min(ui.available_width()));
            Frame::new()
                .fill(view.tokens.pane)
                .stroke(view.tokens.hairline())
                .corner_radius(f32::from(PANE_ROUNDING + 4))
                .inner_margin(Margin::symmetric(28, 20))
                .show(ui, |ui| {
                    ui.with_layout(Layout::top_down(Align::Min), |ui| {
                        chosen = card(ui, view, recent, left, (list, learnt));
                    })
                });
        });
        ui.add_space(4.0);
    });
    chosen
}

fn card(
    ui: &mut Ui,
    view: &mut View<'_>,
    recent: &[PathBuf],
    left: Option<&Left>,
    (list, learnt): (f32, &[u8]),
) -> Option<WelcomeChoice> {
    let lang = view.lang;
    let mut chosen = None;
    ui.label(theme::strong(t!(lang, "welcome-title")).size(22.0));
    ui.label(RichText::new(t!(lang, "welcome-what")).color(view.tokens.muted).size(14.0));
    ui.add_space(10.0);
    if let Some(left) = left {
        chosen = left_over(ui, view, left);
    }
    if pair_button(ui, view) {
        let (server, client) = (t!(lang, "name-server").into_owned(), t!(lang, "name-client").into_owned());
        view.act(Action::AddEchoPair { server, client });
    }
    ui.add_space(2.0);
    let kinds = [
        (ICON_DNS, "kind-tcp-server", "welcome-server-tip", EndpointKind::TCP_SERVER),
        (ICON_LOGIN, "kind-tcp-client", "welcome-client-tip", EndpointKind::TCP_CLIENT),
        (ICON_CELL_TOWER, "kind-udp", "welcome-udp-tip", EndpointKind::UDP),
    ];
    side_by_side(ui, kinds, |ui, (icon, name, tip, kind)| {
        if choice(ui, view, icon, &lang.text(name, None), &lang.text(tip, None)) {
            match kind {
                EndpointKind::TCP_CLIENT => chosen = Some(WelcomeChoice::Form(kind)),
                _ => add(view, kind),
            }
        }
    });
    let others = [
        (ICON_UPLOAD_FILE, UiCommand::ServeFiles),
        (ICON_DOWNLOAD, UiCommand::Download),
        (ICON_TERMINAL, UiCommand::NewProgram),
    ];
    side_by_side(ui, others, |ui, (icon, command)| {
        let entry = command.entry();
        if choice(ui, view, icon, &lang.text(entry.name, None), &lang.text(entry.tip, None)) {
            view.command(command);
        }
    });
    ui.add_space(10.0);
    ui.separator();
    ui.add_space(4.0);
    ui.horizontal(|ui| {
        if with_icon(ui, view, ICON_FOLDER_OPEN, &t!(lang, "cmd-open-lab")).clicked() {
            view.command(UiCommand::OpenLab);
        }
        lessons(ui, view, learnt);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            for other in Lang::ALL.into_iter().rev() {
                let button = ui.add(Button::selectable(lang == other, own_name::of(ui.ctx(), other)));
                if button.accessible_name(other.own_name()).clicked() {
                    view.command(UiCommand::SetLanguage(other));
                }
            }
        });
    });
    recent_files(ui, view, recent);
    example_list(ui, view, list);
    chosen
}

/// Each in a column of its own, or below the one before where columns would be narrower than what stands in them.
fn side_by_side<T, const N: usize>(ui: &mut Ui, items: [T; N], mut show: impl FnMut(&mut Ui, T)) {
    if ui.available_width() < ROOM_FOR_COLUMNS {
        items.into_iter().for_each(|item| show(ui, item));
    } else {
        ui.columns_const(|columns: &mut [Ui; N]| columns.iter_mut().zip(items).for_each(|(ui, item)| show(ui, item)));
    }
}

/// The lab that was open when the program was killed.
fn left_over(ui: &mut Ui, view: &View<'_>, left: &Left) -> Option<WelcomeChoice> {
    let mut chosen = None;
    let title = left.lab.title.shown(view.lang);
    let name = match left.path.as_deref() {
        _ if !title.is_empty() => title.into_owned(),
        Some(path) => visible_file_name(path),
        None => t!(view.lang, "untitled").into_owned(),
    };
    Frame::new().fill(view.tokens.highlight).corner_radius(6.0).inner_margin(Margin::symmetric(12, 8)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal(|ui| {
            let (id, room) = ends::line(ui);
            let told = egui::Label::new(t!(view.lang, "welcome-left", name = name)).truncate();
            ends::beside(ui, id, room).add(told);
            ends::draw(ui, id, room, |ui| {
                if ui.button(theme::strong(t!(view.lang, "welcome-left-reopen"))).clicked() {
                    chosen = Some(WelcomeChoice::Reopen);
                }
                if ui.button(t!(view.lang, "welcome-left-forget")).clicked() {
                    chosen = Some(WelcomeChoice::Forget);
                }
            });
        });
    });
    ui.add_space(8.0);
    chosen
}

/// The wide button that leads to a first echoed message with one click.
fn pair_button(ui: &mut Ui, view: &View<'_>) -> bool {
    let name = t!(view.lang, "welcome-pair");
    let tokens = view.tokens;
    let icon = ICON_SYNC_ALT.rich_text().size(20.0).color(tokens.on_accent);
    let text = theme::strong(name.as_ref()).size(15.0).color(tokens.on_accent);
    let button = Button::new((icon, text)).min_size(vec2(ui.available_width(), 46.0));
    let clicked = controls::filled(ui, true, button).accessible_name(name.as_ref()).clicked();
    ui.label(RichText::new(t!(view.lang, "welcome-pair-tip")).size(12.0).color(tokens.muted));
    clicked
}

fn choice(ui: &mut Ui, view: &View<'_>, icon: MaterialIcon, name: &str, tip: &str) -> bool {
    let icon = icon.rich_text().size(17.0).color(view.tokens.muted);
    let button = Button::new((icon, RichText::new(name))).min_size(vec2(ui.available_width(), 38.0));
    ui.add(button).accessible_name(name).on_hover_text(tip).clicked()
}

fn with_icon(ui: &mut Ui, view: &View<'_>, icon: MaterialIcon, name: &str) -> egui::Response {
    let icon = icon.rich_text().size(16.0).color(view.tokens.muted);
    ui.add(Button::new((icon, RichText::new(name)))).accessible_name(name)
}

fn recent_files(ui: &mut Ui, view: &mut View<'_>, recent: &[PathBuf]) {
    ui.spacing_mut().interact_size.y = 20.0;
    ui.spacing_mut().item_spacing.y = RECENT_HEIGHT - 20.0;
    for path in recent.iter().take(MOST_RECENT) {
        let folder = path.parent().map(visible_path).unwrap_or_default();
        ui.horizontal(|ui| {
            let link = ui.link(visible_file_name(path)).on_hover_text(visible_path(path));
            ui.add(egui::Label::new(RichText::new(folder).size(11.0).color(view.tokens.muted)).truncate());
            if link.clicked() {
                view.command(UiCommand::OpenRecent(path.clone()));
            }
        });
    }
}

/// The lessons: how many of them are done, and a list to choose from.
fn lessons(ui: &mut Ui, view: &mut View<'_>, learnt: &[u8]) {
    let lang = view.lang;
    let icon = ICON_SCHOOL.rich_text().size(17.0).color(view.tokens.accent);
    let name = t!(lang, "welcome-lessons");
    let button = Button::new((icon, RichText::new(name.as_ref())));
    let (response, _) = egui::containers::menu::MenuButton::from_button(button).ui(ui, |ui| {
        ui.set_min_width(320.0);
        let height = ui.ctx().content_rect().height() - 80.0;
        ScrollArea::vertical().max_height(height).show(ui, |ui| {
            for example in examples::lessons() {
                let title = example.lab.title.text(lang);
                let row = match learnt.contains(&example.number) {
                    true => format!("✓ {title}"),
                    false => title.to_owned(),
                };
                if ui.button(row).clicked() {
                    view.command(UiCommand::OpenExample(example.number));
                }
            }
        });
    });
    controls::name_it(&response, true, &name);
    let (done, of) = (learnt.len(), examples::lessons().len());
    if ui.available_width() >= ROOM_FOR_DONE {
        let words = t!(lang, "welcome-lessons-done", done = done, of = of);
        ui.label(RichText::new(words).color(view.tokens.muted));
    }
}

/// The labs that come with the program, in two columns.
fn example_list(ui: &mut Ui, view: &mut View<'_>, height: f32) {
    ui.add_space(10.0);
    controls::section(ui, &t!(view.lang, "welcome-examples"));
    ui.spacing_mut().item_spacing.y = 0.0;
    let all = examples::all();
    ScrollArea::vertical().id_salt("examples").max_height(height).show(ui, |ui| {
        let (first, second) = all.split_at(all.len().div_ceil(2));
        ui.columns_const(|[left, right]| {
            for (column, examples) in [(left, first), (right, second)] {
                for example in examples {
                    example_row(column, view, example);
                }
            }
        });
    });
}

fn example_row(ui: &mut Ui, view: &mut View<'_>, example: &Example) {
    let title = example.lab.title.text(view.lang);
    let name = t!(view.lang, "palette-example", number = example.number.to_string(), title = title);
    let response = controls::row(ui, ROW_HEIGHT, false, &name);
    let inner = response.rect.shrink2(vec2(6.0, 0.0));
    let number = RichText::new(example.number.to_string()).size(12.0);
    controls::paint_text(ui, inner.with_max_x(inner.left() + 18.0), Align2::RIGHT_CENTER, number, view.tokens.muted);
    let text = RichText::new(title);
    controls::paint_text(ui, inner.with_min_x(inner.left() + 28.0), Align2::LEFT_CENTER, text, view.tokens.text);
    if response.on_hover_text(title).clicked() {
        view.command(UiCommand::OpenExample(example.number));
    }
}

/// A server or a UDP socket works with the defaults: 127.0.0.1 and a free port.
fn add(view: &mut View<'_>, kind: EndpointKind) {
    let spec = Box::new(EndpointSpec::with_defaults(names::first_endpoint(view.lang, kind), kind));
    view.act(Action::Add { spec, open: true });
}
