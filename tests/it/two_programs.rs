//! Several programs at once on one settings folder: the settings are whole at every moment, and of labs that were left
//! over each goes to one of them.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use crate::support::headless;
use crate::support::names;
use socket_lab::desktop::recovery::{Keeper, left};
use socket_lab::desktop::settings::{FOLDER_VARIABLE, Settings, Store};
use socket_lab::lab::{EndpointKind, EndpointSpec, Lab};

/// The settings folder of another process of these tests, and its number, in its environment.
const FOLDER: &str = "SOCKET_LAB_TEST_FOLDER";
const NUMBER: &str = "SOCKET_LAB_TEST_NUMBER";

/// Begins a process that is not a test by itself.
fn other(name: &str, folder: &Path, number: usize) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", &format!("two_programs::{name}"), "--nocapture"])
        .env(FOLDER, folder)
        .env(NUMBER, number.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

fn environment(name: &str) -> String {
    std::env::var(name).unwrap()
}

// ---- settings ----

const WRITERS: usize = 4;
const SAVES: usize = 300;

/// Settings in which each part says whose they are and which; their file has another length every time.
fn of(writer: usize, save: usize) -> Settings {
    let mut settings = Settings::default();
    for n in 0..1 + save % 10 {
        settings.used(Path::new(&format!("/labs of {writer}/{save}/{n}")));
    }
    settings.filter_used(&format!("len == {writer} and seq == {save}"));
    settings
}

fn is_one_of_them(settings: &Settings) -> bool {
    let filter = settings.filters.first().map(String::as_str).unwrap_or_default();
    let numbers: Vec<usize> = filter.split(' ').filter_map(|word| word.parse().ok()).collect();
    matches!(numbers[..], [writer, save] if of(writer, save) == *settings)
}

fn save_many(folder: &Path, writer: usize) {
    let (mut store, damaged) = Store::open_in(folder);
    assert_eq!(damaged, None, "what another one is writing is whole");
    for save in 0..SAVES {
        store.settings = of(writer, save);
        store.save().unwrap();
    }
}

/// Not a test by itself: a program that saves its settings again and again.
#[test]
#[ignore = "another process of a test"]
fn writer() {
    save_many(Path::new(&environment(FOLDER)), environment(NUMBER).parse().unwrap());
}

#[test]
fn settings_that_many_write_are_whole_for_whoever_reads_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    // The first write: from here on there is a file.
    let (mut store, _) = Store::open_in(path);
    store.settings = of(0, 1);
    store.save().unwrap();
    let over = AtomicBool::new(false);
    let seen = std::thread::scope(|scope| {
        let reader = std::thread::Builder::new().name("reader".to_owned());
        let reader = reader.spawn_scoped(scope, || {
            let mut seen = 0;
            while !over.load(Ordering::SeqCst) {
                let (read, damaged) = Store::open_in(path);
                assert_eq!(damaged, None);
                assert!(is_one_of_them(&read.settings), "{:?}", read.settings);
                seen += 1;
            }
            seen
        });
        let processes: Vec<_> = (WRITERS..2 * WRITERS).map(|number| other("writer", path, number)).collect();
        let threads: Vec<_> = (0..WRITERS)
            .map(|number| {
                let writer = std::thread::Builder::new().name(format!("writer-{number}"));
                writer.spawn_scoped(scope, move || save_many(path, number)).unwrap()
            })
            .collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        for process in processes {
            assert!(process.wait_with_output().unwrap().status.success());
        }
        over.store(true, Ordering::SeqCst);
        reader.unwrap().join().unwrap()
    });
    assert!(seen > 100, "{seen} looks are too few to mean anything");
    assert_eq!(names(path), ["settings.toml"], "nothing is left beside it");
    // Who writes last is who is read.
    let (mut last, _) = Store::open_in(path);
    last.settings = of(99, 9);
    last.save().unwrap();
    assert_eq!(Store::open_in(path).0.settings, of(99, 9));
}

// ---- labs that were left over ----

const KEPT: &str = "the lab is kept";

fn lab(name: &str) -> Lab {
    Lab { endpoints: vec![EndpointSpec::new(name, EndpointKind::TCP_SERVER)], ..Lab::default() }
}

/// Not a test by itself: a program with an open lab.
#[test]
#[ignore = "another process of a test"]
fn keeping() {
    let mut keeper = Keeper::begin(Path::new(&environment(FOLDER))).unwrap();
    keeper.keep(&lab("theirs"), None, true).unwrap();
    println!("\n{KEPT}");
    // Until it is killed.
    let _ = std::io::stdin().read(&mut [0]);
}

