//! # Plot: the same figures as pictures, in SVG written by hand

use super::Measured;
use super::memory::GrowthRow;
use std::fmt::Write;

const COLOURS: [(&str, &str); 3] = [("keynotes", "#2a7"), ("redis", "#c33"), ("valkey", "#36c")];
const WIDTH: f64 = 900.0;

/// CPU per command of each row, as bars relative to Redis.
pub fn ratios(results: &[Measured]) -> String {
    let (left, bar, gap) = (170.0, 9.0, 8.0);
    let row_height = bar * COLOURS.len() as f64 + gap;
    let height = results.len() as f64 * row_height + 50.0;
    let unit = (WIDTH - left - 60.0) / 1.5;
    let mut svg = open(height);
    let _ = write!(svg, "<text x='10' y='18'>CPU time per command, Redis = 1</text>");
    for (index, measured) in results.iter().enumerate() {
        let top = 32.0 + index as f64 * row_height;
        let redis = measured.of("redis", |run| run.cpu_us_per_command);
        let _ = write!(svg, "<text x='10' y='{}'>{}</text>", top + 17.0, measured.row.name);
        for (place, (server, colour)) in COLOURS.iter().enumerate() {
            let ratio = measured.of(server, |run| run.cpu_us_per_command) / redis;
            if ratio.is_nan() {
                continue;
            }
            let (y, width) = (top + place as f64 * bar, ratio.min(1.5) * unit);
            let _ = write!(
                svg,
                "<rect x='{left}' y='{y:.0}' width='{width:.0}' height='{}' fill='{colour}'>\
                 <title>{server} {ratio:.2}</title></rect>",
                bar - 1.0
            );
        }
    }
    let x = left + unit;
    let _ = write!(svg, "<line x1='{x}' x2='{x}' y1='26' y2='{height}' stroke='#999'/>");
    svg + "</svg>\n"
}

/// The slowest request in each slice of the way from no keys to all of them, log scale.
pub fn growth(rows: &[GrowthRow]) -> String {
    let height = 320.0;
    let mut svg = open(height);
    let _ = write!(svg, "<text x='10' y='18'>Slowest SET while growing, us (log)</text>");
    let y = |us: f64| height - 20.0 - (us.max(10.0).log10() - 1.0) * 70.0;
    for us in [10.0, 100.0, 1000.0, 10_000.0, 100_000.0] {
        let at = y(us);
        let _ = write!(
            svg,
            "<line x1='60' x2='{WIDTH}' y1='{at}' y2='{at}' stroke='#ddd'/>\
             <text x='10' y='{at}'>{us}</text>"
        );
    }
    for row in rows {
        let colour = COLOURS.iter().find(|(name, _)| *name == row.server).map_or("#000", |c| c.1);
        let step = (WIDTH - 60.0) / row.worst_us.len() as f64;
        let points = row.worst_us.iter().enumerate();
        let points = points.map(|(at, &us)| format!("{:.1},{:.1}", 60.0 + at as f64 * step, y(us)));
        let points = points.collect::<Vec<_>>().join(" ");
        let _ = write!(
            svg,
            "<polyline points='{points}' fill='none' stroke='{colour}' stroke-width='1'>\
             <title>{}</title></polyline>",
            row.server
        );
    }
    svg + "</svg>\n"
}

fn open(height: f64) -> String {
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' width='{WIDTH}' height='{height}' \
         font-family='sans-serif' font-size='12'><rect width='100%' height='100%' fill='#fff'/>"
    )
}
