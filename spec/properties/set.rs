//! A set in its entry against a `BTreeSet`, in all encodings and across the limits between them.

use keynotes::base::hash::HashSeed;
use keynotes::base::int::parse_i64;
use keynotes::base::rng::Rng;
use keynotes::values::set::{Limits, SetMut, algebra};
use keynotes::values::{self, Entry, Set, Str, View, duplicate, encoding_name};
use proptest::prelude::*;
use std::collections::BTreeSet;

type Model = BTreeSet<Vec<u8>>;

#[derive(Clone, Debug)]
enum Call {
    Add(Vec<u8>),
    AddAll(Vec<Vec<u8>>),
    Remove(Vec<u8>),
    Pop,
    PopMany(prop::sample::Index),
    Copy,
}

const LIMITS: Limits = Limits {
    intset_entries: 8,
    listpack_entries: 6,
    listpack_value_bytes: 5,
    seed: HashSeed([3; 16]),
};

/// Few, so that they meet; integers of all widths, and what only looks like one.
fn member() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        12 => (-6i64..6).prop_map(|value| value.to_string().into_bytes()),
        2 => prop::sample::select(vec!["70000", "-70000", "9223372036854775807", "5000000000"])
            .prop_map(|text| text.as_bytes().to_vec()),
        2 => prop::sample::select(vec!["a", "b", "", "07", "-0", "+1", "\0", "12345", "123456", "abcdef"])
            .prop_map(|text| text.as_bytes().to_vec()),
        1 => Just(vec![b'm'; 300]),
    ]
}

fn call() -> impl Strategy<Value = Call> {
    prop_oneof![
        8 => member().prop_map(Call::Add),
        1 => prop::collection::vec(member(), 1..10).prop_map(Call::AddAll),
        3 => member().prop_map(Call::Remove),
        1 => Just(Call::Pop),
        1 => any::<prop::sample::Index>().prop_map(Call::PopMany),
        1 => Just(Call::Copy),
    ]
}

fn empty(first: &[u8], members: usize) -> Entry {
    let form = LIMITS.first_form(first, members);
    values::entry(b"key", form, form.empty(), Some(7))
}

fn built(members: &[Vec<u8>]) -> Entry {
    let mut entry = empty(members.first().map_or(&b""[..], Vec::as_slice), 1);
    let mut set = SetMut::new(&mut entry, LIMITS).expect("a set");
    members.iter().for_each(|member| {
        set.add(member);
    });
    entry
}

fn same(entry: &Entry, model: &Model, seed: u64) {
    let set = Set::view(entry).expect("a set");
    assert_eq!((set.len(), set.is_empty()), (model.len(), model.is_empty()));
    let all: Vec<_> = set.iter().map(Str::to_vec).collect();
    assert_eq!(all.len(), model.len());
    assert_eq!(&all.iter().cloned().collect::<Model>(), model);
    if let Set::Intset(_) = set {
        assert!(all.iter().map(|text| parse_i64(text).unwrap()).is_sorted());
    }
    let (mut scanned, mut cursor) = (Model::new(), 0);
    loop {
        cursor = set.scan(cursor, |member| {
            scanned.insert(member.to_vec());
        });
        if cursor == 0 {
            break;
        }
    }
    assert_eq!(&scanned, model);
    assert!(model.iter().all(|member| set.contains(member)));
    for absent in ["7", "007", "zz", "-70001"] {
        assert_eq!(set.contains(absent.as_bytes()), model.contains(absent.as_bytes()));
    }
    if !model.is_empty() {
        assert!(model.contains(&set.random(&mut Rng::new(seed)).to_vec()));
    }
    assert_eq!((entry.key(), entry.expiry_ms()), (&b"key"[..], Some(7)));
}

/// What the limits allow; which of these it is depends on what was before.
fn may_be(entry: &Entry, model: &Model) {
    let all_ints = model.iter().all(|member| parse_i64(member).is_some());
    match encoding_name(entry) {
        "intset" => assert!(all_ints && model.len() <= LIMITS.intset_entries),
        "listpack" => {
            assert!(model.len() <= LIMITS.listpack_entries);
            assert!(model.iter().all(|member| member.len() <= LIMITS.listpack_value_bytes));
        }
        other => assert_eq!(other, "hashtable"),
    }
}

