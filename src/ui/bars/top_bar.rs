//! The bar at the top: menus, the button for a new endpoint, the lab's file, the palette, language and theme.

use std::path::PathBuf;

use eframe::egui::text::LayoutJob;
use eframe::egui::{self, Align, Button, FontFamily, FontId, Layout, RichText, TextFormat, Ui};
use egui_material_icons::icons::{ICON_ADD, ICON_CONTRAST, ICON_SEARCH};

use crate::desktop::fonts::STRONG;
use crate::lab::examples;
use crate::lang::Lang;
use crate::lang::visible::{visible_file_name, visible_path};
use crate::t;
use crate::ui::bars::{status_bar, toast};
use crate::ui::command::UiCommand;
use crate::ui::controls;
use crate::ui::menu_keys;
use crate::ui::panes::LabView;
use crate::ui::theme;
use crate::ui::view::View;
use crate::ui::widgets::ends;
use crate::ui::widgets::held;
use crate::ui::widgets::own_name;

/// What a menu leaves of the window's height.
const MENU_BESIDES: f32 = 60.0;

/// What the bar shows besides the session.
#[derive(Clone, Copy, Debug)]
pub struct Bar<'a> {
    /// The numbers of the lessons that are done.
    pub learnt: &'a [u8],
    pub recent: &'a [PathBuf],
    pub endpoints_shown: bool,
    pub inspector_shown: bool,
}

pub fn ui(ui: &mut Ui, view: &mut View<'_>, bar: Bar<'_>) {
    let lang = view.lang;
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let room = Room::of(ui.available_width());
        if room.name {
            ui.label(theme::strong(t!(lang, "app-name")).size(14.0));
            ui.add_space(6.0);
        }
        menu_keys::begin(ui.ctx());
        menu(ui, &t!(lang, "menu-lab"), |ui| lab_menu(ui, view, bar));
        menu(ui, &t!(lang, "menu-edit"), |ui| edit_menu(ui, view));
        menu(ui, &t!(lang, "menu-view"), |ui| view_menu(ui, view, bar));
        menu(ui, &t!(lang, "menu-help"), |ui| {
            item(ui, view, &UiCommand::ShowHelp);
            item(ui, view, &UiCommand::ShowFirstSteps);
            item(ui, view, &UiCommand::Palette);
            ui.separator();
            item(ui, view, &UiCommand::ShowAbout);
        });
        ui.add_space(4.0);
        new_endpoint_button(ui, view, room);
        let (id, place) = (ui.scope_id().with("right end"), ui.available_rect_before_wrap());
        let mut rest = ends::beside(ui, id, place);
        rest.with_layout(Layout::right_to_left(Align::Center), |ui| file_name(ui, view));
        ends::draw(ui, id, place, |ui| right(ui, view, room));
    });
}

/// What there is room for. What goes first is also in the menus.
#[derive(Clone, Copy, Debug)]
struct Room {
    /// The program's name.
    name: bool,
    /// Words beside the pictures of the buttons.
    words: bool,
    /// Language and theme.
    looks: bool,
    palette: bool,
}

impl Room {
    fn of(width: f32) -> Self {
        Self { name: width >= 760.0, words: width >= 600.0, looks: width >= 480.0, palette: width >= 400.0 }
    }
}

fn menu(ui: &mut Ui, name: &str, contents: impl FnOnce(&mut Ui)) {
    let button = Button::new(name).frame_when_inactive(false);
    let height = ui.ctx().content_rect().height() - MENU_BESIDES;
    let (response, _) = egui::containers::menu::MenuButton::from_button(button).ui(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        ui.set_max_height(height);
        egui::ScrollArea::vertical().max_height(height).show(ui, |ui| {
            ui.set_min_width(240.0);
            contents(ui);
        });
    });
    menu_keys::add(&response);
}

