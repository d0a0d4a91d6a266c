//! The real program in a real window: how long from its start to its first frame, what it costs while nothing happens and
//! what memory it takes then. Beside it, in the same run, Packet Sender where it is installed.
//!
//! Needs Xvfb, and `unshare` for Packet Sender, which opens ports of its own and is given a network of its own. Pictures are
//! drawn by the processor here: with a graphics card both are faster.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a bench ends where it fails")]
#![cfg_attr(not(target_os = "linux"), allow(dead_code, unused_imports))]

#[cfg(target_os = "linux")]
mod display;
#[cfg(target_os = "linux")]
mod program;

#[cfg(target_os = "linux")]
fn main() {
    use std::time::Duration;

    /// Each is started so often, one after the other, and the medians are compared.
    const ROUNDS: usize = 7;
    /// Until everything that a start does has been done.
    const SETTLE: Duration = Duration::from_secs(3);
    const IDLE: Duration = Duration::from_secs(10);

    // Cargo runs this also to test that it can be built.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let Some(display) = display::Display::start() else {
        return println!("Xvfb is not installed: there is no window to look at");
    };
    let ours = program::Program::ours();
    let theirs = program::Program::packet_sender();
    if theirs.is_none() {
        println!("Packet Sender (or unshare) is not installed: ours stands alone");
    }
    let programs: Vec<&program::Program> = [Some(&ours), theirs.as_ref()].into_iter().flatten().collect();

    let mut times = vec![Vec::new(); programs.len()];
    for round in 0..=ROUNDS {
        for (program, times) in programs.iter().zip(&mut times) {
            let running = program.start(&display);
            let time = display.first_frame(running.began);
            // The first round fills the caches of the disk.
            if round > 0 {
                times.push(time);
            }
        }
    }
    println!("from the start to the first frame, medians of {ROUNDS}");
    let mut medians = Vec::new();
    for (program, mut times) in programs.iter().zip(times) {
        times.sort_unstable();
        let at = |index: usize| times[index].as_secs_f64() * 1e3;
        println!("  {:<14} {:>6.0} ms ({:.0} to {:.0})", program.name, at(ROUNDS / 2), at(0), at(ROUNDS - 1));
        medians.push(at(ROUNDS / 2));
    }
    if let [ours, theirs] = medians[..] {
        println!(
            "  {}: {:.2} of Packet Sender's",
            if ours <= theirs { "within the budget" } else { "OVER BUDGET" },
            ours / theirs
        );
    }

    println!("a window in which nothing happens, over {} s", IDLE.as_secs());
    for program in programs {
        let running = program.start(&display);
        display.first_frame(running.began);
        std::thread::sleep(SETTLE);
        let before = running.cpu();
        std::thread::sleep(IDLE);
        let cpu = running.cpu() - before;
        let (resident, own) = running.memory();
        println!(
            "  {:<14} {:>7.2} ms of CPU, {:>4} MiB resident, {:>4} MiB of its own",
            program.name,
            cpu.as_secs_f64() * 1e3,
            resident >> 20,
            own >> 20
        );
    }
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("measured on Linux, with Xvfb");
}
