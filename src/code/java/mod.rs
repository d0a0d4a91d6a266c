//! Java 17, with its standard library alone: its channels, whose methods are the calls.

mod answers;
mod conversation;
mod loops;
mod regexp;
mod script;

use std::collections::BTreeSet;

use super::literal::{self, TextLiteral};
use super::plan::{Body, Family, OptionValue, Place, Plan, SetOption, Style};
use super::source::{Calls, Code, Source};
use super::writer::{ArgumentKind, Constants, arguments, local_names, usage};
use super::{CodeError, FILE, Language, words};
use crate::lab::{Interface, TextEncoding};
use crate::lang::Lang;
use crate::t;
use crate::trace::SocketOption;

pub static JAVA: Language = Language {
    name: "java",
    own_name: "Java",
    extension: "java",
    columns: COLUMNS,
    comment: "//",
    indent: "  ",
    keywords: &[
        "boolean",
        "break",
        "byte",
        "case",
        "catch",
        "class",
        "continue",
        "do",
        "else",
        "final",
        "finally",
        "for",
        "if",
        "import",
        "instanceof",
        "int",
        "long",
        "new",
        "null",
        "private",
        "public",
        "return",
        "static",
        "this",
        "throw",
        "throws",
        "true",
        "false",
        "try",
        "void",
        "while",
    ],
    styles: &[Style::Plain, Style::Threads, Style::Select],
    // Until Java 18 it takes the system's encoding for its sources, and until 19 for what it shows.
    run: &["java", "-Dfile.encoding=UTF-8", "-Dstdout.encoding=UTF-8", "-Dsun.stdout.encoding=UTF-8", FILE],
    write,
};

const COLUMNS: usize = 100;
/// A method has at most 64 KiB of code: a script with more calls has no room in `main`.
const MOST_TURNS: usize = 2_000;

struct Java<'p> {
    plan: &'p Plan,
    lang: Lang,
    body: Source,
    constants: Constants,
    imports: BTreeSet<&'static str>,
    /// Whether a text is decoded or encoded.
    has_charset: bool,
    /// The helpers that were written already.
    written: BTreeSet<&'static str>,
    /// How many expressions were sought.
    expressions: usize,
}

fn write(plan: &Plan, lang: Lang) -> Result<Code, CodeError> {
    let language = JAVA.own_name;
    if plan.is_unix() && !plan.is_stream() {
        return Err(CodeError::UnixDatagrams { language });
    }
    let is_abstract = |place: &Option<Place>| matches!(place, Some(Place::Path(Some(path))) if path.starts_with('@'));
    if is_abstract(&plan.socket.local) || is_abstract(&plan.socket.remote) {
        return Err(CodeError::Abstract { language });
    }
    let mut java = Java {
        plan,
        lang,
        body: Source::new(&JAVA, lang),
        constants: Constants::default(),
        imports: BTreeSet::from(["java.io.IOException"]),
        has_charset: false,
        written: BTreeSet::new(),
        expressions: 0,
    };
    java.body.begin();
    match &plan.body {
        Body::Conversation(conversation) => java.conversation(conversation)?,
        Body::Script(turns) if turns.len() > MOST_TURNS => {
            let bytes = super::stretch::MOST_SENT;
            return Err(CodeError::TooLong { bytes, calls: MOST_TURNS as u64 });
        }
        Body::Script(turns) => java.script(turns),
    }
    java.body.end();
    java.body.line("}");
    Ok(java.finish())
}