fn new_endpoint_button(ui: &mut Ui, view: &mut View<'_>, room: Room) {
    let command = UiCommand::NewEndpoint;
    let name = t!(view.lang, "new-endpoint");
    let tip = tip(ui, view.lang, &command);
    let response = match room.words {
        true => controls::primary_icon(ui, ICON_ADD, &name),
        false => controls::icon(ui, ICON_ADD, &name),
    };
    let response = response.on_hover_text(tip);
    if response.clicked() {
        view.command(command);
    }
}

fn right(ui: &mut Ui, view: &mut View<'_>, room: Room) {
    ui.spacing_mut().item_spacing.x = 10.0;
    if room.words {
        let keys = UiCommand::Palette.shortcut().map(|keys| ui.ctx().format_shortcut(&keys)).unwrap_or_default();
        let palette = ui.add(Button::new(t!(view.lang, "palette-button", keys = keys)));
        if palette.on_hover_text(t!(view.lang, "cmd-palette-tip")).clicked() {
            view.command(UiCommand::Palette);
        }
    } else if room.palette {
        let name = tip(ui, view.lang, &UiCommand::Palette);
        if controls::icon(ui, ICON_SEARCH, &name).clicked() {
            view.command(UiCommand::Palette);
        }
    }
    if room.looks {
        looks(ui, view);
    }
}

fn looks(ui: &mut Ui, view: &mut View<'_>) {
    let lang = view.lang;
    language_button(ui, view);
    let theme_button = ui.add(Button::new(ICON_CONTRAST.rich_text().size(16.0)));
    let theme_button = theme_button.accessible_name(t!(lang, "cmd-toggle-theme"));
    if theme_button.on_hover_text(tip(ui, lang, &UiCommand::ToggleTheme)).clicked() {
        view.command(UiCommand::ToggleTheme);
    }
}

/// `中 | EN`, the language in use standing out. A click changes to the other.
fn language_button(ui: &mut Ui, view: &mut View<'_>) {
    let (other, name) = match view.lang {
        Lang::En => (Lang::ZhCn, t!(view.lang, "cmd-chinese")),
        Lang::ZhCn => (Lang::En, t!(view.lang, "cmd-english")),
    };
    let mut job = LayoutJob::default();
    let mut part = |text: &str, on: bool| {
        let family = if on { FontFamily::Name(STRONG.into()) } else { FontFamily::Proportional };
        let color = if on { view.tokens.text } else { view.tokens.muted };
        job.append(text, 0.0, TextFormat { font_id: FontId::new(13.0, family), color, ..TextFormat::default() });
    };
    part(own_name::short(ui.ctx(), Lang::ZhCn), view.lang == Lang::ZhCn);
    part(" | ", false);
    part(own_name::short(ui.ctx(), Lang::En), view.lang == Lang::En);
    let button = ui.add(Button::new(job)).accessible_name(name.as_ref()).on_hover_text(name);
    if button.clicked() {
        view.command(UiCommand::SetLanguage(other));
    }
}

/// The lab's title (else its file), with a dot while it has changes that are not saved.
fn file_name(ui: &mut Ui, view: &View<'_>) {
    let session = view.session;
    let title = session.title().shown(view.lang);
    let name = match session.path() {
        _ if !title.is_empty() => title.into_owned(),
        Some(path) => visible_file_name(path),
        None => t!(view.lang, "untitled").into_owned(),
    };
    let edited = session.is_edited();
    let text = if edited { format!("{name} •") } else { name };
    let label = egui::Label::new(RichText::new(text).color(view.tokens.muted)).truncate();
    let response = ui.add(label);
    let mut about = session.path().map_or_else(|| t!(view.lang, "not-saved-yet").into_owned(), visible_path);
    if edited {
        about = format!("{about}\n{}", t!(view.lang, "has-changes"));
    }
    response.on_hover_text(about);
}

fn done_words(view: &View<'_>, done: bool) -> String {
    let key = if done { "lesson-is-done" } else { "lesson-is-open" };
    view.lang.text(key, None).into_owned()
}

