//! A lot (检验批) and its way: drawn, inspected by two, arbitrated, passed or returned.

use super::error::QualityError;
use super::judgement::{Judgement, Marks, deciding};
use super::people::{Pair, Person};
use super::rules::DefectSeverity;
use super::sampling::SamplePlan;
use jiff::Timestamp;
use jiff::civil::Date;
use lantai_domain::{AccessionId, Media, RecordId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Version of the stored form of a lot; never reused once released.
pub const LOT_FORMAT: &str = "lantai-quality-lot/1";

/// Whose mark it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeatNumber {
    /// The first inspector's.
    One,
    /// The second inspector's.
    Two,
    /// The third person's, who decides where the two differ.
    Arbiter,
}

impl SeatNumber {
    /// Its number in the catalogue.
    pub fn number(self) -> i64 {
        match self {
            Self::One => 1,
            Self::Two => 2,
            Self::Arbiter => 3,
        }
    }
}

/// An inspector at work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seat {
    /// Who.
    pub person: Person,
    /// Since when.
    pub begun_at: Timestamp,
    /// When every piece was marked and handed in; from then on nothing is changed.
    pub submitted_at: Option<Timestamp>,
}

/// What a severity came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeverityTally {
    /// The severity.
    pub severity: DefectSeverity,
    /// Pieces that counted.
    pub size: u64,
    /// Defective pieces among them.
    pub defective: u64,
    /// Ac.
    pub accept: u64,
    /// Whether the lot passes by it.
    pub passes: bool,
}

/// The end of an inspection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conclusion {
    /// When.
    pub at: Timestamp,
    /// Who concluded; the verdict follows from the marks by rule.
    pub by: Person,
    /// The two inspectors.
    pub inspectors: Pair,
    /// The third person, where the two differed.
    pub arbiter: Option<Person>,
    /// Pieces on which they differed.
    pub disputed: Vec<u32>,
    /// What each severity came to.
    pub tally: Vec<SeverityTally>,
    /// Pieces that are fine.
    pub fine: u64,
    /// What the lot adds to the switching score (ISO 2859-1, 9.3.3.2).
    pub score: Option<u32>,
}

/// Where a lot stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum LotState {
    /// The sample is drawn; nobody has begun.
    Drawn,
    /// One or two persons look at the sample; neither sees the other's marks.
    Inspecting {
        /// The first.
        one: Seat,
        /// The second, once there is one.
        two: Option<Seat>,
    },
    /// Both are done. Where they differ a third decides; where they do not, the lot only waits for its conclusion.
    Arbitrating {
        /// The two inspectors.
        inspectors: Pair,
        /// Pieces on which they differ.
        disputed: Vec<u32>,
        /// The third person, once there is one.
        arbiter: Option<Person>,
    },
    /// 合格: it passed.
    Passed {
        /// How.
        conclusion: Conclusion,
    },
    /// 退回: it goes back.
    Returned {
        /// How.
        conclusion: Conclusion,
    },
    /// It was withdrawn before its end.
    Withdrawn {
        /// When.
        at: Timestamp,
        /// By whom.
        by: Person,
        /// Why.
        reason: String,
    },
}

impl LotState {
    /// Identifier used in interfaces.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Drawn => "drawn",
            Self::Inspecting { .. } => "inspecting",
            Self::Arbitrating { .. } => "arbitrating",
            Self::Passed { .. } => "passed",
            Self::Returned { .. } => "returned",
            Self::Withdrawn { .. } => "withdrawn",
        }
    }

    /// Whether nothing of it changes any more.
    pub fn is_over(&self) -> bool {
        matches!(
            self,
            Self::Passed { .. } | Self::Returned { .. } | Self::Withdrawn { .. }
        )
    }
}

/// Which records of an accession a lot takes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Only records whose code begins so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_prefix: Option<String>,
    /// Only files of this kind, such as pictures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<Media>,
}

/// A piece of the sample.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LotItem {
    /// Its number in the sample, from 1.
    pub number: u32,
    /// The record.
    pub record: RecordId,
    /// Its code when the sample was drawn.
    pub code: String,
    /// Place of the file among the record's files, from 1; `None`: the whole record.
    pub file: Option<u32>,
    /// Files to look at.
    pub files: u32,
    /// Name of the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Bytes to look at.
    pub size: u64,
    /// SHA-512 of the file: what was judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha512: Option<String>,
    /// What a machine points out, by stable name; it decides nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
}

