//! Carrying out what was asked for: shortcuts, commands, actions.

use eframe::egui;

use super::App;
use super::room::List;
use crate::desktop::settings::{ThemeChoice, WindowSize, ZOOM};
use crate::lab::{EndpointId, EndpointKind, Link};
use crate::session::{Action, LayoutChange};
use crate::ui::command::PictureRequest;
use crate::ui::command::UiCommand;
use crate::ui::dialogs::breakpoints::BreakpointWindow;
use crate::ui::dialogs::download::DownloadWindow;
use crate::ui::dialogs::form::Form;
use crate::ui::dialogs::message_window::MessageWindow;
use crate::ui::dialogs::program_form::ProgramForm;
use crate::ui::dialogs::python_window::PythonWindow;
use crate::ui::dialogs::serve::ServeWindow;
use crate::ui::dialogs::title_window::TitleWindow;
use crate::ui::filter_state::FilterEdit;
use crate::ui::menu_keys;
use crate::ui::panes::endpoint::EndpointPane;
use crate::ui::pause::Pause;
use crate::ui::regions;
use crate::ui::targets::OnEndpoint;
use crate::ui::theme::Tokens;
use crate::ui::view::{View, ViewRequest};
use crate::ui::widgets::held;

/// By how much one step of the zoom changes it.
const ZOOM_STEP: f32 = 0.1;

impl App {
    /// Before anything is drawn, so that no text field takes the keys first.
    pub(super) fn take_shortcuts(&mut self, ctx: &egui::Context) {
        // Also while a pane has a window open that must be answered first.
        let free = !self.is_asking() && ctx.memory(|memory| memory.top_modal_layer().is_none());
        menu_keys::look(ctx, free && self.presenting.is_none());
        if !free {
            return;
        }
        let is_held = self.session.is_anything_held();
        let mut commands: Vec<UiCommand> =
            UiCommand::all().iter().filter(|command| command.takes_keys(is_held)).cloned().collect();
        // egui lets Ctrl+Shift+S pass for Ctrl+S: the one with more modifiers must look first.
        commands.sort_by_key(|command| command.shortcut().is_none_or(|shortcut| !shortcut.modifiers.shift));
        for command in commands {
            let Some(shortcut) = command.shortcut() else { continue };
            if matches!(command, UiCommand::Undo | UiCommand::Redo) {
                self.take_undo_keys(ctx, &command, shortcut);
                continue;
            }
            let also_plus = command == UiCommand::ZoomIn;
            let pressed = ctx.input_mut(|input| {
                // On most keyboards + is the shifted =.
                input.consume_shortcut(&shortcut)
                    || (also_plus && input.consume_key(egui::Modifiers::COMMAND, egui::Key::Equals))
            });
            if pressed {
                self.requests.push(ViewRequest::Do(command));
            }
        }
        self.take_keys_of_selected(ctx);
    }

    /// The keys of what can be done with the selected endpoint.
    fn take_keys_of_selected(&mut self, ctx: &egui::Context) {
        let Some(endpoint) = self.selection.endpoint().and_then(|id| self.session.endpoint(id)) else { return };
        for command in OnEndpoint::ALL {
            let Some(keys) = command.shortcut() else { continue };
            if command.offered(endpoint) != Some(true) || !ctx.input_mut(|input| input.consume_shortcut(&keys)) {
                continue;
            }
            let mut view = View {
                session: &self.session,
                lang: self.lang,
                tokens: Tokens::of_context(ctx),
                selection: &mut self.selection,
                filtering: Some(&self.filtering),
                partners: Some(&self.partners),
                pause: self.pause.as_ref(),
                on_paper: false,
                table: &self.store.settings.traffic,
                requests: &mut self.requests,
            };
            command.run(&mut view, endpoint);
        }
    }

