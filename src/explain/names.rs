//! What kinds of things are called.

use std::borrow::Cow;

use crate::lab::EndpointKind;
use crate::lab::transfer::Protocol;
use crate::lang::Lang;
use crate::t;

pub fn endpoint_kind(lang: Lang, kind: EndpointKind) -> Cow<'static, str> {
    lang.text(&format!("kind-{kind}"), None)
}

/// What the first endpoint of a kind is called unless the user says otherwise.
pub fn first_endpoint(lang: Lang, kind: EndpointKind) -> Cow<'static, str> {
    lang.text(kind.role().first_name(), None)
}

pub fn protocol(lang: Lang, protocol: Protocol) -> Cow<'static, str> {
    match protocol {
        Protocol::Files => t!(lang, "protocol-files"),
        Protocol::Http => "HTTP".into(),
    }
}