fn lab_menu(ui: &mut Ui, view: &mut View<'_>, bar: Bar<'_>) {
    let recent = bar.recent;
    item(ui, view, &UiCommand::NewLab);
    item(ui, view, &UiCommand::OpenLab);
    let title = t!(view.lang, "menu-recent");
    ui.add_enabled_ui(!recent.is_empty(), |ui| {
        let recent = ui.menu_button(title, |ui| {
            for path in recent {
                if ui.button(visible_file_name(path)).on_hover_text(visible_path(path)).clicked() {
                    view.command(UiCommand::OpenRecent(path.clone()));
                }
            }
        });
        menu_keys::add_leading_on(&recent.response);
    });
    let examples = ui.menu_button(t!(view.lang, "menu-examples"), |ui| {
        for example in examples::all() {
            let number = example.number;
            if ui.button(format!("{number}. {}", example.lab.title.text(view.lang))).clicked() {
                view.command(UiCommand::OpenExample(number));
            }
        }
    });
    menu_keys::add_leading_on(&examples.response);
    let devices = ui.menu_button(t!(view.lang, "menu-devices"), |ui| {
        for example in examples::devices() {
            if ui.button(example.lab.title.text(view.lang)).clicked() {
                view.command(UiCommand::OpenExample(example.number));
            }
        }
    });
    menu_keys::add_leading_on(&devices.response);
    let lessons = ui.menu_button(t!(view.lang, "menu-lessons"), |ui| {
        for example in examples::lessons() {
            let title = example.lab.title.text(view.lang);
            let done = bar.learnt.contains(&example.number);
            let row = if done { format!("✓ {title}") } else { title.to_owned() };
            if ui.button(row).on_hover_text(done_words(view, done)).clicked() {
                view.command(UiCommand::OpenExample(example.number));
            }
        }
    });
    menu_keys::add_leading_on(&lessons.response);
    ui.separator();
    item(ui, view, &UiCommand::SaveLab);
    item(ui, view, &UiCommand::SaveLabAs);
    item(ui, view, &UiCommand::EditTitle);
    item(ui, view, &UiCommand::ShowNote);
    item_enabled(ui, view, &UiCommand::ShowLesson, view.session.lesson().is_some());
    // The menu is as high as a window of 900 points.
    if view.session.lesson().is_some() {
        item(ui, view, &UiCommand::HandIn);
    }
    item_enabled(ui, view, &UiCommand::ReloadLab, view.session.path().is_some());
    ui.separator();
    item(ui, view, &UiCommand::OpenTrace);
    item(ui, view, &UiCommand::SaveTrace);
    item(ui, view, &UiCommand::ExportTrace);
    item(ui, view, &UiCommand::ToggleRecording);
    ui.separator();
    item(ui, view, &UiCommand::NewEndpoint);
    item(ui, view, &UiCommand::NewProgram);
    item(ui, view, &UiCommand::FromProgram);
    item(ui, view, &UiCommand::ServeFiles);
    item(ui, view, &UiCommand::Download);
    item(ui, view, &UiCommand::OpenAll);
    item(ui, view, &UiCommand::CloseAll);
    ui.separator();
    let has_steps = !view.session.steps().is_empty();
    item_enabled(ui, view, &UiCommand::RunSteps, has_steps);
    item_enabled(ui, view, &UiCommand::StopSteps, view.session.run_state().is_some());
    ui.separator();
    let is_held = view.session.is_anything_held();
    item_enabled(ui, view, &UiCommand::HoldAll, !view.session.is_empty());
    item_enabled(ui, view, &UiCommand::Step, view.session.held_calls().next().is_some());
    item_enabled(ui, view, &UiCommand::Continue, is_held);
    let can_predict = held::to_predict(view.session, view.selection.endpoint()).is_some();
    item_enabled(ui, view, &UiCommand::Predict, can_predict);
    item(ui, view, &UiCommand::Breakpoints);
    item(ui, view, &UiCommand::LossyLink);
    item(ui, view, &UiCommand::LinkFaults);
    ui.separator();
    item(ui, view, &UiCommand::Quit);
}

