//! Functions that stand in a Rust program as they are here, formatted as rustfmt formats them.

pub(super) const ARGUMENT: &str = r#"fn argument(number: usize, default: &str) -> String {
    let given = std::env::args().nth(number);
    given.unwrap_or_else(|| default.to_string())
}"#;

pub(super) const PORT: &str = r#"fn port_of(text: &str) -> io::Result<u16> {
    let wrong = |_| io::Error::new(io::ErrorKind::InvalidInput, format!("no port: {text}"));
    text.parse().map_err(wrong)
}"#;

pub(super) const NAME: &str = r#"fn name(path: &str) -> io::Result<SocketAddr> {
    match path.strip_prefix('@') {
        Some(name) => SocketAddr::from_abstract_name(name),
        None => SocketAddr::from_pathname(path),
    }
}"#;

pub(super) const TYPED: &str = r#"fn typed(line: &[u8]) -> Vec<u8> {
    let hex = |digit: Option<&u8>| digit.and_then(|digit| char::from(*digit).to_digit(16));
    let mut data = Vec::new();
    let mut at = 0;
    while let Some(sign) = line.get(at) {
        let (byte, length) = match (sign, line.get(at + 1)) {
            (b'\\', Some(b'n')) => (b'\n', 2),
            (b'\\', Some(b'r')) => (b'\r', 2),
            (b'\\', Some(b't')) => (b'\t', 2),
            (b'\\', Some(b'\\')) => (b'\\', 2),
            (b'\\', Some(b'x')) => match (hex(line.get(at + 2)), hex(line.get(at + 3))) {
                (Some(high), Some(low)) => ((16 * high + low) as u8, 4),
                _ => (b'\\', 1),
            },
            _ => (*sign, 1),
        };
        data.push(byte);
        at += length;
    }
    data
}"#;

pub(super) const UPPER: &str = r#"fn upper(rest: &mut Vec<u8>) -> Vec<u8> {
    let mut reply = Vec::new();
    while !rest.is_empty() {
        let (good, bad) = match std::str::from_utf8(rest) {
            Ok(_) => (rest.len(), 0),
            Err(error) => (error.valid_up_to(), error.error_len().unwrap_or(0)),
        };
        let text = String::from_utf8_lossy(&rest[..good]).to_uppercase();
        reply.extend_from_slice(text.as_bytes());
        reply.extend_from_slice(&rest[good..good + bad]);
        rest.drain(..good + bad);
        if bad == 0 {
            break;
        }
    }
    reply
}"#;

pub(super) const RECEIVE_WHOLE: &str = r#"fn receive(mut stream: &STREAM, length: usize, expected: Option<&[u8]>) -> io::Result<()> {
    let mut data = vec![0; length];
    stream.read_exact(&mut data)?;
    if expected.is_some_and(|expected| expected != data) {
        eprintln!("other bytes than in the trace: {data:?}");
    }
    Ok(())
}"#;

pub(super) const RECEIVE_END: &str = r#"fn receive_end(mut stream: &STREAM) -> io::Result<()> {
    let mut data = Vec::new();
    stream.read_to_end(&mut data)?;
    if !data.is_empty() {
        eprintln!("more bytes than in the trace: {data:?}");
    }
    Ok(())
}"#;