impl Java<'_> {
    fn imports(&mut self, names: &[&'static str]) {
        self.imports.extend(names);
    }

    fn function(&mut self, comment: &str, text: &str) {
        self.body.blank();
        self.body.comment(comment);
        self.body.lines(text);
    }

    /// Lines set in by one more step.
    fn inner(&mut self, text: &str) {
        self.body.begin();
        self.body.lines(text);
        self.body.end();
    }

    fn finish(mut self) -> Code {
        let mut top = Source::new(&JAVA, self.lang);
        let constants: Vec<Vec<String>> =
            self.constants.iter().map(|(name, bytes)| literal::java(name, bytes)).collect();
        let charset = self.has_charset.then(|| charset(self.plan.encoding)).flatten();
        if let Some(charset) = &charset {
            self.imports(&["java.nio.charset.Charset"]);
            if charset.starts_with("Standard") {
                self.imports(&["java.nio.charset.StandardCharsets"]);
            }
        }
        if !constants.is_empty() {
            self.imports(&["java.nio.charset.StandardCharsets"]);
        }
        top.blank();
        self.imports.iter().for_each(|name| top.line(format!("import {name};")));
        top.blank();
        top.line("class Program {");
        top.begin();
        let has_fields = charset.is_some() || !constants.is_empty();
        if let Some(charset) = charset {
            top.line(format!("static final Charset CHARSET = {charset};"));
        }
        constants.iter().flatten().for_each(|line| top.line(line));
        top.end();
        // The class begins without an empty line.
        if !has_fields {
            self.body.drop_first_blank();
        }
        top.append(self.body);
        let mut about = self.plan.about(self.lang);
        about.push(t!(self.lang, "code-java").into_owned());
        top.finish(&[], &about, &self.plan.left_out)
    }

    /// The beginning of `main`, with the arguments under their names.
    fn begin_main(&mut self, throws: &str) {
        let arguments = arguments(self.plan);
        if !arguments.is_empty() {
            self.body.blank();
            self.body.lines(
                "static String argument(String[] args, int number, String otherwise) {\n  \
                 return args.length > number ? args[number] : otherwise;\n}",
            );
        }
        self.body.blank();
        self.body.line(format!("public static void main(String[] args) throws {throws} {{"));
        self.body.begin();
        let least = arguments.iter().filter(|argument| argument.is_required()).count();
        if least > 0 {
            self.body.line(format!("if (args.length < {least}) {{"));
            self.body.line(format!("  System.err.println(\"usage: program {}\");", usage(&arguments)));
            self.body.lines("  System.exit(2);\n}");
        }
        if !arguments.is_empty() {
            let words = if least > 0 { t!(self.lang, "code-args-needed") } else { t!(self.lang, "code-args") };
            self.body.comment(words);
        }
        for (number, argument) in arguments.iter().enumerate() {
            let name = variable(argument.name);
            let line = match &argument.kind {
                ArgumentKind::Text(None) => format!("String {name} = args[{number}];"),
                ArgumentKind::Port(None) => format!("int {name} = Integer.parseInt(args[{number}]);"),
                ArgumentKind::Port(Some(port)) => {
                    format!("int {name} = Integer.parseInt(argument(args, {number}, \"{port}\"));")
                }
                ArgumentKind::Text(Some(text)) => {
                    let literal = literal::text(text, TextLiteral::Java);
                    let line = format!("String {name} = argument(args, {number}, {literal});");
                    if self.body.fits(&line, COLUMNS) {
                        line
                    } else {
                        let text = self.text_constant(argument.name, text);
                        format!("String {name} = argument(args, {number}, {text});")
                    }
                }
            };
            self.body.line(line);
        }
    }

    /// A text that is too long for one line, as a constant.
    fn text_constant(&mut self, name: &str, text: &str) -> String {
        self.imports(&["java.nio.charset.StandardCharsets"]);
        format!("new String({}, StandardCharsets.UTF_8)", self.constants.name(name, text.as_bytes()))
    }

    /// Of the remote, or of the socket itself.
    fn place(&mut self, of_remote: bool) -> String {
        let names = if of_remote { ["HOST", "PORT", "PATH"] } else { local_names(self.plan) };
        let [host, port, path] = names.map(variable);
        if self.plan.is_unix() {
            self.imports(&["java.net.UnixDomainSocketAddress"]);
            format!("UnixDomainSocketAddress.of({path})")
        } else {
            self.imports(&["java.net.InetSocketAddress"]);
            format!("new InetSocketAddress({host}, {port})")
        }
    }

    fn family(&mut self) -> &'static str {
        self.imports(&["java.net.StandardProtocolFamily"]);
        match self.plan.socket.family {
            Family::Inet => "StandardProtocolFamily.INET",
            Family::Inet6 => "StandardProtocolFamily.INET6",
            Family::Unix => "StandardProtocolFamily.UNIX",
        }
    }

    /// The channel of that class, with its options.
    fn make_socket(&mut self, class: &'static str, variable: &str) {
        self.imports(&[match class {
            "ServerSocketChannel" => "java.nio.channels.ServerSocketChannel",
            "SocketChannel" => "java.nio.channels.SocketChannel",
            _ => "java.nio.channels.DatagramChannel",
        }]);
        let family = self.family();
        let comment = match self.plan.is_stream() {
            true => t!(self.lang, "code-socket-stream"),
            false => t!(self.lang, "code-socket-datagram"),
        };
        self.body.call("socket", comment, format!("{class} {variable} = {class}.open({family});"));
        let plan = self.plan;
        plan.socket.options.iter().for_each(|set| self.set_option(variable, set));
    }

    fn listen(&mut self) {
        self.make_socket("ServerSocketChannel", "listener");
        let place = self.place(false);
        let backlog = self.plan.socket.backlog.unwrap_or(1);
        self.body.comment(t!(self.lang, "code-bind"));
        let comment = t!(self.lang, "code-listen", backlog = backlog);
        // One line of the library makes both.
        let calls = Calls::Several(&["bind", "listen"]);
        self.body.calls(calls, comment, format!("listener.bind({place}, {backlog});"));
        self.body.line("System.out.println(\"listening on \" + listener.getLocalAddress());");
    }

    fn connect(&mut self) {
        self.make_socket("SocketChannel", "channel");
        let plan = self.plan;
        plan.socket.connection.iter().for_each(|set| self.set_option("channel", set));
        self.bind();
        let place = self.place(true);
        self.body.call("connect", t!(self.lang, "code-connect"), format!("channel.connect({place});"));
    }

    fn bind(&mut self) {
        if self.plan.socket.local.is_some() {
            let place = self.place(false);
            self.body.call("bind", t!(self.lang, "code-bind"), format!("channel.bind({place});"));
        }
    }

    fn datagram_socket(&mut self) {
        self.make_socket("DatagramChannel", "channel");
        self.bind();
        let plan = self.plan;
        plan.socket.groups.iter().for_each(|set| self.set_option("channel", set));
        match plan.socket.local {
            Some(_) => self.body.line("System.out.println(\"bound to \" + channel.getLocalAddress());"),
            None => self.body.line("System.out.println(\"ready\");"),
        }
    }

    fn set_option(&mut self, variable: &str, set: &SetOption) {
        use SocketOption as O;

        let number = match &set.value {
            OptionValue::Int(value) => *value,
            OptionValue::Linger(seconds) => i64::from(*seconds),
            OptionValue::Group(_) | OptionValue::Interface(_) => 0,
        };
        let on = number != 0;
        let option =
            |name: &str, value: String| format!("{variable}.setOption(StandardSocketOptions.{name}, {value});");
        // Those of IPv4 are there for IPv6 too.
        let line = match (set.option, &set.value) {
            (O::ReuseAddr, _) => option("SO_REUSEADDR", on.to_string()),
            (O::KeepAlive, _) => option("SO_KEEPALIVE", on.to_string()),
            (O::NoDelay, _) => option("TCP_NODELAY", on.to_string()),
            (O::Linger, _) => option("SO_LINGER", number.to_string()),
            (O::Broadcast, _) => option("SO_BROADCAST", on.to_string()),
            (O::RecvBuffer, _) => option("SO_RCVBUF", number.to_string()),
            // A listener's channel has none, and the system gives it to its connections.
            (O::SendBuffer, _) if variable == "listener" => return self.left_option(set),
            (O::SendBuffer, _) => option("SO_SNDBUF", number.to_string()),
            (O::MulticastTtl | O::V6MulticastHops, _) => option("IP_MULTICAST_TTL", number.to_string()),
            (O::MulticastLoop | O::V6MulticastLoop, _) => option("IP_MULTICAST_LOOP", on.to_string()),
            (O::MulticastInterface | O::V6MulticastInterface, OptionValue::Interface(interface)) => {
                let card = self.interface(Some(interface));
                self.imports(&["java.net.StandardSocketOptions"]);
                return self.in_a_block(set, &card, &option("IP_MULTICAST_IF", "card".to_owned()));
            }
            (O::AddMembership | O::V6JoinGroup, OptionValue::Group(group)) => {
                let card = self.interface(group.interface.as_ref());
                self.imports(&["java.net.InetSocketAddress", "java.net.NetworkInterface"]);
                let group = format!("InetSocketAddress group = new InetSocketAddress(\"{}\", 0);", group.addr);
                let join = format!("{variable}.socket().joinGroup(group, card);");
                return self.in_a_block(set, &[card, vec![group]].concat(), &join);
            }
            _ => return self.left_option(set),
        };
        self.imports(&["java.net.StandardSocketOptions"]);
        self.body.comment(words::option(self.lang, set));
        self.body.marked(Calls::Option(set.option), |body| body.line(line));
    }

    /// The lines with the network interface as `card`; `null`: the system chooses.
    fn interface(&mut self, interface: Option<&Interface>) -> Vec<String> {
        let card = |what: &str| format!("NetworkInterface card = {what};");
        self.imports(&["java.net.NetworkInterface"]);
        match interface {
            None => vec![card("null")],
            Some(Interface::Index(index)) => vec![card(&format!("NetworkInterface.getByIndex({index})"))],
            Some(Interface::Name(name)) => {
                let name = literal::text(name, TextLiteral::Java);
                vec![card(&format!("NetworkInterface.getByName({name})"))]
            }
            Some(Interface::Address(address)) => {
                self.imports(&["java.net.InetAddress"]);
                vec![
                    format!("InetAddress own = InetAddress.getByName(\"{address}\");"),
                    card("NetworkInterface.getByInetAddress(own)"),
                ]
            }
        }
    }

    /// An option whose value takes lines of its own.
    fn in_a_block(&mut self, set: &SetOption, value: &[String], call: &str) {
        self.body.comment(words::option(self.lang, set));
        self.body.marked(Calls::Option(set.option), |body| {
            body.line("{");
            body.begin();
            value.iter().for_each(|line| body.line(line));
            body.line(call);
            body.end();
            body.line("}");
        });
    }

    fn left_option(&mut self, set: &SetOption) {
        let option = set.option.c_names().1;
        self.body.note(t!(self.lang, "code-left-option", option = option, language = "Java"));
    }

    /// Whether Java knows the encoding of the texts; else they are taken as bytes, and that is said.
    fn uses_charset(&mut self) -> bool {
        self.has_charset = true;
        charset(self.plan.encoding).is_some()
    }
}

