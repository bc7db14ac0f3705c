//! How a query was understood, in words for people and programs.

use std::fmt;

use crate::query::{Clause, Item, Query, TextField};

impl fmt::Display for Query {
    /// How the query was understood, for people and programs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts: Vec<String> = self.items.iter().map(ToString::to_string).collect();
        if self.is_passage {
            parts.push(format!("passage:{} characters", self.plain.len()));
        }
        f.write_str(&parts.join(" "))
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.excluded {
            f.write_str("-")?;
        }
        match &self.clause {
            Clause::Text(text) => {
                let name = match text.field {
                    TextField::All => "text",
                    TextField::Title => "title",
                    TextField::Author => "author",
                    TextField::Subject => "subject",
                };
                if text.quoted {
                    write!(f, "{name}:\"{}\"", text.typed)
                } else {
                    write!(f, "{name}:{}", text.typed)
                }
            }
            Clause::Date { label, .. } => write!(f, "date:{label}"),
            Clause::Number { text, .. } => write!(f, "document_number:{text}"),
            Clause::Code { folded, prefix, .. } => {
                write!(
                    f,
                    "code:{}{}",
                    folded.to_uppercase(),
                    if *prefix { "*" } else { "" }
                )
            }
            Clause::Year { from, to } if from == to => {
                write!(
                    f,
                    "year:{}",
                    from.map_or_else(String::new, |year| year.to_string())
                )
            }
            Clause::Year { from, to } => {
                let show = |year: &Option<i32>| year.map_or_else(String::new, |year| year.to_string());
                write!(f, "year:{}..{}", show(from), show(to))
            }
            Clause::Value { facet, value } => write!(f, "{facet}:{value}"),
        }
    }
}
