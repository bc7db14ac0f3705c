//! Which passwords are good enough: length, not the name, not what guessing begins with, not one of the last.
//!
//! The words that guessing begins with are a rule file, `rules/passwords.txt`; an archive may add a list of its own.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// Shortest password.
pub const SHORTEST: usize = 10;
/// Shortest password of an administrator.
pub const SHORTEST_OF_ADMINISTRATORS: usize = 12;
/// Longest password, in letters: hashing takes no longer for a book.
pub const LONGEST: usize = 200;
/// So many letters must be left when the words of the list, years and runs are taken out.
const OWN_LETTERS: usize = 5;
/// Runs of neighbours and repetitions from this length count as nothing.
const RUN: usize = 3;
/// The longest line of a list that can be a password.
const LONGEST_LINE: u64 = 4_096;

const WORDS: &str = include_str!("../../../../../rules/passwords.txt");

/// Why a password is not good enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    /// Too short.
    #[error("the password is too short: at least {0} letters")]
    Short(usize),
    /// Too long.
    #[error("the password is too long: at most {LONGEST} letters")]
    Long,
    /// It holds the name of the account.
    #[error("the password holds the name of the account")]
    Name,
    /// Guessing begins with such passwords.
    #[error("the password is one of those with which guessing begins")]
    Common,
    /// It was used before.
    #[error("the password was used before")]
    Former,
}

impl WeakPassword {
    /// Stable name for programs and translations.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Short(_) => "identity.password_short",
            Self::Long => "identity.password_long",
            Self::Name => "identity.password_name",
            Self::Common => "identity.password_common",
            Self::Former => "identity.password_former",
        }
    }
}

/// The rules of passwords.
#[derive(Debug, Clone)]
pub struct PasswordRules {
    /// Longest first, so that `password` is taken out before `pass`.
    words: Vec<String>,
    own_list: Option<PathBuf>,
}

impl PasswordRules {
    /// The rules of the program, and the archive's own list, if there is such a file.
    pub fn new(own_list: Option<PathBuf>) -> Self {
        let lines = WORDS.lines().map(str::trim);
        let words: BTreeSet<String> = lines
            .filter(|line| line.len() >= RUN && !line.starts_with('#'))
            .map(str::to_owned)
            .collect();
        let mut words: Vec<String> = words.into_iter().collect();
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        Self { words, own_list }
    }

    /// Looks at a password; reads the archive's own list, if there is one: call it off the async threads.
    pub fn check(&self, account: &str, password: &str, shortest: usize) -> Result<(), WeakPassword> {
        let length = password.chars().count();
        if length < shortest {
            return Err(WeakPassword::Short(shortest));
        }
        if length > LONGEST {
            return Err(WeakPassword::Long);
        }
        let (plain, name) = (password.to_lowercase(), account.to_lowercase());
        let name_is_telling = name.chars().count() >= 3 || !name.is_ascii();
        if name_is_telling
            && (plain.contains(&name) || plain.chars().rev().collect::<String>().contains(&name))
        {
            return Err(WeakPassword::Name);
        }
        let is_common = self.is_common(&plain) || self.is_common(&unmasked(&plain));
        match is_common || self.is_in_own_list(password) {
            true => Err(WeakPassword::Common),
            false => Ok(()),
        }
    }

    /// Whether nothing much is left without words of the list, years and runs.
    fn is_common(&self, password: &str) -> bool {
        let mut rest = password.to_owned();
        for word in &self.words {
            if rest.contains(word.as_str()) {
                rest = rest.replace(word.as_str(), "\0");
            }
        }
        let kept = without_runs(&without_years(&rest));
        let own: BTreeSet<char> = kept.chars().filter(|letter| letter.is_alphanumeric()).collect();
        own.len() < OWN_LETTERS
    }

    fn is_in_own_list(&self, password: &str) -> bool {
        let Some(path) = &self.own_list else { return false };
        stands_in(path, password)
    }
}

/// Whether a line of a file is this password. A list may be long, so it is read and not kept.
fn stands_in(path: &Path, password: &str) -> bool {
    let Ok(file) = File::open(path) else { return false };
    let mut reader = BufReader::with_capacity(1 << 16, file);
    let wanted = password.as_bytes();
    let mut line = Vec::new();
    loop {
        line.clear();
        match (&mut reader).take(LONGEST_LINE).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return false,
            Ok(_) => {}
        }
        if line.trim_ascii_end() == wanted {
            return true;
        }
    }
}

/// Letters instead of the signs that are put in their places.
fn unmasked(password: &str) -> String {
    let letter = |sign| match sign {
        '@' | '4' => 'a',
        '0' => 'o',
        '1' | '!' | '|' => 'i',
        '3' => 'e',
        '$' | '5' => 's',
        '7' => 't',
        other => other,
    };
    password.chars().map(letter).collect()
}

