//! `lantai filing`: the table of classification, filing scope and retention (三合一).

use crate::output::{Output, Status};
use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use lantai_domain::{Clock, SystemClock};
use lantai_intake::filing::{
    Direction, Document, FilingTable, FilingTables, Proposal, Proposed, Scheme, Verdict, from_sheet, propose,
    read_documents, to_sheet,
};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Propose what is filed, where and how long; check, write and read tables.
#[derive(Debug, Args)]
pub struct Filing {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Propose class and retention of one document, or of a list of documents.
    Propose(Propose),
    /// Write a table as a sheet (CSV) for a spreadsheet, on standard output.
    Export(Export),
    /// Take a sheet as a table of the archive; it holds from the next start.
    Import(Import),
    /// Say whether a table (TOML) can be used.
    Check {
        /// The table.
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

#[derive(Debug, Args)]
struct OwnTables {
    /// Data folder of the archive whose tables are used; the program's own without it.
    #[arg(long, env = "LANTAI_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
}

impl OwnTables {
    fn read(&self) -> anyhow::Result<FilingTables> {
        match &self.data {
            Some(data) => Ok(lantai_server::filing_tables(data)?),
            None => Ok(FilingTables::builtin()?),
        }
    }
}

#[derive(Debug, Args)]
struct Propose {
    #[command(flatten)]
    tables: OwnTables,
    /// Title of one document.
    #[arg(long, conflicts_with = "list")]
    title: Option<String>,
    /// Its document type (文种).
    #[arg(long = "type", value_name = "TYPE")]
    document_type: Option<String>,
    /// Its author (责任者).
    #[arg(long)]
    author: Option<String>,
    /// Its department.
    #[arg(long)]
    department: Option<String>,
    /// Which way it went: received, sent or internal.
    #[arg(long)]
    direction: Option<String>,
    /// Its year.
    #[arg(long)]
    year: Option<i16>,
    /// Its fonds.
    #[arg(long)]
    fonds: Option<String>,
    /// A circumstance, such as importance=high or host=own.
    #[arg(long = "fact", value_name = "NAME=VALUE")]
    facts: Vec<String>,
    /// A list of documents: CSV, Excel or JSON Lines with a column 题名.
    #[arg(value_name = "LIST")]
    list: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct Export {
    #[command(flatten)]
    tables: OwnTables,
    /// The table, such as XZ-GENERAL@2026.1; the first one if not said.
    #[arg(long, value_name = "NAME")]
    table: Option<String>,
}

#[derive(Debug, Args)]
struct Import {
    /// Data folder of the archive.
    #[arg(long, env = "LANTAI_DATA", value_name = "DIR")]
    data: PathBuf,
    /// Identifier of the scheme.
    #[arg(long)]
    id: String,
    /// Its version.
    #[arg(long, value_name = "VERSION")]
    scheme_version: String,
    /// Its title.
    #[arg(long)]
    title: String,
    /// A fonds it is for; every fonds without a table of its own if none is named.
    #[arg(long)]
    fonds: Vec<String>,
    /// First day of the documents it is for, such as 2026-01-01.
    #[arg(long, value_name = "DAY")]
    valid_from: Date,
    /// Last day of the documents it is for.
    #[arg(long, value_name = "DAY")]
    valid_to: Option<Date>,
    /// The authority that approved it.
    #[arg(long, default_value = "")]
    approved_by: String,
    /// Number of the approval.
    #[arg(long, default_value = "")]
    approval_number: String,
    /// The sheet: CSV in any encoding, or Excel.
    #[arg(value_name = "SHEET")]
    sheet: PathBuf,
}

/// One document with what is proposed for it.
#[derive(Serialize)]
struct Answer {
    document: Document,
    proposal: Proposal,
}

impl Filing {
    /// Does it. `Propose` answers no where a table is not sure of a document.
    pub fn run(self, output: &Output) -> anyhow::Result<Status> {
        match self.what {
            What::Propose(command) => command.run(output),
            What::Export(command) => command.run(output),
            What::Import(command) => command.run(output),
            What::Check { file } => {
                let table = FilingTable::from_toml(&text_of(&file)?)?;
                let (name, rows) = (table.name(), table.rows().len());
                let document = serde_json::json!({"table": name, "rows": rows});
                output.answer(&document, || format!("{name} can be used: {rows} rows"))?;
                Ok(Status::Well)
            }
        }
    }
}

fn text_of(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

fn bytes_of(path: &Path) -> anyhow::Result<(String, Vec<u8>)> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    Ok((name.unwrap_or_default(), bytes))
}

impl Propose {
    fn run(self, output: &Output) -> anyhow::Result<Status> {
        let tables = self.tables.read()?;
        let today = SystemClock.now().to_zoned(TimeZone::UTC).date();
        let documents = match &self.list {
            Some(list) => {
                let (name, bytes) = bytes_of(list)?;
                read_documents(&name, bytes)?.collect::<Result<Vec<_>, _>>()?
            }
            None => vec![self.document()?],
        };
        let mut answers = Vec::with_capacity(documents.len());
        for document in documents {
            let proposal = propose(tables.of(&document, today)?, &document);
            answers.push(Answer { document, proposal });
        }
        output.answer(&answers, || answers.iter().map(text).collect())?;
        Ok(Status::of(
            answers
                .iter()
                .all(|answer| answer.proposal.verdict == Verdict::Sure),
        ))
    }

    fn document(&self) -> anyhow::Result<Document> {
        let Some(title) = &self.title else {
            bail!("name a list of documents, or a title with --title");
        };
        let direction = self.direction.as_deref().map(|word| {
            Direction::read(word)
                .with_context(|| format!("{word:?} is no direction: received, sent or internal"))
        });
        let facts = self.facts.iter().map(|fact| {
            let (name, value) = fact
                .split_once('=')
                .with_context(|| format!("{fact:?} is not NAME=VALUE"))?;
            Ok((name.to_owned(), value.to_owned()))
        });
        Ok(Document {
            document_type: self.document_type.clone(),
            author: self.author.clone(),
            department: self.department.clone(),
            direction: direction.transpose()?,
            year: self.year,
            fonds: self.fonds.clone(),
            facts: facts.collect::<anyhow::Result<_>>()?,
            ..Document::titled(title)
        })
    }
}

/// An answer for people: what is proposed, and why.
fn text(answer: &Answer) -> String {
    let mut text = format!("{}\n", answer.document.title);
    match (&answer.proposal.row, answer.proposal.verdict) {
        (Some(row), _) => text.push_str(&line(row)),
        (None, Verdict::Equal) => text.push_str("  not sure: several rows fire equally\n"),
        (None, _) => text.push_str("  not sure: no row fires\n"),
    }
    if answer.proposal.row.is_none() {
        text.extend(answer.proposal.alternatives.iter().map(line));
    }
    text
}

fn line(row: &Proposed) -> String {
    let what = match (&row.retention_label, row.filed) {
        (Some(retention), true) => format!("{} {retention}", row.class_path.as_deref().unwrap_or_default()),
        _ => "not filed".to_owned(),
    };
    let words: Vec<&str> = row
        .reasons
        .iter()
        .flat_map(|reason| &reason.words)
        .map(String::as_str)
        .collect();
    format!(
        "  {what}\t{} {}\n    fired on: {}\n",
        row.item_no,
        row.item_text,
        words.join(", ")
    )
}

impl Export {
    fn run(self, output: &Output) -> anyhow::Result<Status> {
        let tables = self.tables.read()?;
        let table = match &self.table {
            Some(name) => tables.find(name),
            None => tables.all().first(),
        };
        let table = table.context("there is no such table")?;
        let sheet = to_sheet(table)?;
        output.answer(
            &serde_json::json!({"table": table.name(), "sheet": sheet}),
            || sheet.clone(),
        )?;
        Ok(Status::Well)
    }
}

impl Import {
    fn run(self, output: &Output) -> anyhow::Result<Status> {
        let (name, bytes) = bytes_of(&self.sheet)?;
        let scheme = Scheme {
            id: self.id,
            version: self.scheme_version,
            title: self.title,
            english: String::new(),
            fonds: self.fonds,
            valid_from: self.valid_from,
            valid_to: self.valid_to,
            approved_by: self.approved_by,
            approval_number: self.approval_number,
            approved_at: None,
        };
        let retentions = FilingTable::builtin()?.retentions().to_vec();
        let table = from_sheet(&name, bytes, scheme, retentions)?;
        // with the others that hold already: what contradicts them is not written
        let tables = lantai_server::filing_in_force(&self.data)?;
        let path = tables.add(tables.plan(table.clone())?)?;
        let document = serde_json::json!({"table": table.name(), "rows": table.rows().len(), "file": path});
        output.answer(&document, || {
            format!(
                "{} has {} rows: {}",
                table.name(),
                table.rows().len(),
                path.display()
            )
        })?;
        Ok(Status::Well)
    }
}
