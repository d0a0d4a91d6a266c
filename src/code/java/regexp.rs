//! Regular expressions as Java has them.

use crate::code::regexp::Dialect;

pub(super) const JAVA: Dialect = Dialect {
    lacks: &[
        "\\p", "\\P", "\\u", "\\U", "[:", "--", "~~", "\\b{", "(?U", "(?R", "(?u", "(?-", "(?x", "\\<", "\\>", "{,",
        "(?m", "(?sm",
    ],
    end: 'z',
    group: |rest| {
        let begun = rest.split('>').next().unwrap_or_default();
        let is_named = begun.starts_with("?P<") || begun.starts_with("?<") && !begun.starts_with("?<=");
        let name = begun.split_once('<').map_or("", |(_, name)| name);
        // Its names have letters and digits only.
        if is_named && !name.chars().all(|character| character.is_ascii_alphanumeric()) {
            return None;
        }
        Some(if begun.starts_with("?P<") { ("?", 2) } else { ("", 0) })
    },
};

#[cfg(test)]
mod tests {
    use super::JAVA;

    fn regexp(source: &str) -> Option<String> {
        crate::code::regexp::regexp(source, &JAVA)
    }

    #[test]
    fn an_expression_is_written_as_java_writes_it_or_not_at_all() {
        assert_eq!(regexp("^(\\w+)=(\\d+)$").as_deref(), Some("^(\\w+)=(\\d+)\\z"));
        assert_eq!(regexp("(?P<name>a)(?<other>b)[$]").as_deref(), Some("(?<name>a)(?<other>b)[$]"));
        for lacking in ["(?P<a_b>c)", "[a[b]]", "[a&&b]", "\\p{Greek}", "[[:alpha:]]", "(?m)^a$"] {
            assert_eq!(regexp(lacking), None, "{lacking}");
        }
    }
}
