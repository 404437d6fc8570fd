//! LZF: what is packed unpacks to itself, whatever it is.

use keynotes::structures::lzf::{compress, decompress};
use proptest::prelude::*;

/// Pieces of earlier text come again, near and far.
fn text() -> impl Strategy<Value = Vec<u8>> {
    let fresh = prop::collection::vec(any::<u8>(), 0..40);
    let piece = (fresh, 0usize..12_000, 0usize..700);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| {
        let mut text = Vec::new();
        for (fresh, back, len) in pieces {
            text.extend_from_slice(&fresh);
            let from = text.len().saturating_sub(back);
            (from..from + len).for_each(|at| text.push(text.get(at).copied().unwrap_or(b'.')));
        }
        text
    })
}

proptest! {
    #[test]
    fn what_is_packed_unpacks(text in text(), shorter in 1usize..100) {
        // Literals cost one byte in 32 more at worst.
        let len_max = text.len() + text.len() / 32 + 1;
        let packed = compress(&text, len_max).expect("that much room is enough");
        prop_assert!(packed.len() <= len_max);
        prop_assert_eq!(decompress(&packed, text.len()), Some(text.clone()));
        prop_assert_eq!(decompress(&packed, text.len() + 1), None);
        prop_assert_eq!(compress(&text, packed.len()), Some(packed.clone()));
        if let Some(less) = packed.len().checked_sub(shorter) {
            prop_assert_eq!(compress(&text, less), None);
            prop_assert_eq!(decompress(&packed[..less], text.len()), None);
        }
    }

    #[test]
    fn what_comes_again_is_packed_to_a_twentieth(word in prop::collection::vec(any::<u8>(), 1..100)) {
        let text = word.repeat(10_000 / word.len());
        prop_assert!(compress(&text, text.len() / 20).is_some());
    }
}
