//! Relays between a server and its client, and what their faults do.

use super::*;

const ECHO: &str = "[[endpoints]]\nname = \"server\"\nkind = \"tcp-server\"\nservice = { kind = \"echo\" }\n";

/// An echo server, a relay with these faults, and a client of the relay.
pub(super) fn relayed(faults: &str, steps: &str) -> String {
    relayed_with("", faults, steps)
}

/// The same with more options of the relay.
pub(super) fn relayed_with(options: &str, faults: &str, steps: &str) -> String {
    let faults: String = faults
        .lines()
        .map(str::trim)
        .filter(|fault| !fault.is_empty())
        .map(|fault| format!("[[endpoints.faults]]\n{}\n", fault.replace(" ; ", "\n")))
        .collect();
    format!(
        "{ECHO}[[endpoints]]\nname = \"wire\"\nkind = \"relay\"\nremote = \"@server\"\nseed = 7\n{options}{faults}\
         [[endpoints]]\nname = \"client\"\nkind = \"tcp-client\"\nremote = \"@wire\"\n{}",
        listed(steps)
    )
}

pub(super) const OPEN: &str = "open = \"server\"\nopen = \"wire\"\nopen = \"client\"\n";

impl Ran {
    pub(super) fn faults(&self) -> Vec<Value> {
        self.of_type("fault")
    }

    pub(super) fn call(&self, seq: &Value) -> Value {
        self.of_type("call").into_iter().find(|call| call["seq"] == *seq).unwrap()
    }
}

#[test]
fn a_relay_shows_the_calls_of_both_its_sides() {
    let steps = format!(
        "{OPEN}send = {{ from = \"client\", text = \"hello\" }}\nexpect = {{ at = \"client\", text = \"hello\" }}\nclose = \"client\""
    );
    let ran = run(&relayed("", &steps)).went_well();
    let wire: Vec<Value> = ran.of_type("call").into_iter().filter(|call| call["endpoint"] == "wire").collect();
    let of = |conn: u64, op: &str| wire.iter().filter(|call| call["conn"] == conn && call["op"] == op).count();
    assert_eq!([of(1, "accept"), of(1, "recv"), of(1, "send"), of(1, "close")], [1, 2, 1, 1]);
    assert_eq!([of(2, "connect"), of(2, "send"), of(2, "recv"), of(2, "close")], [1, 1, 2, 1]);
    assert_eq!(ran.faults(), [] as [Value; 0]);
}

#[test]
fn a_delay_is_in_the_ledger_with_the_call_that_felt_it() {
    let steps = format!(
        "{OPEN}send = {{ from = \"client\", text = \"hello\" }}\nexpect = {{ at = \"client\", text = \"hello\" }}"
    );
    let ran = run(&relayed("kind = \"latency\" ; direction = \"down\" ; delay = \"200ms\" ; name = \"slow\"", &steps))
        .went_well();
    let faults = ran.faults();
    assert_eq!(faults.len(), 1, "{}", ran.out);
    let fault = &faults[0];
    assert_eq!(
        (&fault["endpoint"], &fault["kind"], &fault["name"]),
        (&"wire".into(), &"latency".into(), &"slow".into())
    );
    assert_eq!((&fault["conn"], &fault["direction"], &fault["bytes"]), (&1.into(), &"down".into(), &5.into()));
    let felt = ran.call(&fault["felt"]);
    assert_eq!((&felt["endpoint"], &felt["op"], &felt["result"]), (&"client".into(), &"recv".into(), &5.into()));
    assert!(felt["took"].as_f64().unwrap() >= 0.19, "{felt}");
}

#[test]
fn a_reset_comes_after_exactly_so_many_bytes_and_is_felt() {
    let steps = format!(
        "{OPEN}send = {{ from = \"client\", text = \"hello\" }}\nexpect = {{ at = \"client\", text = \"hel\" }}\nexpect = {{ at = \"client\", error = \"ECONNRESET\" }}"
    );
    let ran = run(&relayed("kind = \"reset\" ; after = 3 ; direction = \"down\"", &steps)).went_well();
    let faults = ran.faults();
    assert_eq!(faults.len(), 1, "one reset is one row: {}", ran.out);
    assert_eq!((&faults[0]["offset"], &faults[0]["removed"]), (&3.into(), &2.into()));
    assert_eq!(ran.call(&faults[0]["felt"])["errno"], "ECONNRESET");
}

