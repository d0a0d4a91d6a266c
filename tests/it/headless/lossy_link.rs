//! Labs on a lossy link: the segments are the kernel's own, and so is what it does about a loss.

use super::*;

/// An echo server and its client on a link with these faults.
fn linked(faults: &str, steps: &str) -> String {
    format!(
        "{SERVER}service = {{ kind = \"echo\" }}\nlocal = \"127.0.0.1:0\"\n{CLIENT}[link]\nseed = 7\nfaults = [{faults}]\n{}",
        listed(steps)
    )
}

/// `None` where the system does not let users make namespaces; then it has said so.
fn run_linked(lab: &str, arguments: &[&str]) -> Option<Ran> {
    let ran = Lab::new(lab).run(arguments);
    if ran.err.contains("There is no lossy link") {
        assert_eq!(ran.status, Some(1));
        eprintln!("left out: {}", ran.err);
        return None;
    }
    Some(ran.went_well())
}

const TALK: &str = "send = { from = \"client\", text = \"hello\" }\nexpect = { at = \"client\", text = \"hello\", within = \"10s\" }\nclose = \"client\"";

#[test]
fn a_lost_segment_is_sent_again_by_the_kernel_itself() {
    // Of the client's frames the first is its SYN, the second its ACK, the third has its bytes.
    let faults = "{ kind = \"drop\", direction = \"up\", nth = [3] }";
    let Some(ran) = run_linked(&linked(faults, TALK), &[]) else { return };
    let frames = ran.of_type("frame");
    let up: Vec<&Value> = frames.iter().filter(|frame| frame["direction"] == "up").collect();
    assert_eq!((&up[0]["flags"], &up[0]["fate"]), (&"SYN".into(), &"passed".into()), "{}", ran.out);
    let lost = up[2];
    assert_eq!((&lost["len"], &lost["fate"], &lost["again"]), (&5.into(), &"dropped".into(), &false.into()));
    let again = up.iter().find(|frame| frame["again"] == true).expect("a retransmission");
    assert_eq!((&again["seq"], &again["len"], &again["fate"]), (&lost["seq"], &5.into(), &"passed".into()));
    let call = |endpoint: &str, op: &str| {
        ran.of_type("call")
            .into_iter()
            .find(|call| call["endpoint"] == endpoint && call["op"] == op && call["len"] == 5)
    };
    let waited = call("server", "recv").unwrap()["took"].as_f64().unwrap();
    assert!(waited > 0.1, "the server's recv waited for the retransmission: {waited}");
    assert_eq!(frames.iter().filter(|frame| frame["fate"] == "dropped").count(), 1);
}

#[test]
fn whatever_the_link_does_to_frames_tcp_delivers_every_byte_in_order() {
    let faults = "{ kind = \"drop\", probability = 0.05 }, { kind = \"duplicate\", probability = 0.05 }, \
                  { kind = \"reorder\", probability = 0.05 }, { kind = \"latency\", delay = \"2ms\", jitter = \"2ms\" }";
    let text: String = (0..20_000).map(|number| format!("{number:04} ")).collect::<String>()[..60_000].to_owned();
    let steps = format!(
        "send = {{ from = \"client\", text = {text:?} }}\nexpect = {{ at = \"client\", text = {text:?}, within = \"25s\" }}"
    );
    let Some(ran) = run_linked(&linked(faults, &steps), &[]) else { return };
    let frames = ran.of_type("frame");
    let of = |fate: &str| frames.iter().filter(|frame| frame["fate"] == fate).count();
    assert!(of("passed") > 60 && of("duplicate") > 0, "{}", frames.len());
    assert!(of("dropped") == 0 || frames.iter().any(|frame| frame["again"] == true));
}

#[test]
fn a_capture_of_a_lossy_link_has_the_real_frames() {
    let faults = "{ kind = \"drop\", direction = \"up\", nth = [3] }";
    let lab = Lab::new(&linked(faults, TALK));
    let path = lab.folder.path().join("x.pcapng");
    let ran = lab.run(&["--record", path.to_str().unwrap()]);
    if ran.err.contains("There is no lossy link") {
        return;
    }
    ran.went_well();
    let bytes = std::fs::read(path).unwrap();
    let has = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(has("Frames of the lossy link, as they were"));
    assert!(has("dropped on the lossy link") && has("sent before: a retransmission"));
}

