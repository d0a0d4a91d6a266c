//! The lab file: what is read, and that a written lab is read back equal.

mod generated;

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use socket_lab::kinds::fault::{FaultKind, FaultSpec, Mark};
use socket_lab::lab::Content;
use socket_lab::lab::address::{Host, HostPort, Local, Remote};
use socket_lab::lab::breakpoint::{At, Breakpoint};
use socket_lab::lab::endpoint::{EndpointKind, EndpointSpec, RelayOptions, Serving};
use socket_lab::lab::file;
use socket_lab::lab::layout::{Arrangement, Layout};
use socket_lab::lab::lesson::{
    Choice, Fixed, FromTrace, Hint, Kind, Lesson, Part, Question, Show, System, Value, Wanted,
};
use socket_lab::lab::payload::LineEnding;
use socket_lab::lab::program::{ProgramSpec, Watch};
use socket_lab::lab::service::{Reply, ServiceSpec};
use socket_lab::lab::step::{
    self, Action, Close, DEFAULT_WITHIN, Download, Expect, ExpectProgram, ExpectedBytes, ExpectedMessages, Next, Open,
    ProgramEvent, Release, Sent, Shutdown, Start, Step, Stop, To, Type, Wait,
};
use socket_lab::lab::transfer::{FileShare, MOST_TRANSFERS, Protocol, Sha256, Shared};
use socket_lab::lab::{Group, Interface, Lab, Localized, TextEncoding};
use socket_lab::lang::Lang;
use socket_lab::lang::visible::is_hidden;
use socket_lab::values::call_names::OP_NAMES;
use socket_lab::values::endpoint_kind::Role;
use socket_lab::values::{How, Portion};

/// The example of the design, with every kind of step.
const EXAMPLE: &str = r#"title = "Auto-reply"

[[endpoints]]
name = "server"
kind = "tcp-server"
local = "127.0.0.1:0"
serving = "one-at-a-time"
backlog = 5
recv_size = 1024
service = { kind = "suffix", text = " SB" }

[[endpoints]]
name = "client"
kind = "tcp-client"
remote = "@server"
encoding = "gbk"

[[endpoints]]
name = "room"
kind = "udp"
local = "[::1]:0"
broadcast = true
recverr = true

[[steps]]
open = "server"
[[steps]]
open = "client"
fails = "ECONNREFUSED"
[[steps]]
send = { from = "client", text = "hello" }
[[steps]]
send = { from = "server", hex = "68 65", to = 2 }
[[steps]]
send = { from = "room", file = "data/a.bin", to = "localhost:9000" }
[[steps]]
expect = { at = "client", text = "hello SB", within = "2s" }
[[steps]]
expect = { at = "server", conn = 1, bytes = 3, eof = true }
[[steps]]
expect = { at = "client", error = "ECONNRESET" }
[[steps]]
wait = "100ms"
[[steps]]
shutdown = { at = "client", how = "write" }
[[steps]]
close = "client"
[[steps]]
close = { at = "server", conn = 1, reset = true }

[layout]
is = "row"

[[layout.parts]]
is = "pane"
shows = "endpoint:server"

[[layout.parts]]
is = "pane"
shows = "traffic"
share = 2.5
"#;

fn example() -> Lab {
    let mut server = EndpointSpec::new("server", EndpointKind::TCP_SERVER);
    server.local = Some(Local::LOOPBACK);
    server.server.serving = Serving::OneAtATime;
    server.server.backlog = 5;
    server.recv_size = Some(1024);
    server.service = ServiceSpec::new(Reply::suffix(" SB".to_owned()));
    let mut client = EndpointSpec::new("client", EndpointKind::TCP_CLIENT);
    client.remote = Some(Remote::Endpoint("server".to_owned()));
    client.encoding = "gbk".parse().unwrap();
    let mut room = EndpointSpec::new("room", EndpointKind::UDP);
    room.local = Some("[::1]:0".parse().unwrap());
    room.options.broadcast = Some(true);
    room.options.recverr = Some(true);

    let expectation = |at: &str| Expect {
        at: at.to_owned(),
        conn: None,
        bytes: None,
        messages: None,
        eof: false,
        error: None,
        fault: None,
        within: DEFAULT_WITHIN,
    };
    let text = |text: &str| Content::Text(text.to_owned());
    let send = |from: &str, what: Sent, to: To| Step::new(step::Send { from: from.to_owned(), what, to });
    let steps = vec![
        Step::new(Open { at: "server".to_owned() }),
        Step { action: Open { at: "client".to_owned() }.into(), fails: Some("ECONNREFUSED".to_owned()) },
        send("client", Sent::Bytes(text("hello")), To::All),
        send("server", Sent::Bytes(Content::Hex(b"he".to_vec())), To::Conn(2)),
        send(
            "room",
            Sent::File(PathBuf::from("data/a.bin")),
            To::Remote(Remote::Inet("localhost:9000".parse().unwrap())),
        ),
        Step::new(Expect {
            bytes: Some(ExpectedBytes::Exactly(text("hello SB"))),
            within: Duration::from_secs(2),
            ..expectation("client")
        }),
        Step::new(Expect { conn: Some(1), bytes: Some(ExpectedBytes::Count(3)), eof: true, ..expectation("server") }),
        Step::new(Expect { error: Some("ECONNRESET".to_owned()), ..expectation("client") }),
        Step::new(Wait(Duration::from_millis(100))),
        Step::new(Shutdown { at: "client".to_owned(), how: How::Write, conn: None }),
        Step::new(Close { at: "client".to_owned(), conn: None, reset: false }),
        Step::new(Close { at: "server".to_owned(), conn: Some(1), reset: true }),
    ];
    let traffic = Layout { share: 2.5, ..Layout::pane("traffic") };
    let layout = Layout::group(Arrangement::Row, vec![Layout::pane("endpoint:server"), traffic]);
    let (title, endpoints) = ("Auto-reply".into(), vec![server, client, room]);
    Lab { title, endpoints, steps, layout: Some(layout), ..Lab::default() }
}

