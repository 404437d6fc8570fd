use super::*;

const BIG: &str = "0123456789";

fn limits(fill: i32) -> Limits {
    Limits { fill, compress_depth: 0, packed_threshold: 0 }
}

fn numbers(limits: Limits, up_to: usize) -> Quicklist {
    let mut list = Quicklist::new(limits);
    (1..=up_to).for_each(|n| list.push(Side::Tail, n.to_string().as_bytes()));
    list
}

/// Elements a node; 0 is a plain one.
fn shape(list: &Quicklist) -> Vec<usize> {
    list.check();
    list.nodes().map(|node| if node.plain { 0 } else { node.count }).collect()
}

fn place_of(list: &Quicklist, text: &str) -> Place {
    let found = list.visit(0, Side::Head, |element, place| match element.spells(text.as_bytes()) {
        true => std::ops::ControlFlow::Break(place),
        false => std::ops::ControlFlow::Continue(()),
    });
    found.expect("there")
}

fn before(list: &mut Quicklist, pivot: &str, text: &str) -> Vec<usize> {
    list.insert_before(place_of(list, pivot), text.as_bytes());
    shape(list)
}

fn after(list: &mut Quicklist, pivot: &str, text: &str) -> Vec<usize> {
    list.insert_after(place_of(list, pivot), text.as_bytes());
    shape(list)
}

/// As redis-server 7.0.15 and valkey-server 8.0.1 cut and merge.
#[test]
fn nodes_are_cut_where_redis_cuts_them() {
    let mut list = numbers(limits(4), 12);
    assert_eq!(shape(&list), [4, 4, 4]);
    assert_eq!(before(&mut list, "6", "x"), [4, 2, 3, 4], "inside of a full node");
    assert_eq!(after(&mut list, "4", "y"), [4, 3, 3, 4], "at an edge, the next has room");
    assert_eq!(after(&mut list, "12", "z"), [4, 3, 3, 4, 1], "at an edge, there is no next");
    assert_eq!(after(&mut list, "2", "w"), [2, 3, 3, 3, 4, 1]);
    for text in ["z", "9", "10"] {
        assert_eq!(list.remove_equal(text.as_bytes(), 1, Side::Head), 1);
    }
    assert_eq!(shape(&list), [2, 3, 3, 3, 2]);
    assert_eq!(before(&mut list, "7", "v"), [2, 3, 3, 4, 2]);
    assert_eq!(before(&mut list, "1", "u"), [3, 3, 3, 4, 2]);
    assert_eq!((list.remove_range(0, 3), list.remove_range(-3, 3)), (3, 3));
    assert_eq!(shape(&list), [3, 3, 3]);
}

/// As both servers do: what was cut off is merged with its neighbour before those farther away.
#[test]
fn merges_begin_beside_the_cut() {
    let mut list = numbers(limits(4), 12);
    assert_eq!((list.remove_range(0, 2), list.remove_range(2, 2)), (2, 2));
    assert_eq!(shape(&list), [2, 2, 4]);
    assert_eq!(before(&mut list, "10", "x"), [2, 4, 3]);
}

/// As valkey-server 8.0.1 merges. (Redis 7.0 took a node's frame for 11 bytes.)
#[test]
fn a_merge_may_fill_a_node_to_the_last_byte() {
    let node = |len_bytes: usize| Node::with(&vec![b'x'; len_bytes - 11]);
    let (a, b, longer) = (node(2011), node(2092), node(2093));
    assert_eq!((a.len_bytes(), b.len_bytes()), (2011, 2092));
    assert!(limits(-1).allow_merge(&a, &b) && !limits(-1).allow_merge(&a, &longer));
    assert!(!limits(1).allow_merge(&a, &b) && !limits(-1).allow_merge(&a, &Node::plain(vec![0])));
}

/// As valkey-server 8.0.1 has it. (Redis 7.0 merged less after LSET.)
#[test]
fn what_is_large_gets_a_node_of_its_own() {
    let mut list = numbers(Limits { packed_threshold: BIG.len(), ..limits(4) }, 12);
    assert_eq!(before(&mut list, "6", BIG), [4, 1, 0, 3, 4]);
    assert_eq!(after(&mut list, "8", BIG), [4, 1, 0, 3, 0, 4]);
    list.replace(list.locate(1).unwrap(), BIG.as_bytes());
    assert_eq!(shape(&list), [1, 0, 3, 0, 3, 0, 4], "the rest of the cut took in the 5");
    list.replace(list.locate(1).unwrap(), b"small");
    assert_eq!(shape(&list), [1, 4, 0, 3, 0, 4], "into the node behind");
    list.replace(list.locate(-1).unwrap(), BIG.as_bytes());
    assert_eq!(shape(&list), [1, 4, 0, 3, 0, 3, 0]);
    list.rotate();
    assert_eq!(shape(&list), [0, 1, 4, 0, 3, 0, 3]);
}

