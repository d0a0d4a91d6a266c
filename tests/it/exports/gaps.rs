//! Bytes that were not kept, and traces without their beginning.

use super::*;

#[test]
fn a_trace_whose_beginning_is_gone_goes_on_in_its_middle() {
    if !has_tshark() {
        return;
    }
    let mut talk = Talk::tcp();
    for _ in 0..10 {
        talk.send(Client, vec![b'a'; 1000]);
        talk.recv(Server, vec![b'a'; 1000]);
        talk.send(Server, "ok");
        talk.recv(Client, "ok");
    }
    talk.close(Client);
    talk.end(Server);
    talk.close(Server);
    // Begins with the recv of what was sent by a call that is gone.
    talk.calls.drain(..15);
    let capture = talk.capture();
    let streams = capture.is_sound().followed();
    assert_eq!(streams.map(|stream| stream.len()), [7000, 14]);
}

#[test]
fn bytes_beyond_the_snaplen_are_missing_and_not_made_up() {
    if !has_tshark() {
        return;
    }
    let mut talk = Talk::tcp();
    talk.send(Client, vec![b'a'; 200_000]);
    let call = talk.calls.last_mut().unwrap();
    call.data = call.data.slice(..70_000);
    talk.send(Client, "end");
    // The other end is elsewhere: nobody has the rest.
    talk.calls.remove(1);
    let capture = talk.capture();
    let lens = capture.fields(&["frame.len", "frame.cap_len", "tcp.len"]);
    let first = 14 + 20 + 20;
    let full = 65_483;
    let row = |len: usize, kept: usize| [(first + len).to_string(), (first + kept).to_string(), len.to_string()];
    assert_eq!(lens[3], row(full, full));
    assert_eq!(lens[4], row(full, 70_000 - full));
    assert_eq!(lens[5], row(full, 0));
    assert_eq!(lens[6], row(200_000 - 3 * full, 0));
    assert_eq!(lens[7], row(3, 3));
    let bad = "_ws.malformed || tcp.analysis.retransmission || tcp.analysis.lost_segment || tcp.checksum.status == 0";
    assert_eq!(capture.lines(&["-Y", bad]), [""; 0]);
}

#[test]
fn what_was_not_kept_of_a_send_comes_from_the_receiver() {
    if !has_tshark() {
        return;
    }
    let data: Vec<u8> = (0..1u32 << 20).map(|n| (n / 5) as u8).collect();
    for reads in [true, false] {
        let mut talk = Talk::tcp();
        talk.send(Client, data.clone());
        let call = talk.calls.last_mut().unwrap();
        call.data = call.data.slice(..70_000);
        talk.send(Client, "end");
        talk.close(Client);
        if reads {
            for part in data.chunks(300_000) {
                talk.recv(Server, part);
            }
            talk.recv(Server, "end");
            talk.end(Server);
        }
        talk.close(Server);
        let capture = talk.capture();
        if reads {
            assert!(capture.is_sound().followed()[0] == [&data[..], b"end"].concat());
        }
        let lens: Vec<String> = capture.fields(&["tcp.len"]).into_iter().flatten().collect();
        assert_eq!(lens.iter().map(|len| len.parse::<usize>().unwrap()).sum::<usize>(), (1 << 20) + 3);
        assert_eq!(capture.lines(&["-Y", "tcp.flags.fin == 1"]).len(), 2);
        let bad = "_ws.malformed || tcp.analysis.retransmission || tcp.analysis.lost_segment";
        assert_eq!(capture.lines(&["-Y", bad]), [""; 0]);
    }
}
