//! C11 with POSIX, as gcc and clang compile it.

mod answers;
mod conversation;
mod loops;
mod script;
mod snippets;

use std::collections::BTreeSet;

use super::literal::{self, TextLiteral};
use super::plan::{Body, Family, OptionValue, Plan, Role, SetOption, Style};
use super::source::{Calls, Code, Source};
use super::writer::{ArgumentKind, Constants, arguments, local_names, usage};
use super::{CodeError, FILE, Language, words};
use crate::lab::Interface;
use crate::lang::Lang;
use crate::t;
use crate::trace::SocketOption;

pub static C: Language = Language {
    name: "c",
    own_name: "C",
    extension: "c",
    columns: 80,
    comment: "//",
    indent: "  ",
    keywords: &[
        "break",
        "char",
        "const",
        "continue",
        "else",
        "enum",
        "for",
        "if",
        "int",
        "long",
        "return",
        "size_t",
        "sizeof",
        "socklen_t",
        "ssize_t",
        "static",
        "struct",
        "unsigned",
        "void",
        "while",
    ],
    styles: &[Style::Plain, Style::Threads, Style::Select],
    run: &["sh", "-c", "gcc -Wall -O1 -pthread -o \"${0%.*}\" \"$0\" && exec \"${0%.*}\" \"$@\"", FILE],
    write,
};

struct C11<'p> {
    plan: &'p Plan,
    lang: Lang,
    body: Source,
    constants: Constants,
    headers: BTreeSet<&'static str>,
    /// The helpers that were written already.
    written: BTreeSet<&'static str>,
}

fn write(plan: &Plan, lang: Lang) -> Result<Code, CodeError> {
    let mut c = C11 {
        plan,
        lang,
        body: Source::new(&C, lang),
        constants: Constants::default(),
        headers: BTreeSet::from(["stdio.h", "stdlib.h", "sys/socket.h", "unistd.h"]),
        written: BTreeSet::new(),
    };
    c.helper("check");
    c.address_function();
    match &plan.body {
        Body::Conversation(conversation) => c.conversation(conversation)?,
        Body::Script(turns) => c.script(turns),
    }
    Ok(c.finish())
}

