//! The headings over the traffic table: what each column says, a grip at its right edge, and its place among the others.

use eframe::egui::accesskit::Role;
use eframe::egui::{
    Align2, CursorIcon, FontId, Id, Popup, PopupCloseBehavior, Rect, Sense, Stroke, Ui, WidgetInfo, pos2, vec2,
};
use egui_material_icons::icons::ICON_ARROW_DROP_DOWN;

use super::columns::{Column, Columns, Places, cell, in_order, put, with_width};
use super::table_menu;
use crate::desktop::traffic_table::{RowOrder, TrafficTable};
use crate::t;
use crate::ui::theme::{SMALL, Tokens};
use crate::ui::view::{View, ViewRequest};
use crate::ui::widgets::line::Line;

/// The column by which the rows are in order.
fn sorted_by(table: &TrafficTable) -> Column {
    match table.order {
        RowOrder::Completion => Column::Number,
        RowOrder::Start => Column::Start,
    }
}

/// The headings; what the user changed is asked for.
pub fn ui(ui: &mut Ui, view: &mut View<'_>, columns: &Columns, area: Rect, places: &Places) {
    let mut wanted = None;
    for (column, left, right) in places {
        let ground = Rect::from_min_max(pos2(*left, area.top()), pos2(right.min(area.right()), area.bottom()));
        wanted = heading_ui(ui, view, *column, ground, places).or(wanted);
    }
    for (column, _, right) in places {
        if *column != Column::Data {
            wanted = grip_ui(ui, view.table, columns, *column, *right, area).or(wanted);
        }
    }
    if let Some(table) = wanted {
        view.requests.push(ViewRequest::Table(table));
    }
}

fn heading_ui(ui: &mut Ui, view: &View<'_>, column: Column, ground: Rect, places: &Places) -> Option<TrafficTable> {
    let (lang, table, tokens) = (view.lang, view.table, view.tokens);
    let id: Id = ui.scope_id().with(("heading", column as u8));
    // Tab goes past them: the button in the bar does the same with the keyboard.
    let response = ui.interact(ground, id, Sense::CLICK | Sense::DRAG);
    let mut words = column.meaning(lang, table.time).into_owned();
    let is_sorted = sorted_by(table) == column;
    let order = match (column, is_sorted) {
        (Column::Number, true) => Some(t!(lang, "table-is-by-completion")),
        (Column::Number, false) => Some(t!(lang, "table-click-by-completion")),
        (Column::Start, true) => Some(t!(lang, "table-is-by-start")),
        (Column::Start, false) => Some(t!(lang, "table-click-by-start")),
        _ => None,
    };
    if let Some(order) = &order {
        words = format!("{words}\n{order}");
    }
    response.widget_info(|| WidgetInfo::labeled(Role::ColumnHeader, true, format!("{}: {words}", column.title(lang))));
    let text = column.heading(lang, table.time);
    let color = if response.hovered() { tokens.text } else { tokens.muted };
    let room = cell(ground.left(), ground.right(), ground);
    let width = Line::new().plain(&text, SMALL, color).paint(ui, room, column.align());
    if is_sorted {
        let x = if column == Column::Number {
            (room.right() - width - 8.0).max(room.left() + 2.0)
        } else {
            (room.left() + width + 8.0).min(room.right())
        };
        let font = FontId::new(16.0, ICON_ARROW_DROP_DOWN.font_family());
        let at = pos2(x, ground.center().y);
        ui.painter().text(at, Align2::CENTER_CENTER, ICON_ARROW_DROP_DOWN.codepoint, font, tokens.accent);
    }
    let mut wanted = None;
    if response.clicked() && order.is_some() {
        let order = if column == Column::Start { RowOrder::Start } else { RowOrder::Completion };
        wanted = Some(TrafficTable { order, ..table.clone() });
    }
    if let Some(pointer) = response.interact_pointer_pos().filter(|_| response.dragged() || response.drag_stopped()) {
        let edge = nearest_edge(places, pointer.x);
        ui.set_cursor_icon(CursorIcon::Grabbing);
        ui.painter().rect_filled(ground, 0.0, tokens.highlight.gamma_multiply(0.6));
        if let Some((at, x)) = edge.filter(|(at, _)| leads_elsewhere(places, column, *at)) {
            ui.painter().vline(x, ground.y_range(), Stroke::new(2.0, tokens.accent));
            if response.drag_stopped() {
                wanted = Some(moved(table, places, column, at));
            }
        }
    }
    Popup::context_menu(&response)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .show(|ui| wanted = table_menu::ui(ui, lang, table).or(wanted.take()));
    response.on_hover_text(words);
    wanted
}

/// The edge between two columns, or at an end, that is nearest: how many columns stand before it, and where it is.
fn nearest_edge(places: &Places, x: f32) -> Option<(usize, f32)> {
    let edges = places.iter().enumerate().map(|(index, (_, left, _))| (index, *left));
    let last = places.last().map(|(_, _, right)| (places.len(), *right));
    edges.chain(last).min_by(|one, other| (one.1 - x).abs().total_cmp(&(other.1 - x).abs()))
}

fn leads_elsewhere(places: &Places, column: Column, edge: usize) -> bool {
    let at = places.iter().position(|(other, ..)| *other == column);
    at.is_some_and(|at| edge != at && edge != at + 1)
}

/// The column is before the one that now stands behind the edge; hidden ones stay where they are.
fn moved(table: &TrafficTable, places: &Places, column: Column, edge: usize) -> TrafficTable {
    let mut order = in_order(table);
    order.retain(|other| *other != column);
    let behind = places.get(edge).and_then(|(behind, ..)| order.iter().position(|other| other == behind));
    let mut table = table.clone();
    put(&mut table, column, behind.unwrap_or(order.len()));
    table
}

fn grip_ui(
    ui: &Ui,
    table: &TrafficTable,
    columns: &Columns,
    column: Column,
    x: f32,
    area: Rect,
) -> Option<TrafficTable> {
    let rect = Rect::from_center_size(pos2(x, area.center().y), vec2(6.0, area.height()));
    let id: Id = ui.scope_id().with(("grip", column as u8));
    let response = ui.interact(rect, id, Sense::DRAG).on_hover_and_drag_cursor(CursorIcon::ResizeColumn);
    if response.hovered() || response.dragged() {
        ui.painter().vline(x, area.y_range(), Tokens::of(ui).hairline());
    }
    let by = response.drag_delta().x;
    (response.dragged() && by != 0.0).then(|| with_width(table, column, columns.width(column) + by))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_is_dropped_between_the_two_that_are_nearest() {
        let columns = Columns::default();
        let places = columns.places(0.0, 1_400.0);
        let order = |table: &TrafficTable| in_order(table);
        let at = places.iter().position(|(column, ..)| *column == Column::Call).unwrap();
        let (edge, _) = nearest_edge(&places, places[at].1 + 3.0).unwrap();
        assert_eq!(edge, at);
        let table = moved(&TrafficTable::default(), &places, Column::Data, edge);
        let data = order(&table).iter().position(|column| *column == Column::Data).unwrap();
        assert_eq!(order(&table)[data + 1], Column::Call);
        assert!(!leads_elsewhere(&places, Column::Call, at) && !leads_elsewhere(&places, Column::Call, at + 1));
        let table = moved(&TrafficTable::default(), &places, Column::Call, places.len());
        assert_eq!(order(&table).last(), Some(&Column::Call));
    }
}
