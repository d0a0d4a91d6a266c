//! Files: served from a drop, downloaded by the window, and listed with their outcome.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use eframe::egui::accesskit::Role;
use eframe::egui::{HoveredFile, Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use socket_lab::lab::transfer::{FileShare, Protocol, Sha256, Shared};
use socket_lab::lab::{EndpointId, Reply};
use socket_lab::lang::Lang;
use socket_lab::session::Action;
use socket_lab::trace::transfer::{Asked, End, News, Place, Refusal, TransferId, Verdict, Way, What};
use socket_lab::trace::{ConnId, Ends, Errno, Nanos};
use tempfile::TempDir;

use super::driving::{
    Window, all_open, click, drop_file, drop_files, endpoint, press, retype, says, type_text, until, until_copied,
    window,
};

const SIZE: [f32; 2] = [1440.0, 900.0];
const CHINESE: &str = "中文 文件.txt";

/// A folder with a few files in it.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.bin"), (0..200_000u32).map(|n| (n % 251) as u8).collect::<Vec<u8>>()).unwrap();
    fs::write(folder.path().join(CHINESE), "你好\n").unwrap();
    folder
}

fn share_of<'h>(harness: &'h Window, name: &str) -> (Protocol, &'h FileShare) {
    endpoint(harness, name).spec.service.share().unwrap()
}

/// Both servers of that folder, open.
fn serving(lang: Lang, folder: &Path) -> Window {
    let mut harness = window(lang, SIZE);
    drop_file(&mut harness, folder);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    until(&mut harness, "both servers are open", |harness| {
        harness.state().session().endpoints().len() == 2 && all_open(harness)
    });
    harness.run_steps(3);
    harness
}

/// Fills in the field of that name.
#[track_caller]
fn fill(harness: &mut Window, field: &str, text: &str) {
    harness.get_by_role_and_label(Role::TextInput, field).focus();
    harness.run_steps(2);
    retype(harness, text);
}

/// Opens the window, fills it in and starts.
fn download(harness: &mut Window, from: &str, name: &str, into: &Path) {
    press(harness, Modifiers::COMMAND, Key::D);
    fill(harness, "From", from);
    fill(harness, "File", name);
    fill(harness, "Into", &into.display().to_string());
    click(harness, "Download");
}

fn verdicts(harness: &Window) -> Vec<Option<Verdict>> {
    let transfers = harness.state().session().transfers();
    transfers.iter().map(|transfer| transfers.verdict(transfer)).collect()
}

fn rows(harness: &Window) -> Vec<String> {
    let rows = harness.query_all_by_role(Role::Row).filter_map(|node| node.accesskit_node().label());
    rows.filter(|name| name.starts_with("outgoing") || name.starts_with("incoming")).collect()
}

#[track_caller]
fn pick(harness: &mut Window, part: &str) {
    let found = harness
        .query_all_by_role(Role::Row)
        .find(|node| node.accesskit_node().label().is_some_and(|name| name.contains(part)));
    found.unwrap_or_else(|| panic!("no row with {part:?} in {:#?}", rows(harness))).click();
    harness.run_steps(3);
}

#[test]
fn a_folder_that_is_dropped_is_served_under_both_protocols_to_this_machine_only() {
    let folder = folder();
    let mut harness = window(Lang::En, SIZE);
    drop_file(&mut harness, folder.path());
    let field = harness.get_by_role_and_label(Role::TextInput, "Folder");
    assert_eq!(field.value(), Some(folder.path().display().to_string()));
    click(&mut harness, "Serve");
    until(&mut harness, "they are open", |harness| {
        harness.state().session().endpoints().len() == 2 && all_open(harness)
    });
    for (name, protocol) in [("files", Protocol::Files), ("http", Protocol::Http)] {
        let (served, share) = share_of(&harness, name);
        assert_eq!((served, &share.what), (protocol, &Shared::Root(folder.path().to_owned())));
        assert!(!endpoint(&harness, name).spec.reachable_from_lan());
    }
    harness.run_steps(3);
    assert!(says(&harness, "No file has been asked for yet"), "the pane of transfers is in front");
    let url = format!("http://{}/", endpoint(&harness, "http").live.local().unwrap());
    assert!(says(&harness, &url));
    harness.get_by_role_and_label(Role::Button, &format!("Copy {url}")).click();
    assert_eq!(until_copied(&mut harness), url);
}

