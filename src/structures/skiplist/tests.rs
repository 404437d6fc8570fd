use std::ops::Bound;

use super::*;

const SEED: HashSeed = HashSeed(*b"sixteen bytes ok");

fn list_of(elements: &[(&str, f64)]) -> SkipList {
    let (mut list, mut rng) = (SkipList::new(SEED), Rng::new(1));
    for &(member, score) in elements {
        list.insert(member.as_bytes(), score, &mut rng);
    }
    list.check();
    list
}

fn text(list: &SkipList) -> String {
    let each = |element: Element<'_>| String::from_utf8_lossy(element.member()).into_owned();
    list.iter().map(each).collect::<Vec<_>>().join(" ")
}

fn names(removed: &[Node]) -> Vec<&[u8]> {
    removed.iter().map(Node::member).collect()
}

#[test]
fn a_leaderboard() {
    let mut list = list_of(&[("carol", 30.0), ("alice", 10.0), ("dave", 40.0), ("bob", 10.0)]);
    assert_eq!(text(&list), "alice bob carol dave");
    let carol = list.get(b"carol").unwrap();
    assert_eq!((carol.score(), list.rank(carol)), (30.0, 2));
    assert_eq!((carol.prev(), carol.next()), (list.get(b"bob"), list.nth(3)));
    assert_eq!(carol.backward().map(|element| element.score()).sum::<f64>(), 50.0);

    assert_eq!(list.insert(b"alice", 35.0, &mut Rng::new(2)), Some(10.0));
    assert_eq!(text(&list), "bob carol alice dave");
    assert_eq!(list.remove(b"carol").map(|node| node.score()), Some(30.0));
    assert!(list.remove(b"carol").is_none());
    assert_eq!(list.pop_first().unwrap().member(), b"bob");
    assert_eq!(list.pop_last().unwrap().member(), b"dave");
    assert_eq!((text(&list).as_str(), list.len()), ("alice", 1));
    list.check();
}

#[test]
fn look_first_then_decide() {
    let mut list = list_of(&[("alice", 10.0)]);
    match list.find(b"alice") {
        Lookup::Present(mut alice) => {
            assert!(!alice.set_score(10.0));
            assert!(alice.set_score(alice.score() + 1.0));
        }
        Lookup::Absent(_) => panic!("alice is there"),
    }
    assert_eq!(list.score(b"alice"), Some(11.0));
    match list.find(b"bob") {
        Lookup::Absent(place) => assert_eq!(place.insert(1.0, &mut Rng::new(1)).member(), b"bob"),
        Lookup::Present(_) => panic!("bob is not there"),
    }
    match list.find(b"alice") {
        Lookup::Present(alice) => assert_eq!(alice.remove().member(), b"alice"),
        Lookup::Absent(_) => panic!("alice is there"),
    }
    list.check();
    assert_eq!(text(&list), "bob");
}

#[test]
fn a_range_of_scores() {
    let list = list_of(&[("a", 1.0), ("b", 2.0), ("c", 2.0), ("d", 3.0), ("e", 5.0), ("f", 8.0)]);
    let range = ScoreRange { min: Bound::Excluded(2.0), max: Bound::Included(5.0) };
    assert_eq!(list.ranks_in(&range), 3..5);
    assert_eq!((list.first_in(&range), list.last_in(&range)), (list.get(b"d"), list.get(b"e")));
    for (min, max) in [(6.0, 7.0), (5.0, 2.0), (9.0, 10.0), (f64::NEG_INFINITY, 0.0)] {
        let range = ScoreRange { min: Bound::Included(min), max: Bound::Included(max) };
        assert!(list.ranks_in(&range).is_empty());
        assert_eq!((list.first_in(&range), list.last_in(&range)), (None, None));
    }
}

#[test]
fn a_range_of_members() {
    let mut list = list_of(&[("a", 0.0), ("aa", 0.0), ("b", 0.0), ("c", 0.0)]);
    let range = LexRange { min: LexBound::Excluded(b"a"), max: LexBound::Included(b"b") };
    assert_eq!(list.ranks_in(&range), 1..3);
    let none = LexRange { min: LexBound::Greatest, max: LexBound::Least };
    assert!(list.ranks_in(&none).is_empty());
    let mut removed = Vec::new();
    assert_eq!(list.remove_in(&range, |node| removed.push(node)), 2);
    assert_eq!((names(&removed), text(&list).as_str()), (vec![&b"aa"[..], b"b"], "a c"));
    list.check();
}

