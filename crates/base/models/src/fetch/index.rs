//! Where a package registry has a file: its simple index as JSON (PEP 691) or as a page of links (PEP 503).

use super::download::Downloads;
use crate::error::ModelError;
use crate::manifest::Wheel;
use reqwest::Url;
use serde::Deserialize;

/// What is asked for, the first form rather than the second.
pub(super) const ACCEPT: &str = "application/vnd.pypi.simple.v1+json, text/html;q=0.2";
/// No page of an index is larger.
const MAX_PAGE: usize = 64 << 20;

#[derive(Debug, Deserialize)]
struct Listing {
    files: Vec<Listed>,
}

#[derive(Debug, Deserialize)]
struct Listed {
    filename: String,
    url: String,
}

/// The address of a wheel.
pub(super) async fn url_of(downloads: &Downloads, index: &str, wheel: &Wheel) -> Result<String, ModelError> {
    let page = format!("{}/{}/", index.trim_end_matches('/'), wheel.package);
    let refused = |reason: String| ModelError::Service {
        url: page.clone(),
        reason,
    };
    let (base, body) = downloads.page(&page, ACCEPT, MAX_PAGE).await?;
    let found = match body.trim_start().starts_with('{') {
        true => in_listing(&body, &wheel.file).map_err(refused)?,
        false => in_links(&body, &wheel.file),
    };
    let Some(found) = found else {
        return Err(refused(format!("it has no {}", wheel.file)));
    };
    let url = base
        .join(&found)
        .map_err(|error| refused(format!("{found}: {error}")))?;
    Ok(without_fragment(url).into())
}

fn without_fragment(mut url: Url) -> Url {
    url.set_fragment(None);
    url
}

fn in_listing(body: &str, file: &str) -> Result<Option<String>, String> {
    let listing: Listing =
        serde_json::from_str(body).map_err(|error| format!("its index is not understood: {error}"))?;
    let found = listing.files.into_iter().find(|listed| listed.filename == file);
    Ok(found.map(|listed| listed.url))
}

/// The target of the link that ends in the file's name, whatever else stands on the page.
fn in_links(body: &str, file: &str) -> Option<String> {
    body.split("href=").skip(1).find_map(|rest| {
        let quote = rest.chars().next().filter(|first| matches!(first, '"' | '\''))?;
        let target = rest[1..].split(quote).next()?.replace("&amp;", "&");
        let path = target.split(['#', '?']).next()?;
        (path.rsplit('/').next() == Some(file)).then_some(target)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_an_index_lead_to_the_file() {
        let listing = r#"{"meta":{"api-version":"1.1"},"files":[
            {"filename":"a-1.whl","url":"https://files.example/a-1.whl","hashes":{}},
            {"filename":"a-2.whl","url":"../../packages/a-2.whl","hashes":{"sha256":"00"}}]}"#;
        assert_eq!(
            in_listing(listing, "a-2.whl"),
            Ok(Some("../../packages/a-2.whl".to_owned()))
        );
        assert_eq!(in_listing(listing, "a-3.whl"), Ok(None));
        assert!(in_listing("{\"files\":7}", "a").is_err());
        let links = "<a href=\"../../packages/aa-2.whl#sha256=00\">aa-2.whl</a>\n<a data-x='1' href='../p/a-2.whl?a=1&amp;b=2#sha256=00'>a-2.whl</a><a href=";
        assert_eq!(
            in_links(links, "a-2.whl"),
            Some("../p/a-2.whl?a=1&b=2#sha256=00".to_owned())
        );
        assert_eq!(in_links(links, "a-1.whl"), None);
        assert_eq!(in_links("<a href=\"", "a"), None);
    }
}
