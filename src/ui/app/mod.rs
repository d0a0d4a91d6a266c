//! The window: it owns the session, lets it pump, draws every panel and pane, and carries out what they asked for.

mod code;
mod commands;
mod dropped_files;
mod escape;
mod files;
mod first_size;
mod frame;
mod hand_in;
mod language;
mod pacing;
mod past;
mod pictures;
mod presenting;
mod programs;
mod recovery;
mod room;
mod run;
mod traces;
mod undo;

use std::sync::Arc;
use std::sync::atomic::AtomicU8;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};
use eframe::egui;

use super::bars::endpoint_list::EndpointList;
use super::bars::first_steps::FirstSteps;
use super::bars::inspector::{Inspector, Overlay};
use super::bars::lesson::LessonColumn;
use super::bars::note_card::NoteCard;
use super::bars::notices::{NoticePanel, WindowNotice};
use super::bars::predict::Predict;
use super::bars::status_bar::StatusBar;
use super::bars::toast::Toast;
use super::command::UiCommand;
use super::dialogs::breakpoints::BreakpointWindow;
use super::dialogs::download::DownloadWindow;
use super::dialogs::form::Form;
use super::dialogs::hand_in::HandInWindow;
use super::dialogs::message_window::MessageWindow;
use super::dialogs::palette::Palette;
use super::dialogs::program_form::ProgramForm;
use super::dialogs::python_window::PythonWindow;
use super::dialogs::serve::ServeWindow;
use super::dialogs::title_window::TitleWindow;
use super::filter_state::FilterState;
use super::input_order::InOrder;
use super::layout::{Panes, Shown};
use super::partners::Partners;
use super::pause::Pause;
use super::playhead::Playhead;
use super::presentation::Presentation;
use super::spoken::WithoutPictures;
use super::theme;
use super::typing::{Spot, Typing};
use super::view::{Selection, ViewRequest};
use super::windows::address_window::AddressWindow;
use super::windows::follow::FollowWindow;
use super::windows::help::Help;
use super::windows::link_window::LinkWindow;
use crate::background::Wake;
use crate::desktop::addresses::{Addresses, Interface, OwnAddress};
use crate::desktop::dialogs::Dialogs;
use crate::desktop::fonts::{self, FontSearch, SystemFonts};
use crate::desktop::progress::LessonStore;
use crate::desktop::saving::Saving;
use crate::desktop::settings::{Damaged, Store, ThemeChoice, WindowSize};
use crate::lab::{EndpointId, Localized};
use crate::lang::Lang;
use crate::lang::visible::visible_file_name;
use crate::session::{Action, Session};
use crate::t;
use crate::trace::file::is_trace_file;
use escape::Escape;
use files::Files;
use first_size::FirstSize;
use pacing::Pacing;
use pictures::Pictures;
use recovery::Recovery;
pub use run::{Options, StartedProgram, WindowError, run};
use traces::Traces;

/// The most failures of threads that wait to be reported; more of them say the same.
const MAX_FAILURES: usize = 4;

