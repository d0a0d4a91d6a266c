//! Undoing: each change of the document is remembered with the document before it, and what is more than the document
//! (calls, marks, transfers, a whole lab) with what brings it back.
//!
//! Sockets are not part of it: an endpoint that comes back is closed, and has its id, so that its calls belong to it again.

use super::document::Document;
use super::history::{Back, Change, Entry, Gone};
use super::{Action, Endpoint, Session};
use crate::background;
use crate::lab::{EndpointId, EndpointSpec, Layout, TextEncoding};

/// More calls than this are dropped on a thread of their own: no frame waits for it.
const HEAVY: usize = 8_192;

impl Session {
    // ---- what the window shows ----

    /// What [`Action::Undo`] would take back.
    pub fn undoable(&self) -> Option<&Change> {
        self.history.undo.back().map(|entry| &entry.change)
    }

    /// What [`Action::Redo`] would do again.
    pub fn redoable(&self) -> Option<&Change> {
        self.history.redo.last().map(|entry| &entry.change)
    }

    /// How many changes there have been: a reader that remembers it sees that there is another one.
    pub fn changes(&self) -> u64 {
        self.history.count
    }

    /// Which lab of this session is open: another number after another was begun, opened or brought back.
    pub fn lab(&self) -> u64 {
        self.labs
    }

    /// True where the lab has changed since it was last saved or opened.
    pub fn is_edited(&self) -> bool {
        self.lab.saved != Some(self.lab.revision)
    }

    /// For a lab that was opened with changes that its file does not have.
    pub fn mark_edited(&mut self) {
        self.lab.saved = None;
    }

    /// The arrangement of the window as it is now, which is no change of the lab: places that were found for new panes,
    /// tabs that came to the front.
    pub fn set_layout(&mut self, layout: Option<Layout>) {
        self.lab.document.layout = layout;
    }

    // ---- remembering ----

    /// What the action is called where it can be undone; before it is done. `None` for what has no way back of this kind.
    pub(super) fn change_of(&self, action: &Action) -> Option<Change> {
        let name = |id: &EndpointId| self.endpoint_now(*id).map(|endpoint| endpoint.spec.name.clone());
        Some(match action {
            Action::Add { spec, .. } => Change::Added(spec.name.clone()),
            Action::AddEchoPair { .. } => Change::AddedPair,
            Action::ConnectClient { name, .. } | Action::PutRelay { name, .. } | Action::DownloadFrom { name, .. } => {
                Change::Added(name.clone())
            }
            Action::Duplicate(id) => Change::Added(name(id)?),
            Action::Edit { endpoint, spec } => {
                let before = &self.endpoint_now(*endpoint)?.spec;
                let name = before.name.clone();
                if rules(spec) < rules(before) { Change::RulesGone(name) } else { Change::Options(name) }
            }
            Action::Rename { endpoint, .. } => Change::Renamed(name(endpoint)?),
            Action::Move { .. } => Change::Order,
            Action::Remove(id) => Change::Removed(name(id)?),
            Action::JoinGroup { endpoint, .. } | Action::LeaveGroup { endpoint, .. } => Change::Groups(name(endpoint)?),
            Action::AddProgram { spec, .. } => Change::Added(spec.name.clone()),
            Action::EditProgram { program, .. } => Change::Options(self.program_now(*program)?.spec.name.clone()),
            Action::RemoveProgram(id) => Change::Removed(self.program_now(*id)?.spec.name.clone()),
            Action::SetSnippets(snippets) if snippets.len() < self.lab.document.snippets.len() => Change::SnippetGone,
            Action::SetSnippets(_) => Change::Snippets,
            Action::SetBreakpoints(breakpoints) if breakpoints.len() < self.breakpoints().len() => {
                Change::BreakpointGone
            }
            Action::SetBreakpoints(_) => Change::Breakpoints,
            Action::SetLink(Some(_)) if self.link().is_some() => Change::LinkFaults,
            Action::SetLink(_) => Change::Link,
            Action::SetTitle(_) => Change::Title,
            Action::SetNote(_) => Change::Note,
            Action::SetLayout { change, .. } => Change::Layout(change.clone()),
            // These remember themselves, since the document does not have it.
            Action::ClearTrace | Action::SetBookmark { .. } | Action::ClearTransfers => return None,
            // What was done with sockets can't be taken back.
            Action::Open(_)
            | Action::Close(_)
            | Action::Reopen(_)
            | Action::RemoveStaleAndOpen { .. }
            | Action::OpenAll
            | Action::CloseAll
            | Action::Send { .. }
            | Action::Repeat { .. }
            | Action::StopRepeat(_)
            | Action::Download { .. }
            | Action::CancelTransfer(_)
            | Action::RetryTransfer(_)
            | Action::Shutdown { .. }
            | Action::CloseConn { .. }
            | Action::Fault { .. }
            | Action::StartProgram(_)
            | Action::StopProgram(_)
            | Action::TypeTo { .. }
            | Action::AllowPrograms
            | Action::RunSteps
            | Action::StopSteps
            | Action::FindReceiver(_)
            | Action::Hold { .. }
            | Action::HoldAll(_)
            | Action::Decide { .. }
            | Action::LetThrough(_)
            | Action::Predict { .. } => return None,
            // The window's own, and what takes changes back.
            Action::SetRetention(_)
            | Action::DismissNotice(_)
            | Action::DismissNotices
            | Action::Undo
            | Action::Redo => return None,
        })
    }

