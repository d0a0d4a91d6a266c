//! A program that is started, looked at and ended.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::display::Display;

pub struct Program {
    pub name: &'static str,
    /// What is run, with its arguments.
    command: Vec<String>,
}

/// A program that runs, with a home of its own.
pub struct Running {
    child: Child,
    pub began: Instant,
    _home: tempfile::TempDir,
}

impl Program {
    pub fn ours() -> Self {
        Self { name: "Socket Lab", command: vec![env!("CARGO_BIN_EXE_socket-lab").to_owned()] }
    }

    /// `None` where it is not installed, or can't be kept apart from the network.
    pub fn packet_sender() -> Option<Self> {
        let can = Command::new("unshare").args(["--net", "sh", "-c", "command -v packetsender"]).output().ok()?;
        let command = ["unshare", "--net", "packetsender"].map(str::to_owned).to_vec();
        can.status.success().then_some(Self { name: "Packet Sender", command })
    }

    pub fn start(&self, display: &Display) -> Running {
        let home = tempfile::tempdir().expect("a folder");
        let began = Instant::now();
        let child = Command::new(&self.command[0])
            .args(&self.command[1..])
            .env("DISPLAY", &display.name)
            .env("HOME", home.path())
            .env("XDG_CONFIG_HOME", home.path().join("config"))
            .env("SOCKET_LAB_CONFIG_DIR", home.path().join("settings"))
            .env("QT_QPA_PLATFORM", "xcb")
            .env_remove("WAYLAND_DISPLAY")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program");
        Running { child, began, _home: home }
    }
}

impl Running {
    /// Processor time of all its threads so far. `unshare` has become the program by now.
    pub fn cpu(&self) -> Duration {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.child.id())).expect("it runs");
        let nanoseconds = tasks
            .flatten()
            .filter_map(|task| std::fs::read_to_string(task.path().join("schedstat")).ok())
            .filter_map(|text| text.split_whitespace().next().and_then(|first| first.parse::<u64>().ok()))
            .sum();
        Duration::from_nanos(nanoseconds)
    }

    /// What is resident, and what of it nobody else shares, in bytes.
    pub fn memory(&self) -> (u64, u64) {
        let text = std::fs::read_to_string(format!("/proc/{}/smaps_rollup", self.child.id())).expect("it runs");
        let sum = |names: &[&str]| -> u64 {
            let values = text.lines().filter_map(|line| {
                let (name, rest) = line.split_once(':')?;
                names.contains(&name).then(|| rest.split_whitespace().next()?.parse::<u64>().ok()).flatten()
            });
            values.sum::<u64>() * 1024
        };
        (sum(&["Rss"]), sum(&["Private_Clean", "Private_Dirty"]))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
