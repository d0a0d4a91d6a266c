//! Rust, with its standard library alone.

mod answers;
mod conversation;
mod loops;
mod script;
mod snippets;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::literal::{self, TextLiteral};
use super::plan::{Body, OptionValue, Plan, Role, SetOption, Style};
use super::source::{Calls, Code, Source};
use super::writer::{Argument, ArgumentKind, Constants, arguments, local_names, usage};
use super::{CodeError, FILE, Language, words};
use crate::lab::Interface;
use crate::lang::Lang;
use crate::t;
use crate::trace::SocketOption;

pub static RUST: Language = Language {
    name: "rust",
    own_name: "Rust",
    extension: "rs",
    columns: 100,
    comment: "//",
    indent: "    ",
    keywords: &[
        "as", "break", "const", "else", "enum", "fn", "for", "if", "impl", "in", "let", "loop", "match", "move", "mut",
        "return", "static", "struct", "true", "false", "use", "while",
    ],
    styles: &[Style::Plain, Style::Threads],
    run: &["sh", "-c", "rustc --edition 2021 -O -o \"${0%.*}\" \"$0\" && exec \"${0%.*}\" \"$@\"", FILE],
    write,
};

struct Rust<'p> {
    plan: &'p Plan,
    lang: Lang,
    body: Source,
    constants: Constants,
    /// What is used of each module.
    uses: BTreeMap<&'static str, BTreeSet<&'static str>>,
}

fn write(plan: &Plan, lang: Lang) -> Result<Code, CodeError> {
    let mut rust =
        Rust { plan, lang, body: Source::new(&RUST, lang), constants: Constants::default(), uses: BTreeMap::new() };
    rust.imports("std::io", &["self"]);
    rust.argument_functions();
    match &plan.body {
        Body::Conversation(conversation) => rust.conversation(conversation)?,
        Body::Script(turns) => rust.script(turns),
    }
    Ok(rust.finish())
}

