use std::time::Duration;

use super::*;
use crate::explain::names;
use crate::lab::Content;
use crate::lab::group::MAX_GROUPS;
use crate::lab::transfer::{FileShare, Shared};

fn fields(kind: EndpointKind) -> (Fields, EndpointSpec) {
    let spec = EndpointSpec::with_defaults(names::first_endpoint(Lang::En, kind), kind);
    (Fields::of(&spec), spec)
}

/// The same with another text in an option that is a line.
fn with(fields: &Fields, key: &'static str, text: &str) -> Fields {
    let mut fields = fields.clone();
    fields.lines.insert(key, text.to_owned());
    fields
}

fn wrong(fields: &Fields, base: &EndpointSpec) -> Vec<Field> {
    let result = fields.spec(Lang::En, base, |name| name == "taken");
    result.err().unwrap_or_default().into_iter().map(|(field, _)| field).collect()
}

#[test]
fn the_defaults_of_every_kind_are_right_as_they_are() {
    for kind in EndpointKind::ALL {
        let (fields, base) = fields(kind);
        assert_eq!(wrong(&fields, &base), [], "{kind}");
    }
}

#[test]
fn each_wrong_field_is_named() {
    let (good, base) = fields(EndpointKind::TCP_SERVER);
    for port in ["65536", "-1", "http", "", "8 0"] {
        assert_eq!(wrong(&Fields { port: port.to_owned(), ..good.clone() }, &base), [Field::Port], "{port}");
    }
    for host in ["256.1.1.1", "a b", "::g"] {
        assert_eq!(wrong(&Fields { host: host.to_owned(), ..good.clone() }, &base), [Field::Host], "{host}");
    }
    assert_eq!(wrong(&Fields { name: "taken".to_owned(), ..good.clone() }, &base), [Field::Name]);
    assert_eq!(wrong(&Fields { name: "  ".to_owned(), ..good.clone() }, &base), [Field::Name]);
    assert_eq!(wrong(&with(&good, "recv_size", "0"), &base), [Field::Option("recv_size")]);
    assert_eq!(wrong(&with(&good, "backlog", "5x"), &base), [Field::Option("backlog")]);
    let both = Fields { port: "x".to_owned(), ..with(&good, "linger", "-1") };
    assert_eq!(wrong(&both, &base), [Field::Port, Field::Option("linger")]);
}

#[test]
fn a_client_needs_to_know_where_to_and_a_udp_socket_does_not() {
    let (client, base) = fields(EndpointKind::TCP_CLIENT);
    assert_eq!(wrong(&Fields { remote: String::new(), ..client.clone() }, &base), [Field::Remote]);
    assert_eq!(wrong(&Fields { remote: "127.0.0.1:0".to_owned(), ..client }, &base), [Field::Remote]);
    let (udp, base) = fields(EndpointKind::UDP);
    assert_eq!(wrong(&Fields { remote: String::new(), ..udp }, &base), []);
}

#[test]
fn an_endpoint_passes_through_the_form_unchanged() {
    let mut spec = EndpointSpec::new("server", EndpointKind::TCP_SERVER);
    spec.local = Some("[::1]:8000".parse().unwrap());
    spec.server.serving = Serving::OneAtATime;
    spec.server.backlog = 5;
    spec.recv_size = Some(8);
    spec.server.accept_limit = Some(1);
    spec.stream.close_on_eof = Some(false);
    spec.encoding = "gbk".parse().unwrap();
    spec.service = ServiceSpec {
        reply: Reply::suffix(" SB\\\r\n".to_owned()),
        close_after_reply: true,
        quit: vec!["exit".to_owned(), "Q".to_owned()],
    };
    spec.options.linger = Some(Duration::from_secs(0));
    spec.options.nodelay = Some(false);
    spec.options.recv_buffer = Some(4096);
    spec.options.v6_only = Some(true);
    (spec.hold, spec.line_ending) = (true, crate::lab::payload::LineEnding::Crlf);
    let unheld = EndpointSpec { hold: false, ..spec.clone() };
    assert_eq!(Fields::of(&spec).spec(Lang::En, &unheld, |_| false), Ok(spec));
}

#[test]
fn a_server_of_files_passes_through_the_form_unchanged_and_other_kinds_cannot_be_one() {
    let mut spec = EndpointSpec::new("files", EndpointKind::TCP_SERVER);
    spec.local = Some(Local::LOOPBACK);
    let share = FileShare {
        what: Shared::Files(vec!["/a/中文.bin".into(), "/b/c".into()]),
        max_transfers: 2,
        ask_within: Duration::from_millis(1_500),
        stalled_after: Duration::from_millis(10),
    };
    spec.service.reply = Reply::http(share.clone());
    let good = Fields::of(&spec);
    assert_eq!(good.spec(Lang::En, &spec, |_| false), Ok(spec.clone()));
    spec.service.reply = Reply::files(FileShare { what: Shared::Root("/srv".into()), ..share });
    assert_eq!(Fields::of(&spec).spec(Lang::En, &spec, |_| false), Ok(spec.clone()));
    for most in ["0", "257", "x"] {
        let fields = Fields { max_transfers: most.to_owned(), ..good.clone() };
        assert_eq!(wrong(&fields, &spec), [Field::MaxTransfers], "{most}");
    }
    for time in ["0", "0.0", "-1", "1.", ".5", "1.2345", "1e3", "86401", "99999999999999999999"] {
        let fields = Fields { ask_within: time.to_owned(), ..good.clone() };
        assert_eq!(wrong(&fields, &spec), [Field::AskWithin], "{time}");
    }
    let nothing = Fields { share: ShareDraft::default(), stalled_after: "x".to_owned(), ..good.clone() };
    assert_eq!(wrong(&nothing, &spec), [Field::Share, Field::StalledAfter]);
    let unix = Fields { kind: EndpointKind::UNIX_SERVER, path: "/tmp/x".to_owned(), ..good };
    let unix = unix.spec(Lang::En, &spec, |_| false).unwrap();
    assert_eq!(unix.service.reply, Reply::manual());
}