#[test]
fn the_design_s_example_is_read() {
    assert_eq!(file::parse(EXAMPLE, None), Ok(example()));
}

#[test]
fn a_lab_is_written_as_the_design_writes_it() {
    assert_eq!(file::to_toml(&example()), EXAMPLE);
}

#[test]
fn line_ends_of_windows_and_a_byte_order_mark_do_no_harm() {
    let text = format!("\u{feff}{}", EXAMPLE.replace('\n', "\r\n"));
    assert_eq!(file::parse(&text, None), Ok(example()));
}

#[test]
fn the_options_of_a_service_may_stand_in_it_or_beside_it() {
    let inside = "[[endpoints]]\nname = \"a\"\nkind = \"tcp-server\"\n\
        service = { kind = \"echo\", close_after_reply = true, quit = [\"Q\"], accept_limit = 2 }";
    let beside = "[[endpoints]]\nname = \"a\"\nkind = \"tcp-server\"\nclose_after_reply = true\nquit = [\"Q\"]\n\
        accept_limit = 2\n[endpoints.service]\nkind = \"echo\"";
    let lab = file::parse(inside, None).unwrap();
    assert_eq!(Ok(&lab), file::parse(beside, None).as_ref());
    assert_eq!(lab.endpoints[0].server.accept_limit, Some(2));
    assert!(lab.endpoints[0].service.close_after_reply);
    let twice = inside.replace("kind = \"tcp-server\"", "kind = \"tcp-server\"\naccept_limit = 2");
    assert_eq!(file::parse(&twice, None).unwrap_err().field.as_deref(), Some("endpoints[0].accept_limit"));
}

#[test]
fn files_to_send_are_found_beside_the_lab_also_when_it_is_saved_elsewhere() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("labs");
    fs::create_dir(&folder).unwrap();
    let path = folder.join("a.lab.toml");
    let text = "[[endpoints]]\nname = \"a\"\nkind = \"udp\"\n\n[[steps]]\nsend = { from = \"a\", file = \"data/x\" }\n";
    fs::write(&path, text).unwrap();
    let lab = file::load(&path).unwrap();
    let sent = |lab: &Lab| match &lab.steps[0].action {
        Action::Send(step::Send { what: Sent::File(path), .. }) => path.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(sent(&lab), folder.join("data/x"));
    file::save(&lab, &path).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
    let above = root.path().join("b.lab.toml");
    file::save(&lab, &above).unwrap();
    assert_eq!(sent(&file::load(&above).unwrap()), folder.join("data/x"));
}

