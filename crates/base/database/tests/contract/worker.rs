//! What a worker does with the queue, and what becomes of jobs whose workers vanish.

use super::*;

/// Fails in the way it is told so many times, then does its work.
struct Sweeper {
    failures: AtomicU32,
    give_up: bool,
    swept: AtomicU32,
}

impl Sweeper {
    fn new(failures: u32, give_up: bool) -> Arc<Self> {
        Arc::new(Self {
            failures: AtomicU32::new(failures),
            give_up,
            swept: AtomicU32::new(0),
        })
    }
}

#[async_trait]
impl JobHandler for Sweeper {
    fn name(&self) -> &'static str {
        Sweep::NAME
    }

    async fn run(&self, payload: &str) -> Result<(), JobFailure> {
        let job: Sweep = serde_json::from_str(payload).map_err(|error| JobFailure::GiveUp(error.into()))?;
        let failures_left = self.failures.load(Ordering::SeqCst);
        if failures_left > 0 {
            self.failures.store(failures_left - 1, Ordering::SeqCst);
            let cause = "the broom is gone".into();
            return Err(if self.give_up {
                JobFailure::GiveUp(cause)
            } else {
                JobFailure::Retry(cause)
            });
        }
        self.swept.fetch_add(job.room, Ordering::SeqCst);
        Ok(())
    }
}

fn worker(database: &Database, clock: &Arc<MovableClock>, handler: &Arc<Sweeper>) -> Worker {
    let handler: Arc<dyn JobHandler> = Arc::<Sweeper>::clone(handler);
    let clock: Arc<dyn Clock> = Arc::<MovableClock>::clone(clock);
    Worker::new(database.clone(), clock, &CountingIds::default(), vec![handler])
}

#[tokio::test]
async fn a_worker_does_all_that_waits() {
    on_every_engine(async |database| {
        let ids = CountingIds::default();
        for room in [1, 2, 4] {
            enqueue(&database, sweep(&ids, room)).await;
        }
        let sweeper = Sweeper::new(0, false);
        let done = worker(&database, &Arc::default(), &sweeper)
            .run_until_idle()
            .await
            .unwrap();
        assert_eq!((done, sweeper.swept.load(Ordering::SeqCst)), (3, 7));
        assert_eq!(counts(&database).await, JobCounts::default());
    })
    .await;
}

#[tokio::test]
async fn a_worker_tries_again_when_the_pause_is_over() {
    on_every_engine(async |database| {
        enqueue(&database, sweep(&CountingIds::default(), 1)).await;
        let clock = Arc::new(MovableClock::default());
        let sweeper = Sweeper::new(1, false);
        let worker = worker(&database, &clock, &sweeper);
        assert_eq!(worker.run_until_idle().await.unwrap(), 1);
        assert_eq!(counts(&database).await, a_count(1, 0, 0));
        assert!(!worker.step().await.unwrap(), "its time has not come");
        clock.advance(SignedDuration::from_secs(2));
        assert!(worker.step().await.unwrap());
        assert_eq!(sweeper.swept.load(Ordering::SeqCst), 1);
        assert_eq!(counts(&database).await, JobCounts::default());
    })
    .await;
}

#[tokio::test]
async fn a_worker_gives_up_what_cannot_be_done() {
    on_every_engine(async |database| {
        enqueue(&database, sweep(&CountingIds::default(), 1)).await;
        worker(&database, &Arc::default(), &Sweeper::new(1, true))
            .run_until_idle()
            .await
            .unwrap();
        assert_eq!(counts(&database).await, a_count(0, 0, 1));
    })
    .await;
}

#[tokio::test]
async fn a_job_that_nobody_here_knows_is_kept_for_who_does() {
    on_every_engine(async |database| {
        enqueue(&database, sweep(&CountingIds::default(), 1)).await;
        let clock: Arc<MovableClock> = Arc::default();
        let stranger = Worker::new(
            database.clone(),
            Arc::<MovableClock>::clone(&clock),
            &CountingIds::default(),
            vec![],
        );
        stranger.run_until_idle().await.unwrap();
        assert_eq!(counts(&database).await, a_count(1, 0, 0));

        clock.advance(SignedDuration::from_secs(2));
        let sweeper = Sweeper::new(0, false);
        worker(&database, &clock, &sweeper)
            .run_until_idle()
            .await
            .unwrap();
        assert_eq!(sweeper.swept.load(Ordering::SeqCst), 1);
    })
    .await;
}

