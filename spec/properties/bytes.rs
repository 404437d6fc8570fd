//! Any bytes: what the fuzz targets check, with streams by lot. Half of a stream is nearly RESP,
//! since pure noise does not get past the first byte.

#[path = "../fuzz/src/lib.rs"]
pub(super) mod fuzz;

use proptest::prelude::*;

fn fragment() -> impl Strategy<Value = Vec<u8>> {
    const WORDS: &[&str] = &[
        "GET", "SET", "k", "MULTI", "EXEC", "QUIT", "RESET", "HELLO", "3", "APPEND", "SETRANGE",
        "WATCH", "SCAN", "0", "-1", "CLIENT", "LIST", "LCS", "OBJECT", "CONFIG", "DEBUG",
        "COMMAND",
    ];
    let word = |word: &str| format!("${}\r\n{word}\r\n", word.len()).into_bytes();
    let words = prop::collection::vec(prop::sample::select(WORDS), 1..6);
    prop_oneof![
        4 => words.clone().prop_map(move |words| {
            let mut request = format!("*{}\r\n", words.len()).into_bytes();
            words.iter().for_each(|text| request.extend(word(text)));
            request
        }),
        2 => words.prop_map(|words| [words.join(" ").as_bytes(), b"\r\n"].concat()),
        1 => any::<i64>().prop_map(|count| format!("*{count}\r\n").into_bytes()),
        1 => (-2i64..70_000).prop_map(|len| format!("${len}\r\n").into_bytes()),
        1 => prop::collection::vec(any::<u8>(), 0..20),
        1 => prop::sample::select(vec!["\r\n", "\"", "'", "*", "$", "\\x", "\n", "*1\r\n"])
            .prop_map(|text| text.as_bytes().to_vec()),
    ]
}

fn stream() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        1 => prop::collection::vec(any::<u8>(), 0..200),
        3 => (any::<u8>(), prop::collection::vec(fragment(), 0..12)).prop_map(|(first, rest)| {
            [vec![first], rest.concat()].concat()
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1000) })]

    #[test]
    fn any_bytes_parse_or_are_refused(input in stream()) {
        fuzz::requests(&input);
    }

    #[test]
    fn any_bytes_are_answered(input in stream()) {
        fuzz::feed(&input);
    }
}
