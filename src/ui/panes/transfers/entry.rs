//! One transfer with what it takes to show it: its words, numbers, and what can be done with it.

use std::borrow::Cow;
use std::path::Path;

use eframe::egui::Color32;
use egui_material_icons::MaterialIcon;
use egui_material_icons::icons::{
    ICON_BLOCK, ICON_CANCEL, ICON_CHECK, ICON_CONTENT_COPY, ICON_CONTENT_CUT, ICON_DIFFERENCE, ICON_ERROR,
    ICON_FOLDER_OPEN, ICON_HELP, ICON_HOURGLASS_EMPTY, ICON_REPLAY, ICON_SYNC, ICON_VERIFIED,
};

use super::pace;
use crate::explain;
use crate::lab::transfer::Protocol;
use crate::lang::Lang;
use crate::session::{Action, Session};
use crate::t;
use crate::trace::transfer::{End, Place, Stage, Transfer, Verdict, Way};
use crate::ui::theme::Tokens;
use crate::ui::view::ViewRequest;
use crate::ui::widgets::direction::Direction;
use crate::ui::widgets::quantity;

pub struct Entry<'a> {
    pub transfer: &'a Transfer,
    pub session: &'a Session,
    pub lang: Lang,
    pub total: Option<u64>,
    pub verdict: Option<Verdict>,
}

/// A transfer's state or outcome: a picture, a few words and a colour together.
pub struct State {
    pub icon: MaterialIcon,
    pub words: Cow<'static, str>,
    pub colour: fn(&Tokens) -> Color32,
}

/// Something that can be done with a transfer.
pub struct Offer {
    pub icon: MaterialIcon,
    pub name: Cow<'static, str>,
    pub asked: ViewRequest,
}

impl<'a> Entry<'a> {
    pub fn new(transfer: &'a Transfer, session: &'a Session, lang: Lang) -> Self {
        let transfers = session.transfers();
        let (total, verdict) = (transfers.total(transfer), transfers.verdict(transfer));
        Self { transfer, session, lang, total, verdict }
    }

    pub fn direction(&self) -> Direction {
        match self.transfer.asked.way {
            Way::Sending => Direction::Sent,
            Way::Receiving => Direction::Received,
        }
    }

