//! Relays in trouble: servers that refuse, vanish or are slow, clients that flood, relays that lead to each other, and a
//! program behind one.

use std::net::TcpListener;

use super::relays::{OPEN, relayed};
use super::*;

#[test]
fn a_server_that_vanishes_is_a_reset_to_the_client_and_one_that_ends_an_end() {
    for (close, expected) in [
        ("{ at = \"server\", conn = 1, reset = true }", "error = \"ECONNRESET\""),
        ("{ at = \"server\", conn = 1 }", "eof = true"),
    ] {
        let steps = format!(
            "{OPEN}send = {{ from = \"client\", text = \"a\" }}\nexpect = {{ at = \"client\", text = \"a\" }}\nclose = {close}\nexpect = {{ at = \"client\", {expected} }}"
        );
        run(&relayed("", &steps)).went_well();
    }
}

#[test]
fn a_client_that_floods_a_slow_way_is_slowed_down_itself() {
    const ALL: u64 = 24 * 1024 * 1024;
    let steps = format!(
        "{OPEN}send = {{ from = \"client\", file = \"much\" }}\nshutdown = {{ at = \"client\", how = \"write\" }}\nexpect = {{ at = \"server\", bytes = {ALL}, eof = true, within = \"20s\" }}"
    );
    let lab = relayed("kind = \"stall\" ; direction = \"up\" ; delay = \"700ms\"", &steps);
    let file = Lab::new(&lab.replace("service = { kind = \"echo\" }\n", ""));
    std::fs::write(file.folder.path().join("much"), vec![7; ALL as usize]).unwrap();
    let ran = file.run(&[]).went_well();
    let most = most_held(&ran);
    assert!((1..=5 * 1024 * 1024).contains(&most), "{most} bytes were held at once");
}

#[test]
fn a_server_that_reads_slowly_slows_its_client_down_and_gets_every_byte() {
    const ALL: usize = 8 * 1024 * 1024;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let reads = move || {
        let mut stream = listener.accept().unwrap().0;
        let (mut all, mut piece) = (Vec::new(), vec![0; 64 * 1024]);
        loop {
            match stream.read(&mut piece).unwrap() {
                0 => return all,
                len => all.extend_from_slice(&piece[..len]),
            }
            thread::sleep(Duration::from_millis(1));
        }
    };
    let server = thread::Builder::new().name("slow server".to_owned()).spawn(reads).unwrap();
    let steps = "open = \"wire\"\nopen = \"client\"\nsend = { from = \"client\", file = \"much\" }\nshutdown = { at = \"client\", how = \"write\" }\nexpect = { at = \"client\", eof = true, within = \"25s\" }";
    let lab = relayed("", steps).replace("remote = \"@server\"", &format!("remote = \"127.0.0.1:{port}\""));
    let file = Lab::new(&lab);
    let sent: Vec<u8> = (0..ALL).map(|place| (place / 251 % 256) as u8).collect();
    std::fs::write(file.folder.path().join("much"), &sent).unwrap();
    let ran = file.run(&[]).went_well();
    assert!(server.join().unwrap() == sent, "every byte, in order");
    assert!(most_held(&ran) <= 64 * 1024, "no more is received than has gone on");
}

/// The most bytes that the relay had received and not sent on, of the way up of its first client.
fn most_held(ran: &Ran) -> u64 {
    let (mut held, mut most) = (0, 0);
    for call in ran.of_type("call").iter().filter(|call| call["endpoint"] == "wire" && call["errno"].is_null()) {
        match (call["conn"].as_u64(), call["op"].as_str()) {
            (Some(1), Some("recv")) => held += call["len"].as_u64().unwrap(),
            (Some(2), Some("send")) => held -= call["len"].as_u64().unwrap(),
            _ => {}
        }
        most = most.max(held);
    }
    assert_eq!(held, 0);
    most
}

/// Two ports that are free.
fn two_ports() -> [u16; 2] {
    let both = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    both.map(|listener| listener.local_addr().unwrap().port())
}

#[test]
fn relays_that_lead_to_each_other_by_their_addresses_are_refused() {
    let [one, other] = two_ports();
    let relay = |name: &str, own: u16, to: &str| {
        format!("[[endpoints]]\nname = \"{name}\"\nkind = \"relay\"\nlocal = \"127.0.0.1:{own}\"\nremote = \"{to}\"\n")
    };
    for to in [format!("127.0.0.1:{one}"), format!("localhost:{one}"), "@a".to_owned()] {
        let lab = format!(
            "{}{}{}",
            relay("a", one, &format!("127.0.0.1:{other}")),
            relay("b", other, &to),
            listed("open = \"a\" ; fails = \"ELOOP\"\nopen = \"b\" ; fails = \"ELOOP\"")
        );
        run(&lab).went_well();
    }
    let lab = format!("{}{}", relay("a", one, &format!("127.0.0.1:{one}")), listed("open = \"a\" ; fails = \"ELOOP\""));
    run(&lab).went_well();
}

#[test]
fn a_row_of_relays_is_no_loop() {
    let more = "[[endpoints]]\nname = \"before\"\nkind = \"relay\"\nremote = \"@wire\"\n";
    let steps = "open = \"server\"\nopen = \"wire\"\nopen = \"before\"\nopen = \"client\"\nsend = { from = \"client\", text = \"a\" }\nexpect = { at = \"client\", text = \"a\" }";
    let lab = relayed("", steps).replace("remote = \"@wire\"\n", "remote = \"@before\"\n");
    let at = lab.find("[[steps]]").unwrap();
    run(&format!("{}{more}{}", &lab[..at], &lab[at..])).went_well();
}

#[cfg(unix)]
#[test]
fn a_relay_leads_to_a_programs_listener_also_when_that_is_another_one() {
    if Command::new("python3").arg("-V").output().is_err() {
        return eprintln!("left out: no python3");
    }
    let server = "import socket\ns = socket.create_server(('127.0.0.1', 0))\nwhile True:\n c, _ = s.accept()\n c.sendall(c.recv(99).upper())\n c.close()\n";
    let lab = format!(
        "[[programs]]\nname = \"srv\"\nrun = [\"python3\", \"server.py\"]\nwatch = \"auto\"\n\
         [[endpoints]]\nname = \"wire\"\nkind = \"relay\"\nremote = \"@srv\"\n\
         [[endpoints]]\nname = \"client\"\nkind = \"tcp-client\"\nremote = \"@wire\"\n{}",
        listed(
            "open = \"wire\"\nopen = \"client\"\nexpect = { at = \"client\", error = \"ECONNRESET\" }\nclose = \"client\"\n\
             start = \"srv\"\nexpect = { at = \"srv\", call = \"listen\", within = \"10s\" }\n\
             open = \"client\"\nsend = { from = \"client\", text = \"one\" }\nexpect = { at = \"client\", text = \"ONE\", within = \"5s\" }\nclose = \"client\"\n\
             stop = \"srv\"\nstart = \"srv\"\nexpect = { at = \"srv\", call = \"listen\", within = \"10s\" }\n\
             open = \"client\"\nsend = { from = \"client\", text = \"two\" }\nexpect = { at = \"client\", text = \"TWO\", within = \"5s\" }"
        )
    );
    let file = Lab::new(&lab);
    std::fs::write(file.folder.path().join("server.py"), server).unwrap();
    file.run(&["--allow-programs"]).went_well();
}
