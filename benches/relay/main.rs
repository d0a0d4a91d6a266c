//! A relay beside others, all with the same peers in the same run: bytes in a second, round trips of 64 bytes, datagrams in a
//! second. Ours keeps every call in its trace.
//!
//! `cargo bench --bench relay -- bytes` measures one of them. `RELAY_MIB`, `RELAY_TRIPS` and `RELAY_DATAGRAMS` say how much
//! passes; `TOXIPROXY` names a toxiproxy-server that is not in the path; with `RELAY_RECORD=FOLDER` ours writes every call into a
//! file there too, twice the bytes that pass. Who is not there is left out.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a bench ends where it fails")]

mod contestants;
mod peers;

use contestants::Contestant;

/// How often each is measured, in turn; the middle counts.
const ROUNDS: usize = 5;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|it| it == name);
    let bytes = amount("RELAY_MIB", 1_024) * 1024 * 1024;
    let (trips, datagrams) = (amount("RELAY_TRIPS", 50_000), amount("RELAY_DATAGRAMS", 500_000));
    if is_wanted("bytes") {
        compare("MB/s", |port, server| bytes as f64 / 1e6 / peers::send_through(port, server, bytes).as_secs_f64());
        println!();
    }
    if is_wanted("trips") {
        compare("round trips/s", |port, server| trips as f64 / peers::ping_through(port, server, trips).as_secs_f64());
        println!();
    }
    if is_wanted("datagrams") {
        compare_datagrams(datagrams);
    }
}

fn amount(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().map_or(usual, |text| text.parse().expect(name))
}

/// Measures everybody in turn, and prints the middle of each with its part of ours.
fn compare(unit: &str, measure: impl Fn(u16, std::net::TcpListener) -> f64) {
    let all = Contestant::of_streams();
    let mut found: Vec<Vec<f64>> = vec![Vec::new(); all.len()];
    for _ in 0..ROUNDS {
        for (contestant, figures) in all.iter().zip(&mut found) {
            let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            let running = contestant.start(server.local_addr().unwrap().port());
            figures.push(measure(running.port, server));
        }
    }
    print(unit, &all, &mut found);
}

fn compare_datagrams(count: u64) {
    let all = Contestant::of_datagrams();
    let mut found: Vec<Vec<f64>> = vec![Vec::new(); all.len()];
    for _ in 0..ROUNDS {
        for (contestant, figures) in all.iter().zip(&mut found) {
            let server = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
            let running = contestant.start(server.local_addr().unwrap().port());
            figures.push(peers::datagrams_through(running.port, &server, count));
        }
    }
    print("datagrams/s", &all, &mut found);
}

fn print(unit: &str, all: &[Contestant], found: &mut [Vec<f64>]) {
    let middle = |figures: &mut Vec<f64>| {
        figures.sort_by(f64::total_cmp);
        figures[figures.len() / 2]
    };
    let middles: Vec<f64> = found.iter_mut().map(middle).collect();
    let ours = all.iter().position(|it| it.is_ours()).map_or(1.0, |at| middles[at]);
    for ((contestant, middle), figures) in all.iter().zip(&middles).zip(found) {
        let (least, most) = (figures[0], figures[figures.len() - 1]);
        let name = contestant.name();
        println!("{name:<12} {middle:>10.0} {unit}  ({least:.0} to {most:.0})  ours is {:.2} of it", ours / middle);
    }
}
