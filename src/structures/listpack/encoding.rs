//! # Encoding: one entry
//!
//! ```text
//!   first byte    what follows                 element
//!   0vvvvvvv                                   integer 0 ..= 127
//!   110vvvvv      1 byte: low bits             integer of 13 bits, two's complement
//!   11110001      2 bytes                      integer of 16 bits  ┐
//!   11110010      3 bytes                      integer of 24 bits  │ little end first
//!   11110011      4 bytes                      integer of 32 bits  │
//!   11110100      8 bytes                      integer of 64 bits  ┘
//!   10llllll      l bytes                      string of up to 63 bytes
//!   1110llll      1 byte: low bits, l bytes    string of up to 4095 bytes
//!   11110000      4 bytes: l, l bytes          any other string
//!   11111111                                   no entry: the end
//! ```
//!
//! Behind this *body* stands the back length: the body's length in groups of 7 bits, such that
//! who reads it backwards sees the lowest group first, and bit 7 says that there is another:
//!
//! ```text
//!   a body of 300 bytes:   00000010 10101100        300 = 2 * 128 + 44
//!                          └─ then 2  └─ read first: 44, and more
//! ```
//!
//! The back length of 16,383 takes three bytes, not two, and so it is at each further border: Redis
//! compares with "less than" there, the bytes went into its files, and so it is the format.
//!
//! This file knows one entry. It does not know that there are others.

use crate::base::int::parse_i64;

/// The byte that ends a listpack, where an entry would begin.
pub(super) const END: u8 = 0xff;

const INT16: u8 = 0xf1;
const INT24: u8 = 0xf2;
const INT32: u8 = 0xf3;
const INT64: u8 = 0xf4;
const STR32: u8 = 0xf0;
/// The longest body head: a first byte and an integer of 64 bits.
const HEAD_LEN_MAX: usize = 9;
const BACK_LEN_MAX: usize = 5;

/// What an entry holds.
///
/// As an argument of an edit, a string that spells an integer is stored as that integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element<'a> {
    Int(i64),
    Str(&'a [u8]),
}

impl Element<'_> {
    /// Whether this is the element that `text` spells.
    #[inline]
    pub fn spells(self, text: &[u8]) -> bool {
        match self {
            Element::Str(string) => string == text,
            Element::Int(int) => parse_i64(text) == Some(int),
        }
    }
}

/// An element as it will stand in the bytes. Long strings are borrowed until they are written.
pub(super) struct Encoded<'a> {
    head: [u8; HEAD_LEN_MAX],
    head_len: usize,
    string: &'a [u8],
}

impl Encoded<'_> {
    #[inline]
    pub(super) fn of(element: Element<'_>) -> Encoded<'_> {
        match element {
            Element::Int(int) => Encoded::of_int(int),
            Element::Str(text) => match parse_i64(text) {
                Some(int) => Encoded::of_int(int),
                None => Encoded::of_str(text),
            },
        }
    }

    /// Bytes of the whole entry.
    #[inline]
    pub(super) fn len_bytes(&self) -> usize {
        let body_len = self.head_len + self.string.len();
        body_len + back_len(body_len)
    }

    /// Fills `gap`, which is [`Encoded::len_bytes`] long.
    #[inline]
    pub(super) fn write(&self, gap: &mut [u8]) {
        let body_len = self.head_len + self.string.len();
        let (body, back) = gap.split_at_mut(body_len);
        let (head, string) = body.split_at_mut(self.head_len);
        head.copy_from_slice(&self.head[..self.head_len]);
        string.copy_from_slice(self.string);
        write_back(body_len, back);
    }

    #[inline]
    fn of_int(int: i64) -> Encoded<'static> {
        let mut head = [0; HEAD_LEN_MAX];
        let little = int.to_le_bytes();
        let (first, rest) = match int {
            0..=127 => (int as u8, 0),
            -4096..=4095 => (0xc0 | (int >> 8) as u8 & 0x1f, 1),
            -0x8000..=0x7fff => (INT16, 2),
            -0x80_0000..=0x7f_ffff => (INT24, 3),
            -0x8000_0000..=0x7fff_ffff => (INT32, 4),
            _ => (INT64, 8),
        };
        head[0] = first;
        head[1..].copy_from_slice(&little);
        Encoded { head, head_len: 1 + rest, string: &[] }
    }

    #[inline]
    fn of_str(string: &[u8]) -> Encoded<'_> {
        let mut head = [0; HEAD_LEN_MAX];
        let len = string.len();
        let head_len = match len {
            0..64 => {
                head[0] = 0x80 | len as u8;
                1
            }
            64..4096 => {
                head[..2].copy_from_slice(&(0xe000 | len as u16).to_be_bytes());
                2
            }
            _ => {
                head[0] = STR32;
                let len = u32::try_from(len).expect("a string of less than 4 GB");
                head[1..5].copy_from_slice(&len.to_le_bytes());
                5
            }
        };
        Encoded { head, head_len, string }
    }
}

