//! Resumable uploads (tus 1.0.0): a file comes in pieces over as many connections as it needs.
//!
//! How far an upload has come is committed in the catalogue after its bytes are durable, and everything after that
//! place is cut off before the next piece is written: what a sender is told to have been received survives a crash,
//! and no byte is written twice.

use super::{Announcement, Uploads};
use crate::error::IntakeError;
use crate::repository::uploads::{ResumableUpload, UploadRepository};
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use lantai_cataloguing::Holdings;
use lantai_domain::AccessionId;
use lantai_formats::package::LogicalName;
use lantai_vault::Algorithm;
use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::fs::File;
use tokio::io::{AsyncSeekExt, AsyncWriteExt};
use uuid::Uuid;

/// How long an upload may be gone on with after its last piece: seven days.
const LIFE_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// After so many bytes of one piece it is made durable how far it has come.
const DURABLE_EVERY: u64 = 64 * 1024 * 1024;

/// A checksum that came with a piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checksum {
    /// `sha1`, `sha256`, `sha512`, `md5` or `sm3`.
    pub algorithm: Algorithm,
    /// Lower-case hexadecimal.
    pub value: String,
}

/// A piece of a file.
pub struct Patch {
    /// Where it begins.
    pub offset: u64,
    /// Its checksum, where the sender computed one.
    pub checksum: Option<Checksum>,
    /// Its bytes.
    pub body: BoxStream<'static, std::io::Result<Bytes>>,
}

/// What is to be uploaded, and where it belongs.
#[derive(Debug, Clone)]
pub struct WantedUpload {
    /// Bytes in all.
    pub length: u64,
    /// Path inside the package.
    pub path: String,
    /// The accession that it is a file of. `None`: the file is a whole package, which is announced with it and handed
    /// in as soon as it is there.
    pub accession: Option<AccessionId>,
    /// How the package is announced, where the file is one.
    pub announcement: Announcement,
}

/// The resumable uploads of an archive.
#[derive(Debug, Clone)]
pub struct ResumableUploads {
    busy: Arc<Mutex<HashSet<Uuid>>>,
    uploads: Uploads,
}

/// An upload is written to by one request at a time.
struct Turn {
    busy: Arc<Mutex<HashSet<Uuid>>>,
    id: Uuid,
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.busy
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.id);
    }
}

impl ResumableUploads {
    /// Resumable uploads into packages.
    pub fn new(uploads: Uploads) -> Self {
        Self {
            busy: Arc::default(),
            uploads,
        }
    }

    fn turn(&self, id: Uuid) -> Result<Turn, IntakeError> {
        let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        if !busy.insert(id) {
            return Err(IntakeError::UploadBusy);
        }
        Ok(Turn {
            busy: Arc::clone(&self.busy),
            id,
        })
    }

    fn partial(&self, upload: &ResumableUpload) -> PathBuf {
        self.uploads.partial(upload.accession, upload.id)
    }

    /// Begins an upload; it stands at 0 bytes.
    pub async fn create(
        &self,
        holdings: &Holdings,
        wanted: &WantedUpload,
        by: &str,
    ) -> Result<ResumableUpload, IntakeError> {
        LogicalName::new(&wanted.path).map_err(|_| IntakeError::PathEscape {
            path: wanted.path.clone(),
        })?;
        let accession = match wanted.accession {
            Some(id) => self.uploads.receiving(holdings, id).await?,
            None => self.uploads.announce(holdings, &wanted.announcement, by).await?,
        };
        self.uploads.take_room(&accession, wanted.length)?;
        let upload = ResumableUpload {
            id: holdings.ids.next(),
            accession: accession.id,
            path: wanted.path.clone(),
            length: wanted.length,
            received: 0,
            hands_in: wanted.accession.is_none(),
            owner: by.to_owned(),
            expires_at_ms: holdings.clock.now().as_millisecond() + LIFE_MS,
        };
        let partial = self.partial(&upload);
        let made = File::create(&partial).await;
        made.map_err(|source| IntakeError::disk("make", partial, source))?;
        let mut work = holdings.database.begin_upkeep().await?;
        UploadRepository(work.conn()).put(&upload).await?;
        work.commit().await?;
        if upload.length == 0 {
            self.finish(holdings, &upload).await?;
        }
        Ok(upload)
    }

    /// An upload of this account.
    pub async fn find(
        &self,
        holdings: &Holdings,
        id: Uuid,
        by: &str,
    ) -> Result<ResumableUpload, IntakeError> {
        let mut reader = holdings.database.read().await?;
        let found = UploadRepository(reader.conn()).find(id).await?;
        let upload = found
            .filter(|upload| upload.owner == by)
            .ok_or(IntakeError::NotFound)?;
        let over = upload.expires_at_ms < holdings.clock.now().as_millisecond();
        if over && upload.received < upload.length {
            return Err(IntakeError::UploadExpired);
        }
        Ok(upload)
    }

    /// Writes a piece; says where the upload stands then. What arrived before the connection broke off is kept, unless
    /// it came with a checksum, which holds for the whole piece.
    pub async fn append(
        &self,
        holdings: &Holdings,
        id: Uuid,
        patch: Patch,
        by: &str,
    ) -> Result<ResumableUpload, IntakeError> {
        let _turn = self.turn(id)?;
        let mut upload = self.find(holdings, id, by).await?;
        if patch.offset != upload.received {
            return Err(IntakeError::OffsetDiffers {
                received: upload.received,
                sent: patch.offset,
            });
        }
        if upload.received == upload.length {
            self.finish(holdings, &upload).await?;
            return Ok(upload);
        }
        let written = self.write(holdings, &mut upload, patch).await;
        if upload.received == upload.length {
            self.finish(holdings, &upload).await?;
        }
        written?;
        Ok(upload)
    }

