//! How a program stands, as a word and a dot.

use std::borrow::Cow;

use eframe::egui::Color32;

use crate::lang::Lang;
use crate::session::Program;
use crate::t;
use crate::trace::program::{Ended, signal_name};
use crate::ui::controls::Dot;
use crate::ui::theme::Tokens;

pub struct ProgramState {
    pub word: Cow<'static, str>,
    /// The same where there is little room.
    pub short: Cow<'static, str>,
    pub dot: Dot,
}

impl ProgramState {
    pub fn of(program: &Program, lang: Lang) -> Self {
        let live = &program.live;
        let (word, short, dot) = match (&live.failed, live.ended) {
            (Some(why), _) => {
                let errno = why.errno.to_string();
                (t!(lang, "program-state-failed", errno = errno.as_str()), errno.into(), Dot::Broken)
            }
            (None, Some(_)) if live.is_running() => {
                (t!(lang, "program-state-left", count = live.left), t!(lang, "program-short-ended"), Dot::Opening)
            }
            (None, Some(Ended::Status(status))) => {
                let dot = if status == 0 { Dot::Closed } else { Dot::Broken };
                let status = status.to_string();
                (
                    t!(lang, "program-state-status", status = status.as_str()),
                    t!(lang, "program-short-status", status = status.as_str()),
                    dot,
                )
            }
            (None, Some(Ended::Signal(signal))) => {
                let name = signal_name(signal);
                (t!(lang, "program-state-signal", signal = name.as_str()), name.into(), Dot::Broken)
            }
            (None, None) => match live.pid {
                Some(pid) if live.is_running() => {
                    let pid = pid.to_string();
                    (
                        t!(lang, "program-state-runs", pid = pid.as_str()),
                        t!(lang, "program-short-runs", pid = pid.as_str()),
                        Dot::Open,
                    )
                }
                _ if live.is_running() => {
                    (t!(lang, "program-state-starting"), t!(lang, "program-state-starting"), Dot::Opening)
                }
                _ => (t!(lang, "program-state-idle"), t!(lang, "program-state-idle"), Dot::Closed),
            },
        };
        Self { word, short, dot }
    }

    pub fn color(&self, tokens: &Tokens) -> Color32 {
        self.dot.color(tokens)
    }
}
