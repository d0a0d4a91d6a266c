//! What the TOML parser, the regular expressions and the HTTP library find wrong, in the user's language. They speak
//! English only, in sentences of which there are few; a new one is shown as it is.

use std::borrow::Cow;

use crate::lang::Lang;
use crate::t;

/// Each of their sentences, and the key of its text.
#[rustfmt::skip]
const SENTENCES: &[(&str, &str)] = &[
    ("duplicate key", "syntax-duplicate-key"),
    ("unclosed table", "syntax-unclosed-table"),
    ("unclosed array table", "syntax-unclosed-array-table"),
    ("unclosed array", "syntax-unclosed-array"),
    ("unclosed inline table", "syntax-unclosed-inline-table"),
    ("missing value for key", "syntax-missing-value-for-key"),
    ("key with no value", "syntax-key-with-no-value"),
    ("missing table open", "syntax-missing-table-open"),
    ("missing array opening", "syntax-missing-array-opening"),
    ("missing inline table opening", "syntax-missing-inline-table-opening"),
    ("missing opening quote", "syntax-missing-opening-quote"),
    ("missing escaped value", "syntax-missing-escaped-value"),
    ("missing comma between array elements", "syntax-missing-comma-between-array-elements"),
    ("missing comma between key-value pairs", "syntax-missing-comma-between-key-value-pairs"),
    ("missing assignment between key-value pairs", "syntax-missing-assignment-between-key-value-pairs"),
    ("missing key for inline table element", "syntax-missing-key-for-inline-table-element"),
    ("extra assignment between key-value pairs", "syntax-extra-assignment-between-key-value-pairs"),
    ("extra `=`", "syntax-extra"),
    ("unexpected `=` in array", "syntax-unexpected-in-array"),
    ("extra comma in array", "syntax-extra-comma-in-array"),
    ("extra comma in inline table", "syntax-extra-comma-in-inline-table"),
    ("unexpected key or value", "syntax-unexpected-key-or-value"),
    ("unexpected leading zero", "syntax-unexpected-leading-zero"),
    ("unexpected sign", "syntax-unexpected-sign"),
    ("redundant numeric sign", "syntax-redundant-numeric-sign"),
    ("integers with a radix cannot be signed", "syntax-integers-with-a-radix-cannot-be-signed"),
    ("radix must be lowercase", "syntax-radix-must-be-lowercase"),
    ("`_` may only go between digits", "syntax-may-only-go-between-digits"),
    ("invalid key-value pair", "syntax-invalid-key-value-pair"),
    ("invalid inline table element", "syntax-invalid-inline-table-element"),
    ("invalid unquoted key", "syntax-invalid-unquoted-key"),
    ("unquoted keys cannot be empty", "syntax-unquoted-keys-cannot-be-empty"),
    ("keys cannot be multi-line basic strings", "syntax-keys-cannot-be-multi-line-basic-strings"),
    ("keys cannot be multi-line literal strings", "syntax-keys-cannot-be-multi-line-literal-strings"),
    ("string values must be quoted", "syntax-string-values-must-be-quoted"),
    ("invalid basic string", "syntax-invalid-basic-string"),
    ("invalid multi-line basic string", "syntax-invalid-multi-line-basic-string"),
    ("invalid literal string", "syntax-invalid-literal-string"),
    ("invalid multi-line literal string", "syntax-invalid-multi-line-literal-string"),
    ("too few unicode value digits", "syntax-too-few-unicode-value-digits"),
    ("invalid boolean", "syntax-invalid-boolean"),
    ("invalid date-time", "syntax-invalid-date-time"),
    ("invalid float", "syntax-invalid-float"),
    ("invalid mantissa", "syntax-invalid-mantissa"),
    ("invalid fraction", "syntax-invalid-fraction"),
    ("invalid exponent", "syntax-invalid-exponent"),
    ("invalid hexadecimal number", "syntax-invalid-hexadecimal-number"),
    ("invalid octal number", "syntax-invalid-octal-number"),
    ("invalid binary number", "syntax-invalid-binary-number"),
    ("invalid comment character", "syntax-invalid-comment-character"),
    ("carriage return must be followed by newline", "syntax-carriage-return-must-be-followed-by-newline"),
    ("cannot recurse further; max recursion depth met", "syntax-cannot-recurse-further-max-recursion-depth-met"),
    ("recursion limit", "syntax-recursion-limit"),
    ("cannot extend value of type array with a dotted key", "syntax-cannot-extend-value-of-type-array-with-a-dotted"),
    ("cannot extend value of type inline table with a dotted key", "syntax-cannot-extend-value-of-type-inline-table-with-a"),
    ("cannot extend value of type string with a dotted key", "syntax-cannot-extend-value-of-type-string-with-a-dotted"),
    ("cannot extend value of type integer with a dotted key", "syntax-cannot-extend-value-of-type-integer-with-a-dotted"),
    ("cannot extend value of type float with a dotted key", "syntax-cannot-extend-value-of-type-float-with-a-dotted"),
    ("cannot extend value of type boolean with a dotted key", "syntax-cannot-extend-value-of-type-boolean-with-a-dotted"),
    ("cannot extend value of type datetime with a dotted key", "syntax-cannot-extend-value-of-type-datetime-with-a-dotted"),
    ("invalid datetime", "syntax-invalid-datetime"),
    ("invalid date", "syntax-invalid-date"),
    ("invalid time", "syntax-invalid-time"),
    ("invalid offset", "syntax-invalid-offset"),
    ("newline", "syntax-newline"),
    ("nothing", "syntax-nothing"),
    ("key", "syntax-key"),
    ("value", "syntax-value"),
    ("letters", "syntax-letters"),
    ("numbers", "syntax-numbers"),
    ("digits", "syntax-digits"),
    ("characters", "syntax-characters"),
    ("basic string", "syntax-basic-string"),
    ("literal string", "syntax-literal-string"),
    ("unicode hexadecimal value", "syntax-unicode-hexadecimal-value"),
    ("printable characters", "syntax-printable-characters"),
    ("non-double-quote visible characters", "syntax-non-double-quote-visible-characters"),
    ("non-single-quote characters", "syntax-non-single-quote-characters"),
    ("non-single-quote visible characters", "syntax-non-single-quote-visible-characters"),
    ("invalid escape sequence found in character class", "syntax-invalid-escape-sequence-found-in-character-class"),
    ("invalid character class range, the start must be <= the end", "syntax-invalid-character-class-range-the-start-must-be-the"),
    ("invalid range boundary, must be a literal", "syntax-invalid-range-boundary-must-be-a-literal"),
    ("unclosed character class", "syntax-unclosed-character-class"),
    ("decimal literal invalid", "syntax-decimal-literal-invalid"),
    ("hexadecimal literal empty", "syntax-hexadecimal-literal-empty"),
    ("hexadecimal literal is not a Unicode scalar value", "syntax-hexadecimal-literal-is-not-a-unicode-scalar-value"),
    ("invalid hexadecimal digit", "syntax-invalid-hexadecimal-digit"),
    ("incomplete escape sequence, reached end of pattern prematurely", "syntax-incomplete-escape-sequence-reached-end-of-pattern-prematurely"),
    ("unrecognized escape sequence", "syntax-unrecognized-escape-sequence"),
    ("dangling flag negation operator", "syntax-dangling-flag-negation-operator"),
    ("duplicate flag", "syntax-duplicate-flag"),
    ("flag negation operator repeated", "syntax-flag-negation-operator-repeated"),
    ("expected flag but got end of regex", "syntax-expected-flag-but-got-end-of-regex"),
    ("unrecognized flag", "syntax-unrecognized-flag"),
    ("duplicate capture group name", "syntax-duplicate-capture-group-name"),
    ("empty capture group name", "syntax-empty-capture-group-name"),
    ("invalid capture group character", "syntax-invalid-capture-group-character"),
    ("unclosed capture group name", "syntax-unclosed-capture-group-name"),
    ("unclosed group", "syntax-unclosed-group"),
    ("unopened group", "syntax-unopened-group"),
    ("exceed the maximum number of nested parentheses/brackets (250)", "syntax-exceed-the-maximum-number-of-nested-parentheses-brackets-250"),
    ("invalid repetition count range, the start must be <= the end", "syntax-invalid-repetition-count-range-the-start-must-be-the"),
    ("repetition quantifier expects a valid decimal", "syntax-repetition-quantifier-expects-a-valid-decimal"),
    ("unclosed counted repetition", "syntax-unclosed-counted-repetition"),
    ("repetition operator missing expression", "syntax-repetition-operator-missing-expression"),
    ("special word boundary assertion is either unclosed or contains an invalid character", "syntax-special-word-boundary-assertion-is-either-unclosed-or-contains"),
    ("unrecognized special word boundary assertion, valid choices are: start, end, start-half or end-half", "syntax-unrecognized-special-word-boundary-assertion-valid-choices-are-start"),
    ("found either the beginning of a special word boundary or a bounded repetition on a \\b with an opening brace, but no closing brace", "syntax-found-either-the-beginning-of-a-special-word-boundary"),
    ("backreferences are not supported", "syntax-backreferences-are-not-supported"),
    ("look-around, including look-ahead and look-behind, is not supported", "syntax-look-around-including-look-ahead-and-look-behind-is"),
    ("Unicode not allowed here", "syntax-unicode-not-allowed-here"),
    ("pattern can match invalid UTF-8", "syntax-pattern-can-match-invalid-utf-8"),
    ("Unicode property not found", "syntax-unicode-property-not-found"),
    ("Unicode property value not found", "syntax-unicode-property-value-not-found"),
    ("invalid HTTP method parsed", "syntax-invalid-http-method-parsed"),
    ("invalid HTTP version parsed", "syntax-invalid-http-version-parsed"),
    ("invalid HTTP version parsed (found HTTP2 preface)", "syntax-invalid-http-version-parsed-found-http2-preface"),
    ("invalid URI", "syntax-invalid-uri"),
    ("URI too long", "syntax-uri-too-long"),
    ("invalid HTTP header parsed", "syntax-invalid-http-header-parsed"),
    ("invalid content-length parsed", "syntax-invalid-content-length-parsed"),
    ("invalid transfer-encoding parsed", "syntax-invalid-transfer-encoding-parsed"),
    ("unexpected transfer-encoding parsed", "syntax-unexpected-transfer-encoding-parsed"),
    ("message head is too large", "syntax-message-head-is-too-large"),
    ("invalid HTTP status-code parsed", "syntax-invalid-http-status-code-parsed"),
    ("connection closed before message completed", "syntax-connection-closed-before-message-completed"),
    ("received unexpected message from connection", "syntax-received-unexpected-message-from-connection"),
    ("operation was canceled", "syntax-operation-was-canceled"),
    ("read header from client timeout", "syntax-read-header-from-client-timeout"),
    ("error reading a body from connection", "syntax-error-reading-a-body-from-connection"),
    ("error writing a body to connection", "syntax-error-writing-a-body-to-connection"),
    ("connection error", "syntax-connection-error"),
];