#[test]
fn several_files_are_served_one_by_one_on_the_ports_and_the_network_that_were_chosen() {
    let folder = folder();
    let mut harness = window(Lang::En, SIZE);
    let files = ["a.bin", CHINESE].map(|name| folder.path().join(name));
    drop_files(&mut harness, &files);
    fill(&mut harness, "Port for browsers", "x");
    assert!(says(&harness, "is not a port"));
    harness.get_by_role_and_label(Role::CheckBox, "browsers and curl (HTTP)").click();
    harness.run_steps(2);
    harness.get_by_role_and_label(Role::CheckBox, "Reachable from the LAN").click();
    harness.run_steps(2);
    assert!(says(&harness, "Everyone who can reach this machine"));
    click(&mut harness, "Serve");
    assert_eq!(harness.state().session().endpoints().len(), 1);
    let (protocol, share) = share_of(&harness, "files");
    assert_eq!((protocol, &share.what), (Protocol::Files, &Shared::Files(files.to_vec())));
    assert!(endpoint(&harness, "files").spec.reachable_from_lan());
}

#[test]
fn what_is_not_there_or_for_nobody_cannot_be_served() {
    let mut harness = window(Lang::En, SIZE);
    press(&mut harness, Modifiers::COMMAND | Modifiers::SHIFT, Key::F);
    assert!(says(&harness, "It needs a folder."));
    type_text(&mut harness, "/not/there");
    assert!(says(&harness, "\"/not/there\" isn't there."));
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert!(harness.state().session().endpoints().is_empty());
    let folder = folder();
    drop_file(&mut harness, folder.path());
    for clients in ["the tutorials' clients", "browsers and curl (HTTP)"] {
        harness.get_by_role_and_label(Role::CheckBox, clients).click();
        harness.run_steps(2);
    }
    assert!(says(&harness, "Choose for whom they are."));
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert!(!says(&harness, "Choose for whom they are."));
    assert!(harness.state().session().endpoints().is_empty());
}

#[test]
fn where_the_system_has_no_dialog_the_path_is_typed_in_the_window() {
    let folder = folder();
    let mut harness = window(Lang::En, SIZE);
    press(&mut harness, Modifiers::COMMAND | Modifiers::SHIFT, Key::F);
    click(&mut harness, "Choose folder…");
    assert!(says(&harness, "This system has no file dialog"));
    type_text(&mut harness, &folder.path().display().to_string());
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert_eq!(harness.state().session().endpoints().len(), 2);
}

#[test]
fn files_held_over_the_window_are_told_what_will_become_of_them() {
    let mut harness = window(Lang::En, SIZE);
    let mut hover = |paths: &[&str]| {
        harness.input_mut().hovered_files = paths
            .iter()
            .map(|path| HoveredFile { path: Some(PathBuf::from(path)), ..HoveredFile::default() })
            .collect();
        harness.step();
        // It is painted, not said.
        format!("{:?}", harness.output().shapes)
    };
    assert!(hover(&["/a/room.lab.toml"]).contains("Drop the file here to open it"));
    assert!(hover(&["/a/room.lab-trace"]).contains("Drop the file here to open it"));
    assert!(hover(&["/a/folder"]).contains("Drop it here to serve it"));
    assert!(hover(&["/a/b", "/a/room.lab.toml"]).contains("Drop the 2 items here to serve them"));
}

