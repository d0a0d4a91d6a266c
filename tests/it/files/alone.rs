//! Disk, memory, threads and descriptors, each measured in a process of its own.

use std::path::PathBuf;
use std::time::{Duration, Instant};
use std::{fs, thread};

use socket_lab::engine::{Command, Event, Job};
use socket_lab::trace::transfer::{End, News, Place, Verdict, Way, What};

use super::world::{WAIT, World, content, ended, news, spawn, transfers, until_ended};
use crate::support::alone::{ALONE, ran_alone};
use crate::support::bench::{CLIENT, SERVER};

fn assert_went_well(output: &std::process::Output) {
    let (out, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && out.contains("1 passed"), "{out}{errors}");
}

fn transfer_threads() -> usize {
    let tasks = fs::read_dir("/proc/self/task").unwrap();
    let names = tasks.filter_map(|task| fs::read_to_string(task.ok()?.path().join("comm")).ok());
    names.filter(|name| matches!(name.trim_end(), "socket-lab-send" | "socket-lab-recv")).count()
}

fn descriptors() -> usize {
    fs::read_dir("/proc/self/fd").unwrap().count()
}

#[test]
fn a_full_disk_is_told_and_what_came_is_kept() {
    // A disk of 1 MiB that only this process sees.
    let mount = format!("exec unshare -rm sh -c 'mount -t tmpfs -o size=1m tmpfs \"${ALONE}\" || exit 77;");
    if std::env::var_os(ALONE).is_none() {
        let program = std::env::current_exe().unwrap();
        let run = format!(
            "{mount} exec \"$0\" --exact files::alone::a_full_disk_is_told_and_what_came_is_kept --test-threads 1' '{}'",
            program.display()
        );
        let folder = tempfile::tempdir().unwrap();
        let output = std::process::Command::new("sh").args(["-c", &run]).env(ALONE, folder.path()).output().unwrap();
        if matches!(output.status.code(), Some(77 | 1 | 127))
            && !String::from_utf8_lossy(&output.stdout).contains("running")
        {
            return eprintln!("not tested: this machine mounts nothing for its users");
        }
        return assert_went_well(&output);
    }
    let disk = PathBuf::from(std::env::var_os(ALONE).unwrap());
    let mut world = World::new();
    world.put("x", &content(5 * 1024 * 1024));
    let save_to = disk.join("x");
    let job = world.begin("x", |fetch| fetch.save_to = save_to.clone());
    let failure = world.bench.finish(job).unwrap_err();
    assert_eq!(failure.errno_name().as_deref(), Some("ENOSPC"));
    let end = ended(failure);
    let Verdict::CutOff { bytes, end: End::Disk { op: "write", path, .. } } = end.verdict else { panic!("{end:?}") };
    assert_eq!((end.place, path), (Place::Part(disk.join("x.part")), disk.join("x.part")));
    let kept = fs::read(disk.join("x.part")).unwrap();
    assert!(kept.len() >= 512 * 1024 && kept[..] == content(5 * 1024 * 1024)[..kept.len()]);
    assert_eq!(bytes, kept.len() as u64);
    assert!(!save_to.exists());
}

#[test]
fn a_gibibyte_goes_out_in_little_memory() {
    if ran_alone("files::alone::a_gibibyte_goes_out_in_little_memory") {
        return;
    }
    const LEN: u64 = 1 << 30;
    let mut world = World::new();
    world.put_sparse("big", LEN);
    let mut stream = world.ask(b"big");
    let reader = spawn(move || std::io::copy(&mut stream, &mut std::io::sink()).unwrap());
    let (_, moved, end, _) = until_ended(&mut world.bench, Way::Sending);
    assert_eq!((moved, end, reader.join().unwrap()), (LEN, End::Clean, LEN));
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak: u64 = peak.split_whitespace().next().unwrap().parse().unwrap();
    assert!(peak < 64 * 1024, "{peak} KiB");
    let progress = news(&world.bench).into_iter().filter(|news| matches!(news.what, What::Progress { .. }));
    let times: Vec<_> = progress.map(|news| news.at.0).collect();
    assert!(times.windows(2).all(|pair| pair[1] - pair[0] >= 50_000_000), "{times:?}");
}

#[test]
fn closing_endpoints_in_the_middle_ends_their_threads() {
    if ran_alone("files::alone::closing_endpoints_in_the_middle_ends_their_threads") {
        return;
    }
    let mut world = World::new();
    world.put_sparse("big", 8 << 30);
    let opened = descriptors();
    let mut jobs = Vec::new();
    for number in 0..3 {
        let save_to = world.at(&format!("copy{number}"));
        jobs.push(world.begin("big", |fetch| fetch.save_to = save_to));
    }
    let idle: Vec<_> = (0..3).map(|_| world.ask(b"big")).collect();
    let mut moving = std::collections::BTreeSet::new();
    world.bench.until(|event| {
        if let Event::Transfer(News { id, what: What::Progress { .. }, .. }) = event {
            moving.insert(*id);
        }
        // Those of the idle readers make no progress any more once the buffers are full.
        (moving.len() >= 6).then_some(())
    });
    assert!(transfer_threads() >= 9, "{}", transfer_threads());
    world.bench.command(|job| Command::new(job, CLIENT, Job::Close)).unwrap();
    for job in jobs {
        let end = ended(world.bench.finish(job).unwrap_err());
        assert!(matches!(end.verdict, Verdict::CutOff { end: End::Cancelled, .. }), "{end:?}");
    }
    world.bench.command(|job| Command::new(job, SERVER, Job::Close)).unwrap();
    drop(idle);
    assert!(transfers(&world.bench).iter().all(|transfer| transfer.is_over()));
    let deadline = Instant::now() + WAIT;
    // A thread is reported as over a moment before it is.
    while transfer_threads() > 0 || descriptors() >= opened {
        assert!(Instant::now() < deadline, "{} threads, {} of {opened} files", transfer_threads(), descriptors());
        thread::sleep(Duration::from_millis(5));
    }
}