/// With the names of what would be undone and done again.
fn edit_menu(ui: &mut Ui, view: &mut View<'_>) {
    for command in [UiCommand::Undo, UiCommand::Redo] {
        let (name, enabled) = match command_name(view, &command) {
            Some(name) => (name, true),
            None => (view.lang.text(command.entry().name, None).into_owned(), false),
        };
        let mut button = Button::new(name);
        if let Some(shortcut) = command.shortcut() {
            button = button.shortcut_text(ui.ctx().format_shortcut(&shortcut));
        }
        let tip = view.lang.text(command.entry().tip, None);
        if ui.add_enabled(enabled, button).on_hover_text(tip).clicked() {
            view.command(command);
        }
    }
}

fn command_name(view: &View<'_>, command: &UiCommand) -> Option<String> {
    toast::command_name(view.lang, view.session, command)
}

fn view_menu(ui: &mut Ui, view: &mut View<'_>, bar: Bar<'_>) {
    check(ui, view, &UiCommand::ToggleEndpoints, bar.endpoints_shown);
    check(ui, view, &UiCommand::ToggleInspector, bar.inspector_shown);
    item(ui, view, &UiCommand::Presentation);
    item(ui, view, &UiCommand::ResetLayout);
    item(ui, view, &UiCommand::ShowAddresses);
    ui.separator();
    for shown in LabView::ALL {
        item(ui, view, &UiCommand::ShowView(shown));
    }
    ui.separator();
    item(ui, view, &UiCommand::CopyPicture);
    item(ui, view, &UiCommand::SavePicture);
    ui.separator();
    for command in [
        UiCommand::Filter,
        UiCommand::PauseDisplay,
        UiCommand::LookBack,
        UiCommand::BackToNow,
        UiCommand::FollowEnd,
        UiCommand::ClearTrace,
    ] {
        item(ui, view, &command);
    }
    let kept = ui.menu_button(t!(view.lang, "retention"), |ui| status_bar::retention_menu(ui, view));
    menu_keys::add_leading_on(&kept.response);
    ui.separator();
    item(ui, view, &UiCommand::ToggleTheme);
    item(ui, view, &UiCommand::FollowSystemTheme);
    ui.separator();
    for lang in Lang::ALL {
        let command = UiCommand::SetLanguage(lang);
        let button = ui.add(Button::selectable(view.lang == lang, own_name::of(ui.ctx(), lang)));
        if button.accessible_name(lang.own_name()).clicked() {
            view.command(command);
        }
    }
    ui.separator();
    for command in [UiCommand::ZoomIn, UiCommand::ZoomOut, UiCommand::ZoomReset] {
        item(ui, view, &command);
    }
}

fn item(ui: &mut Ui, view: &mut View<'_>, command: &UiCommand) {
    item_enabled(ui, view, command, true);
}

fn item_enabled(ui: &mut Ui, view: &mut View<'_>, command: &UiCommand, enabled: bool) {
    let entry = command.entry();
    let mut button = Button::new(view.lang.text(entry.name, None));
    if let Some(shortcut) = entry.shortcut {
        button = button.shortcut_text(ui.ctx().format_shortcut(&shortcut));
    }
    let response = ui.add_enabled(enabled, button).on_hover_text(view.lang.text(entry.tip, None));
    if response.gained_focus() {
        response.scroll_to_me(None);
    }
    if response.clicked() {
        view.command(command.clone());
    }
}

fn check(ui: &mut Ui, view: &mut View<'_>, command: &UiCommand, mut on: bool) {
    let entry = command.entry();
    let response =
        ui.checkbox(&mut on, view.lang.text(entry.name, None)).on_hover_text(view.lang.text(entry.tip, None));
    if response.clicked() {
        view.command(command.clone());
        ui.close();
    }
}

/// What a command does, with its keys.
fn tip(ui: &Ui, lang: Lang, command: &UiCommand) -> String {
    let entry = command.entry();
    let text = lang.text(entry.tip, None);
    match entry.shortcut {
        Some(keys) => format!("{text} ({})", ui.ctx().format_shortcut(&keys)),
        None => text.into_owned(),
    }
}