/// A lot as it is kept, in the catalogue and, once it is over, in the vault beside its accession.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lot {
    /// Version of this form: [`LOT_FORMAT`].
    pub format: String,
    /// Its identifier.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// The accession it belongs to.
    pub accession: AccessionId,
    /// Who received that; he or she does not inspect it.
    pub received_by: Person,
    /// Which records of the accession.
    pub choice: Choice,
    /// The run of lots it belongs to, such as a contractor; how strictly it is inspected follows from those before.
    pub series: String,
    /// The lot that was returned and comes again with this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again: Option<Uuid>,
    /// Version of the rules.
    pub rules: String,
    /// How it is sampled and judged.
    pub plan: SamplePlan,
    /// The seed of the sample; with it anybody draws the same one.
    pub seed: String,
    /// The two who are to inspect it, where they were named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assigned: Option<Pair>,
    /// Who drew it.
    pub created_by: Person,
    /// When.
    pub created_at: Timestamp,
    /// The day by which it is to be done.
    pub deadline: Date,
    /// Where it stands.
    #[serde(flatten)]
    pub state: LotState,
}

fn wrong_state(lot: &Lot, wanted: &'static str) -> QualityError {
    QualityError::WrongState {
        state: lot.state.name(),
        wanted,
    }
}

impl Lot {
    /// The seat of a person, if he or she has one.
    pub fn seat_of(&self, person: &Person) -> Option<SeatNumber> {
        let (one, two, arbiter) = match &self.state {
            LotState::Drawn | LotState::Withdrawn { .. } => (None, None, None),
            LotState::Inspecting { one, two } => {
                (Some(&one.person), two.as_ref().map(|seat| &seat.person), None)
            }
            LotState::Arbitrating {
                inspectors, arbiter, ..
            } => (Some(inspectors.one()), Some(inspectors.two()), arbiter.as_ref()),
            LotState::Passed { conclusion } | LotState::Returned { conclusion } => (
                Some(conclusion.inspectors.one()),
                Some(conclusion.inspectors.two()),
                conclusion.arbiter.as_ref(),
            ),
        };
        let seats = [
            (one, SeatNumber::One),
            (two, SeatNumber::Two),
            (arbiter, SeatNumber::Arbiter),
        ];
        seats
            .into_iter()
            .find(|(holder, _)| *holder == Some(person))
            .map(|(_, seat)| seat)
    }

    /// Whose marks a person may see: one's own, and the others' only when both inspectors are done.
    pub fn sees(&self, person: &Person, seat: SeatNumber) -> bool {
        match self.state {
            LotState::Drawn | LotState::Inspecting { .. } => self.seat_of(person) == Some(seat),
            LotState::Arbitrating { .. } | LotState::Passed { .. } | LotState::Returned { .. } => true,
            // over without a verdict: another sample is drawn for another lot
            LotState::Withdrawn { .. } => true,
        }
    }

    /// Takes a free seat. Whoever has one keeps it.
    pub fn take_seat(&mut self, person: &Person, now: Timestamp) -> Result<SeatNumber, QualityError> {
        if let Some(seat) = self.seat_of(person) {
            return Ok(seat);
        }
        if let LotState::Arbitrating {
            inspectors,
            disputed,
            arbiter,
        } = &mut self.state
        {
            if disputed.is_empty() {
                return Err(QualityError::NothingDisputed);
            }
            if arbiter.is_some() {
                return Err(QualityError::SeatsTaken);
            }
            if inspectors.has(person) {
                return Err(QualityError::SamePerson);
            }
            *arbiter = Some(person.clone());
            return Ok(SeatNumber::Arbiter);
        }
        if self.received_by == *person {
            return Err(QualityError::ReceivedIt);
        }
        if self.assigned.as_ref().is_some_and(|pair| !pair.has(person)) {
            return Err(QualityError::NotAssigned);
        }
        let seat = Seat {
            person: person.clone(),
            begun_at: now,
            submitted_at: None,
        };
        match &mut self.state {
            LotState::Drawn => {
                self.state = LotState::Inspecting { one: seat, two: None };
                Ok(SeatNumber::One)
            }
            LotState::Inspecting { one, two: two @ None } => {
                Pair::new(one.person.clone(), person.clone())?;
                *two = Some(seat);
                Ok(SeatNumber::Two)
            }
            LotState::Inspecting { .. } => Err(QualityError::SeatsTaken),
            _ => Err(wrong_state(self, "inspected")),
        }
    }

    /// The seat on which a person may mark this piece now.
    pub fn may_mark(&self, person: &Person, item: u32) -> Result<SeatNumber, QualityError> {
        if item == 0 || u64::from(item) > self.plan.sample_size {
            return Err(QualityError::ItemUnknown(item));
        }
        let seat = self.seat_of(person).ok_or(QualityError::NotYours)?;
        match (&self.state, seat) {
            (LotState::Inspecting { one, .. }, SeatNumber::One) if one.submitted_at.is_none() => Ok(seat),
            (LotState::Inspecting { two: Some(two), .. }, SeatNumber::Two) if two.submitted_at.is_none() => {
                Ok(seat)
            }
            (LotState::Arbitrating { disputed, .. }, SeatNumber::Arbiter) => {
                if disputed.contains(&item) {
                    Ok(seat)
                } else {
                    Err(QualityError::ItemUnknown(item))
                }
            }
            _ => Err(wrong_state(self, "marked")),
        }
    }