    pub(super) fn carry_out(&mut self, ctx: &egui::Context) {
        self.note_rearranging();
        self.undo_where_no_field_did(ctx);
        let mut asked = std::mem::take(&mut self.requests);
        let mut watched = Vec::new();
        asked.retain(|asked| match asked {
            ViewRequest::Watch(watch) => {
                watched.push(*watch);
                false
            }
            _ => true,
        });
        self.session.set_watched(&watched);
        self.offer_way_back();
        if asked.is_empty() {
            return;
        }
        for asked in asked {
            match asked {
                // Taken out above.
                ViewRequest::Watch(_) => {}
                ViewRequest::Act(action) => self.act(action),
                ViewRequest::Do(command) => self.command(ctx, command),
                ViewRequest::Copy(text) => ctx.copy_text(text),
                ViewRequest::LookBack(end) => self.look_back(end),
                ViewRequest::Show(endpoint) => self.show(endpoint),
                ViewRequest::Hide(endpoint) => self.hide_pane(endpoint),
                ViewRequest::Rename(endpoint) => self.rename(ctx, endpoint),
                ViewRequest::ShowAs(endpoint, shape) => self.in_pane(endpoint, |pane| pane.show_as(shape)),
                ViewRequest::Find(endpoint) => self.in_pane(endpoint, EndpointPane::find),
                ViewRequest::SendTo(endpoint, conn) => self.in_pane(endpoint, |pane| pane.send_to(conn)),
                ViewRequest::Filter(wish) => self.filter(wish),
                ViewRequest::Table(table) => self.store.settings.traffic = table,
                ViewRequest::Picture(wish) => self.picture(ctx, wish),
                ViewRequest::EditProgram(program) => self.program_form = ProgramForm::edit(&self.session, program),
                ViewRequest::SaveCode { suggested, text } => self.ask_where_to_save_code(suggested, text),
                ViewRequest::HandIn(student) => self.ask_where_to_hand_in(student),
                ViewRequest::NewProgram(path) => self.take_program(&[path]),
                ViewRequest::RunCode { language, file, text, arguments } => {
                    self.run_code(language, &file, &text, &arguments);
                }
                ViewRequest::EditOptions(endpoint) => self.form = Form::edit(&self.session, endpoint),
                ViewRequest::EditMessage(message) => self.message = MessageWindow::new(&self.session, message),
                ViewRequest::NewAt { kind, ip } => self.form = Some(Form::at(&self.session, self.lang(), kind, ip)),
                ViewRequest::Download(endpoint) => {
                    self.download = Some(DownloadWindow::new(&self.session, Some(endpoint)));
                }
                ViewRequest::Choose(purpose) => self.choose(ctx, purpose),
                ViewRequest::ShowInFolder(path) => self.show_in_folder(ctx, &path),
            }
        }
        self.offer_way_back();
        // What was changed is seen in the next frame.
        ctx.request_repaint();
    }

    fn show(&mut self, endpoint: EndpointId) {
        self.present(endpoint);
        self.rearrange(LayoutChange::Shown, |panes, session| panes.show(session, endpoint));
    }

    /// Brings an endpoint's pane to the front and has it do that.
    fn in_pane(&mut self, endpoint: EndpointId, act: impl FnOnce(&mut EndpointPane)) {
        self.show(endpoint);
        if let Some(pane) = self.panes.endpoint_pane(endpoint) {
            act(pane);
        }
    }

    /// In the list where that is in sight, else in the pane's header.
    fn rename(&mut self, ctx: &egui::Context, id: EndpointId) {
        let Some(endpoint) = self.session.endpoint(id) else { return };
        let in_list = self.presenting.is_none() && self.room(ctx.content_rect().size()).list == List::Whole;
        if in_list {
            self.endpoints.rename(endpoint);
            return;
        }
        self.show(id);
        if let (Some(pane), Some(endpoint)) = (self.panes.endpoint_pane(id), self.session.endpoint(id)) {
            pane.rename(endpoint);
        }
    }

    /// Tells the session how the panes stand, so that it is saved, kept for the next start and undone with the lab.
    pub(super) fn sync_layout(&mut self) {
        if self.panes.knows_all(&self.session) {
            self.session.set_layout(self.panes.to_layout(&self.session));
        }
    }

