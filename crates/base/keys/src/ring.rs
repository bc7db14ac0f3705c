//! The master keys at hand, and the handles they give.

use crate::algorithm::CipherAlgorithm;
use crate::cipher::{Cipher, context};
use crate::key::{KeyInfo, KeyState, MasterKey};
use crate::secret::Secret;
use lantai_domain::content_key::NONCE_BYTES;
use lantai_domain::{FileKey, KeyError, KeyKeeper, ObjectKey, WrappedKey};
use std::sync::Arc;

/// What a wrapped data key is bound to, besides object and algorithm.
const DATA_KEY: &str = "lantai-data-key/1";

/// Master keys at hand.
pub struct KeyRing {
    keys: Vec<MasterKey>,
    /// Algorithm of new data keys.
    algorithm: CipherAlgorithm,
}

impl KeyRing {
    pub(crate) fn new(keys: Vec<MasterKey>, algorithm: CipherAlgorithm) -> Self {
        Self { keys, algorithm }
    }

    /// One random key that lives as long as this value and is kept nowhere: for tests and for measuring.
    ///
    /// # Errors
    /// [`KeyError::Random`].
    pub fn fleeting(algorithm: CipherAlgorithm, id: &str) -> Result<Self, KeyError> {
        Self::new(Vec::new(), algorithm).followed_by(id)
    }

    /// The same keys, retired, and another random one that is active and kept nowhere.
    ///
    /// # Errors
    /// [`KeyError::Random`].
    pub fn followed_by(&self, id: &str) -> Result<Self, KeyError> {
        let mut keys = self.keys.clone();
        for key in &mut keys {
            key.info.state = KeyState::Retired;
        }
        keys.push(MasterKey {
            info: KeyInfo {
                id: id.to_owned(),
                algorithm: self.algorithm,
                state: KeyState::Active,
                created: jiff::Timestamp::UNIX_EPOCH,
            },
            secret: Secret::random(self.algorithm.key_bytes())?,
        });
        Ok(Self::new(keys, self.algorithm))
    }

    /// What may be told of the keys, in the order of their making.
    pub fn keys(&self) -> Vec<KeyInfo> {
        self.keys.iter().map(|key| key.info.clone()).collect()
    }

    /// The key that new data keys are wrapped under.
    pub fn active(&self) -> Option<KeyInfo> {
        self.active_key().map(|key| key.info.clone()).ok()
    }

    fn active_key(&self) -> Result<&MasterKey, KeyError> {
        let mut keys = self.keys.iter();
        keys.find(|key| key.info.state == KeyState::Active)
            .ok_or(KeyError::None)
    }

    fn unwrap(&self, object: &str, wrapped: &WrappedKey) -> Result<(CipherAlgorithm, Secret), KeyError> {
        let master = self.keys.iter().find(|key| key.info.id == wrapped.master);
        let master = master.ok_or_else(|| KeyError::Missing(wrapped.master.clone()))?;
        let algorithm = CipherAlgorithm::named(&wrapped.algorithm)
            .ok_or_else(|| KeyError::Algorithm(wrapped.algorithm.clone()))?;
        let bytes = hex::decode(&wrapped.wrapped).map_err(|_| KeyError::Refused)?;
        let cipher = Cipher::new(master.info.algorithm, &master.secret)?;
        let secret = cipher.unwrap(&of_data_key(object, algorithm, master), &bytes)?;
        Ok((algorithm, secret))
    }
}

fn of_data_key(object: &str, algorithm: CipherAlgorithm, master: &MasterKey) -> Vec<u8> {
    context(&[DATA_KEY, object, algorithm.name(), &master.info.id])
}

fn wrap(
    object: &str,
    algorithm: CipherAlgorithm,
    secret: &Secret,
    master: &MasterKey,
) -> Result<WrappedKey, KeyError> {
    let cipher = Cipher::new(master.info.algorithm, &master.secret)?;
    let wrapped = cipher.wrap(&of_data_key(object, algorithm, master), secret)?;
    Ok(WrappedKey {
        master: master.info.id.clone(),
        algorithm: algorithm.name().to_owned(),
        wrapped: hex::encode(wrapped),
    })
}

impl KeyKeeper for KeyRing {
    fn new_object_key(&self, object: &str) -> Result<(WrappedKey, Arc<dyn ObjectKey>), KeyError> {
        let secret = Secret::random(self.algorithm.key_bytes())?;
        let wrapped = wrap(object, self.algorithm, &secret, self.active_key()?)?;
        Ok((wrapped, Arc::new(DataKey::new(self.algorithm, &secret)?)))
    }

    fn object_key(&self, object: &str, wrapped: &WrappedKey) -> Result<Arc<dyn ObjectKey>, KeyError> {
        let (algorithm, secret) = self.unwrap(object, wrapped)?;
        Ok(Arc::new(DataKey::new(algorithm, &secret)?))
    }

    fn rewrap(&self, object: &str, wrapped: &WrappedKey) -> Result<Option<WrappedKey>, KeyError> {
        let active = self.active_key()?;
        let (algorithm, secret) = self.unwrap(object, wrapped)?;
        if wrapped.master == active.info.id {
            return Ok(None);
        }
        wrap(object, algorithm, &secret, active).map(Some)
    }
}

