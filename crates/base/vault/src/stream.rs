//! One pass over the bytes of a file: two digests, the copy on disk, and whoever else wants to see them.

use std::io::{self, Read, Write};
use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, bounded};

use crate::digest::{Algorithm, Digester};
use crate::encrypted::Summary;

/// Bytes read at a time.
const CHUNK: usize = 256 * 1024;
/// Chunks on their way at most; with [`CHUNK`] the memory of one stream.
const CHUNKS_IN_FLIGHT: usize = 4;
/// Files up to this size are digested where they are read: a thread would cost more than it saves.
const INLINE_LIMIT: u64 = 2 * 1024 * 1024;

/// Sees every byte of a file while it is staged, in order, in chunks of at most 256 KiB.
pub trait ByteObserver {
    /// Takes the next bytes.
    ///
    /// # Errors
    /// An error stops the stream: the file is not staged and the caller of `put` gets
    /// [`VaultError::Refused`](crate::VaultError::Refused).
    fn observe(&mut self, bytes: &[u8]) -> io::Result<()>;
}

/// Looks at nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoObserver;

impl ByteObserver for NoObserver {
    fn observe(&mut self, _bytes: &[u8]) -> io::Result<()> {
        Ok(())
    }
}

/// Where a pass broke off.
pub(crate) enum StreamError {
    Read(io::Error),
    Write(io::Error),
    Observer(io::Error),
    /// More bytes came than were announced; the number seen until then.
    Longer(u64),
}

/// Copies `reader` to `writer`, measuring on the way; holds at most a few chunks however long the stream is.
pub(crate) fn copy_measured(
    reader: &mut dyn Read,
    writer: &mut dyn Write,
    observer: &mut dyn ByteObserver,
    announced: Option<u64>,
) -> Result<Summary, StreamError> {
    let mut pass = Pass {
        reader,
        writer,
        observer,
        announced,
        size: 0,
        sha512: Algorithm::Sha512.start(),
    };
    let mut sm3 = Algorithm::Sm3.start();
    let mut chunk = vec![0; first_chunk_size(announced)];
    while pass.size < INLINE_LIMIT {
        let filled = pass.next(&mut chunk)?;
        if filled == 0 {
            return Ok(Summary {
                sha512: pass.sha512.finish(),
                sm3: sm3.finish(),
                size: pass.size,
            });
        }
        sm3.update(&chunk[..filled]);
    }
    drop(chunk);
    std::thread::scope(|scope| {
        let (to_sm3, chunks) = bounded(CHUNKS_IN_FLIGHT);
        let (give_back, returned) = bounded(CHUNKS_IN_FLIGHT);
        let sm3 = scope.spawn(move || digest_chunks(sm3, &chunks, &give_back));
        let copied = pass.run(&to_sm3, &returned);
        drop(to_sm3); // the thread ends when no chunk can come any more
        copied?;
        let sm3 = sm3
            .join()
            .map_err(|_| StreamError::Read(io::Error::other("the digest thread failed")))?;
        Ok(Summary {
            sha512: pass.sha512.finish(),
            sm3,
            size: pass.size,
        })
    })
}

/// A small file needs a small buffer.
fn first_chunk_size(announced: Option<u64>) -> usize {
    let wanted = announced
        .and_then(|size| usize::try_from(size).ok())
        .unwrap_or(CHUNK);
    wanted.saturating_add(1).clamp(4096, CHUNK)
}

struct Chunk {
    bytes: Vec<u8>,
    filled: usize,
}

struct Pass<'a> {
    reader: &'a mut dyn Read,
    writer: &'a mut dyn Write,
    observer: &'a mut dyn ByteObserver,
    announced: Option<u64>,
    size: u64,
    sha512: Box<dyn Digester>,
}

impl Pass<'_> {
    /// Reads, digests, shows and writes one chunk; 0 at the end.
    fn next(&mut self, chunk: &mut [u8]) -> Result<usize, StreamError> {
        let filled = self.read(chunk)?;
        if filled > 0 {
            self.take(&chunk[..filled])?;
        }
        Ok(filled)
    }

    fn read(&mut self, chunk: &mut [u8]) -> Result<usize, StreamError> {
        let mut filled = 0;
        while filled < chunk.len() {
            match self.reader.read(&mut chunk[filled..]) {
                Ok(0) => break,
                Ok(more) => filled += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(StreamError::Read(error)),
            }
        }
        self.size += filled as u64;
        match self.announced {
            Some(announced) if self.size > announced => Err(StreamError::Longer(self.size)),
            _ => Ok(filled),
        }
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), StreamError> {
        self.observer.observe(bytes).map_err(StreamError::Observer)?;
        self.sha512.update(bytes);
        self.writer.write_all(bytes).map_err(StreamError::Write)
    }

    /// The rest of a long stream: SM3 on the other thread, everything else here.
    fn run(
        &mut self,
        to_sm3: &Sender<Arc<Chunk>>,
        returned: &Receiver<Arc<Chunk>>,
    ) -> Result<(), StreamError> {
        let mut made = 0;
        loop {
            let mut chunk = if made < CHUNKS_IN_FLIGHT {
                made += 1;
                Arc::new(Chunk {
                    bytes: vec![0; CHUNK],
                    filled: 0,
                })
            } else {
                returned.recv().map_err(thread_gone)?
            };
            // Ours is the only handle now: the thread gives a chunk back when it is done with it.
            let Some(free) = Arc::get_mut(&mut chunk) else {
                return Err(thread_gone(crossbeam_channel::RecvError));
            };
            free.filled = self.read(&mut free.bytes)?;
            if free.filled == 0 {
                return Ok(());
            }
            to_sm3
                .send(Arc::clone(&chunk))
                .map_err(|_| thread_gone(crossbeam_channel::RecvError))?;
            self.take(&chunk.bytes[..chunk.filled])?;
        }
    }
}

fn thread_gone(_: crossbeam_channel::RecvError) -> StreamError {
    StreamError::Read(io::Error::other("the digest thread ended early"))
}

fn digest_chunks(
    mut digester: Box<dyn Digester>,
    chunks: &Receiver<Arc<Chunk>>,
    give_back: &Sender<Arc<Chunk>>,
) -> String {
    for chunk in chunks {
        digester.update(&chunk.bytes[..chunk.filled]);
        // Nobody wants it back when the stream has broken off.
        let _ = give_back.send(chunk);
    }
    digester.finish()
}
