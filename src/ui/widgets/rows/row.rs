//! One row: its ground, its text and its name for screen readers.

use eframe::egui::accesskit::Role;
use eframe::egui::{Align2, CornerRadius, Rect, Response, TextStyle, Ui, WidgetInfo, pos2, vec2};

use crate::ui::theme::Tokens;

/// What a screen reader says that it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Rows of columns under headings.
    Table,
    /// One of its entries can be chosen.
    Choice,
    /// Lines that are only read.
    Text,
}

impl Kind {
    pub(super) fn role(self) -> Role {
        match self {
            Self::Table => Role::Grid,
            Self::Choice => Role::ListBox,
            Self::Text => Role::List,
        }
    }

    fn role_of_row(self) -> Role {
        match self {
            Self::Table => Role::Row,
            Self::Choice => Role::ListBoxOption,
            Self::Text => Role::ListItem,
        }
    }
}

/// One row, to be painted.
pub struct Row {
    pub number: u64,
    pub rect: Rect,
    pub selected: bool,
    /// Clicks and hovering; the painter gives it its name.
    pub response: Response,
    pub(super) kind: Kind,
    /// How many rows stand before it.
    pub(super) place: u64,
}

impl Row {
    /// The ground of the row: marked, pointed at, or nothing.
    pub fn paint_ground(&self, ui: &Ui) {
        let tokens = Tokens::of(ui);
        if self.selected {
            ui.painter().rect_filled(self.rect, CornerRadius::ZERO, tokens.highlight);
            let edge = Rect::from_min_size(self.rect.min, vec2(2.0, self.rect.height()));
            ui.painter().rect_filled(edge, CornerRadius::ZERO, tokens.accent);
        } else if self.response.hovered() {
            ui.painter().rect_filled(self.rect, CornerRadius::ZERO, tokens.highlight.gamma_multiply(0.6));
        }
    }

    /// A row that is one line of text.
    pub fn paint_text(&self, ui: &Ui, text: &str) {
        self.paint_ground(ui);
        let font = TextStyle::Monospace.resolve(ui.style());
        let at = pos2(self.rect.left() + 6.0, self.rect.center().y);
        ui.painter().with_clip_rect(self.rect).text(at, Align2::LEFT_CENTER, text, font, Tokens::of(ui).text);
    }

    /// Gives the row its name for screen readers and tests; it is only made where someone asks for it.
    pub fn name(&self, name: impl Fn() -> String) {
        let role = self.kind.role_of_row();
        self.response.widget_info(|| WidgetInfo::labeled(role, true, name()));
        self.response.ctx.accesskit_node_builder(self.response.id, |node| {
            let place = usize::try_from(self.place).unwrap_or(usize::MAX);
            match self.kind {
                Kind::Table => node.set_row_index(place),
                Kind::Choice | Kind::Text => node.set_position_in_set(place),
            }
            if self.kind != Kind::Text {
                node.set_selected(self.selected);
            }
        });
    }
}
