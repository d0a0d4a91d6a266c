//! A display of our own, and the moment at which something is drawn on it.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{ChangeWindowAttributesAux, ConnectionExt as _, EventMask, ImageFormat, Window};
use x11rb::rust_connection::RustConnection;

const LONGEST: Duration = Duration::from_secs(60);
/// How often the screen is looked at.
const LOOK: Duration = Duration::from_millis(2);
/// Smaller ones are helpers of a toolkit.
const SMALLEST: u16 = 300;
/// A window that has as many colours as this shows more than its background.
const COLOURS: usize = 8;

pub struct Display {
    server: Child,
    pub name: String,
    connection: RustConnection,
    root: Window,
}

impl Display {
    /// `None` where there is no Xvfb.
    pub fn start() -> Option<Self> {
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1600x1000x24", "-nolisten", "tcp"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut number = String::new();
        BufReader::new(server.stdout.take()?).read_line(&mut number).ok()?;
        let name = format!(":{}", number.trim());
        let (connection, screen) = RustConnection::connect(Some(&name)).expect("the display answers");
        let root = connection.setup().roots[screen].root;
        let wanted = ChangeWindowAttributesAux::new().event_mask(EventMask::SUBSTRUCTURE_NOTIFY);
        connection.change_window_attributes(root, &wanted).expect("a request").check().expect("events");
        Some(Self { server, name, connection, root })
    }

    /// Waits until a window is there and shows something; the time since `began`.
    pub fn first_frame(&self, began: Instant) -> Duration {
        let mut windows = Vec::new();
        loop {
            while let Some(event) = self.connection.poll_for_event().expect("the display answers") {
                match event {
                    Event::MapNotify(mapped) if mapped.event == self.root => windows.push(mapped.window),
                    Event::UnmapNotify(gone) => windows.retain(|window| *window != gone.window),
                    Event::DestroyNotify(gone) => windows.retain(|window| *window != gone.window),
                    _ => {}
                }
            }
            if windows.iter().any(|window| self.shows_something(*window)) {
                return began.elapsed();
            }
            assert!(began.elapsed() < LONGEST, "nothing is drawn");
            std::thread::sleep(LOOK);
        }
    }

    fn shows_something(&self, window: Window) -> bool {
        // It may be gone by now.
        let Some(geometry) = self.connection.get_geometry(window).ok().and_then(|cookie| cookie.reply().ok()) else {
            return false;
        };
        if geometry.width < SMALLEST || geometry.height < SMALLEST {
            return false;
        }
        let (width, height) = (geometry.width, geometry.height);
        let image = self.connection.get_image(ImageFormat::Z_PIXMAP, window, 0, 0, width, height, u32::MAX);
        let Some(image) = image.ok().and_then(|cookie| cookie.reply().ok()) else { return false };
        let mut colours = std::collections::HashSet::new();
        image.data.chunks_exact(4).step_by(7).any(|pixel| {
            colours.insert([pixel[0], pixel[1], pixel[2]]);
            colours.len() >= COLOURS
        })
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