/// One of their sentences: `unclosed group`.
pub fn sentence(lang: Lang, english: &str) -> Cow<'_, str> {
    match key(english) {
        Some(key) if lang != Lang::En => t!(lang, key),
        _ => Cow::Borrowed(english),
    }
}

/// The HTTP library's, with its cause: `error reading a body from connection: …`.
pub fn http(lang: Lang, english: &str) -> String {
    let parts: Vec<_> = english.split(": ").map(|part| sentence(lang, part)).collect();
    parts.join(": ")
}

fn key(english: &str) -> Option<&'static str> {
    SENTENCES.iter().find(|(known, _)| *known == english).map(|(_, key)| *key)
}

/// The parser's sentence, with what it expected: ``unclosed array, expected `]` ``.
pub fn toml(lang: Lang, english: &str) -> Cow<'_, str> {
    match english.split_once(", expected ") {
        Some((reason, expected)) if lang != Lang::En => {
            // The many things that a date may lack are left out: a lab has no dates.
            let is_toml = |one: &&str| one.starts_with('`') && one.ends_with('`');
            let known = expected.split(", ").filter(|one| is_toml(one) || key(one).is_some());
            let expected: Vec<_> = known.map(|one| sentence(lang, one)).collect();
            if expected.is_empty() {
                return sentence(lang, reason);
            }
            let expected = lang.list(expected.iter().map(Cow::as_ref));
            t!(lang, "syntax-expected", reason = sentence(lang, reason).into_owned(), expected = expected)
        }
        _ => sentence(lang, english),
    }
}

#[cfg(test)]
mod tests;