#[test]
fn a_download_makes_the_round_trip_under_both_protocols_and_is_identical() {
    let (folder, saved) = (folder(), tempfile::tempdir().unwrap());
    let mut harness = serving(Lang::En, folder.path());
    for (count, from, name, into) in [
        (2, "@files", "a.bin", saved.path().join("1")),
        (4, "@files", CHINESE, saved.path().join("2")),
        (6, "@http", "a.bin", saved.path().join("3")),
        (8, "@http", CHINESE, saved.path().join("4")),
    ] {
        download(&mut harness, from, name, &into);
        until(&mut harness, "it was looked at on both ends", |harness| {
            let verdicts = verdicts(harness);
            verdicts.len() == count && verdicts.iter().all(Option::is_some)
        });
        assert_eq!(fs::read(into.join(name)).unwrap(), fs::read(folder.path().join(name)).unwrap(), "{from} {name}");
    }
    let all = verdicts(&harness);
    assert!(all.iter().all(|verdict| matches!(verdict, Some(Verdict::Identical { .. }))), "{all:#?}");
    let clients = harness.state().session().endpoints().iter().filter(|endpoint| endpoint.spec.kind.is_client());
    assert_eq!(clients.count(), 2, "one client for each server");
    harness.run_steps(3);
    let rows = rows(&harness);
    assert!(rows.iter().any(|row| row.starts_with(&format!("incoming {CHINESE}")) && row.contains("identical")));
}

#[test]
fn what_is_selected_is_told_in_full_and_leads_to_its_first_call() {
    let (folder, saved) = (folder(), tempfile::tempdir().unwrap());
    let mut harness = serving(Lang::En, folder.path());
    download(&mut harness, "@files", "a.bin", saved.path());
    until(&mut harness, "both ends are done", |harness| {
        verdicts(harness).len() == 2 && verdicts(harness).iter().all(Option::is_some)
    });
    harness.run_steps(3);
    assert!(!says(&harness, "TRANSFER"));
    pick(&mut harness, "incoming a.bin");
    assert!(says(&harness, "TRANSFER"), "the inspector shows the row that was clicked");
    assert!(matches!(harness.state().selection().shown(), socket_lab::ui::view::Shown::Transfer(_)));
    assert!(says(&harness, "Both ends have the same length and SHA-256."));
    let sha256 = {
        let transfers = harness.state().session().transfers();
        transfers.iter().find_map(|transfer| transfer.verified).unwrap().1
    };
    harness.get_by_role_and_label(Role::Button, "Copy SHA-256").click();
    assert_eq!(until_copied(&mut harness), sha256.to_string());
    let link = harness
        .get_all_by_role(Role::Button)
        .find(|node| node.accesskit_node().label().is_some_and(|label| label.starts_with("Call #")));
    link.unwrap().click();
    harness.run_steps(4);
    let seq = harness.state().selection().call().unwrap();
    let call = harness.state().session().trace().get(seq).unwrap();
    assert_eq!(call.endpoint, endpoint(&harness, "download").id);
    assert!(says(&harness, "Clear the list"), "the traffic table is in front");
}

#[test]
fn a_url_is_taken_apart_and_an_existing_file_is_not_overwritten() {
    let (folder, saved) = (folder(), tempfile::tempdir().unwrap());
    fs::write(saved.path().join(CHINESE), "mine").unwrap();
    let mut harness = serving(Lang::En, folder.path());
    let server = endpoint(&harness, "http").live.local().unwrap().to_string();
    press(&mut harness, Modifiers::COMMAND, Key::D);
    fill(&mut harness, "From", &format!("http://{server}/%E4%B8%AD%E6%96%87%20%E6%96%87%E4%BB%B6.txt"));
    fill(&mut harness, "Into", &saved.path().display().to_string());
    assert!(says(&harness, "The name comes from the URL."));
    assert!(says(&harness, "is not overwritten: this becomes \"中文 文件 (2).txt\""));
    // A user who insists on the name is refused, and offered another.
    fill(&mut harness, "Saved as", CHINESE);
    assert!(says(&harness, "is there already and is not overwritten."));
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert!(harness.state().session().transfers().is_empty());
    click(&mut harness, "Save it as 中文 文件 (2).txt");
    click(&mut harness, "Download");
    until(&mut harness, "it is saved", |harness| verdicts(harness).iter().filter(|v| v.is_some()).count() == 2);
    assert_eq!(fs::read_to_string(saved.path().join(CHINESE)).unwrap(), "mine");
    assert_eq!(fs::read_to_string(saved.path().join("中文 文件 (2).txt")).unwrap(), "你好\n");
}

