//! Dependencies go one way: between the rooms of the house, and between the files of a room.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

use crate::support::sources;

/// The uses that close a circle between the files of a folder, and stay: `ARCHITECTURE.md` says why, under its decisions.
const ACCEPTED: [(&str, &str, &str); 3] =
    [("kinds", "field", "framing"), ("kinds", "field", "rule"), ("ui", "command", "panes")];

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The program's own code: without comments, and without tests, which may use what they like.
fn code(path: &Path) -> String {
    // What the tests put below the tap is theirs.
    let is_test = |part: &str| part.starts_with("tests") || part == "injection";
    if path.components().any(|part| is_test(&part.as_os_str().to_string_lossy())) {
        return String::new();
    }
    let text = fs::read_to_string(path).unwrap();
    let own = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    own.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// The first part of a path below `folder`: the room, or the file, that it belongs to.
fn unit(path: &Path, folder: &Path) -> String {
    let first = path.strip_prefix(folder).unwrap().components().next().unwrap();
    first.as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned()
}

/// The rooms in the order of the map in `lib.rs`.
fn rooms() -> Vec<String> {
    let map = fs::read_to_string(src().join("lib.rs")).unwrap();
    let entry = Regex::new(r"(?m)^//! - \[`(\w+)`\]").unwrap();
    entry.captures_iter(&map).map(|entry| entry[1].to_owned()).collect()
}

#[test]
fn each_room_uses_only_the_rooms_above_it() {
    let rooms = rooms();
    let place = |room: &str| rooms.iter().position(|known| known == room);
    let used = Regex::new(r"\bcrate::(\w+)").unwrap();
    let (mut upward, mut uses) = (Vec::new(), 0);
    for path in sources(&src()) {
        let Some(own) = place(&unit(&path, &src())) else { continue };
        for other in used.captures_iter(&code(&path)).filter_map(|found| place(&found[1])) {
            uses += 1;
            if other > own {
                upward.push(format!("{} uses {}", path.display(), rooms[other]));
            }
        }
    }
    assert!(rooms.len() >= 11 && uses > 1_000, "{uses} uses between {rooms:?}");
    assert_eq!(upward, [] as [String; 0]);
}

#[test]
fn every_room_is_on_the_map() {
    let text = fs::read_to_string(src().join("lib.rs")).unwrap();
    let declared = Regex::new(r"(?m)^(?:pub )?mod (\w+);").unwrap();
    let declared: BTreeSet<_> = declared.captures_iter(&text).map(|found| found[1].to_owned()).collect();
    assert_eq!(declared, rooms().into_iter().collect());
}

/// Which files of a room each of them uses.
fn uses(room: &str) -> BTreeMap<String, BTreeSet<String>> {
    let folder = src().join(room);
    let files = sources(&folder);
    let mut uses: BTreeMap<String, BTreeSet<String>> =
        files.iter().map(|path| (unit(path, &folder), BTreeSet::new())).collect();
    let units: BTreeSet<String> = uses.keys().filter(|unit| *unit != "mod").cloned().collect();
    let from_root = format!("crate::{}::", room.replace('/', "::"));
    let path_used = Regex::new(&format!(r"\b(?P<to>(?:super::)+|{from_root})(?P<names>\w+|\{{[^;]*?\}})")).unwrap();
    let word = Regex::new(r"\w+").unwrap();
    for path in files {
        let below = path.strip_prefix(&folder).unwrap();
        let is_mod = below.ends_with("mod.rs");
        // How many `super` lead from the file to the room.
        let depth = below.components().count() - usize::from(is_mod);
        let own = unit(&path, &folder);
        for found in path_used.captures_iter(&code(&path)) {
            if found["to"].starts_with("super") && found["to"].matches("super").count() != depth {
                continue;
            }
            let names = word.find_iter(&found["names"]).map(|name| name.as_str().to_owned());
            let others = names.filter(|name| units.contains(name) && *name != own && own != "mod");
            uses.entry(own.clone()).or_default().extend(others);
        }
    }
    uses
}

fn reached(uses: &BTreeMap<String, BTreeSet<String>>, from: &str) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut open = vec![from.to_owned()];
    while let Some(unit) = open.pop() {
        for next in uses.get(&unit).into_iter().flatten() {
            if reached.insert(next.clone()) {
                open.push(next.clone());
            }
        }
    }
    reached
}

/// Every folder below `src`.
fn folders() -> BTreeSet<String> {
    let of_file =
        |path: &PathBuf| path.parent().unwrap().strip_prefix(src()).unwrap().to_string_lossy().replace('\\', "/");
    sources(&src()).iter().map(of_file).filter(|folder| !folder.is_empty()).collect()
}

/// A file that two others need goes above both. A folder and what it is made of may know each other.
#[test]
fn the_files_of_a_room_use_one_another_one_way() {
    let (mut circles, mut links, mut accepted) = (Vec::new(), 0, 0);
    for room in folders() {
        let mut uses = uses(&room);
        links += uses.values().map(BTreeSet::len).sum::<usize>();
        for (_, from, to) in ACCEPTED.iter().filter(|(folder, ..)| *folder == room) {
            accepted += usize::from(uses.get_mut(*from).is_some_and(|used| used.remove(*to)));
        }
        let circle = uses.keys().filter(|unit| reached(&uses, unit).contains(*unit));
        circles.extend(circle.map(|unit| format!("{room}/{unit} ({:?})", uses[unit])));
    }
    assert!(links > 500, "only {links} uses are seen");
    assert_eq!(circles, [] as [String; 0]);
    assert_eq!(accepted, ACCEPTED.len(), "a circle that was accepted is there no more");
}

/// Where a call's own bytes are meant, as the system had them. Everybody else asks the trace what was said.
const OF_THE_CALL: [&str; 13] = [
    "trace/call.rs",
    "trace/said.rs",
    // What it did is compared with what was predicted of it.
    "trace/prediction.rs",
    // How much memory it takes, and what is kept of it.
    "trace/store.rs",
    "session/recording.rs",
    "session/export_job.rs",
    "trace/file",
    "trace/export",
    // Both ends of a datagram have the same.
    "trace/datagrams.rs",
    // What a relay sends on is what it received.
    "trace/datagrams_through.rs",
    // `data` is the call's, `msg` what it said.
    "trace/filter/evaluation.rs",
    // Words about the call itself; a program that repeats the calls.
    "explain/call.rs",
    "code/stretch.rs",
];

#[test]
fn views_ask_the_trace_what_a_socket_said_and_do_not_read_the_bytes_of_a_call() {
    let reads = Regex::new(r"\bcall\.data\b|\bis_truncated\(").unwrap();
    let rooms = ["trace", "explain", "code", "session", "ui", "cli"];
    let files: Vec<_> = rooms.iter().flat_map(|room| sources(&src().join(room))).collect();
    let is_test = |path: &Path| path.ends_with("trace/every_byte.rs");
    let reading = files.iter().filter(|path| !is_test(path) && reads.is_match(&code(path)));
    let (own, others): (Vec<_>, Vec<_>) =
        reading.partition(|path| OF_THE_CALL.iter().any(|place| path.starts_with(src().join(place))));
    assert_eq!(others, [] as [&PathBuf; 0]);
    for place in OF_THE_CALL {
        assert!(own.iter().any(|path| path.starts_with(src().join(place))), "{place} does not");
    }
}
