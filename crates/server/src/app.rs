//! The web application: API of all areas, pages, and the layers around them.

use crate::archive::Archive;
use crate::assets;
use crate::document::{self, Document};
use crate::error::ArchiveError;
use crate::limits::{self, Limiter};
use crate::listen::{Times, Transport, listen};
use crate::routes;
use crate::security;
use crate::tls::{Tls, TlsNotice, redirecting};
use axum::http::header;
use axum::middleware;
use axum::routing::get;
use axum::{Extension, Router};
use jiff::Timestamp;
use lantai_access::AccessState;
use lantai_cataloguing::CataloguingState;
use lantai_domain::Viewer;
use lantai_http::{Api, Proved};
use lantai_identity::IdentityState;
use lantai_identity::audit::routes::{self as audit_routes, AuditState, Keeper, Operations};
use lantai_identity::people::PeopleState;
use lantai_intake::IntakeState;
use lantai_intake::filing::FilingState;
use lantai_intake::quality::QualityState;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::trace::TraceLayer;
use utoipa::OpenApi;

fn api(archive: &Archive) -> (Api, IdentityState) {
    let holdings = &archive.holdings;
    let categories = archive.categories();
    let identity = IdentityState {
        database: holdings.database.clone(),
        clock: Arc::clone(&holdings.clock),
        sign_in: archive.sign_in.clone(),
        gatekeeper: Arc::clone(&archive.gatekeeper),
        is_secure: archive.config.is_secure(),
    };
    let router = Api::described_in(Document::openapi())
        .merge(routes::routes(archive))
        .merge(lantai_identity::routes(identity.clone()))
        .merge(audit_routes::routes(AuditState {
            trail: archive.audit.clone(),
            alerts: Arc::clone(&archive.alerts),
            retention: Arc::clone(&archive.audit_retention),
            ids: Arc::clone(&holdings.ids),
        }))
        .merge(lantai_identity::people::routes(PeopleState::new(
            holdings.database.clone(),
            Arc::clone(&holdings.clock),
            Arc::clone(&holdings.ids),
            Arc::clone(&archive.gatekeeper),
            archive.sign_in.clone(),
        )))
        .merge(lantai_cataloguing::routes::routes(CataloguingState {
            holdings: holdings.clone(),
            watcher: Arc::new(archive.index.clone()),
            categories: Arc::clone(&categories),
        }))
        .merge(lantai_intake::quality::routes(QualityState {
            holdings: holdings.clone(),
            rules: Arc::clone(&archive.quality),
        }))
        .merge(lantai_intake::filing::routes(FilingState {
            holdings: holdings.clone(),
            tables: archive.filing.clone(),
        }))
        .merge(lantai_access::routes(AccessState {
            catalogue: archive.index.clone(),
            categories,
            gatekeeper: Arc::clone(&archive.gatekeeper),
            clock: Arc::clone(&holdings.clock),
        }))
        .merge(lantai_intake::routes(IntakeState {
            holdings: holdings.clone(),
            uploads: archive.uploads.clone(),
            resumable: archive.resumable.clone(),
            board: archive.board.clone(),
            rules: Arc::new(archive.rules.checks().clone()),
            institution: archive.config.institution.clone(),
            workspace: archive.places.workspace.clone(),
        }));
    (router, identity)
}

/// The description of the interface; the client of the pages is generated from it.
pub fn api_document(archive: &Archive) -> utoipa::openapi::OpenApi {
    let (_, mut document) = api(archive).0.into_parts();
    document::promise_every_field(&mut document);
    document
}

/// The whole application: each request is of whoever its cookie or token names.
pub fn router(archive: &Archive) -> Router {
    let (api, identity) = api(archive);
    let recognise = middleware::from_fn_with_state(identity, lantai_identity::recognise);
    application(archive, api, |router, keeper| {
        let clock = Arc::clone(&archive.holdings.clock);
        let limiter = Limiter::new(archive.config.limits.clone(), clock, keeper);
        let router = limits::of_callers(router, &limiter).layer(recognise);
        limits::of_everybody(router, &limiter)
    })
}

/// The application as one viewer has it: every request is theirs, and nobody signs in. For programs that hold the data
/// folder; it is never served.
pub fn router_as(archive: &Archive, viewer: Viewer) -> Router {
    let (api, _) = api(archive);
    application(archive, api, |router, _| {
        router.layer(Extension(viewer)).layer(Extension(Proved::Lately))
    })
}

