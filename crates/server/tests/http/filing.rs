//! Filing scope over the network: what the table proposes, what a person decides, and that it comes back.

use crate::desk::Desk;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

const DECISIONS: &str = "/api/v1/filing/decisions";

#[tokio::test]
async fn a_table_is_read_tried_and_decided_by() {
    let desk = Desk::small().await;
    let admin = desk.sign_in().await;
    let tables = desk.get("/api/v1/filing/tables", Some(&admin)).await.json();
    let name = tables[0]["name"].as_str().unwrap().to_owned();
    assert_eq!(name, "XZ-GENERAL@2026.1");
    let table = desk
        .get(&format!("/api/v1/filing/tables/{name}"), Some(&admin))
        .await
        .json();
    assert_eq!(
        table["rows"].as_array().unwrap().len() as u64,
        table["table"]["rows"].as_u64().unwrap()
    );
    let sheet = desk
        .get(&format!("/api/v1/filing/tables/{name}/sheet"), Some(&admin))
        .await;
    assert!(sheet.header("content-disposition").contains(".csv"));
    assert!(sheet.text().starts_with("\u{feff}条款号,"));
    let none = desk.get("/api/v1/filing/tables/NONE@1", Some(&admin)).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);

    let request =
        json!({"title": "关于石门渠用地的请示", "direction": "sent", "year": 2020, "reference": "收-17"});
    let asked = json!({"documents": [request, {"title": "杂项", "date": "1990-01-01"}]});
    let early = desk
        .send(Method::POST, "/api/v1/filing/proposals", Some(&admin), &asked)
        .await;
    assert_eq!(
        (early.status, early.code().as_str()),
        (StatusCode::CONFLICT, "filing.no_table")
    );
    let asked = json!({"documents": [request, {"title": "杂项"}]});
    let proposals = desk
        .send(Method::POST, "/api/v1/filing/proposals", Some(&admin), &asked)
        .await
        .json();
    assert_eq!(proposals[0]["row"]["item_no"], "5.2");
    assert_eq!(proposals[0]["row"]["reasons"][0]["words"], json!(["请示"]));
    assert_eq!(proposals[1]["verdict"], "nothing_fires");

    let decide = async |choice: Value| {
        desk.send(
            Method::POST,
            DECISIONS,
            Some(&admin),
            &json!({"choices": [choice]}),
        )
        .await
    };
    let silent = decide(json!({"document": request, "item_no": "7.2"})).await;
    assert_eq!(
        (silent.status, silent.code().as_str()),
        (StatusCode::BAD_REQUEST, "filing.reason_missing")
    );
    let unknown = decide(json!({"document": request, "item_no": "99", "reason": "x"})).await;
    assert_eq!(unknown.code(), "filing.row_unknown");
    let unsure = decide(json!({"document": {"title": "杂项"}})).await;
    assert_eq!(unsure.code(), "filing.row_unknown");
    let confirmed = decide(json!({"document": request})).await;
    assert_eq!(
        (confirmed.status, &confirmed.json()[0]["overridden"]),
        (StatusCode::CREATED, &json!(false))
    );
    let changed = decide(json!({"document": request, "item_no": "7.2", "reason": "涉及土地权属"}))
        .await
        .json();
    assert_eq!(changed[0]["decided"]["row_id"], "XZ-GENERAL@2026.1#7.2");
    assert_eq!(changed[0]["proposed"], "XZ-GENERAL@2026.1#5.2");
    assert_eq!(
        (&changed[0]["overridden"], &changed[0]["by"]),
        (&json!(true), &json!("admin"))
    );

    let all = desk.get(DECISIONS, Some(&admin)).await.json();
    assert_eq!(all["items"].as_array().unwrap().len(), 2);
    let overridden = desk
        .get(&format!("{DECISIONS}?overridden=true"), Some(&admin))
        .await
        .json();
    assert_eq!(overridden["items"].as_array().unwrap().len(), 1);
    assert_eq!(overridden["items"][0]["reason"], "涉及土地权属");

    let (data, config) = (desk.archive.data.clone(), desk.archive.config.clone());
    let progress = || std::sync::Arc::new(lantai_vault::NoProgress);
    let found = lantai_server::verify(
        &data,
        &config,
        lantai_preservation::Scope::ALL,
        lantai_testkit::noon(),
        progress(),
    )
    .await
    .unwrap();
    assert!(found.ok, "{:#?}", found.problems);
    let Desk { archive, folder, .. } = desk;
    archive.holdings.database.close().await;
    drop(archive);
    lantai_server::rebuild(&data, config.clone(), &|_| {})
        .await
        .unwrap();
    let found = lantai_server::verify(
        &data,
        &config,
        lantai_preservation::Scope::ALL,
        lantai_testkit::noon(),
        progress(),
    )
    .await
    .unwrap();
    assert!(found.ok, "{:#?}", found.problems);
    let archive = lantai_server::Archive::open(&data, config, lantai_server::Access::Read)
        .await
        .unwrap();
    let mut reader = archive.holdings.database.read().await.unwrap();
    let back = lantai_intake::filing::FilingRepository(reader.conn())
        .of_reference("收-17")
        .await
        .unwrap();
    assert_eq!(
        back.and_then(|decision| decision.reason).as_deref(),
        Some("涉及土地权属")
    );
    drop(folder);
}