/// The whole window.
pub struct App {
    session: Session,
    pacing: Pacing,
    store: Store,
    lang: Lang,
    selection: Selection,
    requests: Vec<ViewRequest>,
    panes: Panes,
    inspector: Inspector,
    overlay: Overlay,
    escape: Escape,
    endpoints: EndpointList,
    status: StatusBar,
    palette: Palette,
    help: Help,
    first_steps: FirstSteps,
    note: NoteCard,
    lesson: LessonColumn,
    lessons: LessonStore,
    filtering: FilterState,
    partners: Partners,
    pause: Option<Pause>,
    playhead: Playhead,
    /// What of the past was shown in the last frame.
    past_shown: Option<u64>,
    follow: FollowWindow,
    address_window: AddressWindow,
    link_window: LinkWindow,
    form: Option<Form>,
    program_form: Option<ProgramForm>,
    /// What is done once the user lets this lab's programs run.
    consent: Option<Action>,
    /// The program that the command line gave.
    given: Option<(EndpointId, Arc<AtomicU8>)>,
    python: Option<PythonWindow>,
    serve: Option<ServeWindow>,
    download: Option<DownloadWindow>,
    title: Option<TitleWindow>,
    breakpoints: Option<BreakpointWindow>,
    predict: Predict,
    hand_in: Option<HandInWindow>,
    message: Option<MessageWindow>,
    files: Files,
    recovery: Recovery,
    traces: Traces,
    notices: NoticePanel,
    toast: Option<Toast>,
    /// Changes of the lab that were already handled.
    changes_seen: u64,
    /// Undo or redo, where a text field has the keyboard and may take it.
    undo_left_to_field: Option<UiCommand>,
    pictures: Pictures,
    presenting: Option<Presentation>,
    /// The large pane of the presentation; stays chosen when that is left.
    presented: Option<Shown>,
    /// What threads of the window could not do.
    failures: (Sender<WindowNotice>, Receiver<WindowNotice>),
    font_search: FontSearch,
    /// What the system has instead of fonts with Chinese characters.
    fonts_missing: Option<SystemFonts>,
    addresses: Addresses,
    /// Whether the window had the keyboard in the last frame.
    focused: bool,
    /// Whether there was a frame since the last call of `logic`.
    drawn: bool,
    first_size: FirstSize,
    /// Remembered at the end, and not with every step of a resizing.
    window: Option<WindowSize>,
    /// What stands in the window's title bar.
    window_title: String,
}

impl App {
    /// The window on this context; `file` is a lab or a trace to open at once.
    ///
    /// # Errors
    /// The engine's threads could not be created.
    pub fn new(
        ctx: &egui::Context,
        store: Store,
        damaged: Option<Damaged>,
        file: Option<std::path::PathBuf>,
    ) -> std::io::Result<Self> {
        let waking = ctx.clone();
        let dialogs = Dialogs::new(Arc::new(move || waking.request_repaint()));
        let mut app = Self::with(ctx, store, dialogs, Addresses::default())?;
        app.refresh_addresses(ctx);
        if let Some(damaged) = damaged {
            app.notices.push(WindowNotice::SettingsDamaged { kept_as: damaged.kept_as, reason: damaged.reason });
        }
        match file {
            Some(file) if is_trace_file(&file) => app.show_trace(file),
            Some(file) => app.open_file(file),
            None => {}
        }
        Ok(app)
    }

    /// A window for tests: no settings file, no file dialogs, no addresses of this machine.
    ///
    /// # Panics
    /// Where the engine's threads can't be created.
    pub fn for_test(ctx: &egui::Context, lang: Lang, theme: egui::Theme) -> Self {
        let mut store = Store::in_memory();
        store.settings.language = Some(lang);
        store.settings.theme = match theme {
            egui::Theme::Dark => ThemeChoice::Dark,
            egui::Theme::Light => ThemeChoice::Light,
        };
        // They would stand in the pictures of other things.
        store.settings.first_steps_over = true;
        Self::for_test_with(ctx, store)
    }

    /// The same with these settings, which may live in a file.
    ///
    /// # Panics
    /// Where the engine's threads can't be created.
    #[expect(clippy::panic, reason = "a test can't go on without its engine; the program itself uses `new`")]
    pub fn for_test_with(ctx: &egui::Context, store: Store) -> Self {
        let waking = ctx.clone();
        let dialogs = Dialogs::none(Arc::new(move || waking.request_repaint()));
        match Self::with(ctx, store, dialogs, Addresses::of(example_interfaces())) {
            // Its pictures are the same on every machine: what fonts there are, tests say themselves.
            Ok(app) => Self { font_search: FontSearch::none(), ..app },
            Err(error) => panic!("the engine does not start: {error}"),
        }
    }

