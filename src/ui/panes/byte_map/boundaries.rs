//! Where messages end, under the framing of the end that receives, else of the one that sends.

use eframe::egui::Ui;

use crate::session::Session;
use crate::trace::SocketId;
use crate::trace::Way;
use crate::trace::byte_map::Direction;
use crate::trace::byte_map::boundaries::Boundaries;

/// The boundaries of one direction; none where neither end has a framing.
#[derive(Debug, Default)]
pub struct Framed(Option<Boundaries>);

impl Framed {
    pub fn update(&mut self, ui: &Ui, session: &Session, direction: Direction) {
        let of = |socket: Option<SocketId>, way: Way| {
            let (endpoint, _) = session.trace().key_of(socket?)?;
            let spec = &session.endpoint(endpoint)?.spec;
            spec.stream.framing.is_some().then_some((socket?, way, &spec.stream.framing, spec.encoding))
        };
        let Some((socket, way, framing, encoding)) =
            of(direction.receiver, Way::In).or_else(|| of(direction.sender, Way::Out))
        else {
            self.0 = None;
            return;
        };
        let kept = self.0.take().filter(|kept| kept.is_of(socket, way, framing, encoding));
        let boundaries = self.0.insert(kept.unwrap_or_else(|| Boundaries::new(socket, way, framing, encoding)));
        if boundaries.update(session.shown_trace()) {
            ui.ctx().request_repaint();
        }
    }

    pub fn boundaries(&self) -> Option<&Boundaries> {
        self.0.as_ref()
    }
}
