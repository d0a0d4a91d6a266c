//! The labs that come with the program, from `assets/labs/`: one for each program of the tutorials, and devices that an
//! engineer meets.

use std::path::Path;
use std::sync::LazyLock;

use super::{Lab, file};

/// A file beside an example: its path and what is in it.
type Served = (&'static str, &'static [u8]);

/// A lab that comes with the program.
#[derive(Debug)]
pub struct Example {
    /// As the tutorials count their programs; devices from 101 on, lessons from 201 on.
    pub number: u8,
    /// Its paths are as the file has them; see [`Self::in_folder`].
    pub lab: Lab,
    /// What its servers share, by the path beside the lab. Empty for most.
    pub files: &'static [Served],
    text: &'static str,
}

impl Example {
    /// The lab with its paths in a folder where [`Self::files`] are.
    pub fn in_folder(&self, folder: &Path) -> Lab {
        // The text has been read once.
        file::parse(self.text, Some(folder)).unwrap_or_else(|_| self.lab.clone())
    }
}

macro_rules! files {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../../assets/labs/", $name)))),+]
    };
}

const FILES: &[(&str, &str)] = files![
    "01-one-shot.lab.toml",
    "02-auto-reply.lab.toml",
    "03-chat.lab.toml",
    "04-udp-send-receive.lab.toml",
    "05-udp-room.lab.toml",
    "06-tcp-client.lab.toml",
    "07-gbk-server.lab.toml",
    "08-file-by-name.lab.toml",
    "09-udp-request-reply.lab.toml",
    "10-reporting-server.lab.toml",
    "11-telephone.lab.toml",
    "12-unix.lab.toml",
    "13-browser.lab.toml",
    "14-what-is-my-address.lab.toml",
    "15-sticky-and-split.lab.toml",
];

const DEVICES: &[(&str, &str)] = files![
    "devices/101-modbus.lab.toml",
    "devices/102-printer.lab.toml",
    "devices/103-nmea.lab.toml",
    "devices/104-syslog.lab.toml",
    "devices/105-instrument.lab.toml",
    "devices/106-hospital.lab.toml",
    "devices/107-mqtt.lab.toml",
    "devices/108-redis.lab.toml",
    "devices/109-tftp.lab.toml",
    "devices/110-snmp.lab.toml",
    "devices/111-gpsd.lab.toml",
    "devices/112-sip.lab.toml",
    "devices/113-coap.lab.toml",
    "devices/114-ntp.lab.toml",
    "devices/115-names.lab.toml",
    "devices/116-dicom.lab.toml",
    "devices/117-opc-ua.lab.toml",
    "devices/118-mail.lab.toml",
];

const LESSON_FILES: &[(&str, &str)] = files![
    "lessons/201-one-send-one-recv.lab.toml",
    "lessons/202-recv-n.lab.toml",
    "lessons/203-vanished-peer.lab.toml",
    "lessons/204-return-values.lab.toml",
    "lessons/205-address-in-use.lab.toml",
    "lessons/206-close-delivered.lab.toml",
    "lessons/207-text-and-numbers.lab.toml",
    "lessons/208-udp-whole.lab.toml",
    "lessons/209-sent-is-received.lab.toml",
    "lessons/210-hole-in-the-stream.lab.toml",
    "lessons/211-backlog.lab.toml",
    "lessons/212-port-after-accept.lab.toml",
    "lessons/221-one-shot.lab.toml",
    "lessons/222-auto-reply.lab.toml",
    "lessons/223-chat.lab.toml",
    "lessons/224-udp-send-receive.lab.toml",
    "lessons/225-udp-room.lab.toml",
    "lessons/226-tcp-client.lab.toml",
    "lessons/227-gbk-server.lab.toml",
    "lessons/228-file-by-name.lab.toml",
    "lessons/229-udp-request-reply.lab.toml",
    "lessons/230-reporting-server.lab.toml",
    "lessons/231-telephone.lab.toml",
    "lessons/232-unix.lab.toml",
    "lessons/233-browser.lab.toml",
    "lessons/234-what-is-my-address.lab.toml",
    "lessons/235-sticky-and-split.lab.toml",
    "lessons/241-layers.lab.toml",
    "lessons/242-tcp-and-udp.lab.toml",
];

