//! A window that is killed: the next one offers what was open in it, changes that were not saved included.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use eframe::egui::vec2;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use socket_lab::desktop::settings::Store;
use socket_lab::lang::Lang;
use socket_lab::ui::app::App;

use super::driving::{Window, click, menu, says, until};

/// Where the window that is killed has its settings and its lab file, in the environment of its process.
const SETTINGS: &str = "SOCKET_LAB_TEST_SETTINGS";
const FILE: &str = "SOCKET_LAB_TEST_FILE";
/// What it prints when its lab is kept.
const KEPT: &str = "the lab is kept";

const ONE_UDP: &str = "title = \"Room\"\n\n[[endpoints]]\nname = \"room\"\nkind = \"udp\"\nlocal = \"127.0.0.1:0\"\n";

/// A window as the program has it, with its settings in a folder.
fn started(settings: &Path, file: Option<PathBuf>) -> Window {
    let (mut store, damaged) = Store::open_in(settings);
    store.settings.language = Some(Lang::En);
    let builder = Harness::builder().with_size(vec2(1200.0, 800.0)).allow_missing_glyphs();
    let mut harness = builder.build_eframe(|cc| App::new(&cc.egui_ctx, store, damaged, file).unwrap());
    harness.run_steps(4);
    harness
}

fn kept(settings: &Path) -> Option<String> {
    let entries = std::fs::read_dir(settings).ok()?;
    let mut files = entries.map(|entry| entry.unwrap().path());
    let file = files.find(|path| path.extension().is_some_and(|ending| ending == "toml") && starts_with_open(path))?;
    std::fs::read_to_string(file).ok()
}

fn starts_with_open(path: &Path) -> bool {
    path.file_name().unwrap().to_string_lossy().starts_with("open-")
}

/// Not a test by itself: the window that is killed.
#[test]
#[ignore = "the window that another test kills"]
fn window_to_be_killed() {
    let settings = PathBuf::from(std::env::var_os(SETTINGS).unwrap());
    let mut harness = started(&settings, std::env::var_os(FILE).map(PathBuf::from));
    let added = if std::env::var_os(FILE).is_some() {
        menu(&mut harness, "room: ");
        click(&mut harness, "Duplicate");
        "room 2"
    } else {
        click(&mut harness, "TCP server + client");
        "client"
    };
    until(&mut harness, "the changed lab is kept", |_| kept(&settings).is_some_and(|lab| lab.contains(added)));
    println!("\n{KEPT}");
    // Until it is killed.
    let _ = std::io::stdin().read(&mut [0]);
}

/// Starts a window in a process of its own and kills it when its lab is kept.
fn kill_one(settings: &Path, file: Option<&Path>) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--ignored", "--exact", "window::killed::window_to_be_killed", "--nocapture"]);
    command.env(SETTINGS, settings).stdin(Stdio::piped()).stdout(Stdio::piped());
    if let Some(file) = file {
        command.env(FILE, file);
    }
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let was_kept = lines.any(|line| line.unwrap() == KEPT);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(was_kept);
}

#[test]
fn of_two_windows_that_are_offered_one_lab_the_first_gets_it_and_the_second_is_told() {
    let settings = tempfile::tempdir().unwrap();
    kill_one(settings.path(), None);
    let (mut first, mut second) = (started(settings.path(), None), started(settings.path(), None));
    click(&mut first, "Open it again");
    click(&mut second, "Open it again");
    assert_eq!((endpoints(&first).len(), endpoints(&second).len()), (2, 0));
    assert!(says(&second, "That lab is not left over any more"));
    assert!(second.query_by_label("Open it again").is_none());
    assert!(kept(settings.path()).is_some_and(|lab| lab.contains("client")), "the first one keeps it");
}

fn endpoints(harness: &Window) -> Vec<String> {
    harness.state().session().endpoints().iter().map(|endpoint| endpoint.spec.name.clone()).collect()
}

#[test]
fn a_lab_that_was_never_saved_is_offered_again_with_its_changes() {
    let settings = tempfile::tempdir().unwrap();
    kill_one(settings.path(), None);
    let mut next = started(settings.path(), None);
    click(&mut next, "Open it again");
    assert_eq!(endpoints(&next), ["server", "client"]);
    assert!(next.state().session().is_edited() && next.state().session().path().is_none());
}

#[test]
fn a_lab_of_a_file_is_offered_again_with_its_file_and_what_was_not_saved_in_it() {
    let settings = tempfile::tempdir().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("room.lab.toml");
    std::fs::write(&file, ONE_UDP).unwrap();
    kill_one(settings.path(), Some(&file));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), ONE_UDP, "nobody has saved it");
    let mut next = started(settings.path(), None);
    assert!(says(&next, "Room was open when the program was ended."));
    click(&mut next, "Open it again");
    assert_eq!(endpoints(&next), ["room", "room 2"]);
    assert_eq!(next.state().session().path(), Some(file.as_path()));
    assert!(next.state().session().is_edited());
    // What it offered is its own now: a window beside it is not offered it.
    let beside = started(settings.path(), None);
    assert!(beside.query_by_label("Open it again").is_none());
}
