//! People over the network: what one asks for another agrees to, and nobody gets round it.

use crate::desk::{Answer, Cookie, Desk, OPEN, UNREVIEWED, record, request};
use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use lantai_domain::Role;
use serde_json::{Value, json};

async fn post(desk: &Desk, path: &str, cookie: Cookie<'_>, body: Value) -> Answer {
    desk.send(Method::POST, path, cookie, &body).await
}

async fn id(desk: &Desk, path: &str, cookie: &str, body: Value) -> String {
    let made = post(desk, path, Some(cookie), body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    made.json()["id"].as_str().unwrap().to_owned()
}

async fn root(desk: &Desk, cookie: &str) -> String {
    let list = desk.get("/api/v1/institutions", Some(cookie)).await.json();
    list["items"][0]["id"].as_str().unwrap().to_owned()
}

/// A person with an account that waits, and its first password.
async fn newcomer(desk: &Desk, system: &str, name: &str) -> (String, String) {
    let person = id(desk, "/api/v1/persons", system, json!({"name": name})).await;
    let account = json!({"name": name, "person": person});
    let made = post(desk, "/api/v1/accounts", Some(system), account).await;
    let password = made.json()["password"].as_str().unwrap().to_owned();
    (person, password)
}

async fn new_post(desk: &Desk, system: &str, role: &str) -> String {
    let body = json!({
        "institution": root(desk, system).await,
        "name": "征集科收件",
        "scope": {"role": role, "fonds": ["J901"], "categories": null, "clearance": "internal"},
    });
    id(desk, "/api/v1/posts", system, body).await
}

fn refused(answer: &Answer, code: &str) {
    let found = (answer.status, answer.code());
    assert_eq!(
        found,
        (StatusCode::FORBIDDEN, code.to_owned()),
        "{}",
        answer.text()
    );
}

#[tokio::test]
async fn what_one_asks_for_another_agrees_to_and_then_it_may_be_done() {
    let desk = Desk::small().await;
    let (system, security) = (
        desk.administrator("sysadmin").await,
        desk.administrator("secadmin").await,
    );
    let (person, password) = newcomer(&desk, &system, "李敏").await;
    let at_once = json!({"name": "李敏", "password": password});
    let too_soon = post(&desk, "/api/v1/session", None, at_once).await;
    assert!(!too_soon.text().contains("\"staff\""), "{}", too_soon.text());

    let holding = json!({"person": person, "post": new_post(&desk, &system, "receiver").await});
    let holding = id(&desk, "/api/v1/holdings", &system, holding).await;
    let waiting = desk.get("/api/v1/grants/waiting", Some(&security)).await.json();
    let waiting = waiting["items"].as_array().unwrap().clone();
    assert_eq!(waiting.len(), 2);
    assert_eq!(
        (&waiting[0]["kind"], &waiting[0]["id"]),
        (&json!("account"), &json!("李敏"))
    );
    assert_eq!(waiting[1]["asked_by"]["name"], "系统管理员");
    assert_eq!(waiting[1]["scope"]["fonds"], json!(["J901"]));
    let allows = waiting[1]["scope"]["actions"].as_array().unwrap();
    assert!(allows.contains(&json!("receive")) && !allows.contains(&json!("describe")));
    assert_eq!(waiting[1]["is_own"], false);
    let own = desk
        .get("/api/v1/grants/waiting?limit=1", Some(&system))
        .await
        .json();
    assert_eq!(own["items"][0]["is_own"], true);
    let next = own["next_cursor"].as_str().unwrap();
    let rest = desk
        .get(&format!("/api/v1/grants/waiting?cursor={next}"), Some(&system))
        .await
        .json();
    assert_eq!(rest["items"][0]["id"], json!(holding));

    let agreement = format!("/api/v1/holdings/{holding}/agreement");
    let activation = "/api/v1/accounts/%E6%9D%8E%E6%95%8F/activation";
    for path in [activation, &agreement] {
        let by_proposer = post(&desk, path, Some(&system), json!({})).await;
        refused(&by_proposer, "identity.not_allowed");
        let agreed = post(&desk, path, Some(&security), json!({})).await;
        assert_eq!(agreed.status, StatusCode::NO_CONTENT, "{}", agreed.text());
    }
    let li = desk.sign_in_as("李敏", &password).await;
    assert_eq!(
        desk.get("/api/v1/accessions", Some(&li)).await.status,
        StatusCode::OK
    );
    refused(
        &desk.get("/api/v1/quality/lots", Some(&li)).await,
        "identity.not_allowed",
    );

    // taken away while they are signed in: gone with the next request
    let end = format!("/api/v1/holdings/{holding}/end");
    let ended = post(&desk, &end, Some(&security), json!({"reason": "调离"})).await;
    assert_eq!(ended.status, StatusCode::NO_CONTENT);
    refused(
        &desk.get("/api/v1/accessions", Some(&li)).await,
        "identity.not_allowed",
    );
    let disabling = "/api/v1/accounts/%E6%9D%8E%E6%95%8F/disabling";
    let out = post(&desk, disabling, Some(&system), json!({"reason": "调离"})).await;
    assert_eq!(out.status, StatusCode::NO_CONTENT);
    let after = desk.get("/api/v1/accessions", Some(&li)).await;
    assert_eq!(after.status, StatusCode::UNAUTHORIZED, "{}", after.text());
}

#[tokio::test]
async fn no_administrator_does_the_work_of_another() {
    let desk = Desk::small().await;
    let (system, security, audit, archivist) = (
        desk.administrator("sysadmin").await,
        desk.administrator("secadmin").await,
        desk.administrator("auditadmin").await,
        desk.sign_in().await,
    );
    let (person, _) = newcomer(&desk, &system, "郑安").await;
    let post_id = new_post(&desk, &system, "archivist").await;
    let proposal = json!({"person": person, "post": post_id});
    for other in [&security, &audit, &archivist] {
        refused(
            &post(&desk, "/api/v1/holdings", Some(other), proposal.clone()).await,
            "identity.not_allowed",
        );
        let account = json!({"name": "zheng", "person": person});
        refused(
            &post(&desk, "/api/v1/accounts", Some(other), account).await,
            "identity.not_allowed",
        );
    }
    let holding = id(&desk, "/api/v1/holdings", &system, proposal).await;
    for other in [&system, &audit, &archivist] {
        for rest in ["agreement", "refusal"] {
            let path = format!("/api/v1/holdings/{holding}/{rest}");
            let answer = post(&desk, &path, Some(other), json!({"reason": "x"})).await;
            refused(&answer, "identity.not_allowed");
        }
    }
    for other in [&audit, &archivist] {
        let path = format!("/api/v1/holdings/{holding}/end");
        let answer = post(&desk, &path, Some(other), json!({"reason": "x"})).await;
        refused(&answer, "identity.not_allowed");
    }

    // roles that exclude each other, for oneself, or the last of them: refused whoever agrees
    let own = desk.actor("sysadmin").await.person;
    let for_self = json!({"person": own, "post": post_id});
    refused(
        &post(&desk, "/api/v1/holdings", Some(&system), for_self).await,
        "people.own_matter",
    );
    let auditor = desk.actor("auditadmin").await.person;
    let both = json!({"person": auditor, "post": post_id});
    let both = post(&desk, "/api/v1/holdings", Some(&system), both).await;
    assert_eq!(
        (both.status, both.code().as_str()),
        (StatusCode::CONFLICT, "people.duty_conflict")
    );
    let last = json!({"reason": "离职"});
    let last = post(
        &desk,
        "/api/v1/accounts/auditadmin/disabling",
        Some(&system),
        last,
    )
    .await;
    assert_eq!(
        (last.status, last.code().as_str()),
        (StatusCode::CONFLICT, "people.last_administrator")
    );
}

#[tokio::test]
async fn administrators_never_meet_records() {
    let desk = Desk::small().await;
    for name in ["sysadmin", "secadmin", "auditadmin"] {
        let cookie = desk.administrator(name).await;
        for code in [OPEN, UNREVIEWED] {
            for part in ["", "/text", "/files/1", "/events"] {
                let address = format!("{}{part}", record(code));
                let answer = desk.get(&address, Some(&cookie)).await;
                assert!(
                    [StatusCode::NOT_FOUND, StatusCode::FORBIDDEN].contains(&answer.status),
                    "{name} {address}: {}",
                    answer.status
                );
            }
        }
        let found = desk.get("/api/v1/search", Some(&cookie)).await;
        if found.status == StatusCode::OK {
            assert_eq!(found.json()["total"], 0, "{name}");
        }
        for path in ["/api/v1/accessions", "/api/v1/quality/lots"] {
            refused(&desk.get(path, Some(&cookie)).await, "identity.not_allowed");
        }
    }
}

#[tokio::test]
async fn a_program_does_what_its_token_says_and_nothing_else() {
    let desk = Desk::small().await;
    let (system, security) = (
        desk.administrator("sysadmin").await,
        desk.administrator("secadmin").await,
    );
    id(
        &desk,
        "/api/v1/services",
        &system,
        json!({"account": "oa", "name": "办公系统"}),
    )
    .await;
    let wanted = json!({
        "label": "归档接口",
        "scope": {"role": "archivist", "fonds": null, "categories": null, "clearance": "internal"},
        "actions": ["receive"],
        "expires_at": (desk.archive.holdings.clock.now() + jiff::SignedDuration::from_hours(240)).to_string(),
    });
    let tokens = "/api/v1/services/oa/tokens";
    for role in ["system_admin", "security_admin", "audit_admin", "reader"] {
        let mut wrong = wanted.clone();
        wrong["scope"]["role"] = json!(role);
        let answer = post(&desk, tokens, Some(&system), wrong).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{role}");
    }
    let made = post(&desk, tokens, Some(&system), wanted).await.json();
    let (token, secret) = (made["id"].as_str().unwrap(), made["secret"].as_str().unwrap());
    let ask = async |method: Method, path: &str| {
        let request = request(method, path, None).header(header::AUTHORIZATION, format!("Bearer {secret}"));
        let request = request.header(header::CONTENT_TYPE, "application/json");
        desk.ask(request.body(Body::from("{}")).unwrap()).await
    };
    assert_eq!(
        ask(Method::GET, "/api/v1/accessions").await.status,
        StatusCode::UNAUTHORIZED,
        "nobody agreed yet"
    );
    let agreement = format!("/api/v1/tokens/{token}/agreement");
    refused(
        &post(&desk, &agreement, Some(&system), json!({})).await,
        "identity.not_allowed",
    );
    let agreed = post(&desk, &agreement, Some(&security), json!({})).await;
    assert_eq!(agreed.status, StatusCode::NO_CONTENT, "{}", agreed.text());
    assert_eq!(
        ask(Method::GET, "/api/v1/accessions").await.status,
        StatusCode::OK
    );
    // the role could do more, the token not
    refused(
        &ask(Method::GET, "/api/v1/quality/lots").await,
        "identity.not_allowed",
    );
    refused(&ask(Method::POST, &agreement).await, "identity.not_allowed");
    let unseen = ask(Method::GET, &record(UNREVIEWED)).await;
    assert_eq!(
        unseen.status,
        StatusCode::NOT_FOUND,
        "viewing is not among its actions"
    );

    let list = desk.get("/api/v1/services", Some(&security)).await;
    assert!(!list.text().contains(&secret[3..]), "a secret is shown once");
    let shown = &list.json()["items"][0]["tokens"][0];
    assert!(shown["last_used"].is_string());
    assert_eq!(shown["scope"]["actions"], json!(["receive"]));
    let revocation = format!("/api/v1/tokens/{token}/revocation");
    let revoked = post(&desk, &revocation, Some(&security), json!({"reason": "泄露"})).await;
    assert_eq!(revoked.status, StatusCode::NO_CONTENT);
    assert_eq!(
        ask(Method::GET, "/api/v1/accessions").await.status,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn readers_register_and_the_reading_room_verifies_them() {
    let desk = Desk::small().await;
    let new =
        |account: &str| json!({"account": account, "password": "荻川旧城墙塌了一大半截子", "name": "陈读者"});
    let made = post(&desk, "/api/v1/readers", None, new("chen")).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    let reader = made.json()["id"].as_str().unwrap().to_owned();
    let taken = post(&desk, "/api/v1/readers", None, new("chen")).await;
    assert_eq!(taken.code(), "people.name_taken");
    let cookie = desk.sign_in_as("chen", "荻川旧城墙塌了一大半截子").await;
    refused(
        &desk.get("/api/v1/accessions", Some(&cookie)).await,
        "identity.not_allowed",
    );
    let unseen = desk.get(&record(UNREVIEWED), Some(&cookie)).await;
    assert_eq!(unseen.status, StatusCode::NOT_FOUND);
    assert_eq!(
        desk.get(&record(OPEN), Some(&cookie)).await.status,
        StatusCode::OK
    );

    let verification = format!("/api/v1/readers/{reader}/verification");
    let card = json!({"document": "identity_card"});
    refused(
        &post(&desk, &verification, Some(&cookie), card.clone()).await,
        "identity.not_allowed",
    );
    let system = desk.administrator("sysadmin").await;
    refused(
        &post(&desk, &verification, Some(&system), card.clone()).await,
        "identity.not_allowed",
    );
    let room = desk.member("周洁", &[Role::ReferenceArchivist]).await;
    let nonsense = json!({"document": "33010219800101"});
    let nonsense = post(&desk, &verification, Some(&room), nonsense).await;
    assert_eq!(nonsense.code(), "people.document");
    let verified = post(&desk, &verification, Some(&room), card).await;
    assert_eq!(verified.status, StatusCode::NO_CONTENT, "{}", verified.text());
    let list = desk.get("/api/v1/readers?q=%E9%99%88", Some(&room)).await.json();
    assert_eq!(list["items"][0]["document"], "identity_card");
    assert_eq!(list["items"][0]["verified_by"]["name"], "周洁");

    let mut last = StatusCode::OK;
    for count in 0..5 {
        last = post(&desk, "/api/v1/readers", None, new(&format!("r{count}")))
            .await
            .status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn whoever_looks_at_people_sees_posts_and_their_holders() {
    let desk = Desk::empty().await;
    let audit = desk.administrator("auditadmin").await;
    let posts = desk.get("/api/v1/posts?limit=200", Some(&audit)).await.json();
    let roles: Vec<&str> = posts["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|post| post["scope"]["role"].as_str().unwrap())
        .collect();
    assert_eq!(roles.len(), 8);
    let admin = desk.actor("admin").await.person;
    let shown = desk
        .get(&format!("/api/v1/persons/{admin}"), Some(&audit))
        .await
        .json();
    assert_eq!(shown["account"]["state"], "active");
    assert_eq!(shown["holdings"].as_array().unwrap().len(), 5);
    assert_eq!(shown["holdings"][0]["origin"], "bootstrap");
    let list = desk.get("/api/v1/persons?limit=2", Some(&audit)).await.json();
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
    assert!(list["next_cursor"].is_string());
    assert_eq!(
        desk.get("/api/v1/persons", None).await.status,
        StatusCode::UNAUTHORIZED
    );
}