impl C11<'_> {
    fn uses(&mut self, headers: &[&'static str]) {
        self.headers.extend(headers);
    }

    fn function(&mut self, comment: &str, text: &str) {
        self.body.blank();
        self.body.comment(comment);
        self.body.lines(text);
    }

    fn finish(self) -> Code {
        let mut top = Source::new(&C, self.lang);
        top.blank();
        top.line("#define _GNU_SOURCE");
        top.blank();
        self.headers.iter().for_each(|header| top.line(format!("#include <{header}>")));
        if self.constants.iter().next().is_some() {
            top.blank();
            for (name, bytes) in self.constants.iter() {
                literal::c(name, bytes).iter().for_each(|line| top.line(line));
            }
        }
        top.append(self.body);
        top.finish(&[], &self.plan.about(self.lang), &self.plan.left_out)
    }

    /// The beginning of `main`, with the arguments under their names.
    fn begin_main(&mut self) {
        let arguments = arguments(self.plan);
        self.body.blank();
        if arguments.is_empty() {
            self.body.line("int main(void) {");
            self.body.begin();
            return;
        }
        self.body.line("int main(int argc, char **argv) {");
        self.body.begin();
        let least = arguments.iter().filter(|argument| argument.is_required()).count();
        if least > 0 {
            self.body.line(format!("if (argc < {}) {{", least + 1));
            self.body.line(format!("  fprintf(stderr, \"usage: program {}\\n\");", usage(&arguments)));
            self.body.lines("  return 2;\n}");
        }
        let words = if least > 0 { t!(self.lang, "code-args-needed") } else { t!(self.lang, "code-args") };
        self.body.comment(words);
        for (at, argument) in arguments.iter().enumerate() {
            let (number, name) = (at + 1, argument.name.to_ascii_lowercase());
            let default = match &argument.kind {
                ArgumentKind::Text(Some(text)) => Some(self.constants.name(argument.name, text.as_bytes())),
                ArgumentKind::Port(Some(port)) => Some(format!("\"{port}\"")),
                ArgumentKind::Text(None) | ArgumentKind::Port(None) => None,
            };
            self.body.line(match default {
                Some(default) => format!("const char *{name} = argc > {number} ? argv[{number}] : {default};"),
                None => format!("const char *{name} = argv[{number}];"),
            });
        }
    }

    fn end_main(&mut self) {
        self.body.line("return 0;");
        self.body.end();
        self.body.line("}");
    }

    fn address_function(&mut self) {
        let comment = t!(self.lang, "code-address").into_owned();
        let socket = &self.plan.socket;
        let types_it = self.plan.role == Role::Datagram
            && self.plan.conversation().is_some_and(|talk| talk.typed.is_some() && !talk.takes_turns());
        if socket.local.is_none() && socket.remote.is_none() && !types_it {
            return;
        }
        if self.plan.is_unix() {
            self.uses(&["stddef.h", "string.h", "sys/un.h"]);
            self.function(&comment, snippets::UNIX_ADDRESS);
        } else {
            self.uses(&["netdb.h", "string.h"]);
            let family = if socket.family == Family::Inet6 { "AF_INET6" } else { "AF_INET" };
            self.function(&comment, &snippets::INET_ADDRESS.replace("FAMILY", family));
        }
    }

    /// `address` and `address_length` of the remote, or of the socket itself.
    fn resolve(&mut self, of_remote: bool, variable: &str) {
        let names = if of_remote { ["HOST", "PORT", "PATH"] } else { local_names(self.plan) };
        let [host, port, path] = names.map(str::to_ascii_lowercase);
        self.body.line(format!("struct sockaddr_storage {variable};"));
        let place = if self.plan.is_unix() { path } else { format!("{host}, {port}") };
        let line = format!("socklen_t {variable}_length = address_of({place}, &{variable});");
        if self.body.fits(&line, C.columns) {
            self.body.line(line);
        } else {
            self.body.line(format!("socklen_t {variable}_length ="));
            self.body.line(format!("    address_of({place}, &{variable});"));
        }
    }

    fn make_socket(&mut self, variable: &str) {
        let family = match self.plan.socket.family {
            Family::Inet => "AF_INET",
            Family::Inet6 => "AF_INET6",
            Family::Unix => "AF_UNIX",
        };
        let (kind, comment) = match self.plan.is_stream() {
            true => ("SOCK_STREAM", t!(self.lang, "code-socket-stream")),
            false => ("SOCK_DGRAM", t!(self.lang, "code-socket-datagram")),
        };
        self.body.call("socket", comment, format!("int {variable} = check(socket({family}, {kind}, 0), \"socket\");"));
        let plan = self.plan;
        plan.socket.options.iter().for_each(|set| self.set_option(variable, set));
    }

    fn bind(&mut self, variable: &str) {
        if self.plan.socket.local.is_none() {
            return;
        }
        let comment = t!(self.lang, "code-bind");
        self.resolve(false, "local");
        self.body.comment(comment);
        self.body.marked(Calls::Named("bind"), |body| {
            body.line(format!("check(bind({variable}, (struct sockaddr *)&local, local_length), \"bind\");"));
        });
    }

    fn set_option(&mut self, variable: &str, set: &SetOption) {
        let (level, name) = set.option.c_names();
        if level == "IPPROTO_TCP" {
            self.uses(&["netinet/in.h", "netinet/tcp.h"]);
        }
        let comment = words::option(self.lang, set);
        let value = match &set.value {
            OptionValue::Int(value) => vec![format!("int value = {value};")],
            OptionValue::Linger(seconds) => vec![format!("struct linger value = {{1, {seconds}}};")],
            OptionValue::Group(_) | OptionValue::Interface(_) => self.membership(set),
        };
        self.body.comment(comment);
        self.body.marked(Calls::Option(set.option), |body| {
            body.line("{");
            body.begin();
            value.iter().for_each(|line| body.line(line));
            body.line("socklen_t size = sizeof(value);");
            body.line(format!("int set = setsockopt({variable}, {level}, {name}, &value, size);"));
            body.line("check(set, \"setsockopt\");");
            body.end();
            body.line("}");
        });
    }

    fn membership(&mut self, set: &SetOption) -> Vec<String> {
        let (group, interface) = match &set.value {
            OptionValue::Group(group) => (Some(group.addr), group.interface.as_ref()),
            OptionValue::Interface(interface) => (None, Some(interface)),
            OptionValue::Int(_) | OptionValue::Linger(_) => return Vec::new(),
        };
        self.uses(&["arpa/inet.h", "netinet/in.h"]);
        let index = match interface {
            Some(Interface::Index(index)) => Some(index.to_string()),
            Some(Interface::Name(name)) => {
                self.uses(&["net/if.h"]);
                Some(format!("if_nametoindex({})", literal::text(name, TextLiteral::C)))
            }
            Some(Interface::Address(_)) | None => None,
        };
        let is_v6 = matches!(set.option, SocketOption::V6JoinGroup | SocketOption::V6MulticastInterface);
        if is_v6 && group.is_none() {
            return vec![format!("unsigned int value = {};", index.unwrap_or_else(|| "0".to_owned()))];
        }
        let mut lines = Vec::new();
        if let (true, Some(group)) = (is_v6, group) {
            lines.push("struct ipv6_mreq value = {0};".to_owned());
            lines.push(format!("inet_pton(AF_INET6, \"{group}\", &value.ipv6mr_multiaddr);"));
            lines.extend(index.map(|index| format!("value.ipv6mr_interface = {index};")));
            return lines;
        }
        lines.push("struct ip_mreqn value = {0};".to_owned());
        lines.extend(group.map(|group| format!("inet_pton(AF_INET, \"{group}\", &value.imr_multiaddr);")));
        if let Some(Interface::Address(address)) = interface {
            lines.push(format!("inet_pton(AF_INET, \"{address}\", &value.imr_address);"));
        }
        let cast = |index: String| format!("value.imr_ifindex = (int){index};");
        lines.extend(index.map(cast));
        lines
    }
}
