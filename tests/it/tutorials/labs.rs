//! The lab files, and what all these tests say to labs and to Python programs.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::headless::{Lab, Ran, Run};
use crate::support::peers::Peer;

/// The lab files that there are, in order.
pub fn labs() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/labs");
    let mut labs: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    labs.retain(|path| path.is_file());
    labs.sort();
    // Unix sockets are for Unix.
    labs.retain(|path| cfg!(unix) || !path.ends_with("12-unix.lab.toml"));
    labs
}

/// The lab file whose name begins so.
#[track_caller]
pub fn lab_file(begin: &str) -> PathBuf {
    let labs = labs();
    let found = labs.iter().find(|path| path.file_name().unwrap().to_str().unwrap().starts_with(begin));
    found.unwrap_or_else(|| panic!("no lab file {begin}…")).clone()
}

/// Runs a copy of the lab file: what it downloads is saved beside it.
pub fn run_copy(path: &Path) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join(path.file_name().unwrap());
    std::fs::copy(path, &copy).unwrap();
    let shared = "file-by-name";
    std::fs::create_dir(folder.path().join(shared)).unwrap();
    for entry in std::fs::read_dir(path.parent().unwrap().join(shared)).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), folder.path().join(shared).join(entry.file_name())).unwrap();
    }
    Run::of(&copy).finish()
}

#[track_caller]
pub fn run_file(begin: &str) -> Ran {
    run_copy(&lab_file(begin)).went_well()
}

/// A lab of these endpoints and steps; each is the inside of a table.
pub fn lab(endpoints: &[&str], steps: &[&str]) -> Lab {
    let tables = |list: &[&str]| list.iter().map(|table| format!("    {{ {table} }},\n")).collect::<String>();
    Lab::new(&format!("endpoints = [\n{}]\nsteps = [\n{}]\n", tables(endpoints), tables(steps)))
}

/// A TCP client of that address.
pub fn client(name: &str, peer: &str, more: &str) -> String {
    format!("name = \"{name}\", kind = \"tcp-client\", remote = \"{peer}\", {more}").trim_end_matches(", ").to_owned()
}

/// The address of a Python server.
pub fn address(peer: &mut Peer) -> String {
    peer.address().to_string()
}

/// The port of a lab's server, for a Python client.
pub fn port(run: &mut Run, endpoint: &str) -> String {
    run.address(endpoint).port().to_string()
}

pub fn seq(call: &Value) -> u64 {
    call["seq"].as_u64().unwrap()
}
