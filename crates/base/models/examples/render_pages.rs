//! Renders the pages of the bench: `render_pages CORPUS FOLDER [FONTS]` writes 18 pictures with their texts.

#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a tool for the bench")]

#[path = "../tests/support/rendered.rs"]
mod rendered;

use std::path::PathBuf;

fn main() {
    let mut arguments = std::env::args().skip(1).map(PathBuf::from);
    let (corpus, folder) = (arguments.next().unwrap(), arguments.next().unwrap());
    let fonts = arguments
        .next()
        .unwrap_or_else(|| PathBuf::from("/usr/share/fonts/opentype/noto"));
    let Some(pages) = rendered::pages(&fonts, &corpus.join("demo-archive/fulltext")) else {
        eprintln!("fonts (Noto CJK) or texts are not there");
        return;
    };
    std::fs::create_dir_all(&folder).unwrap();
    for page in pages {
        for damage in rendered::DAMAGES {
            let name = folder.join(format!("{}-{damage}.png", page.name));
            rendered::spoilt(&page.picture, damage).save(&name).unwrap();
            std::fs::write(name.with_extension("txt"), page.lines.join("\n")).unwrap();
        }
    }
}
