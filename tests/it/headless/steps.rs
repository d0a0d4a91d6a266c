//! Steps whose test needs more than a lab file; the others are in `tests/labs`.

use super::*;

#[test]
fn the_wrong_bytes_fail_at_once_and_end_the_run() {
    let began = Instant::now();
    let ran = run(&pair(
        "{ kind = \"constant\", text = \"good bye\" }",
        "send = { from = \"client\", text = \"hello\" }
        expect = { at = \"client\", text = \"good day\", within = \"20s\" }
        send = { from = \"client\", text = \"never sent\" }",
    ))
    .failed_at(2, "wrong from byte 6 on");
    assert!(began.elapsed() < Duration::from_secs(10));
    assert_eq!(ran.calls("client").iter().filter(|call| call.starts_with("send")).count(), 1);
}

#[test]
fn a_stream_that_ends_early_fails_without_waiting() {
    let began = Instant::now();
    run(&pair(
        "{ kind = \"echo\", close_after_reply = true }",
        "send = { from = \"client\", text = \"hi\" }
        expect = { at = \"client\", text = \"hi there\", within = \"20s\" }",
    ))
    .failed_at(2, "2 of 8 bytes came: the peer has ended its side");
    assert!(began.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_file_is_sent_from_beside_the_lab() {
    let lab = Lab::new(&pair(
        "{ kind = \"manual\" }",
        "send = { from = \"client\", file = \"data.bin\" }
        expect = { at = \"server\", bytes = 300000 }",
    ));
    std::fs::write(lab.folder.path().join("data.bin"), vec![7; 300_000]).unwrap();
    assert_eq!(lab.run(&[]).went_well().summary()["received_bytes"], 300_000);
    std::fs::remove_file(lab.folder.path().join("data.bin")).unwrap();
    lab.run(&[]).failed_at(1, "data.bin can't be read");
}

#[test]
fn every_scenario_gives_the_lines_that_stand_beside_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/labs");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if !path.to_string_lossy().ends_with(".lab.toml") {
            continue;
        }
        let name = path.display().to_string();
        let expected = std::fs::read_to_string(name.replace(".lab.toml", ".expected")).unwrap();
        let ran = Ran::of(program("C").arg("run").arg(&path).args(["--format", "jsonl"]).spawn().unwrap());
        assert!(!expected.is_empty(), "{name}");
        expected.lines().for_each(|line| ran.keeps(line, &name));
        seen += 1;
    }
    assert!(seen >= 15, "{seen} scenarios");
}
