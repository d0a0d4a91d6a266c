//! Every file that was served or downloaded, with its state and its verdict; the newest at the end. What is selected is
//! told in full beside the table.

mod columns;
mod details;
mod entry;
mod pace;

use eframe::egui::{Align, Align2, Button, Frame, Layout, Margin, Panel, Rect, RichText, Sense, Ui, UiBuilder, vec2};
use egui_material_icons::MaterialIcon;
use egui_material_icons::icons::{ICON_DELETE_SWEEP, ICON_DOWNLOAD, ICON_UPLOAD_FILE};

use crate::session::Action;
use crate::t;
use crate::trace::transfer::{Transfer, TransferId};
use crate::ui::command::UiCommand;
use crate::ui::controls;
use crate::ui::panes::{LabView, Pane};
use crate::ui::theme::{self, SMALL};
use crate::ui::view::View;
use crate::ui::widgets::ends;
use crate::ui::widgets::line::Line;
use crate::ui::widgets::rows::{Kind, Listing, Row, Rows};
use columns::{Column, Places, cell};
use entry::Entry;

const ROW_HEIGHT: f32 = 28.0;
const HEADING_HEIGHT: f32 = 30.0;
/// Room for the buttons at the right end of the headings.
const BUTTONS: f32 = 92.0;
/// From this width on (in points) the details stand beside the table, else below it.
const ROOM_BESIDE: f32 = 580.0;
const DETAILS_WIDTH: f32 = 330.0;
/// Buttons that fit into a row; the details have them all.
const IN_ROW: usize = 2;

#[derive(Debug)]
pub struct TransfersPane {
    rows: Rows,
    selected: Option<TransferId>,
}

impl Default for TransfersPane {
    fn default() -> Self {
        Self { rows: Rows::following(), selected: None }
    }
}

/// Files on their way, and their ends.
pub static TRANSFERS: LabView = LabView {
    name: "transfers",
    title: "tab-transfers",
    command: "cmd-show-transfers",
    command_tip: "cmd-show-transfers-tip",
    least: LabView::TWO_ROWS,
    picture: None,
    make: || Box::new(TransfersPane::default()),
};

impl Pane for TransfersPane {
    fn view(&self) -> &'static LabView {
        &TRANSFERS
    }

    fn ui(&mut self, ui: &mut Ui, view: &mut View<'_>) {
        let transfers = view.session.transfers();
        if transfers.is_empty() {
            self.selected = None;
            empty_ui(ui, view);
            return;
        }
        let session = view.session;
        let selected = self.selected.and_then(|id| session.transfers().get(id));
        if let Some(transfer) = selected {
            let entry = Entry::new(transfer, session, view.lang);
            let frame = Frame::new().inner_margin(Margin::symmetric(12, 8));
            let id = ui.scope_id().with("details");
            let contents = |ui: &mut Ui| details::ui(ui, view, &entry);
            let closed = if ui.available_width() >= ROOM_BESIDE {
                let width = DETAILS_WIDTH.min(ui.available_width() * 0.42);
                Panel::right(id).frame(frame).resizable(false).exact_size(width).show(ui, contents).inner
            } else {
                let height = (ui.available_height() * 0.55).max(80.0);
                Panel::bottom(id).frame(frame).resizable(false).exact_size(height).show(ui, contents).inner
            };
            if closed {
                self.selected = None;
            }
        }
        self.table_ui(ui, view);
    }
}

impl TransfersPane {
    fn table_ui(&mut self, ui: &mut Ui, view: &mut View<'_>) {
        ui.spacing_mut().item_spacing.y = 0.0;
        let (area, _) = ui.allocate_exact_size(vec2(ui.available_width(), HEADING_HEIGHT), Sense::hover());
        // Where the scrollbar would be, no column stands.
        let places = columns::places(area.left() + 4.0, area.right() - 12.0);
        headings_ui(ui, view, area, &places);
        let session = view.session;
        let lang = view.lang;
        let transfers = session.transfers();
        let count = transfers.len() as u64;
        let selected = self.selected.and_then(|id| transfers.iter().position(|transfer| transfer.id == id));
        let name = t!(lang, "tab-transfers");
        let selected = selected.map(|index| index as u64);
        let listing = Listing {
            salt: "transfers",
            name: &name,
            range: 0..count,
            row_height: ROW_HEIGHT,
            selected,
            kind: Kind::Table,
        };
        let at = |row: u64| usize::try_from(row).ok().and_then(|index| transfers.iter().nth(index));
        let asked = &mut *view.requests;
        let tokens = view.tokens;
        let shown = self.rows.show(ui, &listing, |ui, row| {
            let Some(transfer) = at(row.number) else { return };
            let entry = Entry::new(transfer, session, lang);
            row.name(|| entry.spoken());
            row.paint_ground(ui);
            paint(ui, &row, &places, &entry, tokens);
            asked.extend(buttons_ui(ui, &row, &places, &entry));
            row.response.context_menu(|ui| {
                for offer in entry.offers() {
                    if ui.button(offer.name.as_ref()).clicked() {
                        asked.push(offer.asked);
                        ui.close();
                    }
                }
            });
        });
        if let Some(transfer) = shown.picked.and_then(at) {
            self.selected = Some(transfer.id);
            view.selection.select_transfer(transfer.id, (transfer.asked.endpoint, transfer.asked.conn));
        }
        if shown.escaped {
            self.selected = None;
        }
        if shown.copy
            && let Some(transfer) = self.selected.and_then(|id| transfers.get(id))
        {
            view.copy(Entry::new(transfer, session, lang).spoken());
        }
    }
}