/// The element of the entry at `at`, which must be one.
#[inline]
pub(super) fn decode(bytes: &[u8], at: usize) -> Element<'_> {
    let entry = &bytes[at..];
    let string = |head_len: usize, len: usize| Element::Str(&entry[head_len..head_len + len]);
    match entry[0] {
        first @ 0..0x80 => Element::Int(i64::from(first)),
        first @ 0x80..0xc0 => string(1, usize::from(first & 0x3f)),
        first @ 0xc0..0xe0 => {
            let low13 = u16::from_be_bytes([first, entry[1]]) << 3;
            Element::Int(i64::from(low13 as i16 >> 3))
        }
        first @ 0xe0..0xf0 => string(2, usize::from(u16::from_be_bytes([first & 0xf, entry[1]]))),
        STR32 => string(5, read_u32(&entry[1..5])),
        INT16 => Element::Int(i64::from(i16::from_le_bytes([entry[1], entry[2]]))),
        INT24 => {
            let high24 = i32::from_le_bytes([0, entry[1], entry[2], entry[3]]);
            Element::Int(i64::from(high24 >> 8))
        }
        INT32 => Element::Int(i64::from(read_u32(&entry[1..5]) as i32)),
        INT64 => Element::Int(i64::from_le_bytes(entry[1..9].try_into().expect("8 bytes"))),
        first => not_an_entry(first),
    }
}

/// The string that begins `entry` if it is of the most frequent kind: up to 63 bytes.
#[inline]
pub(super) fn short_str(entry: &[u8]) -> Option<&[u8]> {
    match entry[0] {
        first @ 0x80..0xc0 => Some(&entry[1..1 + usize::from(first & 0x3f)]),
        _ => None,
    }
}

/// Bytes of the entry at `at`, its back length included.
#[inline]
pub(super) fn entry_len(bytes: &[u8], at: usize) -> usize {
    let body_len = match bytes[at] {
        0..0x80 => return 2,
        first @ 0x80..0xc0 => return 2 + usize::from(first & 0x3f),
        _ => checked_body_len(&bytes[at..]).unwrap_or_else(|| not_an_entry(bytes[at])),
    };
    body_len + back_len(body_len)
}

/// Bytes of the body that begins `entry`; `None` if none does. What follows may lack.
#[inline]
pub(super) fn checked_body_len(entry: &[u8]) -> Option<usize> {
    match *entry.first()? {
        0..0x80 => Some(1),
        first @ 0x80..0xc0 => Some(1 + usize::from(first & 0x3f)),
        0xc0..0xe0 => Some(2),
        first @ 0xe0..0xf0 => {
            Some(2 + usize::from(u16::from_be_bytes([first & 0xf, *entry.get(1)?])))
        }
        STR32 => Some(5 + read_u32(entry.get(1..5)?)),
        INT16 => Some(3),
        INT24 => Some(4),
        INT32 => Some(5),
        INT64 => Some(9),
        _ => None,
    }
}

/// Bytes that the back length of such a body takes.
#[inline]
pub(super) fn back_len(body_len: usize) -> usize {
    match body_len {
        0..=127 => 1,
        128..16_383 => 2,
        16_383..2_097_151 => 3,
        2_097_151..268_435_455 => 4,
        _ => BACK_LEN_MAX,
    }
}

/// The body's length that a back length tells which ends where `bytes` does.
#[inline]
pub(super) fn read_back(bytes: &[u8]) -> Option<usize> {
    let mut body_len = 0;
    for (group, &byte) in bytes.iter().rev().take(BACK_LEN_MAX).enumerate() {
        body_len |= usize::from(byte & 0x7f) << (7 * group);
        if byte & 0x80 == 0 {
            return Some(body_len);
        }
    }
    None
}

/// Fills `back`, which is [`back_len`] long, from its end.
#[inline]
fn write_back(body_len: usize, back: &mut [u8]) {
    let mut rest = body_len;
    for byte in back.iter_mut().rev() {
        *byte = 0x80 | (rest & 0x7f) as u8;
        rest >>= 7;
    }
    back[0] &= 0x7f;
}

#[inline]
fn read_u32(bytes: &[u8]) -> usize {
    u32::from_le_bytes(bytes.try_into().expect("4 bytes")) as usize
}

#[cold]
fn not_an_entry(first: u8) -> ! {
    panic!("{first:#04x} begins no entry: a listpack that was not validated, or a stale position")
}
