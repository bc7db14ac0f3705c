//! `lantai account`

use super::Data;
use crate::output::{Output, Status};
use clap::{Args, Subcommand};
use lantai_identity::AccountRepository;
use lantai_server::Access;
use serde_json::{Value, json};

/// Accounts asked for at once.
const AT_ONCE: i64 = 200;

/// Look after accounts in an emergency; the daily work is done in the workbench, by two persons.
#[derive(Debug, Args)]
pub struct AccountCommand {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List the accounts.
    List {
        #[command(flatten)]
        data: Data,
    },
    /// Give an account a new password, when nobody can sign in any more.
    ResetPassword {
        #[command(flatten)]
        data: Data,
        /// Name of the account.
        #[arg(value_name = "NAME")]
        name: String,
    },
}

impl AccountCommand {
    /// Does it.
    pub async fn run(self, output: &Output) -> anyhow::Result<Status> {
        match self.what {
            What::List { data } => list(&data, output).await,
            What::ResetPassword { data, name } => reset(&data, &name, output).await,
        }
    }
}

async fn list(data: &Data, output: &Output) -> anyhow::Result<Status> {
    let archive = data.open(Access::Read).await?;
    let mut reader = archive.holdings.database.read().await?;
    let mut accounts = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let page = AccountRepository(reader.conn())
            .page(None, None, after.as_deref(), AT_ONCE)
            .await?;
        let Some(last) = page.last() else { break };
        after = Some(last.name.clone());
        accounts.extend(page);
    }
    let rows: Vec<Value> = accounts
        .iter()
        .map(|account| {
            json!({
                "name": account.name,
                "kind": account.kind.id(),
                "state": account.state.id(),
                "expires_at": account.expires_at.map(|end| end.to_string()),
            })
        })
        .collect();
    output.answer(&json!({ "accounts": rows }), || {
        let lines: Vec<String> = accounts
            .iter()
            .map(|account| format!("{}\t{}\t{}", account.name, account.kind.id(), account.state.id()))
            .collect();
        lines.join("\n")
    })?;
    Ok(Status::Well)
}

async fn reset(data: &Data, name: &str, output: &Output) -> anyhow::Result<Status> {
    let archive = data.open(Access::Write).await?;
    let file = archive.reset_password(name).await?;
    output.answer(&json!({"account": name, "password_file": file}), || {
        format!(
            "{name} signs in with the password in {}; its sessions have ended.",
            file.display()
        )
    })?;
    Ok(Status::Well)
}
