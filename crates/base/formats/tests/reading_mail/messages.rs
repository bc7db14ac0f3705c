//! Messages: who wrote to whom, and what was attached.

use crate::{corpus, files_below, omitted, options, read, told};

#[test]
fn headers_and_bodies_in_any_character_set() {
    let Some(folder) = corpus::folder("email") else {
        return;
    };
    let options = options();
    for (file, name, value) in [
        ("mail-rb/multi_charset/japanese.eml", "subject", "まみむめも"),
        (
            "mail-rb/multi_charset/japanese_iso_2022.eml",
            "subject",
            "まみむめも",
        ),
        ("outlook-msg/chinese-traditional.msg", "subject", "格式測試"),
        (
            "outlook-msg/cyrillic_message.msg",
            "subject",
            "Автоматический ответ",
        ),
        ("tika/testMSG_chinese.msg", "from", "張毓倫"),
    ] {
        let (reading, result) = read(&folder.join(file), &options);
        assert!(result.is_ok(), "{file}: {result:?}");
        println!("{file}: {:?}", reading.told);
        println!(
            "    {}",
            reading
                .text
                .chars()
                .take(300)
                .collect::<String>()
                .replace('\n', " | ")
        );
        let found = told(&reading, name).unwrap_or_default();
        assert!(found.contains(value), "{file}: {found}");
    }
}

#[test]
fn attachments_are_parts() {
    let Some(folder) = corpus::folder("email") else {
        return;
    };
    let options = options();
    for (file, parts) in [
        ("outlook-msg/attachment_msg_pdf.msg", 2),
        ("tika/testMSG_att_msg.msg", 1),
        ("tika/testEmailWithPNGAtt.eml", 1),
        ("mail-rb/attachment_emails/attachment_pdf.eml", 1),
        ("tika/complex.mbox", 3),
    ] {
        let (reading, result) = read(&folder.join(file), &options);
        assert!(result.is_ok(), "{file}: {result:?}");
        println!("{file}: {:?} {:?}", reading.parts, omitted(&reading));
        assert!(reading.parts.len() >= parts, "{file}");
    }
}

#[test]
fn every_message_of_the_corpus_is_read() {
    let Some(folder) = corpus::folder("email") else {
        return;
    };
    let options = options();
    let (mut files, mut failed, mut with_replacements) = (0, Vec::new(), Vec::new());
    for path in files_below(&folder) {
        let extension = path
            .extension()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if !matches!(extension.as_str(), "eml" | "msg" | "mbox") {
            continue;
        }
        files += 1;
        let (reading, result) = read(&path, &options);
        if let Err(error) = result {
            failed.push(format!("{}: {}", path.display(), error.code()));
        }
        if reading.text.contains('\u{fffd}') {
            with_replacements.push(path.display().to_string());
        }
    }
    println!(
        "{files} files of mail; failed: {failed:#?}; with characters that could not be decoded: {with_replacements:#?}"
    );
    assert!(failed.len() <= 3, "{failed:?}");
}
