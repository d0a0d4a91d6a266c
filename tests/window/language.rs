//! The language of the window where the system lacks characters for it.

use socket_lab::desktop::fonts::SystemFonts;
use socket_lab::lang::Lang;

use crate::driving::{click, click_ending, says, window};

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
