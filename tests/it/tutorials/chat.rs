//! Two people who talk over TCP.

use super::labs::{address, client, lab, port, run_file};
use crate::support::headless::shown;
use crate::support::peers::Peer;

#[test]
fn the_chat_is_chinese_text_until_q() {
    let ran = run_file("03");
    assert!(ran.shown("server").contains(&"listen(3)=0".to_owned()));
    assert_eq!(ran.received("server", 1), "你好，在吗？套接字！Q");
    assert_eq!(ran.received("client", 1), "在的。今天学什么？");
    assert!(ran.shown("client").contains(&"send(18)=18".to_owned()), "six characters of three bytes");
    let last = ran.calls("server").filter(|call| call["conn"] == 1).map(shown).collect::<Vec<_>>();
    assert_eq!(last[last.len() - 2..], ["recv(1024)=1", "close=0"], "Q ends it, unanswered");
}

#[test]
fn a_python_client_chats_with_somebody_in_the_lab() {
    let server = "name = \"server\", kind = \"tcp-server\", serving = \"one-at-a-time\", backlog = 3, \
        service = { kind = \"manual\", quit = [\"Q\"] }";
    let steps = [
        "expect = { at = \"server\", text = \"你好，在吗？\", within = \"20s\" }",
        "send = { from = \"server\", to = 1, text = \"在的。\" }",
        "expect = { at = \"server\", text = \"套接字！\", within = \"20s\" }",
        "send = { from = \"server\", to = 1, text = \"好！\" }",
        "expect = { at = \"server\", text = \"Q\", within = \"20s\" }",
    ];
    let mut run = lab(&[server], &steps).start();
    let port = port(&mut run, "server");
    let Some(peer) = Peer::run("chat_client.py", &[&port, "你好，在吗？", "套接字！", "Q", "never said"])
    else {
        return;
    };
    assert_eq!(peer.output(), "heard: 在的。\nheard: 好！\nthe server has closed: True\n");
    run.finish().went_well();
}

#[test]
fn somebody_in_the_lab_chats_with_a_python_server() {
    let Some(mut peer) = Peer::run("chat_server.py", &["在的。", "好！"]) else { return };
    let client = client("client", &address(&mut peer), "");
    let steps = [
        "send = { from = \"client\", text = \"你好，在吗？\" }",
        "expect = { at = \"client\", text = \"在的。\" }",
        "send = { from = \"client\", text = \"套接字！\" }",
        "expect = { at = \"client\", text = \"好！\" }",
        "send = { from = \"client\", text = \"Q\" }",
        "expect = { at = \"client\", eof = true }",
    ];
    lab(&[&client], &steps).start().finish().went_well();
    assert_eq!(peer.output(), "heard: 你好，在吗？\nheard: 套接字！\nthe client has ended the chat with 'Q'\n");
}