#[test]
fn the_name_on_disk_is_safe_whatever_is_asked_for() {
    let saved = tempfile::tempdir().unwrap();
    let mut harness = window(Lang::En, SIZE);
    press(&mut harness, Modifiers::COMMAND, Key::D);
    assert!(says(&harness, "From where?"));
    fill(&mut harness, "From", "127.0.0.1:1");
    fill(&mut harness, "Into", &saved.path().display().to_string());
    for (asked, proposed) in [("../../etc/passwd", "passwd"), ("a/b\\NUL", "_NUL"), ("..", "download")] {
        fill(&mut harness, "File", asked);
        let field = harness.get_by_role_and_label(Role::TextInput, "Saved as");
        assert_eq!(field.value().as_deref(), Some(proposed), "{asked}");
    }
    fill(&mut harness, "Saved as", "../x");
    assert!(says(&harness, "Possible: x"));
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert!(harness.state().session().endpoints().is_empty(), "nothing was begun");
}

#[test]
fn a_refused_name_is_a_row_that_says_why() {
    let (folder, saved) = (folder(), tempfile::tempdir().unwrap());
    let mut harness = serving(Lang::En, folder.path());
    download(&mut harness, "@files", "../secret", saved.path());
    until(&mut harness, "the refusal is known on both ends", |harness| {
        let verdicts = verdicts(harness);
        verdicts.len() == 2 && verdicts.iter().all(|verdict| matches!(verdict, Some(Verdict::Refused(_))))
    });
    harness.run_steps(3);
    let rows = rows(&harness);
    let row = rows.iter().find(|row| row.starts_with("outgoing ../secret")).unwrap();
    assert!(row.contains("refused: the name leads out of the shared folder"), "{row}");
}

#[test]
fn what_was_refused_and_saved_as_an_empty_file_is_tried_again_in_its_place() {
    let (folder, saved) = (folder(), tempfile::tempdir().unwrap());
    let mut harness = serving(Lang::En, folder.path());
    download(&mut harness, "@files", "later.txt", saved.path());
    let target = saved.path().join("later.txt");
    until(&mut harness, "the refusal is known", |harness| {
        verdicts(harness).len() == 2 && verdicts(harness).iter().all(Option::is_some)
    });
    harness.run_steps(3);
    assert_eq!(fs::read(&target).unwrap(), b"", "the protocol says no by closing");
    fs::write(folder.path().join("later.txt"), "there now").unwrap();
    harness.get_by_label_contains("incoming later.txt").click();
    harness.run_steps(3);
    click(&mut harness, "Try again");
    until(&mut harness, "it is there", |_| fs::read(&target).is_ok_and(|bytes| bytes == b"there now"));
    until(&mut harness, "the new download is told", |harness| {
        verdicts(harness).iter().filter(|verdict| matches!(verdict, Some(Verdict::Identical { .. }))).count() == 2
    });
}

#[test]
fn a_download_over_a_client_of_ones_own_uses_that_client() {
    let (folder, saved) = (folder(), tempfile::tempdir().unwrap());
    let mut harness = serving(Lang::En, folder.path());
    let server = endpoint(&harness, "files").id;
    harness.state_mut().session_mut().act(Action::ConnectClient { server, name: "mine".to_owned() });
    until(&mut harness, "it is connected", all_open);
    harness.run_steps(3);
    click(&mut harness, "More for mine");
    click(&mut harness, "Download over this client…");
    assert!(says(&harness, "Download over mine"));
    type_text(&mut harness, "a.bin");
    fill(&mut harness, "Into", &saved.path().display().to_string());
    click(&mut harness, "Download");
    until(&mut harness, "it is there", |harness| {
        verdicts(harness).len() == 2 && verdicts(harness).iter().all(Option::is_some)
    });
    assert_eq!(harness.state().session().endpoints().len(), 3, "there is no client more");
    assert!(saved.path().join("a.bin").is_file());
}

