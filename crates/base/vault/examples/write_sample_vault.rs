//! Writes a small vault for other programs to judge: `write_sample_vault DIR`.

use std::error::Error;
use std::path::PathBuf;

use lantai_vault::{LogicalPath, ObjectId, Vault, VersionInfo};

fn main() -> Result<(), Box<dyn Error>> {
    let root = std::env::args_os()
        .nth(1)
        .map(PathBuf::from)
        .ok_or("give the folder to be made")?;
    let vault = Vault::create(root)?;
    let letter = ObjectId::new("urn:uuid:018f2f6c-5b7a-7c3e-9d41-2a6b8c0d1e2f")?;
    let segment = ObjectId::new("urn:lantai:segment:Z001:1")?;
    for (number, text) in ["初稿", "修改稿", "定稿"].iter().enumerate() {
        let batch = vault.begin(&format!("sample-{number}"))?;
        for id in [&letter, &segment] {
            let mut writer = if number == 0 {
                batch.new_object(id)?
            } else {
                batch.new_version(id)?
            };
            writer.put_bytes(&LogicalPath::new("正文/关于水利工程的通知.txt")?, text.as_bytes())?;
            writer.put_bytes(
                &LogicalPath::new(format!("附件/第 {number} 件 (副本).txt"))?,
                "同样的附件".as_bytes(),
            )?;
            if number == 2 {
                writer.remove(&LogicalPath::new("附件/第 0 件 (副本).txt")?)?;
            }
            writer.finish(VersionInfo {
                created: "2026-01-15T09:00:00Z".parse()?,
                message: format!("第{}次保存", number + 1),
                user_name: "示例县档案馆".to_owned(),
                user_address: Some("mailto:archive@example.org".to_owned()),
            })?;
        }
        batch.seal()?.place()?;
    }
    Ok(())
}
