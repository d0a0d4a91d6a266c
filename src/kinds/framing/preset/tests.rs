use std::collections::HashSet;

use super::*;
use crate::kinds::framing::FrameScanner;

/// What real programs sent: each is one frame, or those that it is parted into. The sizes are those of the frames.
const SEEN: &[(&str, &[u8], &[usize])] = &[
    // pymodbus 3.16.1 reads two registers, and is answered.
    ("modbus-tcp", b"\0\x01\0\0\0\x06\x01\x03\0\0\0\x02\0\x01\0\0\0\x07\x01\x03\x04\0\x2a\0\x2b", &[12, 13]),
    ("opc-ua", b"HELF\x20\0\0\0\0\0\0\0\xff\xff\0\0\xff\xff\0\0\0\0\0\0\0\0\0\0\0\0\0\0", &[32]),
    ("mllp", b"\x0bMSH|^~\\&|A|B|C|D|20260101||ADT^A01|id7|P|2.5\r\x1c\r", &[48]),
    ("dicom", b"\x05\0\0\0\0\x04abcd\x07\0\0\0\0\x04\0\0\0\0", &[10, 10]),
    // mosquitto_pub 2.0.11: CONNECT, DISCONNECT.
    ("mqtt", b"\x10\x0c\0\x04MQTT\x04\x02\0<\0\0\xe0\0", &[14, 2]),
    ("amqp", b"AMQP\0\0\x09\x01\x01\0\0\0\0\0\x04\0\x0a\0\x0b\xce", &[8, 12]),
    ("kafka", b"\0\0\0\x0a\0\x12\0\x03\0\0\0\x07\xff\xff", &[14]),
    ("thrift", b"\0\0\0\x11\x80\x01\0\x01\0\0\0\x04ping\0\0\0\x05\0", &[21]),
    ("dns-tcp", b"\0\x04\xab\xcd\x01\0", &[6]),
    ("tpkt", b"\x03\0\0\x07\x02\xf0\x80\x03\0\0\x05a", &[7, 5]),
    ("sip", b"\r\nOPTIONS sip:a@b SIP/2.0\r\nCall-ID: x1\r\nContent-Length: 2\r\n\r\nab", &[61]),
    // util-linux's logger --octet-count; syslog-ng counts a line feed of the message.
    ("syslog-octets", b"9 <13>hello7 <13>hi\n", &[11, 9]),
    ("syslog-lines", b"<13>hello\n<14>hi\n", &[10, 7]),
    ("fix", b"8=FIX.4.4\x019=5\x0135=0\x0134=7\x0110=123\x018=FIX.4.4\x01", &[31]),
    ("netstring", b"5:hello,0:,", &[8, 3]),
    ("postgresql", b"\0\0\0\x08\x04\xd2\x16\x2fQ\0\0\0\x06a\0", &[8, 7]),
    ("mysql", b"\x02\0\0\x00ab\x01\0\0\x01c", &[6, 5]),
    ("resp", b"*2\r\n$3\r\nGET\r\n$1\r\na\r\n+OK\r\nPING\r\n$-1\r\n*0\r\n", &[20, 5, 6, 5, 4]),
    ("memcached", b"set k 0 0 3\r\na\nb\r\nget k\r\nVALUE k 0 1\r\nx\r\nEND\r\n", &[18, 7, 16, 5]),
    ("nmea", b"$GPGGA,1*47\r\n{\"class\":\"VERSION\"}\r\n", &[13, 21]),
    ("scpi", b"*IDN?\r\nVOLT 3\n", &[7, 7]),
];

fn framing(name: &str) -> Framing {
    Framing::of_preset(name).unwrap()
}

/// The sizes of the messages, where the stream comes in pieces of that size.
fn sizes(name: &str, stream: &[u8], piece: usize) -> Vec<usize> {
    let mut scanner = FrameScanner::new(&framing(name), TextEncoding::UTF_8);
    let mut sizes = Vec::new();
    for mut rest in stream.chunks(piece) {
        while let Some(frame) = scanner.next_frame(&mut rest) {
            let frame = frame.unwrap();
            if frame.kind == super::super::FrameKind::Message {
                sizes.push((frame.range.end - frame.range.start) as usize);
            }
        }
    }
    sizes
}

