//! Any lab is read back as it was written.

use super::*;

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[ -~]{0,20}", Just("\u{1b}\"\\\n\t\0\u{7f}\u{202e}😀".to_owned())]
}

fn any_host_port(ports: std::ops::RangeInclusive<u16>) -> impl Strategy<Value = HostPort> {
    let host = prop_oneof![
        any::<std::net::IpAddr>().prop_map(Host::Ip),
        "[a-z][a-z0-9-]{0,8}(\\.[a-z]{2,4})?".prop_map(Host::Name),
    ];
    (host, ports).prop_map(|(host, port)| HostPort::new(host, port))
}

fn any_content() -> impl Strategy<Value = Content> {
    prop_oneof![any_text().prop_map(Content::Text), any::<Vec<u8>>().prop_map(Content::Hex)]
}

fn any_path() -> impl Strategy<Value = PathBuf> {
    ("([a-z. é\"\\\\/]{0,6}/)?", "[a-z你\"' ]{1,8}").prop_map(|(folder, name)| PathBuf::from(folder + &name))
}

fn any_share() -> impl Strategy<Value = FileShare> {
    let files = proptest::collection::vec(any_path(), 1..4).prop_map(|paths| {
        let mut names = std::collections::HashSet::new();
        Shared::Files(paths.into_iter().filter(|path| names.insert(path.file_name().unwrap().to_owned())).collect())
    });
    let what = prop_oneof![any_path().prop_map(Shared::Root), Just(Shared::Root(".".into())), files];
    let time = || (1..=86_400_000u64).prop_map(Duration::from_millis);
    (what, 1..=MOST_TRANSFERS, time(), time()).prop_map(|(what, max_transfers, ask_within, stalled_after)| FileShare {
        what,
        max_transfers,
        ask_within,
        stalled_after,
    })
}

fn any_service() -> impl Strategy<Value = ServiceSpec> {
    let reply = prop_oneof![
        Just(Reply::manual()),
        Just(Reply::echo()),
        Just(Reply::upper()),
        any_text().prop_map(Reply::suffix),
        any_content().prop_map(Reply::constant),
        "(\\{msg\\}|\\{\\{|\\}\\}|\\{time\\}|[a-z ]){0,6}".prop_map(Reply::template),
        any_share().prop_map(Reply::files),
        any_share().prop_map(Reply::http),
    ];
    let quit = proptest::collection::vec(any_text().prop_filter("not empty", |text| !text.is_empty()), 0..3);
    (reply, any::<bool>(), quit).prop_map(|(reply, close_after_reply, quit)| ServiceSpec {
        reply,
        close_after_reply,
        quit,
    })
}

type Multicast = (Vec<Group>, Option<u8>, Option<bool>, Option<Interface>);

fn any_multicast() -> impl Strategy<Value = Multicast> {
    let interface = || {
        let name = "[a-z\"\\\\. é]{1,8}[a-z]".prop_map(|name| name.trim().parse().unwrap());
        proptest::option::of(prop_oneof![name, (1..=u32::MAX).prop_map(Interface::Index)])
    };
    let of_address = any::<std::net::Ipv4Addr>().prop_map(|address| Some(Interface::Address(address)));
    let ipv4 = (any::<[u8; 3]>(), prop_oneof![interface(), of_address])
        .prop_map(|([a, b, c], interface)| Group::new([239, a, b, c].into(), interface).unwrap());
    let ipv6 = (any::<u16>(), interface())
        .prop_map(|(last, interface)| Group::new([0xff02, 0, 0, 0, 0, 0, 1, last].into(), interface).unwrap());
    let groups = proptest::collection::vec(prop_oneof![ipv4, ipv6], 0..4).prop_map(|groups| {
        let is_first = |(index, group): &(usize, Group)| !groups[..*index].contains(group);
        groups.iter().cloned().enumerate().filter(is_first).map(|(_, group)| group).collect()
    });
    (groups, any::<Option<u8>>(), any::<Option<bool>>(), interface())
}