/// The data key of an object.
struct DataKey {
    algorithm: CipherAlgorithm,
    cipher: Cipher,
}

impl DataKey {
    fn new(algorithm: CipherAlgorithm, secret: &Secret) -> Result<Self, KeyError> {
        let cipher = Cipher::new(algorithm, secret)?;
        Ok(Self { algorithm, cipher })
    }
}

impl ObjectKey for DataKey {
    fn new_file_key(&self, context: &[u8]) -> Result<(Vec<u8>, Box<dyn FileKey>), KeyError> {
        let secret = Secret::random(self.algorithm.key_bytes())?;
        let wrapped = self.cipher.wrap(context, &secret)?;
        Ok((
            wrapped,
            Box::new(ContentKey(Cipher::new(self.algorithm, &secret)?)),
        ))
    }

    fn file_key(&self, context: &[u8], wrapped: &[u8]) -> Result<Box<dyn FileKey>, KeyError> {
        let secret = self.cipher.unwrap(context, wrapped)?;
        Ok(Box::new(ContentKey(Cipher::new(self.algorithm, &secret)?)))
    }
}

/// The key of a file.
struct ContentKey(Cipher);

impl FileKey for ContentKey {
    fn encrypt(
        &self,
        nonce: &[u8; NONCE_BYTES],
        context: &[u8],
        segment: &mut Vec<u8>,
    ) -> Result<(), KeyError> {
        self.0.encrypt(nonce, context, segment)
    }

    fn decrypt(
        &self,
        nonce: &[u8; NONCE_BYTES],
        context: &[u8],
        segment: &mut Vec<u8>,
    ) -> Result<(), KeyError> {
        self.0.decrypt(nonce, context, segment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(id: &str, algorithm: CipherAlgorithm, state: KeyState) -> MasterKey {
        MasterKey {
            info: KeyInfo {
                id: id.to_owned(),
                algorithm,
                state,
                created: jiff::Timestamp::UNIX_EPOCH,
            },
            secret: Secret::new(vec![id.len() as u8; algorithm.key_bytes()]),
        }
    }

    fn refusal<T>(result: Result<T, KeyError>) -> KeyError {
        match result {
            Ok(_) => panic!("it was not refused"),
            Err(error) => error,
        }
    }

    #[test]
    fn a_data_key_is_bound_to_its_object_and_outlives_a_rotation() {
        use CipherAlgorithm::{Aes256Gcm, Sm4Gcm};
        let before = KeyRing::new(vec![key("a", Aes256Gcm, KeyState::Active)], Sm4Gcm);
        let (wrapped, handle) = before.new_object_key("urn:1").unwrap();
        let (file, first) = handle.new_file_key(b"file").unwrap();
        let mut text = b"text".to_vec();
        first.encrypt(&[0; 12], b"", &mut text).unwrap();
        assert_eq!(refusal(before.object_key("urn:2", &wrapped)), KeyError::Refused);

        let keys = vec![
            key("a", Aes256Gcm, KeyState::Retired),
            key("bb", Sm4Gcm, KeyState::Active),
        ];
        let after = KeyRing::new(keys, Aes256Gcm);
        let anew = after.rewrap("urn:1", &wrapped).unwrap().unwrap();
        assert_eq!((anew.master.as_str(), anew.algorithm.as_str()), ("bb", "sm4-gcm"));
        assert_eq!(after.rewrap("urn:1", &anew).unwrap(), None);
        for wrapped in [&wrapped, &anew] {
            let handle = after.object_key("urn:1", wrapped).unwrap();
            let mut text = text.clone();
            let key = handle.file_key(b"file", &file).unwrap();
            key.decrypt(&[0; 12], b"", &mut text).unwrap();
            assert_eq!(text, b"text");
            assert_eq!(refusal(handle.file_key(b"other", &file)), KeyError::Refused);
        }
        assert_eq!(
            refusal(before.object_key("urn:1", &anew)),
            KeyError::Missing("bb".to_owned())
        );
        let unknown = WrappedKey {
            algorithm: "rot13".to_owned(),
            ..wrapped.clone()
        };
        assert_eq!(
            refusal(before.object_key("urn:1", &unknown)),
            KeyError::Algorithm("rot13".to_owned())
        );
        let exchanged = WrappedKey {
            algorithm: "aes-256-gcm".to_owned(),
            ..wrapped
        };
        assert_eq!(refusal(before.object_key("urn:1", &exchanged)), KeyError::Refused);
    }

    #[test]
    fn without_an_active_key_nothing_new_is_encrypted() {
        let ring = KeyRing::new(
            vec![key("a", CipherAlgorithm::Sm4Gcm, KeyState::Retired)],
            CipherAlgorithm::Sm4Gcm,
        );
        assert_eq!(refusal(ring.new_object_key("urn:1")), KeyError::None);
        assert!(ring.active().is_none() && ring.keys().len() == 1);
    }
}
