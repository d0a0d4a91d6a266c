//! The ring that follows the pointer, and the pulse of a click.

use eframe::egui::{Context, Id, LayerId, Order, Pos2, Stroke};

use crate::ui::theme::Tokens;

const RADIUS: f32 = 20.0;
/// How long a click is seen, in seconds, and how far its ring goes.
const PULSE: f64 = 0.45;
const REACH: f32 = 22.0;

#[derive(Debug, Default)]
pub struct Pointer {
    click: Option<(Pos2, f64)>,
}

impl Pointer {
    pub fn paint(&mut self, ctx: &Context, tokens: &Tokens) {
        let (now, at, pressed, down) = ctx.input(|input| {
            let pointer = &input.pointer;
            (input.time, pointer.latest_pos(), pointer.any_pressed(), pointer.any_down())
        });
        let painter = ctx.layer_painter(LayerId::new(Order::Tooltip, Id::unique("pointer ring")));
        if let Some(at) = at {
            let radius = if down { RADIUS * 0.75 } else { RADIUS };
            painter.circle_filled(at, radius, tokens.accent.gamma_multiply(if down { 0.3 } else { 0.16 }));
            painter.circle_stroke(at, radius, Stroke::new(2.5, tokens.accent.gamma_multiply(0.8)));
            if pressed {
                self.click = Some((at, now));
            }
        }
        self.click.take_if(|(_, began)| now - *began >= PULSE);
        if let Some((at, began)) = self.click {
            let part = ((now - began) / PULSE).clamp(0.0, 1.0) as f32;
            let stroke = Stroke::new(3.0, tokens.accent.gamma_multiply(1.0 - part));
            painter.circle_stroke(at, RADIUS * 0.75 + REACH * part, stroke);
            ctx.request_repaint();
        }
    }
}
