//! Acting: an [`Action`] becomes a change of the lab, commands for the engine, or both.

use std::sync::Arc;

use super::steps::Runner;
use super::{Action, Change, EndpointStatus, Repeat, Session};
use crate::engine::{Command, Job, JobId};
use crate::lab::{EndpointId, TextEncoding};
use crate::trace::{FileNotice, Notice, NoticeKind};

/// The most characters of a payload's beginning that a repeat shows.
const REPEAT_PREVIEW: usize = 24;

impl Session {
    /// Does what a view asked for. Gives the endpoint that was added (of a pair, the client).
    pub fn act(&mut self, action: Action) -> Option<EndpointId> {
        // The window says so before it comes here.
        if self.looking_back.is_some() && action.acts_on_the_present() {
            return None;
        }
        if self.lab.viewed.is_some() && action.needs_sockets() {
            let kind = NoticeKind::File(FileNotice::TraceReadOnly);
            self.notices.push(Notice { at: self.now(), endpoint: None, conn: None, kind });
            return None;
        }
        let change = self.change_of(&action);
        let before = change.is_some().then(|| self.lab.document.clone());
        let added = self.carry_out(action);
        let name = added.and_then(|id| self.endpoint_now(id)).map(|endpoint| endpoint.spec.name.clone());
        if let (Some(change), Some(before)) = (change, before) {
            let change = match (change, name) {
                // It may have got a number.
                (Change::Added(_), Some(name)) => Change::Added(name),
                (change, _) => change,
            };
            self.remember(change, before);
        }
        added
    }

