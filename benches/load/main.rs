//! Under load from another process, every call recorded: datagrams, echoes, connections, and the window's frames meanwhile.
//! Each prints ours beside a reference in the same run. `cargo bench --bench load -- udp` measures one of them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a bench ends where it fails")]

mod connections;
mod echo;
mod frames;
mod peers;
mod screen;
mod udp;

fn main() {
    if let Some(arguments) = peers::peer_arguments() {
        return match arguments[0].as_str() {
            "udp" => udp::peer(&arguments[1..]),
            "echo" => echo::peer(&arguments[1..]),
            "frames" => frames::peer(&arguments[1..]),
            _ => connections::peer(&arguments[1..]),
        };
    }
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    for (name, measure) in [
        ("udp", udp::measure as fn()),
        ("echo", echo::measure),
        ("connections", connections::measure),
        ("frames", frames::measure),
    ] {
        if wanted.is_empty() || wanted.iter().any(|it| it == name) {
            measure();
            println!();
        }
    }
}
