//! How connections end, and what is said of those that have ended.

use std::io::{Read, Write};
use std::net::TcpStream;

use socket_lab::engine::{Command, Error, Event, Job, Peers};
use socket_lab::lab::service::Reply;
use socket_lab::trace::notice::Missing;
use socket_lab::trace::{NoticeKind, Op, Outcome};
use socket_lab::values::How;

use super::conn;
use crate::support::bench::{Bench, CLIENT, SERVER, client_of, server};

#[test]
fn sending_on_what_is_closed_fails_and_closing_it_again_does_not() {
    let mut bench = Bench::new();
    let failure = bench.send(CLIENT, Peers::All, b"x").unwrap_err();
    assert_eq!(failure, Error::missing(Missing::Endpoint));
    bench.command(|job| Command::new(job, CLIENT, Job::Close)).unwrap();
    bench.open_server(server(Reply::manual()));
    let failure = bench.send(SERVER, Peers::All, b"to nobody").unwrap_err();
    assert_eq!(failure, Error::missing(Missing::Connection));
}

#[test]
fn a_half_closed_client_still_hears_the_server() {
    let mut bench = Bench::new();
    let local = bench.open_server(server(Reply::manual()));
    bench.open_client(client_of(&local));
    bench.command(|job| Command::new(job, CLIENT, Job::Shutdown(How::Write))).unwrap();
    bench.until(|event| {
        matches!(event, Event::Call { call, .. } if call.endpoint == SERVER && call.is_eof()).then_some(())
    });
    bench.send(SERVER, Peers::All, b"still here").unwrap();
    bench.until_received(CLIENT, b"still here");
    let failure = bench.send(CLIENT, Peers::All, b"too late").unwrap_err();
    assert_eq!(failure.errno_name().as_deref(), Some("EPIPE"));
}

#[test]
fn a_server_that_stays_open_after_its_peers_end_says_so_once() {
    let mut bench = Bench::new();
    let local = bench.open_server(server(Reply::manual())).inet().unwrap();
    let mut streams = [0, 1].map(|_| TcpStream::connect(local).unwrap());
    streams.iter().for_each(|stream| stream.shutdown(std::net::Shutdown::Write).unwrap());
    let is_held_open =
        |event: &Event| matches!(event, Event::Notice(notice) if matches!(notice.kind, NoticeKind::HeldOpen { .. }));
    bench.until(|event| is_held_open(event).then_some(()));
    // Both have been held open for as long by now.
    for stream in &mut streams {
        bench.send(SERVER, Peers::All, b"x").unwrap();
        stream.read_exact(&mut [0]).unwrap();
    }
    assert_eq!(bench.seen().filter(|event| is_held_open(event)).count(), 1);
}

#[test]
fn an_echo_server_closes_when_its_client_has_ended() {
    let mut bench = Bench::new();
    let local = bench.open_server(server(Reply::echo()));
    let mut stream = TcpStream::connect(local.inet().unwrap()).unwrap();
    stream.write_all(b"last words").unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    assert_eq!(answer, b"last words");
}

#[test]
fn a_reset_connection_is_seen_as_econnreset_and_the_server_goes_on() {
    let mut bench = Bench::new();
    let local = bench.open_server(server(Reply::manual()));
    bench.open_client(client_of(&local));
    // Before or after the client hears that it is connected.
    while !bench.calls().any(|call| call.op.name() == "accept") {
        bench.next();
    }
    bench.command(|job| Command::new(job, (SERVER, Some(conn(1))), Job::CloseConn { reset: true })).unwrap();
    let errno = bench.until(|event| match event {
        Event::Call { call, .. } if call.endpoint == CLIENT && call.op.receives() => call.errno(),
        _ => None,
    });
    assert_eq!(errno.name(), Some("ECONNRESET"));
    // The client's socket is there until it is closed, and says what `send` says then.
    let failure = bench.send(CLIENT, Peers::All, b"anyone?").unwrap_err();
    assert_eq!(failure.errno_name().as_deref(), Some("EPIPE"));
    TcpStream::connect(local.inet().unwrap()).unwrap();
}

#[test]
fn a_quit_word_ends_its_connection_without_an_answer() {
    let mut bench = Bench::new();
    let mut spec = server(Reply::suffix(" SB".to_owned()));
    spec.service.quit = vec!["exit".to_owned()];
    let local = bench.open_server(spec).inet().unwrap();
    let mut stream = TcpStream::connect(local).unwrap();
    stream.write_all(b"hello").unwrap();
    let mut buffer = [0; 8];
    stream.read_exact(&mut buffer).unwrap();
    assert_eq!(&buffer, b"hello SB");
    stream.write_all(b"exit").unwrap();
    assert_eq!(stream.read(&mut buffer).unwrap(), 0);
}

#[test]
fn who_is_still_in_the_accept_queue_sees_an_orderly_end() {
    for _ in 0..50 {
        let mut bench = Bench::new();
        let local = bench.open_server(server(Reply::manual()));
        bench.open_client(client_of(&local));
        bench.command(|job| Command::new(job, SERVER, Job::Close)).unwrap();
        let end = bench.until(|event| match event {
            Event::Call { call, .. } if call.endpoint == CLIENT && call.op.receives() => Some(call.outcome),
            _ => None,
        });
        assert_eq!(end, Outcome::Ok(0));
    }
}

#[test]
fn a_close_with_bytes_unread_is_on_record_with_how_many() {
    let mut bench = Bench::new();
    let mut spec = server(Reply::constant(socket_lab::lab::Content::Text("ok".to_owned())));
    spec.service.close_after_reply = true;
    spec.recv_size = Some(5);
    let addr = bench.open_server(spec).inet().unwrap();
    let mut client = TcpStream::connect(addr).unwrap();
    client.set_read_timeout(Some(std::time::Duration::from_secs(20))).unwrap();
    client.write_all(b"twenty bytes of text").unwrap();
    let closed = bench.until(|event| match event {
        Event::Call { call, .. } if call.op == Op::Close && call.conn.is_some() => Some(call.clone()),
        _ => None,
    });
    assert_eq!(closed.lost, 15);
    let mut text = [0; 9];
    assert_eq!(client.read(&mut text).unwrap(), 2, "what was sent can be read");
    assert_eq!(client.read(&mut text).unwrap_err().kind(), std::io::ErrorKind::ConnectionReset);
}
