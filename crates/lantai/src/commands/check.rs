//! `lantai check`

use super::ingest::findings_text;
use super::{KindArg, StageArg};
use crate::environment::{examiner, variable};
use crate::output::{Output, Status};
use crate::progress::VerifyBar;
use anyhow::{Context, bail};
use clap::Args;
use jiff::Timestamp;
use lantai_domain::{
    AccessionId, Clock, FondsNumber, IdSource, RandomIds, Stage, SystemClock, Verdict, Viewer,
};
use lantai_intake::attach::AttachRules;
use lantai_intake::report::{ReportData, Test, TestedPackage, Tool, html, pdf};
use lantai_intake::rules::CheckRules;
use lantai_intake::{
    Checked, IntakeError, IntakeRules, MajorFaults, Progress, ReceiveRequest, TrustStore, check, load_trust,
};
use lantai_server::{ArchiveTest, CONFIG_FILE, Config, test_archive};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Run the four-property checks on a package without taking it in; at preservation also on the data folder of an
/// archive.
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
    /// Profile of the checks: a name (`default`, `strict`, or `rules/profiles/NAME.toml` of the archive), or a file.
    #[arg(long, value_name = "NAME|FILE")]
    profile: Option<String>,
    /// Data folder of the archive whose own rules apply; no archive is needed.
    #[arg(long, env = "LANTAI_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
    /// Folder with certificates that signatures may lead to (.pem, .crt, .cer, .der) and lists of revoked ones (.crl);
    /// besides the folder `trust` of the data folder.
    #[arg(long, value_name = "DIR")]
    trust: Option<PathBuf>,
    /// Write the report of the test; the extension says how: .json, .html, .pdf.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Heading of the report: the name of the archives.
    #[arg(long, value_name = "NAME", default_value = "")]
    heading: String,
    /// Folder with the series of the storeroom's sensors (CSV), for the preservation stage; else `environment` in the
    /// package or in the data folder.
    #[arg(long, value_name = "DIR")]
    environment: Option<PathBuf>,
    /// Read every file of an archive and of its copies, and not only the inventories.
    #[arg(long)]
    deep: bool,
    /// The package, or the data folder of an archive at the preservation stage.
    #[arg(value_name = "PATH")]
    path: PathBuf,
}

impl Check {
    /// Checks it.
    pub async fn run(mut self, output: &Output) -> anyhow::Result<Status> {
        let form = self.report.as_deref().map(Form::of).transpose()?;
        if let Some(folder) = &self.environment
            && !folder.is_dir()
        {
            let path = folder.clone();
            return Err(IntakeError::NothingThere { path }.into());
        }
        let is_archive =
            self.path.join(CONFIG_FILE).is_file() && Stage::from(self.stage) == Stage::Preservation;
        if is_archive {
            self.data.get_or_insert_with(|| self.path.clone());
        } else if self.deep {
            bail!("--deep is for the data folder of an archive at the preservation stage");
        }
        let workspace = tempfile::tempdir()?;
        let fonds = self.fonds.as_deref().map(str::parse::<FondsNumber>).transpose()?;
        let request = ReceiveRequest {
            name: self.path.display().to_string(),
            path: self.path.clone(),
            kind: self.kind.map(Into::into),
            catalogue: self.catalogue.clone(),
            root: self.root.clone(),
            fonds,
            stage: self.stage.into(),
            majors: MajorFaults::Return,
            by: Viewer::local_archivist().name().to_owned(),
            environment: self.environment.clone(),
            workspace: workspace.path().to_path_buf(),
        };
        let ids = RandomIds;
        let id = AccessionId::new(ids.next());
        let rules = self.rules()?;
        let started = SystemClock.now();
        let checked = match is_archive {
            true => self.archive(&rules, started).await?,
            false => check(&rules, &request, id, started, &ids, &Progress::default())?,
        };
        let test = Test {
            report_id: id.to_string(),
            heading: &self.heading,
            stage: request.stage,
            package: tested_package(&self.path, &checked),
            rules: rules.checks(),
            time: (started, SystemClock.now()),
            tool: Tool::this(),
            operator: &request.by,
            verdict: checked.verdict,
            checks: &checked.checks,
            findings: &checked.findings,
            decisions: &[],
        };
        let report = ReportData::new(&test);
        if let (Some(path), Some(form)) = (&self.report, form) {
            form.write(&report, path)?;
        }
        output.answer(&document(&report, &checked)?, || text(&checked))?;
        Ok(Status::of(checked.verdict == Verdict::Passed))
    }

