//! Calls: of the program's own functions, of texts, and of the libraries that matter here.

use super::facts::Facts;
use super::reader::Reader;
use super::remark::RemarkKind;
use super::tree::Expr;
use super::value::{Piece, Pieces, SocketNumber, Value, decoded, encoded, joined};
use crate::code::plan::Family;
use crate::lab::TextEncoding;

type Named = Vec<(String, Value)>;

impl<'t> Reader<'t> {
    pub fn call(&mut self, line: u32, function: &'t Expr, arguments: &'t [Expr], named: &'t [(String, Expr)]) -> Value {
        let function = self.eval(function);
        let arguments = self.eval_all(arguments);
        let values = self.eval_all(named.iter().map(|(_, value)| value));
        let named: Named = named.iter().map(|(name, _)| name.clone()).zip(values).collect();
        match function {
            Value::Function(name) => self.call_function(line, &name, arguments, named),
            Value::Library(name) => self.library(line, &name, arguments, &named),
            Value::Of(of, method) => self.method(line, *of, &method, arguments, &named),
            _ => Value::Unknown,
        }
    }

    fn library(&mut self, line: u32, name: &str, arguments: Vec<Value>, named: &Named) -> Value {
        let first = arguments.first().cloned();
        match name {
            "socket.socket" => self.new_socket(line, &arguments, named),
            "socket.create_connection" => {
                let socket = self.add_socket(Facts::new(line, Family::Inet, false));
                if let (Value::Socket(number), Some(address)) = (&socket, first) {
                    let is_v6 = is_v6(&address);
                    if let Some(facts) = self.facts(*number) {
                        facts.connected = Some((line, address));
                        facts.family = if is_v6 { Family::Inet6 } else { Family::Inet };
                    }
                }
                if arguments.len() > 1 || named.iter().any(|(name, _)| name == "timeout") {
                    self.remark(line, RemarkKind::Timeout);
                }
                socket
            }
            "socket.create_server" => {
                let socket = self.add_socket(Facts::new(line, Family::Inet, false));
                let backlog = named.iter().find(|(name, _)| name == "backlog").and_then(|(_, value)| value.as_int());
                if let (Value::Socket(number), Some(address)) = (&socket, first)
                    && let Some(facts) = self.facts(*number)
                {
                    facts.bound = Some((line, address));
                    facts.listens = Some(backlog);
                }
                socket
            }
            "socket.setdefaulttimeout" => {
                self.remark(line, RemarkKind::Timeout);
                Value::None
            }
            "socket.inet_aton" | "socket.inet_pton" | "ipaddress.ip_address" => match arguments.last() {
                Some(address) => Value::Of(Box::new(address.clone()), "inet_aton".to_owned()),
                None => Value::Unknown,
            },
            "socket.gethostname" | "socket.gethostbyname" | "socket.getfqdn" => {
                match first.and_then(|host| host.as_text()) {
                    Some(host) => Value::text(host),
                    None => Value::Given,
                }
            }
            "threading.Thread" | "multiprocessing.Process" | "Thread" | "threading.Timer" => {
                let of = |sought: &str| named.iter().find(|(name, _)| name == sought).map(|(_, value)| value.clone());
                let (target, given) = (of("target"), of("args"));
                self.in_a_thread(line, target, given);
                Value::Unknown
            }
            "_thread.start_new_thread" => {
                let given = arguments.get(1).cloned();
                self.in_a_thread(line, first, given);
                Value::Unknown
            }
            "select.select" => {
                self.are_waited_for_together();
                Value::Tuple(vec![Value::Ready, Value::Unknown, Value::Unknown])
            }
            "struct.pack" => Value::Tuple(arguments.into_iter().skip(1).collect()),
            "open" | "io.open" => match first {
                Some(Value::Text(name)) => Value::File(name),
                Some(Value::Given) => Value::File(vec![Piece::Given]),
                _ => Value::File(vec![Piece::Unknown]),
            },
            "os.path.join" => {
                let pieces = arguments.iter().map(|each| each.shown());
                Value::Text(joined(pieces.collect::<Vec<_>>().join(&Piece::Text("/".to_owned()))))
            }
            "os.path.basename" | "os.path.abspath" | "pathlib.Path" => first.unwrap_or(Value::Unknown),
            "input" | "getpass.getpass" | "os.getenv" => Value::Given,
            "time.ctime" | "time.strftime" | "time.asctime" | "datetime.datetime.now" | "datetime.now" => {
                Value::Text(vec![Piece::Time])
            }
            "str" => self.text_of(arguments, named),
            "bytes" | "bytearray" => self.bytes_of(arguments, named),
            "int" | "float" => match first {
                Some(Value::Given) => Value::Given,
                Some(Value::Text(pieces)) if pieces.contains(&Piece::Given) => Value::Given,
                Some(value) => value
                    .as_int()
                    .or_else(|| value.as_text().and_then(|text| text.trim().parse().ok()))
                    .map_or(Value::Unknown, Value::Int),
                None => Value::Unknown,
            },
            "len" => first.map_or(Value::Unknown, |of| Value::Of(Box::new(of), "len".to_owned())),
            "repr" => first.map_or(Value::Unknown, |of| match of {
                Value::Peer => Value::Text(of.shown()),
                _ => Value::Text(vec![Piece::Unknown]),
            }),
            "iter" | "list" | "tuple" | "sorted" | "reversed" => first.unwrap_or(Value::Unknown),
            "next" => match first {
                Some(Value::Given) => Value::Given,
                _ => Value::Unknown,
            },
            "range" => {
                let times = match arguments.as_slice() {
                    [times] => times.clone(),
                    [from, to] => match (from, to) {
                        (Value::Int(from), Value::Int(to)) => Value::Int(to.saturating_sub(*from)),
                        _ => Value::Given,
                    },
                    _ => Value::Unknown,
                };
                Value::Of(Box::new(times), "range".to_owned())
            }
            _ => self.handed_over(line, arguments),
        }
    }

