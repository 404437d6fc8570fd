//! # Args: the words of one request
//!
//! A request is never copied on its way to the command that runs it. What the
//! parser finds are spans, and an [`Args`] is those spans over the read buffer:
//!
//! ```text
//! buffer   *2\r\n$3\r\nGET\r\n$3\r\nfoo\r\n
//!                     ^^^         ^^^
//! spans               8..11       17..20
//! args[0] = "GET", args[1] = "foo"
//! ```
//!
//! What must outlive the buffer (a queued transaction, a blocked client, an
//! inline command whose quotes were resolved) is an [`OwnedArgs`]: the same two
//! things, owned. Both index alike, so a handler cannot tell them apart.

use std::ops::Index;

/// Where one word lies in its buffer, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

/// The words of one request, borrowed. `args[0]` is the command's name.
#[derive(Clone, Copy, Debug)]
pub struct Args<'a> {
    bytes: &'a [u8],
    spans: &'a [Span],
}

impl<'a> Args<'a> {
    /// Spans must lie within `bytes`; indexing panics otherwise.
    #[inline]
    pub fn new(bytes: &'a [u8], spans: &'a [Span]) -> Self {
        Args { bytes, spans }
    }

    #[inline]
    #[allow(clippy::len_without_is_empty)] // a request has a name, so it is never empty
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// The word at `index`, with the buffer's own lifetime.
    #[inline]
    pub fn get(&self, index: usize) -> Option<&'a [u8]> {
        let span = self.spans.get(index)?;
        Some(&self.bytes[span.start..span.end])
    }

    /// The words from `first` on, as `args[first..]` would read.
    #[inline]
    pub fn from(&self, first: usize) -> Args<'a> {
        Args { bytes: self.bytes, spans: &self.spans[first.min(self.spans.len())..] }
    }

    /// The words before `end`, as `args[..end]` would read.
    #[inline]
    pub fn to(&self, end: usize) -> Args<'a> {
        Args { bytes: self.bytes, spans: &self.spans[..end.min(self.spans.len())] }
    }

    pub fn iter(&self) -> impl ExactSizeIterator<Item = &'a [u8]> + Clone + use<'a> {
        let bytes = self.bytes;
        self.spans.iter().map(move |span| &bytes[span.start..span.end])
    }

    pub fn to_owned(&self) -> OwnedArgs {
        OwnedArgs::from_words(self.iter())
    }
}

impl Index<usize> for Args<'_> {
    type Output = [u8];

    #[inline]
    fn index(&self, index: usize) -> &[u8] {
        let span = self.spans[index];
        &self.bytes[span.start..span.end]
    }
}

/// The words of one request, owned: one allocation for the bytes, one for the spans.
#[derive(Clone, Debug, Default)]
pub struct OwnedArgs {
    bytes: Vec<u8>,
    spans: Vec<Span>,
}

impl OwnedArgs {
    pub fn from_words<'w>(words: impl IntoIterator<Item = &'w [u8]>) -> Self {
        let mut owned = OwnedArgs::default();
        for word in words {
            owned.push(word);
        }
        owned
    }

    pub fn push(&mut self, word: &[u8]) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(word);
        self.spans.push(Span { start, end: self.bytes.len() });
    }

    #[inline]
    pub fn borrow(&self) -> Args<'_> {
        Args { bytes: &self.bytes, spans: &self.spans }
    }

    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// Memory held, in bytes, as the limits on queued commands count it.
    pub fn heap_bytes(&self) -> usize {
        self.bytes.capacity() + self.spans.capacity() * size_of::<Span>()
    }
}

/// `args!["SET", key, value]`: owned arguments out of anything that is bytes.
#[macro_export]
macro_rules! args {
    ($($word:expr),* $(,)?) => {{
        let mut owned = $crate::protocol::OwnedArgs::default();
        $(owned.push(::std::convert::AsRef::<[u8]>::as_ref(&$word));)*
        owned
    }};
}

#[cfg(test)]
mod tests {
    #[test]
    fn owned_and_borrowed_words_read_alike() {
        let owned = args!["SET", b"k\0", "v"];
        let args = owned.borrow();
        assert_eq!(args.len(), 3);
        assert_eq!(&args[1], b"k\0");
        assert_eq!(args.from(2).iter().collect::<Vec<_>>(), [b"v"]);
        assert_eq!(args.to(2).iter().collect::<Vec<_>>(), [b"SET".as_slice(), b"k\0"]);
        assert_eq!(args.get(3), None);
    }
}
