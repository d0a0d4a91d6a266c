//! Regular expressions as Python has them.

use crate::code::regexp::Dialect;

pub(super) const PYTHON: Dialect = Dialect {
    lacks: &[
        "\\p", "\\P", "\\x{", "\\u", "\\U", "[:", "&&", "--", "~~", "\\b{", "(?U", "(?R", "(?-", "(?u", "\\<", "\\>",
        // `$` at the ends of lines is another thing.
        "(?m", "(?sm",
    ],
    end: 'Z',
    group: |rest| {
        let looks = rest.starts_with("?<=") || rest.starts_with("?<!");
        Some(if rest.starts_with("?<") && !looks { ("?P", 1) } else { ("", 0) })
    },
};

#[cfg(test)]
mod tests {
    use super::PYTHON;
    use crate::code::regexp::regexp;

    #[test]
    fn an_expression_is_written_as_python_writes_it_or_not_at_all() {
        assert_eq!(regexp(r"^(\w+)=(\d+)$", &PYTHON).as_deref(), Some(r"^(\w+)=(\d+)\Z"));
        assert_eq!(regexp(r"(?P<name>a)(?<a_b>b)[$(]\z", &PYTHON).as_deref(), Some(r"(?P<name>a)(?P<a_b>b)[$(]\Z"));
        for lacking in ["[a[b]]", "[a&&b]", r"\p{Greek}", "[[:alpha:]]", "(?m)^a$", r"\x{4f60}"] {
            assert_eq!(regexp(lacking, &PYTHON), None, "{lacking}");
        }
    }
}
