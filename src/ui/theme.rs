//! Colours and sizes, in one place. No view has a colour of its own.

#![expect(clippy::disallowed_methods, reason = "this is the place for colours")]

use eframe::egui::style::{ScrollStyle, Selection, TextCursorStyle, WidgetVisuals, Widgets};
use eframe::egui::{
    Color32, Context, CornerRadius, FontFamily, FontId, Margin, RichText, Shadow, Stroke, Style, TextStyle, Theme, Ui,
    Visuals, vec2,
};

use crate::desktop::fonts::{MONO_STRONG, STRONG};

/// The colours of one theme. Sent and received keep apart for colour-blind eyes.
#[derive(Debug)]
pub struct Tokens {
    pub window: Color32,
    pub panel: Color32,
    pub pane: Color32,
    pub highlight: Color32,
    /// The ground of a field that can be typed in.
    pub field: Color32,
    pub line: Color32,
    pub text: Color32,
    pub muted: Color32,
    pub sent: Color32,
    pub received: Color32,
    pub ok: Color32,
    pub error: Color32,
    pub waiting: Color32,
    /// Time that stands still.
    pub held: Color32,
    pub accent: Color32,
    /// The other half of the selected call.
    pub partner: Color32,
    /// Text on the accent.
    pub on_accent: Color32,
    /// Lines of a plot that have no meaning of their own: after Okabe and Ito, so that colour-blind eyes tell them apart.
    pub series: [Color32; 6],
}

pub static DARK: Tokens = Tokens {
    window: Color32::from_rgb(0x14, 0x16, 0x1b),
    panel: Color32::from_rgb(0x19, 0x1c, 0x22),
    pane: Color32::from_rgb(0x1e, 0x22, 0x2a),
    highlight: Color32::from_rgb(0x27, 0x2c, 0x36),
    field: Color32::from_rgb(0x14, 0x16, 0x1b),
    line: Color32::from_rgb(0x2d, 0x33, 0x3f),
    text: Color32::from_rgb(0xdf, 0xe3, 0xea),
    muted: Color32::from_rgb(0x8d, 0x96, 0xa7),
    sent: Color32::from_rgb(0xe6, 0xa2, 0x3c),
    received: Color32::from_rgb(0x5a, 0xb4, 0xe8),
    ok: Color32::from_rgb(0x3f, 0xb9, 0x8c),
    error: Color32::from_rgb(0xef, 0x6f, 0x6c),
    waiting: Color32::from_rgb(0xb4, 0x8e, 0xf0),
    held: Color32::from_rgb(0xff, 0x6e, 0xc7),
    accent: Color32::from_rgb(0x6e, 0xa8, 0xfe),
    partner: Color32::from_rgb(0xe3, 0x92, 0xc0),
    on_accent: Color32::from_rgb(0x0b, 0x12, 0x20),
    series: [
        Color32::from_rgb(0x6c, 0xc0, 0xf0),
        Color32::from_rgb(0xf0, 0xab, 0x3a),
        Color32::from_rgb(0x3f, 0xc3, 0x95),
        Color32::from_rgb(0xe3, 0x92, 0xc0),
        Color32::from_rgb(0xf0, 0xe4, 0x42),
        Color32::from_rgb(0xf0, 0x7a, 0x45),
    ],
};

pub static LIGHT: Tokens = Tokens {
    window: Color32::from_rgb(0xec, 0xee, 0xf2),
    panel: Color32::from_rgb(0xf5, 0xf6, 0xf8),
    pane: Color32::from_rgb(0xff, 0xff, 0xff),
    highlight: Color32::from_rgb(0xee, 0xf2, 0xf9),
    field: Color32::from_rgb(0xff, 0xff, 0xff),
    line: Color32::from_rgb(0xd8, 0xdc, 0xe4),
    text: Color32::from_rgb(0x1d, 0x22, 0x2b),
    muted: Color32::from_rgb(0x65, 0x70, 0x84),
    sent: Color32::from_rgb(0xb2, 0x6a, 0x00),
    received: Color32::from_rgb(0x0b, 0x6f, 0xb3),
    ok: Color32::from_rgb(0x11, 0x7a, 0x55),
    error: Color32::from_rgb(0xc2, 0x31, 0x2e),
    waiting: Color32::from_rgb(0x7a, 0x4f, 0xc4),
    held: Color32::from_rgb(0xb0, 0x12, 0x7e),
    accent: Color32::from_rgb(0x1f, 0x6f, 0xeb),
    partner: Color32::from_rgb(0xa8, 0x3f, 0x7d),
    on_accent: Color32::from_rgb(0xff, 0xff, 0xff),
    series: [
        Color32::from_rgb(0x00, 0x5f, 0xa3),
        Color32::from_rgb(0xb2, 0x6a, 0x00),
        Color32::from_rgb(0x00, 0x7a, 0x58),
        Color32::from_rgb(0xa8, 0x3f, 0x7d),
        Color32::from_rgb(0x80, 0x75, 0x00),
        Color32::from_rgb(0xc4, 0x45, 0x0a),
    ],
};

