//! `lantai check`

use super::ingest::findings_text;
use super::{KindArg, StageArg};
use crate::environment::examiner;
use crate::output::{Output, Status};
use clap::Args;
use lantai_domain::{AccessionId, Clock, FondsNumber, IdSource, RandomIds, SystemClock, Verdict, Viewer};
use lantai_intake::{IntakeRules, Progress, ReceiveRequest, check};
use serde_json::{Map, Value, json};
use std::path::PathBuf;

/// Run the four-property checks on a package without taking it in.
#[derive(Debug, Args)]
pub struct Check {
    /// Stage of the checks.
    #[arg(long, default_value = "transfer")]
    stage: StageArg,
    /// Kind of the package; found out if not said.
    #[arg(long = "as", value_name = "KIND")]
    kind: Option<KindArg>,
    /// Fonds of what names none.
    #[arg(long, value_name = "CODE")]
    fonds: Option<String>,
    /// Catalogue that does not lie in the package under a usual name.
    #[arg(long, value_name = "FILE")]
    catalogue: Option<PathBuf>,
    /// Folder that references of the catalogue may reach besides the package itself.
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// The package.
    #[arg(value_name = "PATH")]
    path: PathBuf,
}

impl Check {
    /// Checks it.
    pub fn run(self, output: &Output) -> anyhow::Result<Status> {
        let workspace = tempfile::tempdir()?;
        let fonds = self.fonds.as_deref().map(str::parse::<FondsNumber>).transpose()?;
        let request = ReceiveRequest {
            name: self.path.display().to_string(),
            path: self.path,
            kind: self.kind.map(Into::into),
            catalogue: self.catalogue,
            root: self.root,
            fonds,
            stage: self.stage.into(),
            majors: lantai_intake::MajorFaults::Return,
            by: Viewer::local_archivist().name().to_owned(),
            workspace: workspace.path().to_path_buf(),
        };
        let ids = RandomIds;
        let id = AccessionId::new(ids.next());
        let rules = IntakeRules::builtin()?.with_examiner(examiner()?);
        let checked = check(
            &rules,
            &request,
            id,
            SystemClock.now(),
            &ids,
            &Progress::default(),
        )?;
        let outcomes: Map<String, Value> = checked
            .checks
            .iter()
            .map(|result| (result.check.clone(), Value::from(result.outcome.name())))
            .collect();
        let document = json!({"verdict": checked.verdict, "findings": checked.findings, "checks": outcomes});
        output.answer(&document, || {
            let verdict = match checked.verdict {
                Verdict::Passed => "passed",
                Verdict::Failed => "failed",
                Verdict::Manual => "a person must decide",
            };
            let lines = checked.checks.iter().map(|result| {
                let (outcome, tested) = (result.outcome.name(), result.tested);
                format!(
                    "{:6} {:14} {:>8} tested  {}\n",
                    result.check, outcome, tested, result.title
                )
            });
            let table: String = lines.collect();
            format!("{table}\n{}\n{verdict}", findings_text(&checked.findings))
        })?;
        Ok(Status::of(checked.verdict == Verdict::Passed))
    }
}
