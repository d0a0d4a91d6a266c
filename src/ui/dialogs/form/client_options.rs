//! What a client does beside its service, while it is typed: connecting again, keep-alive messages, a greeting.

use std::time::Duration;

use eframe::egui::Ui;

use super::Lines;
use super::form_field::{ClientPart, Field};
use super::text::escaped;
use super::typed::unescaped;
use crate::lab::client_options::{ClientOptions, KeepAlive, LEAST_PAUSE, MOST_PAUSE, Reconnect};
use crate::lab::payload::{format_hex, parse_hex};
use crate::lab::{Content, TextEncoding};
use crate::lang::{Lang, Words as _};
use crate::t;
use crate::values::duration::{self, wrong_time};

/// The most tries in a row.
const MAX_TRIES: u32 = 1_000_000;

/// As typed; what is empty is not set.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientDraft {
    pub reconnects: bool,
    pub delay: String,
    pub most_delay: String,
    pub tries: String,
    pub every: String,
    pub content: String,
    pub is_hex: bool,
    pub greeting: String,
}

impl ClientDraft {
    pub fn of(options: &ClientOptions) -> Self {
        let reconnect = options.reconnect.unwrap_or_default();
        let time = |time: Option<Duration>| time.map(duration::format).unwrap_or_default();
        let content = options.keep_alive.as_ref().map(|alive| &alive.content);
        Self {
            reconnects: options.reconnect.is_some(),
            delay: duration::format(reconnect.delay),
            most_delay: duration::format(reconnect.most_delay),
            tries: if reconnect.tries == 0 { String::new() } else { reconnect.tries.to_string() },
            every: time(options.keep_alive.as_ref().map(|alive| alive.every)),
            content: match content {
                Some(Content::Text(text)) => escaped(text),
                Some(Content::Hex(bytes)) => format_hex(bytes),
                None => String::new(),
            },
            is_hex: matches!(content, Some(Content::Hex(_))),
            greeting: time(options.greeting),
        }
    }

    /// The options; what is wrong goes to `refuse`.
    pub fn options(
        &self,
        lang: Lang,
        encoding: TextEncoding,
        mut refuse: impl FnMut(ClientPart, String),
    ) -> ClientOptions {
        let mut time = |part, text: &str| {
            let parsed = duration::parse(text.trim()).map_err(|error| error.sentence(lang));
            let is_one = |time: Duration| (LEAST_PAUSE..=MOST_PAUSE).contains(&time);
            match parsed {
                Ok(time) if is_one(time) => Some(time),
                Ok(_) => {
                    refuse(part, lang.sentence(&wrong_time(lang, LEAST_PAUSE, MOST_PAUSE)));
                    None
                }
                Err(why) => {
                    refuse(part, why);
                    None
                }
            }
        };
        let delays = self
            .reconnects
            .then(|| (time(ClientPart::Delay, &self.delay), time(ClientPart::MostDelay, &self.most_delay)));
        let every = if self.every.trim().is_empty() { None } else { time(ClientPart::Every, &self.every) };
        let greeting = if self.greeting.trim().is_empty() { None } else { time(ClientPart::Greeting, &self.greeting) };
        let tries = match self.tries.trim() {
            "" => Some(0),
            text => text.parse().ok().filter(|tries| (1..=MAX_TRIES).contains(tries)),
        };
        if self.reconnects && tries.is_none() {
            refuse(ClientPart::Tries, t!(lang, "wrong-number", least = "1", most = MAX_TRIES.to_string()).into_owned());
        }
        let content = if self.is_hex {
            parse_hex(&self.content).map(Content::Hex).map_err(|error| error.sentence(lang))
        } else {
            unescaped(&self.content, lang, encoding).map(Content::Text)
        };
        let keep_alive = every.and_then(|every| match content {
            Ok(content) => Some(KeepAlive { every, content }),
            Err(why) => {
                refuse(ClientPart::Content, why);
                None
            }
        });
        let reconnect = delays
            .and_then(|(delay, most_delay)| Some(Reconnect { delay: delay?, most_delay: most_delay?, tries: tries? }));
        ClientOptions { reconnect, keep_alive, greeting }
    }
}

pub(super) fn ui(ui: &mut Ui, lang: Lang, draft: &mut ClientDraft, lines: &mut Lines<'_>) {
    let text = |ui: &mut Ui, lines: &mut Lines<'_>, part: ClientPart, tip: &str, text: &mut String, hint: &str| {
        lines.text(ui, &part.name(lang), tip, Field::Client(part), text, hint);
    };
    lines.check(ui, "", &t!(lang, "opt-reconnect"), &t!(lang, "opt-reconnect-tip"), &mut draft.reconnects);
    if draft.reconnects {
        text(ui, lines, ClientPart::Delay, &t!(lang, "opt-reconnect-delay-tip"), &mut draft.delay, "1s");
        text(ui, lines, ClientPart::MostDelay, &t!(lang, "opt-reconnect-most-tip"), &mut draft.most_delay, "30s");
        let (tip, hint) = (t!(lang, "opt-reconnect-tries-tip"), t!(lang, "opt-no-limit"));
        text(ui, lines, ClientPart::Tries, &tip, &mut draft.tries, &hint);
    }
    let never = t!(lang, "opt-never");
    text(ui, lines, ClientPart::Every, &t!(lang, "opt-keep-alive-tip"), &mut draft.every, &never);
    if !draft.every.trim().is_empty() {
        let tip = t!(lang, "opt-keep-alive-content-tip");
        text(ui, lines, ClientPart::Content, &tip, &mut draft.content, "");
        lines.check(ui, "", &t!(lang, "form-hex"), &t!(lang, "form-hex-tip"), &mut draft.is_hex);
    }
    text(ui, lines, ClientPart::Greeting, &t!(lang, "opt-greeting-tip"), &mut draft.greeting, &never);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_options_of_a_client_pass_through_their_draft_unchanged() {
        let options = [
            ClientOptions::default(),
            ClientOptions {
                reconnect: Some(Reconnect { tries: 3, ..Reconnect::default() }),
                keep_alive: Some(KeepAlive {
                    every: Duration::from_millis(1_500),
                    content: Content::Text("ping\r\n".to_owned()),
                }),
                greeting: Some(Duration::from_secs(5)),
            },
            ClientOptions {
                keep_alive: Some(KeepAlive { every: Duration::from_secs(1), content: Content::Hex(vec![0, 255]) }),
                ..ClientOptions::default()
            },
        ];
        for options in options {
            let back =
                ClientDraft::of(&options).options(Lang::En, TextEncoding::UTF_8, |part, why| panic!("{part:?}: {why}"));
            assert_eq!(back, options);
        }
    }

    #[test]
    fn each_wrong_part_is_named() {
        let mut draft = ClientDraft::of(&ClientOptions::default());
        draft.reconnects = true;
        (draft.delay, draft.tries, draft.every) = ("0s".to_owned(), "0".to_owned(), "1s".to_owned());
        (draft.content, draft.greeting) = ("\\q".to_owned(), "soon".to_owned());
        let mut wrong = Vec::new();
        draft.options(Lang::En, TextEncoding::UTF_8, |part, _| wrong.push(part));
        let expected = [ClientPart::Delay, ClientPart::Greeting, ClientPart::Tries, ClientPart::Content];
        assert_eq!(wrong, expected);
    }
}
