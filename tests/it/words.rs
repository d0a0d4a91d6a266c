//! What the real program says on a terminal, in both languages: its help, and what is wrong with arguments and files.

use std::process::{Command, Stdio};

const ENGLISH: &str = "C";
const CHINESE: &str = "zh_CN.UTF-8";

/// Exit status, stdout and stderr; none of these runs opens a socket or a window.
fn said(language: &str, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_socket-lab"));
    program.args(arguments).stdin(Stdio::null());
    program.env("LC_ALL", language).env("LANG", language).env_remove("LANGUAGE").env_remove("SOCKET_LAB_LOG");
    program.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").env_remove("WAYLAND_SOCKET");
    let output = program.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn is_chinese(line: &str) -> bool {
    line.chars().any(|character| ('\u{4e00}'..='\u{9fff}').contains(&character))
}

#[test]
fn help_is_in_the_language_of_the_system() {
    let (status, help, nothing) = said(CHINESE, &["run", "--help"]);
    assert_eq!((status, nothing.as_str()), (Some(0), ""));
    assert_eq!(
        help,
        "\
不开窗口运行实验：打开端点，执行步骤，输出每一次套接字调用

用法: socket-lab run [选项] <文件>

参数:
  <文件>  实验文件（*.lab.toml）

选项:
      --for <时间>        最多运行这么长时间，例如 5s；到时还没完成的步骤算作失败
      --format <格式>     输出格式：text 为每次调用一行文字（默认），jsonl 为每次调用一个 JSON 对象，none 为不输出
      --record <文件>     把每次调用即时写入一个尚不存在的文件：供 Wireshark 使用的数据包（*.pcapng），或完整的跟踪记录（*.lab-trace）
      --allow-programs  允许实验启动其中的程序
      --lossy-link      在文件所述的有损链路上运行；文件没有时，使用每二十帧丢一帧、单程 20 毫秒的链路（Linux）
  -h, --help            显示帮助
"
    );
    let (status, help, _) = said(ENGLISH, &["run", "-h"]);
    assert_eq!(status, Some(0));
    assert!(help.starts_with("Run a lab without a window"), "{help}");
    assert!(help.contains("\nUsage: socket-lab run [OPTIONS] <FILE>\n"), "{help}");
}

#[test]
fn every_line_of_help_is_in_one_language() {
    for command in [
        &["--help"][..],
        &["help"],
        &["help", "run"],
        &["help", "open"],
        &["help", "trace"],
        &["check", "-h"],
        &["export", "-h"],
    ] {
        for language in [ENGLISH, CHINESE] {
            let (status, help, nothing) = said(language, command);
            assert_eq!((status, nothing.as_str()), (Some(0), ""), "{command:?}");
            for line in help.lines().filter(|line| !line.is_empty()) {
                assert_eq!(is_chinese(line), language == CHINESE, "{command:?}: {line}");
            }
        }
    }
    for language in [ENGLISH, CHINESE] {
        assert_eq!(said(language, &["--version"]).1, concat!("socket-lab ", env!("CARGO_PKG_VERSION"), "\n"));
    }
}

#[test]
fn what_is_wrong_with_the_arguments_is_said_in_the_language_of_the_system() {
    let cases: &[(&[&str], &str, &str)] = &[
        (
            &["fly"],
            "error: unrecognized subcommand 'fly'\n\nUsage: socket-lab [COMMAND]\n",
            "错误：未知的命令“fly”\n\n用法: socket-lab [命令]\n",
        ),
        (
            &["runn"],
            "error: unrecognized subcommand 'runn'\n\n  tip: a similar subcommand exists: 'run'\n\nUsage: socket-lab [COMMAND]\n",
            "错误：未知的命令“runn”\n\n  提示：有一个相似的命令：“run”\n\n用法: socket-lab [命令]\n",
        ),
        (&["help", "fly"], "error: unrecognized subcommand 'fly'\n\n", "错误：未知的命令“fly”\n\n"),
        (
            &["--loud"],
            "error: unexpected argument '--loud' found\n\nUsage: socket-lab [COMMAND]\n",
            "错误：未知的参数“--loud”\n\n用法: socket-lab [命令]\n",
        ),
        (
            &["run"],
            "error: the following required arguments were not provided:\n  <FILE>\n\nUsage: socket-lab run <FILE>\n",
            "错误：缺少必需的参数：\n  <文件>\n\n用法: socket-lab run <文件>\n",
        ),
        (
            &["run", "x", "y"],
            "error: unexpected argument 'y' found\n\nUsage: socket-lab run [OPTIONS] <FILE>\n",
            "错误：未知的参数“y”\n\n用法: socket-lab run [选项] <文件>\n",
        ),
        (
            &["run", "x", "--fromat", "text"],
            "error: unexpected argument '--fromat' found\n\n  tip: a similar argument exists: '--format'\n",
            "错误：未知的参数“--fromat”\n\n  提示：有一个相似的参数：“--format”\n",
        ),
        (
            &["run", "x", "-9"],
            "error: unexpected argument '-9' found\n\n  tip: to pass '-9' as a value, use '-- -9'\n",
            "错误：未知的参数“-9”\n\n  提示：若要把“-9”作为值，请写成“-- -9”\n",
        ),
        (
            &["run", "x", "--format", "xml"],
            "error: invalid value 'xml' for '--format <FORMAT>'\n  [possible values: text, jsonl, none]\n",
            "错误：“--format <格式>”的值“xml”无效\n  [可用的值：text、jsonl、none]\n",
        ),
        (
            &["run", "x", "--format", "jsnl"],
            "error: invalid value 'jsnl' for '--format <FORMAT>'\n  [possible values: text, jsonl, none]\n\n  tip: a similar value exists: 'jsonl'\n",
            "错误：“--format <格式>”的值“jsnl”无效\n  [可用的值：text、jsonl、none]\n\n  提示：有一个相似的值：“jsonl”\n",
        ),
        (
            &["run", "x", "--for"],
            "error: a value is required for '--for <TIME>' but none was supplied\n",
            "错误：“--for <时间>”需要一个值\n",
        ),
        (
            &["run", "x", "--for", "soon"],
            "error: invalid value 'soon' for '--for <TIME>': \"soon\" is not a duration: expected for example 2s, 100ms or 1m 30s\n",
            "错误：“--for <时间>”的值“soon”无效：“soon”不是时长：应形如 2s、100ms 或 1m 30s\n",
        ),
        (
            &["run", "x", "--for", "-1s"],
            "error: invalid value '-1s' for '--for <TIME>': \"-1s\" is not a duration here: it can't be negative\n",
            "错误：“--for <时间>”的值“-1s”无效：“-1s”不能用在这里：时长不能为负\n",
        ),
        (
            &["run", "x", "--for", "1s", "--for", "1s"],
            "error: the argument '--for <TIME>' cannot be used multiple times\n",
            "错误：参数“--for <时间>”不能重复使用\n",
        ),
        (
            &["run", "x", "--help=1"],
            "error: unexpected value '1' for '--help' found; no more were expected\n",
            "错误：“--help”多出了值“1”\n",
        ),
    ];
    for (arguments, english, chinese) in cases {
        for (language, begins, ends) in [
            (ENGLISH, english, "\nFor more information, try '--help'.\n"),
            (CHINESE, chinese, "\n详细用法请见“--help”。\n"),
        ] {
            let (status, nothing, error) = said(language, arguments);
            assert_eq!((status, nothing.as_str()), (Some(2), ""), "{arguments:?}");
            assert!(error.starts_with(begins) && error.ends_with(ends), "{arguments:?}: {error}");
        }
    }
}

#[test]
fn what_is_wrong_with_a_lab_file_is_said_in_the_language_of_the_system() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.lab.toml");
    std::fs::write(&path, "[[endpoints]]\nname = \"a\"\nkind = \"udp\"\nencoding = \"klingon\"\n").unwrap();
    let path = path.to_str().unwrap();
    let place = format!("socket-lab: {path}:4:12: endpoints[0].encoding: ");
    for command in ["check", "run", "open"] {
        let (status, nothing, error) = said(CHINESE, &[command, path]);
        assert_eq!((status, nothing.as_str()), (Some(2), ""), "{command}");
        assert!(error.starts_with(&format!("{place}“klingon”不是文本编码")), "{error}");
        let (status, nothing, error) = said(ENGLISH, &[command, path]);
        assert_eq!((status, nothing.as_str()), (Some(2), ""), "{command}");
        assert!(error.starts_with(&format!("{place}\"klingon\" is not a text encoding")), "{error}");
    }
    let gone = folder.path().join("gone");
    let gone = gone.to_str().unwrap();
    let (status, _, error) = said(CHINESE, &["check", gone]);
    assert_eq!((status, error), (Some(2), format!("socket-lab: {gone}: 无法读取：没有这个文件或文件夹\n")));
}

#[cfg(all(unix, not(target_os = "macos")))]
#[test]
fn that_there_is_no_display_is_said_in_the_language_of_the_system() {
    for (language, words) in [(ENGLISH, "neither DISPLAY nor WAYLAND_DISPLAY is set"), (CHINESE, "都没有设置")] {
        let (status, _, error) = said(language, &[]);
        assert_eq!(status, Some(2));
        assert!(error.contains(words), "{error}");
        assert!(error.lines().all(|line| is_chinese(line) == (language == CHINESE)), "{error}");
    }
}
