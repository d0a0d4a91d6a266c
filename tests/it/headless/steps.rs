//! Steps: what they send, what they expect, and how they fail.

use super::*;

#[test]
fn the_example_of_the_design_runs_from_end_to_end() {
    let ran = run(&format!(
        "title = \"Auto-reply\"\n{SERVER}local = \"127.0.0.1:0\"\nserving = \"one-at-a-time\"\nbacklog = 5\nrecv_size = 1024\n\
         service = {{ kind = \"suffix\", text = \" SB\" }}\n{CLIENT}encoding = \"utf-8\"\n{}",
        listed(
            "open = \"server\"
            open = \"client\"
            send = { from = \"client\", text = \"hello\" }
            expect = { at = \"client\", text = \"hello SB\", within = \"2s\" }
            wait = \"100ms\"
            shutdown = { at = \"client\", how = \"write\" }
            close = \"client\""
        )
    ))
    .went_well();
    assert_eq!(ran.expects(), [(4, true)]);
    let client = ran.calls("client");
    let find =
        |call: &str| client.iter().position(|it| it == call).unwrap_or_else(|| panic!("no {call} in {client:?}"));
    let order = ["connect=0", "send=5", "recv=8", "shutdown=0", "close=0"].map(find);
    assert!(order.is_sorted(), "{client:?}");
    let server = ran.calls("server");
    for call in ["bind=0", "listen=0", "recv=5", "send=8", "recv=0"] {
        assert!(server.iter().any(|it| it == call), "no {call} in {server:?}");
    }
    assert_eq!(server.iter().filter(|call| *call == "close=0").count(), 2, "the connection and the listener");
    let summary = ran.summary();
    assert_eq!((&summary["sent_bytes"], &summary["received_bytes"]), (&13.into(), &13.into()));
    assert_eq!(summary["calls"], ran.of_type("call").len());
}

#[test]
fn what_comes_in_pieces_is_expected_in_others() {
    run(&pair(
        "{ kind = \"echo\" }",
        "send = { from = \"client\", text = \"one\" }
        wait = \"20ms\"
        send = { from = \"client\", hex = \"74 77 6f\" }
        expect = { at = \"client\", text = \"on\" }
        expect = { at = \"client\", text = \"etw\" }
        expect = { at = \"client\", bytes = 1 }",
    ))
    .went_well();
}

#[test]
fn the_wrong_bytes_fail_at_once_and_end_the_run() {
    let began = Instant::now();
    let ran = run(&pair(
        "{ kind = \"constant\", text = \"good bye\" }",
        "send = { from = \"client\", text = \"hello\" }
        expect = { at = \"client\", text = \"good day\", within = \"20s\" }
        send = { from = \"client\", text = \"never sent\" }",
    ))
    .failed_at(2, "wrong from byte 6 on");
    assert!(began.elapsed() < Duration::from_secs(10));
    assert_eq!(ran.calls("client").iter().filter(|call| call.starts_with("send")).count(), 1);
}

#[test]
fn what_does_not_come_in_time_fails() {
    run(&pair("{ kind = \"manual\" }", "expect = { at = \"client\", text = \"hi\", within = \"100ms\" }"))
        .failed_at(1, "0 of 2 bytes came: waited 100 ms");
}

#[test]
fn a_stream_that_ends_early_fails_without_waiting() {
    let began = Instant::now();
    run(&pair(
        "{ kind = \"echo\", close_after_reply = true }",
        "send = { from = \"client\", text = \"hi\" }
        expect = { at = \"client\", text = \"hi there\", within = \"20s\" }",
    ))
    .failed_at(2, "2 of 8 bytes came: the peer has ended its side");
    assert!(began.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_refused_connection_may_be_what_a_step_asks_for() {
    let client = "[[endpoints]]\nname = \"client\"\nkind = \"tcp-client\"\nremote = \"127.0.0.1:1\"\n";
    let ran = run(&format!("{client}{}", listed("open = \"client\" ; fails = \"ECONNREFUSED\""))).went_well();
    assert_eq!((ran.expects(), ran.notices()), (vec![(1, true)], String::new()));
    assert!(ran.calls("client").contains(&"connect=ECONNREFUSED".to_owned()));

    let ran = run(&format!("{client}{}", listed("open = \"client\""))).failed_at(1, "ECONNREFUSED");
    assert!(ran.notices().contains("no program listens on that port"), "{}", ran.notices());
    run(&format!("{client}{}", listed("open = \"client\" ; fails = \"EPIPE\"")))
        .failed_at(1, "had to fail with EPIPE, but failed otherwise");
}

#[test]
fn a_step_that_had_to_fail_and_did_not_is_a_failure() {
    run(&format!("{SERVER}{}", listed("open = \"server\" ; fails = \"EADDRINUSE\"")))
        .failed_at(1, "succeeded, but had to fail with EADDRINUSE");
}

#[test]
fn a_quit_word_ends_the_connection_unanswered() {
    let ran = run(&pair(
        "{ kind = \"echo\", quit = [\"exit\"] }",
        "send = { from = \"client\", text = \"exit\" }
        expect = { at = \"client\", eof = true }",
    ))
    .went_well();
    assert!(!ran.calls("server").iter().any(|call| call.starts_with("send")));
}

#[test]
fn bytes_and_the_end_are_expected_together() {
    run(&pair(
        "{ kind = \"upper\", close_after_reply = true }",
        "send = { from = \"client\", text = \"hi\" }
        expect = { at = \"client\", text = \"HI\", eof = true }",
    ))
    .went_well();
}

#[test]
fn a_half_closed_client_still_receives() {
    let ran = run(&pair(
        "{ kind = \"manual\" }",
        "send = { from = \"client\", text = \"question\" }
        shutdown = { at = \"client\", how = \"write\" }
        expect = { at = \"server\", text = \"question\", eof = true, conn = 1 }
        send = { from = \"server\", to = 1, text = \"answer\" }
        close = { at = \"server\", conn = 1 }
        expect = { at = \"client\", text = \"answer\", eof = true }
        send = { from = \"client\", text = \"more\" } ; fails = \"EPIPE\"",
    ))
    .went_well();
    assert_eq!(ran.expects(), [(3, true), (6, true), (7, true)]);
}

#[test]
fn a_reset_is_expected_as_an_error() {
    let ran = run(&pair(
        "{ kind = \"manual\" }",
        "send = { from = \"client\", text = \"hi\" }
        expect = { at = \"server\", text = \"hi\" }
        close = { at = \"server\", conn = 1, reset = true }
        expect = { at = \"client\", error = \"ECONNRESET\" }",
    ))
    .went_well();
    assert!(ran.calls("client").contains(&"recv=ECONNRESET".to_owned()));
}

#[test]
fn a_server_tells_its_clients_apart() {
    let second = CLIENT.replace("\"client\"", "\"second\"");
    let steps = listed(
        "open = \"server\"
        open = \"client\"
        open = \"second\"
        send = { from = \"second\", text = \"two\" }
        send = { from = \"client\", text = \"one\" }
        expect = { at = \"server\", text = \"one\", conn = 1 }
        expect = { at = \"server\", text = \"two\", conn = 2 }
        send = { from = \"server\", text = \"to all\" }
        expect = { at = \"client\", text = \"to all\" }
        expect = { at = \"second\", text = \"to all\" }",
    );
    run(&format!("{SERVER}{CLIENT}{second}{steps}")).went_well();
}

#[test]
fn an_endpoint_is_opened_again_after_it_was_closed() {
    let steps = listed(
        "open = \"server\"
        open = \"client\"
        close = \"client\"
        close = \"client\"
        open = \"client\"
        send = { from = \"client\", text = \"hi\" }
        expect = { at = \"client\", text = \"hi\" }",
    );
    run(&format!("{SERVER}service = {{ kind = \"echo\" }}\n{CLIENT}{steps}")).went_well();
}

#[test]
fn datagrams_are_answered_and_each_is_one_call() {
    let udp = |name: &str, rest: &str| format!("[[endpoints]]\nname = \"{name}\"\nkind = \"udp\"\n{rest}\n");
    let room = udp("room", "local = \"127.0.0.1:0\"\nservice = { kind = \"template\", text = \"{counter}:{msg}\" }");
    let guest = udp("guest", "remote = \"@room\"");
    let ran = run(&format!(
        "{room}{guest}{}",
        listed(
            "send = { from = \"guest\", text = \"a\" }
            expect = { at = \"guest\", text = \"1:a\" }
            send = { from = \"guest\", text = \"b\", to = \"@room\" }
            expect = { at = \"guest\", text = \"2:b\" }"
        )
    ))
    .went_well();
    assert_eq!(ran.calls("guest").iter().filter(|call| *call == "recvfrom=3").count(), 2);
}

#[test]
fn texts_are_in_the_encoding_of_their_endpoint() {
    let gbk = |text: &str| format!("{text}encoding = \"gbk\"\n");
    let ran = run(&format!(
        "{}service = {{ kind = \"suffix\", text = \"，好\" }}\n{}{}",
        gbk(SERVER),
        gbk(CLIENT),
        listed(
            "send = { from = \"client\", text = \"你\" }
            expect = { at = \"client\", hex = \"c4 e3 a3 ac ba c3\" }
            send = { from = \"client\", hex = \"c4e3\" }
            expect = { at = \"client\", text = \"你，好\" }"
        )
    ))
    .went_well();
    assert!(ran.calls("client").contains(&"send=2".to_owned()));
}

#[test]
fn a_file_is_sent_from_beside_the_lab() {
    let lab = Lab::new(&pair(
        "{ kind = \"manual\" }",
        "send = { from = \"client\", file = \"data.bin\" }
        expect = { at = \"server\", bytes = 300000 }",
    ));
    std::fs::write(lab.folder.path().join("data.bin"), vec![7; 300_000]).unwrap();
    assert_eq!(lab.run(&[]).went_well().summary()["received_bytes"], 300_000);
    std::fs::remove_file(lab.folder.path().join("data.bin")).unwrap();
    lab.run(&[]).failed_at(1, "data.bin can't be read");
}
