//! Downloads as the window makes them.

use super::*;

#[test]
fn a_download_waits_for_the_server_that_is_being_opened_and_adds_its_client() {
    let mut lab = Lab::new();
    lab.server(Reply::files, true);
    fs::write(lab.folder.path().join("shared/a.bin"), bytes(5000)).unwrap();
    let (remote, fetch) = (Remote::Endpoint("server".to_owned()), lab.fetch("a.bin"));
    // Before anything was pumped, so the server is not open yet.
    let client = lab.session.act(Action::DownloadFrom { remote, name: "client".to_owned(), fetch }).unwrap();
    assert_eq!(lab.session.endpoint(client).unwrap().spec.name, "client");
    let (transfer, verdict) = lab.verdict(1);
    assert!(matches!(verdict, Verdict::Identical { .. }), "{verdict:?}");
    assert_eq!(transfer.place, Place::Saved(lab.folder.path().join("a.bin")));
    assert_eq!(fs::read(lab.folder.path().join("a.bin")).unwrap(), bytes(5000));
    assert_eq!(lab.notices(), []);
    // Once more over the same client, under another name.
    let fetch = Box::new(DownloadRequest { save_to: lab.folder.path().join("b.bin"), ..*lab.fetch("a.bin") });
    lab.session.act(Action::Download { endpoint: client, fetch });
    assert!(matches!(lab.verdict(2).1, Verdict::Identical { .. }));
}

#[test]
fn what_was_cut_off_is_one_notice_and_can_be_tried_again() {
    let mut lab = Lab::new();
    let (reset, go) = channel();
    let address = other_server(vec![(b"some", Some(go)), (b"some more", None)]);
    let (remote, fetch) = (Remote::Inet(address.to_string().parse().unwrap()), lab.fetch("a.bin"));
    lab.session.act(Action::DownloadFrom { remote, name: "client".to_owned(), fetch }).unwrap();
    lab.until("four bytes", |session| session.transfers().iter().any(|transfer| transfer.begun.is_some()));
    reset.send(()).unwrap();
    let (transfer, verdict) = lab.verdict(1);
    let part = lab.folder.path().join("a.bin.part");
    assert_eq!(transfer.place, Place::Part(part.clone()));
    let Verdict::CutOff { bytes: 4, end: End::Broken { errno, .. } } = &verdict else { panic!("{verdict:?}") };
    assert_eq!(errno.name(), Some("ECONNRESET"));
    lab.until("the notice", |session| !session.notices().is_empty());
    let notices = lab.notices();
    assert!(notices.len() == 1 && notices[0].0 == Level::Error, "{notices:?}");
    assert!(notices[0].1.contains("cut off after 4 bytes: the connection was reset"), "{notices:?}");
    lab.session.act(Action::RetryTransfer(transfer.id));
    let (transfer, verdict) = lab.verdict(2);
    assert_eq!((verdict, transfer.place), (Verdict::MaybeAll, Place::Saved(lab.folder.path().join("a.bin"))));
    assert_eq!(fs::read(lab.folder.path().join("a.bin")).unwrap(), b"some more");
    assert!(!part.exists());
    assert_eq!(lab.notices(), [], "what failed before has worked");
    let known: Vec<_> = lab.session.transfers().iter().map(|transfer| transfer.id).collect();
    lab.session.act(Action::ClearTransfers);
    assert!(lab.session.transfers().is_empty());
    lab.session.act(Action::Undo);
    assert_eq!(lab.session.transfers().iter().map(|transfer| transfer.id).collect::<Vec<_>>(), known);
    lab.session.act(Action::Redo);
    assert!(lab.session.transfers().is_empty());
}

#[test]
fn a_download_that_can_not_begin_is_told_once_with_the_address() {
    let mut lab = Lab::new();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (remote, fetch) = (Remote::Inet(closed.to_string().parse().unwrap()), lab.fetch("a.bin"));
    lab.session.act(Action::DownloadFrom { remote, name: "client".to_owned(), fetch }).unwrap();
    lab.until("the notice", |session| !session.notices().is_empty());
    let (remote, fetch) = (Remote::Endpoint("nobody".to_owned()), lab.fetch("a.bin"));
    lab.session.act(Action::DownloadFrom { remote, name: "client".to_owned(), fetch }).unwrap();
    lab.until("the other notice", |session| session.notices().iter().len() > 1);
    let notices = lab.notices();
    assert!(notices.len() == 2 && notices[0].1.contains(&format!("connect {closed}")), "{notices:?}");
    assert!(notices[1].1.contains("\"nobody\" is not open"), "{notices:?}");
}

#[test]
fn a_download_that_is_cancelled_leaves_its_part_and_is_no_error() {
    let mut lab = Lab::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (remote, fetch) = (Remote::Inet(listener.local_addr().unwrap().to_string().parse().unwrap()), lab.fetch("a"));
    lab.session.act(Action::DownloadFrom { remote, name: "client".to_owned(), fetch }).unwrap();
    let (mut peer, _) = listener.accept().unwrap();
    peer.write_all(b"some").unwrap();
    lab.until("four bytes", |session| session.transfers().iter().any(|transfer| transfer.begun.is_some()));
    let id = lab.session.transfers().iter().next().unwrap().id;
    lab.session.act(Action::CancelTransfer(id));
    let (transfer, verdict) = lab.verdict(1);
    assert_eq!(verdict, Verdict::CutOff { bytes: 4, end: End::Cancelled });
    assert_eq!(transfer.place, Place::Part(lab.folder.path().join("a.part")));
    lab.until("the notice", |session| !session.notices().is_empty());
    assert_eq!(lab.notices().iter().map(|(level, _)| *level).collect::<Vec<_>>(), [Level::Info]);
}

#[test]
fn a_file_is_asked_for_as_the_server_of_this_lab_serves_it() {
    let mut lab = Lab::new();
    let server = lab.server(Reply::http, false);
    let named = Remote::Endpoint("server".to_owned());
    assert_eq!(lab.session.protocol_of(&named), Protocol::Http);
    assert_eq!(lab.session.protocol_of(&Remote::Endpoint("nobody".to_owned())), Protocol::Files);
    lab.session.act(Action::Open(server));
    lab.until("the server", |session| session.endpoint(server).unwrap().live.is_open());
    let port = lab.session.endpoint(server).unwrap().live.local().unwrap().port();
    let at = |address: String| Remote::Inet(address.parse().unwrap());
    for (address, protocol) in [
        (format!("127.0.0.1:{port}"), Protocol::Http),
        (format!("localhost:{port}"), Protocol::Http),
        (format!("127.0.0.2:{port}"), Protocol::Files),
        (format!("127.0.0.1:{}", port ^ 1), Protocol::Files),
        (format!("example.org:{port}"), Protocol::Files),
    ] {
        assert_eq!(lab.session.protocol_of(&at(address.clone())), protocol, "{address}");
    }
}