/// How far corners of buttons and fields are rounded.
pub const ROUNDING: u8 = 6;
/// The same for panes, cards and windows.
pub const PANE_ROUNDING: u8 = 8;
/// The room between panes.
pub const GAP: f32 = 6.0;
/// The height of a pane's header and of a bar of tabs.
pub const HEADER_HEIGHT: f32 = 36.0;
/// Size of monospace text in rows, in points.
pub const MONO: f32 = 12.0;
/// Size of the small text beside it.
pub const SMALL: f32 = 11.0;

/// Semibold text (egui's own `strong` only changes the colour) in the size of its surroundings.
pub fn strong(text: impl Into<String>) -> RichText {
    RichText::new(text).family(FontFamily::Name(STRONG.into()))
}

/// Bold monospace text.
pub fn mono_strong(text: impl Into<String>) -> RichText {
    RichText::new(text).family(FontFamily::Name(MONO_STRONG.into())).size(12.0)
}

impl Tokens {
    /// The tokens of the theme in use.
    pub fn of(ui: &Ui) -> &'static Self {
        if ui.visuals().dark_mode { &DARK } else { &LIGHT }
    }

    pub fn of_theme(theme: Theme) -> &'static Self {
        match theme {
            Theme::Dark => &DARK,
            Theme::Light => &LIGHT,
        }
    }

    pub fn of_context(ctx: &Context) -> &'static Self {
        if ctx.global_style().visuals.dark_mode { &DARK } else { &LIGHT }
    }

    /// The thin line around and between things.
    pub fn hairline(&self) -> Stroke {
        Stroke::new(1.0, self.line)
    }

    /// A colour thinned out over the pane's own: behind a chip, a notice, a selected row.
    pub fn tint(&self, colour: Color32) -> Color32 {
        self.pane.lerp_to_gamma(colour, 0.16)
    }

    /// Text on [`Self::backdrop`].
    pub fn on_backdrop(&self) -> Color32 {
        DARK.text
    }

    /// What lies behind a window that must be answered first.
    pub fn backdrop(&self) -> Color32 {
        Color32::from_black_alpha(110)
    }
}

/// Gives egui both themes; which one is used follows [`Context::set_theme`].
pub fn install(ctx: &Context) {
    ctx.set_style_of(Theme::Dark, style(&DARK, Visuals::dark()));
    ctx.set_style_of(Theme::Light, style(&LIGHT, Visuals::light()));
}

fn style(tokens: &Tokens, base: Visuals) -> Style {
    let mut style = Style { visuals: visuals(tokens, base), animation_time: 0.1, ..Style::default() };
    style.text_styles = [
        (TextStyle::Small, FontId::new(11.0, FontFamily::Proportional)),
        (TextStyle::Body, FontId::new(13.0, FontFamily::Proportional)),
        (TextStyle::Button, FontId::new(13.0, FontFamily::Proportional)),
        (TextStyle::Heading, FontId::new(17.0, FontFamily::Name(STRONG.into()))),
        (TextStyle::Monospace, FontId::new(12.0, FontFamily::Monospace)),
    ]
    .into();
    let spacing = &mut style.spacing;
    spacing.item_spacing = vec2(8.0, 6.0);
    spacing.button_padding = vec2(10.0, 5.0);
    spacing.interact_size = vec2(28.0, 26.0);
    spacing.window_margin = Margin::same(16);
    spacing.menu_margin = Margin::same(6);
    spacing.menu_width = 420.0;
    spacing.combo_width = 120.0;
    spacing.text_edit_width = 220.0;
    spacing.icon_spacing = 6.0;
    spacing.tooltip_width = 380.0;
    // A bar never lies over what it scrolls: what is at the edge can be pressed too.
    let thin = ScrollStyle::thin();
    spacing.scroll = ScrollStyle { bar_width: thin.floating_allocated_width, ..thin };
    style.interaction.tooltip_delay = 0.4;
    style
}

