//! CSV for a spreadsheet: a header, then one row per call with the fields of the JSON line, the bytes as hex and as text.
//!
//! Nothing that a peer sent acts in a spreadsheet or a terminal: a cell that would be a formula gets an apostrophe in
//! front (<https://owasp.org/www-community/attacks/CSV_Injection>), and what can't be seen is written as an escape.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;

use serde::Serialize as _;

use super::jsonl::Args;
use crate::lab::TextEncoding;
use crate::trace::prediction::Prediction;
use crate::trace::text::{as_text, visible};
use crate::trace::{Call, ConnId, Nanos, Op, Outcome};

/// Spreadsheets cut longer cells off, or refuse the file; `data_hex` of more bytes than fit ends with `…`.
pub const MAX_CELL: usize = 32_000;

const HEADER: [&str; 23] = [
    "seq",
    "at",
    "took",
    "endpoint",
    "conn",
    "op",
    "args",
    "result",
    "errno",
    "local",
    "peer",
    "offset",
    "len",
    "data_hex",
    "data_text",
    "truncated",
    "lost",
    "rule",
    "prediction",
    "was_right",
    "pid",
    "fd",
    "source",
];

pub struct Csv<W: io::Write> {
    out: csv::Writer<W>,
}

impl<W: io::Write> Csv<W> {
    /// Begins with the header.
    ///
    /// # Errors
    /// Those of writing.
    pub fn new(out: W) -> io::Result<Self> {
        let mut out = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
        out.write_record(HEADER)?;
        Ok(Self { out })
    }

    /// `said` is what was predicted of it.
    ///
    /// # Errors
    /// Those of writing.
    pub fn call(
        &mut self,
        call: &Call,
        name: &str,
        encoding: TextEncoding,
        said: Option<&Prediction>,
    ) -> io::Result<()> {
        let number = |value: Option<u64>| value.map(|value| value.to_string()).unwrap_or_default();
        let made_by = call.made_by.as_deref();
        let mut args = Vec::new();
        Args(&call.op).serialize(&mut serde_json::Serializer::new(&mut args))?;
        let row: [Cow<'_, str>; HEADER.len()] = [
            call.seq.to_string().into(),
            seconds(call.start).into(),
            seconds(Nanos(call.took)).into(),
            cell(name),
            number(call.conn.map(|conn| u64::from(ConnId::get(conn)))).into(),
            call.name().into(),
            owned(&String::from_utf8_lossy(&args)),
            match call.outcome {
                Outcome::Ok(value) => value.to_string().into(),
                Outcome::Err(_) => "".into(),
                // As strace writes it; an error has its name in the next column.
                Outcome::Abandoned => "?".into(),
            },
            call.errno().map(|errno| errno.to_string()).unwrap_or_default().into(),
            owned(&call.ends.local.as_ref().map(ToString::to_string).unwrap_or_default()),
            owned(&call.ends.peer.as_ref().map(ToString::to_string).unwrap_or_default()),
            number(call.offset).into(),
            call.len.to_string().into(),
            hex(&call.data).into(),
            owned(&text(&call.data, encoding)),
            if call.is_truncated() { "true" } else { "false" }.into(),
            if matches!(call.op, Op::RecvFrom { .. }) { call.lost.to_string().into() } else { "".into() },
            cell(call.rule.as_deref().unwrap_or_default()),
            owned(&said.and_then(Prediction::main).map(ToString::to_string).unwrap_or_default()),
            said.map(|said| said.was_right(call).to_string()).unwrap_or_default().into(),
            made_by.map(|made_by| made_by.pid.to_string()).unwrap_or_default().into(),
            made_by.and_then(|made_by| made_by.fd).map(|fd| fd.to_string()).unwrap_or_default().into(),
            cell(made_by.and_then(|made_by| made_by.source.as_deref()).unwrap_or_default()),
        ];
        self.out.write_record(row.iter().map(|cell| cell.as_bytes()))?;
        Ok(())
    }

    /// # Errors
    /// Those of writing.
    pub fn finish(self) -> io::Result<W> {
        self.out.into_inner().map_err(|error| error.into_error())
    }

    /// Hands on what was collected.
    ///
    /// # Errors
    /// Those of writing.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// A text that only shows itself.
fn cell(text: &str) -> Cow<'_, str> {
    let shown = visible(text);
    // What begins with a tab or a return was a formula to some; by now they are escapes, and stay on the list.
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { Cow::Owned(format!("'{shown}")) } else { shown }
}