    /// Remembers what the document was before, where it has become another.
    pub(super) fn remember(&mut self, change: Change, before: Document) {
        self.settle_document();
        if before == self.lab.document {
            return;
        }
        // The conditions of breakpoints go by names.
        self.send_breakpoints();
        let revision = self.lab.revision;
        let goes_on = self.history.goes_on(&change, !self.is_edited());
        if !before.says_the_same(&self.lab.document) {
            self.lab.revision = self.history.new_revision();
        }
        if !goes_on {
            self.push_change(change, Back::Document(Box::new(before), revision));
            return;
        }
        // Typed and deleted again: there is nothing to undo.
        let is_back = |entry: &Entry| match &entry.back {
            Back::Document(first, revision) if **first == self.lab.document => Some(*revision),
            _ => None,
        };
        if let Some(revision) = self.history.undo.back().and_then(is_back) {
            self.history.undo.pop_back();
            self.lab.revision = revision;
            self.history.continues = false;
        }
    }

    /// The document has become what it is without anybody's doing: there is no way back.
    pub(super) fn settle_document(&mut self) {
        self.lab.document.set_endpoints(&self.endpoints);
        self.lab.document.set_programs(&self.programs);
    }

    pub(super) fn push_change(&mut self, change: Change, back: Back) {
        let gone = self.history.push(Entry { change, back });
        self.let_go(gone.into_iter().map(Gone::Entry).collect());
    }

    /// Lets go of kept calls for which there is no room beside the trace.
    pub(super) fn make_room(&mut self) {
        if self.history.undo.is_empty() && self.history.redo.is_empty() {
            return;
        }
        let room = self.lab.trace.limit().saturating_sub(self.lab.trace.held_bytes());
        let gone = self.history.make_room(room, self.lab.trace.next_seq());
        self.let_go(gone);
    }

    fn let_go(&mut self, gone: Vec<Gone>) {
        if gone.is_empty() {
            return;
        }
        let history = &self.history;
        self.lab.members.keep(|id| history.mentions(id));
        if gone.iter().map(Gone::weight).sum::<usize>() > HEAVY {
            // Without a thread they are dropped here, with the closure.
            if let Err(error) = background::detached("trace-clear", move || drop(gone)) {
                tracing::warn!(%error, "no thread to let go of calls on");
            }
        }
    }

    pub(super) fn clear_trace(&mut self) {
        let (count, end) = (self.lab.trace.len() as u64, self.lab.trace.next_seq());
        if count > 0 {
            let back = self.clear_before(end);
            self.push_change(Change::ClearedTrace(count), back);
            self.make_room();
        }
    }

    /// With the marks of those calls.
    fn clear_before(&mut self, boundary: u64) -> Back {
        let cleared = self.lab.trace.clear_before(boundary);
        let marks = self.lab.bookmarks.clone();
        self.lab.bookmarks.leave_before(boundary);
        Back::Restore(Box::new((cleared, marks)))
    }

    pub(super) fn clear_transfers(&mut self) {
        let ended = self.lab.transfers.take_ended();
        if !ended.is_empty() {
            self.push_change(Change::ClearedTransfers, Back::Transfers(ended));
        }
    }

    pub(super) fn set_bookmark(&mut self, seq: u64, note: Option<&str>) {
        if self.lab.trace.get(seq).is_none() {
            return;
        }
        let before = self.lab.bookmarks.note(seq).map(str::to_owned);
        if !self.lab.bookmarks.set(seq, note) {
            return;
        }
        let change = match note {
            Some(_) => Change::Bookmark(seq),
            None => Change::BookmarkGone(seq),
        };
        // The first of several keys knows what was before them all.
        if !self.history.goes_on(&change, !self.is_edited()) {
            self.push_change(change, Back::Mark(seq, before));
        }
    }

