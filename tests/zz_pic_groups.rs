#![allow(clippy::unwrap_used)]
use eframe::egui::{Theme, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use socket_lab::lang::Lang;
use socket_lab::ui::app::App;
#[test]
fn pic() {
    for (lang, theme, n) in [(Lang::En, Theme::Dark, "a"), (Lang::ZhCn, Theme::Light, "b")] {
        let builder = Harness::builder().with_size(vec2(1100.0, 1250.0)).allow_missing_glyphs();
        let mut h: Harness<'static, App> = builder.build_eframe(move |cc| App::for_test(&cc.egui_ctx, lang, theme));
        h.run_steps(4);
        h.key_press_modifiers(eframe::egui::Modifiers::COMMAND, eframe::egui::Key::N);
        h.run_steps(4);
        h.get_by_label(if n == "a" { "UDP socket" } else { "UDP 套接字" }).click();
        h.run_steps(4);
        h.get_by_label(if n == "a" { "Options" } else { "选项" }).click();
        h.run_steps(20);
        h.event(eframe::egui::Event::PointerMoved(eframe::egui::pos2(550.0, 500.0)));
        h.run_steps(40);
        h.get_by_label(if n == "a" { "Groups" } else { "多播组" });
        let fields: Vec<_> = h.get_all_by_label(if n == "a" { "Groups" } else { "多播组" }).collect();
        fields.last().unwrap().focus();
        drop(fields);
        h.run_steps(2);
        h.event(eframe::egui::Event::Text("239.255.77.40%127.0.0.1, 10.0.0.1".to_owned()));
        h.run_steps(4);
        h.render().unwrap().save(format!("/tmp/pic/form_{n}.png")).unwrap();
        for _ in 0..10 { h.key_press(eframe::egui::Key::Backspace); }
        h.run_steps(3);
        h.key_press(eframe::egui::Key::Enter);
        for _ in 0..30 { h.step(); std::thread::sleep(std::time::Duration::from_millis(10)); }
        h.render().unwrap().save(format!("/tmp/pic/pane_{n}.png")).unwrap();
    }
}
