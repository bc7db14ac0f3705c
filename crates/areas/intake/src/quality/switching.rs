//! How strictly the next lot is inspected follows from those before (ISO 2859-1, 9.3 and 9.4).

use serde::{Deserialize, Serialize};

/// How strictly a lot is inspected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Inspection {
    /// 正常检验.
    Normal,
    /// 加严检验.
    Tightened,
    /// 放宽检验.
    Reduced,
    /// 暂停检验: five lots were returned under tightened inspection; first the sender must mend the process.
    Stopped,
}

/// A lot that was concluded before, seen the first time (not one handed in again).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PastLot {
    /// How strictly it was inspected.
    pub inspection: Inspection,
    /// Whether it passed.
    pub passed: bool,
    /// What it adds to the switching score: two or three; `None` sets the score back.
    pub score: Option<u32>,
}

/// Score at which reduced inspection becomes possible (9.3.3.1).
const ENOUGH_SCORE: u32 = 30;
/// Lots looked back at, and passed in a row (9.3.1, 9.3.2).
const FIVE: usize = 5;

/// How the next lot of a series is inspected. `past` is in the order of conclusion; `may_reduce` says that the
/// responsible authority agrees to reduced inspection.
pub fn inspection_after(past: &[PastLot], may_reduce: bool) -> Inspection {
    let mut now = Inspection::Normal;
    // results under the inspection in force, newest last
    let mut run: Vec<bool> = Vec::new();
    let mut score = 0;
    let mut returned_while_tightened = 0;
    for lot in past {
        run.push(lot.passed);
        let recent = run.iter().rev().take(FIVE);
        let next = match now {
            Inspection::Normal => {
                score = lot.score.filter(|_| lot.passed).map_or(0, |step| score + step);
                if recent.filter(|passed| !**passed).count() >= 2 {
                    Inspection::Tightened
                } else if may_reduce && score >= ENOUGH_SCORE {
                    Inspection::Reduced
                } else {
                    Inspection::Normal
                }
            }
            Inspection::Tightened => {
                returned_while_tightened += usize::from(!lot.passed);
                if returned_while_tightened >= FIVE {
                    Inspection::Stopped
                } else if run.len() >= FIVE && recent.filter(|passed| **passed).count() == FIVE {
                    Inspection::Normal
                } else {
                    Inspection::Tightened
                }
            }
            Inspection::Reduced if lot.passed && may_reduce => Inspection::Reduced,
            Inspection::Reduced => Inspection::Normal,
            // a lot after the stop means that the process was mended: tightened from there (9.4)
            Inspection::Stopped if lot.inspection == Inspection::Tightened => Inspection::Tightened,
            Inspection::Stopped => Inspection::Stopped,
        };
        if next != now {
            run.clear();
            score = 0;
            returned_while_tightened = 0;
            now = next;
        }
    }
    if now == Inspection::Reduced && !may_reduce {
        return Inspection::Normal;
    }
    now
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lots(results: &str) -> Vec<PastLot> {
        let lot = |result| PastLot {
            inspection: Inspection::Normal,
            passed: result == '+',
            score: (result == '+').then_some(3),
        };
        results.chars().map(lot).collect()
    }

    fn after(results: &str) -> Inspection {
        inspection_after(&lots(results), false)
    }

    #[test]
    fn two_returned_of_five_tighten_and_five_passed_loosen() {
        assert_eq!(after(""), Inspection::Normal);
        assert_eq!(after("+-+++"), Inspection::Normal);
        assert_eq!(after("-++-"), Inspection::Tightened);
        assert_eq!(
            after("-++++-"),
            Inspection::Normal,
            "the first is more than five back"
        );
        assert_eq!(after("--++++"), Inspection::Tightened);
        assert_eq!(after("--+++++"), Inspection::Normal);
        assert_eq!(after("--+++-++++"), Inspection::Tightened);
    }

    #[test]
    fn five_returned_while_tightened_stop_the_inspection() {
        assert_eq!(after("---+-+--"), Inspection::Tightened);
        assert_eq!(after("---+-+---"), Inspection::Stopped);
    }

    #[test]
    fn reduced_inspection_needs_a_score_of_thirty_and_leave() {
        let ten = lots("++++++++++");
        assert_eq!(inspection_after(&ten, true), Inspection::Reduced);
        assert_eq!(inspection_after(&ten, false), Inspection::Normal);
        assert_eq!(inspection_after(&ten[..9], true), Inspection::Normal);
        let mut back = ten.clone();
        back.extend(lots("-"));
        assert_eq!(inspection_after(&back, true), Inspection::Normal);
        let mut broken = ten;
        broken[5].score = None;
        assert_eq!(
            inspection_after(&broken, true),
            Inspection::Normal,
            "the score began anew"
        );
    }
}
