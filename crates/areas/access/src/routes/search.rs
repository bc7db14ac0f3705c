//! Searching over HTTP.

use super::AccessState;
use crate::error::AccessError;
use crate::find::{FoundRecord, find};
use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use lantai_cataloguing::FondsRepository;
use lantai_cataloguing::routes::{MediaKind, OpenStatusBody, thumbnail};
use lantai_domain::access::Action;
use lantai_domain::reading::TextPlace;
use lantai_domain::{OpenStatusKind, Retention, Viewer};
use lantai_http::{Asker, Cursor, Problem, ProblemBody, Told};
use lantai_search::{Filters, SearchRequest, Sort, YearFilter};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Hits of a page if not said, and at most.
const USUAL: usize = 20;
const MOST: usize = 100;
/// Length of a passage shown with a hit, in characters.
const SNIPPET_CHARS: usize = 120;

/// What is asked.
#[derive(Debug, Default, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(
    dead_code,
    reason = "documents the parameters; repeatable ones are read by hand"
)]
pub struct SearchQuery {
    /// The question, as typed. Empty lists everything.
    q: Option<String>,
    /// 全宗号; repeatable.
    fonds: Option<Vec<String>>,
    /// 门类; repeatable.
    category: Option<Vec<String>>,
    /// First 年度.
    year_from: Option<i32>,
    /// Last 年度.
    year_to: Option<i32>,
    /// 保管期限 as in codes; repeatable.
    retention: Option<Vec<String>>,
    /// 开放状态; repeatable.
    open_status: Option<Vec<OpenStatusBody>>,
    /// Only records with (or without) content files.
    has_content: Option<bool>,
    /// Order of the hits.
    #[param(inline)]
    sort: Option<SortBody>,
    /// Where the page begins.
    cursor: Option<String>,
    /// Hits of a page, 20 if not said, 100 at most.
    limit: Option<usize>,
}

/// Order of hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SortBody {
    /// Best first.
    Relevance,
    /// Oldest first.
    DateAsc,
    /// Newest first.
    DateDesc,
    /// By 档号.
    Code,
}

impl SortBody {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "relevance" => Self::Relevance,
            "date_asc" => Self::DateAsc,
            "date_desc" => Self::DateDesc,
            "code" => Self::Code,
            _ => return None,
        })
    }

    fn sort(self) -> Sort {
        match self {
            Self::Relevance => Sort::Relevance,
            Self::DateAsc => Sort::DateAsc,
            Self::DateDesc => Sort::DateDesc,
            Self::Code => Sort::Code,
        }
    }
}

/// The answer to a search.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SearchBody {
    /// How many records fit, of those that the viewer may see.
    pub total: u64,
    /// Whether counting stopped there.
    pub total_is_capped: bool,
    /// Milliseconds.
    pub took_ms: u64,
    /// How the question was understood.
    pub read_as: String,
    /// The page of hits.
    pub hits: Vec<HitBody>,
    /// How the hits fall into groups.
    pub facets: FacetsBody,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
}

/// A hit.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct HitBody {
    /// Identifier of the record.
    pub record: Uuid,
    /// 档号.
    pub code: String,
    /// 题名.
    pub title: String,
    /// Parts of the title that fit, counted in characters.
    pub title_highlights: Vec<[usize; 2]>,
    /// 全宗号.
    pub fonds: String,
    /// 全宗名称.
    pub fonds_title: String,
    /// 门类.
    pub category: String,
    /// 日期, as in EDTF.
    pub date: String,
    /// 日期原文.
    pub date_text: Option<String>,
    /// 责任者.
    pub author: Option<String>,
    /// 文件编号.
    pub document_number: Option<String>,
    /// 开放状态.
    pub open_status: OpenStatusBody,
    /// The passage that fits best.
    pub snippet: Option<SnippetBody>,
    /// Address of a picture that stands for the record.
    pub thumbnail: Option<String>,
    /// Kinds of its files.
    pub media: Vec<MediaKind>,
}

/// A passage.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SnippetBody {
    /// The passage as it is written.
    pub text: String,
    /// Parts that fit, counted in characters.
    pub highlights: Vec<[usize; 2]>,
    /// Number of the file in which the first part that fits stands, from 0; null where it stands in none.
    pub file: Option<u32>,
    /// The page, from 1, where the file has pages.
    pub page: Option<u32>,
    /// The second, where the file is a recording.
    pub second: Option<f64>,
}

/// How the hits fall into groups.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct FacetsBody {
    /// By fonds.
    pub fonds: Vec<FacetValueBody>,
    /// By category.
    pub category: Vec<FacetValueBody>,
    /// By 年度; decades as `1980s`.
    pub year: Vec<FacetValueBody>,
    /// By retention period.
    pub retention: Vec<FacetValueBody>,
    /// By opening status.
    pub open_status: Vec<FacetValueBody>,
}

