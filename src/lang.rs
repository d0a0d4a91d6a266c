//! The texts of the program in the user's language: `assets/locales/{en,zh-CN}/*.ftl`, in Project Fluent's format.
//!
//! `t!(lang, "key")` and `t!(lang, "key", name = value)` give a text. A test fails on a key that one language lacks
//! and on a key in the code that no file has.

pub mod library_errors;
pub mod quantity;
pub mod visible;

use std::borrow::Cow;
use std::io;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use serde::{Deserialize, Serialize};
use unic_langid::{LanguageIdentifier, langid};

/// A language that the whole program speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Lang {
    #[default]
    #[serde(rename = "en")]
    En,
    #[serde(rename = "zh-CN")]
    ZhCn,
}

type Bundle = FluentBundle<FluentResource>;

macro_rules! locale_files {
    ($folder:literal) => {
        &[
            include_str!(concat!("../assets/locales/", $folder, "/shell.ftl")),
            include_str!(concat!("../assets/locales/", $folder, "/picture.ftl")),
            include_str!(concat!("../assets/locales/", $folder, "/panes.ftl")),
            include_str!(concat!("../assets/locales/", $folder, "/explain.ftl")),
            include_str!(concat!("../assets/locales/", $folder, "/lab.ftl")),
            include_str!(concat!("../assets/locales/", $folder, "/syntax.ftl")),
            include_str!(concat!("../assets/locales/", $folder, "/run.ftl")),
            include_str!(concat!("../assets/locales/", $folder, "/hold.ftl")),
            include_str!(concat!("../assets/locales/", $folder, "/predict.ftl")),
            include_str!(concat!("../assets/locales/", $folder, "/cli.ftl")),
            include_str!(concat!("../assets/locales/", $folder, "/transfers.ftl")),
            include_str!(concat!("../assets/locales/", $folder, "/files.ftl")),
            include_str!(concat!("../assets/locales/", $folder, "/http.ftl")),
            include_str!(concat!("../assets/locales/", $folder, "/filter.ftl")),
            include_str!(concat!("../assets/locales/", $folder, "/export.ftl")),
            include_str!(concat!("../assets/locales/", $folder, "/ladder.ftl")),
            include_str!(concat!("../assets/locales/", $folder, "/byte-map.ftl")),
            include_str!(concat!("../assets/locales/", $folder, "/plots.ftl")),
            include_str!(concat!("../assets/locales/", $folder, "/undo.ftl")),
            include_str!(concat!("../assets/locales/", $folder, "/windows.ftl")),
            include_str!(concat!("../assets/locales/", $folder, "/faults.ftl")),
            include_str!(concat!("../assets/locales/", $folder, "/conditions.ftl")),
            include_str!(concat!("../assets/locales/", $folder, "/relay.ftl")),
            include_str!(concat!("../assets/locales/", $folder, "/link.ftl")),
            include_str!(concat!("../assets/locales/", $folder, "/program.ftl")),
            include_str!(concat!("../assets/locales/", $folder, "/program-window.ftl")),
            include_str!(concat!("../assets/locales/", $folder, "/playhead.ftl")),
            include_str!(concat!("../assets/locales/", $folder, "/code.ftl")),
            include_str!(concat!("../assets/locales/", $folder, "/reading.ftl")),
            include_str!(concat!("../assets/locales/", $folder, "/framing.ftl")),
            include_str!(concat!("../assets/locales/", $folder, "/devices.ftl")),
            include_str!(concat!("../assets/locales/", $folder, "/lesson.ftl")),
            include_str!(concat!("../assets/locales/", $folder, "/handin.ftl")),
        ]
    };
}

const EN: &[&str] = locale_files!("en");
const ZH_CN: &[&str] = locale_files!("zh-CN");

static EN_BUNDLE: LazyLock<Bundle> = LazyLock::new(|| bundle(langid!("en"), EN));
static ZH_CN_BUNDLE: LazyLock<Bundle> = LazyLock::new(|| bundle(langid!("zh-CN"), ZH_CN));

impl Lang {
    pub const ALL: [Self; 2] = [Self::En, Self::ZhCn];

    /// The language of the user's system: Chinese where its locale begins with `zh`, else English.
    pub fn of_system() -> Self {
        Self::of_locale(sys_locale::get_locale().as_deref())
    }

    fn of_locale(locale: Option<&str>) -> Self {
        match locale {
            Some(locale) if locale.starts_with("zh") => Self::ZhCn,
            _ => Self::En,
        }
    }

