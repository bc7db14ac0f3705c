//! Measures the vault: `measure_vault DIR [FILE]` writes small objects, one wide object and, where given, FILE
//! into a new vault in DIR, reads all of it again and prints figures as JSON.

#![expect(clippy::print_stdout, reason = "figures are what this program is for")]

use std::error::Error;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Instant;

use lantai_vault::{Digests, LogicalPath, NoObserver, NoProgress, ObjectId, Vault, VersionInfo};

const SMALL_OBJECTS: u32 = 2_000;
const WIDE_FILES: u32 = 50_000;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let root = arguments.next().ok_or("give the folder to be made")?;
    let vault = Vault::create(&root)?;
    let small = seconds(|| write_small(&vault))?;
    let wide = seconds(|| write_wide(&vault))?;
    let file = arguments.next();
    let large = file
        .as_deref()
        .map(|file| seconds(|| write_large(&vault, file)))
        .transpose()?;
    let mut bytes = 0;
    let verify = seconds(|| {
        let verification = vault.verify(Digests::Content, 0, &NoProgress)?;
        bytes = verification.bytes;
        if verification.problems.is_empty() {
            Ok(())
        } else {
            Err("the vault is damaged".into())
        }
    })?;
    let size = file
        .map(std::fs::metadata)
        .transpose()?
        .map_or(0, |metadata| metadata.len());
    println!(
        "{}",
        serde_json::json!({
            "small_objects_per_s": f64::from(SMALL_OBJECTS) / small,
            "wide_object_files_per_s": f64::from(WIDE_FILES) / wide,
            "large_file_mb_per_s": large.map(|large| size as f64 / 1e6 / large),
            "verify_mb_per_s": bytes as f64 / 1e6 / verify,
            "verify_s": verify,
        })
    );
    Ok(())
}

fn seconds(work: impl FnOnce() -> Result<(), Box<dyn Error>>) -> Result<f64, Box<dyn Error>> {
    let begun = Instant::now();
    work()?;
    Ok(begun.elapsed().as_secs_f64())
}

fn info() -> VersionInfo {
    VersionInfo {
        created: jiff::Timestamp::UNIX_EPOCH,
        message: "measured".to_owned(),
        user_name: "bench".to_owned(),
        user_address: Some("urn:lantai:bench".to_owned()),
    }
}

fn write_small(vault: &Vault) -> Result<(), Box<dyn Error>> {
    let batch = vault.begin("small")?;
    for number in 0..SMALL_OBJECTS {
        let mut writer = batch.new_object(&ObjectId::new(format!("urn:lantai:small:{number}"))?)?;
        for file in ["正文.txt", "附件/一.txt", "metadata.json"] {
            let text = format!("{number} {file} ").repeat(200);
            writer.put_bytes(&LogicalPath::new(file)?, text.as_bytes())?;
        }
        writer.finish(info())?;
    }
    batch.seal()?.place()?;
    Ok(())
}

fn write_wide(vault: &Vault) -> Result<(), Box<dyn Error>> {
    let batch = vault.begin("wide")?;
    let mut writer = batch.new_object(&ObjectId::new("urn:lantai:wide")?)?;
    for number in 0..WIDE_FILES {
        writer.put_bytes(
            &LogicalPath::new(format!("页/{number:05}.txt"))?,
            number.to_string().as_bytes(),
        )?;
    }
    writer.finish(info())?;
    batch.seal()?.place()?;
    Ok(())
}

fn write_large(vault: &Vault, file: &Path) -> Result<(), Box<dyn Error>> {
    let batch = vault.begin("large")?;
    let mut writer = batch.new_object(&ObjectId::new("urn:lantai:large")?)?;
    let source = File::open(file)?;
    let size = source.metadata()?.len();
    writer.put(
        &LogicalPath::new("大文件.bin")?,
        source,
        Some(size),
        &mut NoObserver,
    )?;
    writer.finish(info())?;
    batch.seal()?.place()?;
    Ok(())
}