#[test]
fn a_cut_is_an_orderly_end_to_its_receiver() {
    let steps = format!(
        "{OPEN}send = {{ from = \"client\", text = \"hello\" }}\nexpect = {{ at = \"client\", text = \"he\", eof = true }}"
    );
    let ran = run(&relayed("kind = \"cut\" ; after = 2 ; direction = \"down\"", &steps)).went_well();
    let removed: u64 = ran.faults().iter().map(|fault| fault["removed"].as_u64().unwrap()).sum();
    assert_eq!(removed, 3);
    let felt = ran.call(&ran.faults()[0]["felt"]);
    assert_eq!((&felt["endpoint"], &felt["result"]), (&"client".into(), &0.into()));
}

#[test]
fn whoever_is_refused_is_refused_by_the_system_itself() {
    let ran = run(&relayed(
        "kind = \"refuse\"",
        "open = \"server\"\nopen = \"wire\"\nopen = \"client\" ; fails = \"ECONNREFUSED\"",
    ))
    .went_well();
    let felt = ran.call(&ran.faults()[0]["felt"]);
    assert_eq!(
        (&felt["endpoint"], &felt["op"], &felt["errno"]),
        (&"client".into(), &"connect".into(), &"ECONNREFUSED".into())
    );
}

#[test]
fn only_the_second_connection_is_refused_where_the_fault_says_so() {
    let second = "[[endpoints]]\nname = \"second\"\nkind = \"tcp-client\"\nremote = \"@wire\"\n";
    let steps = format!(
        "{OPEN}send = {{ from = \"client\", text = \"a\" }}\nexpect = {{ at = \"client\", text = \"a\" }}\nopen = \"second\"\nexpect = {{ at = \"second\", error = \"ECONNRESET\" }}\nsend = {{ from = \"client\", text = \"b\" }}\nexpect = {{ at = \"client\", text = \"b\" }}"
    );
    let lab = relayed("kind = \"refuse\" ; nth = 2", &steps);
    let at = lab.find("[[steps]]").unwrap();
    let ran = run(&format!("{}{second}{}", &lab[..at], &lab[at..])).went_well();
    assert_eq!(ran.faults().len(), 1);
}

#[test]
fn the_same_seed_and_the_same_bytes_give_the_same_faults() {
    let sends: String = (0..8)
        .map(|_| "send = { from = \"client\", text = \"hello\" }\nexpect = { at = \"client\", bytes = 5 }\n")
        .collect();
    let lab = relayed("kind = \"corrupt\" ; probability = 0.5 ; direction = \"up\"", &format!("{OPEN}{sends}"));
    let faults = || {
        let places = |fault: &Value| (fault["offset"].as_u64(), fault["bytes"].as_u64());
        run(&lab).went_well().faults().iter().map(places).collect::<Vec<_>>()
    };
    let once = faults();
    assert!(!once.is_empty() && once.len() < 8, "{once:?}");
    assert_eq!(faults(), once);
}

#[test]
fn a_relay_without_a_server_takes_everything_and_never_answers() {
    let lab = format!(
        "[[endpoints]]\nname = \"wire\"\nkind = \"relay\"\n[[endpoints]]\nname = \"client\"\nkind = \"tcp-client\"\nremote = \"@wire\"\n{}",
        listed(
            "open = \"wire\"\nopen = \"client\"\nsend = { from = \"client\", text = \"hello\" }\nexpect = { at = \"wire\", bytes = 5 }\nexpect = { at = \"client\", bytes = 1, within = \"200ms\" }"
        )
    );
    run(&lab).failed_at(5, "0 of 1 byte");
}

/// The bytes that an endpoint received and sent, and those that the ledger says were taken out.
fn account(ran: &Ran, endpoint: &str) -> [u64; 3] {
    let calls = ran.of_type("call");
    let sum = |ops: [&str; 2]| {
        let own = calls.iter().filter(|call| call["endpoint"] == endpoint && call["errno"].is_null());
        own.filter(|call| ops.iter().any(|op| call["op"] == *op)).filter_map(|call| call["len"].as_u64()).sum()
    };
    let removed = ran.faults().iter().filter_map(|fault| fault["removed"].as_u64()).sum();
    [sum(["recv", "recvfrom"]), sum(["send", "sendto"]), removed]
}

