//! Regular expressions of rules, as Java writes them.

/// The same expression; `None` where Java has no such thing, or means another by it.
pub(super) fn regexp(source: &str) -> Option<String> {
    let lacks = [
        "\\p", "\\P", "\\u", "\\U", "[:", "--", "~~", "\\b{", "(?U", "(?R", "(?u", "(?-", "(?x", "\\<", "\\>", "{,",
        "(?m", "(?sm",
    ];
    if lacks.iter().any(|lacking| source.contains(lacking)) {
        return None;
    }
    let mut out = String::with_capacity(source.len());
    let mut characters = source.chars().peekable();
    let mut in_class = false;
    while let Some(character) = characters.next() {
        match character {
            '\\' => {
                out.push('\\');
                out.push(characters.next()?);
            }
            // In Java a class within a class, and `&&`, bind otherwise.
            '[' if in_class => return None,
            '&' if in_class && characters.peek() == Some(&'&') => return None,
            '[' => {
                in_class = true;
                out.push('[');
            }
            ']' => {
                in_class = false;
                out.push(']');
            }
            // In Java `$` also stands before a last line feed.
            '$' if !in_class => out.push_str("\\z"),
            '(' if !in_class => {
                out.push('(');
                let name: String = characters.clone().take_while(|character| *character != '>').collect();
                let is_named = name.starts_with("?P<") || name.starts_with("?<") && !name.starts_with("?<=");
                if is_named {
                    // Its names have letters and digits only.
                    let name = name.split_once('<').map_or("", |(_, name)| name);
                    if !name.chars().all(|character| character.is_ascii_alphanumeric()) {
                        return None;
                    }
                }
                if name.starts_with("?P<") {
                    out.push('?');
                    characters.next();
                    characters.next();
                }
            }
            _ => out.push(character),
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::regexp;

    #[test]
    fn an_expression_is_written_as_java_writes_it_or_not_at_all() {
        assert_eq!(regexp("^(\\w+)=(\\d+)$").as_deref(), Some("^(\\w+)=(\\d+)\\z"));
        assert_eq!(regexp("(?P<name>a)(?<other>b)[$]").as_deref(), Some("(?<name>a)(?<other>b)[$]"));
        for lacking in ["(?P<a_b>c)", "[a[b]]", "[a&&b]", "\\p{Greek}", "[[:alpha:]]", "(?m)^a$"] {
            assert_eq!(regexp(lacking), None, "{lacking}");
        }
    }
}