/// The outcome of a transfer and its facts, for the inspector.
pub fn facts_ui(ui: &mut Ui, view: &mut View<'_>, transfer: &Transfer) {
    let entry = Entry::new(transfer, view.session, view.lang);
    details::summary_ui(ui, view, &entry);
}

fn headings_ui(ui: &mut Ui, view: &mut View<'_>, area: Rect, places: &Places) {
    let lang = view.lang;
    for (column, left, right) in places {
        let room = cell(*left, right.min(area.right() - BUTTONS), area);
        Line::new().plain(&column.heading(lang), SMALL, view.tokens.muted).paint(ui, room, column.align());
    }
    ui.painter().hline(area.x_range(), area.bottom(), view.tokens.hairline());
    let room = area.with_min_x(area.right() - BUTTONS);
    ends::draw(ui, ui.scope_id().with("buttons"), room, |ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        ui.spacing_mut().button_padding.x = 4.0;
        for (icon, command) in [(ICON_UPLOAD_FILE, UiCommand::ServeFiles), (ICON_DOWNLOAD, UiCommand::Download)] {
            if controls::icon(ui, icon, &lang.text(command.entry().name, None)).clicked() {
                view.command(command);
            }
        }
        let ended = view.session.transfers().iter().any(|transfer| transfer.is_over());
        ui.add_enabled_ui(ended, |ui| {
            if controls::icon(ui, ICON_DELETE_SWEEP, &t!(lang, "transfers-clear")).clicked() {
                view.act(Action::ClearTransfers);
            }
        });
    });
}

fn paint(ui: &Ui, row: &Row, places: &Places, entry: &Entry<'_>, tokens: &theme::Tokens) {
    for (column, left, right) in places {
        let room = cell(*left, *right, row.rect);
        let line = Line::new();
        let line = match column {
            Column::Way => {
                let direction = entry.direction();
                direction.paint(ui, room.left_center() + vec2(7.0, 0.0), 15.0);
                if right - left > columns::WAY_ARROW {
                    let room = room.with_min_x(room.left() + 20.0);
                    line.plain(&entry.way(), 12.0, direction.color(tokens)).paint(ui, room, Align::Min);
                } else if row.response.hover_pos().is_some_and(|at| at.x < *right) {
                    row.response.show_tooltip_text(entry.way());
                }
                continue;
            }
            Column::Name => line.mono(&entry.name(), tokens.text),
            Column::Endpoint => line.mono(&entry.who(), tokens.muted),
            Column::Peer => line.mono(&entry.peer(), tokens.muted),
            Column::Protocol => line.plain(entry.protocol(), 12.0, tokens.muted),
            Column::Amount => {
                paint_amount(ui, room, entry, tokens);
                continue;
            }
            Column::Rate => line.mono(&entry.rate(), if entry.is_moving() { tokens.text } else { tokens.muted }),
            Column::Left => line.mono(&entry.left(), tokens.muted),
            Column::State => {
                let state = entry.state();
                let colour = (state.colour)(tokens);
                let font = eframe::egui::FontId::new(15.0, state.icon.font_family());
                let at = room.left_center();
                ui.painter().text(at, Align2::LEFT_CENTER, state.icon.codepoint, font, colour);
                let room = room.with_min_x(room.left() + 21.0);
                line.plain(&state.words, 12.5, colour).paint(ui, room, Align::Min);
                continue;
            }
            Column::Buttons => continue,
        };
        line.paint(ui, room, column.align());
    }
}

