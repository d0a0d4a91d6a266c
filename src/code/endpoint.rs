//! The plan of a program that does what an endpoint does.

use std::net::IpAddr;
use std::time::Duration;

use super::CodeError;
use super::plan::{
    Body, Case, Conversation, Family, Framing, OptionValue, Part, Place, Plan, Role, SetOption, Socket, Style, When,
};
use crate::kinds::rule::reply::{self, RuleReply, Segment as ReplySegment};
use crate::kinds::rule::when::Sought;
use crate::kinds::rule::{HexPattern, On, Rule};
use crate::lab::address::Host;
use crate::lab::framing::Framing as LabFraming;
use crate::lab::transfer::{Protocol, Shared};
use crate::lab::{Content, EndpointKind, EndpointSpec, Lab, Local, Remote, ServiceSpec, Serving, TextEncoding};
use crate::lang::Lang;
use crate::t;
use crate::trace::SocketOption;
use crate::values::endpoint_kind::Role as KindRole;
use crate::values::group::Group;
use crate::values::template::{self, Segment};

/// The program of an endpoint; of the lab it is read who the others are.
///
/// # Errors
/// [`CodeError::Service`] for a service that is more than a short program, and for a relay.
pub fn plan(spec: &EndpointSpec, lab: &Lab, style: Option<Style>, lang: Lang) -> Result<Plan, CodeError> {
    let mut left_out = Vec::new();
    let style = style.unwrap_or_else(|| default_style(spec));
    let files = match spec.service.share() {
        Some((Protocol::Http, _)) => return Err(CodeError::Service("http")),
        Some((Protocol::Files, share)) => Some(match &share.what {
            Shared::Root(root) => root.clone(),
            Shared::Files(files) => {
                left_out.push(t!(lang, "code-left-files").into_owned());
                files.first().and_then(|file| file.parent()).map(std::path::Path::to_path_buf).unwrap_or_default()
            }
        }),
        None => None,
    };
    let types = spec.service.is_manual();
    if spec.kind.is_server() && !spec.close_on_eof() {
        left_out.push(t!(lang, "code-left-eof").into_owned());
    }
    for option in more_than_calls(spec) {
        left_out.push(t!(lang, "code-left-more", option = option).into_owned());
    }
    let framing = framing(&spec.stream.framing, lang, &mut left_out);
    let conversation = Conversation {
        style,
        recv_size: spec.recv_size(),
        framing,
        cases: cases(&spec.service, spec.encoding, lang, &mut left_out),
        typed: types.then(|| spec.encoding.encode(spec.line_ending.text()).unwrap_or_default()),
        close_on_eof: spec.close_on_eof(),
        accept_limit: spec.server.accept_limit,
        one_at_a_time: style == Style::Plain || spec.server.serving == Serving::OneAtATime,
        files,
    };
    let role = match spec.kind.role() {
        KindRole::Server => Role::Server,
        KindRole::Client => Role::Client,
        KindRole::Datagram => Role::Datagram,
        KindRole::Relay => return Err(CodeError::Service("relay")),
    };
    Ok(Plan {
        name: spec.name.clone(),
        role,
        socket: socket(spec, lab),
        body: Body::Conversation(conversation),
        encoding: spec.encoding,
        left_out,
    })
}

/// The options that say more than which calls are made, as a lab file names them.
fn more_than_calls(spec: &EndpointSpec) -> Vec<&'static str> {
    let options = [
        ("reconnect", spec.client.reconnect.is_some()),
        ("keep_alive", spec.client.keep_alive.is_some()),
        ("greeting", spec.client.greeting.is_some()),
        ("connected", spec.datagram.connected == Some(true)),
    ];
    options.into_iter().filter(|(_, is_set)| *is_set).map(|(name, _)| name).collect()
}

/// The style in which a program does most nearly what the endpoint does.
pub fn default_style(spec: &EndpointSpec) -> Style {
    let many =
        spec.kind.is_server() && spec.server.serving == Serving::Concurrent && spec.server.accept_limit != Some(1);
    if spec.service.is_manual() || many { Style::Threads } else { Style::Plain }
}

fn socket(spec: &EndpointSpec, lab: &Lab) -> Socket {
    let local = spec.bind_address().map(|local| of_local(&local));
    let remote = if spec.kind.is_server() { None } else { spec.remote.as_ref() };
    let remote = remote.map(|remote| match remote {
        Remote::Inet(target) => Place::Inet { host: host(&target.host), port: Some(target.port) },
        Remote::Path(path) => Place::Path(path.to_str().map(str::to_owned)),
        Remote::Endpoint(name) => of_endpoint(lab.endpoint(name), spec.kind),
    });
    // A client that has none to go to is told.
    let remote = match (spec.kind.is_client(), remote) {
        (true, None) => Some(of_endpoint(None, spec.kind)),
        (_, remote) => remote,
    };
    let family = family(spec.kind, local.as_ref().or(remote.as_ref()));
    // A service answers whoever has asked; only what is typed goes to the remote.
    let remote = remote.filter(|_| spec.kind.is_client() || spec.service.is_manual());
    Socket {
        family,
        options: early_options(spec, family),
        local,
        groups: group_options(spec, family),
        backlog: spec.kind.is_server().then_some(spec.server.backlog),
        connection: connection_options(spec),
        remote,
    }
}