    /// Tests the archive whose data folder was named.
    async fn archive(&self, rules: &IntakeRules, now: Timestamp) -> anyhow::Result<Checked> {
        let config = Config::load(&self.path, &variable)?;
        let test = ArchiveTest {
            rules,
            environment: self.environment.clone(),
            deep: self.deep,
            now,
        };
        let progress = Arc::new(VerifyBar::new());
        Ok(test_archive(&self.path, &config, &test, progress).await?)
    }

    /// Whom signatures are judged by: the archive's own folder, and the one that is named.
    fn trust_store(&self) -> anyhow::Result<TrustStore> {
        let mut trust = TrustStore::default();
        if let Some(data) = &self.data {
            trust.extend(load_trust(&data.join("trust"))?);
        }
        if let Some(folder) = &self.trust {
            if !folder.is_dir() {
                let path = folder.clone();
                return Err(IntakeError::NothingThere { path }.into());
            }
            trust.extend(load_trust(folder)?);
        }
        Ok(trust)
    }

    /// The rules, with files examined by children of this program.
    fn rules(&self) -> anyhow::Result<IntakeRules> {
        let folder = self.data.as_ref().map(|data| data.join("rules"));
        let checks = CheckRules::of_folder(folder.as_deref(), self.profile.as_deref())
            .context("the rules of the checks cannot be used")?;
        let attach = match &folder {
            Some(folder) => AttachRules::of_folder(folder),
            None => AttachRules::builtin(),
        };
        let rules = IntakeRules::builtin()?
            .with_checks(checks)
            .with_trust(self.trust_store()?)
            .with_attach(attach.context("the rules of attaching cannot be used")?)
            .with_examiner(examiner()?);
        Ok(match &self.data {
            Some(data) => rules.with_scanner(Config::load(data, &variable)?.malware_scanner()?),
            None => rules,
        })
    }
}

fn tested_package(path: &Path, checked: &Checked) -> TestedPackage {
    let name = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let name = name.file_name().unwrap_or(path.as_os_str());
    TestedPackage {
        name: name.to_string_lossy().into_owned(),
        kind: checked.kind,
        items: checked.items,
        files: checked.files,
        bytes: checked.bytes,
    }
}

/// The document: verdict, findings and outcomes by our ids, then everything else that the report says.
fn document(report: &ReportData, checked: &Checked) -> anyhow::Result<Value> {
    let outcomes: Map<String, Value> = checked
        .checks
        .iter()
        .map(|result| (result.check.clone(), Value::from(result.outcome.name())))
        .collect();
    let mut document = json!({"verdict": checked.verdict, "findings": checked.findings, "checks": outcomes});
    if let (Some(document), Value::Object(rest)) = (document.as_object_mut(), serde_json::to_value(report)?) {
        for (key, value) in rest {
            document.entry(key).or_insert(value);
        }
    }
    Ok(document)
}

fn text(checked: &Checked) -> String {
    let verdict = match checked.verdict {
        Verdict::Passed => "passed",
        Verdict::Failed => "failed",
        Verdict::Manual => "a person must decide",
    };
    let lines = checked.checks.iter().map(|result| {
        let (outcome, tested) = (result.outcome.name(), result.tested);
        let why = match &result.note {
            Some(note) => format!(" ({})", note.en),
            None => String::new(),
        };
        format!(
            "{:6} {:14} {:>8} tested  {}{why}\n",
            result.check, outcome, tested, result.title
        )
    });
    let table: String = lines.collect();
    format!("{table}\n{}\n{verdict}", findings_text(&checked.findings))
}

/// The form of a report.
#[derive(Debug, Clone, Copy)]
enum Form {
    Json,
    Html,
    Pdf,
}

impl Form {
    fn of(path: &Path) -> anyhow::Result<Self> {
        let extension = path
            .extension()
            .unwrap_or_default()
            .to_string_lossy()
            .to_lowercase();
        match extension.as_str() {
            "json" => Ok(Self::Json),
            "html" | "htm" => Ok(Self::Html),
            "pdf" => Ok(Self::Pdf),
            _ => bail!(
                "a report is written as .json, .html or .pdf, not as {}",
                path.display()
            ),
        }
    }

    fn write(self, report: &ReportData, path: &Path) -> anyhow::Result<()> {
        let bytes = match self {
            Self::Json => report.json()?.into_bytes(),
            Self::Html => html(report).into_bytes(),
            Self::Pdf => pdf(report)?,
        };
        std::fs::write(path, bytes).with_context(|| format!("cannot write the report {}", path.display()))
    }
}
