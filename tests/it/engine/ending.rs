//! How connections end, and what is said of those that have ended.

use std::io::{Read, Write};
use std::net::TcpStream;

use socket_lab::engine::{Command, Error, Event, Job, Peers};
use socket_lab::lab::service::Reply;
use socket_lab::trace::Outcome;
use socket_lab::trace::notice::Missing;
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
    bench.until(|event| matches!(event, Event::Call { call, .. } if call.op.name() == "accept").then_some(()));
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