#[test]
fn datagrams_that_the_link_loses_do_not_come_again() {
    let lab = format!(
        "[[endpoints]]\nname = \"server\"\nkind = \"udp\"\nservice = {{ kind = \"echo\" }}\n\
         [[endpoints]]\nname = \"client\"\nkind = \"udp\"\nremote = \"@server\"\n\
         [link]\nfaults = [{{ kind = \"drop\", direction = \"up\", nth = [1] }}]\n{}",
        listed(
            "send = { from = \"client\", text = \"one\" }\nsend = { from = \"client\", text = \"two\" }\nexpect = { at = \"client\", text = \"two\", within = \"5s\" }"
        )
    );
    let Some(ran) = run_linked(&lab, &[]) else { return };
    let frames = ran.of_type("frame");
    assert_eq!((&frames[0]["protocol"], &frames[0]["fate"]), (&"UDP".into(), &"dropped".into()));
}

#[test]
fn a_link_in_a_lab_file_is_read_and_refused_with_its_place() {
    for (link, place) in [
        ("[link]\nfaults = [{ kind = \"reset\" }]", "link.faults[0].kind"),
        ("[link]\nloss = 5", "link.loss"),
        ("[link]\nseed = -1", "link.seed"),
    ] {
        let file = Lab::new(&format!("{SERVER}{link}\n"));
        let ran = Ran::of(program("C").arg("check").arg(file.path()).spawn().unwrap());
        assert_eq!(ran.status, Some(2), "{link}\n{}", ran.out);
        assert!(ran.err.contains(place), "{link}\n{}", ran.err);
    }
}

#[test]
fn programs_are_at_the_two_ends_of_the_link_and_feel_its_losses() {
    if Command::new("python3").arg("-V").output().is_err() {
        return eprintln!("left out: no python3");
    }
    let server = "import socket\ns = socket.socket()\ns.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)\ns.bind(('127.0.0.1', 7070))\ns.listen()\nc, _ = s.accept()\nc.sendall(c.recv(99).upper())\nc.recv(1)\n";
    let client = "import socket\nc = socket.create_connection(('127.0.0.1', 7070))\nc.sendall(b'hello')\nprint(c.recv(99).decode(), flush=True)\n";
    // Of the client's frames the third has its bytes.
    let lab = format!(
        "[[programs]]\nname = \"srv\"\nrun = [\"python3\", \"server.py\"]\nwatch = \"auto\"\n\
         [[programs]]\nname = \"cli\"\nrun = [\"python3\", \"client.py\"]\nwatch = \"auto\"\n\
         [link]\nfaults = [{{ kind = \"drop\", direction = \"up\", nth = [3] }}]\n{}",
        listed(
            "start = \"srv\"\nexpect = { at = \"srv\", call = \"listen\", within = \"10s\" }\nstart = \"cli\"\n\
             expect = { at = \"cli\", output = \"HELLO\", within = \"10s\" }\nexpect = { at = \"srv\", exit = 0, within = \"10s\" }"
        )
    );
    let file = Lab::new(&lab);
    std::fs::write(file.folder.path().join("server.py"), server).unwrap();
    std::fs::write(file.folder.path().join("client.py"), client).unwrap();
    let ran = file.run(&["--allow-programs"]);
    if ran.err.contains("There is no lossy link") {
        return eprintln!("left out: {}", ran.err);
    }
    let ran = ran.went_well();
    let frames = ran.of_type("frame");
    assert!(frames.iter().any(|frame| frame["fate"] == "dropped" && frame["len"] == 5), "{}", ran.out);
    assert!(frames.iter().any(|frame| frame["again"] == true && frame["len"] == 5), "{}", ran.out);
    let recv = ran.of_type("call").into_iter().find(|call| call["endpoint"] == "srv" && call["len"] == 5);
    assert!(recv.is_none_or(|call| call["took"].as_f64().unwrap() > 0.1), "its recv waited for the retransmission");
}