#[test]
fn a_stretch_of_ranks() {
    let mut list = list_of(&[("a", 1.0), ("b", 2.0), ("c", 3.0), ("d", 4.0)]);
    assert_eq!(list.remove_ranks(4..9, drop) + list.remove_ranks(2..2, drop), 0);
    let mut removed = Vec::new();
    assert_eq!(list.remove_ranks(1..3, |node| removed.push(node)), 2);
    assert_eq!((names(&removed), text(&list).as_str()), (vec![&b"b"[..], b"c"], "a d"));
    assert_eq!(list.remove_ranks(0..usize::MAX, drop), 2);
    assert!(list.is_empty() && list.first().is_none() && list.last().is_none());
    list.check();
}

#[test]
fn zero_has_one_place_and_two_signs() {
    let mut list = list_of(&[("b", -0.0), ("a", 0.0)]);
    assert_eq!(text(&list), "a b");
    list.insert(b"b", 0.0, &mut Rng::new(1));
    assert!(list.score(b"b").unwrap().is_sign_negative());
}

#[test]
fn one_in_four_rises() {
    let mut rng = Rng::new(7);
    let mut heights = [0u32; HEIGHTS];
    const HEIGHTS: usize = 6;
    for _ in 0..1 << 20 {
        heights[draw_height(&mut rng).min(HEIGHTS) - 1] += 1;
    }
    let expected = [3 << 18, 3 << 16, 3 << 14, 3 << 12, 3 << 10, 1 << 10];
    for (height, (&drawn, expected)) in heights.iter().zip(expected).enumerate() {
        // Five standard deviations.
        let tolerance = 5.0 * f64::from(expected).sqrt();
        assert!(f64::from(drawn.abs_diff(expected)) < tolerance, "{drawn} of height {height}");
    }
}

#[test]
fn a_builder_takes_what_is_in_order() {
    let (mut builder, mut rng) = (Builder::new(SEED, 3), Rng::new(1));
    assert!(builder.push(b"b", 1.0, &mut rng));
    assert!(!builder.push(b"a", 1.0, &mut rng), "lower");
    assert!(!builder.push(b"b", 2.0, &mut rng), "there already");
    assert!(builder.push(b"a", 2.0, &mut rng));
    let mut list = builder.finish();
    list.check();
    assert_eq!(text(&list), "b a");
    list.insert(b"c", 0.0, &mut rng);
    list.check();
    Builder::new(SEED, 0).finish().check();
}

/// How many nodes a walk to a random score asks, and a climb from a random node visits.
fn hops(len: u32) -> (f64, f64) {
    let (mut builder, mut rng) = (Builder::new(SEED, len as usize), Rng::new(3));
    for n in 0..len {
        assert!(builder.push(&n.to_be_bytes(), f64::from(n), &mut rng));
    }
    let list = builder.finish();
    let (walks, asked, mut visited) = (1000, std::cell::Cell::new(0u32), 0u32);
    for _ in 0..walks {
        let score = rng.next_f64() * f64::from(len);
        let (mut at, _) = list.links.last_before(|node| {
            asked.set(asked.get() + 1);
            node.score() < score
        });
        while let Some(next) = at.forward(at.height() - 1) {
            (at, visited) = (next, visited + 1);
        }
    }
    (f64::from(asked.get()) / f64::from(walks), f64::from(visited) / f64::from(walks))
}

#[test]
fn a_hundred_times_as_many_elements_cost_some_hops_more() {
    // A walk has log4(100) = 3.3 levels more, asks up to four nodes on each and goes on to three.
    let ((asked, visited), (more_asked, more_visited)) = (hops(1000), hops(100_000));
    assert!((6.0..18.0).contains(&(more_asked - asked)), "{asked} {more_asked}");
    assert!((4.0..14.0).contains(&(more_visited - visited)), "{visited} {more_visited}");
}

#[test]
fn a_member_costs_two_sizes_of_itself() {
    let (mut list, mut rng) = (SkipList::new(SEED), Rng::new(1));
    let len = 100_000;
    for n in 0..len {
        list.insert(format!("member:{n:012}").as_bytes(), f64::from(n), &mut rng);
    }
    let nodes = list.mem_bytes() - list.members.mem_bytes();
    let per_node = nodes as f64 / f64::from(len);
    assert!((52.0..54.0).contains(&per_node), "{per_node}");
}
