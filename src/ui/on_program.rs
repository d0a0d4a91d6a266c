//! What can be done with one program. Its menus and the palette draw from this list.

use std::ops::RangeInclusive;

use eframe::egui::{Button, Ui};

use super::controls;
use super::filter_state::FilterEdit;
use super::view::{View, ViewRequest};
use crate::lang::Lang;
use crate::lang::visible::visible_lines;
use crate::session::{Action, Console, Program};
use crate::trace::filter::{Field, Relation, as_value};

/// A command for one program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnProgram {
    Start,
    Stop,
    Hold,
    LetGo,
    Show,
    Hide,
    Filter,
    CopyCommand,
    CopyConsole,
    Options,
    Duplicate,
    Remove,
}

impl OnProgram {
    /// The most useful first: the palette has them in this order.
    pub const ALL: &'static [Self] = &[
        Self::Start,
        Self::Stop,
        Self::Hold,
        Self::LetGo,
        Self::Options,
        Self::Filter,
        Self::CopyConsole,
        Self::CopyCommand,
        Self::Duplicate,
        Self::Remove,
        Self::Show,
        Self::Hide,
    ];

    /// The menu in a pane's header, in groups.
    pub const IN_HEADER: &'static [&'static [Self]] = &[
        &[Self::Start, Self::Stop, Self::Hold, Self::LetGo],
        &[Self::Filter, Self::CopyConsole, Self::CopyCommand],
        &[Self::Hide, Self::Options, Self::Duplicate, Self::Remove],
    ];

    /// The menu of a row in the list.
    pub const IN_LIST: &'static [&'static [Self]] = &[
        &[Self::Start, Self::Stop, Self::Hold, Self::LetGo],
        &[Self::Show, Self::Filter, Self::CopyCommand],
        &[Self::Options, Self::Duplicate, Self::Remove],
    ];

    /// Key of the name, as a menu shows it.
    pub fn name(self, program: &Program) -> &'static str {
        match self {
            Self::Start if program.live.ended.is_some() => "program-run-again",
            Self::Start => "program-start",
            Self::Stop => "program-stop",
            Self::Hold => "endpoint-hold",
            Self::LetGo => "endpoint-let-go",
            Self::Show => "endpoint-show",
            Self::Hide => "endpoint-hide",
            Self::Filter => "program-filter",
            Self::CopyCommand => "program-copy-command",
            Self::CopyConsole => "program-copy-console",
            Self::Options => "header-options",
            Self::Duplicate => "header-duplicate",
            Self::Remove => "header-remove",
        }
    }

    /// Key of one sentence that says what it does, where the name doesn't.
    pub fn tip(self) -> Option<&'static str> {
        match self {
            Self::Stop => Some("program-stop-tip"),
            Self::Hold => Some("endpoint-hold-tip"),
            _ => None,
        }
    }

    /// Key of other words by which the palette finds it.
    pub fn synonyms(self) -> Option<&'static str> {
        match self {
            Self::Start => Some("words-run-program"),
            Self::Stop => Some("words-stop-program"),
            Self::Hold | Self::LetGo => Some("words-hold"),
            Self::Options => Some("words-options"),
            Self::Duplicate => Some("words-duplicate"),
            Self::Remove => Some("words-remove"),
            Self::Show | Self::Hide => Some("words-pane"),
            _ => None,
        }
    }

    /// Whether it can be done now; `None` where it has no meaning.
    pub fn offered(self, program: &Program) -> Option<bool> {
        match self {
            Self::Start => (!program.live.is_running()).then_some(true),
            Self::Stop => program.live.is_running().then_some(true),
            Self::Hold => (!program.live.is_held).then_some(true),
            Self::LetGo => program.live.is_held.then_some(true),
            Self::CopyConsole => Some(!program.live.console.is_empty()),
            _ => Some(true),
        }
    }

    pub fn run(self, view: &mut View<'_>, program: &Program) {
        let id = program.id;
        match self {
            Self::Start => view.act(Action::StartProgram(id)),
            Self::Stop => view.act(Action::StopProgram(id)),
            Self::Hold => view.act(Action::Hold { endpoint: id, on: true }),
            Self::LetGo => view.act(Action::Hold { endpoint: id, on: false }),
            Self::Duplicate => view.act(Action::AddProgram { spec: Box::new(program.spec.clone()), start: false }),
            Self::Remove => view.act(Action::RemoveProgram(id)),
            Self::Show => view.requests.push(ViewRequest::Show(id)),
            Self::Hide => view.requests.push(ViewRequest::Hide(id)),
            Self::Options => view.requests.push(ViewRequest::EditProgram(id)),
            Self::CopyCommand => view.copy(program.spec.command_line()),
            Self::CopyConsole => {
                view.copy(copied(&program.live.console, 0..=u64::MAX));
            }
            Self::Filter => {
                let name = as_value(&program.spec.name);
                view.filter(FilterEdit::Text(format!("{} {} {name}", Field::Endpoint, Relation::Equal)));
                view.filter(FilterEdit::Used);
            }
        }
    }
}

/// The entries of a program's menu; gives the one that was chosen.
pub fn menu(ui: &mut Ui, lang: Lang, program: &Program, groups: &[&[OnProgram]]) -> Option<OnProgram> {
    ui.set_min_width(200.0);
    let mut chosen = None;
    for (number, group) in groups.iter().enumerate() {
        if number > 0 {
            ui.separator();
        }
        for command in group.iter().copied() {
            let Some(enabled) = command.offered(program) else { continue };
            let name = lang.text(command.name(program), None);
            let mut response = ui.add_enabled(enabled, Button::new(name.as_ref()));
            controls::name_it(&response, enabled, &name);
            if let Some(tip) = command.tip() {
                response = response.on_hover_text(lang.text(tip, None));
            }
            if response.clicked() {
                ui.close();
                chosen = Some(command);
            }
        }
    }
    chosen
}

/// Lines of a console, counted from the first that was ever printed, with what would steer a terminal as marks.
pub fn copied(console: &Console, numbers: RangeInclusive<u64>) -> String {
    let lines = console.lines().zip(console.dropped..).filter(|(_, number)| numbers.contains(number));
    lines.flat_map(|(line, _)| [visible_lines(&line.text), "\n".to_owned()]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_of_a_menu_is_in_the_list_that_the_palette_reads() {
        for command in OnProgram::IN_HEADER.iter().chain(OnProgram::IN_LIST).copied().flatten() {
            assert!(OnProgram::ALL.contains(command), "{command:?}");
        }
    }
}