proptest! {
    #[test]
    fn a_set_is_a_set(
        calls in prop::collection::vec(call(), 1..60),
        first in member(),
        seed: u64,
    ) {
        let mut model = Model::new();
        let mut entry = empty(&first, 1);
        let mut rng = Rng::new(seed);
        for call in calls {
            let before = encoding_name(&entry);
            let mut set = SetMut::new(&mut entry, LIMITS).expect("a set");
            let mut few_stayed = false;
            match call {
                Call::Add(member) => prop_assert_eq!(set.add(&member), model.insert(member)),
                Call::AddAll(members) => {
                    set.expect(members.len());
                    for member in members {
                        prop_assert_eq!(set.add(&member), model.insert(member));
                    }
                }
                Call::Remove(member) => prop_assert_eq!(set.remove(&member), model.remove(&member)),
                Call::Pop if model.is_empty() => {}
                Call::Pop => set.pop(&mut rng, |member| assert!(model.remove(&member.to_vec()))),
                Call::PopMany(_) if model.len() < 2 => {}
                Call::PopMany(index) => {
                    let (count, len) = (1 + index.index(model.len() - 1), model.len());
                    set.pop_many(count, &mut rng, |member| assert!(model.remove(&member.to_vec())));
                    prop_assert_eq!(model.len(), len - count);
                    few_stayed = (len - count) * 5 <= count;
                }
                Call::Copy => entry = duplicate(&entry, b"key"),
            }
            same(&entry, &model, seed);
            may_be(&entry, &model);
            let after = encoding_name(&entry);
            // Never back, unless a new set took the place of a table.
            prop_assert!(before != "hashtable" || after == "hashtable" || few_stayed);
            prop_assert!(before != "listpack" || after != "intset");
        }
    }

    #[test]
    fn sets_combine_as_sets_do(
        sets in prop::collection::vec(prop::collection::vec(member(), 0..14), 1..5),
        repeated in 1usize..4,
    ) {
        let sets: Vec<_> = sets.iter().cycle().take(sets.len() * repeated).collect();
        let entries: Vec<Entry> = sets.iter().map(|members| built(members)).collect();
        let views: Vec<Set<'_>> = entries.iter().map(|entry| Set::view(entry).unwrap()).collect();
        let models: Vec<Model> = sets.iter().map(|members| members.iter().cloned().collect()).collect();
        let all = |members: Vec<Str<'_>>| -> Vec<Vec<u8>> {
            let mut all: Vec<_> = members.into_iter().map(Str::to_vec).collect();
            all.sort_unstable();
            all
        };
        let right = |model: Model| model.into_iter().collect::<Vec<_>>();

        let common = algebra::intersection(&mut views.clone()).collect();
        let expected = models.iter().cloned().reduce(|one, other| &one & &other).unwrap();
        prop_assert_eq!(all(common), right(expected));

        let first_alone = algebra::difference(views[0], &mut views[1..].to_vec()).collect();
        let expected = models.iter().cloned().reduce(|one, other| &one - &other).unwrap();
        prop_assert_eq!(all(first_alone), right(expected));

        let mut united = Vec::new();
        algebra::union(&mut views.clone(), LIMITS.seed, |member| united.push(member.to_vec()));
        united.sort_unstable();
        prop_assert_eq!(united, right(models.into_iter().flatten().collect()));
    }
}

/// Members are drawn with the same chance, and none is drawn twice in one SPOP.
#[test]
fn every_member_is_popped_as_often_as_any_other() {
    let all: Vec<Vec<u8>> = (0..12).map(|number| format!("m{number}").into_bytes()).collect();
    let small: Vec<Vec<u8>> = (0..6).map(|number| number.to_string().into_bytes()).collect();
    let mut rng = Rng::new(5);
    for (members, count) in [(&all, 1), (&all, 4), (&all, 11), (&small, 3), (&small, 5)] {
        let original = built(members);
        let mut times = std::collections::BTreeMap::new();
        let rounds = 3000;
        for _ in 0..rounds {
            let mut entry = duplicate(&original, b"key");
            let mut set = SetMut::new(&mut entry, LIMITS).expect("a set");
            set.pop_many(count, &mut rng, |member| *times.entry(member.to_vec()).or_insert(0) += 1);
        }
        let mean = rounds * count / members.len();
        // Five standard deviations at least.
        let near = |times: &usize| times.abs_diff(mean) < 5 * mean.isqrt();
        assert!(times.len() == members.len() && times.values().all(near), "{times:?}");
    }
}