/// A program with an open lab, once it has kept it.
fn other_keeping(folder: &Path) -> Child {
    let mut child = other("keeping", folder, 0);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap() == KEPT));
    child
}

fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn the_lab_of_a_program_that_runs_is_neither_offered_nor_removed_until_it_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let running = other_keeping(folder.path());
    let theirs = names(folder.path());
    // Another program comes, has a lab of its own, and goes.
    let mut second = Keeper::begin(folder.path()).unwrap();
    assert_eq!(left(folder.path()), []);
    second.keep(&lab("ours"), None, true).unwrap();
    assert_eq!(left(folder.path()), []);
    drop(second);
    assert_eq!(names(folder.path()), theirs);
    kill(running);
    let found = left(folder.path());
    assert_eq!(found.iter().map(|left| &left.lab).collect::<Vec<_>>(), [&lab("theirs")]);
}

#[test]
fn of_many_that_reopen_one_leftover_at_once_one_gets_it_and_the_others_cannot_take_it_away() {
    const PROGRAMS: usize = 8;
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..3 {
        kill(other_keeping(folder.path()));
        let offered: Vec<_> = (0..PROGRAMS).map(|_| left(folder.path()).remove(0)).collect();
        let together = Barrier::new(PROGRAMS);
        let keepers: Vec<_> = std::thread::scope(|scope| {
            let reopen = |left| {
                let mut keeper = Keeper::begin(folder.path()).unwrap();
                together.wait();
                let taken = keeper.take_over(&left);
                // A program that comes too late may forget what it was offered.
                left.forget();
                (keeper, taken)
            };
            let threads: Vec<_> = offered
                .into_iter()
                .map(|left| {
                    let program = std::thread::Builder::new().name("program".to_owned());
                    program.spawn_scoped(scope, move || reopen(left)).unwrap()
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(keepers.iter().filter(|(_, taken)| *taken).count(), 1);
        let labs = names(folder.path()).into_iter().filter(|name| name.ends_with(".toml")).count();
        assert_eq!(labs, 1, "the one that has it keeps it");
        assert_eq!(left(folder.path()), [], "and it is offered to nobody while that one runs");
        drop(keepers);
        assert_eq!(names(folder.path()), Vec::<String>::new());
    }
}

// ---- without a window ----

fn state(folder: &Path) -> Vec<(String, u64, SystemTime)> {
    let about = |name: String| {
        let about = std::fs::metadata(folder.join(&name)).unwrap();
        (name, about.len(), about.modified().unwrap())
    };
    names(folder).into_iter().map(about).collect()
}

#[test]
fn without_a_window_the_settings_folder_is_not_touched() {
    let home = tempfile::tempdir().unwrap();
    let settings = home.path().join("settings");
    let lab = headless::Lab::new(
        "[[endpoints]]\nname = \"room\"\nkind = \"udp\"\nlocal = \"127.0.0.1:0\"\n\
         [[steps]]\nsend = { from = \"room\", text = \"hello\", to = \"@room\" }\n",
    );
    let file = lab.path("test.lab.toml").to_str().unwrap().to_owned();
    let trace = lab.path("out.lab-trace").to_str().unwrap().to_owned();
    let run = || {
        let _ = std::fs::remove_file(&trace);
        for arguments in [
            &["check", &file][..],
            &["run", &file, "--record", &trace],
            &["export", &trace, "--format", "csv"],
            &["run", "not there"],
        ] {
            let mut command = Command::new(env!("CARGO_BIN_EXE_socket-lab"));
            command.args(arguments).env(FOLDER_VARIABLE, &settings);
            command.env("HOME", home.path()).env("XDG_CONFIG_HOME", home.path().join("config"));
            let ran = command.output().unwrap();
            let good = arguments[1] != "not there";
            assert_eq!(ran.status.success(), good, "{arguments:?}: {}", String::from_utf8_lossy(&ran.stderr));
        }
    };
    run();
    assert_eq!(names(home.path()), Vec::<String>::new(), "no folder is made");
    std::fs::create_dir(&settings).unwrap();
    std::fs::write(settings.join("settings.toml"), "zoom = \"damaged").unwrap();
    kill(other_keeping(&settings));
    let before = state(&settings);
    run();
    assert_eq!(state(&settings), before);
}
