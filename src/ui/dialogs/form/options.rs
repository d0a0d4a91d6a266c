//! The form's "Options": socket options and what else the tutorials turn on. Each tip names the man page.

use eframe::egui::Ui;

use super::Lines;
use super::fields::{Field, Fields};
use crate::lab::{Serving, endpoint_options};
use crate::lang::Lang;
use crate::t;
use crate::ui::widgets::field;

pub(super) fn ui(ui: &mut Ui, lang: Lang, fields: &mut Fields, lines: &mut Lines<'_>) {
    let kind = fields.kind;
    let has = |key: &str| endpoint_options::has(kind, key);
    if has("serving") {
        server(ui, lang, fields, lines);
    }
    if kind.is_client() {
        let (name, tip) = (t!(lang, "opt-local"), t!(lang, "opt-local-tip"));
        lines.text(ui, &name, &tip, Field::ClientLocal, &mut fields.client_local, &t!(lang, "opt-local-hint"));
    }
    if kind.is_client() {
        super::client_options::ui(ui, lang, &mut fields.client, lines);
    }
    if has("framing") {
        super::framing::ui(ui, lang, &mut fields.framing, lines);
    }
    let default = kind.default_recv_size().to_string();
    lines.text(
        ui,
        &t!(lang, "opt-recv-size"),
        &t!(lang, "opt-recv-size-tip"),
        Field::RecvSize,
        &mut fields.recv_size,
        &default,
    );
    if !kind.is_client() {
        if kind.is_stream() {
            let (text, tip) = (t!(lang, "opt-close-after-reply"), t!(lang, "opt-close-after-reply-tip"));
            lines.check(ui, "", &text, &tip, &mut fields.close_after_reply);
        }
        let (name, tip) = (t!(lang, "opt-quit"), t!(lang, "opt-quit-tip"));
        lines.line(ui, &name, &tip, None, |ui| {
            let edit =
                eframe::egui::TextEdit::singleline(&mut fields.quit).desired_width(f32::INFINITY).hint_text("exit, Q");
            field::line(ui, edit.char_limit(4096))
        });
    }
    if has("close_on_eof") {
        close_on_eof(ui, lang, fields, lines);
    }
    if has("nodelay") {
        flag(
            ui,
            lines,
            "TCP_NODELAY",
            &t!(lang, "opt-nodelay"),
            &t!(lang, "opt-nodelay-tip"),
            &mut fields.options.nodelay,
            false,
        );
        flag(
            ui,
            lines,
            "SO_KEEPALIVE",
            &t!(lang, "opt-keepalive"),
            &t!(lang, "opt-keepalive-tip"),
            &mut fields.options.keepalive,
            false,
        );
    }
    if has("linger") {
        lines.text(
            ui,
            "SO_LINGER",
            &t!(lang, "opt-linger-tip"),
            Field::Linger,
            &mut fields.linger,
            &t!(lang, "opt-linger-hint"),
        );
    }
    if has("reuse_addr") {
        let reuse = kind.is_server() && cfg!(unix);
        flag(
            ui,
            lines,
            "SO_REUSEADDR",
            &t!(lang, "opt-reuse"),
            &t!(lang, "opt-reuse-tip"),
            &mut fields.options.reuse_addr,
            reuse,
        );
    }
    if has("connected") {
        let (text, tip) = (t!(lang, "opt-connected"), t!(lang, "opt-connected-tip"));
        flag(ui, lines, "connect()", &text, &tip, &mut fields.connected, false);
    }
    if has("broadcast") {
        flag(
            ui,
            lines,
            "SO_BROADCAST",
            &t!(lang, "opt-broadcast"),
            &t!(lang, "opt-broadcast-tip"),
            &mut fields.options.broadcast,
            false,
        );
        multicast(ui, lang, fields, lines);
    }
    buffers(ui, lang, fields, lines);
}

fn multicast(ui: &mut Ui, lang: Lang, fields: &mut Fields, lines: &mut Lines<'_>) {
    let (name, tip) = (t!(lang, "opt-groups"), t!(lang, "opt-groups-tip"));
    lines.text(ui, &name, &tip, Field::Groups, &mut fields.groups, &t!(lang, "opt-groups-hint"));
    if let Some(why) = fields.groups_not_heard(lang) {
        lines.hint(ui, &why);
    }
    let system = t!(lang, "opt-system");
    let tip = t!(lang, "opt-multicast-ttl-tip");
    lines.text(ui, "MULTICAST_TTL", &tip, Field::MulticastTtl, &mut fields.multicast_ttl, &system);
    let tip = t!(lang, "opt-multicast-if-tip");
    lines.text(ui, "MULTICAST_IF", &tip, Field::MulticastInterface, &mut fields.multicast_interface, &system);
    let (name, tip) = (t!(lang, "opt-multicast-loop"), t!(lang, "opt-multicast-loop-tip"));
    flag(ui, lines, "MULTICAST_LOOP", &name, &tip, &mut fields.options.multicast_loop, true);
}

fn buffers(ui: &mut Ui, lang: Lang, fields: &mut Fields, lines: &mut Lines<'_>) {
    let system = t!(lang, "opt-system");
    lines.text(ui, "SO_RCVBUF", &t!(lang, "opt-rcvbuf-tip"), Field::RecvBuffer, &mut fields.recv_buffer, &system);
    lines.text(ui, "SO_SNDBUF", &t!(lang, "opt-sndbuf-tip"), Field::SendBuffer, &mut fields.send_buffer, &system);
}

fn server(ui: &mut Ui, lang: Lang, fields: &mut Fields, lines: &mut Lines<'_>) {
    let name = |serving: Serving| match serving {
        Serving::Concurrent => t!(lang, "opt-concurrent"),
        Serving::OneAtATime => t!(lang, "opt-one-at-a-time"),
    };
    lines.choice(ui, &t!(lang, "opt-serving"), &t!(lang, "opt-serving-tip"), &name(fields.serving), |ui| {
        for serving in [Serving::Concurrent, Serving::OneAtATime] {
            ui.selectable_value(&mut fields.serving, serving, name(serving).as_ref());
        }
    });
    lines.text(ui, &t!(lang, "opt-backlog"), &t!(lang, "opt-backlog-tip"), Field::Backlog, &mut fields.backlog, "128");
    let (name, tip) = (t!(lang, "opt-accept-limit"), t!(lang, "opt-accept-limit-tip"));
    lines.text(ui, &name, &tip, Field::AcceptLimit, &mut fields.accept_limit, &t!(lang, "opt-no-limit"));
}

fn close_on_eof(ui: &mut Ui, lang: Lang, fields: &mut Fields, lines: &mut Lines<'_>) {
    let name = |choice: Option<bool>| match choice {
        None => t!(lang, "opt-eof-auto"),
        Some(true) => t!(lang, "opt-eof-close"),
        Some(false) => t!(lang, "opt-eof-keep"),
    };
    lines.choice(ui, &t!(lang, "opt-eof"), &t!(lang, "opt-eof-tip"), &name(fields.close_on_eof), |ui| {
        for choice in [None, Some(true), Some(false)] {
            ui.selectable_value(&mut fields.close_on_eof, choice, name(choice).as_ref());
        }
    });
}

/// An option that is on, off, or left as it is (`default`) until the user touches it.
fn flag(
    ui: &mut Ui,
    lines: &mut Lines<'_>,
    name: &str,
    text: &str,
    tip: &str,
    value: &mut Option<bool>,
    default: bool,
) {
    let mut on = value.unwrap_or(default);
    if lines.check(ui, name, text, tip, &mut on) {
        *value = Some(on);
    }
}