/// News of a transfer, told by hand.
fn tell(harness: &mut Window, id: u64, at: u64, what: What) {
    let news = News { id: TransferId(id), at: Nanos(at * 1_000_000), what };
    harness.state_mut().session_mut().tell_transfer(news);
}

fn asked(way: Way, name: &str) -> What {
    What::Asked(Box::new(Asked {
        way,
        protocol: Protocol::Http,
        endpoint: EndpointId(1),
        conn: ConnId::new(1),
        ends: Arc::new(Ends { local: None, peer: None }),
        name: name.into(),
        save_to: (way == Way::Receiving).then(|| PathBuf::from("/tmp/x")),
        expected: None,
    }))
}

#[test]
fn each_state_has_its_words_and_what_can_be_done() {
    let folder = folder();
    let mut harness = serving(Lang::En, folder.path());
    tell(&mut harness, 901, 0, asked(Way::Receiving, "moving.iso"));
    tell(&mut harness, 901, 0, What::Begun { total: Some(1_000_000), resumed_at: 0 });
    tell(&mut harness, 901, 1_000, What::Progress { moved: 250_000 });
    tell(&mut harness, 902, 0, asked(Way::Sending, "waiting.iso"));
    tell(&mut harness, 902, 0, What::Waiting);
    tell(&mut harness, 903, 0, asked(Way::Receiving, "cut.iso"));
    tell(&mut harness, 903, 0, What::Begun { total: Some(1_000_000), resumed_at: 0 });
    let end = End::Broken { op: "recv", errno: Errno(if cfg!(windows) { 10_054 } else { 104 }) };
    tell(&mut harness, 903, 9, What::Ended { moved: 1_500, end, place: Place::Part("/tmp/x.part".into()) });
    tell(&mut harness, 904, 0, asked(Way::Sending, ""));
    tell(&mut harness, 904, 1, What::Ended { moved: 0, end: End::Refused(Refusal::NoName), place: Place::Nowhere });
    tell(&mut harness, 905, 0, asked(Way::Receiving, "whole.iso"));
    tell(&mut harness, 905, 0, What::Begun { total: Some(5), resumed_at: 0 });
    tell(&mut harness, 905, 9, What::Ended { moved: 5, end: End::Clean, place: Place::Saved("/tmp/x".into()) });
    harness.run_steps(3);
    assert!(says(&harness, "checking"), "the last one is still being read");
    tell(&mut harness, 905, 10, What::Verified { len: 5, sha256: Sha256([7; 32]) });
    harness.run_steps(3);
    let rows = rows(&harness);
    let has = |name: &str, words: &[&str]| {
        let row = rows.iter().find(|row| row.contains(name)).unwrap_or_else(|| panic!("{name} in {rows:#?}"));
        words.iter().for_each(|word| assert!(row.contains(word), "{word} in {row}"));
    };
    has("moving.iso", &["25 % of 1.0 MB", "250.0 kB/s"]);
    has("waiting.iso", &["waits for its turn"]);
    has("cut.iso", &["cut off after 1.5 kB", "(recv)"]);
    has("(no name)", &["refused: no name was sent"]);
    has("whole.iso", &["complete"]);
    for button in ["Cancel: moving.iso", "Cancel: waiting.iso", "Resume: cut.iso", "Show in folder: whole.iso"] {
        assert!(harness.query_by_role_and_label(Role::Button, button).is_some(), "{button}");
    }
    assert!(harness.query_by_role_and_label(Role::Button, "Cancel: cut.iso").is_none());
    click(&mut harness, "Forget those that have ended");
    let left: Vec<u64> = harness.state().session().transfers().iter().map(|transfer| transfer.id.0).collect();
    assert_eq!(left, [901, 902]);
}

#[test]
fn nothing_ticks_while_a_transfer_stands_still() {
    let folder = folder();
    let mut harness = serving(Lang::En, folder.path());
    tell(&mut harness, 901, 0, asked(Way::Receiving, "moving.iso"));
    tell(&mut harness, 901, 0, What::Begun { total: Some(1_000_000), resumed_at: 0 });
    tell(&mut harness, 901, 1_000, What::Progress { moved: 250_000 });
    harness.run_steps(4);
    let before = rows(&harness);
    std::thread::sleep(std::time::Duration::from_millis(60));
    harness.run_steps(2);
    assert_eq!(rows(&harness), before, "rate and time left are those of the last news");
}

