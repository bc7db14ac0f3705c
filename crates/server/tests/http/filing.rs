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
    let found = lantai_server::verify(&data, &config, lantai_preservation::Scope::ALL, progress())
        .await
        .unwrap();
    assert!(found.ok, "{:#?}", found.problems);
    let Desk { archive, folder, .. } = desk;
    archive.holdings.database.close().await;
    drop(archive);
    lantai_server::rebuild(&data, config.clone(), &|_| {})
        .await
        .unwrap();
    let found = lantai_server::verify(&data, &config, lantai_preservation::Scope::ALL, progress())
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
    let names: Vec<String> = archive.filing.all().iter().map(|table| table.name()).collect();
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
