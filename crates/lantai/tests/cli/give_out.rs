//! `search`, `record`, `export`.

use crate::run::{BRIDGE, BRIDGE_TEXT, GRAIN, GRAIN_TEXT, LEDGER, Place, fields, files_below};

#[test]
fn search_answers_in_the_agreed_shape() {
    let place = Place::filled();
    let found = place.on_data("search", &["柳湾大桥"]).ended(0);
    for name in ["facets", "hits", "read_as", "took_ms", "total"] {
        assert!(fields(&found).contains(&name), "{name}");
    }
    assert_eq!(found["total"], 2);
    assert!(found["took_ms"].is_u64());
    assert!(found["read_as"].as_str().unwrap().contains("柳湾大桥"));
    assert!(!found["facets"]["fonds"].is_null());
    let hit = &found["hits"][0];
    for name in ["code", "page", "record", "score", "second", "snippet", "title"] {
        assert!(fields(hit).contains(&name), "{name}");
    }
    assert!(hit["score"].is_f64() && hit["record"].as_str().unwrap().len() == 36);
    let by_number = place.on_data("search", &["川政[1985]12號"]).ended(0);
    assert_eq!(by_number["hits"][0]["code"], BRIDGE);
    let by_date = place.on_data("search", &["一九八五年五月二十三日"]).ended(0);
    assert_eq!(by_date["hits"][0]["code"], BRIDGE);
    let by_code = place.on_data("search", &[LEDGER]).ended(0);
    assert_eq!(by_code["hits"][0]["code"], LEDGER);
    let limited = place
        .on_data("search", &["", "--limit", "1", "--mode", "lexical"])
        .ended(0);
    assert_eq!(
        (
            limited["total"].as_u64(),
            limited["hits"].as_array().unwrap().len()
        ),
        (Some(3), 1)
    );
    let nothing = place.on_data("search", &["冰川"]);
    assert_eq!(nothing.ended(0)["total"], 0, "finding nothing is an answer");
}

#[test]
fn the_public_is_never_told_of_what_is_not_open() {
    let place = Place::filled();
    for query in [
        "余粮",
        "收购余粮",
        GRAIN,
        "粮食局",
        "三十万斤",
        "19851101",
        "",
        "Q001-WS·1985*",
    ] {
        let run = place.on_data("search", &[query, "--as-viewer", "public"]);
        let mut found = run.ended(0);
        // the question itself is echoed
        found["read_as"].take();
        let told = found.to_string();
        assert!(
            !told.contains(GRAIN) && !told.contains("关于收购余粮的请示"),
            "{query}: {run:?}"
        );
        for (value, count) in [("unreviewed", 1), ("D30", 1)] {
            let told = found["facets"].to_string();
            assert!(
                !told.contains(&format!("[\"{value}\",{count}]")),
                "{query}: {told}"
            );
        }
    }
    assert_eq!(
        place.on_data("search", &["", "--as-viewer", "public"]).ended(0)["total"],
        2
    );
    for viewer in ["archivist", "王海平"] {
        assert_eq!(
            place.on_data("search", &["余粮", "--as-viewer", viewer]).ended(0)["total"],
            1
        );
    }
    assert_eq!(
        place.on_data("search", &["余粮"]).ended(0)["hits"][0]["code"],
        GRAIN
    );
    let hidden = place.on_data("record", &[GRAIN, "--as-viewer", "public"]);
    let absent = place.on_data("record", &["Q001-WS·1985·D30-9999", "--as-viewer", "public"]);
    assert_eq!(
        (hidden.status, &hidden.out),
        (absent.status, &absent.out),
        "not open looks like not there"
    );
}

#[test]
fn record_shows_the_whole_of_one() {
    let place = Place::filled();
    let record = place.on_data("record", &[BRIDGE]).ended(0);
    for name in [
        "accession",
        "description",
        "events",
        "files",
        "format",
        "id",
        "open_status",
        "received_at",
    ] {
        assert!(fields(&record).contains(&name), "{name}");
    }
    let description = &record["description"];
    assert_eq!(description["code"], BRIDGE);
    assert_eq!(description["document_number"], "川政〔1985〕12号");
    assert_eq!(description["date"], "1985-05-23");
    assert_eq!(record["open_status"]["status"], "open");
    let file = &record["files"][0];
    assert_eq!(file["name"], "正文/大桥通知.txt");
    assert_eq!(file["size"], BRIDGE_TEXT.len());
    assert_eq!(
        (
            file["sha512"].as_str().unwrap().len(),
            file["sm3"].as_str().unwrap().len()
        ),
        (128, 64)
    );
    let spelled = place
        .on_data("record", &["Ｑ００１－ＷＳ·１９８５·Ｙ－０００１"])
        .ended(0);
    assert_eq!(spelled["id"], record["id"], "the code in another spelling");
    let text = place.for_people("record", &[BRIDGE]);
    assert!(text.status == 0 && text.out.contains("柳湾大桥"));
    let missing = place.on_data("record", &["Q001-WS·1985·Y-9999"]);
    assert_eq!(missing.ended(1)["error"]["code"], "cataloguing.not_found");
}

