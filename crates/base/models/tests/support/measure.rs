//! Character error rates, and what reading takes.

use unicode_normalization::UnicodeNormalization;

/// The text in a common spelling: NFKC, without white space.
pub fn comparable(text: &str) -> Vec<char> {
    text.nfkc()
        .filter(|character| !character.is_whitespace())
        .collect()
}

/// Characters that must be put in, taken out or exchanged to make one text of the other.
pub fn distance(one: &[char], other: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, character) in one.iter().enumerate() {
        let mut diagonal = line;
        let mut left = line + 1;
        row[0] = left;
        for (column, with) in other.iter().enumerate() {
            let above = row[column + 1];
            let cost = (diagonal + usize::from(character != with))
                .min(above + 1)
                .min(left + 1);
            diagonal = above;
            left = cost;
            row[column + 1] = cost;
        }
    }
    row[other.len()]
}

/// Processor seconds of this process so far.
pub fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let behind_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks: f64 = behind_name
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum();
    ticks / 100.0
}

/// The most memory that this process has held, in MiB.
pub fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok())
        .unwrap_or(0)
        / 1024
}