    /// What English calls it, for a machine that can't show the characters of its own name.
    pub fn english_name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::ZhCn => "Simplified Chinese",
        }
    }

    /// The language's name in itself.
    pub fn own_name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::ZhCn => "简体中文",
        }
    }

    /// A phrase as a sentence: with a capital letter and a full stop.
    pub fn sentence(self, phrase: &str) -> String {
        let mut rest = phrase.chars();
        let stop = match self {
            Self::En => ".",
            Self::ZhCn => "。",
        };
        rest.next().map_or_else(String::new, |first| format!("{}{}{stop}", first.to_uppercase(), rest.as_str()))
    }

    /// Names one after the other: `a, b`.
    pub fn list<'n>(self, names: impl IntoIterator<Item = &'n str>) -> String {
        let between = match self {
            Self::En => ", ",
            Self::ZhCn => "、",
        };
        names.into_iter().collect::<Vec<_>>().join(between)
    }

    /// Names of which all are meant: `a, b and c`.
    pub fn all_of<'n>(self, names: impl IntoIterator<Item = &'n str>) -> String {
        let names: Vec<&str> = names.into_iter().collect();
        let and = match self {
            Self::En => " and ",
            Self::ZhCn => " 和 ",
        };
        match names.split_last() {
            Some((last, first)) if !first.is_empty() => format!("{}{and}{last}", self.list(first.iter().copied())),
            _ => names.concat(),
        }
    }

    /// Why the system refused a file or an output: the usual reasons in the user's language, any other in the system's
    /// own words.
    pub fn system_reason(self, error: &io::Error) -> String {
        use io::ErrorKind as Kind;
        let key = match error.kind() {
            Kind::NotFound => "errno-enoent-short",
            Kind::PermissionDenied => "errno-file-eacces-short",
            Kind::AlreadyExists => "errno-eexist-short",
            Kind::NotADirectory => "errno-enotdir-short",
            Kind::IsADirectory => "errno-eisdir-short",
            Kind::StorageFull => "errno-enospc-short",
            Kind::QuotaExceeded => "errno-edquot-short",
            Kind::ReadOnlyFilesystem => "errno-erofs-short",
            Kind::FileTooLarge => "errno-efbig-short",
            Kind::InvalidFilename => "errno-enametoolong-short",
            Kind::OutOfMemory => "errno-enomem-short",
            Kind::BrokenPipe => "errno-epipe-short",
            _ => return error.to_string(),
        };
        self.text(key, None).into_owned()
    }

    fn bundle(self) -> &'static Bundle {
        match self {
            Self::En => &EN_BUNDLE,
            Self::ZhCn => &ZH_CN_BUNDLE,
        }
    }

    /// The text for a key; the key itself where no file has it (a test keeps that from happening). Texts without
    /// arguments are borrowed, not built.
    pub fn text(self, key: &str, args: Option<&FluentArgs<'_>>) -> Cow<'static, str> {
        let bundle = self.bundle();
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
            tracing::warn!(key, "a text is missing");
            return Cow::Owned(key.to_owned());
        };
        let mut errors = Vec::new();
        match args {
            None => bundle.format_pattern(pattern, None, &mut errors),
            Some(args) => Cow::Owned(bundle.format_pattern(pattern, Some(args), &mut errors).into_owned()),
        }
    }
}

/// An error with words in the user's language. Its `Display`, for logs and tests, is the English; see
/// [`error_in_words!`](crate::error_in_words).
pub trait Words {
    /// A phrase, as it stands behind a place: `expected a string, found 5`.
    fn words(&self, lang: Lang) -> String;

    /// The phrase as it stands alone: `Expected a string, found 5.`
    fn sentence(&self, lang: Lang) -> String {
        lang.sentence(&self.words(lang))
    }
}

/// Makes types that have [`Words`] into errors.
#[macro_export]
macro_rules! error_in_words {
    ($($error:ty),+ $(,)?) => {$(
        impl ::std::fmt::Display for $error {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(&$crate::lang::Words::words(self, $crate::lang::Lang::En))
            }
        }

        impl ::std::error::Error for $error {}
    )+};
}

/// A text in a language: `t!(lang, "key", name = value)`.
#[macro_export]
macro_rules! t {
    ($lang:expr, $key:expr) => {
        $lang.text($key, None)
    };
    ($lang:expr, $key:expr, $($name:ident = $value:expr),+ $(,)?) => {{
        let mut args = ::fluent_bundle::FluentArgs::new();
        $(args.set(stringify!($name), ::fluent_bundle::FluentValue::from($value));)+
        $lang.text($key, Some(&args))
    }};
}