#[tokio::test]
async fn an_archives_own_tables_hold_and_faulty_ones_are_named() {
    let desk = Desk::empty().await;
    let data = desk.archive.data.clone();
    let config = desk.archive.config.clone();
    desk.archive.holdings.database.close().await;
    drop(desk.app);
    drop(desk.archive);
    let folder = data.join("rules").join("filing-scope");
    std::fs::create_dir_all(&folder).unwrap();
    let table = "format = \"lantai-filing-scope/1\"\n[scheme]\nid = \"J901\"\nversion = \"1\"\ntitle = \"水利局\"\n\
                 fonds = [\"J901\"]\nvalid_from = \"2000-01-01\"\n[[class]]\npath = \"WS\"\nname = \"文书\"\n[[row]]\n\
                 item_no = \"1\"\nitem_text = \"x\"\nfiled = true\nclass = \"WS\"\nretention = \"Y\"\n\
                 match = { title_any = [\"渠\"] }\n";
    std::fs::write(folder.join("j901.toml"), table).unwrap();
    let open = || lantai_server::Archive::open(&data, config.clone(), lantai_server::Access::Read);
    let archive = open().await.unwrap();
    let names: Vec<String> = archive
        .filing
        .now()
        .all()
        .iter()
        .map(|table| table.name())
        .collect();
    assert_eq!(names, ["J901@1", "XZ-GENERAL@2026.1"]);
    std::fs::write(
        folder.join("again.toml"),
        table.replace("\"1\"\ntitle", "\"2\"\ntitle"),
    )
    .unwrap();
    let refused = open().await.err().unwrap();
    assert_eq!(refused.code(), "config.unusable");
    assert!(
        refused.to_string().contains("J901@1") && refused.to_string().contains("J901@2"),
        "{refused}"
    );
}

