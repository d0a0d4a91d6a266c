//! Hex as people write and paste it: `68 65`, `6865`, `0x68,0x65`, `68:65`, `68-65`, over several lines.

/// Why it is none; each `position` counts the characters before the place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HexError {
    NotHex {
        position: usize,
        character: char,
    },
    /// A group with an odd number of digits is never padded.
    HalfByte {
        position: usize,
    },
}

/// What each byte becomes, and `any` for each `??`, where it may stand.
pub fn scan<T: Clone>(text: &str, byte: impl Fn(u8) -> T, any: Option<&T>) -> Result<Vec<T>, HexError> {
    let mut scanned = Vec::with_capacity(text.len() / 2);
    let mut chars = text.chars().enumerate().peekable();
    // A comma, colon or dash stands after a byte; two of them with nothing between hint at a byte that is missing.
    let mut may_separate = false;
    let mut in_group = false;
    while let Some((mut position, mut character)) = chars.next() {
        let separates = matches!(character, ',' | ':' | '-') && may_separate;
        if separates || character.is_whitespace() {
            may_separate &= !separates;
            in_group = false;
            continue;
        }
        if character == '?'
            && let Some(any) = any
        {
            chars.next_if(|(_, next)| *next == '?').ok_or(HexError::HalfByte { position })?;
            scanned.push(any.clone());
        } else {
            if character == '0'
                && !in_group
                && let Some(x) = chars.next_if(|(_, next)| matches!(next, 'x' | 'X'))
            {
                (position, character) = chars.next().unwrap_or(x);
            }
            let high = digit(character).ok_or(HexError::NotHex { position, character })?;
            let low = match chars.peek() {
                Some((_, next)) if !ends_group(*next, any.is_some()) => {
                    let (position, character) = chars.next().unwrap_or((position, character));
                    // The digit before it is not to blame.
                    digit(character).ok_or(HexError::NotHex { position, character })?
                }
                _ => return Err(HexError::HalfByte { position }),
            };
            scanned.push(byte(high << 4 | low));
        }
        (may_separate, in_group) = (true, true);
    }
    Ok(scanned)
}

/// What is right behind a byte, and behind half of one says that the other half is missing: `0x` begins another byte.
fn ends_group(character: char, any: bool) -> bool {
    character.is_whitespace() || matches!(character, ',' | ':' | '-' | 'x' | 'X') || (any && character == '?')
}

pub fn digit(character: char) -> Option<u8> {
    character.to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}