fn any_endpoint(index: usize) -> impl Strategy<Value = EndpointSpec> {
    let name = any_text().prop_map(move |text| {
        let visible: String = text.chars().filter(|c| !is_hidden(*c)).take(50).collect();
        format!("{}·{index}", visible.trim())
    });
    let options = (
        proptest::option::of(any::<bool>()),
        proptest::option::of(any::<bool>()),
        proptest::option::of((0..=86_400u64).prop_map(Duration::from_secs)),
        proptest::option::of(any::<bool>()),
        proptest::option::of(1..=2_147_483_647u32),
        proptest::option::of(1..=2_147_483_647u32),
        proptest::option::of(any::<bool>()),
        proptest::option::of(any::<bool>()),
        any_multicast(),
    );
    let numbers = (0..=65_535u32, proptest::option::of(1..=16_777_216u32), proptest::option::of(1..=u32::MAX));
    (
        name,
        proptest::sample::select(EndpointKind::ALL.to_vec()),
        proptest::option::of(any_host_port(0..=65_535)),
        any_host_port(1..=65_535),
        any::<bool>(),
        numbers,
        (proptest::option::of(any::<bool>()), any_service()),
        (any::<bool>(), proptest::sample::select(LineEnding::ALL.to_vec())),
        options,
    )
        .prop_map(
            |(
                name,
                kind,
                local,
                remote,
                flag,
                (backlog, recv_size, limit),
                (close_on_eof, service),
                (wide, ending),
                options,
            )| {
                let mut spec = EndpointSpec::new(name, kind);
                let path = |number: u16| PathBuf::from(format!("/tmp/{number}.sock"));
                spec.local = match local {
                    Some(local) if kind.is_unix() => Some(Local::Path(path(local.port))),
                    None if kind.is_unix() && kind.is_server() => Some(Local::Path(path(0))),
                    local => local.map(Local::Inet),
                };
                spec.recv_size = recv_size;
                spec.hold = flag;
                spec.service = service;
                if spec.service.share().is_some() && kind != EndpointKind::TCP_SERVER {
                    spec.service.reply = Reply::echo();
                }
                spec.encoding = if wide { TextEncoding::Utf16Be } else { TextEncoding::UTF_8 };
                spec.line_ending = ending;
                let tcp = kind.is_stream() && !kind.is_unix();
                spec.options.reuse_addr = options.3.filter(|_| !kind.is_unix());
                spec.options.recv_buffer = options.4;
                spec.options.send_buffer = options.5;
                spec.options.v6_only = options.7.filter(|_| !kind.is_unix());
                if kind.is_relay() {
                    spec.service = ServiceSpec::default();
                    spec.line_ending = LineEnding::default();
                    spec.relay = any_relay(kind, backlog, flag);
                }
                if kind.role() == Role::Server {
                    spec.server.serving = if flag { Serving::OneAtATime } else { Serving::Concurrent };
                }
                if kind.is_server() && kind.is_stream() {
                    spec.server.backlog = backlog;
                    spec.server.accept_limit = limit;
                }
                if kind.role().reaches() && (flag || kind.is_client()) {
                    let across = kind.is_relay() && kind.is_stream() && backlog % 2 == 0;
                    spec.remote = Some(if kind.is_unix() != across {
                        Remote::Path(path(remote.port))
                    } else {
                        Remote::Inet(remote)
                    });
                }
                if kind.is_stream() && !kind.is_relay() {
                    spec.stream.close_on_eof = close_on_eof;
                }
                if tcp {
                    (spec.options.nodelay, spec.options.keepalive, spec.options.linger) =
                        (options.0, options.1, options.2);
                }
                if kind == EndpointKind::UDP {
                    spec.options.broadcast = options.6;
                    spec.options.recverr = options.6.map(|on| !on);
                    let (groups, ttl, hears_itself, interface) = options.8;
                    spec.datagram.groups = groups;
                    spec.options.multicast_ttl = ttl;
                    spec.options.multicast_loop = hears_itself;
                    spec.options.multicast_interface = interface;
                }
                spec
            },
        )
}

/// A relay with some faults.
fn any_relay(kind: EndpointKind, number: u32, flag: bool) -> RelayOptions {
    let harms = FaultKind::ALL.iter().filter(|fault| fault.is_for(!kind.is_stream()));
    let faults = harms.skip(number as usize % 7).step_by(3).map(|kind| FaultSpec {
        on: flag,
        nth: if flag { vec![1, u64::from(number) + 1] } else { Vec::new() },
        probability: flag.then_some(Portion::millionths(number)),
        until: Some(Mark::Calls(number.into())),
        ..FaultSpec::new(kind)
    });
    RelayOptions { seed: number.into(), faults: faults.collect() }
}