#[test]
fn every_service_passes_through_the_form_unchanged() {
    for reply in kinds::service::tests::one_of_each() {
        let mut spec = EndpointSpec::new("server", EndpointKind::TCP_SERVER);
        spec.local = Some(Local::LOOPBACK);
        // Its messages have the fields that rules ask for.
        spec.stream.framing = crate::lab::framing::Framing::of_preset("modbus-tcp").unwrap();
        spec.service = ServiceSpec::new(reply);
        assert_eq!(Fields::of(&spec).spec(Lang::En, &spec, |_| false), Ok(spec.clone()), "{:?}", spec.service);
    }
}

#[test]
fn what_was_typed_for_one_service_stays_for_another_with_the_same_option() {
    let (mut fields, base) = fields(EndpointKind::TCP_SERVER);
    fields.service_typed.put("text", "a".to_owned(), false);
    let made = ["suffix", "echo", "template", "constant"].map(|name| {
        fields.service = ServiceKind::named(name).unwrap();
        fields.spec(Lang::En, &base, |_| false).unwrap().service.reply
    });
    let constant = Reply::constant(Content::Text("a".to_owned()));
    assert_eq!(made, [Reply::suffix("a"), Reply::echo(), Reply::template("a"), constant]);
}

#[test]
fn a_unix_endpoint_keeps_the_options_that_its_lab_file_may_have() {
    let mut spec = EndpointSpec::new("server", EndpointKind::UNIX_SERVER);
    spec.local = Some(Local::Path("/tmp/x".into()));
    spec.options.linger = Some(Duration::from_secs(2));
    assert_eq!(Fields::of(&spec).spec(Lang::En, &spec, |_| false), Ok(spec.clone()));
}

#[test]
fn groups_pass_through_the_form_and_wrong_ones_are_named() {
    let mut spec = EndpointSpec::new("room", EndpointKind::UDP);
    spec.datagram.groups = ["239.1.2.3", "ff02::1234%lo"].map(|group| group.parse().unwrap()).to_vec();
    spec.options.multicast_ttl = Some(0);
    spec.options.multicast_loop = Some(false);
    spec.options.multicast_interface = Some("127.0.0.1".parse().unwrap());
    let good = Fields::of(&spec);
    assert_eq!(good.spec(Lang::En, &spec, |_| false), Ok(spec.clone()));
    let many = (0..=MAX_GROUPS).map(|number| format!("239.0.0.{number}")).collect::<Vec<_>>().join(",");
    for groups in ["127.0.0.1", "239.1.2.3, x", "239.1.2.3%", "239.1.2.3,239.1.2.3", "ff02::1%127.0.0.1", &many] {
        assert_eq!(wrong(&with(&good, "groups", groups), &spec), [Field::Option("groups")], "{groups}");
    }
    for ttl in ["256", "-1", "one"] {
        let fields = with(&good, "multicast_ttl", ttl);
        assert_eq!(wrong(&fields, &spec), [Field::Option("multicast_ttl")], "{ttl}");
    }
    let fields = with(&good, "multicast_interface", "1.2.3");
    assert_eq!(wrong(&fields, &spec), [Field::Option("multicast_interface")]);
}

#[test]
fn a_reply_that_its_encoding_lacks_is_refused() {
    let (mut fields, base) = fields(EndpointKind::TCP_SERVER);
    fields.service = ServiceKind::named("suffix").unwrap();
    fields.service_typed.put("text", "你好".to_owned(), false);
    assert_eq!(wrong(&fields, &base), []);
    fields.encoding = TextEncoding::Ascii;
    assert_eq!(wrong(&fields, &base), [Field::Service("text")]);
    fields.service_typed.put("text", "\\q".to_owned(), false);
    assert_eq!(wrong(&fields, &base), [Field::Service("text")]);
}

#[test]
fn the_lan_box_changes_the_host_within_its_family() {
    let (mut fields, _) = fields(EndpointKind::TCP_SERVER);
    assert!(!fields.reaches_lan());
    fields.set_reaches_lan(true);
    assert_eq!(fields.host, "0.0.0.0");
    assert!(fields.reaches_lan());
    fields.host = "::1".to_owned();
    fields.set_reaches_lan(true);
    assert_eq!(fields.host, "::");
}