fn bundle(id: LanguageIdentifier, files: &'static [&'static str]) -> Bundle {
    let mut bundle = FluentBundle::new_concurrent(vec![id]);
    // The isolation marks are for mixed writing directions, and egui would show them as boxes.
    bundle.set_use_isolating(false);
    // Untrusted names, paths and words are put into texts here: none of them may turn a line around or break it.
    bundle.set_formatter(Some(|value, _| match value {
        FluentValue::String(text) => match visible::visible(text) {
            Cow::Borrowed(_) => None,
            Cow::Owned(shown) => Some(shown),
        },
        _ => None,
    }));
    for file in files {
        // What a damaged file still has is used; the test below refuses such a file.
        let resource = FluentResource::try_new((*file).to_owned()).unwrap_or_else(|(resource, errors)| {
            tracing::error!(?errors, "a locale file is damaged");
            resource
        });
        if let Err(errors) = bundle.add_resource(resource) {
            tracing::error!(?errors, "a text is there twice");
        }
    }
    bundle
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::Path;

    use super::*;

    /// Each key with the `$variables` that its text uses.
    fn keys(files: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
        let mut keys = BTreeMap::new();
        for file in files {
            FluentResource::try_new((*file).to_owned()).map_err(|(_, errors)| errors).expect("a sound locale file");
            let mut current = None;
            for line in file.lines().filter(|line| !line.starts_with('#')) {
                let rest = match line.split_once(" =") {
                    Some((key, rest)) if !line.starts_with(' ') => {
                        assert!(keys.insert(key.to_owned(), BTreeSet::new()).is_none(), "{key} is there twice");
                        current = Some(key.to_owned());
                        rest
                    }
                    _ => line,
                };
                let Some(uses) = current.as_ref().and_then(|key| keys.get_mut(key)) else { continue };
                for part in rest.split('$').skip(1) {
                    uses.insert(part.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect());
                }
            }
        }
        keys
    }

    #[test]
    fn both_languages_have_the_same_keys_with_the_same_variables() {
        let (en, zh) = (keys(EN), keys(ZH_CN));
        for (key, uses) in &en {
            assert_eq!(zh.get(key), Some(uses), "zh-CN, {key}");
        }
        for key in zh.keys() {
            assert!(en.contains_key(key), "en lacks {key}");
        }
    }

    fn sources(folder: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs") && !path.ends_with("lang.rs") {
                found.push(std::fs::read_to_string(path).unwrap());
            }
        }
    }

    #[test]
    fn every_key_in_the_code_has_a_text_and_every_text_is_used() {
        let mut code = Vec::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut code);
        let code = code.join("\n");
        let en = keys(EN);
        // Not the end of `format!(` or `assert!(`.
        let is_ours = |before: &str| !before.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        for (at, _) in code.match_indices("t!(").filter(|(at, _)| is_ours(&code[..*at])) {
            let part = &code[at + 3..];
            let Some(key) =
                part.split_once('"').filter(|(before, _)| !before.contains([')', ';'])).map(|(_, rest)| rest)
            else {
                continue;
            };
            let key = key.split('"').next().unwrap_or_default();
            assert!(en.contains_key(key), "no text for {key}");
        }
        let of_kinds = crate::kinds::text_keys();
        for key in &of_kinds {
            assert!(en.contains_key(key), "no text for {key}");
        }
        for key in en.keys() {
            assert!(of_kinds.contains(key) || code.contains(&format!("\"{key}\"")), "nothing uses {key}");
        }
    }

    #[test]
    fn a_phrase_becomes_a_sentence() {
        assert_eq!(Lang::En.sentence("no port in \"a\""), "No port in \"a\".");
        assert_eq!(Lang::En.sentence("\"a\" is no port"), "\"a\" is no port.");
        assert_eq!(Lang::ZhCn.sentence("缺少端口"), "缺少端口。");
        assert_eq!(Lang::En.sentence(""), "");
    }

    #[test]
    fn names_are_listed_as_each_language_does() {
        let all = |names: &[&'static str]| Lang::ALL.map(|lang| lang.all_of(names.iter().copied()));
        assert_eq!(all(&["a", "b", "c"]), ["a, b and c", "a、b 和 c"]);
        assert_eq!(all(&["a", "b"]), ["a and b", "a 和 b"]);
        assert_eq!(all(&["a"]), ["a", "a"]);
        assert_eq!(Lang::ZhCn.list(["a", "b"]), "a、b");
    }

    #[test]
    fn what_the_system_refuses_is_told_in_both_languages() {
        let missing = std::fs::File::open("/nothing/of/that/name").unwrap_err();
        assert_eq!(Lang::En.system_reason(&missing), "No such file or folder");
        assert_eq!(Lang::ZhCn.system_reason(&missing), "没有这个文件或文件夹");
        assert_eq!(Lang::ZhCn.system_reason(&io::Error::other("other")), "other");
    }

    #[test]
    fn a_chinese_system_gets_chinese() {
        assert_eq!(Lang::of_locale(Some("zh-CN")), Lang::ZhCn);
        assert_eq!(Lang::of_locale(Some("de-DE")), Lang::En);
        assert_eq!(Lang::of_locale(None), Lang::En);
    }
}