/// Those that its framing has.
fn any_messages(spec: &EndpointSpec, count: Option<u32>) -> Option<ExpectedMessages> {
    let framing = &spec.stream.framing;
    let field = framing.preset().and_then(|preset| preset.field_names().next());
    match field {
        _ if !framing.is_some() => None,
        Some(field) if count.is_none() => format!("{field} == 3").parse().ok().map(ExpectedMessages::With),
        _ => Some(ExpectedMessages::Count(u64::from(count.unwrap_or(1) % 1_000 + 1))),
    }
}

fn any_step(endpoints: Vec<EndpointSpec>) -> impl Strategy<Value = Step> {
    let errno = || proptest::option::of(proptest::sample::select(vec!["ECONNREFUSED".to_owned(), "EPIPE".to_owned()]));
    let time = || (0..=86_400_000u64).prop_map(Duration::from_millis);
    let conn = || proptest::option::of(1..=u32::MAX);
    let expected = proptest::option::of(prop_oneof![
        any_content().prop_map(ExpectedBytes::Exactly),
        (0..=i64::MAX as u64).prop_map(ExpectedBytes::Count)
    ]);
    let download = (
        any_text().prop_map(|text| format!("a{}", text.replace('\0', ""))),
        any_path(),
        proptest::option::of(any::<[u8; 32]>().prop_map(Sha256)),
        proptest::sample::select(vec![None, Some(Protocol::Files), Some(Protocol::Http)]),
    )
        .prop_map(|(name, save_to, sha256, protocol)| Download {
            from: String::new(),
            name,
            save_to,
            sha256,
            protocol,
        });
    let flags = (conn(), any::<bool>(), errno(), errno());
    let parts = (any_content(), expected, any_host_port(1..=65_535), time(), flags, download);
    (proptest::sample::select(endpoints), 0..10u8, parts).prop_map(
        |(spec, which, (content, expected, target, time, (conn, flag, error, fails), download))| {
            let at = spec.name.clone();
            let conn = conn.filter(|_| spec.kind.is_stream());
            let action = match which {
                0 => Open { at }.into(),
                1 | 2 => {
                    let what =
                        if which == 1 { Sent::Bytes(content) } else { Sent::File(PathBuf::from("some folder/ä\"b")) };
                    let to = match (spec.kind, conn) {
                        (kind, Some(conn)) if kind.is_server() => To::Conn(conn),
                        (EndpointKind::UDP, _) if flag => To::Remote(Remote::Endpoint(at.clone())),
                        (EndpointKind::UDP, _) => To::Remote(Remote::Inet(target)),
                        (EndpointKind::UNIX_DATAGRAM, _) if flag => To::Remote(Remote::Path("/tmp/to.sock".into())),
                        _ => To::All,
                    };
                    step::Send { from: at, what, to }.into()
                }
                3 => {
                    let eof = flag && spec.kind.is_stream();
                    let bytes = if !eof && error.is_none() {
                        Some(expected.unwrap_or(ExpectedBytes::Count(1)))
                    } else {
                        expected
                    };
                    let messages = if flag || error.is_some() { None } else { any_messages(&spec, conn) };
                    let bytes = bytes.filter(|_| messages.is_none());
                    Expect { at, conn, bytes, messages, eof, error, fault: None, within: time }.into()
                }
                4 => Wait(time).into(),
                8 => Next {
                    at,
                    op: flag.then(|| OP_NAMES[conn.unwrap_or(0) as usize % OP_NAMES.len()]),
                    blocked: conn.map(|conn| conn % 2 == 0),
                }
                .into(),
                9 => Release { at }.into(),
                7 if spec.kind == EndpointKind::TCP_CLIENT => Download { from: at, ..download }.into(),
                5 => Shutdown { at, how: if flag { How::Both } else { How::Read }, conn }.into(),
                _ => Close { at, conn, reset: flag && spec.kind.is_stream() }.into(),
            };
            Step { action, fails }
        },
    )
}

fn any_layout() -> impl Strategy<Value = Layout> {
    let share = 0.001f32..1000.0;
    let leaf = (any_text(), share.clone()).prop_map(|(shows, share)| Layout { share, ..Layout::pane(shows) });
    leaf.prop_recursive(4, 20, 4, move |inner| {
        let is = proptest::sample::select(vec![Arrangement::Row, Arrangement::Column, Arrangement::Tabs]);
        (is, proptest::collection::vec(inner, 1..4), share.clone(), any::<bool>()).prop_map(
            |(is, parts, share, active)| {
                let active = active.then(|| parts.len() - 1);
                Layout { share, active, ..Layout::group(is, parts) }
            },
        )
    })
}