    async fn write(
        &self,
        holdings: &Holdings,
        upload: &mut ResumableUpload,
        patch: Patch,
    ) -> Result<(), IntakeError> {
        let partial = self.partial(upload);
        let disk = |source| IntakeError::disk("write", &partial, source);
        let mut file = File::options().write(true).open(&partial).await.map_err(disk)?;
        // whatever lies behind the place that was committed was never acknowledged
        file.set_len(upload.received).await.map_err(disk)?;
        file.seek(std::io::SeekFrom::Start(upload.received))
            .await
            .map_err(disk)?;
        let mut digester = patch.checksum.as_ref().map(|checksum| checksum.algorithm.start());
        let mut stream = patch.body;
        let (mut received, mut durable) = (upload.received, upload.received);
        let mut outcome = Ok(());
        while let Some(chunk) = stream.next().await {
            let Ok(chunk) = chunk else {
                outcome = Err(IntakeError::UploadBrokeOff);
                break;
            };
            if received + chunk.len() as u64 > upload.length {
                outcome = Err(IntakeError::TooMuch);
                break;
            }
            if let Some(digester) = &mut digester {
                digester.update(&chunk);
            }
            file.write_all(&chunk).await.map_err(disk)?;
            received += chunk.len() as u64;
            if digester.is_none() && received - durable >= DURABLE_EVERY {
                self.make_durable(holdings, upload, &mut file, received).await?;
                durable = received;
            }
        }
        if let (Some(digester), Some(checksum)) = (digester, patch.checksum) {
            // a piece with a checksum counts whole or not at all
            if outcome.is_ok() && digester.finish() != checksum.value {
                outcome = Err(IntakeError::ChecksumDiffers);
            }
            if outcome.is_err() {
                file.set_len(upload.received).await.map_err(disk)?;
                return outcome;
            }
        }
        self.make_durable(holdings, upload, &mut file, received).await?;
        outcome
    }

    async fn make_durable(
        &self,
        holdings: &Holdings,
        upload: &mut ResumableUpload,
        file: &mut File,
        received: u64,
    ) -> Result<(), IntakeError> {
        let partial = self.partial(upload);
        let disk = |source| IntakeError::disk("write", &partial, source);
        file.flush().await.map_err(disk)?;
        file.sync_all().await.map_err(disk)?;
        upload.received = received;
        upload.expires_at_ms = holdings.clock.now().as_millisecond() + LIFE_MS;
        let mut work = holdings.database.begin_upkeep().await?;
        UploadRepository(work.conn())
            .advance(upload.id, received, upload.expires_at_ms)
            .await?;
        Ok(work.commit().await?)
    }

    /// The file is whole: it gets its place, and a package that is one file is handed in. Harmless when done twice.
    async fn finish(&self, holdings: &Holdings, upload: &ResumableUpload) -> Result<(), IntakeError> {
        let partial = self.partial(upload);
        if partial.exists() {
            let place = self
                .uploads
                .place(holdings, upload.accession, &upload.path)
                .await?;
            let moved = tokio::fs::rename(&partial, &place).await;
            moved.map_err(|source| IntakeError::disk("place", place, source))?;
        }
        if upload.hands_in {
            match self.uploads.submit(holdings, upload.accession).await {
                // it was handed in before a crash
                Ok(_) | Err(IntakeError::WrongState { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Drops an upload before its end.
    pub async fn terminate(&self, holdings: &Holdings, id: Uuid, by: &str) -> Result<(), IntakeError> {
        let _turn = self.turn(id)?;
        let upload = match self.find(holdings, id, by).await {
            Err(IntakeError::UploadExpired) => return Ok(()),
            found => found?,
        };
        self.drop_upload(holdings, &upload).await
    }

    async fn drop_upload(&self, holdings: &Holdings, upload: &ResumableUpload) -> Result<(), IntakeError> {
        let mut work = holdings.database.begin_upkeep().await?;
        UploadRepository(work.conn()).delete(upload.id).await?;
        work.commit().await?;
        self.uploads.give_room_back(upload.accession, upload.length);
        let partial = self.partial(upload);
        match tokio::fs::remove_file(&partial).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(IntakeError::disk("remove", partial, error));
            }
            _ => {}
        }
        if upload.hands_in {
            match self.uploads.withdraw(holdings, upload.accession).await {
                Ok(()) | Err(IntakeError::WrongState { .. } | IntakeError::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Removes uploads whose time is over, and gives whole ones their place that a crash kept from it; to be called at
    /// start and now and then.
    pub async fn tidy(&self, holdings: &Holdings) -> Result<u64, IntakeError> {
        let now = holdings.clock.now().as_millisecond();
        let mut reader = holdings.database.read().await?;
        let expired = UploadRepository(reader.conn()).expired(now).await?;
        let whole = UploadRepository(reader.conn()).whole().await?;
        drop(reader);
        for upload in whole {
            let Ok(_turn) = self.turn(upload.id) else { continue };
            if self.partial(&upload).exists() {
                self.finish(holdings, &upload).await?;
            }
        }
        let mut removed = 0;
        for upload in expired {
            let Ok(_turn) = self.turn(upload.id) else { continue };
            self.drop_upload(holdings, &upload).await?;
            removed += 1;
        }
        Ok(removed)
    }
}
