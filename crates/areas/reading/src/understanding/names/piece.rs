//! The text as a row of pieces, which the rules split and join.

use lantai_models::words::Tag;

/// A stretch of the text that the rules handle as one: a word at first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Piece {
    /// First character.
    pub start: usize,
    /// The character after the last.
    pub end: usize,
    /// What it is.
    pub tag: Tag,
    /// What says so.
    pub basis: Basis,
}

/// What says that a piece is a name. How sure each is was counted on news text (see [`Basis::confidence`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Basis {
    /// The model, and nothing speaks for or against it.
    Model,
    /// The model, and the name begins with a surname or a title follows.
    ModelAndForm,
    /// A list of known names.
    List,
    /// One character that stands for a state or province.
    Letter,
    /// Words joined to the name of a body by its ending.
    Joined,
    /// A longer word was cut.
    Cut,
    /// It stands behind an office, in a classical text.
    Office,
}

/// The characters of the text with the pieces over them.
pub(super) struct Row<'a> {
    pub chars: &'a [char],
    pub pieces: Vec<Piece>,
}

impl Piece {
    pub fn length(&self) -> usize {
        self.end - self.start
    }

    pub fn named(self, tag: Tag, basis: Basis) -> Self {
        Self { tag, basis, ..self }
    }
}

impl Row<'_> {
    /// As written.
    pub fn text(&self, start: usize, end: usize) -> String {
        self.chars.get(start..end).unwrap_or_default().iter().collect()
    }

    /// The text of the piece at an index; empty behind the last.
    pub fn text_at(&self, index: usize) -> String {
        self.pieces
            .get(index)
            .map(|piece| self.text(piece.start, piece.end))
            .unwrap_or_default()
    }

    /// The tag of the piece at an index.
    pub fn tag_at(&self, index: usize) -> Option<Tag> {
        self.pieces.get(index).map(|piece| piece.tag)
    }

    /// Rewrites every piece into one or more.
    pub fn split(&mut self, rewrite: impl Fn(&Self, usize, &Piece) -> Option<Vec<Piece>>) {
        let mut pieces = Vec::with_capacity(self.pieces.len());
        for (index, piece) in self.pieces.iter().enumerate() {
            match rewrite(self, index, piece) {
                Some(new) => pieces.extend(new.into_iter().filter(|one| one.start < one.end)),
                None => pieces.push(*piece),
            }
        }
        self.pieces = pieces;
    }

    /// Joins pieces: `rule` says how many pieces from an index on become which one.
    pub fn join(&mut self, rule: impl Fn(&Self, usize) -> Option<(usize, Tag, Basis)>) {
        let mut pieces = Vec::with_capacity(self.pieces.len());
        let mut index = 0;
        while let Some(piece) = self.pieces.get(index) {
            let joined = rule(self, index).and_then(|(count, tag, basis)| {
                let parts = self.pieces.get(index..index + count)?;
                let last = parts.last()?;
                // What a line end or a blank parts is not one name.
                let touching = parts
                    .iter()
                    .zip(parts.get(1..)?)
                    .all(|(left, right)| left.end == right.start);
                if !touching {
                    return None;
                }
                let whole = Piece {
                    start: piece.start,
                    end: last.end,
                    tag,
                    basis,
                };
                Some((count, whole))
            });
            match joined {
                Some((count, whole)) => {
                    pieces.push(whole);
                    index += count;
                }
                None => {
                    pieces.push(*piece);
                    index += 1;
                }
            }
        }
        self.pieces = pieces;
    }
}