fn host(host: &Host) -> String {
    match host {
        Host::Ip(ip) => ip.to_string(),
        Host::Name(name) => name.clone(),
    }
}

fn of_local(local: &Local) -> Place {
    match local {
        Local::Inet(local) => Place::Inet { host: host(&local.host), port: Some(local.port) },
        Local::Path(path) => Place::Path(path.to_str().map(str::to_owned)),
    }
}

/// Where another endpoint of the lab is found: a free port is known only when that one has opened.
fn of_endpoint(other: Option<&EndpointSpec>, kind: EndpointKind) -> Place {
    let local = other.and_then(EndpointSpec::bind_address);
    match local {
        Some(Local::Path(path)) => Place::Path(path.to_str().map(str::to_owned)),
        Some(Local::Inet(local)) => {
            let host = match &local.host {
                Host::Ip(ip) if ip.is_unspecified() && ip.is_ipv6() => "::1".to_owned(),
                Host::Ip(ip) if ip.is_unspecified() => "127.0.0.1".to_owned(),
                other => host(other),
            };
            Place::Inet { host, port: Some(local.port).filter(|port| *port != 0) }
        }
        None if kind.is_unix() => Place::Path(None),
        None => Place::Inet { host: "127.0.0.1".to_owned(), port: None },
    }
}

fn family(kind: EndpointKind, place: Option<&Place>) -> Family {
    match place {
        _ if kind.is_unix() => Family::Unix,
        Some(Place::Inet { host, .. }) if host.parse().is_ok_and(|ip: IpAddr| ip.is_ipv6()) => Family::Inet6,
        _ => Family::Inet,
    }
}

fn int(option: SocketOption, value: impl Into<i64>) -> SetOption {
    SetOption { option, value: OptionValue::Int(value.into()) }
}

/// In the order in which the lab sets them.
fn early_options(spec: &EndpointSpec, family: Family) -> Vec<SetOption> {
    let options = &spec.options;
    let mut set = Vec::new();
    if spec.reuse_addr() && family != Family::Unix {
        set.push(int(SocketOption::ReuseAddr, 1));
    }
    if let (Some(only), Family::Inet6) = (options.v6_only, family) {
        set.push(int(SocketOption::V6Only, only));
    }
    set.extend(options.recv_buffer.map(|size| int(SocketOption::RecvBuffer, size)));
    set.extend(options.send_buffer.map(|size| int(SocketOption::SendBuffer, size)));
    set.extend(options.broadcast.map(|on| int(SocketOption::Broadcast, on)));
    set
}

fn connection_options(spec: &EndpointSpec) -> Vec<SetOption> {
    let options = &spec.options;
    let mut set = Vec::new();
    set.extend(options.nodelay.map(|on| int(SocketOption::NoDelay, on)));
    set.extend(options.keepalive.map(|on| int(SocketOption::KeepAlive, on)));
    set.extend(options.linger.map(|time: Duration| SetOption {
        option: SocketOption::Linger,
        value: OptionValue::Linger(u32::try_from(time.as_secs()).unwrap_or(u32::MAX)),
    }));
    set
}

fn group_options(spec: &EndpointSpec, family: Family) -> Vec<SetOption> {
    use SocketOption::{MulticastInterface, MulticastLoop, MulticastTtl};
    use SocketOption::{V6MulticastHops, V6MulticastInterface, V6MulticastLoop};

    let (options, v6) = (&spec.options, family == Family::Inet6);
    let mut set = Vec::new();
    set.extend(options.multicast_interface.clone().map(|interface| SetOption {
        option: if v6 { V6MulticastInterface } else { MulticastInterface },
        value: OptionValue::Interface(interface),
    }));
    set.extend(options.multicast_ttl.map(|ttl| int(if v6 { V6MulticastHops } else { MulticastTtl }, ttl)));
    set.extend(options.multicast_loop.map(|on| int(if v6 { V6MulticastLoop } else { MulticastLoop }, on)));
    set.extend(spec.datagram.groups.iter().map(|group: &Group| SetOption {
        option: SocketOption::of_membership(group, true),
        value: OptionValue::Group(group.clone()),
    }));
    set
}

fn framing(framing: &LabFraming, lang: Lang, left_out: &mut Vec<String>) -> Framing {
    let values = framing.values();
    match framing.kind().name {
        "none" => Framing::None,
        "line" => Framing::Line,
        "delimiter" => match values.bytes("text") {
            [] => Framing::Delimiter(b"\n".to_vec()),
            bytes => Framing::Delimiter(bytes.to_vec()),
        },
        "fixed" => Framing::Fixed(values.number("length").max(1)),
        "length-prefix" if is_plain_prefix(framing) => {
            Framing::LengthPrefix { width: values.number("bytes"), big_endian: values.choice("endian") != "little" }
        }
        other => {
            left_out.push(t!(lang, "code-left-framing", kind = other).into_owned());
            Framing::None
        }
    }
}