    /// A function that a library is given to call.
    fn handed_over(&mut self, line: u32, arguments: Vec<Value>) -> Value {
        let mut arguments = arguments.into_iter();
        if let Some(function @ Value::Function(_)) = arguments.next() {
            self.in_a_thread(line, Some(function), Some(Value::Tuple(arguments.collect())));
        }
        Value::Unknown
    }

    fn in_a_thread(&mut self, line: u32, target: Option<Value>, given: Option<Value>) {
        let Some(Value::Function(name)) = target else { return };
        let arguments = match given {
            Some(Value::Tuple(arguments)) => arguments,
            _ => Vec::new(),
        };
        for value in &arguments {
            if let Value::Connection(number) = value
                && let Some(facts) = self.facts(*number)
            {
                facts.is_concurrent = true;
            }
        }
        self.call_function(line, &name, arguments, Vec::new());
    }

    fn are_waited_for_together(&mut self) {
        for facts in self.sockets.iter_mut().filter(|facts| facts.listens.is_some()) {
            facts.is_concurrent = true;
        }
    }

    fn new_socket(&mut self, line: u32, arguments: &[Value], named: &Named) -> Value {
        let of = |at: usize, sought: &str| {
            let by_name = named.iter().find(|(name, _)| name == sought).map(|(_, value)| value);
            arguments.get(at).or(by_name).and_then(Value::as_library).map(str::to_owned)
        };
        let last = |name: Option<String>| name.and_then(|name| name.rsplit('.').next().map(str::to_owned));
        let family = match last(of(0, "family")).as_deref() {
            Some("AF_INET6") => Family::Inet6,
            Some("AF_UNIX" | "AF_LOCAL") => Family::Unix,
            None | Some("AF_INET") => Family::Inet,
            Some(other) => {
                self.remark(line, RemarkKind::Option(other.to_owned()));
                return Value::Unknown;
            }
        };
        let is_datagram = match last(of(1, "type")).as_deref() {
            Some("SOCK_DGRAM") => true,
            None | Some("SOCK_STREAM") => false,
            Some(other) => {
                self.remark(line, RemarkKind::Option(other.to_owned()));
                return Value::Unknown;
            }
        };
        self.add_socket(Facts::new(line, family, is_datagram))
    }

