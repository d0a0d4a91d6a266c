//! A server that cuts its answer anywhere.

use super::*;

/// What another server does with one request.
#[derive(Clone, Debug)]
struct Cut {
    protocol: Protocol,
    len: usize,
    /// Bytes of them that are sent.
    cut: usize,
    reset: bool,
    /// The client knows the digest of the whole.
    expected: bool,
}

fn any_cut() -> impl Strategy<Value = Cut> {
    let places = (0..150_000usize).prop_flat_map(|len| (Just(len), prop_oneof![0..=len, Just(len), Just(0)]));
    (select(Protocol::ALL.to_vec()), places, any::<bool>(), any::<bool>())
        .prop_map(|(protocol, (len, cut), reset, expected)| Cut { protocol, len, cut, reset, expected })
}

/// Sends what `of` says to its one client; to be joined.
fn cutting_server(of: Cut) -> (std::net::SocketAddr, thread::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let serve = move || {
        let (mut client, _) = listener.accept().unwrap();
        std::io::Read::read(&mut client, &mut [0; 4096]).unwrap();
        let head = match of.protocol {
            Protocol::Files => String::new(),
            Protocol::Http => format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", of.len),
        };
        client.write_all(head.as_bytes()).unwrap();
        client.write_all(&bytes(of.len)[..of.cut]).unwrap();
        if of.reset {
            socket2::SockRef::from(&client).set_linger(Some(Duration::ZERO)).unwrap();
        }
    };
    (address, thread::Builder::new().name("cutting server".to_owned()).spawn(serve).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn wherever_a_connection_is_cut_the_verdict_is_true_and_no_byte_is_lost(of in any_cut()) {
        download_from_cutting_server(of)?;
    }
}

/// It could pass for an empty file where its digest is not known.
#[test]
fn a_known_file_of_which_nothing_comes_is_not_taken_for_an_empty_one() {
    let of = Cut { protocol: Protocol::Files, len: 1, cut: 0, reset: false, expected: true };
    download_from_cutting_server(of).unwrap();
}

/// Downloads it and compares what is said of it with what the server did.
fn download_from_cutting_server(of: Cut) -> Result<(), TestCaseError> {
    let mut lab = Lab::new();
    let whole = bytes(of.len);
    let (address, server) = cutting_server(of.clone());
    let digest = digest_of(&whole);
    let fetch =
        DownloadRequest { protocol: of.protocol, expected: of.expected.then_some(digest), ..*lab.fetch("a.bin") };
    let remote = Remote::Inet(address.to_string().parse().unwrap());
    let name = "client".to_owned();
    lab.session.act(Action::DownloadFrom { remote, name, fetch: Box::new(fetch) }).unwrap();
    let (transfer, verdict) = lab.verdict(1);
    server.join().unwrap();

    let saved = fs::read(lab.folder.path().join("a.bin")).ok();
    let part = match &transfer.place {
        Place::Part(path) => Some(fs::read(path).unwrap()),
        Place::Saved(_) | Place::Nowhere => None,
    };
    prop_assert_eq!(saved.is_some(), matches!(transfer.place, Place::Saved(_)));
    match &verdict {
        Verdict::Identical { .. } => prop_assert!(of.expected && saved.as_ref() == Some(&whole)),
        Verdict::Complete => {
            prop_assert!(!of.expected && of.protocol == Protocol::Http && saved.as_ref() == Some(&whole));
        }
        Verdict::MaybeAll => {
            prop_assert!(of.protocol == Protocol::Files && !of.expected && !of.reset && of.cut > 0);
            prop_assert!(saved.as_deref() == Some(&whole[..of.cut]));
        }
        Verdict::Empty => prop_assert!(!of.expected && !of.reset && of.cut == 0 && saved.as_deref() == Some(b"")),
        Verdict::Differs { expected, .. } => {
            prop_assert!(of.expected && *expected == digest && of.cut < of.len && saved.is_none());
            prop_assert!(part.unwrap_or_default() == whole[..of.cut], "what came is kept");
        }
        Verdict::CutOff { bytes: got, .. } => {
            prop_assert!((of.reset || of.protocol == Protocol::Http && of.cut < of.len) && saved.is_none());
            let part = part.unwrap_or_default();
            prop_assert!(part.len() as u64 == *got && whole.starts_with(&part), "{} of {got}", part.len());
        }
        Verdict::Failed(_) => prop_assert!(of.reset && saved.is_none()),
        Verdict::Refused(_) | Verdict::Sent | Verdict::RestByRanges { .. } => prop_assert!(false, "{:?}", verdict),
    }
    // An orderly end loses nothing of what was sent.
    if !of.reset {
        prop_assert_eq!(transfer.moved, of.cut as u64);
    }
    Ok(())
}

fn digest_of(bytes: &[u8]) -> socket_lab::lab::transfer::Sha256 {
    socket_lab::lab::transfer::Sha256(Sha256::digest(bytes).into())
}
