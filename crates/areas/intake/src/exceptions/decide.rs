//! What a person decides about the list of exceptions. Decisions may be changed until the list as a whole is decided,
//! which ends the accession's waiting.

use super::keep::known_codes;
use crate::accession::AccessionState;
use crate::attach::{DerivedRule, FileDecision, UnattachedFile, UnattachedState};
use crate::error::IntakeError;
use crate::parts::HeldFolder;
use crate::repository::AccessionRepository;
use crate::repository::tasks::TaskRepository;
use crate::repository::unattached::{UnattachedFilter, UnattachedRepository};
use crate::tasks::TaskKind;
use lantai_cataloguing::Holdings;
use lantai_database::UnitOfWork;
use lantai_domain::AccessionId;
use std::path::Path;

/// What is to be done about a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// It belongs to the record with this code.
    Assign(String),
    /// It belongs to none, for a reason.
    LeaveOut(String),
    /// Nothing is decided any more.
    Undo,
}

/// What is to be done about many files at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WantedOfMany {
    /// The same for each.
    Same(Wanted),
    /// What one assigned file shows: the code's last number stands in the path.
    Like(u32),
}

/// Which files are meant: those of a folder and what lies below it, or those with these numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chosen {
    /// All open files of a folder; the empty name is the whole package.
    Folder(String),
    /// These.
    Numbers(Vec<u32>),
}

/// What became, or would become, of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// The file as it stands then.
    pub file: UnattachedFile,
    /// Why nothing is decided of it; stable name.
    pub refused: Option<&'static str>,
}

/// The list of exceptions of one accession, and who decides.
pub struct ExceptionsDesk<'a> {
    /// The holdings.
    pub holdings: &'a Holdings,
    /// Folder for what does not fit into memory.
    pub workspace: &'a Path,
    /// The accession.
    pub accession: AccessionId,
    /// Account of who decides.
    pub by: &'a str,
}