fn any_localized() -> impl Strategy<Value = Localized> {
    let text = || any_text().prop_map(|text| text.chars().take(200).collect::<String>());
    prop_oneof![text().prop_map(Localized::plain), (text(), text()).prop_map(|(en, zh)| Localized::both(en, zh))]
}

fn any_program() -> impl Strategy<Value = ProgramSpec> {
    let word = || any_text().prop_map(|text| text.replace('\0', ""));
    let run = ("[a-z./ ]{1,9}", proptest::collection::vec(word(), 0..4));
    let env = proptest::collection::btree_map("[A-Z_ é.]{1,6}", word(), 0..3);
    let watch = proptest::sample::select(Watch::ALL.to_vec());
    let dir = proptest::option::of("[a-z]{1,9}");
    (run, dir, env, watch, any::<bool>()).prop_map(|((first, rest), dir, env, watch, hold)| ProgramSpec {
        name: String::new(),
        run: std::iter::once(first).chain(rest).collect(),
        dir: dir.map(Into::into),
        env,
        watch,
        hold,
    })
}

/// About the first program.
fn any_program_step() -> impl Strategy<Value = Step> {
    let name = || "program 0".to_owned();
    let output = any_text().prop_filter("an empty text is always there", |text| !text.is_empty());
    let what = prop_oneof![
        proptest::sample::select(vec!["listen", "accept", "read"]).prop_map(|call| ProgramEvent::Call(call.to_owned())),
        output.prop_map(ProgramEvent::Output),
        (0..256i32).prop_map(ProgramEvent::Exit),
    ];
    prop_oneof![
        Just(Step::new(Start { program: name() })),
        Just(Step::new(Stop { program: name() })),
        Just(Step::new(Release { at: name() })),
        any::<Option<bool>>().prop_map(move |blocked| Step::new(Next { at: name(), op: Some("accept"), blocked })),
        any_text().prop_map(move |text| Step::new(Type { to: name(), text })),
        (what, 1..90u64).prop_map(move |(what, seconds)| {
            Step::new(ExpectProgram { at: name(), what, within: Duration::from_secs(seconds) })
        }),
    ]
}

fn any_breakpoint() -> impl Strategy<Value = Breakpoint> {
    let at = proptest::sample::select(At::ALL.to_vec());
    let visible = |text: String| text.chars().filter(|character| !is_hidden(*character)).take(80).collect();
    (any_text(), any_text(), at, any::<bool>()).prop_map(move |(name, when, at, on)| Breakpoint {
        name: visible(name),
        when,
        at,
        on,
    })
}

/// A text of a lesson, which is never empty and shows no picture.
fn any_lesson_text() -> impl Strategy<Value = Localized> {
    let text =
        || any_text().prop_map(|text| format!("字{}", text.replace('!', "").chars().take(900).collect::<String>()));
    (text(), text()).prop_map(|(en, zh)| Localized::both(en, zh))
}

fn any_question() -> impl Strategy<Value = Question> {
    let texts = (any_lesson_text(), any_lesson_text(), any_text());
    let on = proptest::option::of(proptest::sample::select(System::ALL.to_vec()));
    (texts, on, any::<i32>(), 1..9u32, 0..6usize).prop_map(|((one, other, typed), on, number, nth, which)| {
        let names = || vec!["bind".to_owned(), "listen".to_owned()];
        let when = Some("op == recv and errno".to_owned());
        let choices = vec![Choice { text: one, when }, Choice { text: other.clone(), when: None }];
        let typed: String = typed.chars().take(200).collect();
        let (kind, value, field) = match which {
            0 => (Kind::Number, Value::Number(number.into()), Wanted::Offset),
            1 => (Kind::Text, Value::Text(typed), Wanted::Errno),
            2 => (Kind::Blocks, Value::Blocks(number > 0), Wanted::Blocks),
            3 => (Kind::Order(names()), Value::Order(names()), Wanted::Order),
            4 => (Kind::Choice(choices), Value::Choice(2), Wanted::Call),
            _ => (Kind::Call, Value::Call(0), Wanted::Call),
        };
        let is_call = kind == Kind::Call;
        let from_trace =
            FromTrace { filter: "endpoint == \"a b\"".to_owned(), field, nth: if field.is_of_all() { 1 } else { nth } };
        Question {
            fixed: (!is_call).then(|| Fixed { value: value.clone(), on: on.filter(|_| which != 4) }),
            from_trace: (which != 4).then_some(from_trace),
            when_wrong: if is_call { Vec::new() } else { vec![Hint { is: value, text: other }] },
            kind,
        }
    })
}

