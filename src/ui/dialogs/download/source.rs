//! Where a download comes from, as typed: a server of this lab, an address, or a URL.

use percent_encoding::percent_decode_str;

use crate::lab::Remote;
use crate::lab::address::AddressError;
use crate::lang::Lang;
use crate::lang::Words as _;
use crate::t;

/// The port of a URL that names none (RFC 9110, 4.2.1).
const HTTP_PORT: u16 = 80;

/// A server, and for a URL what is to be asked of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    pub remote: Remote,
    /// A URL's path without its first `/`, as a name: not percent-encoded any more.
    pub name: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WrongSource {
    Address(AddressError),
    /// `https://`, `ftp://` …
    Scheme(String),
    /// `?a=b`: a name is a path and can't have one.
    Query,
    /// What the percent signs stand for is no UTF-8.
    NotText,
}

impl WrongSource {
    pub fn text(&self, lang: Lang) -> String {
        match self {
            Self::Address(error) => error.sentence(lang),
            Self::Scheme(scheme) => t!(lang, "download-wrong-scheme", scheme = scheme.as_str()).into_owned(),
            Self::Query => t!(lang, "download-wrong-query").into_owned(),
            Self::NotText => t!(lang, "download-wrong-not-text").into_owned(),
        }
    }
}

impl Source {
    /// # Errors
    /// Why that is no server to download from.
    pub fn parse(text: &str) -> Result<Self, WrongSource> {
        let text = text.trim();
        let Some((scheme, rest)) = text.split_once("://") else {
            let remote = Remote::parse_inet(text).map_err(WrongSource::Address)?;
            return Ok(Self { remote, name: None });
        };
        if !scheme.eq_ignore_ascii_case("http") {
            return Err(WrongSource::Scheme(scheme.chars().take(20).collect()));
        }
        // A fragment is for the page's viewer.
        let rest = rest.split('#').next().unwrap_or_default();
        if rest.contains('?') {
            return Err(WrongSource::Query);
        }
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let has_port = host.rsplit_once(':').is_some_and(|(_, port)| !port.is_empty() && !port.contains(']'));
        let address = if has_port { host.to_owned() } else { format!("{}:{HTTP_PORT}", host.trim_end_matches(':')) };
        if address.starts_with([':', '@']) {
            return Err(WrongSource::Address(AddressError::BadHost(host.to_owned())));
        }
        let remote = Remote::parse_inet(&address).map_err(WrongSource::Address)?;
        let name = percent_decode_str(path).decode_utf8().map_err(|_| WrongSource::NotText)?.into_owned();
        Ok(Self { remote, name: Some(name) })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn url(text: &str) -> Option<(String, String)> {
        let source = Source::parse(text).ok()?;
        Some((source.remote.to_string(), source.name?))
    }

    #[test]
    fn a_url_is_a_server_and_a_name() {
        let is = |text: &str, server: &str, name: &str| {
            assert_eq!(url(text), Some((server.to_owned(), name.to_owned())), "{text}");
        };
        is("http://127.0.0.1:8000/a.bin", "127.0.0.1:8000", "a.bin");
        is(" HTTP://localhost/sub/a%20b.txt#part ", "localhost:80", "sub/a b.txt");
        is("http://[::1]:8080/%E4%B8%AD%E6%96%87.txt", "[::1]:8080", "中文.txt");
        is("http://[::1]/中文", "[::1]:80", "中文");
        is("http://example.org", "example.org:80", "");
        // Decoded once and not twice.
        is("http://a:1/%252e", "a:1", "%2e");
    }

    #[test]
    fn a_server_alone_needs_its_port() {
        assert_eq!(Source::parse("@files").map(|source| source.remote.to_string()), Ok("@files".to_owned()));
        assert_eq!(Source::parse("127.0.0.1:80").map(|source| source.name), Ok(None));
        assert_eq!(Source::parse(""), Err(WrongSource::Address(AddressError::Empty)));
        assert!(matches!(Source::parse("127.0.0.1"), Err(WrongSource::Address(AddressError::NoPort(_)))));
    }

    #[test]
    fn what_cannot_be_fetched_is_refused() {
        assert_eq!(Source::parse("https://a/b"), Err(WrongSource::Scheme("https".to_owned())));
        assert_eq!(Source::parse("http://a/b?c"), Err(WrongSource::Query));
        assert_eq!(Source::parse("http://a/%ff"), Err(WrongSource::NotText));
        for bad in
            ["http://", "http:///a", "http://:80/", "http://@files/a", "http://a:99999/", "http://a:0/", "http://u@h/"]
        {
            assert!(matches!(Source::parse(bad), Err(WrongSource::Address(_))), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_typed_is_taken_or_refused(text in ".*|http://.*") {
            if let Ok(source) = Source::parse(&text) {
                prop_assert!(!source.remote.to_string().is_empty());
            }
        }
    }
}