/// A group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FacetValueBody {
    /// What to filter by.
    pub value: String,
    /// Its Chinese name.
    pub label: String,
    /// How many hits.
    pub count: u64,
}

fn problem(error: &AccessError) -> Problem {
    Problem::internal(error, error.code())
}

fn bad(name: &str, value: &str) -> Problem {
    let detail = format!("{value:?} is no value of {name}");
    Problem::new(StatusCode::BAD_REQUEST, "access.query", detail)
}

fn parse<T: std::str::FromStr>(name: &str, value: &str) -> Result<T, Problem> {
    value.parse().map_err(|_| bad(name, value))
}

/// Reads the query by hand: several parameters may be repeated.
fn request_of(raw: &str) -> Result<SearchRequest, Problem> {
    let mut request = SearchRequest {
        limit: USUAL,
        snippet_chars: SNIPPET_CHARS,
        ..SearchRequest::default()
    };
    let mut filters = Filters::default();
    let (mut from, mut to) = (None, None);
    for (name, value) in pairs(raw) {
        let value = value.as_str();
        match name.as_str() {
            "q" => request.query = value.to_owned(),
            "fonds" => filters.fonds.push(value.to_owned()),
            "category" => filters.category.push(value.to_owned()),
            "retention" => filters.retention.push(value.to_owned()),
            "open_status" => {
                OpenStatusKind::from_name(value).ok_or_else(|| bad("open_status", value))?;
                filters.open_status.push(value.to_owned());
            }
            "year_from" if !value.is_empty() => from = Some(parse("year_from", value)?),
            "year_to" if !value.is_empty() => to = Some(parse("year_to", value)?),
            "has_content" => filters.has_content = Some(parse("has_content", value)?),
            "limit" => request.limit = parse::<usize>("limit", value)?.clamp(1, MOST),
            "cursor" => request.offset = parse("cursor", Cursor::from_text(value)?.key())?,
            "sort" => {
                let sort = SortBody::named(value).ok_or_else(|| bad("sort", value))?;
                request.sort = sort.sort();
            }
            _ => {}
        }
    }
    if from.is_some() || to.is_some() {
        filters.year = Some(YearFilter::Range { from, to });
    }
    request.filters = filters;
    Ok(request)
}

fn pairs(raw: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(raw.as_bytes()).into_owned().collect()
}

/// Searches.
#[utoipa::path(get, path = "/api/v1/search", tag = "search",
    params(SearchQuery),
    responses(
        (status = 200, description = "The answer", body = SearchBody),
        (status = 400, description = "A parameter is not understood", body = ProblemBody),
    ))]
pub async fn search(
    State(state): State<AccessState>,
    Asker(viewer): Asker,
    RawQuery(raw): RawQuery,
) -> Result<(Told, Json<SearchBody>), Problem> {
    let started = state.clock.now();
    let request = request_of(raw.as_deref().unwrap_or_default())?;
    let (offset, limit) = (request.offset, request.limit);
    let findings = find(&state.catalogue, &viewer, request)
        .await
        .map_err(|error| problem(&error))?;
    let titles = fonds_titles(&state).await.map_err(|error| problem(&error))?;
    let is_closed = |found: &&FoundRecord| !found.stored.record.open_status.kind().entry_is_public();
    let told = Told::list(findings.found.iter().filter(is_closed).count());
    let result = findings.result;
    let more = offset as u64 + (limit as u64) < result.total || result.total_is_capped;
    let next = (more && offset + limit <= SearchRequest::MAX_OFFSET)
        .then(|| Cursor::new(&(offset + limit).to_string()).to_text());
    let took = state.clock.now().duration_since(started).as_millis();
    let body = SearchBody {
        total: result.total,
        total_is_capped: result.total_is_capped,
        took_ms: u64::try_from(took).unwrap_or(0),
        read_as: result.read_as,
        hits: findings
            .found
            .into_iter()
            .map(|found| hit(found, &viewer, &titles))
            .collect(),
        facets: facets(result.facets, &titles, &state.categories),
        next_cursor: next,
    };
    Ok((told, Json(body)))
}

async fn fonds_titles(state: &AccessState) -> Result<BTreeMap<String, String>, AccessError> {
    let mut reader = state.catalogue.holdings().database.read().await?;
    let all = FondsRepository(reader.conn()).all().await?;
    Ok(all
        .into_iter()
        .map(|stored| (stored.fonds.number.to_string(), stored.fonds.title))
        .collect())
}