fn visuals(tokens: &Tokens, base: Visuals) -> Visuals {
    let rounding = CornerRadius::same(ROUNDING);
    let widget = |fill: Color32, outline: Color32, text: Color32| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: Stroke::new(1.0, outline),
        corner_radius: rounding,
        fg_stroke: Stroke::new(1.0, text),
        expansion: 0.0,
    };
    let edge = tokens.line.lerp_to_gamma(tokens.muted, 0.5);
    let shadow = Shadow {
        offset: [0, 6],
        blur: 24,
        spread: 0,
        color: Color32::from_black_alpha(if base.dark_mode { 120 } else { 40 }),
    };
    Visuals {
        widgets: Widgets {
            noninteractive: widget(tokens.pane, tokens.line, tokens.text),
            inactive: widget(tokens.pane, tokens.line, tokens.text),
            hovered: widget(tokens.highlight, edge, tokens.text),
            active: widget(tokens.highlight, tokens.accent, tokens.text),
            open: widget(tokens.highlight, edge, tokens.text),
        },
        selection: Selection {
            bg_fill: tokens.pane.lerp_to_gamma(tokens.accent, if base.dark_mode { 0.26 } else { 0.18 }),
            stroke: Stroke::new(1.0, tokens.accent),
        },
        override_text_color: None,
        weak_text_color: Some(tokens.muted),
        hyperlink_color: tokens.accent,
        faint_bg_color: tokens.highlight,
        extreme_bg_color: tokens.window,
        // Darker than what they stand on in the dark theme, white in the light one: grey fields would look disabled.
        text_edit_bg_color: Some(tokens.field),
        code_bg_color: tokens.highlight,
        warn_fg_color: tokens.sent,
        error_fg_color: tokens.error,
        window_corner_radius: CornerRadius::same(PANE_ROUNDING + 2),
        window_shadow: shadow,
        window_fill: tokens.panel,
        window_stroke: tokens.hairline(),
        window_highlight_topmost: false,
        menu_corner_radius: CornerRadius::same(PANE_ROUNDING),
        panel_fill: tokens.panel,
        popup_shadow: shadow,
        // A blinking cursor would draw the window twice a second for nothing.
        text_cursor: TextCursorStyle { stroke: Stroke::new(1.5, tokens.text), blink: false, ..base.text_cursor },
        striped: false,
        ..base
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// WCAG's relative luminance.
    fn luminance(colour: Color32) -> f32 {
        let linear = |c: u8| {
            let c = f32::from(c) / 255.0;
            if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(colour.r()) + 0.7152 * linear(colour.g()) + 0.0722 * linear(colour.b())
    }

    fn contrast(a: Color32, b: Color32) -> f32 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn a_field_of_the_light_theme_is_as_bright_as_the_brightest_ground() {
        for ground in [LIGHT.pane, LIGHT.panel, LIGHT.window] {
            assert!(luminance(LIGHT.field) >= luminance(ground));
        }
        assert!(luminance(DARK.field) < luminance(DARK.pane), "and in the dark one it is sunk");
    }

    #[test]
    fn texts_can_be_read_on_panes_and_panels_in_both_themes() {
        for tokens in [&DARK, &LIGHT] {
            for ground in [tokens.pane, tokens.panel] {
                assert!(contrast(tokens.text, ground) >= 7.0);
                let words = [tokens.muted, tokens.sent, tokens.received, tokens.ok, tokens.error, tokens.waiting];
                for colour in words.into_iter().chain(tokens.series) {
                    let contrast = contrast(colour, ground);
                    assert!(contrast >= 3.5, "{colour:?} on {ground:?}: {contrast}");
                }
            }
            assert!(contrast(tokens.on_accent, tokens.accent) >= 4.5);
        }
    }
}
