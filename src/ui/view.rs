//! What every view gets: the session to read, the language, the colours, what is selected, and a place for what the
//! user asked for.

use std::net::IpAddr;
use std::path::PathBuf;

use std::time::Duration;

use crate::code::Language;
use crate::desktop::dialogs::Purpose;
use crate::desktop::traffic_table::TrafficTable;
use crate::lab::{EndpointId, EndpointKind};
use crate::lang::Lang;
use crate::session::{Action, Session, Watch};
use crate::trace::filter::Matches;
use crate::trace::follow::Shape;
use crate::trace::held::MessageId;
use crate::trace::{ConnId, SocketId};
use crate::ui::command::PictureRequest;
use crate::ui::command::UiCommand;
use crate::ui::filter_state::{FilterEdit, FilterState};
use crate::ui::partners::Partners;
use crate::ui::pause::Pause;
pub use crate::ui::selection::{Selection, Shown};
use crate::ui::theme::Tokens;

/// Handed to each panel and pane for the length of one frame.
pub struct View<'a> {
    pub session: &'a Session,
    pub lang: Lang,
    pub tokens: &'static Tokens,
    pub selection: &'a mut Selection,
    /// The filter of all views, with the calls that match it.
    pub filtering: Option<&'a FilterState>,
    /// The calls that moved the same bytes as the selected one.
    pub partners: Option<&'a Partners>,
    /// How the user wants the traffic table.
    pub table: &'a TrafficTable,
    /// Where the display stands still.
    pub pause: Option<&'a Pause>,
    /// For a picture: nothing is drawn that can only be used on a screen.
    pub on_paper: bool,
    /// What the user asked for in this frame; carried out after it.
    pub requests: &'a mut Vec<ViewRequest>,
}

/// Something that a view cannot do itself.
#[derive(Clone, Debug, PartialEq)]
pub enum ViewRequest {
    /// For the session.
    Act(Action),
    /// For the window: the same commands that menus, shortcuts and the palette give.
    Do(UiCommand),
    /// What the kernel says of a socket, while it is shown: to be asked for with every frame.
    Watch(Watch),
    /// Text for the clipboard.
    Copy(String),
    /// Bring an endpoint's pane to the front (and make one where it was closed).
    Show(EndpointId),
    /// Take an endpoint's pane away; the endpoint goes on.
    Hide(EndpointId),
    /// Let the user type an endpoint's name where it stands.
    Rename(EndpointId),
    /// Show an endpoint's conversation so.
    ShowAs(EndpointId, Shape),
    /// Open the search of an endpoint's conversation.
    Find(EndpointId),
    /// Choose the connection that an endpoint's composer sends to.
    SendTo(EndpointId, ConnId),
    /// Open the form with this program's options.
    EditProgram(EndpointId),
    /// Open the form with this endpoint's options.
    EditOptions(EndpointId),
    /// Open the window of a message that a relay holds.
    EditMessage(MessageId),
    /// Open the form for a new endpoint: a server at this address of the machine, or a client to it.
    NewAt { kind: EndpointKind, ip: IpAddr },
    /// Open the window for a download over this client, or from this server.
    Download(EndpointId),
    /// Open the system's dialog; what was chosen comes to the window that is open over the others.
    Choose(Purpose),
    /// Show where a file is, in the system's own window.
    ShowInFolder(PathBuf),
    /// For the filter of all views.
    Filter(FilterEdit),
    /// The traffic table is to look like this from now on.
    Table(TrafficTable),
    /// A picture of a view.
    Picture(PictureRequest),
    /// Show the lab as it was before the call of this number.
    LookBack(u64),
    /// A program, to be saved where the user says.
    SaveCode { suggested: PathBuf, text: String },
    /// The work on the lesson, to be saved where this student says.
    HandIn(crate::lesson::handin::Student),
    /// The form for a program, with that file.
    NewProgram(PathBuf),
    /// A program, to be run in the lab with these arguments.
    RunCode { language: &'static Language, file: PathBuf, text: String, arguments: Vec<String> },
}

impl View<'_> {
    pub fn act(&mut self, action: Action) {
        self.requests.push(ViewRequest::Act(action));
    }

    pub fn command(&mut self, command: UiCommand) {
        self.requests.push(ViewRequest::Do(command));
    }

    /// Says that this frame shows what the kernel says of a socket: [`Session::kernel`] has it.
    pub fn watch(&mut self, socket: SocketId, every: Duration) {
        self.requests.push(ViewRequest::Watch(Watch { socket, every }));
    }

    pub fn filter(&mut self, wish: FilterEdit) {
        self.requests.push(ViewRequest::Filter(wish));
    }

    /// The number after the last call that is shown.
    pub fn end_seq(&self) -> u64 {
        self.pause.map_or(self.session.trace().next_seq(), |pause| pause.end_seq)
    }

    /// The calls that match the filter; `None` where there is no filter.
    pub fn matches(&self) -> Option<&Matches> {
        self.filtering.and_then(FilterState::matches)
    }

    /// True for a call that matches the filter; false for every call where there is none.
    pub fn is_match(&self, seq: u64) -> bool {
        self.matches().is_some_and(|matches| matches.place_of(seq).is_some())
    }

    /// True for a call that moved bytes of the selected one, at the other end.
    pub fn is_partner(&self, seq: u64) -> bool {
        self.partners.is_some_and(|partners| partners.has(seq))
    }

    /// True for a call whose line of a program is pointed at.
    pub fn is_pointed_at(&self, seq: u64) -> bool {
        self.session.trace().get(seq).is_some_and(|call| self.selection.points_at(call))
    }

    pub fn copy(&mut self, text: String) {
        self.requests.push(ViewRequest::Copy(text));
    }
}

#[cfg(test)]
impl<'a> View<'a> {
    /// Of an English window in the dark, with everything as it is at first.
    pub(in crate::ui) fn for_test(
        session: &'a Session,
        selection: &'a mut Selection,
        requests: &'a mut Vec<ViewRequest>,
    ) -> Self {
        static TABLE: std::sync::LazyLock<TrafficTable> = std::sync::LazyLock::new(TrafficTable::default);
        Self {
            session,
            lang: Lang::En,
            tokens: &crate::ui::theme::DARK,
            selection,
            filtering: None,
            partners: None,
            table: &TABLE,
            pause: None,
            on_paper: false,
            requests,
        }
    }
}
