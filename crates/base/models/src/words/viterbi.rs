//! The best row of labels for a sentence: the model scores each label at each character, and each step between two.

/// Scores of steps from label to label, row by row; the last label stands before the sentence, the one before it
/// behind its end.
pub(super) struct Transitions {
    labels: usize,
    scores: Vec<f32>,
}

impl Transitions {
    /// From a square table; `None` where the numbers make none.
    pub fn new(labels: usize, scores: Vec<f32>) -> Option<Self> {
        let square = labels >= 3 && labels.checked_mul(labels) == Some(scores.len());
        (square && scores.iter().all(|score| score.is_finite())).then_some(Self { labels, scores })
    }

    /// How many labels there are, those before and behind the sentence among them.
    pub fn labels(&self) -> usize {
        self.labels
    }

    fn from(&self, label: usize) -> &[f32] {
        let start = label * self.labels;
        self.scores.get(start..start + self.labels).unwrap_or_default()
    }

    /// The best label of each character. `emissions` holds a row of scores for each of them.
    pub fn best(&self, emissions: &[f32]) -> Vec<usize> {
        let mut rows = emissions.chunks_exact(self.labels);
        let Some(first) = rows.next() else {
            return Vec::new();
        };
        let before = self.from(self.labels - 1);
        let mut best: Vec<f32> = first
            .iter()
            .zip(before)
            .map(|(score, step)| score + step)
            .collect();
        let mut origins: Vec<Vec<usize>> = Vec::new();
        for row in rows {
            let mut next = vec![f32::NEG_INFINITY; self.labels];
            let mut origin = vec![0; self.labels];
            for (from, score) in best.iter().enumerate() {
                for (to, step) in self.from(from).iter().enumerate() {
                    let sum = score + step;
                    if let (Some(known), Some(place)) = (next.get_mut(to), origin.get_mut(to))
                        && sum > *known
                    {
                        *known = sum;
                        *place = from;
                    }
                }
            }
            for (sum, score) in next.iter_mut().zip(row) {
                *sum += score;
            }
            best = next;
            origins.push(origin);
        }
        let behind = self.labels - 2;
        let last = best
            .iter()
            .enumerate()
            .map(|(label, score)| {
                (
                    label,
                    score + self.from(label).get(behind).copied().unwrap_or(0.0),
                )
            })
            .max_by(|left, right| left.1.total_cmp(&right.1))
            .map_or(0, |(label, _)| label);
        let mut path = vec![last];
        for origin in origins.iter().rev() {
            let here = path.last().copied().unwrap_or(0);
            path.push(origin.get(here).copied().unwrap_or(0));
        }
        path.reverse();
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two labels that may not follow themselves, and the two ends.
    fn alternating() -> Transitions {
        let mut scores = vec![0.0; 16];
        scores[0] = -10.0;
        scores[5] = -10.0;
        Transitions::new(4, scores).unwrap()
    }

    #[test]
    fn the_best_row_keeps_to_the_steps() {
        let emissions = [1.0, 0.0, -9.0, -9.0, 1.0, 0.9, -9.0, -9.0, 1.0, 0.0, -9.0, -9.0];
        assert_eq!(alternating().best(&emissions), [0, 1, 0]);
        assert_eq!(alternating().best(&[]), Vec::<usize>::new());
    }

    #[test]
    fn what_is_no_table_is_refused() {
        assert!(Transitions::new(4, vec![0.0; 15]).is_none());
        assert!(Transitions::new(0, Vec::new()).is_none());
        assert!(Transitions::new(3, vec![f32::NAN; 9]).is_none());
    }
}
