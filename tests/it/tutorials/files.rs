//! A server that sends the file whose name it receives.

use super::labs::run_file;
use crate::support::headless::Lab;
use crate::support::peers::Peer;

#[test]
fn the_example_downloads_what_is_there_and_is_refused_what_is_not() {
    let ran = run_file("08");
    let told: Vec<_> = ran.expects().map(|line| line["detail"].as_str().unwrap()).collect();
    assert_eq!(told.iter().filter(|told| told.ends_with(": identical")).count(), 4, "{told:?}");
    assert!(ran.notices().contains("leads out of the shared folder"), "{}", ran.notices());
    assert_eq!(ran.shown_of("guesser", "recv"), ["recv(1024)=0"]);
}

#[test]
fn a_python_client_gets_files_by_their_names() {
    let text =
        "[[endpoints]]\nname = \"server\"\nkind = \"tcp-server\"\nservice = { kind = \"files\", root = \".\" }\n";
    let lab = Lab::new(text);
    lab.put("poem.txt", "床前明月光".as_bytes());
    let mut run = lab.start();
    let port = run.address("server").port().to_string();
    let Some(peer) = Peer::run("file_client.py", &[&port, "poem.txt", "other.txt", "poem.txt"]) else { return };
    assert_eq!(peer.output(), "poem.txt 15\nother.txt 0\npoem.txt 15\n");
}

#[test]
fn the_lab_gets_a_file_of_a_python_server() {
    let Some(mut peer) = Peer::run("file_server.py", &["2"]) else { return };
    let address = peer.address();
    let client =
        |name: &str| format!("[[endpoints]]\nname = \"{name}\"\nkind = \"tcp-client\"\nremote = \"{address}\"\n");
    let steps = r#"
[[steps]]
send = { from = "one", text = "big.bin" }
[[steps]]
expect = { at = "one", bytes = 5000, eof = true }
[[steps]]
close = "one"
[[steps]]
open = "two"
[[steps]]
send = { from = "two", text = "no such file" }
[[steps]]
expect = { at = "two", eof = true }
"#;
    Lab::new(&format!("{}{}{steps}", client("one"), client("two"))).start().finish().went_well();
    assert_eq!(peer.output(), "big.bin\nno such file\n");
}
