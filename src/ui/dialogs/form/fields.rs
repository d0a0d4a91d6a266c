//! What the form holds while it is typed in, and how it becomes an endpoint. Nothing typed is lost: texts stay texts
//! until everything is right.

use std::collections::BTreeMap;

use super::checked::Checked;
use super::client_options::ClientDraft;
use super::form_field::{Field, Wrong};
use super::framing::FramingDraft;
use super::rule_draft::RuleDrafts;
use super::text::{list, seconds};
use super::typed::Typed;
use crate::explain::unreachable_groups;
use crate::kinds::service::ServiceKind;
use crate::kinds::{self, Shape, Value, Values};
use crate::lab::address::Host;
use crate::lab::endpoint_options::{OPTIONS, has};
use crate::lab::transfer::{DEFAULT_ASK_WITHIN, DEFAULT_MAX_TRANSFERS, DEFAULT_STALLED_AFTER};
use crate::lab::{EndpointKind, EndpointSpec, HostPort, Local, Reply, ServiceSpec, Serving, TextEncoding};
use crate::lang::Lang;
use crate::ui::dialogs::share::ShareDraft;

/// The form's contents, as typed.
#[derive(Clone, Debug, PartialEq)]
pub struct Fields {
    pub kind: EndpointKind,
    pub name: String,
    /// Servers and bound UDP sockets.
    pub host: String,
    pub port: String,
    /// Unix: where the socket is bound.
    pub path: String,
    /// Datagram sockets: whether it is bound before its first use.
    pub bound: bool,
    pub remote: String,
    /// A client's own address, `host:port`, mostly empty.
    pub client_local: String,
    pub service: &'static ServiceKind,
    /// Its options. What was typed for another service under the same key stays.
    pub service_typed: Typed,
    pub rules: RuleDrafts,
    pub share: ShareDraft,
    pub max_transfers: String,
    /// In seconds, as the next.
    pub ask_within: String,
    pub stalled_after: String,
    pub framing: FramingDraft,
    pub client: ClientDraft,
    pub close_after_reply: bool,
    /// Separated by commas.
    pub quit: String,
    pub encoding: TextEncoding,
    pub serving: Serving,
    /// Its calls wait for the user.
    pub hold: bool,
    /// The options that are a line of text each, by their keys, and those that are on, off or left as they are.
    pub lines: BTreeMap<&'static str, String>,
    pub switches: BTreeMap<&'static str, Option<bool>>,
}

impl Fields {
    pub fn of(spec: &EndpointSpec) -> Self {
        let local = spec.bind_address();
        let bind = local.as_ref().and_then(Local::inet).cloned().unwrap_or(HostPort::LOOPBACK);
        let path = local.as_ref().filter(|local| local.inet().is_none()).map(ToString::to_string);
        let share = spec.service.share().map(|(_, share)| share);
        Self {
            kind: spec.kind,
            name: spec.name.clone(),
            host: bind.host.to_string(),
            port: bind.port.to_string(),
            path: path.unwrap_or_default(),
            bound: spec.kind.is_stream() || spec.local.is_some(),
            remote: spec.remote.as_ref().map(ToString::to_string).unwrap_or_default(),
            client_local: spec
                .local
                .as_ref()
                .map(ToString::to_string)
                .filter(|_| spec.kind.is_client())
                .unwrap_or_default(),
            service: spec.service.reply.kind(),
            service_typed: Typed::of(spec.service.reply.values(), spec.encoding),
            rules: RuleDrafts::of(spec.service.reply.rules()),
            share: share.map(|share| ShareDraft::of(&share.what)).unwrap_or_default(),
            max_transfers: share.map_or(DEFAULT_MAX_TRANSFERS, |share| share.max_transfers).to_string(),
            ask_within: seconds(share.map_or(DEFAULT_ASK_WITHIN, |share| share.ask_within)),
            stalled_after: seconds(share.map_or(DEFAULT_STALLED_AFTER, |share| share.stalled_after)),
            framing: FramingDraft::of(&spec.stream.framing, spec.encoding),
            client: ClientDraft::of(&spec.client),
            close_after_reply: spec.service.close_after_reply,
            quit: spec.service.quit.join(", "),
            encoding: spec.encoding,
            serving: spec.server.serving,
            hold: spec.hold,
            lines: OPTIONS.iter().filter_map(|option| Some((option.key, option.line_of(spec)?))).collect(),
            switches: OPTIONS.iter().filter_map(|option| Some((option.key, option.switch_of(spec)?))).collect(),
        }
    }

    /// True where the host typed is one that other machines reach.
    pub fn reaches_lan(&self) -> bool {
        Host::parse(self.host.trim()).is_ok_and(|host| !HostPort::new(host, 0).is_loopback())
    }

