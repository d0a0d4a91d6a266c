//! The `download` step of a headless run.

use super::*;

#[test]
fn files_of_every_size_and_name_arrive_identical_and_the_step_says_so() {
    let files = [
        ("empty.bin", 0),
        ("one.bin", 1),
        ("below.bin", 1023),
        ("even.bin", 1024),
        ("above.bin", 1025),
        ("with spaces 文件.bin", 70_000),
    ];
    let mut steps = String::new();
    for (name, len) in files {
        steps += &step("client", name, &with_digest(&bytes(len)));
    }
    let folder = Folder::new(&steps);
    for (name, len) in files {
        folder.put(&format!("shared/{name}"), &bytes(len));
    }
    let ran = folder.run().went_well();
    for (name, len) in files {
        folder.has(&format!("out/{name}"), &bytes(len));
    }
    let details = details(&ran);
    assert_eq!(details.len(), files.len());
    assert_eq!(details[1], (true, "one.bin, 1 byte: identical".to_owned()));
    assert!(details.iter().all(|(ok, detail)| *ok && detail.ends_with(": identical")), "{details:?}");
    assert_eq!(ran.notices(), "", "what went well needs no notice");
}

#[test]
fn without_a_digest_both_ends_of_the_lab_are_compared() {
    let folder = Folder::new(&(step("client", "a.bin", "") + &step("client", "empty.bin", "")));
    folder.put("shared/a.bin", &bytes(5000)).put("shared/empty.bin", b"");
    let ran = folder.run().went_well();
    let expected = ["a.bin, 5,000 bytes: identical", "empty.bin, 0 bytes: identical"];
    assert_eq!(details(&ran), expected.map(|detail| (true, detail.to_owned())));
}

#[test]
fn a_wrong_digest_fails_the_step_and_can_be_meant_to() {
    let wrong = with_digest(b"something else");
    let folder = Folder::new(&step("client", "a.bin", &wrong));
    folder.put("shared/a.bin", &bytes(5000));
    let ran = folder.run();
    assert_eq!((ran.status, &ran.summary()["failed_steps"]), (Some(1), &1.into()));
    let details = details(&ran);
    assert!(details.len() == 1 && !details[0].0 && details[0].1.contains("differs"), "{details:?}");
    let notices = ran.lines.iter().filter(|line| line["type"] == "notice").collect::<Vec<_>>();
    assert!(notices.len() == 1 && notices[0]["level"] == "error", "{notices:?}");

    let folder = Folder::new(&(step("client", "a.bin", &wrong) + "fails = \"EBADMSG\"\n"));
    folder.put("shared/a.bin", &bytes(5000));
    let ran = folder.run().went_well();
    assert_eq!((ran.notices().as_str(), ran.expects().count()), ("", 1));
}

#[test]
fn http_is_spoken_where_the_server_does_or_the_step_says_so() {
    let contents = bytes(300_000);
    let steps = step("browser", "a.bin", &with_digest(&contents))
        + &step("browser", "ä b%41.bin", "")
        + &step("browser", "sub/c.bin", ", protocol = \"http\"");
    let folder = Folder::new(&steps);
    fs::create_dir(folder.path("shared/sub")).unwrap();
    folder.put("shared/a.bin", &contents).put("shared/ä b%41.bin", b"name").put("shared/sub/c.bin", b"below");
    let ran = folder.run().went_well();
    folder.has("out/a.bin", &contents);
    folder.has("out/ä b%41.bin", b"name");
    folder.has("out/c.bin", b"below");
    let asked = ran.calls("browser").find(|call| call["op"] == "send").map(data).unwrap();
    assert!(asked.starts_with(b"GET /a.bin HTTP/1.1\r\n"), "{}", String::from_utf8_lossy(&asked));
    assert!(details(&ran).iter().all(|(_, detail)| detail.ends_with(": identical")), "{:?}", details(&ran));
}

#[test]
fn what_the_server_does_not_give_is_told_with_its_name_and_why() {
    let cases = [
        ("missing.bin", "ENOENT", "there is no such file"),
        ("../test.lab.toml", "EACCES", "leads out of the shared folder"),
        ("/etc/passwd", "EACCES", "leads out of the shared folder"),
        ("sub", "EISDIR", "it is a folder"),
    ];
    for (name, errno, why) in cases {
        let folder = Folder::new(&(step("client", name, "") + &format!("fails = \"{errno}\"\n")));
        fs::create_dir(folder.path("shared/sub")).unwrap();
        let ran = folder.run().went_well();
        // What came was an empty stream, which is saved as what it is.
        folder.has(&format!("out/{}", name.rsplit('/').next().unwrap()), b"");
        let notices = ran.notices();
        assert!(notices.contains(name) && notices.contains(why), "{name}: {notices}");
        assert_eq!(notices.lines().count(), 1, "once and no more: {notices}");
        assert_eq!(sum(&ran, "client", &["recv"]), 0, "{name}");
    }
    let folder = Folder::new(&step("client", "missing.bin", ""));
    let ran = folder.run();
    assert_eq!(ran.status, Some(1));
    let details = details(&ran);
    assert!(
        details.len() == 1 && !details[0].0 && details[0].1.contains("refused: there is no such file"),
        "{details:?}"
    );
}

#[test]
fn a_file_that_is_not_there_over_http_is_refused_too() {
    let folder = Folder::new(&(step("browser", "missing.bin", "") + "fails = \"ENOENT\"\n"));
    let ran = folder.run().went_well();
    assert_eq!(folder.saved(), Vec::<String>::new());
    let notices = ran.notices();
    assert!(notices.contains("missing.bin") && notices.lines().count() == 1, "{notices}");
}

