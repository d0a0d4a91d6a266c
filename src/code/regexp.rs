//! Regular expressions of rules, as another language writes them.

/// Where a language's expressions differ from ours.
pub struct Dialect {
    /// What it has not, or means another by.
    pub lacks: &'static [&'static str],
    /// The letter of the escape for the end of the text. Its `$` also stands before a last line feed.
    pub end: char,
    /// What it writes after the `(` of a group that goes on so, and how many characters of ours that stands for; `None`
    /// where it has no such group.
    pub group: fn(rest: &str) -> Option<(&'static str, usize)>,
}

/// The same expression; `None` where the language has no such thing, or means another by it.
pub fn regexp(source: &str, dialect: &Dialect) -> Option<String> {
    if dialect.lacks.iter().any(|lacking| source.contains(lacking)) {
        return None;
    }
    let mut out = String::with_capacity(source.len());
    let mut characters = source.chars();
    let mut in_class = false;
    while let Some(character) = characters.next() {
        match character {
            '\\' => {
                out.push('\\');
                let next = characters.next()?;
                out.push(if next == 'z' { dialect.end } else { next });
            }
            // Elsewhere a class within a class, and `&&`, are no such thing or bind otherwise.
            '[' if in_class => return None,
            '&' if in_class && characters.as_str().starts_with('&') => return None,
            '$' if !in_class => out.extend(['\\', dialect.end]),
            '(' if !in_class => {
                let (written, instead_of) = (dialect.group)(characters.as_str())?;
                out.push('(');
                out.push_str(written);
                characters.by_ref().take(instead_of).for_each(drop);
            }
            _ => {
                in_class = character == '[' || in_class && character != ']';
                out.push(character);
            }
        }
    }
    Some(out)
}