#[test]
fn what_a_relay_without_a_server_swallows_is_in_the_ledger_byte_for_byte() {
    for (protocol, client) in [("tcp", "tcp-client"), ("udp", "udp")] {
        let lab = format!(
            "[[endpoints]]\nname = \"wire\"\nkind = \"relay\"\nprotocol = \"{protocol}\"\n[[endpoints]]\nname = \"client\"\nkind = \"{client}\"\nremote = \"@wire\"\n{}",
            listed(
                "open = \"wire\"\nopen = \"client\"\nsend = { from = \"client\", text = \"hello\" }\nexpect = { at = \"wire\", fault = \"swallowed\" }\nsend = { from = \"client\", text = \"again!\" }\nexpect = { at = \"wire\", fault = \"swallowed\" }"
            )
        );
        let ran = run(&lab).went_well();
        assert_eq!(account(&ran, "wire"), [11, 0, 11], "{}", ran.out);
        for fault in ran.faults() {
            assert_eq!(
                (&fault["kind"], &fault["felt"], &fault["direction"]),
                (&"swallowed".into(), &Value::Null, &"up".into())
            );
        }
    }
}

#[test]
fn what_a_relay_that_is_down_is_sent_is_on_the_account_of_its_fault() {
    let lab = format!(
        "[[endpoints]]\nname = \"server\"\nkind = \"udp\"\nservice = {{ kind = \"echo\" }}\n\
         [[endpoints]]\nname = \"wire\"\nkind = \"relay\"\nprotocol = \"udp\"\nremote = \"@server\"\n\
         [[endpoints.faults]]\nkind = \"down\"\nname = \"dark\"\n\
         [[endpoints]]\nname = \"client\"\nkind = \"udp\"\nremote = \"@wire\"\n{}",
        listed(
            "send = { from = \"client\", text = \"one\" }\nexpect = { at = \"wire\", bytes = 3 }\nexpect = { at = \"wire\", fault = \"dark\" }"
        )
    );
    let ran = run(&lab).went_well();
    assert_eq!(account(&ran, "wire"), [3, 0, 3], "{}", ran.out);
    assert!(ran.faults().iter().all(|fault| fault["name"] == "dark"), "{}", ran.out);
}

#[test]
fn a_server_that_is_not_there_is_a_reset_to_the_client() {
    let steps = "open = \"wire\"\nopen = \"client\"\nexpect = { at = \"client\", error = \"ECONNRESET\" }\nopen = \"server\"\nclose = \"client\"\nopen = \"client\"\nsend = { from = \"client\", text = \"now\" }\nexpect = { at = \"client\", text = \"now\" }";
    // Else the reset may come before the client has seen that it is connected, and its opening fails.
    let late = "kind = \"accept-late\" ; nth = [1] ; delay = \"500ms\"";
    let ran = run(&relayed(late, steps)).went_well();
    assert!(ran.notices().contains("wire"), "{}", ran.notices());
}

#[test]
fn datagrams_pass_a_relay_and_the_second_is_lost() {
    let lab = format!(
        "[[endpoints]]\nname = \"server\"\nkind = \"udp\"\nservice = {{ kind = \"echo\" }}\n\
         [[endpoints]]\nname = \"wire\"\nkind = \"relay\"\nprotocol = \"udp\"\nremote = \"@server\"\n\
         [[endpoints.faults]]\nkind = \"drop\"\ndirection = \"up\"\nnth = [2]\n\
         [[endpoints]]\nname = \"client\"\nkind = \"udp\"\nremote = \"@wire\"\n{}",
        listed(
            "send = { from = \"client\", text = \"one\" }\nexpect = { at = \"client\", text = \"one\" }\nsend = { from = \"client\", text = \"two\" }\nsend = { from = \"client\", text = \"three\" }\nexpect = { at = \"client\", text = \"three\" }"
        )
    );
    let ran = run(&lab).went_well();
    let faults = ran.faults();
    assert_eq!(faults.len(), 1, "{}", ran.out);
    assert_eq!(
        (&faults[0]["kind"], &faults[0]["bytes"], &faults[0]["felt"]),
        (&"drop".into(), &3.into(), &Value::Null)
    );
}

