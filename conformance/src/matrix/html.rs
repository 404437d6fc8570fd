//! # HTML: what the pages share
//!
//! The frame of a page, escaping, and the mark of a verdict, which is always a word: colour only
//! repeats it.

use crate::verdict::Verdict;

/// What the site is called.
pub const TITLE: &str = "Conformance";

/// A whole page. `root` is the way up to the style sheet, `trail` the links above the heading.
pub fn document(title: &str, root: &str, trail: &[(String, String)], body: &str) -> String {
    let links: Vec<String> = trail
        .iter()
        .map(|(href, label)| {
            format!("<li><a href=\"{}\">{}</a></li>", escaped(href), escaped(label))
        })
        .collect();
    let nav = match links.is_empty() {
        true => String::new(),
        false => format!("<nav aria-label=\"Where this is\"><ol>{}</ol></nav>\n", links.concat()),
    };
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{}</title>\n<link rel=\"stylesheet\" href=\"{root}style.css\">\n</head>\n<body>\n\
         {nav}<main>\n{body}</main>\n</body>\n</html>\n",
        escaped(title)
    )
}

/// Text for an element or an attribute. Characters that do not show, or that turn the direction of
/// writing, are spelled out.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\'' => out += "&#39;",
            '\n' | '\t' => out.push(c),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => out.extend(c.escape_unicode()),
            c if c.is_control() => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}

/// A part of a path or an anchor, whatever the name holds.
pub fn slug(name: &str) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let slug: String = name.chars().map(|c| if fits(c) { c } else { '-' }).collect();
    match slug.strip_prefix('.') {
        Some(rest) => format!("-{rest}"),
        None => slug,
    }
}

/// The word for a verdict, with its class.
pub fn mark(verdict: Verdict) -> String {
    let name = verdict.name();
    format!("<span class=\"verdict {name}\">{name}</span>")
}

/// A table that scrolls by itself where the screen is narrow, by keyboard too.
pub fn scrolling(label: &str, table: &str) -> String {
    let label = escaped(label);
    format!(
        "<div class=\"scroll\" role=\"region\" aria-label=\"{label}\" tabindex=\"0\">\n{table}</div>\n"
    )
}

/// What the verdicts mean, for the foot of a page.
pub fn legend() -> String {
    const MEANINGS: [(Verdict, &str); 6] = [
        (Verdict::Pass, "every reply and every effect is as expected"),
        (Verdict::Text, "the same meaning in other words: an error's text, a number's spelling"),
        (Verdict::Missing, "the server does not know a command: absent is not wrong"),
        (Verdict::Skip, "not for this server or version; not counted"),
        (Verdict::Xfail, "fails, as is known and written down"),
        (Verdict::Fail, "anything else"),
    ];
    let line = |(verdict, meaning): (Verdict, &str)| {
        format!("<div><dt>{}</dt><dd>{meaning}</dd></div>\n", mark(verdict))
    };
    format!("<dl class=\"legend\">\n{}</dl>\n", MEANINGS.map(line).concat())
}
