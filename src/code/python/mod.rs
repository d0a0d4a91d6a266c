//! Python 3, with its standard library.

mod answers;
mod conversation;
mod loops;
mod regexp;
mod script;

use super::literal::{self, TextLiteral};
use super::plan::{Body, Family, OptionValue, Plan, SetOption, Style};
use super::source::{Calls, Code, Source};
use super::writer::{ArgumentKind, Constants, arguments, local_names, usage};
use super::{CodeError, FILE, Language, words};
use crate::lab::{Interface, TextEncoding};
use crate::lang::Lang;
use crate::t;
use crate::trace::SocketOption;

/// The interpreter, as its system calls it.
pub const INTERPRETER: &str = if cfg!(windows) { "python" } else { "python3" };

pub static PYTHON: Language = Language {
    name: "python",
    own_name: "Python",
    extension: "py",
    columns: 88,
    comment: "#",
    indent: "    ",
    keywords: &[
        "and", "as", "break", "continue", "def", "del", "elif", "else", "except", "finally", "for", "if", "import",
        "in", "is", "not", "None", "or", "pass", "return", "True", "False", "try", "while", "with",
    ],
    styles: &[Style::Plain, Style::Threads, Style::Select],
    run: &[INTERPRETER, "-u", FILE],
    write,
};

/// The first line can't come from elsewhere: what it or the second one says of an encoding would hold for the whole file.
const FIRST: &[&str] = &["#!/usr/bin/env python3"];

struct Python<'p> {
    plan: &'p Plan,
    lang: Lang,
    body: Source,
    constants: Constants,
    modules: Vec<&'static str>,
}

fn write(plan: &Plan, lang: Lang) -> Result<Code, CodeError> {
    let mut python = Python {
        plan,
        lang,
        body: Source::new(&PYTHON, lang),
        constants: Constants::default(),
        modules: vec!["socket", "sys"],
    };
    match &plan.body {
        Body::Conversation(conversation) => python.conversation(conversation),
        Body::Script(turns) => python.script(turns),
    }
    python.body.blank();
    python.body.blank();
    python
        .body
        .lines("if __name__ == \"__main__\":\n    try:\n        main()\n    except KeyboardInterrupt:\n        pass");
    Ok(python.finish())
}