/// `LOCAL_HOST` as a variable is called: `localHost`.
fn variable(name: &str) -> String {
    let mut out = String::new();
    let mut is_start = false;
    for character in name.chars() {
        match character {
            '_' => is_start = true,
            _ if is_start => {
                out.push(character);
                is_start = false;
            }
            _ => out.push(character.to_ascii_lowercase()),
        }
    }
    out
}

/// What Java calls an encoding; `None`: it knows none of that name.
fn charset(encoding: TextEncoding) -> Option<String> {
    if encoding == TextEncoding::UTF_8 {
        return Some("StandardCharsets.UTF_8".to_owned());
    }
    let name = match encoding {
        TextEncoding::Ascii => return Some("StandardCharsets.US_ASCII".to_owned()),
        TextEncoding::Latin1 => return Some("StandardCharsets.ISO_8859_1".to_owned()),
        TextEncoding::Utf16Le => return Some("StandardCharsets.UTF_16LE".to_owned()),
        TextEncoding::Utf16Be => return Some("StandardCharsets.UTF_16BE".to_owned()),
        TextEncoding::Web(encoding) => match encoding.name() {
            "ISO-8859-10" | "ISO-8859-14" | "ISO-8859-16" | "x-user-defined" | "replacement" => return None,
            "Big5" => "Big5-HKSCS",
            "Shift_JIS" => "windows-31j",
            "EUC-KR" => "x-windows-949",
            "macintosh" => "x-MacRoman",
            "x-mac-cyrillic" => "x-MacUkraine",
            "windows-874" => "x-windows-874",
            "ISO-8859-8-I" => "ISO-8859-8",
            "gb18030" => "GB18030",
            name => name,
        },
    };
    Some(format!("Charset.forName(\"{name}\")"))
}