    fn method(&mut self, line: u32, of: Value, method: &str, arguments: Vec<Value>, named: &Named) -> Value {
        match of {
            Value::Either(each) => Value::Either(
                each.into_iter()
                    .map(|(holds, value)| (holds, self.method(line, value, method, arguments.clone(), named)))
                    .collect(),
            ),
            Value::Socket(number) => self.on_socket(line, number, method, arguments),
            Value::Connection(number) => self.on_connection(line, number, method, arguments),
            // There is one listener: what is not it is one of its clients.
            Value::Ready => match self.sockets.iter().position(|facts| facts.listens.is_some()) {
                Some(number) => self.on_connection(line, SocketNumber(number), method, arguments),
                None => Value::Unknown,
            },
            Value::Text(pieces) => self.on_text(line, pieces, method, arguments, named),
            Value::Bytes(pieces) => self.on_bytes(line, pieces, method, arguments, named),
            Value::Dict(_) if method == "get" => {
                let mut arguments = arguments.into_iter();
                let (key, otherwise) = (arguments.next().unwrap_or(Value::None), arguments.next());
                self.entry(&of, &key, Some(otherwise.unwrap_or(Value::None)))
            }
            Value::File(name) => match method {
                "read" | "readline" | "readlines" => Value::Bytes(vec![Piece::Contents(name)]),
                _ => Value::Unknown,
            },
            Value::Given => match method {
                "encode" => Value::Bytes(vec![Piece::Given]),
                _ => Value::Given,
            },
            _ => self.handed_over(line, arguments),
        }
    }

    fn on_text(&mut self, line: u32, pieces: Vec<Piece>, method: &str, arguments: Vec<Value>, named: &Named) -> Value {
        let known = Value::Text(pieces.clone()).as_text();
        match (method, known) {
            ("encode", _) => {
                let encoding = self.named_encoding(&arguments, named);
                Value::Bytes(encoded(&pieces, encoding))
            }
            ("upper", _) => Value::Text(mapped(pieces, |text| text.to_uppercase(), &Piece::Upper)),
            ("lower" | "casefold", _) => Value::Text(mapped(pieces, |text| text.to_lowercase(), &Piece::Changed)),
            ("title" | "capitalize" | "swapcase" | "replace" | "split" | "partition", None) => {
                Value::Text(mapped(pieces, |_| String::new(), &Piece::Changed))
            }
            ("strip" | "rstrip" | "lstrip" | "removesuffix" | "removeprefix", Some(text)) => Value::text(text.trim()),
            ("strip" | "rstrip" | "lstrip" | "removesuffix" | "removeprefix", None) => {
                self.remark(line, RemarkKind::Changed);
                Value::Text(pieces)
            }
            ("format", Some(text)) => Value::Text(formatted(&text, &arguments, named)),
            _ => Value::Text(vec![Piece::Unknown]),
        }
    }

    fn on_bytes(&mut self, line: u32, pieces: Vec<Piece>, method: &str, arguments: Vec<Value>, named: &Named) -> Value {
        match method {
            "decode" => {
                let encoding = self.named_encoding(&arguments, named);
                Value::Text(decoded(&pieces, encoding))
            }
            "upper" => Value::Bytes(mapped(pieces, |text| text.to_uppercase(), &Piece::Upper)),
            "lower" => Value::Bytes(mapped(pieces, |text| text.to_lowercase(), &Piece::Changed)),
            "strip" | "rstrip" | "lstrip" | "removesuffix" | "removeprefix" => {
                self.remark(line, RemarkKind::Changed);
                Value::Bytes(pieces)
            }
            _ => Value::Bytes(vec![Piece::Unknown]),
        }
    }