/// A binary number that stands first and counts what follows it.
fn is_plain_prefix(framing: &LabFraming) -> bool {
    let values = framing.values();
    matches!(values.number("bytes"), 1 | 2 | 4 | 8)
        && matches!(values.choice("number"), "" | "binary")
        && values.choice("includes") != "all"
        && values.count("offset") == 0
        && values.count("adjust") == 0
}

fn cases(service: &ServiceSpec, encoding: TextEncoding, lang: Lang, left_out: &mut Vec<String>) -> Vec<Case> {
    let bytes = |text: &str| encoding.encode(text).unwrap_or_default();
    let always = |parts| {
        vec![Case { when: When::Always, delay: Duration::ZERO, reply: Some(parts), close: service.close_after_reply }]
    };
    let values = service.reply.values();
    let answers = match service.reply.kind().name {
        "echo" => always(vec![Part::Message]),
        "suffix" => always(vec![Part::Message, Part::Bytes(bytes(values.text("text")))]),
        "upper" => always(vec![Part::Upper]),
        "constant" => always(vec![Part::Bytes(match values.get("text") {
            Some(crate::kinds::Value::Content(Content::Hex(bytes))) => bytes.clone(),
            _ => bytes(values.text("text")),
        })]),
        "template" => always(
            template::parse(values.text("text"))
                .unwrap_or_default()
                .into_iter()
                .map(|segment| match segment {
                    Segment::Text(text) => Part::Bytes(bytes(&text)),
                    Segment::Msg => Part::Message,
                    filled => Part::Filled(filled),
                })
                .collect(),
        ),
        "rules" => {
            if encoding.decoding().is_some_and(|decoding| decoding != encoding_rs::UTF_8 && !decoding.is_single_byte())
            {
                left_out.push(t!(lang, "code-left-text", encoding = encoding.name()).into_owned());
            }
            let mut cases = Vec::new();
            for (number, rule) in service.reply.rules().iter().enumerate() {
                match of_rule(rule, encoding, service.close_after_reply) {
                    Some(case) => cases.push(case),
                    None => left_out.push(t!(lang, "code-left-rule", number = number + 1).into_owned()),
                }
            }
            cases
        }
        _ => Vec::new(),
    };
    let quit = service.quit.iter().map(|word| Case {
        when: When::Equals(bytes(word)),
        delay: Duration::ZERO,
        reply: None,
        close: true,
    });
    quit.chain(answers).collect()
}

/// `None` for a rule that is more than one answer to one message: states, several replies, fields of a protocol.
fn of_rule(rule: &Rule, encoding: TextEncoding, close_after_reply: bool) -> Option<Case> {
    let is_plain = rule.on == On::Message
        && rule.from.is_empty()
        && rule.to.is_empty()
        && rule.others.is_empty()
        && rule.then.is_empty()
        && rule.delay.least == rule.delay.most;
    if !is_plain {
        return None;
    }
    let bytes = |text: &str| encoding.encode(text).unwrap_or_default();
    let when = match rule.when.sought() {
        Sought::Nothing => When::Always,
        Sought::Regexp(regexp) => When::Regexp(regexp.source().to_owned()),
        Sought::Bytes(pattern) => When::Pattern(pattern_bytes(pattern)?),
        Sought::Frame(_) => return None,
        Sought::Text(_, text) => match rule.when.kind().name {
            "contains" => When::Contains(bytes(text)),
            "starts" => When::Starts(bytes(text)),
            "ends" => When::Ends(bytes(text)),
            _ => When::Equals(bytes(text)),
        },
    };
    let part = |segment| {
        Some(match segment {
            ReplySegment::Text(text) => Part::Bytes(bytes(&text)),
            ReplySegment::Bytes(bytes) => Part::Bytes(bytes),
            ReplySegment::Filled(Segment::Msg) => Part::Message,
            ReplySegment::Filled(segment) => Part::Filled(segment),
            ReplySegment::Capture(number) => Part::Capture(number),
            ReplySegment::Worked(_) => return None,
        })
    };
    let reply = match &rule.reply {
        Some(RuleReply::Hex(reply)) => Some(vec![Part::Bytes(reply.plain()?.to_vec())]),
        Some(RuleReply::Text(text)) => {
            let segments = reply::parse(text, &rule.when).unwrap_or_default();
            Some(segments.into_iter().map(part).collect::<Option<Vec<_>>>()?)
        }
        None => None,
    };
    let close = rule.close || close_after_reply && reply.is_some();
    Some(Case { when, delay: rule.delay.least, reply, close })
}

/// As it is written: `01 ?? 0a`. `None` for one with captures, masks or gaps.
fn pattern_bytes(pattern: &HexPattern) -> Option<Vec<Option<u8>>> {
    let byte = |written: &str| match written {
        "??" => Some(None),
        written => u8::from_str_radix(written, 16).ok().filter(|_| written.len() == 2).map(Some),
    };
    pattern.to_string().split(' ').map(byte).collect()
}
