//! Which calls made up a message, as the views mark them: `message 3`, `messages 3–5`, `message 3 begins` where it goes on
//! in another call.

use std::collections::HashMap;

use eframe::egui::Context;

use crate::lab::EndpointId;
use crate::lang::Lang;
use crate::session::{Endpoint, Session};
use crate::t;
use crate::trace::messages::{Mark, Messages};

/// The marks of every endpoint that has a framing.
#[derive(Debug, Default)]
pub struct Marks(HashMap<EndpointId, Messages>);

impl Marks {
    /// Takes in what has happened; where that is much, the rest comes with the next frame.
    pub fn update(&mut self, session: &Session, ctx: &Context) {
        self.0.retain(|id, _| session.endpoint(*id).is_some_and(has_messages));
        for endpoint in session.endpoints().iter().filter(|endpoint| has_messages(endpoint)) {
            self.update_one(session, endpoint, ctx);
        }
    }

    /// The same for one endpoint only.
    pub fn update_one(&mut self, session: &Session, endpoint: &Endpoint, ctx: &Context) {
        if !has_messages(endpoint) {
            self.0.remove(&endpoint.id);
            return;
        }
        let messages = self.0.entry(endpoint.id).or_insert_with(|| Messages::new(endpoint.id));
        messages.set_framing(&endpoint.spec.stream.framing, endpoint.spec.encoding);
        if messages.update(session.shown_trace()) {
            ctx.request_repaint();
        }
    }

    pub fn of(&self, endpoint: EndpointId, seq: u64) -> Option<Mark> {
        self.0.get(&endpoint)?.of(seq)
    }
}

fn has_messages(endpoint: &Endpoint) -> bool {
    endpoint.spec.stream.framing.is_some() && endpoint.spec.kind.is_stream()
}

pub fn text(lang: Lang, mark: Mark) -> String {
    let noise = || t!(lang, "message-noise", count = mark.noise).into_owned();
    match (mark.has_message(), mark.noise) {
        (true, 0) => messages(lang, mark),
        (true, _) => t!(lang, "message-and-noise", messages = messages(lang, mark), noise = noise()).into_owned(),
        (false, _) => noise(),
    }
}

fn messages(lang: Lang, mark: Mark) -> String {
    let Mark { first, last, continues, goes_on, .. } = mark;
    let text = if first == last {
        match (continues, goes_on) {
            (false, false) => t!(lang, "message-mark", number = first.to_string()),
            (false, true) => t!(lang, "message-mark-begins", number = first.to_string()),
            (true, true) => t!(lang, "message-mark-goes-on", number = first.to_string()),
            (true, false) => t!(lang, "message-mark-ends", number = first.to_string()),
        }
    } else {
        let (first, last) = (first.to_string(), last.to_string());
        match (continues, goes_on) {
            (false, false) => t!(lang, "message-marks", first = first, last = last),
            (false, true) => t!(lang, "message-marks-begins", first = first, last = last),
            (true, false) => t!(lang, "message-marks-ends", first = first, last = last),
            (true, true) => t!(lang, "message-marks-both", first = first, last = last),
        }
    };
    text.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(lang: Lang, first: u64, last: u64, continues: bool, goes_on: bool) -> String {
        text(lang, Mark { first, last, continues, goes_on, noise: 0, begins: 0 })
    }

    #[test]
    fn bytes_that_belong_to_no_message_are_counted_beside_those_that_do() {
        let mark = Mark { first: 3, last: 3, continues: false, goes_on: false, noise: 2, begins: 0 };
        assert_eq!(text(Lang::En, mark), "message 3, 2 bytes belong to no message");
        assert_eq!(text(Lang::En, Mark { last: 2, noise: 1, ..mark }), "1 byte belongs to no message");
    }

    #[test]
    fn a_mark_says_which_messages_a_call_brought_and_which_of_them_are_not_whole() {
        let one = |continues, goes_on| said(Lang::En, 3, 3, continues, goes_on);
        assert_eq!(one(false, false), "message 3");
        assert_eq!(one(false, true), "message 3 begins");
        assert_eq!(one(true, true), "message 3 goes on");
        assert_eq!(one(true, false), "message 3 ends");
        let three = |continues, goes_on| said(Lang::En, 3, 5, continues, goes_on);
        assert_eq!(three(false, false), "messages 3–5");
        assert_eq!(three(false, true), "messages 3–5, 5 not whole yet");
        assert_eq!(three(true, false), "messages 3–5, 3 ends");
        assert_eq!(three(true, true), "messages 3–5, 3 ends, 5 not whole yet");
    }

    #[test]
    fn no_two_marks_read_alike_in_any_language() {
        for lang in Lang::ALL {
            let cases = [(3, 3), (3, 5)].into_iter().flat_map(|(first, last)| {
                [(false, false), (false, true), (true, false), (true, true)]
                    .map(|(continues, goes_on)| said(lang, first, last, continues, goes_on))
            });
            let texts: std::collections::HashSet<String> = cases.collect();
            assert_eq!(texts.len(), 8, "{texts:#?}");
        }
    }
}