    pub(super) fn act(&mut self, action: Action) {
        if self.is_refused_in_the_past(&action) {
            return;
        }
        let Some(action) = self.with_consent(action) else { return };
        let removed = match &action {
            Action::Remove(endpoint) | Action::RemoveProgram(endpoint) => Some(*endpoint),
            _ => None,
        };
        if action == Action::ClearTrace {
            self.selection.forget_call();
        }
        if matches!(action, Action::Send { .. }) {
            self.first_steps.line_sent(self.session.trace().totals().sent_bytes);
        }
        self.recovery.touch();
        self.sync_layout();
        if let Action::SetRetention(bytes) = action {
            self.store.settings.retention = bytes;
        }
        if action == Action::RunSteps {
            self.panes.tell_from(self.session.trace().next_seq());
            self.lesson.run_begins(self.session.trace().next_seq());
        }
        if let Some(added) = self.session.act(action) {
            // The new endpoint gets the keyboard: its pane asks for it when it is selected.
            self.selection.select_endpoint(added);
        }
        if let Some(removed) = removed {
            self.selection.forget_endpoint(removed);
        }
    }

    fn command(&mut self, ctx: &egui::Context, command: UiCommand) {
        if self.command_presentation(ctx, &command) {
            return;
        }
        let settings = &mut self.store.settings;
        match command {
            UiCommand::Presentation => self.toggle_presentation(ctx),
            UiCommand::NewEndpoint => {
                let has_server = self
                    .session
                    .endpoints()
                    .iter()
                    .any(|endpoint| endpoint.spec.kind.is_server() && endpoint.live.is_open());
                self.open_form(if has_server { EndpointKind::TCP_CLIENT } else { EndpointKind::TCP_SERVER });
            }
            UiCommand::NewProgram => self.new_program(),
            UiCommand::Undo | UiCommand::Redo => self.undo_or_redo(&command),
            UiCommand::OpenAll => self.act(Action::OpenAll),
            UiCommand::CloseAll => self.act(Action::CloseAll),
            UiCommand::ShowLesson => self.lesson.toggle(),
            UiCommand::HandIn => self.open_hand_in(),
            UiCommand::ReloadLab => self.file_command(ctx, command),
            UiCommand::RunSteps if self.lesson.keeps_from_running() => self.lesson.show_missing(),
            UiCommand::RunSteps => {
                if !self.session.steps().is_empty() {
                    self.act(Action::RunSteps);
                }
            }
            UiCommand::StopSteps => self.act(Action::StopSteps),
            UiCommand::HoldAll => self.act(Action::HoldAll(true)),
            UiCommand::Step => {
                if let Some(call) = held::to_step(&self.session, self.selection.endpoint()).map(|call| call.id) {
                    self.act(Action::LetThrough(call));
                }
            }
            UiCommand::Continue => self.act(Action::HoldAll(false)),
            UiCommand::Predict => self.predict.toggle(),
            UiCommand::Breakpoints => self.breakpoints = Some(BreakpointWindow::new(&self.session)),
            UiCommand::LossyLink => {
                let link = self.session.link().is_none().then(Link::usual);
                self.act(Action::SetLink(link));
            }
            UiCommand::LinkFaults => self.link_window.open = !self.link_window.open,
            UiCommand::ClearTrace => self.act(Action::ClearTrace),
            UiCommand::NewLab
            | UiCommand::OpenLab
            | UiCommand::OpenRecent(_)
            | UiCommand::OpenExample(_)
            | UiCommand::SaveLab
            | UiCommand::SaveLabAs
            | UiCommand::Quit => {
                self.file_command(ctx, command);
            }
            UiCommand::EditTitle => self.title = Some(TitleWindow::new(&self.session, self.lang)),
            UiCommand::ShowNote => self.note.toggle(!self.session.note().is_empty()),
            UiCommand::ShowAddresses => self.address_window.open = !self.address_window.open,
            UiCommand::Palette => self.palette.open(),
            // The welcome card stands where the table would.
            UiCommand::Filter if self.session.is_empty() => {}
            UiCommand::LookBack => self.playhead.toggle(&mut self.session),
            UiCommand::BackToNow => self.back_to_now(),
            UiCommand::PauseDisplay => {
                self.pause = match self.pause {
                    Some(_) => {
                        self.back_to_now();
                        None
                    }
                    None => Some(Pause::of(&self.session)),
                };
            }
            UiCommand::Filter | UiCommand::FollowEnd => {
                if command == UiCommand::FollowEnd {
                    self.back_to_now();
                    self.pause = None;
                }
                self.panes.command(&command);
            }
            UiCommand::ShowView(view) => self.panes.show_view(view),
            UiCommand::CopyPicture => self.picture(ctx, PictureRequest::Copy(self.pictured())),
            UiCommand::SavePicture => self.picture(ctx, PictureRequest::Save(self.pictured())),
            UiCommand::FromProgram => self.python = Some(PythonWindow::pasted(String::new())),
            UiCommand::ServeFiles => self.serve = Some(ServeWindow::new(&[])),
            UiCommand::Download => self.download = Some(DownloadWindow::new(&self.session, None)),
            UiCommand::FollowConnection => self.follow.open_selected(&self.session, &self.selection),
            UiCommand::ToggleBookmark => self.toggle_bookmark(),
            UiCommand::OpenTrace => self.file_command(ctx, command),
            UiCommand::CancelTraceFiles => {
                self.session.cancel_export();
                self.session.stop_loading();
            }
            UiCommand::SaveTrace | UiCommand::ExportTrace | UiCommand::ToggleRecording => self.trace_command(&command),
            UiCommand::NextPart => regions::go(ctx, false),
            UiCommand::PreviousPart => regions::go(ctx, true),
            UiCommand::MenuBar => menu_keys::enter(ctx, true),
            UiCommand::ToggleEndpoints => settings.endpoints_shown = !settings.endpoints_shown,
            UiCommand::ToggleInspector => {
                let shown = self.room(ctx.content_rect().size()).inspector;
                self.store.settings.inspector_shown = Some(!shown);
            }
            UiCommand::ResetLayout => self.rearrange(LayoutChange::Reset, |panes, session| panes.reset(session)),
            UiCommand::ToggleTheme => {
                settings.theme = match ctx.theme() {
                    egui::Theme::Dark => ThemeChoice::Light,
                    egui::Theme::Light => ThemeChoice::Dark,
                };
                self.apply_theme(ctx);
            }
            UiCommand::FollowSystemTheme => {
                settings.theme = ThemeChoice::System;
                self.apply_theme(ctx);
            }
            UiCommand::SetLanguage(lang) => self.set_language(lang),
            UiCommand::ZoomIn => self.zoom(ctx, |zoom| zoom + ZOOM_STEP),
            UiCommand::ZoomOut => self.zoom(ctx, |zoom| zoom - ZOOM_STEP),
            UiCommand::ZoomReset => self.zoom(ctx, |_| 1.0),
            UiCommand::ShowHelp => self.help.shortcuts_open = !self.help.shortcuts_open,
            UiCommand::ShowFirstSteps => self.first_steps.ask(self.selection.call()),
            UiCommand::ShowAbout => self.help.about_open = true,
        }
    }