#[test]
fn an_existing_file_is_never_overwritten() {
    let folder = Folder::new(&(step("client", "a.bin", "") + "fails = \"EEXIST\"\n" + &step("client", "b.bin", "")));
    fs::create_dir(folder.path("out")).unwrap();
    folder.put("out/a.bin", b"mine").put("shared/a.bin", b"theirs").put("shared/b.bin", b"b");
    let ran = folder.run().went_well();
    folder.has("out/a.bin", b"mine");
    folder.has("out/b.bin", b"b");
    assert_eq!(folder.saved(), ["a.bin", "b.bin"]);
    assert_eq!(ran.notices(), "");
    let first = &details(&ran)[0];
    assert!(first.0 && first.1.contains("EEXIST"), "{first:?}");
}

#[test]
fn nobody_listens_is_the_steps_failure() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let text = format!(
        "[[endpoints]]\nname = \"client\"\nkind = \"tcp-client\"\nremote = \"{closed}\"\n\
        [[steps]]\nopen = \"client\"\nfails = \"ECONNREFUSED\"\n{}fails = \"ECONNREFUSED\"\n",
        step("client", "a.bin", "")
    );
    let folder = Folder(tempfile::tempdir().unwrap());
    folder.put("test.lab.toml", text.as_bytes());
    let ran = folder.run().went_well();
    assert_eq!((ran.notices().as_str(), folder.saved().len()), ("", 0));
}

#[test]
fn another_programs_server_can_not_say_whether_that_was_all() {
    let address = other_server(vec![(b"some bytes", None), (b"", None)]);
    let text = format!(
        "[[endpoints]]\nname = \"client\"\nkind = \"tcp-client\"\nremote = \"{address}\"\n{}{}",
        step("client", "a.bin", ""),
        step("client", "b.bin", "")
    );
    let folder = Folder(tempfile::tempdir().unwrap());
    folder.put("test.lab.toml", text.as_bytes());
    let ran = folder.run().went_well();
    let expected = [
        "a.bin, 10 bytes: ended cleanly, but this protocol cannot say whether that was all",
        "b.bin, 0 bytes: empty: the server may not have this file",
    ];
    assert_eq!(details(&ran), expected.map(|detail| (true, detail.to_owned())));
    let notices = ran.lines.iter().filter(|line| line["type"] == "notice").collect::<Vec<_>>();
    assert!(notices.len() == 1 && notices[0]["level"] == "warning", "only of the empty one: {notices:?}");
}

#[test]
fn a_call_shows_the_first_bytes_and_the_sums_are_right() {
    let contents = bytes(3 * 1024 * 1024 + 17);
    let folder = Folder::new(&step("client", "a.bin", &with_digest(&contents)));
    folder.put("shared/a.bin", &contents);
    let ran = folder.run().went_well();
    let len = contents.len() as u64;
    assert_eq!(sum(&ran, "server", &["sendfile", "send"]), len);
    assert_eq!(sum(&ran, "client", &["recv"]), len);
    let summary = ran.summary();
    let asked = "a.bin".len() as u64;
    assert_eq!((&summary["sent_bytes"], &summary["received_bytes"]), (&(len + asked).into(), &(len + asked).into()));
    let carrying = |call: &&Value| call["len"].as_u64().unwrap() > 10_000;
    let large: Vec<&Value> = ran.calls("server").chain(ran.calls("client")).filter(carrying).collect();
    assert!(large.len() >= 2, "{large:?}");
    for call in large {
        let (offset, kept) = (call["offset"].as_u64().unwrap() as usize, data(call));
        assert_eq!(call["truncated"], true, "{call}");
        assert!(!kept.is_empty() && kept.len() < 2000, "{call}");
        assert_eq!(kept, contents[offset..offset + kept.len()], "{call}");
    }
    #[cfg(target_os = "linux")]
    assert!(ran.calls("server").any(|call| call["op"] == "sendfile" && call["args"]["count"].as_u64() > Some(0)));
    // No line has a type that the contract lacks.
    let known = ["call", "expect", "notice", "summary"];
    assert!(ran.lines.iter().all(|line| known.contains(&line["type"].as_str().unwrap())));
}

#[test]
fn a_run_in_words_tells_each_file_once() {
    let folder = Folder::new(&step("client", "a.bin", ""));
    folder.put("shared/a.bin", &bytes(5000));
    let text = told(&folder.path("test.lab.toml"));
    assert_eq!(text.matches("a.bin, 5,000 bytes: identical").count(), 2, "the step, and the server's end:\n{text}");
}

fn told(lab: &Path) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_socket-lab"))
        .args(["run", "--for", "60s"])
        .arg(lab)
        .env("LC_ALL", "C")
        .env_remove("LANGUAGE")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_folder_that_is_not_there_can_not_be_shared() {
    let folder = Folder::new("[[steps]]\nopen = \"server\"\nfails = \"ENOENT\"\n");
    fs::remove_dir(folder.path("shared")).unwrap();
    fs::write(
        folder.path("test.lab.toml"),
        "[[endpoints]]\nname = \"server\"\nkind = \"tcp-server\"\nservice = { kind = \"files\", root = \"shared\" }\n\
        [[steps]]\nopen = \"server\"\nfails = \"ENOENT\"\n",
    )
    .unwrap();
    folder.run().went_well();
}
