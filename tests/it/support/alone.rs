//! A test in a process of its own, where nothing else has threads, descriptors, memory or the processor.

use std::process::Command;

/// Set in the environment of a test that runs alone in its process: its folder.
pub const ALONE: &str = "SOCKET_LAB_TEST_ALONE";

/// Runs the test of that path in a process of its own and asserts that it passed. True in the caller, which has nothing left to
/// do; false in that process itself.
pub fn ran_alone(test: &str) -> bool {
    if std::env::var_os(ALONE).is_some() {
        return false;
    }
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["--exact", test, "--include-ignored", "--nocapture", "--test-threads", "1"];
    let program = std::env::current_exe().unwrap();
    let output = Command::new(program).args(arguments).env(ALONE, folder.path()).output().unwrap();
    let (out, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && out.contains("1 passed"), "{out}{errors}");
    true
}