impl Python<'_> {
    fn uses(&mut self, module: &'static str) {
        if !self.modules.contains(&module) {
            self.modules.push(module);
        }
    }

    /// A function, two empty lines before it.
    fn function(&mut self, comment: &str, head: &str) {
        self.body.blank();
        self.body.blank();
        self.body.comment(comment);
        self.body.lines(head);
    }

    fn finish(mut self) -> Code {
        let mut top = Source::new(&PYTHON, self.lang);
        top.blank();
        self.modules.sort_unstable();
        self.modules.iter().for_each(|module| top.line(format!("import {module}")));
        self.arguments(&mut top);
        if self.constants.iter().next().is_some() {
            top.blank();
            for (name, bytes) in self.constants.iter() {
                literal::python(name, bytes, self.plan.encoding).iter().for_each(|line| top.line(line));
            }
        }
        top.append(self.body);
        top.finish(FIRST, &self.plan.about(self.lang), &self.plan.left_out)
    }

    /// `HOST = argument(1, "127.0.0.1")`, before everything else.
    fn arguments(&self, top: &mut Source) {
        let arguments = arguments(self.plan);
        if arguments.is_empty() {
            return;
        }
        let least = arguments.iter().filter(|argument| argument.is_required()).count();
        top.lines("\n\ndef argument(number, default=None):\n    return sys.argv[number] if len(sys.argv) > number else default");
        top.blank();
        top.blank();
        if least > 0 {
            top.line(format!("if len(sys.argv) < {}:", least + 1));
            let usage = format!("usage: {} {}", "program.py", usage(&arguments));
            top.line(format!("    sys.exit({})", literal::text(&usage, TextLiteral::Python)));
        }
        let words = if least > 0 { t!(self.lang, "code-args-needed") } else { t!(self.lang, "code-args") };
        top.comment(words);
        for (at, argument) in arguments.iter().enumerate() {
            let number = at + 1;
            let value = match &argument.kind {
                ArgumentKind::Text(Some(text)) => {
                    format!("argument({number}, {})", literal::text(text, TextLiteral::Python))
                }
                ArgumentKind::Text(None) => format!("argument({number})"),
                ArgumentKind::Port(Some(port)) => format!("int(argument({number}, {port}))"),
                ArgumentKind::Port(None) => format!("int(argument({number}))"),
            };
            let line = format!("{} = {value}", argument.name);
            // black breaks a call that is too long within its parentheses.
            match value.split_once('(').filter(|_| super::source::width(&line) > PYTHON.columns) {
                Some((call, inside)) => {
                    let inside = inside.strip_suffix(')').unwrap_or(inside);
                    top.line(format!("{} = {call}(", argument.name));
                    if inside.len() + 4 <= PYTHON.columns {
                        top.line(format!("    {inside}"));
                    } else {
                        top.line(format!("    {number},"));
                        top.line(format!("    {},", inside.strip_prefix(&format!("{number}, ")).unwrap_or(inside)));
                    }
                    top.line(")");
                }
                None => top.line(line),
            }
        }
    }

    /// `(HOST, PORT)` or `PATH`, of the remote or of the socket itself.
    fn place(&self, of_remote: bool) -> String {
        let names = if of_remote { ["HOST", "PORT", "PATH"] } else { local_names(self.plan) };
        match self.plan.socket.family {
            Family::Unix => format!("name({})", names[2]),
            Family::Inet | Family::Inet6 => format!("({}, {})", names[0], names[1]),
        }
    }

    /// An abstract name begins with a NUL; it is written with an @.
    fn name_function(&mut self) {
        if self.plan.is_unix() {
            self.function(
                &t!(self.lang, "code-abstract"),
                "def name(path):\n    return \"\\0\" + path[1:] if path.startswith(\"@\") else path",
            );
        }
    }

    /// `socket()` and its options, into a variable of that name.
    fn make_socket(&mut self, variable: &str) {
        let family = match self.plan.socket.family {
            Family::Inet => "AF_INET",
            Family::Inet6 => "AF_INET6",
            Family::Unix => "AF_UNIX",
        };
        let kind = if self.plan.is_stream() { "SOCK_STREAM" } else { "SOCK_DGRAM" };
        let comment = match kind {
            "SOCK_STREAM" => t!(self.lang, "code-socket-stream"),
            _ => t!(self.lang, "code-socket-datagram"),
        };
        self.body.call("socket", comment, format!("{variable} = socket.socket(socket.{family}, socket.{kind})"));
        let plan = self.plan;
        plan.socket.options.iter().for_each(|set| self.set_option(variable, set));
    }

    fn bind(&mut self, variable: &str) {
        if self.plan.socket.local.is_some() {
            let place = self.place(false);
            self.body.call("bind", t!(self.lang, "code-bind"), format!("{variable}.bind({place})"));
        }
    }

    fn set_option(&mut self, variable: &str, set: &SetOption) {
        let (level, name) = set.option.c_names();
        let arguments = match &set.value {
            OptionValue::Int(value) => format!("socket.{level}, socket.{name}, {value}"),
            OptionValue::Linger(_) | OptionValue::Group(_) | OptionValue::Interface(_) => {
                format!("socket.{level}, socket.{name}, value")
            }
        };
        let comment = words::option(self.lang, set);
        self.body.comment(comment);
        let value = self.value(set);
        self.body.marked(Calls::Option(set.option), |body| {
            value.iter().for_each(|line| body.line(line));
            body.line(format!("{variable}.setsockopt({arguments})"));
        });
    }

    /// The lines that put a value together that is more than a number.
    fn value(&mut self, set: &SetOption) -> Vec<String> {
        let (group, interface) = match &set.value {
            OptionValue::Group(group) => (Some(group.addr), group.interface.as_ref()),
            OptionValue::Interface(interface) => (None, Some(interface)),
            OptionValue::Int(_) => return Vec::new(),
            OptionValue::Linger(seconds) => {
                self.uses("struct");
                return vec![format!("value = struct.pack(\"ii\", 1, {seconds})")];
            }
        };
        let is_v6 = matches!(set.option, SocketOption::V6JoinGroup | SocketOption::V6MulticastInterface);
        let index = match interface {
            Some(Interface::Index(index)) => index.to_string(),
            Some(Interface::Name(name)) => {
                format!("socket.if_nametoindex({})", literal::text(name, TextLiteral::Python))
            }
            Some(Interface::Address(_)) | None => "0".to_owned(),
        };
        let own = match interface {
            Some(Interface::Address(address)) => format!("socket.inet_aton(\"{address}\")"),
            _ => "bytes(4)".to_owned(),
        };
        let mut lines = vec![format!("index = {index}")];
        match (is_v6, group) {
            (true, Some(group)) => {
                lines.push(format!("group = socket.inet_pton(socket.AF_INET6, \"{group}\")"));
                self.uses("struct");
                lines.push("value = group + struct.pack(\"@I\", index)".to_owned());
            }
            (true, None) => lines = vec![format!("value = {index}")],
            (false, group) => {
                let group =
                    group.map_or_else(|| "bytes(4)".to_owned(), |group| format!("socket.inet_aton(\"{group}\")"));
                self.uses("struct");
                lines.push(format!("group = {group}"));
                lines.push(format!("value = group + {own} + struct.pack(\"@i\", index)"));
            }
        }
        lines
    }
}

/// What Python calls an encoding.
fn codec(encoding: TextEncoding) -> String {
    let name = encoding.name();
    match name {
        "GBK" | "gb18030" => name.to_ascii_lowercase(),
        "Big5" => "big5hkscs".to_owned(),
        "Shift_JIS" => "cp932".to_owned(),
        "EUC-KR" => "cp949".to_owned(),
        "UTF-16LE" => "utf-16-le".to_owned(),
        "UTF-16BE" => "utf-16-be".to_owned(),
        "macintosh" => "mac-roman".to_owned(),
        "x-mac-cyrillic" => "mac-cyrillic".to_owned(),
        "IBM866" => "cp866".to_owned(),
        "ISO-8859-8-I" => "iso-8859-8".to_owned(),
        _ => match name.strip_prefix("windows-") {
            Some(page) => format!("cp{page}"),
            None => name.to_ascii_lowercase(),
        },
    }
}