    fn with(ctx: &egui::Context, store: Store, dialogs: Dialogs, addresses: Addresses) -> std::io::Result<Self> {
        let font_search = fonts::install(ctx);
        theme::install(ctx);
        ctx.add_plugin(Typing::new(Spot::of_this_session()));
        // The commands have these keys; egui must not take them first.
        ctx.options_mut(|options| options.zoom_with_keyboard = false);
        ctx.add_plugin(InOrder::default());
        ctx.add_plugin(WithoutPictures);
        let pacing = Pacing::new(ctx);
        let waking = pacing.clone();
        let session = Session::new(Arc::new(move || waking.wake()), store.settings.retention)?;
        let lang = store.settings.language();
        let waking = ctx.clone();
        let wake = Arc::new(move || waking.request_repaint());
        let app = Self {
            session,
            pacing,
            lang,
            selection: Selection::default(),
            requests: Vec::new(),
            panes: Panes::default(),
            inspector: Inspector::default(),
            overlay: Overlay::default(),
            escape: Escape::default(),
            endpoints: EndpointList::default(),
            status: StatusBar::default(),
            palette: Palette::default(),
            help: Help::default(),
            first_steps: FirstSteps::new(!store.settings.first_steps_over),
            note: NoteCard::default(),
            lesson: LessonColumn::default(),
            lessons: LessonStore::beside(store.file()),
            filtering: FilterState::new(store.settings.filters.clone()),
            partners: Partners::default(),
            pause: None,
            playhead: Playhead::default(),
            past_shown: None,
            follow: FollowWindow::default(),
            address_window: AddressWindow::default(),
            link_window: LinkWindow::default(),
            form: None,
            program_form: None,
            consent: None,
            given: None,
            python: None,
            serve: None,
            download: None,
            title: None,
            breakpoints: None,
            predict: Predict::default(),
            hand_in: None,
            message: None,
            files: Files::new(dialogs, Saving::new(wake)),
            recovery: Recovery::begin(store.file()),
            traces: Traces::default(),
            notices: NoticePanel::default(),
            toast: None,
            changes_seen: 0,
            undo_left_to_field: None,
            pictures: Pictures::default(),
            presenting: None,
            presented: None,
            failures: bounded(MAX_FAILURES),
            font_search,
            fonts_missing: None,
            addresses,
            focused: false,
            drawn: false,
            first_size: FirstSize::new(store.settings.window.is_some()),
            window: store.settings.window,
            window_title: String::new(),
            store,
        };
        app.apply_theme(ctx);
        ctx.set_zoom_factor(app.store.settings.zoom);
        Ok(app)
    }

    /// What the window shows; for tests.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The same to be changed; for tests.
    pub fn session_mut(&mut self) -> &mut Session {
        &mut self.session
    }

    /// What is selected; for tests.
    pub fn selection(&self) -> &Selection {
        &self.selection
    }

    pub fn lang(&self) -> Lang {
        self.lang
    }

    fn apply_theme(&self, ctx: &egui::Context) {
        ctx.set_theme(match self.store.settings.theme {
            ThemeChoice::System => egui::ThemePreference::System,
            ThemeChoice::Dark => egui::ThemePreference::Dark,
            ThemeChoice::Light => egui::ThemePreference::Light,
        });
    }

    /// Takes in what the sockets did; also while the window is hidden.
    fn pump(&mut self, ctx: &egui::Context, seen: bool) {
        let budget = self.pacing.begin(seen, self.session.is_pressed());
        let pumped = self.session.pump(budget, &mut |_| {});
        self.pacing.pumped(pumped);
        // A step may wait for a moment that no event announces.
        if let Some(deadline) = self.session.next_deadline() {
            ctx.request_repaint_after(Duration::from_nanos(deadline.since(self.session.now())));
        }
    }

    /// Once a frame: what came from outside the window.
    fn look_around(&mut self, ctx: &egui::Context) {
        self.take_found_fonts();
        let focused = ctx.input(|input| input.focused);
        if focused && !self.focused {
            self.look_for_fonts_again(ctx);
            if !self.files.is_test() {
                self.refresh_addresses(ctx);
            }
        }
        self.focused = focused;
        self.addresses.take_answer();
        self.take_dropped_files(ctx);
        self.take_pasted_program(ctx);
        self.take_dialog_answers(ctx);
        self.take_failures();
        self.follow_trace();
        if !self.files.is_test() {
            self.first_size.fit(ctx);
        }
        self.note_window_size(ctx);
        self.keep_for_next_start(ctx);
        self.name_window(ctx);
        self.save_settings();
        self.save_progress();
    }

