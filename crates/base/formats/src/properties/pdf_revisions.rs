//! Whether a later revision of a PDF added nothing but signatures: both are walked from the root, side by side.

use super::ExamineLimits;
use super::pdf::name_is;
use super::pdf_signatures::{belongs_to, is_empty_field, object_belongs_to};
use hayro_syntax::Pdf;
use hayro_syntax::object::{Dict, MaybeRef, ObjRef, Object};
use std::collections::{HashSet, VecDeque};

/// Steps of the walk for each object that may be looked at.
const STEPS_AN_OBJECT: usize = 50;

/// What came after the revision.
pub(super) struct Later {
    /// Dictionaries of later signatures.
    pub signatures: HashSet<ObjRef>,
    /// Whether one of them covers the whole file.
    pub covers_all: bool,
}

/// Where in the document a pair stands: some places may grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Root,
    Form,
    /// Fields of the form, annotations of a page.
    List,
    Plain,
}

struct Pair<'a> {
    place: Place,
    path: String,
    old: MaybeRef<Object<'a>>,
    new: MaybeRef<Object<'a>>,
}

/// Compares a signed revision with the document as it is now; says what else was changed.
pub(super) fn only_signatures_were_added(
    signed: &Pdf,
    now: &Pdf,
    later: &Later,
    limits: &ExamineLimits,
) -> Result<(), String> {
    let reference = |pdf: &Pdf| ObjRef::from(pdf.xref().root_id());
    let mut walk = Walk {
        signed,
        now,
        later,
        waiting: VecDeque::new(),
        seen: HashSet::new(),
    };
    walk.waiting.push_back(Pair {
        place: Place::Root,
        path: String::new(),
        old: MaybeRef::Ref(reference(signed)),
        new: MaybeRef::Ref(reference(now)),
    });
    let mut steps = limits.objects.saturating_mul(STEPS_AN_OBJECT);
    while let Some(pair) = walk.waiting.pop_front() {
        steps = steps.checked_sub(1).ok_or("it is too large to be compared")?;
        walk.compare(pair)?;
    }
    Ok(())
}

struct Walk<'a> {
    signed: &'a Pdf,
    now: &'a Pdf,
    later: &'a Later,
    waiting: VecDeque<Pair<'a>>,
    seen: HashSet<(ObjRef, ObjRef)>,
}

impl<'a> Walk<'a> {
    fn compare(&mut self, pair: Pair<'a>) -> Result<(), String> {
        let Pair {
            place,
            path,
            old,
            new,
        } = pair;
        if let (MaybeRef::Ref(old), MaybeRef::Ref(new)) = (&old, &new)
            && !self.seen.insert((*old, *new))
        {
            return Ok(());
        }
        let changed = || {
            Err(if path.is_empty() {
                "its root".to_owned()
            } else {
                path.clone()
            })
        };
        let (old, new) = (resolve(self.signed, old), resolve(self.now, new));
        match (old, new) {
            (Object::Dict(old), Object::Dict(new)) => self.dictionaries(place, &path, &old, &new),
            (Object::Stream(old), Object::Stream(new)) => {
                if old.raw_data() != new.raw_data() {
                    return changed();
                }
                self.dictionaries(Place::Plain, &path, old.dict(), new.dict())
            }
            (Object::Array(old), Object::Array(new)) => {
                let (old, new): (Vec<_>, Vec<_>) = (old.raw_iter().collect(), new.raw_iter().collect());
                self.arrays(place, &path, old, new)
            }
            (Object::String(old), Object::String(new)) if old.as_bytes() == new.as_bytes() => Ok(()),
            (Object::Null(_), Object::Null(_)) => Ok(()),
            (old @ (Object::Boolean(_) | Object::Number(_) | Object::Name(_)), new) if old == new => Ok(()),
            _ => changed(),
        }
    }

    fn dictionaries(
        &mut self,
        place: Place,
        path: &str,
        old: &Dict<'a>,
        new: &Dict<'a>,
    ) -> Result<(), String> {
        // an empty field that was signed later
        if is_empty_field(old) && belongs_to(new, &self.later.signatures) {
            return Ok(());
        }
        let is_page = place == Place::Plain && name_is(old, "Type", "Page") && name_is(new, "Type", "Page");
        let keys = |dict: &Dict<'a>| -> Vec<Vec<u8>> { dict.keys().map(|key| key.to_vec()).collect() };
        for key in keys(old) {
            let name = String::from_utf8_lossy(&key).into_owned();
            if self.may_change(place, &name) {
                continue;
            }
            let below = format!("{path}/{name}");
            let pair = old
                .get_raw::<Object<'a>>(&key)
                .zip(new.get_raw::<Object<'a>>(&key));
            let Some((old, new)) = pair else {
                return Err(below);
            };
            self.waiting.push_back(Pair {
                place: self.place_below(place, is_page, &name),
                path: below,
                old,
                new,
            });
        }
        for key in keys(new).into_iter().filter(|key| !old.contains_key(key)) {
            let name = String::from_utf8_lossy(&key).into_owned();
            if self.may_change(place, &name) {
                continue;
            }
            let below = format!("{path}/{name}");
            let added = new
                .get_raw::<Object<'a>>(&key)
                .map(|added| resolve(self.now, added));
            match (self.place_below(place, is_page, &name), added) {
                (Place::List, Some(Object::Array(list))) => {
                    self.arrays(Place::List, &below, Vec::new(), list.raw_iter().collect())?;
                }
                (Place::Form, Some(Object::Dict(form))) => {
                    self.dictionaries(Place::Form, &below, &Dict::empty(), &form)?;
                }
                _ => return Err(below),
            }
        }
        Ok(())
    }

    /// What may differ, or be there only now, without changing what the document shows.
    fn may_change(&self, place: Place, key: &str) -> bool {
        match place {
            Place::Root => {
                matches!(key, "DSS" | "Extensions" | "Perms" | "Version")
                    // who signs the whole again answers for its description
                    || (key == "Metadata" && self.later.covers_all)
            }
            Place::Form => matches!(key, "SigFlags" | "DR" | "DA"),
            Place::List | Place::Plain => false,
        }
    }

    fn place_below(&self, place: Place, is_page: bool, key: &str) -> Place {
        match (place, key) {
            (Place::Root, "AcroForm") => Place::Form,
            (Place::Form, "Fields") => Place::List,
            (_, "Annots") if is_page => Place::List,
            _ => Place::Plain,
        }
    }

    fn arrays(
        &mut self,
        place: Place,
        path: &str,
        old: Vec<MaybeRef<Object<'a>>>,
        new: Vec<MaybeRef<Object<'a>>>,
    ) -> Result<(), String> {
        let (count, more) = (old.len(), new.len());
        if more < count || (more > count && place != Place::List) {
            return Err(path.to_owned());
        }
        let mut new = new.into_iter();
        for (number, (old, new)) in old.into_iter().zip(new.by_ref()).enumerate() {
            self.waiting.push_back(Pair {
                place: Place::Plain,
                path: format!("{path}[{number}]"),
                old,
                new,
            });
        }
        for added in new {
            if !object_belongs_to(&resolve(self.now, added), &self.later.signatures) {
                return Err(path.to_owned());
            }
        }
        Ok(())
    }
}

fn resolve<'a>(pdf: &'a Pdf, object: MaybeRef<Object<'a>>) -> Object<'a> {
    match object {
        MaybeRef::Ref(reference) => {
            let found = pdf.xref().get::<Object<'a>>(reference.into());
            found.unwrap_or(Object::Null(hayro_syntax::object::Null))
        }
        MaybeRef::NotRef(object) => object,
    }
}