    fn carry_out(&mut self, action: Action) -> Option<EndpointId> {
        match action {
            Action::Add { spec, open } => {
                let id = self.add(*spec);
                if open {
                    self.open(id);
                }
                return Some(id);
            }
            Action::AddEchoPair { server, client } => return Some(self.add_echo_pair(&server, &client)),
            Action::ConnectClient { server, name } => return self.connect_client(server, &name),
            Action::PutRelay { client, name } => return self.put_relay(client, &name),
            Action::Fault { endpoint, switch } => {
                self.switch_fault(endpoint, switch);
            }
            Action::Edit { endpoint, spec } => self.edit(endpoint, *spec),
            Action::Rename { endpoint, name } => self.rename(endpoint, &name),
            Action::Duplicate(endpoint) => {
                let spec = self.endpoint_now(endpoint)?.spec.clone();
                return Some(self.add(spec));
            }
            Action::Move { endpoint, to } => {
                if let Some(from) = self.endpoints.iter().position(|kept| kept.id == endpoint) {
                    let moved = self.endpoints.remove(from);
                    let to = to.min(self.endpoints.len());
                    self.endpoints.insert(to, moved);
                }
            }
            Action::Remove(endpoint) => {
                self.remove(endpoint);
            }
            Action::Open(endpoint) => {
                self.open(endpoint);
            }
            Action::Close(endpoint) => {
                self.close(endpoint);
            }
            Action::Reopen(endpoint) => {
                // The engine does an endpoint's commands one after the other.
                self.close(endpoint);
                self.open(endpoint);
            }
            Action::RemoveStaleAndOpen { endpoint, path } => {
                let job = self.job();
                self.engine.command(Command::new(job, endpoint, Job::RemoveStale(path)));
                self.open(endpoint);
            }
            Action::OpenAll => {
                // A program may be what an endpoint connects to.
                self.program_ids().into_iter().for_each(|id| self.start_program(id));
                for id in self.ids() {
                    if self.endpoint_now(id).is_some_and(|endpoint| endpoint.live.is_closed()) {
                        self.open(id);
                    }
                }
            }
            Action::CloseAll => {
                self.close_all();
                self.program_ids().into_iter().for_each(|id| self.stop_program(id));
            }
            Action::Send { endpoint, to, bytes } => {
                let job = self.job();
                self.engine.command(Command::new(job, (endpoint, to), Job::Send(bytes)));
            }
            Action::Repeat { endpoint, to, bytes, every, times } => {
                let job = self.job();
                let preview = crate::trace::text::preview(&bytes, self.encoding_of(endpoint), REPEAT_PREVIEW);
                if let Some(live) = self.live_mut(endpoint) {
                    live.repeats.push(Repeat { job, every, times, sent: 0, preview });
                }
                self.engine.command(Command::Repeat { job, target: (endpoint, to).into(), bytes, every, times });
            }
            Action::FindReceiver(addr) => self.engine.command(Command::FindReceiver(addr)),
            Action::StopRepeat(job) => self.engine.command(Command::StopRepeat { job }),
            Action::Shutdown { endpoint, conn, how } => {
                let job = self.job();
                self.engine.command(Command::new(job, (endpoint, conn), Job::Shutdown(how)));
            }
            Action::CloseConn { endpoint, conn, reset } => {
                let job = self.job();
                self.engine.command(Command::new(job, (endpoint, conn), Job::CloseConn { reset }));
            }
            Action::JoinGroup { endpoint, group } => self.join_group(endpoint, group),
            Action::LeaveGroup { endpoint, group } => self.leave_group(endpoint, group),
            Action::Download { endpoint, fetch } => {
                self.download(endpoint, fetch);
            }
            Action::DownloadFrom { remote, name, fetch } => return Some(self.download_from(remote, &name, fetch)),
            Action::CancelTransfer(transfer) => self.engine.command(Command::CancelTransfer { transfer }),
            Action::RetryTransfer(transfer) => self.retry(transfer),
            Action::ClearTransfers => self.clear_transfers(),
            Action::ClearTrace => self.clear_trace(),
            Action::SetRetention(bytes) => self.set_retention(bytes),
            Action::SetBookmark { seq, note } => self.set_bookmark(seq, note.as_deref()),
            Action::DismissNotice(number) => self.notices.dismiss(number),
            Action::DismissNotices => self.notices.dismiss_all(),
            Action::SetSnippets(snippets) => self.lab.document.snippets = Arc::new(snippets),
            Action::SetLayout { layout, .. } => self.lab.document.layout = layout,
            Action::Undo => self.undo(),
            Action::Redo => self.redo(),
            Action::RunSteps => {
                self.runner = Some(Runner::new(&self.lab.document.steps, &self.endpoints, &self.programs));
                self.advance_steps(&mut |_| {});
            }
            Action::StopSteps => self.runner = None,
            Action::AddProgram { spec, start } => {
                let id = self.add_program(*spec);
                if start {
                    self.start_program(id);
                }
                return Some(id);
            }
            Action::EditProgram { program, spec } => self.edit_program(program, *spec),
            Action::RemoveProgram(id) => self.remove_program(id),
            Action::StartProgram(id) => self.start_program(id),
            Action::StopProgram(id) => self.stop_program(id),
            Action::TypeTo { program, text } => self.type_to(program, &text),
            Action::AllowPrograms => self.allow_programs(),
            Action::Hold { endpoint, on } => self.hold(endpoint, on),
            Action::HoldAll(on) => self.hold_all(on),
            Action::LetThrough(call) => self.let_through(call),
            Action::Predict { of, prediction } => self.predict(of, prediction),
            Action::Decide { message, verdict } => self.decide(message, verdict),
            Action::SetBreakpoints(breakpoints) => self.set_breakpoints(breakpoints),
            Action::SetLink(link) => self.set_link(link),
            Action::SetTitle(title) => self.lab.document.title = title,
            Action::SetNote(note) => self.lab.document.note = note,
        }
        None
    }

    pub(super) fn ids(&self) -> Vec<EndpointId> {
        self.endpoints.iter().map(|endpoint| endpoint.id).collect()
    }

    fn program_ids(&self) -> Vec<EndpointId> {
        self.programs.iter().map(|program| program.id).collect()
    }

    pub(super) fn job(&mut self) -> JobId {
        let job = JobId(self.next_job);
        self.next_job += 1;
        job
    }

    pub(super) fn live_mut(&mut self, id: EndpointId) -> Option<&mut EndpointStatus> {
        self.endpoints.iter_mut().find(|endpoint| endpoint.id == id).map(|endpoint| &mut endpoint.live)
    }

    pub(super) fn encoding_of(&self, id: EndpointId) -> TextEncoding {
        self.endpoint_now(id).map_or_else(TextEncoding::default, |endpoint| endpoint.spec.encoding)
    }

    pub(super) fn next_id(&mut self) -> EndpointId {
        let id = EndpointId(self.next_endpoint);
        self.next_endpoint += 1;
        id
    }
}