#[test]
fn exports_of_equal_archives_are_equal_bytes() {
    let place = Place::filled();
    let to = |name: &str| place.path().join(name);
    let export = |name: &str, more: &[&str]| {
        let folder = to(name);
        let arguments = [&["--as", "jsonl", "--to", folder.to_str().unwrap()], more].concat();
        place.on_data("export", &arguments).ended(0)
    };
    let first = export("一", &["--all"]);
    for name in ["bytes", "written"] {
        assert!(first[name].is_u64(), "{name}");
    }
    assert_eq!(first["written"], 3);
    assert_eq!(export("二", &["--all"]), first);
    let bytes = |name: &str| files_below(&to(name)).remove(0).1;
    assert_eq!(bytes("一"), bytes("二"));
    assert_eq!(first["bytes"], bytes("一").len());
    let text = String::from_utf8(bytes("一")).unwrap();
    let lines: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let codes: Vec<&str> = lines
        .iter()
        .map(|line| line["description"]["code"].as_str().unwrap())
        .collect();
    assert!(codes.len() == 3 && codes.is_sorted(), "{codes:?}");
    export("三", &[GRAIN, BRIDGE]);
    export("四", &[BRIDGE, GRAIN]);
    assert_eq!(bytes("三"), bytes("四"), "in whatever order they are named");
}

#[test]
fn a_bag_holds_the_bytes_that_came_in() {
    let place = Place::filled();
    let folder = place.path().join("出");
    let answer = place
        .on_data(
            "export",
            &["--all", "--as", "bagit", "--to", folder.to_str().unwrap()],
        )
        .ended(0);
    assert_eq!(answer["written"], 3);
    let files = files_below(&folder);
    for (name, text) in [("大桥通知.txt", BRIDGE_TEXT), ("余粮请示.txt", GRAIN_TEXT)] {
        let kept: Vec<_> = files.iter().filter(|(path, _)| path.ends_with(name)).collect();
        assert_eq!(kept.len(), 1, "{name}");
        assert_eq!(kept[0].1, text.as_bytes());
    }
    assert_eq!(
        files
            .iter()
            .filter(|(path, _)| path.ends_with("bagit.txt"))
            .count(),
        3
    );
    let total = files
        .iter()
        .filter(|(path, _)| path.components().any(|part| part.as_os_str() == "data"));
    assert_eq!(
        answer["bytes"],
        total.map(|(_, bytes)| bytes.len()).sum::<usize>()
    );
    // another archive takes the bags in
    let other = Place::empty();
    for bag in std::fs::read_dir(&folder).unwrap() {
        let bag = bag.unwrap().path();
        let taken = other.on_data("ingest", &["--fonds", "Q001", bag.to_str().unwrap()]);
        assert_eq!(
            taken.ended(0)["accessions"][0]["verdict"],
            "accepted",
            "{taken:?}"
        );
    }
    let there = other.on_data("record", &[BRIDGE]).ended(0);
    let here = place.on_data("record", &[BRIDGE]).ended(0);
    assert_eq!(there["files"][0]["sha512"], here["files"][0]["sha512"]);
    assert_eq!(there["description"]["title"], here["description"]["title"]);
}

#[test]
fn what_is_not_there_is_named_and_the_rest_written() {
    let place = Place::filled();
    let folder = place.path().join("出");
    let arguments = [
        BRIDGE,
        "Q001-WS·1985·Y-9999",
        "--as",
        "bagit",
        "--to",
        folder.to_str().unwrap(),
    ];
    let run = place.on_data("export", &arguments);
    let answer = run.ended(1);
    assert_eq!(
        (&answer["written"], &answer["missing"][0]),
        (&1.into(), &"Q001-WS·1985·Y-9999".into())
    );
    assert!(run.err.contains("Q001-WS·1985·Y-9999"));
    let again = place.on_data(
        "export",
        &[BRIDGE, "--as", "bagit", "--to", folder.to_str().unwrap()],
    );
    assert_eq!(again.status, 3, "nothing is overwritten: {again:?}");
}