    /// What was learnt.
    fn save_progress(&mut self) {
        self.lesson.keep(&mut self.lessons);
        if let Err((file, error)) = self.lessons.save() {
            let reason = Localized::said(|lang| lang.system_reason(&error));
            self.notices.push(WindowNotice::SettingsNotSaved { file, reason });
        }
    }

    fn refresh_addresses(&mut self, ctx: &egui::Context) {
        let waking = ctx.clone();
        let wake: Wake = Arc::new(move || waking.request_repaint());
        self.addresses.refresh(&wake);
    }

    /// The lab's title (else its file) in the title bar, with a dot while there are changes that are not saved.
    fn name_window(&mut self, ctx: &egui::Context) {
        let app = t!(self.lang, "app-name");
        let title = self.session.title().shown(self.lang);
        let file = self.session.path().map(visible_file_name);
        let edited = if self.session.is_edited() { " •" } else { "" };
        let name = match file {
            _ if !title.is_empty() => format!("{title}{edited} — {app}"),
            Some(file) => format!("{file}{edited} — {app}"),
            None => app.into_owned(),
        };
        ctx.accesskit_node_builder(egui::accesskit_root_id(), |root| root.set_label(name.as_str()));
        if name != self.window_title {
            ctx.send_viewport_cmd(egui::ViewportCommand::Title(name.clone()));
            self.window_title = name;
        }
    }

    fn save_settings(&mut self) {
        match self.store.save() {
            Ok(true) => self.notices.end(|notice| matches!(notice, WindowNotice::SettingsNotSaved { .. })),
            Ok(false) => {}
            Err(error) => {
                let file = self.store.file().map(std::path::PathBuf::from).unwrap_or_default();
                let reason = Localized::said(|lang| lang.system_reason(&error));
                self.notices.push(WindowNotice::SettingsNotSaved { file, reason });
            }
        }
    }
}

/// The same on every machine, for tests.
fn example_interfaces() -> Vec<Interface> {
    let interface = |name: &str, addresses| Interface {
        name: name.to_owned(),
        friendly_name: None,
        is_up: true,
        is_default: false,
        mac: None,
        gateways: Vec::new(),
        addresses,
    };
    let own = |ip: [u8; 4], prefix| OwnAddress { ip: ip.into(), prefix, broadcast: None };
    let lan = OwnAddress { broadcast: Some([192, 168, 1, 255].into()), ..own([192, 168, 1, 23], 24) };
    let eth0 = Interface {
        is_default: true,
        mac: Some("02:fc:00:00:00:01".to_owned()),
        gateways: vec![[192, 168, 1, 1].into()],
        ..interface("eth0", vec![lan])
    };
    vec![interface("lo", vec![own([127, 0, 0, 1], 8)]), eth0]
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        // Twice without a frame between: the window is hidden, and nobody sees what the kernel says.
        let seen = std::mem::take(&mut self.drawn);
        if !seen {
            self.session.set_watched(&[]);
        }
        self.pump(ctx, seen);
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        let ctx = ui.ctx().clone();
        self.drawn = true;
        self.look_around(&ctx);
        self.watch_presented_keys(&ctx);
        self.take_shortcuts(&ctx);
        self.look_for_escape(&ctx);
        self.draw(ui);
        self.take_escape(&ctx);
        self.carry_out(&ctx);
        self.guard_closing(&ctx);
    }

    fn on_exit(&mut self, _: Option<&eframe::glow::Context>) {
        self.session.finish_recording();
        self.note_status();
        self.remember_layout();
        self.store.settings.window = self.window;
        self.save_progress();
        self.save_settings();
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.extreme_bg_color.to_normalized_gamma_f32()
    }
}
