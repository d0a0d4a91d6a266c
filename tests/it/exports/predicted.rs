//! What was predicted of a call goes with it wherever it goes, also from a file where it stands behind the call.

use std::fs;
use std::process::Command;

use socket_lab::trace::file::TraceWriter;
use socket_lab::trace::prediction::{Answer, Predicted, Prediction};

use super::*;

/// A trace file of a talk whose `send` was predicted when the file had the call already, as the playhead does in a recording.
fn recorded(folder: &Path) -> PathBuf {
    let mut talk = Talk::tcp();
    talk.send(Client, "hello");
    let send = talk.calls.last().unwrap().seq;
    talk.recv(Server, "hello");
    talk.end(Server);
    let mut said = Prediction::default();
    said.say(Answer { what: Predicted::Returns(1024), votes: 12 });
    said.say(Answer { what: Predicted::Returns(5), votes: 7 });
    let path = folder.join("x.lab-trace");
    let mut out = TraceWriter::new(fs::File::create(&path).unwrap(), &head()).unwrap();
    for call in &talk.calls {
        out.call(call).unwrap();
    }
    out.predictions([(send, &said)].into_iter()).unwrap();
    out.finish(Totals::default()).unwrap();
    path
}

#[test]
fn what_was_predicted_is_in_every_export_of_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = recorded(folder.path());
    let export = |format: &str| {
        let run =
            Command::new(env!("CARGO_BIN_EXE_socket-lab")).arg("export").arg(&path).args(["--format", format]).output();
        let run = run.unwrap();
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        run.stdout
    };
    let text = |format: &str| String::from_utf8(export(format)).unwrap();
    let lines = text("jsonl");
    let of_send = lines.lines().find(|line| line.contains("\"op\":\"send\"")).unwrap();
    let of_send: serde_json::Value = serde_json::from_str(of_send).unwrap();
    assert_eq!((&of_send["prediction"], &of_send["was_right"]), (&"1024".into(), &false.into()));
    let votes = serde_json::json!([
        {"prediction": "1024", "votes": 12, "was_right": false},
        {"prediction": "5", "votes": 7, "was_right": true},
    ]);
    assert_eq!(of_send["votes"], votes);
    assert_eq!(lines.matches("prediction").count(), 3, "only of that call: {lines}");
    let rows = text("csv");
    assert!(rows.lines().next().unwrap().ends_with(",prediction,was_right,pid,fd,source"), "{rows}");
    assert!(rows.lines().any(|row| row.ends_with(",1024,false,,,")), "{rows}");
    assert!(text("text").contains("(predicted 1024: wrong)"));
    let packets = export("pcapng");
    assert!(packets.windows(23).any(|bytes| bytes == b"(predicted 1024: wrong)"));
}