#[test]
fn who_felt_the_harm_of_a_datagram_is_found_whatever_its_socket_is_bound_to() {
    let lab = |local: &str| {
        format!(
            "[[endpoints]]\nname = \"server\"\nkind = \"udp\"\nservice = {{ kind = \"echo\" }}\n\
             [[endpoints]]\nname = \"wire\"\nkind = \"relay\"\nprotocol = \"udp\"\nremote = \"@server\"\n\
             [[endpoints.faults]]\nkind = \"latency\"\ndelay = \"30ms\"\n\
             [[endpoints]]\nname = \"client\"\nkind = \"udp\"\n{local}remote = \"@wire\"\n{}",
            listed(
                "send = { from = \"client\", text = \"one\" }\nexpect = { at = \"client\", text = \"one\" }\nwait = \"20ms\""
            )
        )
    };
    for local in ["", "local = \"127.0.0.1:0\"\n", "local = \"0.0.0.0:0\"\n"] {
        let ran = run(&lab(local)).went_well();
        let felt: Vec<(Value, Value)> = ran
            .faults()
            .iter()
            .map(|fault| (fault["direction"].clone(), ran.call(&fault["felt"])["endpoint"].clone()))
            .collect();
        assert_eq!(felt, [("up".into(), "server".into()), ("down".into(), "client".into())], "{local}{}", ran.out);
    }
}

#[cfg(unix)]
#[test]
fn a_relay_leads_from_a_unix_socket_to_tcp() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wire.sock");
    let lab = format!(
        "{ECHO}[[endpoints]]\nname = \"wire\"\nkind = \"relay\"\nprotocol = \"unix\"\nlocal = {path:?}\nremote = \"@server\"\n\
         [[endpoints]]\nname = \"client\"\nkind = \"unix-client\"\nremote = \"@wire\"\n{}",
        listed("send = { from = \"client\", text = \"hello\" }\nexpect = { at = \"client\", text = \"hello\" }")
    );
    run(&lab).went_well();
    assert!(!path.exists(), "the file of the socket is gone with it");
}

#[cfg(unix)]
#[test]
fn a_relay_leads_from_a_unix_socket_to_another() {
    let folder = tempfile::tempdir().unwrap();
    let [server, wire] = ["server.sock", "wire.sock"].map(|name| folder.path().join(name));
    let lab = format!(
        "[[endpoints]]\nname = \"server\"\nkind = \"unix-server\"\nlocal = {server:?}\nservice = {{ kind = \"echo\" }}\n\
         [[endpoints]]\nname = \"wire\"\nkind = \"relay\"\nprotocol = \"unix\"\nlocal = {wire:?}\nremote = \"@server\"\n\
         [[endpoints.faults]]\nkind = \"latency\"\ndirection = \"down\"\ndelay = \"20ms\"\n\
         [[endpoints]]\nname = \"client\"\nkind = \"unix-client\"\nremote = \"@wire\"\n{}",
        listed(
            "send = { from = \"client\", text = \"hello\" }\nexpect = { at = \"client\", text = \"hello\" }\nshutdown = { at = \"client\", how = \"write\" }\nexpect = { at = \"client\", eof = true }"
        )
    );
    let ran = run(&lab).went_well();
    assert_eq!(account(&ran, "wire"), [10, 10, 0], "{}", ran.out);
    let faults = ran.faults();
    assert_eq!(faults.len(), 1, "{}", ran.out);
    assert_eq!(ran.call(&faults[0]["felt"])["endpoint"], "client");
    assert!(!server.exists() && !wire.exists(), "the files of the sockets are gone with them");
}

