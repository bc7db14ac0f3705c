//! A desk whose clock moves only when it is told to.

use crate::desk::Desk;
use axum::Router;
use lantai_domain::access::{Hat, Purpose};
use lantai_domain::{PersonId, Role, Viewer, Who};
use lantai_identity::audit::{AddressForm, AuditTrail, Pseudonyms};
use lantai_identity::sign_in::SignIn;
use lantai_server::{Limits, router, router_as};
use lantai_testkit::{MovableClock, noon};
use std::sync::Arc;

/// Stops the desk's clock at the moment that it is, and sets its limits.
pub fn stop_clock(desk: &mut Desk, limits: Limits) -> Arc<MovableClock> {
    let archive = &mut desk.archive;
    let clock = Arc::new(MovableClock::default());
    clock.advance(archive.holdings.clock.now().duration_since(noon()));
    archive.holdings.clock = clock.clone();
    archive.audit = AuditTrail::new(
        archive.holdings.database.clone(),
        clock.clone(),
        Pseudonyms::new(&[1; 32], AddressForm::Shortened),
        archive.data.join(&archive.config.vault).join("audit"),
    );
    archive.sign_in = SignIn::of_folder(
        &archive.data,
        archive.holdings.database.clone(),
        clock.clone(),
        &archive.config.institution,
        archive.config.sign_in.clone(),
    )
    .unwrap();
    archive.config.limits = limits;
    desk.app = router(archive);
    clock
}

/// The application as somebody with one post has it.
pub fn app_of(desk: &Desk, role: Role) -> Router {
    let (holdings, hats) = (&desk.archive.holdings, vec![Hat::everywhere(role)]);
    let rights = desk
        .archive
        .gatekeeper
        .rights(&hats, Purpose::Unsaid, holdings.clock.now());
    let who = Who::Account {
        name: role.id().to_owned(),
        person: PersonId::new(holdings.ids.next()),
    };
    router_as(&desk.archive, Viewer::new(who, hats, rights.unwrap()))
}