/// A bar where the whole is known, and the amount in words either way.
fn paint_amount(ui: &Ui, room: Rect, entry: &Entry<'_>, tokens: &theme::Tokens) {
    let mut room = room;
    if let Some(part) = entry.bar() {
        let width = (room.width() * 0.34).clamp(20.0, 52.0);
        let colour = if entry.is_moving() { entry.direction().color(tokens) } else { tokens.muted };
        let bar = Rect::from_min_size(room.left_center() - vec2(0.0, 3.0), vec2(width, 6.0));
        paint_bar(ui, bar, part, colour, tokens);
        room.min.x += width + 8.0;
    }
    Line::new().mono(&entry.amount(), tokens.text).paint(ui, room, Align::Min);
}

fn paint_bar(ui: &Ui, bar: Rect, part: f32, colour: eframe::egui::Color32, tokens: &theme::Tokens) {
    ui.painter().rect_filled(bar, 3.0, tokens.line);
    ui.painter().rect_filled(bar.with_max_x(bar.left() + bar.width() * part), 3.0, colour);
}

/// The most urgent of what can be done, as pictures with a name.
fn buttons_ui(ui: &mut Ui, row: &Row, places: &Places, entry: &Entry<'_>) -> Option<crate::ui::view::ViewRequest> {
    let (_, left, right) = places.iter().find(|(column, ..)| *column == Column::Buttons)?;
    let room = Rect::from_x_y_ranges(*left..=*right, row.rect.y_range());
    let builder = UiBuilder::new()
        .max_rect(room)
        .layout(Layout::left_to_right(Align::Center))
        .id_salt(("row buttons", entry.transfer.id.0));
    let mut ui = ui.new_child(builder);
    ui.spacing_mut().item_spacing.x = 2.0;
    ui.spacing_mut().button_padding.x = 4.0;
    let mut asked = None;
    for offer in entry.offers().into_iter().take(IN_ROW) {
        // Two rows must not have buttons of one name.
        let name = format!("{}: {}", offer.name, entry.name());
        if small_icon(&mut ui, offer.icon, &name).clicked() {
            asked = Some(offer.asked);
        }
    }
    asked
}

fn small_icon(ui: &mut Ui, icon: MaterialIcon, name: &str) -> eframe::egui::Response {
    let picture = icon.rich_text().size(15.0).color(theme::Tokens::of(ui).muted);
    let button = Button::new(picture).frame_when_inactive(false).min_size(vec2(24.0, 22.0));
    let response = ui.add(button);
    controls::name_it(&response, ui.is_enabled(), name);
    response.on_hover_text(name)
}

/// What this is for, and the two ways to begin.
fn empty_ui(ui: &mut Ui, view: &mut View<'_>) {
    let lang = view.lang;
    let room = ui.available_height();
    eframe::egui::ScrollArea::vertical().auto_shrink([false, false]).min_scrolled_height(0.0).show(ui, |ui| {
        ui.add_space(((room - 130.0) * 0.4).max(8.0));
        ui.vertical_centered(|ui| {
            ui.set_max_width(560.0_f32.min(ui.available_width() - 24.0));
            ui.label(theme::strong(t!(lang, "transfers-empty-title")).size(15.0));
            let text = RichText::new(t!(lang, "transfers-empty-text")).color(view.tokens.muted);
            ui.add(eframe::egui::Label::new(text).wrap());
            ui.add_space(6.0);
            let commands = [(ICON_UPLOAD_FILE, UiCommand::ServeFiles), (ICON_DOWNLOAD, UiCommand::Download)];
            let names = commands.each_ref().map(|(_, command)| lang.text(command.entry().name, None));
            // A row in the middle needs to know how wide it is.
            let font = eframe::egui::TextStyle::Button.resolve(ui.style());
            let text: f32 = names
                .iter()
                .map(|name| ui.painter().layout_no_wrap(name.to_string(), font.clone(), view.tokens.text).size().x)
                .sum();
            let width = text + 2.0 * (16.0 + 6.0 + 2.0 * ui.spacing().button_padding.x) + ui.spacing().item_spacing.x;
            ui.allocate_ui(vec2(width, 30.0), |ui| {
                ui.horizontal(|ui| {
                    for ((icon, command), name) in commands.into_iter().zip(&names) {
                        let icon = icon.rich_text().size(16.0).color(view.tokens.muted);
                        let button = Button::new((icon, RichText::new(name.as_ref())));
                        if ui.add(button).accessible_name(name.as_ref()).clicked() {
                            view.command(command);
                        }
                    }
                });
            });
        });
    });
}