    // ---- taking back ----

    pub(super) fn undo(&mut self) {
        let Some(Entry { change, back }) = self.history.undo.pop_back() else { return };
        if let Some(back) = self.take_back(back) {
            self.history.redo.push(Entry { change, back });
        }
        self.history.continues = false;
    }

    pub(super) fn redo(&mut self) {
        let Some(Entry { change, back }) = self.history.redo.pop() else { return };
        if let Some(back) = self.take_back(back) {
            self.history.undo.push_back(Entry { change, back });
        }
        self.history.continues = false;
    }

    /// Gives what takes it back in turn.
    fn take_back(&mut self, back: Back) -> Option<Back> {
        Some(match back {
            Back::Document(document, revision) => {
                self.settle_document();
                self.restore(&document);
                let now = std::mem::replace(&mut self.lab.document, *document);
                self.link_changed(now.link.as_deref());
                self.send_breakpoints();
                Back::Document(Box::new(now), std::mem::replace(&mut self.lab.revision, revision))
            }
            Back::Restore(cleared) => {
                let (cleared, marks) = *cleared;
                let boundary = cleared.boundary();
                if self.lab.trace.restore(cleared).is_err() {
                    return None;
                }
                let mut notes = self.lab.bookmarks.notes().clone();
                notes.extend(marks.notes().range(..boundary).map(|(seq, note)| (*seq, note.clone())));
                self.lab.bookmarks.replace(notes);
                Back::Clear(boundary)
            }
            Back::Clear(boundary) => self.clear_before(boundary),
            Back::Mark(seq, note) => {
                let now = self.lab.bookmarks.note(seq).map(str::to_owned);
                if self.lab.trace.get(seq).is_some() {
                    self.lab.bookmarks.set(seq, note.as_deref());
                }
                Back::Mark(seq, now)
            }
            Back::Transfers(ended) => {
                self.lab.transfers.put_back(ended);
                Back::ClearTransfers
            }
            Back::ClearTransfers => Back::Transfers(self.lab.transfers.take_ended()),
            Back::Lab(lab) => Back::Lab(Box::new(self.exchange(*lab))),
        })
    }

    /// Puts that document in the place of the one that is there, with what it means for sockets that are open.
    fn restore(&mut self, document: &Document) {
        self.restore_programs(&document.programs);
        let mut before: Vec<Option<Endpoint>> = std::mem::take(&mut self.endpoints).into_iter().map(Some).collect();
        let mut changed = Vec::new();
        for (id, spec) in &document.endpoints {
            let found = before.iter_mut().find(|slot| slot.as_ref().is_some_and(|endpoint| endpoint.id == *id));
            let endpoint = match found.and_then(Option::take) {
                Some(mut endpoint) => {
                    if endpoint.spec != **spec {
                        changed.push((*id, std::mem::replace(&mut endpoint.spec, EndpointSpec::clone(spec))));
                    }
                    endpoint
                }
                None => {
                    self.name(*id, &spec.name, spec.encoding);
                    let live = self.lab.members.come_back(*id);
                    Endpoint { id: *id, spec: EndpointSpec::clone(spec), live }
                }
            };
            self.endpoints.push(endpoint);
        }
        for Endpoint { id, live, .. } in before.into_iter().flatten() {
            self.close(id);
            self.engine.forget(id);
            self.end_hold(id);
            self.notices.removed(id);
            self.lab.members.retire(id, live);
        }
        for (id, old) in changed {
            self.spec_changed(id, &old);
        }
    }

    /// What a spec that came back means at once.
    fn spec_changed(&mut self, id: EndpointId, old: &EndpointSpec) {
        let Some(endpoint) = self.endpoint_now(id) else { return };
        let (name, encoding) = (endpoint.spec.name.clone(), endpoint.spec.encoding);
        if name != old.name || encoding != old.encoding {
            self.name(id, &name, encoding);
        }
        self.apply_spec(id);
        self.apply_groups(id, &old.datagram.groups);
        self.apply_hold(id, old.hold);
    }

    pub(super) fn name(&mut self, id: EndpointId, name: &str, encoding: TextEncoding) {
        self.lab.trace.set_name(id, name);
        self.record_name(id, name, encoding);
    }
}

fn rules(spec: &EndpointSpec) -> usize {
    spec.service.reply.rules().len()
}

#[cfg(test)]
mod tests;
