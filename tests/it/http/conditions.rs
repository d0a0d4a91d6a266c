//! Ranges and conditions (RFC 9110), asked for by hand and by curl.

use socket_lab::trace::transfer::End;

use super::asking::{Asking, Served, noise};

fn get(served: &Served, fields: &str) -> super::asking::Answer {
    served.ask(&format!("GET /file HTTP/1.1\r\nHost: x\r\n{fields}\r\n"))
}

#[test]
fn a_part_is_given_where_a_part_is_asked_for() {
    let mut served = Served::new();
    let bytes = noise(100_000);
    served.put("file", &bytes);
    for (range, first, last) in [
        ("0-0", 0, 0),
        ("0-99", 0, 99),
        ("500-1499", 500, 1_499),
        ("99999-", 99_999, 99_999),
        ("-10", 99_990, 99_999),
        ("90000-999999", 90_000, 99_999),
    ] {
        let answer = get(&served, &format!("Range: bytes={range}\r\n"));
        assert_eq!(answer.status, 206, "{range}");
        assert_eq!(answer.field("content-range"), format!("bytes {first}-{last}/100000"));
        assert_eq!(answer.body, &bytes[first..=last]);
        let (id, moved, end) = served.ended();
        assert_eq!((moved, end), ((last - first + 1) as u64, End::Clean));
        let transfers = served.transfers();
        let transfer = transfers.iter().find(|transfer| transfer.id == id).unwrap();
        assert_eq!((transfer.total, transfer.resumed_at), (Some(100_000), first as u64));
        assert_eq!(transfer.verified, None, "a part is not the file");
    }
    // More than there is.
    for range in ["0-18446744073709551615", "-100001", "0-99999999999999999999999"] {
        assert!(get(&served, &format!("Range: bytes={range}\r\n")).body == bytes, "{range}");
        served.ended();
    }
    let several = get(&served, "Range: bytes=0-9,50000-50009\r\n");
    assert_eq!(several.status, 206);
    assert!(several.field("content-type").starts_with("multipart/byteranges; boundary="));
    let contains = |part: &[u8]| several.body.windows(part.len()).any(|window| window == part);
    assert!(contains(&bytes[..10]) && contains(&bytes[50_000..50_010]));
    assert!(contains(b"Content-Range: bytes 50000-50009/100000"));
}

#[test]
fn a_part_that_is_not_there_is_refused_with_the_length_and_is_no_transfer() {
    let mut served = Served::new();
    served.put("file", &noise(100));
    for range in ["100-", "1000-2000", "-0"] {
        let answer = get(&served, &format!("Range: bytes={range}\r\n"));
        assert_eq!((answer.status, answer.field("content-range")), (416, "bytes */100"), "{range}");
    }
    // What is no range is as if it were not there.
    assert_eq!(get(&served, "Range: bytes=9-3\r\n").status, 200);
    assert_eq!(get(&served, "Range: lines=1-2\r\n").status, 200);
    served.ended();
    served.ended();
    assert_eq!(served.transfers().len(), 2);
}

#[test]
fn what_the_browser_has_already_is_not_sent_again_until_it_changes() {
    let mut served = Served::new();
    served.put("file", b"one");
    let first = get(&served, "");
    let (etag, modified) = (first.field("etag").to_owned(), first.field("last-modified").to_owned());
    assert!(etag.starts_with('"') && modified.ends_with(" GMT"), "{etag} {modified}");
    assert_eq!(first.field("cache-control"), "no-cache");
    let again = get(&served, &format!("If-None-Match: {etag}\r\n"));
    assert_eq!((again.status, again.field("etag"), again.body.len()), (304, etag.as_str(), 0));
    assert_eq!(get(&served, "If-None-Match: *\r\n").status, 304);
    assert_eq!(get(&served, "If-None-Match: \"other\"\r\n").status, 200);
    assert_eq!(get(&served, &format!("If-Modified-Since: {modified}\r\n")).status, 304);
    assert_eq!(get(&served, "If-Match: \"other\"\r\n").status, 412);
    served.put("file", b"two, and longer");
    let changed = get(&served, &format!("If-None-Match: {etag}\r\n"));
    assert_eq!((changed.status, changed.text()), (200, "two, and longer"));
    assert_ne!(changed.field("etag"), etag);
    for _ in 0..3 {
        served.ended();
    }
    assert_eq!(served.transfers().len(), 3, "what was not sent is no transfer");
}

#[test]
fn the_rest_is_given_only_of_the_same_file() {
    let served = Served::new();
    served.put("file", b"0123456789");
    let etag = get(&served, "").field("etag").to_owned();
    let rest = |validator: &str| get(&served, &format!("Range: bytes=4-\r\nIf-Range: {validator}\r\n"));
    assert_eq!((rest(&etag).status, rest(&etag).text().to_owned()), (206, "456789".to_owned()));
    assert_eq!((rest("\"other\"").status, rest("\"other\"").text().to_owned()), (200, "0123456789".to_owned()));
}

#[test]
fn another_file_of_the_same_name_length_and_time_has_another_etag() {
    let served = Served::new();
    served.put("file", b"one");
    let etag = get(&served, "").field("etag").to_owned();
    let path = served.root().join("file");
    let time = std::fs::metadata(&path).unwrap().modified().unwrap();
    served.put("new", b"two");
    std::fs::File::options().write(true).open(served.root().join("new")).unwrap().set_modified(time).unwrap();
    std::fs::rename(served.root().join("new"), &path).unwrap();
    assert_ne!(get(&served, "").field("etag"), etag);
}

#[test]
fn curl_reads_pages_goes_on_with_files_and_sees_types() {
    let mut served = Served::new();
    let bytes = noise(300_000);
    served.put("课 1.html", &bytes);
    let path = "/%E8%AF%BE%201.html";
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("file");
    std::fs::write(&target, &bytes[..123_456]).unwrap();
    let Some(output) = served.curl(path, &["-C", "-", "-o", target.to_str().unwrap()]) else { return };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(std::fs::read(&target).unwrap() == bytes);
    let (_, moved, end) = served.ended();
    assert_eq!((moved, end), (300_000 - 123_456, End::Clean));
    let headers = served.curl(path, &["-I"]).unwrap();
    let headers = String::from_utf8(headers.stdout).unwrap().to_lowercase();
    assert!(headers.contains("content-type: text/html; charset=utf-8\r\n"), "{headers}");
    // Follows to the folder's page.
    served.put("deep/x y", b"");
    let page = served.curl("/deep", &["-L", "-H", "Accept-Language: zh-CN"]).unwrap();
    let page = String::from_utf8(page.stdout).unwrap();
    assert!(page.contains("<a href=\"./x%20y\">x y</a>"), "{page}");
    let parallel = served.curl("/deep/x%20y", &["-w", "%{http_code}", "--compressed"]).unwrap();
    assert_eq!(parallel.stdout, b"200");
}

#[test]
fn only_asking_is_possible() {
    let mut served = Served::new();
    served.put("file", b"x");
    let mut asking = Asking::to(served.addr);
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "BREW"] {
        let answer = asking.ask(&format!("{method} /file HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"));
        assert_eq!((answer.status, answer.field("allow")), (405, "GET, HEAD"), "{method}");
    }
    assert_eq!(served.ask("POST /file HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello").status, 405);
    assert_eq!(served.transfers(), []);
    assert_eq!(std::fs::read(served.root().join("file")).unwrap(), b"x");
}