#[test]
fn what_real_programs_send_is_parted_into_their_messages() {
    for (name, stream, expected) in SEEN {
        for piece in [1, 2, 3, 7, stream.len()] {
            assert_eq!(sizes(name, stream, piece), *expected, "{name} in pieces of {piece}");
        }
    }
    let by_silence = ["modbus-rtu", "jetdirect"];
    let covered: HashSet<&str> = SEEN.iter().map(|(name, ..)| *name).chain(by_silence).collect();
    assert_eq!(covered, Preset::ALL.iter().map(|preset| preset.name).collect());
}

#[test]
fn each_message_is_framed_again_as_it_was() {
    for (name, stream, sizes) in SEEN {
        let framing = framing(name);
        let mut scanner = FrameScanner::new(&framing, TextEncoding::UTF_8);
        let mut rest = *stream;
        let mut found = Vec::new();
        while let Some(Ok(frame)) = scanner.next_frame(&mut rest) {
            let place = |range: Range<u64>| range.start as usize..range.end as usize;
            let payload = Bytes::copy_from_slice(&stream[place(frame.payload)]);
            if frame.kind == super::super::FrameKind::Message {
                let framed = super::super::frame(&framing, TextEncoding::UTF_8, payload).unwrap();
                found.push((framed, &stream[place(frame.range)]));
            }
        }
        assert_eq!(found.len(), sizes.len());
        // SCPI takes CR LF and writes LF.
        for (framed, whole) in found.into_iter().filter(|(_, whole)| !(*name == "scpi" && whole.ends_with(b"\r\n"))) {
            assert_eq!(framed, whole, "{name}");
        }
    }
}

/// The fields of the first frame that was seen.
fn fields(name: &str) -> Vec<(&'static str, String)> {
    let (_, stream, sizes) = SEEN.iter().find(|(seen, ..)| *seen == name).unwrap();
    let stream = stream.strip_prefix(b"\r\n").unwrap_or(stream);
    let values = framing(name).fields(&stream[..sizes[0]]);
    values.into_iter().map(|value| (value.name, value.text)).collect()
}

#[test]
fn the_fields_of_a_message_have_names() {
    let expected: &[(&str, &[(&str, &str)])] = &[
        ("modbus-tcp", &[("id", "1"), ("length", "6"), ("unit", "1"), ("function", "3")]),
        ("opc-ua", &[("type", "HEL"), ("chunk", "F"), ("length", "32")]),
        ("mllp", &[("type", "ADT^A01"), ("id", "id7")]),
        ("dicom", &[("type", "5"), ("length", "4")]),
        ("mqtt", &[("type", "1"), ("length", "12")]),
        ("kafka", &[("length", "10"), ("function", "18"), ("version", "3"), ("id", "7")]),
        ("thrift", &[("length", "17"), ("type", "1"), ("function", "ping"), ("id", "5")]),
        ("dns-tcp", &[("length", "4"), ("id", "43981"), ("flags", "256")]),
        ("tpkt", &[("version", "3"), ("length", "7"), ("type", "240")]),
        ("sip", &[("function", "OPTIONS"), ("id", "x1"), ("length", "2")]),
        ("syslog-octets", &[("length", "9"), ("priority", "13")]),
        ("fix", &[("type", "0"), ("id", "7"), ("length", "5")]),
        ("postgresql", &[("length", "8"), ("code", "80877103")]),
        ("mysql", &[("length", "2"), ("id", "0"), ("type", "97")]),
        ("resp", &[("type", "*"), ("function", "GET")]),
        ("memcached", &[("function", "set"), ("id", "k")]),
        ("nmea", &[("talker", "GP"), ("type", "GGA"), ("checksum", "47")]),
        ("scpi", &[("function", "*IDN?")]),
    ];
    for (name, expected) in expected {
        let expected: Vec<_> = expected.iter().map(|(key, value)| (*key, (*value).to_owned())).collect();
        assert_eq!(fields(name), expected, "{name}");
    }
}

#[test]
fn a_message_that_is_cut_short_has_the_fields_that_came() {
    for (name, stream, _) in SEEN {
        let framing = framing(name);
        for end in 0..stream.len() {
            for value in framing.fields(&stream[..end]) {
                assert!(value.range.end <= end, "{name} {}", value.name);
            }
        }
    }
}

#[test]
fn a_number_is_shown_as_a_hex_dump_has_it_too() {
    let values = framing("dns-tcp").fields(b"\0\x04\xab\xcd\x01\0");
    assert_eq!(values[1].shown(), "43981 (0xabcd)");
    assert_eq!(values[0].shown(), "4");
}