    pub fn way(&self) -> Cow<'static, str> {
        match self.transfer.asked.way {
            Way::Sending => t!(self.lang, "transfers-way-sending"),
            Way::Receiving => t!(self.lang, "transfers-way-receiving"),
        }
    }

    /// An empty name is a request too.
    pub fn name(&self) -> Cow<'a, str> {
        match &*self.transfer.asked.name {
            "" => t!(self.lang, "transfers-no-name"),
            name => Cow::Borrowed(name),
        }
    }

    pub fn who(&self) -> String {
        self.session.name_of((self.transfer.asked.endpoint, self.transfer.asked.conn))
    }

    pub fn peer(&self) -> String {
        self.transfer.asked.ends.peer.as_ref().map(ToString::to_string).unwrap_or_default()
    }

    pub fn protocol(&self) -> &'static str {
        match self.transfer.asked.protocol {
            Protocol::Files => "files",
            Protocol::Http => "HTTP",
        }
    }

    pub fn is_moving(&self) -> bool {
        self.transfer.stage == Stage::Moving
    }

    /// A bar says how much of the file is there; once all of it is, it says nothing.
    pub fn bar(&self) -> Option<f32> {
        let part = pace::part(self.transfer, self.total?);
        let stopped = self.transfer.end().is_some_and(|end| *end != End::Clean) && part > 0.0;
        (self.is_moving() || stopped).then_some(part)
    }

    /// `45 % of 4.0 MB`, `1.2 MB`
    pub fn amount(&self) -> String {
        let there = self.transfer.done();
        let moves = self.transfer.begun.is_some() || there > 0;
        match (self.bar(), self.total) {
            (Some(part), Some(total)) => {
                t!(self.lang, "transfers-part", percent = (part * 100.0).floor(), total = quantity::about_bytes(total))
                    .into_owned()
            }
            _ if moves => quantity::about_bytes(there),
            _ => String::new(),
        }
    }

    /// The present rate of a moving one, the mean of one that is over. As of its last news: nothing ticks while nothing
    /// happens.
    pub fn rate(&self) -> String {
        let rate = self.transfer.rate(self.transfer.last);
        rate.filter(|_| self.transfer.moved > 0).map(per_second).unwrap_or_default()
    }

    pub fn left(&self) -> String {
        let transfers = self.session.transfers();
        let left = transfers.time_left(self.transfer, self.transfer.last).filter(|_| self.is_moving());
        left.map(|left| quantity::running(u64::try_from(left.as_nanos()).unwrap_or(u64::MAX))).unwrap_or_default()
    }

    /// Where it is on disk now.
    pub fn path(&self) -> Option<&'a Path> {
        match &self.transfer.place {
            Place::Nowhere => None,
            Place::Saved(path) | Place::Part(path) => Some(path),
        }
    }

    pub fn state(&self) -> State {
        let lang = self.lang;
        let state = |icon, words, colour| State { icon, words, colour };
        match &self.transfer.stage {
            Stage::Asked => state(ICON_SYNC, t!(lang, "transfers-state-asked"), |tokens| tokens.waiting),
            Stage::Waiting => state(ICON_HOURGLASS_EMPTY, t!(lang, "transfers-state-waiting"), |tokens| tokens.waiting),
            Stage::Moving => {
                let words = match self.transfer.asked.way {
                    Way::Sending => t!(lang, "transfers-state-sending"),
                    Way::Receiving => t!(lang, "transfers-state-receiving"),
                };
                state(ICON_SYNC, words, |tokens| tokens.accent)
            }
            Stage::Ended(_) => self.ended(),
        }
    }

    fn ended(&self) -> State {
        let lang = self.lang;
        let state = |icon, words, colour| State { icon, words, colour };
        match &self.verdict {
            None => state(ICON_HOURGLASS_EMPTY, t!(lang, "transfers-state-checking"), |tokens| tokens.waiting),
            Some(Verdict::Identical { .. }) => {
                state(ICON_VERIFIED, t!(lang, "transfers-state-identical"), |tokens| tokens.ok)
            }
            Some(Verdict::Complete) => state(ICON_CHECK, t!(lang, "transfers-state-complete"), |tokens| tokens.ok),
            Some(Verdict::Sent) => state(ICON_CHECK, t!(lang, "transfers-state-sent"), |tokens| tokens.ok),
            Some(Verdict::RestByRanges { bytes }) => {
                let after = quantity::about_bytes(*bytes);
                state(ICON_CHECK, t!(lang, "transfers-state-rest-by-ranges", after = after), |tokens| tokens.ok)
            }
            Some(Verdict::MaybeAll) => state(ICON_HELP, t!(lang, "transfers-state-maybe"), |tokens| tokens.sent),
            Some(Verdict::Empty) => state(ICON_HELP, t!(lang, "transfers-state-empty"), |tokens| tokens.sent),
            Some(Verdict::Differs { .. }) => {
                state(ICON_DIFFERENCE, t!(lang, "transfers-state-differs"), |tokens| tokens.error)
            }
            Some(Verdict::Refused(refusal)) => {
                let why = explain::refusal(lang, refusal);
                state(ICON_BLOCK, t!(lang, "transfers-state-refused", why = why), |tokens| tokens.error)
            }
            Some(Verdict::CutOff { end: End::Cancelled, bytes }) => {
                let after = quantity::about_bytes(*bytes);
                state(ICON_CANCEL, t!(lang, "transfers-state-cancelled", after = after), |tokens| tokens.muted)
            }
            Some(Verdict::Failed(End::Cancelled)) => {
                state(ICON_CANCEL, t!(lang, "transfers-state-given-up"), |tokens| tokens.muted)
            }
            Some(Verdict::CutOff { bytes, end }) => {
                let after = quantity::about_bytes(*bytes);
                let words = t!(lang, "transfers-state-cut-off", after = after, why = reason(lang, end));
                state(ICON_CONTENT_CUT, words, |tokens| tokens.error)
            }
            Some(Verdict::Failed(end)) => {
                state(ICON_ERROR, t!(lang, "transfers-state-failed", why = reason(lang, end)), |tokens| tokens.error)
            }
        }
    }

    /// What a screen reader says of its row.
    pub fn spoken(&self) -> String {
        let state = self.state();
        let parts = [
            format!("{} {}", self.way(), self.name()),
            self.who(),
            self.peer(),
            self.protocol().to_owned(),
            self.amount(),
            self.rate(),
            state.words.into_owned(),
        ];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }

    /// The most urgent first.
    pub fn offers(&self) -> Vec<Offer> {
        let lang = self.lang;
        let transfer = self.transfer;
        let mut offers = Vec::new();
        let mut offer = |icon, name, asked| offers.push(Offer { icon, name, asked });
        let is_now = self.session.looking_back().is_none();
        if !transfer.is_over() && is_now {
            offer(ICON_CANCEL, t!(lang, "transfers-cancel"), ViewRequest::Act(Action::CancelTransfer(transfer.id)));
        } else if is_now
            && transfer.asked.way == Way::Receiving
            && (self.session.transfers().saved_nothing(transfer) || !matches!(transfer.place, Place::Saved(_)))
        {
            let resumes = transfer.asked.protocol == Protocol::Http && matches!(transfer.place, Place::Part(_));
            let name = if resumes { t!(lang, "transfers-resume") } else { t!(lang, "transfers-again") };
            offer(ICON_REPLAY, name, ViewRequest::Act(Action::RetryTransfer(transfer.id)));
        }
        if let Some(path) = self.path() {
            offer(ICON_FOLDER_OPEN, t!(lang, "transfers-show"), ViewRequest::ShowInFolder(path.to_owned()));
        }
        if let Some((_, sha256)) = transfer.verified {
            offer(ICON_CONTENT_COPY, t!(lang, "transfers-copy-sha256"), ViewRequest::Copy(sha256.to_string()));
        }
        offers
    }
}

/// `1.2 MB/s`
pub fn per_second(rate: f64) -> String {
    format!("{}/s", quantity::about_bytes(rate as u64))
}

/// The reason in a few words; the details have the sentence.
fn reason(lang: Lang, end: &End) -> String {
    match end {
        End::Broken { op, errno } | End::Disk { op, errno, .. } => format!("{errno} ({op})"),
        End::Status(status) => format!("HTTP {status}"),
        End::Short { .. } => t!(lang, "transfers-why-short").into_owned(),
        End::Shrank { .. } => t!(lang, "transfers-why-shrank").into_owned(),
        End::Stalled { .. } => t!(lang, "transfers-why-stalled").into_owned(),
        End::Protocol(_) | End::NotAskable(_) => t!(lang, "transfers-why-protocol").into_owned(),
        End::Refused(refusal) => explain::refusal(lang, refusal),
        End::Clean | End::Cancelled => String::new(),
    }
}