fn hit(found: FoundRecord, viewer: &Viewer, titles: &BTreeMap<String, String>) -> HitBody {
    let FoundRecord { hit, stored } = found;
    let record = stored.record;
    let kind = record.open_status.kind();
    let content = viewer.may_with(Action::ViewContent, &record.access_facts());
    let ranges = |ranges: Vec<(usize, usize)>| ranges.into_iter().map(|(start, end)| [start, end]).collect();
    let number = record.fonds().to_owned();
    HitBody {
        record: record.id.uuid(),
        code: record.description.code.to_string(),
        title_highlights: ranges(hit.title_highlights),
        fonds_title: titles.get(&number).cloned().unwrap_or_else(|| number.clone()),
        fonds: number,
        category: record.description.category.clone(),
        date: record.description.date.to_string(),
        date_text: record.description.date_text.clone(),
        author: record.description.author.clone(),
        document_number: record.description.document_number.clone(),
        open_status: kind.into(),
        snippet: hit.snippet.map(|snippet| SnippetBody {
            text: snippet.text,
            highlights: ranges(snippet.highlights),
            file: snippet.place.map(|place| place.file),
            page: snippet.place.and_then(TextPlace::page),
            second: snippet.place.and_then(TextPlace::second),
        }),
        thumbnail: content.then(|| thumbnail(&record)).flatten(),
        media: if content {
            record.media().into_iter().map(MediaKind::from).collect()
        } else {
            Vec::new()
        },
        title: record.description.title,
    }
}

fn facets(
    mut facets: BTreeMap<String, Vec<(String, u64)>>,
    titles: &BTreeMap<String, String>,
    categories: &BTreeMap<String, String>,
) -> FacetsBody {
    let mut group = |field: &str, label: &dyn Fn(&str) -> Option<String>| -> Vec<FacetValueBody> {
        let values = facets.remove(field).unwrap_or_default().into_iter();
        values
            .map(|(value, count)| FacetValueBody {
                label: label(&value).unwrap_or_else(|| value.clone()),
                value,
                count,
            })
            .collect()
    };
    let year = group("year", &|_| None);
    FacetsBody {
        fonds: group("fonds", &|value| titles.get(value).cloned()),
        category: group("category", &|value| categories.get(value).cloned()),
        year: decades(year),
        retention: group("retention", &|value| {
            value
                .parse::<Retention>()
                .ok()
                .map(|retention| retention.label_zh())
        }),
        open_status: group("open_status", &|value| {
            OpenStatusKind::from_name(value).map(|kind| kind.label().to_owned())
        }),
    }
}

/// Many years are shown as decades.
fn decades(years: Vec<FacetValueBody>) -> Vec<FacetValueBody> {
    const YEARS: usize = 12;
    if years.len() <= YEARS {
        let mut years = years;
        years.sort_by(|one, other| one.value.cmp(&other.value));
        return years;
    }
    let mut groups: BTreeMap<i32, u64> = BTreeMap::new();
    for year in &years {
        if let Ok(number) = year.value.parse::<i32>() {
            *groups.entry(number.div_euclid(10) * 10).or_default() += year.count;
        }
    }
    let body = |(decade, count)| FacetValueBody {
        value: format!("{decade}s"),
        label: format!("{decade}年代"),
        count,
    };
    groups.into_iter().map(body).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read_and_nonsense_is_named() {
        let request =
            request_of("q=%E6%B0%B4%E5%BA%93&fonds=J001&fonds=J002&year_from=1950&sort=date_asc&limit=500");
        let request = request.unwrap();
        assert_eq!(request.query, "水库");
        assert_eq!(request.filters.fonds, ["J001", "J002"]);
        assert_eq!(
            request.filters.year,
            Some(YearFilter::Range {
                from: Some(1950),
                to: None
            })
        );
        assert_eq!(request.limit, MOST);
        assert_eq!(request_of("sort=upwards").unwrap_err().code(), "access.query");
        assert_eq!(
            request_of("open_status=maybe").unwrap_err().code(),
            "access.query"
        );
        assert_eq!(request_of("cursor=%C2%A7").unwrap_err().code(), "http.cursor");
    }

    #[test]
    fn many_years_are_grouped_by_decade() {
        let year = |year: i32| FacetValueBody {
            value: year.to_string(),
            label: String::new(),
            count: 1,
        };
        let groups = decades((1950..1975).map(year).collect());
        let shown: Vec<(&str, u64)> = groups
            .iter()
            .map(|group| (group.value.as_str(), group.count))
            .collect();
        assert_eq!(shown, [("1950s", 10), ("1960s", 10), ("1970s", 5)]);
        assert_eq!(decades(vec![year(1950)]).len(), 1);
    }
}