#[test]
fn what_a_relay_cannot_be_is_refused_with_its_place() {
    let relay =
        |more: &str| format!("{ECHO}[[endpoints]]\nname = \"wire\"\nkind = \"relay\"\nremote = \"@server\"\n{more}");
    for (lab, place) in [
        (relay("service = { kind = \"echo\" }\n"), "service"),
        (relay("protocol = \"sctp\"\n"), "protocol"),
        (relay("protocol = \"udp\"\n"), "remote"),
        (relay("[[endpoints.faults]]\nkind = \"drop\"\n"), "endpoints[1].faults[0].kind"),
        (relay("[[endpoints.faults]]\nkind = \"latency\"\nrate = \"1KB/s\"\n"), "endpoints[1].faults[0].rate"),
        (relay("[[endpoints.faults]]\nkind = \"latency\"\ndelay = \"999h\"\n"), "endpoints[1].faults[0].delay"),
        (relay("[[endpoints.faults]]\nkind = \"reset\"\nprobability = 1.5\n"), "endpoints[1].faults[0].probability"),
        (relay("[[endpoints.faults]]\nkind = \"slicer\"\nsize = \"9..1\"\n"), "endpoints[1].faults[0].size"),
        (relay("[[endpoints.faults]]\nkind = \"slicer\"\nnth = []\n"), "endpoints[1].faults[0].nth"),
        (relay("[[endpoints.faults]]\nkind = \"refuse\"\ndirection = \"up\"\n"), "endpoints[1].faults[0].direction"),
        (
            "[[endpoints]]\nname = \"a\"\nkind = \"relay\"\nremote = \"@b\"\n[[endpoints]]\nname = \"b\"\nkind = \"relay\"\nremote = \"@a\"\n".to_owned(),
            "endpoints[0].remote",
        ),
    ] {
        let file = Lab::new(&lab);
        let ran = Ran::of(program("C").arg("check").arg(file.path()).spawn().unwrap());
        assert_eq!(ran.status, Some(2), "{lab}\n{}", ran.out);
        assert!(ran.err.contains(place), "{lab}\n{}", ran.err);
    }
}

#[test]
fn steps_switch_faults_on_and_off_and_expect_them() {
    let steps = format!(
        "{OPEN}{}",
        r#"
        send = { from = "client", text = "a" }
        expect = { at = "client", text = "a" }
        fault = { at = "wire", kind = "half-open", direction = "down", name = "gone" }
        send = { from = "client", text = "b" }
        expect = { at = "wire", fault = "gone", within = "2s" }
        "#
    );
    let more = "calm = \"wire\"\nsend = { from = \"client\", text = \"c\" }\nexpect = { at = \"client\", text = \"c\" }\nfault = { at = \"wire\", kind = \"reset\" }\nexpect = { at = \"wire\", fault = \"reset\" }\nexpect = { at = \"client\", error = \"ECONNRESET\" }";
    let ran = run(&relayed("", &format!("{steps}\n{more}"))).went_well();
    assert!(ran.faults().iter().any(|fault| fault["name"] == "gone" && fault["removed"] == 1), "{}", ran.out);
}

#[test]
fn an_expected_fault_that_does_not_happen_fails_its_step() {
    let steps = format!("{OPEN}expect = {{ at = \"wire\", fault = \"reset\", within = \"100ms\" }}");
    run(&relayed("", &steps)).failed_at(4, "the fault \"reset\" has not happened: waited 100 ms");
}

#[test]
fn a_reset_at_once_is_one_row_too() {
    let steps = format!(
        "{OPEN}send = {{ from = \"client\", text = \"a\" }}\nexpect = {{ at = \"client\", text = \"a\" }}\nfault = {{ at = \"wire\", kind = \"reset\" }}\nexpect = {{ at = \"client\", error = \"ECONNRESET\" }}\nexpect = {{ at = \"server\", error = \"ECONNRESET\" }}"
    );
    let ran = run(&relayed("", &steps)).went_well();
    assert_eq!(ran.faults().len(), 1, "{}", ran.out);
}

#[test]
fn the_ledger_is_in_a_recording_and_comes_back_with_who_felt_what() {
    let steps = format!(
        "{OPEN}send = {{ from = \"client\", text = \"hello\" }}\nexpect = {{ at = \"client\", text = \"hello\" }}\nfault = {{ at = \"wire\", kind = \"half-open\" }}\nsend = {{ from = \"client\", text = \"gone\" }}\nexpect = {{ at = \"wire\", fault = \"half-open\" }}"
    );
    let lab =
        Lab::new(&relayed("kind = \"latency\" ; direction = \"down\" ; delay = \"50ms\" ; name = \"slow\"", &steps));
    let trace = lab.folder.path().join("x.lab-trace");
    let ran = lab.run(&["--record", trace.to_str().unwrap()]).went_well();
    let exported = program("C").args(["export", trace.to_str().unwrap(), "--format", "jsonl"]).output().unwrap();
    let lines = String::from_utf8(exported.stdout).unwrap();
    let again: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|line| line["type"] == "fault")
        .collect();
    let faults = ran.faults();
    assert_eq!(again, faults, "{lines}");
    assert!(faults.iter().any(|fault| fault["felt"].is_u64()) && faults.iter().any(|fault| fault["felt"].is_null()));
}
