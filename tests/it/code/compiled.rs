//! Every endpoint of every example, and a lab with one of each option, in each language and style.

use std::path::{Path, PathBuf};
use std::process::Command;

use socket_lab::code::{self, Code, CodeError, Language, Style};
use socket_lab::lab::{Lab, examples, file};
use socket_lab::lang::{Lang, Words as _};

use super::{compiled, compiler, formatter, has, written};

/// Endpoints with what the examples do not have: every framing, rules, options, groups, encodings, names that mean harm.
const ALL_SORTS: &str = include_str!("all_sorts.lab.toml");

fn labs() -> Vec<(String, Lab)> {
    let examples = examples::all().iter().map(|example| (format!("lab{}", example.number), example.lab.clone()));
    let all_sorts = file::parse(ALL_SORTS, Some(Path::new("/nowhere"))).unwrap();
    examples.chain([("sorts".to_owned(), all_sorts)]).collect()
}

/// Each program with a name that a file can have.
fn programs(language: &Language, lang: Lang, style: Option<Style>) -> Vec<(String, Code)> {
    let mut programs = Vec::new();
    for (lab_name, lab) in labs() {
        for (at, spec) in lab.endpoints.iter().enumerate() {
            let plan = code::of_endpoint(spec, &lab, style, lang);
            match plan.and_then(|plan| language.write(&plan, lang)) {
                Ok(code) => programs.push((format!("{lab_name}_{at}_{}", language.name), code)),
                Err(
                    CodeError::Service(_)
                    | CodeError::Upper { .. }
                    | CodeError::UnixDatagrams { .. }
                    | CodeError::Abstract { .. },
                ) => {}
                Err(error) => panic!("{}: {error}", spec.name),
            }
        }
    }
    programs
}

fn compile_all(language: &'static Language) {
    let folder = tempfile::tempdir().unwrap();
    if !has(compiler(language)) {
        return;
    }
    let (mut sources, mut to_compile) = (Vec::new(), Vec::new());
    let styles = language.styles.iter().map(|style| (Lang::En, Some(*style)));
    for (lang, style) in styles.chain([(Lang::ZhCn, None)]) {
        let suffix = style.map_or("zh", Style::name);
        for (name, code) in programs(language, lang, style) {
            let name = format!("{name}_{suffix}");
            // The comments are all that differs.
            if language.name == "java" {
                let source = written(language, folder.path(), &name, &code.text);
                to_compile.extend((lang == Lang::En).then_some(source));
            } else if lang == Lang::En {
                let run = compiled(language, folder.path(), &name, &code.text);
                if language.name == "python" {
                    check_python(&run);
                }
            }
            assert_eq!(code.text.lines().count(), code.calls.len(), "{name}");
            sources.push(written(language, folder.path(), &name, &code.text));
        }
    }
    assert!(sources.len() > 100, "{} programs", sources.len());
    if !to_compile.is_empty() {
        compile_java(folder.path(), &to_compile);
    }
    if let Some(mut format) = formatter(language) {
        let output = format.args(&sources).output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&said));
    }
}