    pub fn set_reaches_lan(&mut self, on: bool) {
        let ipv6 = self.host.contains(':');
        self.host = match (on, ipv6) {
            (true, false) => "0.0.0.0",
            (true, true) => "::",
            (false, false) => "127.0.0.1",
            (false, true) => "::1",
        }
        .to_owned();
    }

    /// Why a group's datagrams would not be received.
    pub fn groups_not_heard(&self, lang: Lang) -> Option<String> {
        let bound = self.host.trim().parse().ok().filter(|_| self.bound)?;
        let groups = list(self.lines.get("groups").map_or("", String::as_str))
            .filter_map(|group| group.parse().ok())
            .collect::<Vec<_>>();
        unreachable_groups::warning(lang, &groups, bound)
    }

    /// Whether the service has an option of that shape.
    pub fn service_has(&self, shape: Shape) -> bool {
        self.service.is_for(self.kind) && self.service.fields.iter().any(|field| field.shape == shape)
    }

    /// The endpoint, on top of what the form does not show of `base`; or all that is wrong. `taken` says whether
    /// another endpoint has that name.
    ///
    /// # Errors
    /// Each wrong field once.
    pub fn spec(
        &self,
        lang: Lang,
        base: &EndpointSpec,
        taken: impl Fn(&str) -> bool,
    ) -> Result<EndpointSpec, Vec<Wrong>> {
        let mut checked = Checked { lang, wrong: Vec::new() };
        // What the form does not show stays, as far as the kind has it.
        let mut spec = if self.kind == base.kind { base.clone() } else { EndpointSpec::new("", self.kind) };
        self.name.trim().clone_into(&mut spec.name);
        (spec.line_ending, spec.hold) = (base.line_ending, base.hold);
        spec.encoding = self.encoding;
        if self.kind.is_relay() {
            spec.relay.clone_from(&base.relay);
        }
        if has(self.kind, "framing") {
            spec.stream.framing = checked.framing(&self.framing, self.encoding);
        }
        if has(self.kind, "reconnect") {
            spec.client = checked.client(&self.client, self.encoding);
        }
        checked.name(&spec.name, taken);
        spec.local = match (self.kind.is_client(), self.kind.is_unix()) {
            (true, false) => checked.client_local(&self.client_local),
            (true, true) => checked.client_path(&self.client_local),
            (false, _) if !self.bound => None,
            (false, false) => checked.bind(&self.host, &self.port),
            (false, true) => checked.path(Field::Path, &self.path),
        };
        if has(self.kind, "remote") {
            spec.remote = checked.remote(&self.remote, self.kind);
        }
        spec.service = match (has(self.kind, "service"), self.kind.is_client()) {
            (false, _) => ServiceSpec::default(),
            (true, true) => base.service.clone(),
            (true, false) => self.service_spec(&mut checked),
        };
        if has(self.kind, "serving") {
            spec.server.serving = self.serving;
        }
        spec.hold = self.hold;
        for option in OPTIONS.iter().filter(|option| option.of.has(self.kind)) {
            if let Some(on) = self.switches.get(option.key) {
                option.set_switch(&mut spec, *on);
            }
            if let Some(text) = self.lines.get(option.key)
                && let Err(why) = option.set_line(&mut spec, text, lang)
            {
                checked.refuse(Field::Option(option.key), why);
            }
        }
        if checked.wrong.is_empty() { Ok(spec) } else { Err(checked.wrong) }
    }

    fn service_spec(&self, checked: &mut Checked) -> ServiceSpec {
        let kind = if self.service.is_for(self.kind) { self.service } else { Reply::default().kind() };
        let values = kind.fields.iter().map(|field| (field.key, self.service_value(field, checked)));
        let reply = Reply::new(kind, Values::new(values));
        let quit = self.quit.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect();
        ServiceSpec { reply, close_after_reply: self.close_after_reply, quit }
    }

    fn service_value(&self, field: &kinds::Field, checked: &mut Checked) -> Value {
        match field.shape {
            Shape::Rules => {
                let framing = self.framing.framing(checked.lang, self.encoding).ok();
                let preset = framing.filter(|_| has(self.kind, "framing")).and_then(|framing| framing.preset());
                Value::Rules(checked.rules(&self.rules, self.encoding, preset))
            }
            Shape::Share => {
                Value::Share(checked.share(&self.share, [&self.max_transfers, &self.ask_within, &self.stalled_after]))
            }
            Shape::Text
            | Shape::Template
            | Shape::Content
            | Shape::Bytes { .. }
            | Shape::Number { .. }
            | Shape::OneNumber { .. }
            | Shape::Mark { .. }
            | Shape::Time { .. }
            | Shape::Pattern
            | Shape::Count { .. }
            | Shape::Choice(_) => {
                let typed = self.service_typed.value(field, &self.service.texts(), checked.lang, self.encoding);
                checked.value(Field::Service(field.key), typed)
            }
        }
    }
}

#[cfg(test)]
mod tests;