fn any_lesson() -> impl Strategy<Value = Lesson> {
    let part = (proptest::collection::vec(any_lesson_text(), 4), proptest::option::of(any_question()), any::<bool>());
    let part = part.prop_map(|(mut texts, ask, shows)| Part {
        title: texts.remove(0),
        text: texts.remove(0),
        task: texts.remove(0),
        ready: shows.then(|| "op == accept".to_owned()),
        run: false,
        ask,
        explain: texts.remove(0),
        show: shows.then(|| Show { view: "ladder".to_owned(), call: Some("eof".to_owned()) }),
    });
    let parts = proptest::collection::vec(part, 1..4);
    (any_lesson_text(), any_lesson_text(), parts).prop_map(|(goal, source, parts)| Lesson { goal, source, parts })
}

fn any_lab() -> impl Strategy<Value = Lab> {
    let endpoints = (1..5usize).prop_flat_map(|count| (0..count).map(any_endpoint).collect::<Vec<_>>());
    let texts = (any_localized(), any_localized(), proptest::collection::vec(any_breakpoint(), 0..4));
    (texts, endpoints, proptest::option::of(any_layout())).prop_flat_map(|(texts, endpoints, layout)| {
        let steps = proptest::collection::vec(any_step(endpoints.clone()), 0..6);
        let programs = proptest::collection::vec(any_program(), 0..3);
        let about_programs = proptest::collection::vec(any_program_step(), 0..4);
        let programs = (programs, about_programs);
        let lesson = proptest::option::of((any_lesson_text(), any_lesson()));
        (Just(texts), Just(endpoints), steps, Just(layout), programs, lesson).prop_map(
            |((mut title, note, breakpoints), endpoints, mut steps, layout, (mut programs, about), lesson)| {
                for (number, program) in programs.iter_mut().enumerate() {
                    program.name = format!("program {number}");
                }
                if !programs.is_empty() {
                    steps.extend(about);
                }
                let lesson = lesson.map(|(in_both, mut lesson)| {
                    title = in_both.with(Lang::En, "A lesson").with(Lang::ZhCn, "一课");
                    if let (Some(last), false) = (lesson.parts.last_mut(), steps.is_empty()) {
                        last.run = true;
                    }
                    Arc::new(lesson)
                });
                Lab { title, note, lesson, endpoints, programs, steps, breakpoints, layout, ..Lab::default() }
            },
        )
    })
}

proptest! {
    #[test]
    fn a_lab_that_was_written_is_read_back_equal(lab in any_lab()) {
        let text = file::to_toml(&lab);
        match file::parse(&text, None) {
            Ok(read) => prop_assert_eq!(read, lab),
            Err(error) => prop_assert!(false, "{}\n{}", error, text),
        }
    }
}

#[test]
fn framings_rules_and_snippets_are_read_and_written_back() {
    let text = r#"
[[endpoints]]
name = "rules"
kind = "tcp-server"
framing = { kind = "length-prefix", bytes = 2, endian = "little" }
service = { kind = "rules", rules = [
    { name = "greeting", when = { contains = "hi" }, reply = "hello", delay = "100ms" },
    { when = { hex = "01 ?? 03" }, reply_hex = "00 ff" },
    { when = { regex = '(\d+)' }, reply = "$1 from {host}" },
    { when = "exit", close = true },
] }

[[endpoints]]
name = "room"
kind = "udp"
peers = [{ name = "小明", addr = "127.0.0.1:9001" }, { name = "teacher", addr = "localhost:9002" }]

[[snippets]]
name = "read registers"
hex = "01 03 00 00 00 0a"
checksum = "crc-16/modbus"

[[snippets]]
name = "count"
text = 'ping {counter}\n'
line_ending = "crlf"
delay = "50ms"
"#;
    let lab = file::parse(text, None).unwrap();
    let rules = lab.endpoints[0].service.reply.rules();
    assert_eq!((rules.len(), rules[0].name.as_str(), lab.snippets.len()), (4, "greeting", 2));
    assert!(lab.endpoints[0].stream.framing.is_some());
    assert_eq!(lab.endpoints[1].datagram.peers[0].name, "小明");
    assert_eq!(file::parse(&file::to_toml(&lab), None).unwrap(), lab);
}