/// One process compiles them all: its start takes longer than a program.
fn compile_java(folder: &Path, sources: &[PathBuf]) {
    let compile = folder.join("Compile.java");
    std::fs::write(&compile, include_str!("Compile.java")).unwrap();
    let output = Command::new("java").arg("-XX:+UseSerialGC").arg(compile).args(sources).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Python compiles a program only when it runs it.
fn check_python(run: &Command) {
    let source = run.get_args().last().unwrap();
    let compile = "import sys; compile(open(sys.argv[1], 'rb').read(), sys.argv[1], 'exec')";
    let output = Command::new("python3").args(["-W", "error", "-c", compile]).arg(source).output().unwrap();
    assert!(output.status.success(), "{source:?}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn every_python_program_compiles_without_a_warning_and_its_formatter_changes_nothing() {
    compile_all(Language::named("python").unwrap());
}

#[test]
fn every_c_program_compiles_without_a_warning_and_its_formatter_changes_nothing() {
    compile_all(Language::named("c").unwrap());
}

#[test]
fn every_rust_program_compiles_without_a_warning_and_its_formatter_changes_nothing() {
    compile_all(Language::named("rust").unwrap());
}

#[test]
fn every_java_program_compiles_without_a_warning_and_its_formatter_changes_nothing() {
    compile_all(Language::named("java").unwrap());
}

#[test]
fn what_java_has_no_sockets_for_is_refused_and_said() {
    let lab = file::parse(ALL_SORTS, Some(Path::new("/nowhere"))).unwrap();
    let java = Language::named("java").unwrap();
    let refused = |name: &str, lab: &Lab| {
        let plan = code::of_endpoint(lab.endpoint(name).unwrap(), lab, None, Lang::En).unwrap();
        java.write(&plan, Lang::En).unwrap_err().sentence(Lang::En)
    };
    assert!(refused("nobind", &lab).contains("no Unix datagram sockets"));
    let with_abstract = ALL_SORTS.replace("/tmp/h8-x.sock", "@h8-x");
    let lab = file::parse(&with_abstract, Some(Path::new("/nowhere"))).unwrap();
    assert!(refused("ustream", &lab).contains("abstract names"));
}

#[test]
fn what_a_language_lacks_stands_in_the_first_lines() {
    let lab = file::parse(ALL_SORTS, Some(Path::new("/nowhere"))).unwrap();
    let spec = lab.endpoint("options").unwrap();
    let plan = code::of_endpoint(spec, &lab, None, Lang::En).unwrap();
    let rust = Language::named("rust").unwrap().write(&plan, Lang::En).unwrap();
    let head: Vec<&str> = rust.text.lines().take_while(|line| line.starts_with("//")).collect();
    let head = head.join("\n");
    for option in ["SO_LINGER", "SO_RCVBUF", "SO_SNDBUF", "SO_KEEPALIVE"] {
        assert!(head.contains(option), "{head}");
    }
    let c = Language::named("c").unwrap().write(&plan, Lang::En).unwrap();
    assert!(!c.text.contains("Left out") && c.text.contains("SO_LINGER"));
}

#[test]
fn rules_and_options_that_are_more_than_calls_stand_in_the_first_lines() {
    let lab = "
[[endpoints]]
name = \"device\"
kind = \"tcp-server\"
local = \"127.0.0.1:0\"
framing = { preset = \"modbus-tcp\" }
service = { kind = \"rules\", rules = [
    { when = \"a\", reply = \"1\", from = \"idle\", to = \"busy\" },
    { every = \"1s\", reply = \"tick\" },
    { when = \"b\", reply = \"2\", delay = \"10ms..50ms\" },
    { when = { any = true }, reply = \"?\" },
] }

[[endpoints]]
name = \"client\"
kind = \"tcp-client\"
remote = \"@device\"
reconnect = { delay = \"1s\" }
";
    let lab = file::parse(lab, None).unwrap();
    for language in Language::ALL {
        let head = |name: &str| {
            let plan = code::of_endpoint(lab.endpoint(name).unwrap(), &lab, None, Lang::En).unwrap();
            let text = language.write(&plan, Lang::En).unwrap().text;
            let is_head = |line: &&str| line.starts_with(language.comment) || line.starts_with("#!");
            text.lines().take_while(is_head).collect::<Vec<_>>().join("\n")
        };
        let device = head("device");
        for said in ["The framing ", "Rule 1,", "Rule 2,", "Rule 3,"] {
            assert!(device.contains(said), "{said}: {device}");
        }
        assert!(!device.contains("Rule 4"), "{device}");
        assert!(head("client").contains("The option reconnect"), "{}", head("client"));
    }
}

#[test]
fn each_call_of_a_program_has_its_line() {
    let lab = examples::find(2).unwrap().lab.clone();
    let plan = code::of_endpoint(lab.endpoint("server").unwrap(), &lab, None, Lang::En).unwrap();
    for language in Language::ALL {
        let code = language.write(&plan, Lang::En).unwrap();
        for name in ["socket", "bind", "listen", "accept", "recv", "send", "close"] {
            let line = code.calls.iter().flatten().find(|calls| calls.are_called(name));
            assert!(line.is_some(), "{}: {name}\n{}", language.name, code.text);
        }
    }
}

#[test]
fn a_listener_s_close_and_a_connection_s_are_different_lines() {
    let mut lab = examples::find(2).unwrap().lab.clone();
    lab.endpoints[0].server.accept_limit = Some(2);
    let plan = code::of_endpoint(lab.endpoint("server").unwrap(), &lab, None, Lang::En).unwrap();
    for language in Language::ALL {
        let code = language.write(&plan, Lang::En).unwrap();
        for calls in [code::Calls::OfListener("close"), code::Calls::OfConnection("close")] {
            assert!(code.calls.iter().flatten().any(|each| *each == calls), "{}: {calls:?}", language.name);
        }
        assert!(!code.calls.iter().flatten().any(|each| *each == code::Calls::Named("close")), "{}", language.name);
    }
}