/// Says how far it has got; whoever works for it vanishes.
#[derive(Default)]
struct Digger {
    dug: AtomicI64,
    told: Mutex<Vec<&'static str>>,
}

#[async_trait]
impl JobHandler for Digger {
    fn name(&self) -> &'static str {
        Sweep::NAME
    }

    async fn run(&self, _payload: &str) -> Result<(), JobFailure> {
        Ok(())
    }

    async fn progress(&self, _payload: &str) -> Result<i64, JobFailure> {
        Ok(self.dug.load(Ordering::SeqCst))
    }

    async fn workers_lost(&self, _payload: &str, failure: &JobFailure) {
        self.told.lock().unwrap().push(failure.code());
    }
}

/// Claims the job as a worker that then vanishes, `times` times, each when the lease of the one before is over.
async fn vanish(database: &Database, clock: &MovableClock, times: usize) {
    for _ in 0..times {
        clock.advance(SignedDuration::from_millis(LEASE_MS + 1));
        let now_ms = clock.now().as_millisecond();
        assert_eq!(claim(database, "vanishing", now_ms, 1).await.len(), 1);
    }
    clock.advance(SignedDuration::from_millis(LEASE_MS + 1));
}

fn digging(database: &Database, clock: &Arc<MovableClock>, digger: &Arc<Digger>) -> Worker {
    let handler: Arc<dyn JobHandler> = Arc::<Digger>::clone(digger);
    let clock: Arc<dyn Clock> = Arc::<MovableClock>::clone(clock);
    Worker::new(database.clone(), clock, &CountingIds::default(), vec![handler])
}

#[tokio::test]
async fn a_job_whose_workers_vanish_is_given_up_by_name() {
    on_every_engine(async |database| {
        enqueue(&database, sweep(&CountingIds::default(), 1)).await;
        let (clock, digger) = (Arc::new(MovableClock::default()), Arc::new(Digger::default()));
        let worker = digging(&database, &clock, &digger);
        // the first claim is the job's first try: one more than the workers that may be lost
        vanish(&database, &clock, 20).await;
        assert!(worker.step().await.unwrap());
        assert_eq!(counts(&database).await, a_count(0, 0, 1));
        assert_eq!(*digger.told.lock().unwrap(), ["jobs.workers_lost"]);
        assert!(!worker.step().await.unwrap(), "it is left alone");
    })
    .await;
}

#[tokio::test]
async fn a_job_that_gets_further_is_never_given_up() {
    on_every_engine(async |database| {
        enqueue(&database, sweep(&CountingIds::default(), 1)).await;
        let (clock, digger) = (Arc::new(MovableClock::default()), Arc::new(Digger::default()));
        vanish(&database, &clock, 1).await;
        for life in 1..=100 {
            digger.dug.store(life, Ordering::SeqCst);
            // it is looked at by whoever takes it next, and that one vanishes too
            let now_ms = clock.now().as_millisecond();
            let job = claim(&database, "next", now_ms, 1).await.remove(0);
            assert!(job.lost <= 2, "life {life}: {} lost", job.lost);
            let mut work = database.begin_upkeep().await.unwrap();
            assert!(Jobs(work.conn()).advance(&job.id, "next", life).await.unwrap());
            work.commit().await.unwrap();
            clock.advance(SignedDuration::from_millis(LEASE_MS + 1));
        }
        assert!(digging(&database, &clock, &digger).step().await.unwrap());
        assert_eq!(
            counts(&database).await,
            JobCounts::default(),
            "it is done in the end"
        );
        assert!(digger.told.lock().unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn progress_since_the_last_look_forgives_lost_workers() {
    on_every_engine(async |database| {
        enqueue(&database, sweep(&CountingIds::default(), 1)).await;
        let (clock, digger) = (Arc::new(MovableClock::default()), Arc::new(Digger::default()));
        vanish(&database, &clock, 40).await;
        digger.dug.store(1, Ordering::SeqCst);
        assert!(digging(&database, &clock, &digger).step().await.unwrap());
        assert_eq!(counts(&database).await, JobCounts::default());
    })
    .await;
}
