//! Traces that leave: saving, exporting and recording, as the window and a headless run ask for them.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::export_job::{Export, Exported, Preface, Scope};
use super::recording::{Recorded, Recorder, Target};
use super::{Happening, Session};
use crate::lab::file as lab_file;
use crate::lab::{EndpointId, TextEncoding};
use crate::trace::export::Format;
use crate::trace::file::{Head, Name};
use crate::trace::{FileNotice, Notice, NoticeKind, Trace};

impl Session {
    /// What is known of the endpoints that have calls.
    pub(super) fn names(&self) -> Vec<Name> {
        let named = |(endpoint, name): (_, &Arc<str>)| Name {
            endpoint,
            name: Arc::clone(name),
            encoding: self.endpoint_now(endpoint).map(|endpoint| endpoint.spec.encoding).unwrap_or_default(),
        };
        let mut names: Vec<Name> = self.lab.trace.names().map(named).collect();
        names.sort_by_key(|name| name.endpoint);
        names
    }

    pub(super) fn head(&self, first_seq: u64) -> Head {
        let trace = &self.lab.trace;
        let (evicted_calls, evicted_bytes) = (trace.evicted_calls(), trace.evicted_bytes());
        Head { began: trace.began(), first_seq, evicted_calls, evicted_bytes }
    }

    /// Writes calls into a file, which is replaced when all of it is there. One at a time: a second one is refused.
    /// A notice says how it went. A trace file has all calls, whatever the scope.
    pub fn export(&mut self, path: PathBuf, format: Format, scope: Scope) {
        if self.export.is_some() {
            return;
        }
        let scope = if format == Format::Trace { Scope::Everything } else { scope };
        let preface = Preface {
            head: self.head(self.lab.trace.first_seq()),
            lab: lab_file::to_toml(&self.document()),
            names: self.names(),
            predictions: self.lab.trace.predictions().map(|(seq, said)| (seq, Arc::clone(said))).collect(),
            segments: self.lab.segments.iter().cloned().collect(),
            faults: self.lab.ledger.rows().filter(|row| scope.has_fault(&self.lab.trace, row)).cloned().collect(),
        };
        let notes = self.lab.bookmarks.notes().clone();
        match Export::start(path.clone(), format, scope, &self.lab.trace, preface, notes, &self.wake) {
            Ok(export) => {
                self.export = Some(export);
                (self.wake)();
            }
            Err(error) => {
                let kind = FileNotice::ExportFailed { path, errno: (&error).into() };
                self.notices.push(self.file_notice(kind));
            }
        }
    }

    /// The file that is being written, if one is.
    pub fn exporting(&self) -> Option<&Export> {
        self.export.as_ref()
    }

    /// Writes no more; the file does not appear.
    pub fn cancel_export(&mut self) {
        self.export = None;
    }

    /// Begins to record every call from now on.
    ///
    /// # Errors
    /// The file can't be created: EEXIST where there is one that is not to be overwritten.
    pub fn record(&mut self, target: &Target) -> io::Result<()> {
        let head = Head { evicted_calls: 0, evicted_bytes: 0, ..self.head(self.lab.trace.next_seq()) };
        let lab = lab_file::to_toml(&self.document());
        self.stop_recording();
        self.recorder = Some(Recorder::start(target, &head, &lab, self.names(), self.now(), &self.wake)?);
        Ok(())
    }

    /// Like [`Self::record`]; a notice says what went wrong.
    pub fn start_recording(&mut self, target: Target) {
        if let Err(error) = self.record(&target) {
            let kind = FileNotice::NotRecording { path: target.path, errno: (&error).into() };
            self.notices.push(self.file_notice(kind));
        }
    }

    /// The recording that goes on, if one does.
    pub fn recording(&self) -> Option<&Recorder> {
        self.recorder.as_ref()
    }

    /// Ends the recording; when all of it is written a notice says so.
    pub fn stop_recording(&mut self) {
        if let Some(mut recorder) = self.recorder.take() {
            // Nobody has noticed them so far.
            self.lab.ledger.untold().for_each(|row| recorder.fault(row));
            recorder.finish(self.lab.trace.totals(), self.lab.bookmarks.notes().clone());
            self.ending.push(recorder);
        }
    }

    /// Ends the recording and waits until all of it is written: before the program exits.
    pub fn finish_recording(&mut self) -> Option<Recorded> {
        self.stop_recording();
        let mut last = None;
        for mut recorder in self.ending.drain(..) {
            last = Some(recorder.wait());
        }
        last
    }

    /// A recording calls endpoints what they are called now.
    pub(super) fn record_name(&mut self, endpoint: EndpointId, name: &str, encoding: TextEncoding) {
        if let Some(recorder) = &mut self.recorder {
            recorder.name(Name { endpoint, name: name.into(), encoding });
        }
    }

    pub(super) fn file_notice(&self, news: FileNotice) -> Notice {
        Notice { at: self.now(), endpoint: None, conn: None, kind: NoticeKind::File(news) }
    }

    /// Lets the files go on: once for each pump. True where there is more to do at once.
    pub(super) fn advance_files(&mut self, report: &mut dyn FnMut(Happening<'_>)) -> bool {
        let mut told = Vec::new();
        if let Some(recorder) = &mut self.recorder {
            recorder.flush();
            if recorder.is_over() {
                told.extend(recorder.ended().map(recorded));
                self.recorder = None;
            }
        }
        self.ending.retain_mut(|recorder| match recorder.ended() {
            Some(ended) => {
                told.push(recorded(ended));
                false
            }
            None => true,
        });
        if let Some(export) = &mut self.export {
            // Its lab may have been put aside meanwhile. Where it is gone for good, the calls are missed.
            let labs = self.history.labs().map(|lab| &lab.trace);
            let own = std::iter::once(&self.lab.trace).chain(labs).find(|trace| trace.id() == export.trace());
            match own {
                Some(trace) => export.feed(trace),
                None => export.feed(&Trace::resumed(self.lab.trace.began(), 0, u64::MAX, 0, 0)),
            }
            if let Some(ended) = export.ended() {
                self.export = None;
                told.push(match ended {
                    Exported::Done { path, calls, missed, left_out } => {
                        FileNotice::Exported { path, calls, missed, left_out }
                    }
                    Exported::Failed { path, errno } => FileNotice::ExportFailed { path, errno },
                });
            }
        }
        let mut notices: Vec<Notice> = told.into_iter().map(|kind| self.file_notice(kind)).collect();
        let more = self.take_opened(&mut |notice| notices.push(notice));
        for notice in notices {
            report(Happening::Notice(&notice));
            self.notices.push(notice);
        }
        more
    }
}

fn recorded(Recorded { path, calls, bytes, failed }: Recorded) -> FileNotice {
    match failed {
        Some(errno) => FileNotice::RecordingFailed { path, errno, calls, bytes },
        None => FileNotice::Recorded { path, calls, bytes },
    }
}