#[test]
fn a_running_download_is_cancelled_by_its_button() {
    let folder = folder();
    let mut harness = serving(Lang::En, folder.path());
    // A server that accepts and never answers.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let saved = tempfile::tempdir().unwrap();
    download(&mut harness, &silent.local_addr().unwrap().to_string(), "a.bin", saved.path());
    until(&mut harness, "it can be cancelled", |harness| {
        let moving = harness.state().session().transfers().iter().any(|transfer| transfer.asked.conn.is_some());
        moving && harness.query_by_role_and_label(Role::Button, "Cancel: a.bin").is_some()
    });
    click(&mut harness, "Cancel: a.bin");
    until(&mut harness, "it has ended", |harness| verdicts(harness).iter().all(Option::is_some));
    let transfer = harness.state().session().transfers().iter().next().unwrap();
    assert_eq!(transfer.end(), Some(&End::Cancelled));
    assert!(!saved.path().join("a.bin").exists());
}

/// What the form's server answers.
fn service(harness: &Window) -> Option<String> {
    harness.get_by_role_and_label(Role::ComboBox, "Answers").value()
}

#[test]
fn a_server_of_files_is_made_and_changed_in_the_form() {
    let folder = folder();
    let mut harness = window(Lang::En, SIZE);
    press(&mut harness, Modifiers::COMMAND, Key::N);
    drop_file(&mut harness, folder.path());
    assert_eq!(service(&harness), Some("files, by name".to_owned()), "the form takes the drop");
    fill(&mut harness, "At once, at most", "0");
    assert!(says(&harness, "Expected a whole number from 1 to 256."));
    fill(&mut harness, "At once, at most", "2");
    fill(&mut harness, "Give up after", "1.5");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    until(&mut harness, "it is open", |harness| !harness.state().session().endpoints().is_empty() && all_open(harness));
    let (protocol, share) = share_of(&harness, "server");
    assert_eq!((protocol, share.max_transfers), (Protocol::Files, 2));
    assert_eq!(share.stalled_after, std::time::Duration::from_millis(1_500));
    harness.run_steps(3);
    assert!(harness.query_by_label("Message of server").is_none(), "nothing can be sent by hand");
    assert!(says(&harness, "This server answers by itself"));
}

#[test]
fn only_a_tcp_server_is_offered_files() {
    let mut harness = window(Lang::En, SIZE);
    press(&mut harness, Modifiers::COMMAND, Key::N);
    let folder = folder();
    drop_file(&mut harness, folder.path());
    assert_eq!(service(&harness), Some("files, by name".to_owned()));
    click(&mut harness, "Unix server");
    assert_eq!(service(&harness), Some("by hand".to_owned()));
    fill(&mut harness, "Path", &folder.path().join("socket").display().to_string());
    click(&mut harness, "Create and open");
    let server = &harness.state().session().endpoints()[0];
    assert_eq!(server.spec.service.reply, Reply::manual());
}

#[test]
fn the_windows_of_files_fit_into_the_smallest_window_in_both_languages() {
    for lang in Lang::ALL {
        let mut harness = window(lang, [900.0, 600.0]);
        for (modifiers, key) in [(Modifiers::COMMAND | Modifiers::SHIFT, Key::F), (Modifiers::COMMAND, Key::D)] {
            press(&mut harness, modifiers, key);
            let screen = harness.ctx.content_rect();
            for role in [Role::Button, Role::TextInput, Role::ComboBox, Role::CheckBox] {
                for node in harness.query_all_by_role(role) {
                    let (rect, name) = (node.rect(), node.accesskit_node().label());
                    assert!(screen.expand(0.5).contains_rect(rect), "{key:?}: {name:?} at {rect:?}");
                }
            }
            press(&mut harness, Modifiers::NONE, Key::Escape);
        }
    }
}