macro_rules! served {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_bytes!(concat!("../../assets/labs/", $name)))),+]
    };
}

/// The files of the example of that number, and of its lesson.
const BY_NAME: &[Served] = served!["file-by-name/poem.txt", "file-by-name/dot.gif", "file-by-name/empty.txt"];

/// Which example has files beside it.
const SERVED: &[(u8, &[Served])] = &[(8, BY_NAME), (228, BY_NAME)];

static EXAMPLES: LazyLock<Vec<Example>> = LazyLock::new(|| FILES.iter().filter_map(read).collect());

/// Those that this system can run, in the order of the tutorials.
pub fn all() -> &'static [Example] {
    &EXAMPLES
}

static DEVICE_EXAMPLES: LazyLock<Vec<Example>> = LazyLock::new(|| DEVICES.iter().filter_map(read).collect());

/// Devices and the programs that talk to them.
pub fn devices() -> &'static [Example] {
    &DEVICE_EXAMPLES
}

static LESSONS: LazyLock<Vec<Example>> = LazyLock::new(|| LESSON_FILES.iter().filter_map(read).collect());

/// Labs with a lesson.
pub fn lessons() -> &'static [Example] {
    &LESSONS
}

/// The example of that number.
pub fn find(number: u8) -> Option<&'static Example> {
    all().iter().chain(devices()).chain(lessons()).find(|example| example.number == number)
}

fn read((name, text): &(&'static str, &'static str)) -> Option<Example> {
    let number = name.rsplit('/').next()?.split('-').next()?.parse().ok()?;
    match file::parse_own(text) {
        Ok(lab) => {
            let runs_here = lab.endpoints.iter().all(|endpoint| endpoint.kind.works_here());
            let files = SERVED.iter().find(|(of, _)| *of == number).map_or(&[][..], |(_, files)| *files);
            runs_here.then_some(Example { number, lab, files, text })
        }
        // The test below keeps that from happening.
        Err(error) => {
            tracing::error!(name, %error, "an example can't be read");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::Lang;

    #[test]
    fn every_lab_of_the_folder_is_in_the_table() {
        for (below, table) in [("", FILES), ("devices/", DEVICES), ("lessons/", LESSON_FILES)] {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/labs").join(below);
            let mut files: Vec<String> = std::fs::read_dir(folder)
                .unwrap()
                .map(|entry| format!("{below}{}", entry.unwrap().file_name().into_string().unwrap()))
                .filter(|name| name.ends_with(".lab.toml"))
                .collect();
            files.sort();
            assert_eq!(table.iter().map(|(name, _)| *name).collect::<Vec<_>>(), files);
        }
    }

    #[test]
    fn the_files_of_an_example_are_where_its_servers_look_for_them() {
        for example in all() {
            let folder = Path::new("/somewhere");
            let lab = example.in_folder(folder);
            let shares = lab.endpoints.iter().filter_map(|endpoint| endpoint.service.share());
            for (_, share) in shares {
                let crate::lab::transfer::Shared::Root(root) = &share.what else { panic!("{share:?}") };
                assert!(example.files.iter().any(|(name, _)| folder.join(name).starts_with(root)), "{root:?}");
            }
        }
        let example = find(8).unwrap();
        assert_eq!(example.files.len(), 3);
        assert_ne!(example.in_folder(Path::new("/somewhere")), example.lab);
        // Every file of the folder comes with the program.
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/labs/file-by-name");
        assert_eq!(std::fs::read_dir(folder).unwrap().count(), example.files.len());
    }

    #[test]
    fn every_example_can_be_read_and_says_in_both_languages_what_it_is() {
        for (name, text) in FILES.iter().chain(DEVICES).chain(LESSON_FILES) {
            let lab = file::parse(text, None).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(!lab.steps.is_empty(), "{name}");
            let is_chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
            let goal = lab.lesson.as_ref().map(|lesson| &lesson.goal);
            for text in [&lab.title, goal.unwrap_or(&lab.note)] {
                assert!(!text.text(Lang::En).is_empty() && is_chinese(text.text(Lang::ZhCn)), "{name}: {text:?}");
            }
            assert!(!is_chinese(lab.title.text(Lang::En)), "{name}");
        }
        assert!(find(2).is_some());
    }
}
