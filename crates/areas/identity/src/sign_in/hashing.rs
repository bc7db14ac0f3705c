//! Work on passwords, which is slow and hungry by design: only so much at a time, only so much waiting.

use super::throttle::Lane;
use crate::error::IdentityError;
use crate::password;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::{Semaphore, SemaphorePermit};

/// How many may wait in each lane; who comes after is asked to come back.
const WAITING: usize = 64;
/// Compared where there is no such account, so that the answer takes as long.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5bm9ib2R5$Xj1oKkWxqGZ8mB0z0y2o3S8T3k1Q0dJcUu8l2b1cF9k";

#[derive(Debug)]
struct Queue {
    places: Semaphore,
    waiting: AtomicUsize,
}

/// Keeps the rest of the server alive while many passwords are tried.
#[derive(Debug, Clone)]
pub struct PasswordWork {
    first: Arc<Queue>,
    last: Arc<Queue>,
}

impl Queue {
    fn new(places: usize) -> Arc<Self> {
        Arc::new(Self {
            places: Semaphore::new(places),
            waiting: AtomicUsize::new(0),
        })
    }

    async fn place(&self) -> Result<SemaphorePermit<'_>, IdentityError> {
        if self.waiting.fetch_add(1, Ordering::SeqCst) >= WAITING {
            self.waiting.fetch_sub(1, Ordering::SeqCst);
            return Err(IdentityError::Busy);
        }
        let counted = Counted(&self.waiting);
        let place = self
            .places
            .acquire()
            .await
            .map_err(|_| IdentityError::Interrupted)?;
        drop(counted);
        Ok(place)
    }
}

/// One that waits; a caller who goes away does not leave it behind.
struct Counted<'a>(&'a AtomicUsize);

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl PasswordWork {
    /// So many passwords at the same time, and one more for those that are served last.
    pub fn new(at_once: usize) -> Self {
        Self {
            first: Queue::new(at_once.max(1)),
            last: Queue::new(1),
        }
    }

    fn queue(&self, lane: Lane) -> &Queue {
        match lane {
            Lane::First => &self.first,
            Lane::Last => &self.last,
        }
    }

    /// Whether a password is the one that is kept; where none is kept it takes as long.
    pub(crate) async fn fits(
        &self,
        lane: Lane,
        password: &str,
        kept: Option<String>,
    ) -> Result<bool, IdentityError> {
        let _place = self.queue(lane).place().await?;
        let password = password.to_owned();
        let fits = tokio::task::spawn_blocking(move || {
            let there = kept.is_some();
            password::verify(&password, kept.as_deref().unwrap_or(NOBODY)) && there
        });
        Ok(fits.await?)
    }

    /// Whether a password is one of those that are kept.
    pub(crate) async fn fits_any(&self, password: &str, kept: Vec<String>) -> Result<bool, IdentityError> {
        let _place = self.first.place().await?;
        let password = password.to_owned();
        let fits =
            tokio::task::spawn_blocking(move || kept.iter().any(|kept| password::verify(&password, kept)));
        Ok(fits.await?)
    }

    /// The form in which a password is kept.
    pub(crate) async fn hash(&self, password: &str) -> Result<String, IdentityError> {
        let _place = self.first.place().await?;
        let password = password.to_owned();
        tokio::task::spawn_blocking(move || password::hash(&password)).await?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_comes_when_too_many_wait_is_asked_to_come_back_and_the_other_lane_is_free() {
        let work = PasswordWork::new(1);
        let held = work.last.places.acquire().await.unwrap();
        let mut waiting: Vec<_> = (0..WAITING)
            .map(|_| {
                let work = work.clone();
                Box::pin(async move { work.fits(Lane::Last, "x", None).await })
            })
            .collect();
        for one in &mut waiting {
            assert!(futures_poll(one.as_mut()).await);
        }
        let late = work.fits(Lane::Last, "x", None).await;
        assert_eq!(late.unwrap_err().code(), "identity.busy");
        assert!(!work.fits(Lane::First, "x", None).await.unwrap());
        // those who went away leave their places
        drop(waiting);
        drop(held);
        assert!(!work.fits(Lane::Last, "x", None).await.unwrap());
        assert_eq!(work.last.waiting.load(Ordering::SeqCst), 0);
    }

    /// Whether a future still waits after it was asked once.
    async fn futures_poll<F: Future>(mut future: std::pin::Pin<&mut F>) -> bool {
        std::future::poll_fn(|context| std::task::Poll::Ready(future.as_mut().poll(context).is_pending()))
            .await
    }

    #[tokio::test]
    async fn only_the_kept_password_fits() {
        let work = PasswordWork::new(2);
        let kept = work.hash("青溪县的一个口令").await.unwrap();
        assert!(
            work.fits(Lane::First, "青溪县的一个口令", Some(kept.clone()))
                .await
                .unwrap()
        );
        assert!(
            !work
                .fits(Lane::First, "另一个口令", Some(kept.clone()))
                .await
                .unwrap()
        );
        assert!(
            work.fits_any("青溪县的一个口令", vec!["x".to_owned(), kept])
                .await
                .unwrap()
        );
        assert!(!work.fits(Lane::First, "", None).await.unwrap());
    }
}
