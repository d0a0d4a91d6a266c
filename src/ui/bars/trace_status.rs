//! Files in the status bar: what is recorded, opened and exported, with a way to end it.

use std::time::Duration;

use eframe::egui::{Button, ProgressBar, RichText, Ui};
use egui_material_icons::icons::{ICON_CLOSE, ICON_FIBER_MANUAL_RECORD};

use crate::lang::visible::{visible_file_name, visible_path};
use crate::t;
use crate::ui::command::UiCommand;
use crate::ui::controls;
use crate::ui::view::View;

const SIZE: f32 = 12.0;
const BAR: f32 = 90.0;

/// Draws nothing where nothing goes on.
pub fn ui(ui: &mut Ui, view: &mut View<'_>) {
    recording(ui, view);
    let session = view.session;
    if let Some(export) = session.exporting() {
        let name = visible_file_name(export.path());
        let text = t!(view.lang, "export-writing", file = name);
        if progress(ui, view, &text, export.progress()) {
            view.command(UiCommand::CancelTraceFiles);
        }
    }
    if let Some(viewed) = session.viewed() {
        let name = visible_file_name(viewed.path());
        match viewed.progress() {
            Some(read) => {
                let text = t!(view.lang, "export-opening", file = name);
                if progress(ui, view, &text, read) {
                    view.command(UiCommand::CancelTraceFiles);
                }
            }
            None => {
                let text =
                    RichText::new(t!(view.lang, "export-shown", file = name)).size(SIZE).color(view.tokens.accent);
                ui.label(text).on_hover_text(visible_path(viewed.path()));
            }
        }
    }
}

fn recording(ui: &mut Ui, view: &mut View<'_>) {
    // A lab without endpoints and a read-only trace have nothing to record.
    if view.session.viewed().is_some() || view.session.is_empty() {
        return;
    }
    ui.add_space(12.0);
    let Some(recorder) = view.session.recording() else {
        let name = t!(view.lang, "cmd-record");
        let icon = ICON_FIBER_MANUAL_RECORD.rich_text().size(SIZE).color(view.tokens.muted);
        let text = RichText::new(t!(view.lang, "export-record")).size(SIZE).color(view.tokens.muted);
        let button = Button::new((icon, text)).gap(4.0).frame_when_inactive(false);
        let response = ui.add(button).accessible_name(name.as_ref()).on_hover_text(name);
        if response.clicked() {
            view.command(UiCommand::ToggleRecording);
        }
        return;
    };
    let name = visible_file_name(recorder.path());
    let seconds = view.session.now().since(recorder.since()) / 1_000_000_000;
    let time = format!("{}:{:02}", seconds / 60, seconds % 60);
    let size = size_text(recorder.written());
    ui.label(ICON_FIBER_MANUAL_RECORD.rich_text().size(SIZE).color(view.tokens.error));
    let text = t!(view.lang, "export-recording", file = name, size = size, time = time);
    let button = Button::new(RichText::new(text.as_ref()).size(SIZE)).frame_when_inactive(false);
    let response = ui.add(button).on_hover_text(t!(view.lang, "export-stop-recording"));
    if response.clicked() {
        view.command(UiCommand::ToggleRecording);
    }
    // The time runs.
    ui.ctx().request_repaint_after(Duration::from_secs(1));
}

/// `1.2 MB`, in powers of 1,000.
fn size_text(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..999_950 => format!("{:.1} kB", bytes as f64 / 1e3),
        999_950..999_950_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.2} GB", bytes as f64 / 1e9),
    }
}

/// True where it was cancelled.
fn progress(ui: &mut Ui, view: &View<'_>, text: &str, done: f32) -> bool {
    ui.label(RichText::new(text).size(SIZE).color(view.tokens.muted));
    ui.add(ProgressBar::new(done).desired_width(BAR).desired_height(8.0));
    controls::icon(ui, ICON_CLOSE, &t!(view.lang, "export-cancel")).clicked()
}
