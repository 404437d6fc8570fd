//! # Bytes: strings that may hold anything, and how they are spelled
//!
//! A Redis string is a run of bytes, not text. In a vector it is written between double quotes
//! with redis-cli's own escapes; in JSON it is a string where it is valid UTF-8, and otherwise an
//! object of hexadecimal digits.
//!
//! ```text
//!   bytes          68 69 00 ff
//!   in a vector    "hi\x00\xff"
//!   in JSON        {"hex":"686900ff"}
//! ```
//!
//! This module knows how to write the quoted form; [`crate::lexer`] reads it.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A byte string. `Display` writes it quoted.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bytes(pub Vec<u8>);

impl Bytes {
    /// The bytes as text, invalid sequences replaced; for messages only.
    pub fn lossy(&self) -> String {
        String::from_utf8_lossy(&self.0).into_owned()
    }

    /// Whether redis-cli would read these bytes back as one argument without any quotes.
    pub fn is_plain_word(&self) -> bool {
        !self.0.is_empty() && self.0.iter().all(|&b| b.is_ascii_graphic() && !b"\"'\\".contains(&b))
    }
}

impl From<&str> for Bytes {
    fn from(text: &str) -> Self {
        Bytes(text.as_bytes().to_vec())
    }
}

impl From<&[u8]> for Bytes {
    fn from(bytes: &[u8]) -> Self {
        Bytes(bytes.to_vec())
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        for chunk in self.0.utf8_chunks() {
            for c in chunk.valid().chars() {
                match c {
                    '"' => f.write_str("\\\"")?,
                    '\\' => f.write_str("\\\\")?,
                    '\n' => f.write_str("\\n")?,
                    '\r' => f.write_str("\\r")?,
                    '\t' => f.write_str("\\t")?,
                    c if c.is_control() => write_escapes(f, c.encode_utf8(&mut [0; 4]).as_bytes())?,
                    c => write!(f, "{c}")?,
                }
            }
            write_escapes(f, chunk.invalid())?;
        }
        f.write_str("\"")
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match std::str::from_utf8(&self.0) {
            Ok(text) => serializer.serialize_str(text),
            Err(_) => Hex { hex: self.0.iter().map(|b| format!("{b:02x}")).collect() }
                .serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match TextOrHex::deserialize(deserializer)? {
            TextOrHex::Text(text) => Ok(Bytes(text.into_bytes())),
            TextOrHex::Hex(Hex { hex }) => {
                from_hex(&hex).map(Bytes).ok_or_else(|| D::Error::custom("bad hex digits"))
            }
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Hex {
    hex: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum TextOrHex {
    Text(String),
    Hex(Hex),
}

fn from_hex(hex: &str) -> Option<Vec<u8>> {
    if !hex.len().is_multiple_of(2) || !hex.is_ascii() {
        return None;
    }
    (0..hex.len()).step_by(2).map(|i| u8::from_str_radix(&hex[i..i + 2], 16).ok()).collect()
}

fn write_escapes(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    bytes.iter().try_for_each(|b| write!(f, "\\x{b:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoting_keeps_text_readable_and_bytes_exact() {
        assert_eq!(Bytes::from("a \"b\"\r\n").to_string(), r#""a \"b\"\r\n""#);
        assert_eq!(Bytes(vec![b'h', 0, 0xff]).to_string(), r#""h\x00\xff""#);
        assert_eq!(Bytes::from("é").to_string(), "\"é\"");
    }

    #[test]
    fn json_is_text_where_it_can_be_and_hex_where_it_cannot() {
        for bytes in [Bytes::from("plain"), Bytes(vec![0, 0xff, 0x80])] {
            let json = serde_json::to_string(&bytes).unwrap();
            assert_eq!(serde_json::from_str::<Bytes>(&json).unwrap(), bytes, "{json}");
        }
        assert_eq!(serde_json::to_string(&Bytes(vec![0xff])).unwrap(), r#"{"hex":"ff"}"#);
    }
}
