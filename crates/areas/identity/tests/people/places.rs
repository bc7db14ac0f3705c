//! Institutions, and lists.

use crate::office::{Office, code};
use lantai_domain::Role;
use lantai_identity::people::{AccountState, InstitutionKind, NewInstitution, NewPost, Scope};
use lantai_identity::{AccountRepository, PostRepository};
use lantai_testkit::on_every_engine;

#[tokio::test]
async fn institutions_make_a_tree_and_close_when_they_are_empty() {
    on_every_engine(async |database| {
        let office = Office::new(database).await;
        let new = |parent, kind, name: &str| NewInstitution {
            parent: Some(parent),
            kind,
            name: name.to_owned(),
        };
        let unit = office
            .people
            .enter_institution(new(office.root, InstitutionKind::Unit, "石门县水利局"))
            .await
            .unwrap();
        let department = office
            .people
            .enter_institution(new(unit, InstitutionKind::Department, "办公室"))
            .await
            .unwrap();
        let wrong = office
            .people
            .enter_institution(new(department, InstitutionKind::Unit, "下属单位"))
            .await;
        assert_eq!(code(wrong), "people.parent");
        assert_eq!(
            code(
                office
                    .people
                    .change_institution(unit, InstitutionKind::CountyArchives, "水利局")
                    .await
            ),
            "people.parent",
            "archives stand under higher archives only"
        );
        office
            .people
            .change_institution(unit, InstitutionKind::Unit, "石门县水务局")
            .await
            .unwrap();
        assert_eq!(code(office.people.close_institution(unit).await), "people.in_use");
        assert_eq!(
            code(office.people.close_institution(office.root).await),
            "people.in_use"
        );
        office.people.close_institution(department).await.unwrap();
        let scope = Scope::everything(Role::Receiver);
        let post = NewPost {
            institution: unit,
            name: "收文".to_owned(),
            scope: scope.clone(),
        };
        let post = office.people.make_post(post).await.unwrap();
        assert_eq!(code(office.people.close_institution(unit).await), "people.in_use");
        let li = office.person("李敏").await;
        let held = office
            .people
            .propose(office.system, office.grant(li, post))
            .await
            .unwrap();
        assert_eq!(code(office.people.close_post(post).await), "people.in_use");
        office.people.end(office.system, held, "不设").await.unwrap();
        office.people.close_post(post).await.unwrap();
        assert_eq!(
            code(office.people.propose(office.system, office.grant(li, post)).await),
            "people.closed"
        );
        office.people.close_institution(unit).await.unwrap();
        let gone = NewPost {
            institution: unit,
            name: "收文".to_owned(),
            scope,
        };
        assert_eq!(code(office.people.make_post(gone).await), "people.closed");
    })
    .await;
}

#[tokio::test]
async fn lists_come_in_pages() {
    on_every_engine(async |database| {
        let office = Office::new(database).await;
        let mut reader = office.database.read().await.unwrap();
        let posts = PostRepository(reader.conn()).page(None, None, 10).await.unwrap();
        assert_eq!(posts.len(), 8);
        let after = posts[1].id.to_string();
        let rest = PostRepository(reader.conn())
            .page(Some(office.root), Some(&after), 10)
            .await
            .unwrap();
        assert_eq!(rest, posts[2..]);
        let accounts = AccountRepository(reader.conn())
            .page(None, Some(AccountState::Active), Some("auditadmin"), 10)
            .await
            .unwrap();
        assert_eq!(accounts.len(), 3);
    })
    .await;
}