fn owned(text: &str) -> Cow<'static, str> {
    Cow::Owned(cell(text).into_owned())
}

/// To the nanosecond, without the rounding of a float.
fn seconds(at: Nanos) -> String {
    format!("{}.{:09}", at.0 / 1_000_000_000, at.0 % 1_000_000_000)
}

fn hex(bytes: &[u8]) -> String {
    let shown = bytes.get(..MAX_CELL / 2).unwrap_or(bytes);
    let mut text = String::with_capacity(shown.len() * 2);
    for byte in shown {
        let _ = write!(text, "{byte:02x}");
    }
    if shown.len() < bytes.len() {
        text.push('…');
    }
    text
}

fn text(bytes: &[u8], encoding: TextEncoding) -> String {
    let shown = bytes.get(..MAX_CELL / 4).unwrap_or(bytes);
    let mut text = as_text(shown, encoding);
    if shown.len() < bytes.len() {
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bytes::Bytes;

    use super::*;
    use crate::lab::Addr;
    use crate::trace::{Ends, Errno, MadeBy};

    fn recv(data: &[u8]) -> Call {
        Call {
            seq: 3,
            start: Nanos(1_000_000_002),
            took: 5,
            conn: ConnId::new(2),
            ends: Arc::new(Ends { local: Some(Addr::Inet(([127, 0, 0, 1], 80).into())), peer: None }),
            offset: Some(0),
            len: data.len() as u64,
            data: Bytes::copy_from_slice(data),
            ..Call::sample(Op::Recv { max: 1024 }, Outcome::Ok(data.len() as u64))
        }
    }

    fn rows(calls: &[Call], name: &str) -> Vec<csv::StringRecord> {
        let mut out = Csv::new(Vec::new()).unwrap();
        for call in calls {
            out.call(call, name, TextEncoding::default(), None).unwrap();
        }
        let bytes = out.finish().unwrap();
        let rows: Vec<_> = csv::Reader::from_reader(bytes.as_slice()).records().map(Result::unwrap).collect();
        assert_eq!(csv::Reader::from_reader(bytes.as_slice()).headers().unwrap(), HEADER.as_slice());
        rows
    }

    #[test]
    fn a_row_has_the_fields_of_a_call() {
        let mut refused = recv(b"");
        refused.outcome = Outcome::Err(Errno::by_name("ECONNRESET").unwrap());
        let rows = rows(&[recv("a,\"你\"\n".as_bytes()), refused], "server");
        assert_eq!(
            rows[0].iter().collect::<Vec<_>>(),
            [
                "3",
                "1.000000002",
                "0.000000005",
                "server",
                "2",
                "recv",
                "{\"max\":1024}",
                "8",
                "",
                "127.0.0.1:80",
                "",
                "0",
                "8",
                "612c22e4bda0220a",
                "a,\"你\"\\n",
                "false",
                "",
                "",
                "",
                "",
                "",
                "",
                ""
            ]
        );
        assert_eq!((&rows[1][7], &rows[1][8]), ("", "ECONNRESET"));
    }

    #[test]
    fn a_row_of_a_program_says_where_the_call_was_made() {
        let made_by = MadeBy { pid: 12, fd: Some(3), source: Some("=a.py:7".into()), name: Some("read") };
        let rows = rows(&[Call { made_by: Some(Arc::new(made_by)), ..recv(b"x") }], "srv");
        assert_eq!((&rows[0][5], &rows[0][20], &rows[0][21], &rows[0][22]), ("read", "12", "3", "'=a.py:7"));
    }

    #[test]
    fn no_cell_is_a_formula_or_steers_a_terminal() {
        for evil in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\x1b[2J", "\u{202e}txt"] {
            let rows = rows(&[recv(evil.as_bytes())], evil);
            for cell in rows[0].iter() {
                assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell:?}");
                assert!(!cell.contains(['\x1b', '\u{202e}', '\n', '\r', '\t']), "{cell:?}");
            }
        }
        assert_eq!(&rows(&[recv(b"=1+1")], "s")[0][14], "'=1+1");
        assert_eq!(&rows(&[recv(b"a=1")], "s")[0][14], "a=1");
    }

    #[test]
    fn cells_stay_within_what_a_spreadsheet_takes() {
        let rows = rows(&[recv(&[1; 100_000])], "s");
        assert!(rows[0].iter().all(|cell| cell.chars().count() <= 32_767));
        assert!(rows[0][13].ends_with('…') && rows[0][14].ends_with('…'));
    }
}
