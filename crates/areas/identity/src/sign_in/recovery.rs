//! Recovery codes: for whoever lost their authenticator. Shown once, kept as digests, each good for one time.

use super::random::{RandomSource, letters};
use super::secret_box::SecretBox;
use crate::error::IdentityError;

/// How many there are.
pub(crate) const CODES: usize = 10;
/// Letters that are not mistaken for one another.
const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
/// Letters of a code: 49 bits, far beyond what a locked account lets anybody try.
const LENGTH: usize = 10;

/// New codes, as they are shown: `abcde-fghjk`.
pub(crate) fn new_codes(random: &dyn RandomSource) -> Result<Vec<String>, IdentityError> {
    (0..CODES)
        .map(|_| {
            let code = letters(random, LETTERS, LENGTH)?;
            let (first, second) = code.split_at(LENGTH / 2);
            Ok(format!("{first}-{second}"))
        })
        .collect()
}

/// A code as it was typed, without what does not count; `None`: it cannot be one.
pub(crate) fn plain(typed: &str) -> Option<String> {
    let plain: String = typed
        .chars()
        .filter(|letter| !letter.is_whitespace() && *letter != '-')
        .flat_map(char::to_lowercase)
        .collect();
    let sound = plain.len() == LENGTH && plain.bytes().all(|letter| LETTERS.contains(&letter));
    sound.then_some(plain)
}

/// The form in which a code is kept.
pub(crate) fn digest(secrets: &SecretBox, account: &str, code: &str) -> Option<String> {
    plain(code).map(|plain| secrets.digest("recovery code", account, &plain))
}

#[cfg(test)]
mod tests {
    use super::super::random::MachineRandom;
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn there_are_ten_that_differ_and_read_back_however_they_are_typed() {
        let codes = new_codes(&MachineRandom).unwrap();
        assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), CODES);
        let secrets = SecretBox::new(&[1; 32]).unwrap();
        let kept = digest(&secrets, "王芳", &codes[0]);
        assert!(kept.is_some());
        let typed = format!(" {} ", codes[0].to_uppercase().replace('-', " "));
        assert_eq!(digest(&secrets, "王芳", &typed), kept);
        assert_ne!(digest(&secrets, "李敏", &codes[0]), kept);
        for wrong in ["", "abcde", "abcde-fghj1", "abcde-fghjkk", "档案馆档案馆档案馆"] {
            assert_eq!(plain(wrong), None, "{wrong}");
        }
    }
}
