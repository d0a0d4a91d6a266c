//! A program takes the place of an endpoint in each example, and the others can't tell: they send and get the same bytes
//! in the same order, and their connections end the same way.

use std::process::Command;

use socket_lab::code::{self, CodeError, Language};
use socket_lab::lab::{Lab, examples};
use socket_lab::lang::Lang;

use super::stage::{Sides, Stage};
use super::{compiled, languages, runs};

/// What the other endpoints do and get in the lab itself.
fn in_the_lab(lab: &Lab, except: &str) -> Sides {
    let mut stage = Stage::new(lab, None, || Command::new("true"));
    stage.play();
    stage.settle();
    stage.sides(except)
}

fn takes_the_place(lab: &Lab, name: &str, language: &Language, number: u8) {
    let folder = tempfile::tempdir().unwrap();
    let spec = lab.endpoint(name).unwrap();
    let plan = code::of_endpoint(spec, lab, None, Lang::En).unwrap();
    let text = match language.write(&plan, Lang::En) {
        Ok(code) => code.text,
        Err(CodeError::UnixDatagrams { .. }) if spec.kind.is_unix() && !spec.kind.is_stream() => return,
        Err(error) => panic!("{name}: {error}"),
    };
    compiled(language, folder.path(), "program", &text);
    let command = || runs(language, folder.path(), "program");
    let expected = in_the_lab(lab, name);
    assert!(!expected.is_empty() || lab.endpoints.len() == 1, "lab {number} without {name}");
    let mut stage = Stage::new(lab, Some(name), command);
    eprintln!("lab {number}: {name} in {}", language.own_name);
    stage.play();
    // What is still on its way comes, or the test says what did not.
    while stage.sides(name) != expected {
        let seen = stage.sides(name);
        assert!(is_on_the_way(&seen, &expected), "lab {number}, {name}, {}: {seen:#?}\n{expected:#?}", language.name);
        stage.wait_for_event();
    }
}

/// Nothing has come that should not, as far as it has come.
fn is_on_the_way(seen: &Sides, expected: &Sides) -> bool {
    seen.iter().all(|(key, side)| {
        expected.get(key).is_some_and(|whole| {
            whole.sent.starts_with(&side.sent)
                && whole.received.starts_with(&side.received)
                && whole.turns.starts_with(&side.turns)
                && whole.received_datagrams.len() >= side.received_datagrams.len()
        })
    })
}

fn each_endpoint_of(number: u8) {
    let folder = tempfile::tempdir().unwrap();
    let example = examples::find(number).unwrap();
    for (path, bytes) in example.files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    let mut lab = example.in_folder(folder.path());
    // HTTP is more than a short program, on both sides.
    let http: Vec<String> = lab
        .endpoints
        .iter()
        .filter(|endpoint| endpoint.service.reply.kind().name == "http")
        .map(|endpoint| endpoint.name.clone())
        .collect();
    let is_http = |remote: &socket_lab::lab::Remote| {
        http.iter().any(|name| *remote == socket_lab::lab::Remote::Endpoint(name.clone()))
    };
    let left: Vec<String> = lab
        .endpoints
        .iter()
        .filter(|endpoint| http.contains(&endpoint.name) || endpoint.remote.as_ref().is_some_and(is_http))
        .map(|endpoint| endpoint.name.clone())
        .collect();
    lab.endpoints.retain(|endpoint| !left.contains(&endpoint.name));
    lab.steps.retain(|step| !matches!(&step.action, socket_lab::lab::StepAction::Download(download) if left.contains(&download.from)));
    // Each run has a path of its own for its Unix sockets.
    unix_paths_below(&mut lab, folder.path());
    for language in languages() {
        for name in lab.endpoints.iter().map(|endpoint| endpoint.name.clone()).collect::<Vec<_>>() {
            takes_the_place(&lab, &name, language, number);
            for endpoint in &lab.endpoints {
                if let Some(socket_lab::lab::Local::Path(path)) = &endpoint.local {
                    let _ = std::fs::remove_file(path);
                }
            }
        }
    }
}

fn unix_paths_below(lab: &mut Lab, folder: &std::path::Path) {
    let below = |path: &std::path::Path| folder.join(path.file_name().unwrap());
    for endpoint in &mut lab.endpoints {
        if let Some(socket_lab::lab::Local::Path(path)) = &mut endpoint.local {
            *path = below(path);
        }
        if let Some(socket_lab::lab::Remote::Path(path)) = &mut endpoint.remote {
            *path = below(path);
        }
    }
}

macro_rules! examples_in_place {
    ($($name:ident: $number:literal),+ $(,)?) => {$(
        #[test]
        fn $name() {
            each_endpoint_of($number);
        }
    )+};
}

examples_in_place! {
    each_end_of_one_question_can_be_a_program: 1,
    each_end_of_the_auto_reply_can_be_a_program: 2,
    each_end_of_the_chat_can_be_a_program: 3,
    each_end_of_udp_can_be_a_program: 4,
    each_member_of_the_udp_room_can_be_a_program: 5,
    each_end_of_the_short_client_can_be_a_program: 6,
    each_end_of_the_gbk_server_can_be_a_program: 7,
    each_end_of_the_file_server_can_be_a_program: 8,
    each_end_of_udp_request_and_reply_can_be_a_program: 9,
    each_end_of_the_reporting_server_can_be_a_program: 10,
    each_end_of_the_telephone_can_be_a_program: 11,
    each_end_of_the_unix_sockets_can_be_a_program: 12,
    each_end_of_the_browser_can_be_a_program: 13,
    each_end_of_the_address_server_can_be_a_program: 14,
    each_end_of_the_sticky_messages_can_be_a_program: 15,
}