impl ExceptionsDesk<'_> {
    /// Decides about one file.
    pub async fn decide(&self, number: u32, wanted: Wanted) -> Result<UnattachedFile, IntakeError> {
        let mut work = self.open().await?;
        let found = UnattachedRepository(work.conn())
            .find(self.accession, number)
            .await?;
        let mut file = found.ok_or(IntakeError::NotFound)?;
        self.take(&mut file, wanted).await?;
        UnattachedRepository(work.conn())
            .keep(self.accession, &file)
            .await?;
        work.commit().await?;
        Ok(file)
    }

    /// Decides about many files, or only says what would be decided. A file that cannot be decided so stays as it is
    /// and is told with the reason; files decided before are left alone unless they are named by number.
    pub async fn decide_many(
        &self,
        chosen: &Chosen,
        wanted: &WantedOfMany,
        only_try: bool,
    ) -> Result<Vec<Decided>, IntakeError> {
        let mut work = self.open().await?;
        let files = self.chosen(&mut work, chosen).await?;
        let plan = self.plan(&mut work, &files, wanted).await?;
        let mut decided = Vec::new();
        for (mut file, code) in files.into_iter().zip(plan) {
            let taken = match code {
                Ok(wanted) => self.take_known(&mut file, wanted),
                Err(error) => Err(error),
            };
            if taken.is_ok() && !only_try {
                UnattachedRepository(work.conn())
                    .keep(self.accession, &file)
                    .await?;
            }
            decided.push(Decided {
                file,
                refused: taken.err().map(|error| error.code()),
            });
        }
        if !only_try {
            work.commit().await?;
        }
        Ok(decided)
    }

    /// A unit of work on an accession whose list can still be decided.
    async fn open(&self) -> Result<UnitOfWork, IntakeError> {
        let mut work = self.holdings.database.begin_upkeep().await?;
        let found = AccessionRepository(work.conn())
            .find_locked(self.accession)
            .await?;
        let accession = found.ok_or(IntakeError::NotFound)?;
        if !matches!(accession.state, AccessionState::PendingReview { .. }) {
            return Err(IntakeError::WrongState {
                state: accession.state.name(),
                wanted: "decided on",
            });
        }
        let tasks = TaskRepository(work.conn()).of(self.accession).await?;
        let is_over = |kind: TaskKind, decided: bool| kind == TaskKind::Attachment && decided;
        if tasks
            .iter()
            .any(|task| is_over(task.kind, task.decision.is_some()))
        {
            return Err(IntakeError::TaskDecided);
        }
        Ok(work)
    }

    async fn chosen(
        &self,
        work: &mut UnitOfWork,
        chosen: &Chosen,
    ) -> Result<Vec<UnattachedFile>, IntakeError> {
        let mut files = Vec::new();
        match chosen {
            Chosen::Numbers(numbers) => {
                for number in numbers {
                    let found = UnattachedRepository(work.conn())
                        .find(self.accession, *number)
                        .await?;
                    files.push(found.ok_or(IntakeError::NotFound)?);
                }
            }
            Chosen::Folder(folder) => {
                let filter = UnattachedFilter {
                    state: Some(UnattachedState::Open),
                    folder: Some(folder.clone()),
                    ..UnattachedFilter::default()
                };
                files = UnattachedRepository(work.conn())
                    .page(self.accession, &filter, 0, u32::MAX)
                    .await?;
            }
        }
        Ok(files)
    }

    /// What is wanted of each file, with codes as the records have them.
    async fn plan(
        &self,
        work: &mut UnitOfWork,
        files: &[UnattachedFile],
        wanted: &WantedOfMany,
    ) -> Result<Vec<Result<Wanted, IntakeError>>, IntakeError> {
        let example = match wanted {
            WantedOfMany::Same(Wanted::Assign(code)) => {
                let code = self.known(vec![code.clone()]).await?.pop().flatten();
                let code = code.ok_or_else(|| unknown(wanted))?;
                return Ok(files.iter().map(|_| Ok(Wanted::Assign(code.clone()))).collect());
            }
            WantedOfMany::Same(same) => return Ok(files.iter().map(|_| Ok(same.clone())).collect()),
            WantedOfMany::Like(number) => *number,
        };
        let example = UnattachedRepository(work.conn())
            .find(self.accession, example)
            .await?
            .ok_or(IntakeError::NotFound)?;
        let code = example.assigned_to().ok_or(IntakeError::NothingDerived)?;
        let rule = DerivedRule::of(&example.file, code).ok_or(IntakeError::NothingDerived)?;
        let codes: Vec<Option<String>> = files.iter().map(|file| rule.code_of(&file.file)).collect();
        let known = self
            .known(
                codes
                    .iter()
                    .map(|code| code.clone().unwrap_or_default())
                    .collect(),
            )
            .await?;
        let pair = |(code, known): (Option<String>, Option<String>)| match (code, known) {
            (_, Some(known)) => Ok(Wanted::Assign(known)),
            (Some(code), None) => Err(IntakeError::RecordUnknown { code }),
            (None, None) => Err(IntakeError::NothingDerived),
        };
        Ok(codes.into_iter().zip(known).map(pair).collect())
    }

    /// Codes as the accession's records have them; `None` where no record has one.
    async fn known(&self, codes: Vec<String>) -> Result<Vec<Option<String>>, IntakeError> {
        let folder = HeldFolder::of(self.workspace, self.accession);
        tokio::task::spawn_blocking(move || {
            let known = known_codes(&folder, &codes)?;
            Ok(codes.iter().map(|code| known.get(code).cloned()).collect())
        })
        .await?
    }

    async fn take(&self, file: &mut UnattachedFile, wanted: Wanted) -> Result<(), IntakeError> {
        let wanted = match wanted {
            Wanted::Assign(code) => {
                let known = self.known(vec![code.clone()]).await?.pop().flatten();
                Wanted::Assign(known.ok_or(IntakeError::RecordUnknown { code })?)
            }
            other => other,
        };
        self.take_known(file, wanted)
    }

    fn take_known(&self, file: &mut UnattachedFile, wanted: Wanted) -> Result<(), IntakeError> {
        let (by, at) = (self.by.to_owned(), self.holdings.clock.now());
        match wanted {
            Wanted::Assign(code) => file.decide(FileDecision::Assigned { code, by, at }),
            Wanted::LeaveOut(reason) => file.decide(FileDecision::LeftOut { reason, by, at }),
            Wanted::Undo => {
                file.decision = None;
                Ok(())
            }
        }
    }
}

fn unknown(wanted: &WantedOfMany) -> IntakeError {
    let code = match wanted {
        WantedOfMany::Same(Wanted::Assign(code)) => code.clone(),
        _ => String::new(),
    };
    IntakeError::RecordUnknown { code }
}