#[test]
fn files_are_shared_and_downloaded_as_the_design_writes_it() {
    let digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let text = format!(
        "[[endpoints]]\nname = \"a\"\nkind = \"tcp-server\"\n\
        service = {{ kind = \"files\", root = \"dir\", max_transfers = 2, ask_within = \"5s\", stalled_after = \"1500ms\", \
        close_after_reply = true, quit = [\"Q\"] }}\n\n\
        [[endpoints]]\nname = \"b\"\nkind = \"tcp-server\"\nservice = {{ kind = \"http\", files = [\"x/a.bin\", \"文 件\"] }}\n\n\
        [[endpoints]]\nname = \"c\"\nkind = \"tcp-server\"\nservice = {{ kind = \"http\", root = \".\" }}\n\n\
        [[endpoints]]\nname = \"client\"\nkind = \"tcp-client\"\nremote = \"@a\"\n\n\
        [[steps]]\ndownload = {{ from = \"client\", name = \"a.bin\", save_to = \"out/a.bin\", sha256 = \"{digest}\" }}\n\
        [[steps]]\ndownload = {{ from = \"client\", name = \"b\", save_to = \"out/b\", protocol = \"http\" }}\nfails = \"EEXIST\"\n"
    );
    let lab = file::parse(&text, None).unwrap();
    let Some((Protocol::Files, share)) = lab.endpoints[0].service.share() else { panic!("{lab:?}") };
    assert_eq!(share.what, Shared::Root(PathBuf::from("dir")));
    assert_eq!((share.max_transfers, share.ask_within), (2, Duration::from_secs(5)));
    assert_eq!(share.stalled_after, Duration::from_millis(1500));
    let Some((Protocol::Http, share)) = lab.endpoints[1].service.share() else { panic!("{lab:?}") };
    assert_eq!(*share, FileShare::new(Shared::Files(vec!["x/a.bin".into(), "文 件".into()])));
    let Action::Download(download) = &lab.steps[0].action else { panic!("{lab:?}") };
    assert_eq!((download.sha256, download.protocol), (Some(digest.parse().unwrap()), None));
    assert_eq!(file::to_toml(&lab), text);

    // The folder of the lab file is where they are, also when the lab is saved elsewhere.
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("labs");
    fs::create_dir(&folder).unwrap();
    let path = folder.join("a.lab.toml");
    fs::write(&path, &text).unwrap();
    let lab = file::load(&path).unwrap();
    let paths = |lab: &Lab| {
        let roots = lab.endpoints.iter().filter_map(|endpoint| match &endpoint.service.share()?.1.what {
            Shared::Root(path) => Some(path.clone()),
            Shared::Files(paths) => paths.first().cloned(),
        });
        let targets = lab.steps.iter().filter_map(|step| match &step.action {
            Action::Download(download) => Some(download.save_to.clone()),
            _ => None,
        });
        roots.chain(targets).collect::<Vec<PathBuf>>()
    };
    let expected = ["dir", "x/a.bin", "", "out/a.bin", "out/b"].map(|path| folder.join(path));
    assert_eq!(paths(&lab), expected);
    file::save(&lab, &path).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
    let above = root.path().join("b.lab.toml");
    file::save(&lab, &above).unwrap();
    assert!(fs::read_to_string(&above).unwrap().contains("root = \"labs/dir\""));
    assert_eq!(paths(&file::load(&above).unwrap()), expected);
}

#[test]
fn saving_replaces_the_file_whole_and_leaves_nothing_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.lab.toml");
    file::save(&example(), &path).unwrap();
    file::save(&example(), &path).unwrap();
    let mut expected = example();
    if let Action::Send(step::Send { what: Sent::File(path), .. }) = &mut expected.steps[4].action {
        // The example's path is relative to where the test runs, and so are saved paths not below the lab's folder.
        *path = std::path::absolute(&path).unwrap();
    }
    assert_eq!(file::load(&path), Ok(expected));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    assert!(file::save(&example(), &folder.path().join("none/a.lab.toml")).is_err());
}

#[cfg(unix)]
#[test]
fn saving_keeps_links_and_permissions() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let folder = tempfile::tempdir().unwrap();
    let (path, link) = (folder.path().join("a.lab.toml"), folder.path().join("link.lab.toml"));
    fs::write(&path, "").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&path, &link).unwrap();
    file::save(&example(), &link).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(file::load(&link).map(|lab| lab.title), Ok("Auto-reply".into()));
}

#[test]
fn groups_are_texts_or_tables_and_written_so() {
    let text = "[[endpoints]]\nname = \"room\"\nkind = \"udp\"\nmulticast_loop = false\nmulticast_ttl = 0\n\
        multicast_interface = \"127.0.0.1\"\n\
        groups = [\"239.1.2.3\", { addr = \"ff02::1234\", interface = \"lo\" }]\n";
    let lab = file::parse(text, None).unwrap();
    let room = &lab.endpoints[0];
    let groups: Vec<Group> = ["239.1.2.3", "ff02::1234%lo"].map(|group| group.parse().unwrap()).to_vec();
    assert_eq!(room.datagram.groups, groups);
    assert_eq!((room.options.multicast_ttl, room.options.multicast_loop), (Some(0), Some(false)));
    assert_eq!(file::to_toml(&lab), text);
    // A text may name the interface too.
    let short = text.replace("{ addr = \"ff02::1234\", interface = \"lo\" }", "\"ff02::1234%lo\"");
    assert_eq!(file::parse(&short, None), Ok(lab));
}

#[test]
fn title_and_note_are_one_text_or_one_in_each_language() {
    let lab = file::parse("title = \"Echo\"\nnote = { en = \"Says it again.\\nTwice.\", zh = \"再说一遍。\" }", None)
        .unwrap();
    assert_eq!(lab.title, Localized::plain("Echo"));
    assert_eq!(lab.note, Localized::both("Says it again.\nTwice.", "再说一遍。"));
    assert_eq!(
        file::to_toml(&lab),
        "title = \"Echo\"\nnote = { en = \"Says it again.\\nTwice.\", zh = \"再说一遍。\" }\n"
    );
}

// Generated labs.
