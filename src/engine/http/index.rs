//! The page that lists a folder, for a browser. Everything that a file system can put into a name is escaped.

use std::fmt::Write as _;
use std::time::SystemTime;

use jiff::tz::TimeZone;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::engine::transfer::listing::{Entry, Listing, MAX_ENTRIES};
use crate::lang::Lang;
use crate::lang::visible::visible_html;
use crate::t;

/// All but the unreserved characters (RFC 3986).
const IN_PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

const STYLE: &str = include_str!("../../../assets/http/index.css");

/// A link to a name in the same folder. The dot keeps a name like `a:b` from being taken for a scheme.
pub fn link(name: &str, is_folder: bool) -> String {
    let slash = if is_folder { "/" } else { "" };
    format!("./{}{slash}", utf8_percent_encode(name, IN_PATH))
}

/// A path as it is asked for.
pub fn encoded(path: &str) -> String {
    const WHOLE_PATH: &AsciiSet = &IN_PATH.remove(b'/');
    utf8_percent_encode(path, WHOLE_PATH).to_string()
}

/// The page for a folder, named by its path without slashes at its ends.
pub fn page(lang: Lang, folder: &str, listing: &Listing) -> String {
    let shown = if folder.is_empty() { "/".to_owned() } else { format!("/{folder}/") };
    let title = visible_html(&t!(lang, "http-title", folder = shown));
    let mut page = String::with_capacity(2_048 + 256 * listing.entries.len());
    // Nothing is fetched besides the page: not even an icon, which this server would have to refuse.
    let _ = write!(
        page,
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" href=\"data:,\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n",
        match lang {
            Lang::En => "en",
            Lang::ZhCn => "zh-CN",
        }
    );
    let _ = write!(
        page,
        "<table>\n<thead><tr><th>{}</th><th class=\"size\">{}</th><th class=\"time\">{}</th></tr></thead>\n<tbody>\n",
        visible_html(&t!(lang, "http-name")),
        visible_html(&t!(lang, "http-size")),
        visible_html(&t!(lang, "http-modified")),
    );
    if !folder.is_empty() {
        let _ = writeln!(
            page,
            "<tr class=\"folder\"><td><a href=\"../\">{}</a></td><td></td><td></td></tr>",
            visible_html(&t!(lang, "http-up"))
        );
    }
    let zone = TimeZone::system();
    for entry in &listing.entries {
        row(&mut page, lang, entry, &zone);
    }
    page.push_str("</tbody>\n</table>\n");
    if listing.entries.is_empty() {
        let _ = writeln!(page, "<p>{}</p>", visible_html(&t!(lang, "http-empty")));
    }
    if listing.cut {
        let _ = writeln!(page, "<p>{}</p>", visible_html(&t!(lang, "http-cut", count = MAX_ENTRIES)));
    }
    let _ = write!(page, "</main>\n<footer>{}</footer>\n</body>\n</html>\n", visible_html(&t!(lang, "http-served-by")));
    page
}

fn row(page: &mut String, lang: Lang, entry: &Entry, zone: &TimeZone) {
    let name = visible_html(&entry.name);
    let slash = if entry.is_folder { "/" } else { "" };
    let class = if entry.is_folder { " class=\"folder\"" } else { "" };
    let _ = write!(page, "<tr{class}><td>");
    let _ = if entry.unreachable {
        write!(page, "{name} <small>{}</small>", visible_html(&t!(lang, "http-unreachable")))
    } else {
        write!(page, "<a href=\"{}\">{name}{slash}</a>", link(&entry.name, entry.is_folder))
    };
    page.push_str("</td>");
    let _ = if entry.is_folder {
        write!(page, "<td></td>")
    } else {
        write!(page, "<td class=\"size\" title=\"{} B\">{}</td>", entry.len, size(entry.len))
    };
    let _ = writeln!(page, "<td class=\"time\">{}</td></tr>", time(entry.modified, zone));
}

fn time(modified: Option<SystemTime>, zone: &TimeZone) -> String {
    let Some(time) = modified.and_then(|modified| jiff::Timestamp::try_from(modified).ok()) else {
        return String::new();
    };
    zone.to_datetime(time).strftime("%Y-%m-%d %H:%M").to_string()
}

/// `1023 B`, `1.0 KiB`, `12 MiB` …
fn size(len: u64) -> String {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    if len < 1_024 {
        return format!("{len} B");
    }
    let mut tenths = u128::from(len) * 10 / 1_024;
    let mut unit = 0;
    while tenths >= 10_240 {
        tenths /= 1_024;
        unit += 1;
    }
    if tenths < 100 {
        format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
    } else {
        format!("{} {}", tenths / 10, UNITS[unit])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str) -> Entry {
        Entry { name: name.to_owned(), is_folder: false, unreachable: false, len: 1_536, modified: None }
    }

    #[test]
    fn no_name_breaks_out_of_the_page() {
        let name = "a\"b'<script>&\n\u{202e}%#? 课";
        let listing = Listing { entries: vec![file(name)], cut: false };
        let page = page(Lang::En, name, &listing);
        let escaped = "a&quot;b&#39;&lt;script&gt;&amp;\\n\\u{202e}%#? 课";
        assert!(page.contains(&format!("<h1>Files in /{escaped}/</h1>")), "{page}");
        let link = "./a%22b%27%3Cscript%3E%26%0A%E2%80%AE%25%23%3F%20%E8%AF%BE";
        assert!(page.contains(&format!("<a href=\"{link}\">{escaped}</a>")), "{page}");
        assert!(page.contains("<td class=\"size\" title=\"1536 B\">1.5 KiB</td>"));
        assert!(!page.contains("<script") && !page.contains('\u{202e}'));
    }

    #[test]
    fn a_file_that_nobody_can_ask_for_has_no_link() {
        let entry = Entry { unreachable: true, ..file("x\u{fffd}") };
        let page = page(Lang::ZhCn, "", &Listing { entries: vec![entry], cut: true });
        assert!(!page.contains("<a "));
        assert!(page.contains("lang=\"zh-CN\"") && page.contains("10"), "{page}");
    }

    #[test]
    fn sizes_are_short() {
        for (len, shown) in [
            (0, "0 B"),
            (1_023, "1023 B"),
            (1_024, "1.0 KiB"),
            (10_240, "10 KiB"),
            (1_048_575, "1023 KiB"),
            (1_048_576, "1.0 MiB"),
            (u64::MAX, "15 EiB"),
        ] {
            assert_eq!(size(len), shown, "{len}");
        }
    }

    #[test]
    fn a_path_is_encoded_but_for_its_slashes() {
        assert_eq!(encoded("a b/课%20?#:"), "a%20b/%E8%AF%BE%2520%3F%23%3A");
    }
}