/// As both servers fill them.
#[test]
fn nodes_hold_as_many_as_in_redis() {
    for (fill, shape_of_1000) in
        [(-1, &[194, 194, 194, 194, 194, 30][..]), (-2, &[389, 389, 222]), (400, &[389, 389, 222])]
    {
        let mut list = Quicklist::new(limits(fill));
        (0..1000).for_each(|n| list.push(Side::Tail, format!("member:{n:012}").as_bytes()));
        assert_eq!(shape(&list), shape_of_1000);
    }
    // A counted fill is bounded by 8 kB as well.
    let mut list = Quicklist::new(limits(128));
    (0..300).for_each(|_| list.push(Side::Tail, &[b'x'; 100]));
    assert_eq!(shape(&list), [79, 79, 79, 63]);
}

#[test]
fn a_node_is_full_by_an_estimate() {
    let mut list = Quicklist::new(limits(-1));
    list.push(Side::Tail, &[b'x'; 98]);
    let len = list.nodes().map(|node| raw_len(node.stored)).sum::<usize>();
    for (room, nodes) in [(4096 - 8 - len, 1), (4096 - 8 - len + 1, 2)] {
        let mut list = list.clone();
        list.push(Side::Head, &vec![b'y'; room]);
        assert_eq!(list.nodes().len(), nodes);
    }
}

fn raw_len(stored: Stored<'_>) -> usize {
    match stored {
        Stored::Raw(bytes) => bytes.len(),
        Stored::Lzf(_, len) => len,
    }
}

#[test]
fn inner_nodes_are_squeezed_and_reading_leaves_them_so() {
    let mut list = Quicklist::new(Limits { compress_depth: 1, ..limits(-2) });
    let squeezed = |list: &Quicklist| -> Vec<bool> {
        list.check();
        list.nodes().map(|node| matches!(node.stored, Stored::Lzf(..))).collect()
    };
    (0..1600).for_each(|n| list.push(Side::Tail, format!("member:{n:012}").as_bytes()));
    assert_eq!(squeezed(&list), [false, true, true, true, false]);
    assert_eq!(list.with(800, |element| element.spells(b"member:000000000800")), Some(true));
    let mut count = 0;
    list.for_each(300, 1000, |_| count += 1);
    assert_eq!((count, squeezed(&list)), (1000, vec![false, true, true, true, false]));
    list.replace(list.locate(800).unwrap(), b"changed");
    assert_eq!(squeezed(&list), [false, true, true, true, false]);
    (0..389).for_each(|_| list.remove_end(Side::Head));
    assert_eq!(squeezed(&list), [false, true, true, false]);
    assert_eq!(list.remove_range(10, 1200), 1200);
    assert_eq!(squeezed(&list), [false, false]);
}

#[test]
fn a_node_is_squeezed_if_that_saves_nine_bytes() {
    let squeezed = |text: Vec<u8>| {
        let mut node = Node::plain(text);
        node.squeeze();
        node.is_squeezed()
    };
    // 60 bytes as they are take 62, what comes again 3: 13 of them save 8.
    let again = |len: u8| (0..60).chain(0..len).collect();
    assert!(!squeezed(again(13)) && squeezed(again(14)));
    assert!(!squeezed(vec![b'x'; 47]) && squeezed(vec![b'x'; 48]));
}

#[test]
fn a_list_with_one_packed_node_is_a_listpack() {
    let list = numbers(limits(4), 3);
    let listpack = list.into_listpack().unwrap();
    assert_eq!(listpack, b"\x0d\0\0\0\x03\0\x01\x01\x02\x01\x03\x01\xff");
    let mut list = Quicklist::new(limits(4));
    list.push_listpack(listpack);
    assert_eq!((list.len(), shape(&list)), (3, vec![3]));
    list.push_plain(b"plain".to_vec());
    assert_eq!(list.into_listpack().unwrap_err().len(), 4);
    let mut list = Quicklist::new(limits(4));
    list.push_plain(b"plain".to_vec());
    assert_eq!(list.into_listpack().unwrap_err().len(), 1);
    assert!(Quicklist::new(limits(4)).into_listpack().is_err());
}

#[test]
fn full_nodes_have_no_spare_room() {
    let mut list = Quicklist::new(limits(-2));
    (0..100_000).for_each(|n| list.push(Side::Tail, format!("member:{n:012}").as_bytes()));
    let per_element = list.heap_bytes() as f64 / 1e5;
    // 19 bytes, a head, a back length; the rest is for nodes.
    assert!(per_element < 21.4, "{per_element}");
}
