//! Testing a whole archive at preservation (长期保存检测): its stores, its storerooms, its copies, its trail.

use crate::archive::{Places, database_address, read_key};
use crate::audit::TrailOf;
use crate::config::Config;
use crate::encryption::open_vault_to_verify;
use crate::error::ArchiveError;
use jiff::Timestamp;
use lantai_cataloguing::FondsRepository;
use lantai_database::Database;
use lantai_intake::{
    ArchiveSeen, Checked, ENVIRONMENT_FOLDER, IntakeRules, Looked, Note, Surroundings, check_archive,
    storeroom,
};
use lantai_preservation::{CopyPlace, Digests, Scope, VerifyProgress, compare_copies, verify_trail};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How an archive is tested.
pub struct ArchiveTest<'a> {
    /// The rules of the checks.
    pub rules: &'a IntakeRules,
    /// Folder with the series of sensors; `None`: `environment` in the data folder.
    pub environment: Option<PathBuf>,
    /// Whether every file of vault and copies is read, and not only the inventories.
    pub deep: bool,
    /// The moment of the test.
    pub now: Timestamp,
}

/// Tests the archive of a data folder and changes nothing. It may be served meanwhile.
pub async fn test_archive(
    data: &Path,
    config: &Config,
    test: &ArchiveTest<'_>,
    progress: VerifyProgress,
) -> Result<Checked, ArchiveError> {
    let places = Places::of(data, config)?;
    let address = database_address(data, config);
    let gone = address
        .strip_prefix("sqlite:")
        .is_some_and(|path| !Path::new(path).exists());
    if gone {
        return Err(ArchiveError::CatalogueMissing(address));
    }
    let database = Database::connect(&address).await?;
    let key = read_key(&places.private_key)?;
    let vault = Arc::new(open_vault_to_verify(data, config, &places)?);
    let scope = Scope {
        vault: test.deep,
        journal: false,
        catalogue: false,
        digests: Digests::Content,
    };
    let verify = |scope: Scope| {
        let (database, vault, places, progress) = (&database, &vault, &places, Arc::clone(&progress));
        let key = key.verifying_key();
        async move {
            lantai_preservation::verify(Some(database), vault, &places.journal, key, scope, progress).await
        }
    };
    let content = verify(scope).await?;
    let catalogue = verify(Scope {
        vault: false,
        catalogue: true,
        ..scope
    })
    .await?;
    let trail = verify_trail(
        &database,
        &vault,
        &places.journal,
        key.verifying_key(),
        Some(&TrailOf {
            database: &database,
            places: &places,
        }),
    )
    .await?;
    let fonds = FondsRepository(database.read().await?.conn()).all().await?;
    let records = fonds.iter().map(|stored| stored.count.records).sum::<i64>();
    let records = u64::try_from(records).unwrap_or(0);
    let seen = ArchiveSeen {
        records,
        files: content.files,
        bytes: content.bytes,
        content: match test.deep {
            true => Looked::Seen(content.problems),
            false => Looked::NotThere(Note::new(
                "未读取内容；加 --deep 逐个文件核对",
                "content was not read; --deep reads every file",
            )),
        },
        catalogue: Looked::Seen(catalogue.problems),
    };
    let environment = test
        .environment
        .clone()
        .unwrap_or_else(|| data.join(ENVIRONMENT_FOLDER));
    let copies: Vec<CopyPlace> = config
        .copies
        .iter()
        .map(|copy| CopyPlace {
            folder: data.join(&copy.folder),
            ..copy.clone()
        })
        .collect();
    let (vault_folder, policy, deep) = (
        places.vault.clone(),
        Arc::clone(&test.rules.checks().copies),
        test.deep,
    );
    let compared = tokio::task::spawn_blocking(move || {
        let reads: Option<&dyn lantai_vault::Progress> = deep.then_some(progress.as_ref());
        compare_copies(&vault_folder, &copies, &policy, reads)
    })
    .await
    .map_err(lantai_preservation::PreservationError::from)??;
    let surroundings = Surroundings {
        storeroom: storeroom(&environment, test.rules.checks(), test.now)?,
        copies: Looked::Seen(compared),
        trail: Looked::Seen(trail),
    };
    Ok(check_archive(test.rules, &seen, &surroundings, test.now))
}
