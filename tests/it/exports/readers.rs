//! Programs that read captures, each in its own way: what they make of a conversation is what was said. Thirteen have been
//! tried by hand; these five are in `.ci/run`. Each that is missing says so and passes.

use super::*;

const ASKED: &[u8] = b"GET /a HTTP/1.0\r\n\r\n";
const ANSWERED: &[u8] = b"HTTP/1.0 200 OK\r\n\r\nhello";

fn conversation() -> Capture {
    let mut talk = Talk::tcp();
    // In pieces that are not those in which it is received.
    for piece in ASKED.chunks(7) {
        talk.send(Client, piece);
    }
    talk.recv(Server, ASKED);
    talk.send(Server, ANSWERED);
    for piece in ANSWERED.chunks(9) {
        talk.recv(Client, piece);
    }
    talk.close(Server);
    talk.end(Client);
    talk.close(Client);
    talk.capture()
}

fn output(program: &str, arguments: &[&str]) -> Vec<u8> {
    let out = Command::new(program).args(arguments).output().unwrap();
    assert!(out.status.success(), "{program}: {}", String::from_utf8_lossy(&out.stderr));
    out.stdout
}

#[test]
fn tshark_follows_the_stream() {
    if has_tshark() {
        assert_eq!(conversation().is_sound().followed(), [ASKED, ANSWERED]);
    }
}

#[test]
fn tcpdump_prints_each_packet_with_its_length_and_place() {
    if !has("tcpdump") {
        return;
    }
    let capture = conversation();
    let read = String::from_utf8(output("tcpdump", &["-n", "-r", capture.path.to_str().unwrap()])).unwrap();
    for part in ["seq 1:8, ack", "seq 8:15, ack", "seq 15:20, ack"] {
        assert_eq!(read.matches(part).count(), 1, "{part}: {read}");
    }
}

#[test]
fn tcpflow_writes_both_streams_as_they_were() {
    if !has("tcpflow") {
        return;
    }
    let capture = conversation();
    let folder = tempfile::tempdir().unwrap();
    output("tcpflow", &["-r", capture.path.to_str().unwrap(), "-o", folder.path().to_str().unwrap()]);
    let stream = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
    assert_eq!(stream("127.000.000.001.40000-127.000.000.001.08000"), ASKED);
    assert_eq!(stream("127.000.000.001.08000-127.000.000.001.40000"), ANSWERED);
}

#[test]
fn ngrep_finds_text_in_the_packet_that_has_it() {
    if !has("ngrep") {
        return;
    }
    let capture = conversation();
    let read = output("ngrep", &["-q", "-t", "-I", capture.path.to_str().unwrap(), "hello"]);
    let read = String::from_utf8_lossy(&read);
    assert_eq!(read.matches("127.0.0.1:8000 -> 127.0.0.1:40000").count(), 1, "{read}");
}

#[test]
fn dpkt_reads_every_packet_with_its_time_and_bytes() {
    let python = ["/usr/bin/python3", "python3"]
        .into_iter()
        .find(|python| Command::new(python).args(["-c", "import dpkt"]).output().is_ok_and(|out| out.status.success()));
    let Some(python) = python else {
        println!("skipped: there is no dpkt");
        return;
    };
    let script = "import dpkt, sys\n\
                  streams = {}\n\
                  times = []\n\
                  for time, frame in dpkt.pcapng.Reader(open(sys.argv[1], 'rb')):\n\
                  \x20   segment = dpkt.ethernet.Ethernet(frame).data.data\n\
                  \x20   streams[segment.sport] = streams.get(segment.sport, b'') + segment.data\n\
                  \x20   times.append(time)\n\
                  assert times == sorted(times) and int(times[0]) == 1700000000, times\n\
                  print(streams[40000].hex(), streams[8000].hex())\n";
    let capture = conversation();
    let read = output(python, &["-c", script, capture.path.to_str().unwrap()]);
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    assert_eq!(String::from_utf8(read).unwrap().trim(), format!("{} {}", hex(ASKED), hex(ANSWERED)));
}