impl Rust<'_> {
    fn imports(&mut self, module: &'static str, names: &[&'static str]) {
        self.uses.entry(module).or_default().extend(names);
    }

    fn function(&mut self, comment: &str, text: &str) {
        self.body.blank();
        self.body.comment(comment);
        self.body.lines(text);
    }

    fn finish(self) -> Code {
        let mut top = Source::new(&RUST, self.lang);
        top.blank();
        for (module, names) in &self.uses {
            // As rustfmt sorts them: the module itself first.
            let mut names: Vec<&str> = names.iter().copied().collect();
            names.sort_by_key(|name| (*name != "self", *name));
            let names = match names.as_slice() {
                ["self"] => String::new(),
                [one] => format!("::{one}"),
                several => format!("::{{{}}}", several.join(", ")),
            };
            top.line(format!("use {module}{names};"));
        }
        if self.constants.iter().next().is_some() {
            top.blank();
            for (name, bytes) in self.constants.iter() {
                literal::rust(name, bytes).iter().for_each(|line| top.line(line));
            }
        }
        top.append(self.body);
        top.finish(&[], &self.plan.about(self.lang), &self.plan.left_out)
    }

    /// A client's own address is none: it can't be bound before it connects.
    fn arguments(&self) -> Vec<Argument> {
        let mut arguments = arguments(self.plan);
        arguments.retain(|argument| self.plan.role != Role::Client || !argument.name.starts_with("LOCAL"));
        arguments
    }

    fn argument_functions(&mut self) {
        if !self.arguments().is_empty() {
            self.body.blank();
            self.body.lines(snippets::ARGUMENT);
        }
        let socket = &self.plan.socket;
        let types_it = self.plan.role == Role::Datagram
            && self.plan.conversation().is_some_and(|talk| talk.typed.is_some() && !talk.takes_turns());
        if self.plan.is_unix() && (socket.local.is_some() || socket.remote.is_some() || types_it) {
            self.imports("std::os::linux::net", &["SocketAddrExt"]);
            self.imports("std::os::unix::net", &["SocketAddr"]);
            let comment = t!(self.lang, "code-abstract").into_owned();
            self.function(&comment, snippets::NAME);
        }
    }

    fn begin_main(&mut self) {
        self.body.blank();
        self.body.line("fn main() -> io::Result<()> {");
        self.body.begin();
        let arguments = self.arguments();
        let least = arguments.iter().filter(|argument| argument.is_required()).count();
        if least > 0 {
            self.body.line(format!("if std::env::args().count() < {} {{", least + 1));
            self.body.line(format!("    eprintln!(\"usage: program {}\");", usage(&arguments)));
            self.body.lines("    std::process::exit(2);\n}");
        }
        if !arguments.is_empty() {
            let words = if least > 0 { t!(self.lang, "code-args-needed") } else { t!(self.lang, "code-args") };
            self.body.comment(words);
        }
        for (at, argument) in arguments.iter().enumerate() {
            let (number, name) = (at + 1, argument.name.to_ascii_lowercase());
            let line = match &argument.kind {
                ArgumentKind::Text(text) => {
                    let text = literal::text(text.as_deref().unwrap_or_default(), TextLiteral::Rust);
                    let line = format!("let {name} = argument({number}, {text});");
                    if !self.body.fits(&line, RUST.columns) {
                        self.body.line(format!("let {name} = argument("));
                        self.body.line(format!("    {number},"));
                        self.body.line(format!("    {text},"));
                        self.body.line(");");
                        continue;
                    }
                    line
                }
                ArgumentKind::Port(port) => {
                    let port = port.map(|port| port.to_string()).unwrap_or_default();
                    format!("let {name} = port_of(&argument({number}, \"{port}\"))?;")
                }
            };
            self.body.line(line);
        }
    }

    fn end_main(&mut self) {
        self.body.line("Ok(())");
        self.body.end();
        self.body.line("}");
    }

    /// `(host.as_str(), port)` or `&name(&path)?`.
    fn place(&self, of_remote: bool) -> String {
        let names = if of_remote { ["HOST", "PORT", "PATH"] } else { local_names(self.plan) };
        let [host, port, path] = names.map(str::to_ascii_lowercase);
        if self.plan.is_unix() { format!("&name(&{path})?") } else { format!("({host}.as_str(), {port})") }
    }

    /// The type of a connection, or of the datagram socket.
    fn socket_type(&mut self) -> &'static str {
        let (module, name) = match (self.plan.is_unix(), self.plan.is_stream()) {
            (false, true) => ("std::net", "TcpStream"),
            (false, false) => ("std::net", "UdpSocket"),
            (true, true) => ("std::os::unix::net", "UnixStream"),
            (true, false) => ("std::os::unix::net", "UnixDatagram"),
        };
        self.imports(module, &[name]);
        self.imports(if self.plan.is_unix() { "std::os::unix::net" } else { "std::net" }, &["SocketAddr"]);
        name
    }

    /// What `bind` and `connect` are of.
    fn suffix(&self) -> &'static str {
        if self.plan.is_unix() { "_addr" } else { "" }
    }

    fn listen(&mut self) {
        let (module, name) = match self.plan.is_unix() {
            false => ("std::net", "TcpListener"),
            true => ("std::os::unix::net", "UnixListener"),
        };
        self.imports(module, &[name]);
        let (place, suffix) = (self.place(false), self.suffix());
        let plan = self.plan;
        for set in &plan.socket.options {
            // The standard library sets this one for each listener on Unix.
            if set.option != SocketOption::ReuseAddr {
                self.left_option(set);
            }
        }
        let backlog = plan.socket.backlog.unwrap_or(1);
        self.body.note(t!(self.lang, "code-left-backlog", backlog = backlog, language = "Rust"));
        self.body.comment(t!(self.lang, "code-socket-stream"));
        self.body.comment(t!(self.lang, "code-bind"));
        let comment = t!(self.lang, "code-listen-default");
        // One line of the library makes all of them.
        let calls = Calls::Several(&["socket", "bind", "listen"]);
        self.body.calls(calls, comment, format!("let listener = {name}::bind{suffix}({place})?;"));
        self.body.line("println!(\"listening on {:?}\", listener.local_addr()?);");
    }

    fn connect(&mut self) {
        let name = self.socket_type();
        let (place, suffix) = (self.place(true), self.suffix());
        let plan = self.plan;
        plan.socket.options.iter().for_each(|set| self.left_option(set));
        if plan.socket.local.is_some() {
            self.body.note(t!(self.lang, "code-left-local", language = "Rust"));
        }
        self.body.comment(t!(self.lang, "code-socket-stream"));
        let comment = t!(self.lang, "code-connect");
        let calls = Calls::Several(&["socket", "connect"]);
        self.body.calls(calls, comment, format!("let stream = {name}::connect{suffix}({place})?;"));
        plan.socket.connection.iter().for_each(|set| self.set_option("stream", set));
    }

    /// The datagram socket, bound where it is to be.
    fn datagram_socket(&mut self) {
        let name = self.socket_type();
        let plan = self.plan;
        self.body.comment(t!(self.lang, "code-socket-datagram"));
        let suffix = self.suffix();
        let line = match (&plan.socket.local, plan.is_unix()) {
            (Some(_), _) => format!("let socket = {name}::bind{suffix}({})?;", self.place(false)),
            (None, true) => format!("let socket = {name}::unbound()?;"),
            (None, false) => {
                let any = if plan.socket.family == super::plan::Family::Inet6 { "[::]:0" } else { "0.0.0.0:0" };
                format!("let socket = {name}::bind(\"{any}\")?;")
            }
        };
        self.body.calls(Calls::Several(&["socket", "bind"]), t!(self.lang, "code-bind"), line);
        plan.socket.options.iter().chain(&plan.socket.groups).for_each(|set| self.set_option("socket", set));
        match plan.socket.local {
            Some(_) => self.body.line("println!(\"bound to {:?}\", socket.local_addr()?);"),
            None => self.body.line("println!(\"ready\");"),
        }
    }

    fn left_option(&mut self, set: &SetOption) {
        let option = set.option.c_names().1;
        self.body.note(t!(self.lang, "code-left-option", option = option, language = "Rust"));
    }

    fn set_option(&mut self, variable: &str, set: &SetOption) {
        use SocketOption as O;

        let number = match &set.value {
            OptionValue::Int(value) => *value,
            OptionValue::Linger(_) | OptionValue::Group(_) | OptionValue::Interface(_) => 0,
        };
        let on = number != 0;
        let call = match (set.option, &set.value) {
            (O::NoDelay, _) if self.plan.role != Role::Datagram => format!("set_nodelay({on})"),
            (O::Broadcast, _) => format!("set_broadcast({on})"),
            (O::MulticastTtl, _) => format!("set_multicast_ttl_v4({number})"),
            (O::MulticastLoop, _) => format!("set_multicast_loop_v4({on})"),
            (O::V6MulticastLoop, _) => format!("set_multicast_loop_v6({on})"),
            (O::AddMembership | O::V6JoinGroup, OptionValue::Group(group)) => match (group.addr, &group.interface) {
                (IpAddr::V4(addr), None) => {
                    self.imports("std::net", &["Ipv4Addr"]);
                    let [a, b, c, d] = addr.octets();
                    format!("join_multicast_v4(&Ipv4Addr::new({a}, {b}, {c}, {d}), &Ipv4Addr::UNSPECIFIED)")
                }
                (IpAddr::V4(addr), Some(Interface::Address(own))) => {
                    self.imports("std::net", &["Ipv4Addr"]);
                    let ([a, b, c, d], [e, f, g, h]) = (addr.octets(), own.octets());
                    format!("join_multicast_v4(&Ipv4Addr::new({a}, {b}, {c}, {d}), &Ipv4Addr::new({e}, {f}, {g}, {h}))")
                }
                (IpAddr::V6(addr), None | Some(Interface::Index(_))) => {
                    self.imports("std::net", &["Ipv6Addr"]);
                    let index = match group.interface {
                        Some(Interface::Index(index)) => index,
                        _ => 0,
                    };
                    format!("join_multicast_v6(&Ipv6Addr::from_bits(0x{:x}), {index})", addr.to_bits())
                }
                _ => return self.left_option(set),
            },
            _ => return self.left_option(set),
        };
        let comment = words::option(self.lang, set);
        self.body.comment(comment);
        let line = format!("{variable}.{call}?;");
        let fits = self.body.fits(&line, RUST.columns);
        self.body.marked(Calls::Option(set.option), |body| match call.split_once('(').filter(|_| !fits) {
            Some((name, inside)) => {
                body.line(format!("{variable}.{name}("));
                let inside = inside.strip_suffix(')').unwrap_or(inside);
                inside.split("), ").for_each(|argument| {
                    let closed = if argument.ends_with(')') || !argument.contains('(') { "" } else { ")" };
                    body.line(format!("    {argument}{closed},"));
                });
                body.line(")?;");
            }
            None => body.line(line),
        });
    }
}