/// A sheet with its scheme, as a browser sends it.
fn sheet_form(scheme: &Value, name: &str, sheet: &[u8]) -> (String, Vec<u8>) {
    let mut body = format!(
        "--edge\r\ncontent-disposition: form-data; name=\"scheme\"\r\n\r\n{scheme}\r\n--edge\r\n\
         content-disposition: form-data; name=\"sheet\"; filename=\"{name}\"\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(sheet);
    body.extend_from_slice(b"\r\n--edge--\r\n");
    ("multipart/form-data; boundary=edge".to_owned(), body)
}

async fn import(
    desk: &Desk,
    cookie: Option<&str>,
    is_preview: bool,
    scheme: &Value,
    name: &str,
    sheet: &[u8],
) -> crate::desk::Answer {
    let (kind, body) = sheet_form(scheme, name, sheet);
    let path = format!("/api/v1/filing/tables?preview={is_preview}");
    let request = crate::desk::request(Method::POST, &path, cookie);
    let request = request.header("x-lantai-csrf", "1").header("content-type", kind);
    desk.ask(request.body(axum::body::Body::from(body)).unwrap())
        .await
}

#[tokio::test]
async fn a_sheet_becomes_a_table_in_force_after_it_was_looked_at() {
    let desk = Desk::small().await;
    let admin = desk.sign_in().await;
    let admin = Some(admin.as_str());
    let builtin = "XZ-GENERAL@2026.1";
    let sheet = desk
        .get(&format!("/api/v1/filing/tables/{builtin}/sheet"), admin)
        .await
        .text();
    let mut lines: Vec<&str> = sheet.lines().collect();
    lines.pop();
    let sheet = lines.join("\r\n") + "\r\n";
    let scheme = json!({"id": "石门县", "version": "1", "title": "石门县三合一表", "valid_from": "2020-01-01",
                        "approval_number": "石档〔2020〕1号"});

    let nobody = import(&desk, None, true, &scheme, "table.csv", sheet.as_bytes()).await;
    assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
    let preview = import(&desk, admin, true, &scheme, "table.csv", sheet.as_bytes()).await;
    assert_eq!(preview.status, StatusCode::OK, "{}", preview.text());
    let preview = preview.json();
    assert_eq!(preview["table"]["name"], "石门县@1");
    let names = async || -> Vec<String> {
        let tables = desk.get("/api/v1/filing/tables", admin).await.json();
        let tables = tables.as_array().unwrap().iter();
        tables
            .map(|table| table["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(names().await, [builtin], "looking changes nothing");

    let done = import(&desk, admin, false, &scheme, "table.csv", sheet.as_bytes()).await;
    assert_eq!(done.status, StatusCode::CREATED, "{}", done.text());
    let both = ["XZ-GENERAL@2026.1", "石门县@1"];
    assert_eq!(
        names().await,
        both,
        "the program's own is kept for earlier documents"
    );
    let again = import(&desk, admin, false, &scheme, "table.csv", sheet.as_bytes()).await;
    assert_eq!(
        (again.status, again.code().as_str()),
        (StatusCode::CONFLICT, "filing.twice")
    );

    // the next version in another encoding and with one row changed
    let mut next = scheme.clone();
    next["version"] = json!("2");
    next["valid_from"] = json!("2024-01-01");
    let row = lines[1].replacen("永久", "30年", 1).replacen(",Y,", ",D30,", 1);
    let changed = sheet.replacen(lines[1], &row, 1);
    assert_ne!(changed, sheet);
    let preview = import(&desk, admin, true, &next, "table.csv", changed.as_bytes()).await;
    let preview = preview.json();
    assert_eq!(
        (&preview["replaces"], &preview["ends"], &preview["ends_on"]),
        (&json!("石门县@1"), &json!("石门县@1"), &json!("2023-12-31"))
    );
    assert_eq!(preview["changed"].as_array().unwrap().len(), 1, "{preview}");
    assert_eq!(
        preview["changed"][0]["fields"][0],
        json!({"element": "retention", "before": "永久", "after": "30年"})
    );
    let done = import(&desk, admin, false, &next, "table.csv", changed.as_bytes()).await;
    assert_eq!(done.status, StatusCode::CREATED, "{}", done.text());

    // it is used at once, and read again at the next start
    let asked = json!({"documents": [{"title": "关于石门渠用地的请示", "date": "2019-12-31"},
                                     {"title": "关于石门渠用地的请示", "date": "2023-12-31"},
                                     {"title": "关于石门渠用地的请示", "date": "2024-01-01"}]});
    let proposals = desk
        .send(Method::POST, "/api/v1/filing/proposals", admin, &asked)
        .await
        .json();
    assert_eq!(
        [
            &proposals[0]["table"],
            &proposals[1]["table"],
            &proposals[2]["table"]
        ],
        [&json!(builtin), &json!("石门县@1"), &json!("石门县@2")]
    );
    let kept = lantai_server::filing_tables(&desk.archive.data).unwrap();
    let kept: Vec<String> = kept.all().iter().map(|table| table.name()).collect();
    assert_eq!(kept, [builtin, "石门县@2", "石门县@1"]);
}

#[tokio::test]
async fn a_sheet_that_cannot_be_used_is_refused_with_its_line() {
    let desk = Desk::small().await;
    let admin = desk.sign_in().await;
    let admin = Some(admin.as_str());
    let scheme = json!({"id": "A", "version": "1", "title": "x", "valid_from": "2026-01-01"});
    let head = "条款号,归档范围,类目代码,是否归档,保管期限,题名含任一\n";
    let refused = async |scheme: &Value, sheet: &str| {
        let answer = import(&desk, admin, true, scheme, "table.csv", sheet.as_bytes()).await;
        (answer.status, answer.code(), answer.json()["detail"].to_string())
    };
    for (sheet, code, says) in [
        (
            "条款号,归档范围,类目代码,是否归档,保管期限,题名含任一\n1,x,WS,也许,Y,通知\n".to_owned(),
            "filing.row",
            "line 2",
        ),
        (
            format!("{head}1,x,WS,是,Y,通知\n1,y,WS,是,Y,函\n"),
            "filing.row",
            "row",
        ),
        (format!("{head}1,x,WS,是,永远,通知\n"), "filing.row", "row 1"),
        (format!("{head}1,x,WS,是,Y,\n"), "filing.row", "row 1"),
        (head.to_owned(), "filing.row", "0 rows"),
        ("甲,乙\n1,2\n".to_owned(), "", ""),
    ] {
        let (status, found, detail) = refused(&scheme, &sheet).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{found} {detail}");
        assert!(code.is_empty() || found == code, "{found} {detail}");
        assert!(detail.contains(says), "{detail}");
    }
    let good = format!("{head}1,x,WS,是,Y,通知\n");
    let mut wrong = scheme.clone();
    wrong["valid_from"] = json!("2026-02-30");
    assert_eq!(refused(&wrong, &good).await.1, "filing.row");
    wrong = scheme.clone();
    wrong["id"] = json!("../../outside");
    assert_eq!(refused(&wrong, &good).await.1, "filing.row");
    assert_eq!(refused(&json!({"id": "A"}), &good).await.1, "filing.import");
    assert!(!desk.archive.data.join("rules").exists(), "nothing was written");
}