    /// Hands a person's marks in; `done` pieces were marked. When both have, the lot goes on to arbitration with the
    /// pieces on which `marks` differ.
    pub fn submit(&mut self, person: &Person, done: u64, now: Timestamp) -> Result<bool, QualityError> {
        let seat = self.seat_of(person).ok_or(QualityError::NotYours)?;
        let total = self.plan.sample_size;
        let LotState::Inspecting { one, two } = &mut self.state else {
            return Err(wrong_state(self, "submitted"));
        };
        let mine = match seat {
            SeatNumber::One => Some(&mut *one),
            _ => two.as_mut(),
        };
        let Some(mine) = mine.filter(|seat| seat.submitted_at.is_none()) else {
            return Err(wrong_state(self, "submitted"));
        };
        if done < total {
            return Err(QualityError::Incomplete { left: total - done });
        }
        mine.submitted_at = Some(now);
        Ok(one.submitted_at.is_some() && two.as_ref().is_some_and(|two| two.submitted_at.is_some()))
    }

    /// Goes on to arbitration when both have handed in.
    pub fn arbitrate(&mut self, disputed: Vec<u32>) -> Result<(), QualityError> {
        let LotState::Inspecting { one, two: Some(two) } = &self.state else {
            return Err(wrong_state(self, "arbitrated"));
        };
        let inspectors = Pair::new(one.person.clone(), two.person.clone())?;
        self.state = LotState::Arbitrating {
            inspectors,
            disputed,
            arbiter: None,
        };
        Ok(())
    }

    /// The end by rule. Every disputed piece must be decided.
    pub fn conclude(&mut self, by: &Person, marks: &Marks, now: Timestamp) -> Result<(), QualityError> {
        let LotState::Arbitrating {
            inspectors,
            disputed,
            arbiter,
        } = &self.state
        else {
            return Err(wrong_state(self, "concluded"));
        };
        let decided = |item: &&u32| {
            marks
                .get(*item)
                .is_none_or(|seats| !seats.contains_key(&SeatNumber::Arbiter))
        };
        let left = disputed.iter().filter(decided).count();
        if left > 0 {
            return Err(QualityError::Incomplete {
                left: u64::try_from(left).unwrap_or(u64::MAX),
            });
        }
        let tally = self.tally(marks);
        let passes = tally.iter().all(|one| one.passes);
        let fine = marks
            .values()
            .filter(|seats| deciding(seats).and_then(Judgement::severity).is_none())
            .count();
        let conclusion = Conclusion {
            at: now,
            by: by.clone(),
            inspectors: inspectors.clone(),
            arbiter: arbiter.clone(),
            disputed: disputed.clone(),
            score: passes.then(|| self.score(&tally)).flatten(),
            tally,
            fine: u64::try_from(fine).unwrap_or(u64::MAX),
        };
        self.state = match passes {
            true => LotState::Passed { conclusion },
            false => LotState::Returned { conclusion },
        };
        Ok(())
    }

    /// Withdraws the lot.
    pub fn withdraw(&mut self, by: &Person, reason: &str, now: Timestamp) -> Result<(), QualityError> {
        if self.state.is_over() {
            return Err(wrong_state(self, "withdrawn"));
        }
        let reason = reason.trim();
        if reason.is_empty() {
            return Err(QualityError::ReasonMissing);
        }
        self.state = LotState::Withdrawn {
            at: now,
            by: by.clone(),
            reason: reason.to_owned(),
        };
        Ok(())
    }

    /// Defective pieces of each severity among the pieces that count for it. A piece counts once, by its weightiest
    /// defect.
    pub fn tally(&self, marks: &Marks) -> Vec<SeverityTally> {
        let of = |limit: &super::sampling::Limit| {
            let defective = marks.iter().filter(|(item, seats)| {
                u64::from(**item) <= limit.size
                    && deciding(seats).and_then(Judgement::severity) == Some(limit.severity)
            });
            let defective = u64::try_from(defective.count()).unwrap_or(u64::MAX);
            SeverityTally {
                severity: limit.severity,
                size: limit.size,
                defective,
                accept: limit.accept,
                passes: defective <= limit.accept,
            }
        };
        self.plan.limits.iter().map(of).collect()
    }

    /// What a passed lot adds to the switching score: three where Ac is two or more and it would pass under the next
    /// stricter limit, two where Ac is less, else nothing and the score begins anew. The least of all severities.
    fn score(&self, tally: &[SeverityTally]) -> Option<u32> {
        let steps = self
            .plan
            .limits
            .iter()
            .zip(tally)
            .map(|(limit, one)| match limit.accept {
                0 | 1 => Some(2),
                _ => limit
                    .stricter
                    .filter(|accept| one.defective <= *accept)
                    .map(|_| 3),
            });
        steps.collect::<Option<Vec<u32>>>()?.into_iter().min()
    }
}