/// Without what reads as a year of our time, or as such a year with month and day.
fn without_years(password: &str) -> String {
    let letters: Vec<char> = password.chars().collect();
    let mut kept = String::new();
    let mut place = 0;
    while let Some(letter) = letters.get(place) {
        let digits = letters.get(place..).unwrap_or_default();
        let run = digits.iter().take_while(|letter| letter.is_ascii_digit()).count();
        let text: String = digits.iter().take(run).collect();
        let is_year = run >= 4 && (text.starts_with("19") || text.starts_with("20"));
        match is_year {
            true => place += if run >= 8 { 8 } else { run },
            false => {
                kept.push(*letter);
                place += 1;
            }
        }
    }
    kept
}

/// Without letters that follow one another in the alphabet, as numbers, or are the same, three and more at a time.
fn without_runs(password: &str) -> String {
    let letters: Vec<char> = password.chars().collect();
    let mut kept = String::new();
    let mut place = 0;
    while let Some(first) = letters.get(place) {
        let length = [-1_i64, 0, 1]
            .into_iter()
            .map(|step| run_length(letters.get(place..).unwrap_or_default(), step))
            .max()
            .unwrap_or(1);
        if length >= RUN {
            place += length;
        } else {
            kept.push(*first);
            place += 1;
        }
    }
    kept
}

fn run_length(letters: &[char], step: i64) -> usize {
    let follows = |pair: &&[char]| matches!(pair, [one, next] if i64::from(u32::from(*next)) - i64::from(u32::from(*one)) == step);
    1 + letters.windows(2).take_while(follows).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::password::random_password;
    use proptest::prelude::*;

    fn check(account: &str, password: &str) -> Result<(), WeakPassword> {
        PasswordRules::new(None).check(account, password, SHORTEST)
    }

    #[test]
    fn what_guessing_begins_with_is_refused_however_it_is_written() {
        for common in [
            "password2026",
            "P@ssw0rd2026!",
            "Admin@123456",
            "woaini1314520",
            "Woaini5201314",
            "1234567890",
            "qwertyuiop123",
            "1qaz2wsx3edc",
            "aaaaaaaaaaaaaaa",
            "19850101zhang",
            "zhangwei19850101",
            "Danganguan2026",
            "LanTai@2026#",
            "abcdefghijklmn",
            "Huawei@123!!",
            "mimamimamima",
            "iloveyou520520",
        ] {
            assert_eq!(check("somebody", common), Err(WeakPassword::Common), "{common}");
        }
    }

    #[test]
    fn what_nobody_guesses_first_is_taken() {
        for sound in [
            "荻川县的旧城墙塌了",
            "青溪县水库在一九五八年建成",
            "correct horse battery",
            "tr7-Lkx9wPqz",
            "一个很长的口令-2026",
            "今天天气不错呀呀呀哈",
        ] {
            assert_eq!(
                PasswordRules::new(None).check("王芳", sound, 9),
                Ok(()),
                "{sound}"
            );
        }
        for _ in 0..200 {
            let made = random_password().unwrap();
            assert_eq!(
                PasswordRules::new(None).check("admin", &made, 12),
                Ok(()),
                "{made}"
            );
        }
    }

    #[test]
    fn length_and_name_are_looked_at() {
        assert_eq!(check("wang.fang", "kz7-Lkx9w"), Err(WeakPassword::Short(10)));
        assert_eq!(check("wang.fang", &"很".repeat(201)), Err(WeakPassword::Long));
        assert_eq!(check("wang.fang", "xx-Wang.Fang-9kq"), Err(WeakPassword::Name));
        assert_eq!(check("wang.fang", "xx-gnaf.gnaw-9kq"), Err(WeakPassword::Name));
        assert_eq!(check("王芳", "我是王芳这是我的口令"), Err(WeakPassword::Name));
        assert_eq!(check("wf", "zwf8-Lkx9wPq"), Ok(()));
    }

    #[test]
    fn the_list_of_an_archive_is_read_as_well() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("passwords.txt");
        std::fs::write(
            &path,
            format!("first\r\nkz7-Lkx9wPq\r\n{}\nlast-Lkx9wPq", "x".repeat(100_000)),
        )
        .unwrap();
        let rules = PasswordRules::new(Some(path));
        assert_eq!(rules.check("a", "kz7-Lkx9wPq", 10), Err(WeakPassword::Common));
        assert_eq!(rules.check("a", "last-Lkx9wPq", 10), Err(WeakPassword::Common));
        assert_eq!(rules.check("a", "kz7-Lkx9wPr", 10), Ok(()));
        let missing = PasswordRules::new(Some(folder.path().join("missing.txt")));
        assert_eq!(missing.check("a", "kz7-Lkx9wPr", 10), Ok(()));
    }

    proptest! {
        #[test]
        fn no_password_is_too_strange_to_be_looked_at(account in ".{0,20}", password in ".{0,300}") {
            let _ = check(&account, &password);
        }
    }
}