    fn filter(&mut self, wish: FilterEdit) {
        if let Some(used) = self.filtering.take(wish) {
            self.store.settings.filter_used(&used);
            self.filtering.set_recent(self.store.settings.filters.clone());
        }
    }

    fn toggle_bookmark(&mut self) {
        let Some(seq) = self.selection.call() else { return };
        let note = (!self.session.bookmarks().has(seq)).then(String::new);
        self.act(Action::SetBookmark { seq, note });
    }

    fn zoom(&mut self, ctx: &egui::Context, change: impl Fn(f32) -> f32) {
        let zoom = (change(self.store.settings.zoom) * 10.0).round() / 10.0;
        self.store.settings.zoom = zoom.clamp(*ZOOM.start(), *ZOOM.end());
        ctx.set_zoom_factor(self.store.settings.zoom);
    }

    /// In points without zoom, as the next start will ask for it.
    pub(super) fn note_window_size(&mut self, ctx: &egui::Context) {
        let (size, maximized) = ctx.input(|input| {
            let viewport = input.viewport();
            (viewport.inner_rect.map(|rect| rect.size()), viewport.maximized.unwrap_or(false))
        });
        let (Some(size), false) = (size, self.files.is_test() || self.presenting.is_some()) else { return };
        let zoom = ctx.zoom_factor();
        let window = &mut self.window;
        match window {
            // The size to come back to is the one before it was maximized.
            Some(before) if maximized => before.maximized = true,
            _ => {
                *window =
                    Some(WindowSize { width: (size.x * zoom).round(), height: (size.y * zoom).round(), maximized });
            }
        }
    }

    pub(super) fn remember_layout(&mut self) {
        if !self.session.is_empty() {
            self.store.settings.layout = self.panes.to_layout(&self.session);
        }
    }
}
