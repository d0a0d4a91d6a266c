//! The language of the window where the system lacks characters for it.

use std::time::Duration;

use eframe::egui::Context;
use socket_lab::desktop::fonts::SystemFonts;
use socket_lab::lang::Lang;

use super::driving::{Window, click, click_ending, says, until, window};

const SIZE: [f32; 2] = [1440.0, 900.0];

#[test]
fn a_chinese_window_speaks_english_until_the_system_has_a_chinese_font() {
    for missing in [SystemFonts::WithoutChinese, SystemFonts::None] {
        let mut harness = window(Lang::ZhCn, SIZE);
        harness.state_mut().fonts_found(missing);
        harness.run_steps(3);
        assert_eq!(harness.state().lang(), Lang::En);
        click_ending(&mut harness, "1 notice");
        assert!(says(&harness, "The window is in English until there is one"), "{missing:?}: it says why");
        // Who asks for Chinese again hears the same once more, and once.
        click(&mut harness, "Switch to 简体中文");
        assert_eq!(harness.state().lang(), Lang::En);
        assert!(says(&harness, "fonts-noto-cjk") || !cfg!(target_os = "linux"));

        harness.state_mut().fonts_found(SystemFonts::WithChinese);
        harness.run_steps(3);
        assert_eq!(harness.state().lang(), Lang::ZhCn, "Chinese stayed chosen");
        assert!(!says(&harness, "fonts-noto-cjk"), "what was missing is there");
    }
}

#[test]
fn an_english_window_says_what_is_missing_and_stays_english() {
    let mut harness = window(Lang::En, SIZE);
    harness.state_mut().fonts_found(SystemFonts::None);
    harness.run_steps(3);
    assert_eq!(harness.state().lang(), Lang::En);
    assert!(says(&harness, "No font was found on this system"));
    assert!(!says(&harness, "The window is in English until"));
}

#[test]
fn who_comes_back_to_the_window_has_installed_fonts_perhaps_so_they_are_looked_for_again() {
    let mut harness = window(Lang::ZhCn, SIZE);
    harness.state_mut().fonts_found(SystemFonts::None);
    harness.run_steps(3);
    assert!(says(&harness, "No font was found on this system"));
    let come_back = |harness: &mut Window| {
        for focused in [false, true] {
            harness.input_mut().focused = focused;
            harness.run_steps(2);
        }
    };
    let here = socket_lab::desktop::fonts::look_again(&Context::default()).wait(Duration::from_secs(20));
    come_back(&mut harness);
    match here.expect("an answer") {
        SystemFonts::WithChinese => {
            until(&mut harness, "Chinese is spoken", |harness| harness.state().lang() == Lang::ZhCn);
            assert!(!says(&harness, "No font was found on this system"));
        }
        SystemFonts::WithoutChinese => {
            until(&mut harness, "other words", |harness| !says(harness, "No font was found on this system"));
        }
        SystemFonts::None => eprintln!("this machine has no fonts: nothing can be found"),
    }
}
