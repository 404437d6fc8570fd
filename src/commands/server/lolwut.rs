//! # LOLWUT: a picture for no reason
//!
//! Redis has a command that draws, lest anyone forget that programming is play. Ours draws
//! what a keynote looks like: a string that vibrates in a few of its harmonics at once, each
//! as loud as chance will have it, with the octave's nodes where the picture is thin.
//!
//! ```text
//! y(x) = a1 sin(x) + a2 sin(2x) + a3 sin(3x) + …      0 <= x <= pi: fixed at both ends
//! ```
//!
//! The canvas is made of Braille: each letter holds two by four dots, so that a line of text
//! is four dots high. `LOLWUT VERSION n cols rows` sets the size in letters.

use super::REDIS_VERSION;
use crate::base::error::Error;
use crate::base::int::parse_i64;
use crate::base::rng::Rng;
use crate::base::word;
use crate::commands::Cx;
use crate::commands::row::Outcome;
use crate::protocol::Args;

const COLS: i64 = 66;
const ROWS: i64 = 8;
/// Larger pictures than this serve nobody.
const COLS_MAX: i64 = 200;
const ROWS_MAX: i64 = 100;
const HARMONICS: usize = 5;
/// The string is drawn at so many moments of one swing.
const MOMENTS: i32 = 5;

pub fn lolwut(cx: &mut Cx<'_>, args: Args<'_>) -> Outcome {
    let mut sizes = [COLS, ROWS];
    if args.get(1).is_some_and(|word| word::is(word, "VERSION")) && args.len() > 2 {
        parse_i64(&args[2]).ok_or(Error::NotInteger)?;
        for (size, word) in sizes.iter_mut().zip(args.from(3).iter()) {
            *size = parse_i64(word).ok_or(Error::NotInteger)?;
        }
    }
    let cols = sizes[0].clamp(1, COLS_MAX) as usize;
    let rows = sizes[1].clamp(1, ROWS_MAX) as usize;
    let text = format!(
        "{}\nA string, its key, and {HARMONICS} notes of it. Redis ver. {REDIS_VERSION}\n",
        draw(cols, rows, cx.rng)
    );
    cx.reply.verbatim(b"txt", text.as_bytes());
    Ok(())
}

/// The string at rest points of its swing, as lines of Braille.
fn draw(cols: usize, rows: usize, rng: &mut Rng) -> String {
    let loud: [f64; HARMONICS] = std::array::from_fn(|n| rng.next_f64() / (n + 1) as f64);
    let total: f64 = loud.iter().sum::<f64>().max(f64::MIN_POSITIVE);
    let mut canvas = Canvas::new(cols, rows);
    for dot in 0..canvas.width() {
        let x = std::f64::consts::PI * dot as f64 / canvas.width() as f64;
        let y: f64 = (1..).zip(loud).map(|(n, loud)| loud * (f64::from(n) * x).sin()).sum();
        for moment in -MOMENTS..=MOMENTS {
            let swing = y / total * f64::from(moment) / f64::from(MOMENTS);
            let half = (canvas.height() - 1) as f64 / 2.0;
            canvas.set(dot, (half - half * swing).round() as usize);
        }
    }
    canvas.text()
}

/// Dots, two by four to a letter.
struct Canvas {
    cols: usize,
    cells: Vec<u8>,
}

impl Canvas {
    fn new(cols: usize, rows: usize) -> Self {
        Canvas { cols, cells: vec![0; cols * rows] }
    }

    fn width(&self) -> usize {
        self.cols * 2
    }

    fn height(&self) -> usize {
        self.cells.len() / self.cols * 4
    }

    fn set(&mut self, x: usize, y: usize) {
        /// Unicode numbers the dots by column, the two lowest last.
        const BITS: [[u8; 2]; 4] = [[0, 3], [1, 4], [2, 5], [6, 7]];
        self.cells[y / 4 * self.cols + x / 2] |= 1 << BITS[y % 4][x % 2];
    }

    fn text(&self) -> String {
        let letter = |cell: &u8| char::from_u32(0x2800 + u32::from(*cell)).expect("Braille");
        let line = |cells: &[u8]| cells.iter().map(letter).chain(['\n']).collect::<String>();
        self.cells.chunks(self.cols).map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_string_is_fixed_at_its_ends_and_fills_the_canvas() {
        let picture = draw(10, 3, &mut Rng::new(1));
        let lines: Vec<Vec<char>> = picture.lines().map(|line| line.chars().collect()).collect();
        assert_eq!((lines.len(), lines[0].len()), (3, 10));
        assert_eq!(lines[0][0], '\u{2800}', "no dot far from the fixed end");
        assert_ne!(lines[1][0], '\u{2800}');
    }
}