/// Routes and pages, behind what finds out who asks and what every answer carries.
fn application(archive: &Archive, api: Api, who: impl FnOnce(Router, Keeper) -> Router) -> Router {
    let (router, mut document) = api.into_parts();
    document::promise_every_field(&mut document);
    let keeper = Keeper::new(archive.audit.clone(), Operations::of(&document));
    let document = serde_json::to_string(&document).unwrap_or_default();
    let document = move || {
        let document = document.clone();
        async move { ([(header::CONTENT_TYPE, "application/json")], document) }
    };
    // sound, film and pictures are compressed already, and event streams must not be held back
    let compressed = SizeAbove::new(1024)
        .and(NotForContentType::new("image/"))
        .and(NotForContentType::new("audio/"))
        .and(NotForContentType::new("video/"))
        .and(NotForContentType::new("application/octet-stream"))
        .and(NotForContentType::new("application/pdf"))
        .and(NotForContentType::SSE);
    let router = router
        .route("/api/v1/openapi.json", get(document))
        .fallback(assets::page)
        .layer(middleware::from_fn_with_state(keeper.clone(), audit_routes::keep));
    who(router, keeper)
        .layer(middleware::from_fn_with_state(
            archive.config.is_secure(),
            security::headers,
        ))
        .layer(CompressionLayer::new().compress_when(compressed))
        .layer(
            TraceLayer::new_for_http().make_span_with(|request: &axum::http::Request<_>| {
                // the path of a record names its code, the query what was asked: neither goes into the log
                tracing::info_span!("http.request", http.method = %request.method())
            }),
        )
}

/// Where and how an archive is served.
#[derive(Debug, Clone)]
pub struct Served {
    /// The address of its pages.
    pub url: String,
    /// Where readers are sent on from, who come with plain HTTP.
    pub redirect: Option<SocketAddr>,
    /// When the first of its certificates ends; `None`: it speaks no TLS itself.
    pub certificates_end: Option<Timestamp>,
    /// What the operator should mend in time.
    pub notices: Vec<TlsNotice>,
}

async fn bind(address: &str, port: u16) -> Result<(TcpListener, SocketAddr), ArchiveError> {
    let address = format!("{address}:{port}");
    let bound = async {
        let listener = TcpListener::bind(&address).await?;
        let local = listener.local_addr()?;
        Ok((listener, local))
    };
    let bound = bound.await;
    bound.map_err(|source| ArchiveError::Listen { address, source })
}

/// Serves an archive until `stop` resolves; `ready` is told where. With `work`, a worker runs beside it. Each message of
/// `reload` has the certificates read again.
pub async fn serve(
    archive: &Archive,
    work: bool,
    ready: impl FnOnce(&Served),
    stop: impl Future<Output = ()> + Send + 'static,
    reload: mpsc::Receiver<()>,
) -> Result<(), ArchiveError> {
    let (config, clock) = (&archive.config, &*archive.holdings.clock);
    let settings = config.tls.as_ref();
    let tls = settings.map(|settings| Tls::open(settings, &archive.data, clock.now()));
    let tls = tls.transpose()?.map(Arc::new);
    let (listener, local) = bind(&config.address, config.port).await?;
    let redirect = match settings.and_then(|settings| settings.redirect_from) {
        Some(port) => Some(bind(&config.address, port).await?),
        None => None,
    };
    let scheme = if tls.is_some() { "https" } else { "http" };
    ready(&Served {
        url: format!("{scheme}://{local}/"),
        redirect: redirect.as_ref().map(|(_, local)| *local),
        certificates_end: tls.as_ref().map(|tls| tls.ends()),
        notices: tls
            .as_ref()
            .map(|tls| tls.notices(clock.now()))
            .unwrap_or_default(),
    });
    let (stopped, stopping) = watch::channel(false);
    let signal = async move {
        stop.await;
        let _ = stopped.send(true);
    };
    let until_stopped = || {
        let mut stopping = stopping.clone();
        async move { drop(stopping.wait_for(|stopped| *stopped).await) }
    };
    let worker = archive.worker();
    let working = async {
        if work {
            let reading = archive.read_what_waits(until_stopped());
            tokio::join!(
                worker.run(until_stopped()),
                archive.watch(until_stopped()),
                reading
            )
            .0
        } else {
            Ok(())
        }
    };
    let times = Times::from(&config.limits);
    let transport = tls.clone().map_or(Transport::Plain, Transport::Tls);
    let serving = listen(listener, transport, router(archive), times, stopping.clone());
    let sending_on = async {
        if let Some((redirect, _)) = redirect {
            let router = redirecting(local.port());
            listen(redirect, Transport::Plain, router, times, stopping.clone()).await;
        }
    };
    let renewing = async {
        if let Some(tls) = &tls {
            tls.keep(clock, reload, until_stopped()).await;
        }
    };
    let keeping = archive.keep_audit(until_stopped());
    let signalled = tokio::spawn(signal);
    let (worked, (), (), (), ()) = tokio::join!(working, serving, sending_on, renewing, keeping);
    signalled.abort();
    worked?;
    archive.rest().await
}