    /// The encoding that is named, which is the one of the conversation from then on.
    fn named_encoding(&mut self, arguments: &[Value], named: &Named) -> TextEncoding {
        let by_name = named.iter().find(|(name, _)| name == "encoding").map(|(_, value)| value);
        let name = arguments.first().or(by_name).and_then(Value::as_text);
        let encoding = match name {
            Some(name) => encoding_named(&name).unwrap_or_default(),
            None => TextEncoding::default(),
        };
        let of = self.received.or_else(|| self.sockets.len().checked_sub(1).map(SocketNumber));
        if let Some(facts) = of.and_then(|number| self.facts(number)) {
            // Where several are named it is the one that is not usual.
            let usual = facts.encoding.is_none_or(|before| before == TextEncoding::default());
            facts.encoding = if usual { Some(encoding) } else { facts.encoding };
        }
        encoding
    }

    fn text_of(&mut self, arguments: Vec<Value>, named: &Named) -> Value {
        let mut arguments = arguments.into_iter();
        match arguments.next() {
            Some(Value::Bytes(pieces)) => {
                let rest: Vec<Value> = arguments.collect();
                let encoding = self.named_encoding(&rest, named);
                Value::Text(decoded(&pieces, encoding))
            }
            Some(value) => Value::Text(value.shown()),
            None => Value::text(""),
        }
    }

    fn bytes_of(&mut self, arguments: Vec<Value>, named: &Named) -> Value {
        let mut arguments = arguments.into_iter();
        match arguments.next() {
            Some(Value::Text(pieces)) => {
                let rest: Vec<Value> = arguments.collect();
                let encoding = self.named_encoding(&rest, named);
                Value::Bytes(encoded(&pieces, encoding))
            }
            Some(Value::Int(length)) if (0..=64 * 1024).contains(&length) => {
                Value::Bytes(vec![Piece::Bytes(vec![0; usize::try_from(length).unwrap_or_default()])])
            }
            Some(value @ Value::Bytes(_)) => value,
            None => Value::Bytes(Vec::new()),
            _ => Value::Bytes(vec![Piece::Unknown]),
        }
    }
}

fn mapped(pieces: Vec<Piece>, text: impl Fn(&str) -> String, message: &Piece) -> Vec<Piece> {
    let each = |piece: Piece| match piece {
        Piece::Text(known) => Piece::Text(text(&known)),
        Piece::Bytes(bytes) => match std::str::from_utf8(&bytes) {
            Ok(known) => Piece::Bytes(text(known).into_bytes()),
            Err(_) => Piece::Unknown,
        },
        Piece::Message => message.clone(),
        other => other,
    };
    pieces.into_iter().map(each).collect()
}

/// `"{} from {0}".format(…)`.
fn formatted(text: &str, arguments: &[Value], named: &Named) -> Vec<Piece> {
    let mut pieces = Pieces::default();
    let mut next = 0;
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, sign) = rest.split_at(at);
        pieces.text(before);
        if let Some(after) = sign.strip_prefix("{{") {
            pieces.text("{");
            rest = after;
        } else if let Some(after) = sign.strip_prefix("}}") {
            pieces.text("}");
            rest = after;
        } else if let Some((name, after)) = sign.strip_prefix('{').and_then(|inside| inside.split_once('}')) {
            let value = match name {
                "" => {
                    next += 1;
                    arguments.get(next - 1)
                }
                name => match name.parse::<usize>() {
                    Ok(at) => arguments.get(at),
                    Err(_) => named.iter().find(|(known, _)| known == name).map(|(_, value)| value),
                },
            };
            pieces.extend(value.map_or(vec![Piece::Unknown], Value::shown));
            rest = after;
        } else {
            return vec![Piece::Unknown];
        }
    }
    pieces.text(rest);
    pieces.joined()
}

/// Python's names of encodings, of which some are written otherwise elsewhere.
fn encoding_named(name: &str) -> Option<TextEncoding> {
    let name = name.to_ascii_lowercase().replace('_', "-");
    let label = match name.as_str() {
        "latin-1" | "latin1" | "iso8859-1" => "latin1",
        "utf8" | "u8" | "utf-8-sig" => "utf-8",
        "cp936" | "936" | "gb2312" => "gbk",
        other => other,
    };
    label.parse().ok()
}

pub(super) fn is_v6(address: &Value) -> bool {
    let Value::Tuple(parts) = address else { return false };
    parts.first().and_then(Value::as_text).is_some_and(|host| host.contains(':'))
}
