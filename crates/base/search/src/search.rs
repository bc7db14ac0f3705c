//! A question is answered.

use std::collections::BTreeMap;

use lantai_domain::access::{AccessCell, RecordFacts};
use tantivy::collector::TopDocs;
use tantivy::collector::sort_key::{SortBySimilarityScore, SortByStaticFastValue, SortByString};
use tantivy::query::Query as EngineQuery;
use tantivy::schema::{Field, Value};
use tantivy::{DocAddress, Order, Searcher, TantivyDocument};

use crate::error::SearchError;
use crate::index::Index;
use crate::passage::{self, Needles, Passage};
use crate::places::place_at;
use crate::plan::{Planner, Strictness};
use crate::query::parse;
use crate::request::{SearchRequest, Sort};
use crate::result::{Hit, SearchResult, Snippet};
use crate::schema::{FACETS, Fields, SORT_CODE, SORT_DATE};
use crate::tally::{Tally, most_frequent, tally};

/// Records that are walked through for facets; a tenth of a second.
const MAX_WALK: u64 = 500_000;
/// Longest snippet in characters.
const MAX_SNIPPET: usize = 2_000;

impl Index {
    /// Answers a question. Whatever stands in `query`, it is never an error.
    #[tracing::instrument(name = "search.query", skip_all, fields(search.total, search.relaxed))]
    pub fn search(&self, request: &SearchRequest) -> Result<SearchResult, SearchError> {
        let result = self
            .answer(request)
            .map_err(|error| SearchError::from_engine(self.path(), error))?;
        tracing::Span::current()
            .record("search.total", result.total)
            .record("search.relaxed", result.relaxed);
        Ok(result)
    }

    fn answer(&self, request: &SearchRequest) -> tantivy::Result<SearchResult> {
        let query = parse(&request.query);
        let planner = Planner {
            fields: self.fields(),
            query: &query,
            visibility: &request.visibility,
            filters: &request.filters,
            ranked: true,
        };
        let counting = Planner {
            ranked: false,
            ..planner
        };
        let searcher = self.searcher();
        let mut strictness = Strictness::All;
        let mut counted = count(&searcher, &*counting.build(strictness, None), request)?;
        if counted.walked == 0 && planner.can_relax() {
            strictness = Strictness::Some;
            counted = count(&searcher, &*counting.build(strictness, None), request)?;
        }
        let relaxed = strictness == Strictness::Some;

        let sort = if query.is_empty() && request.sort == Sort::Relevance {
            Sort::Code
        } else {
            request.sort
        };
        let places = if counted.walked == 0 {
            Vec::new()
        } else {
            let ordering = if sort == Sort::Relevance {
                planner
            } else {
                counting
            };
            best(&searcher, &*ordering.build(strictness, None), request, sort)?
        };
        let needles = if relaxed {
            Needles::relaxed(&query)
        } else {
            Needles::of(&query)
        };
        let hits = places
            .into_iter()
            .map(|(score, place)| self.hit(&searcher, place, score, &needles, request))
            .collect::<tantivy::Result<_>>()?;

        let capped = !request.exact_count && counted.walked > SearchRequest::COUNT_CAP;
        let mut result = SearchResult {
            total: if capped {
                SearchRequest::COUNT_CAP
            } else {
                counted.walked
            },
            total_is_capped: capped,
            read_as: query.to_string(),
            relaxed: relaxed && counted.walked > 0,
            hits,
            facets: BTreeMap::new(),
            facets_are_partial: false,
        };
        if request.want_facets {
            self.add_facets(&searcher, &counting, strictness, request, counted, &mut result)?;
        }
        Ok(result)
    }

    /// Facets whose own filter is set are counted once more without it.
    fn add_facets(
        &self,
        searcher: &Searcher,
        planner: &Planner<'_>,
        strictness: Strictness,
        request: &SearchRequest,
        counted: Tally,
        result: &mut SearchResult,
    ) -> tantivy::Result<()> {
        result.facets_are_partial = counted.stopped;
        let mut counts = counted.counts;
        for facet in FACETS.into_iter().filter(|facet| is_filtered(request, facet)) {
            let without = planner.build(strictness, Some(facet));
            let mut alone = tally(searcher, &*without, &[facet], walk_limit(request))?;
            result.facets_are_partial |= alone.stopped;
            counts.insert(facet, alone.counts.remove(facet).unwrap_or_default());
        }
        result.facets = counts
            .into_iter()
            .map(|(facet, values)| (facet.to_owned(), most_frequent(values)))
            .collect();
        Ok(())
    }

    fn hit(
        &self,
        searcher: &Searcher,
        place: DocAddress,
        score: f32,
        needles: &Needles,
        request: &SearchRequest,
    ) -> tantivy::Result<Hit> {
        let fields = self.fields();
        let stored: TantivyDocument = searcher.doc(place)?;
        let title = text_of(&stored, fields.shown_title);
        let contents = &request.visibility.contents;
        let snippet = (contents.has(&facts_of(fields, &stored)) && request.snippet_chars > 0)
            .then(|| {
                let (text, summary) = (text_of(&stored, fields.text), text_of(&stored, fields.summary));
                let places = text_of(&stored, fields.places);
                snippet(
                    needles,
                    text,
                    places,
                    summary,
                    request.snippet_chars.min(MAX_SNIPPET),
                )
            })
            .flatten();
        Ok(Hit {
            id: text_of(&stored, fields.id).to_owned(),
            code: text_of(&stored, fields.code).to_owned(),
            title: title.to_owned(),
            score,
            title_highlights: needles.marks(title),
            snippet,
        })
    }
}

fn facts_of(fields: &Fields, stored: &TantivyDocument) -> RecordFacts {
    let value = |name: &str| {
        let field = fields.values.iter().find(|(facet, _)| *facet == name);
        field.map_or_else(String::new, |(_, field)| text_of(stored, *field).to_owned())
    };
    let number = text_of(stored, fields.cell).parse().ok();
    RecordFacts {
        fonds: value("fonds"),
        category: value("category"),
        cell: number.and_then(AccessCell::from_number).unwrap_or_default(),
    }
}

fn text_of(stored: &TantivyDocument, field: Field) -> &str {
    stored
        .get_first(field)
        .and_then(|value| value.as_str())
        .unwrap_or_default()
}

fn walk_limit(request: &SearchRequest) -> u64 {
    if request.exact_count { u64::MAX } else { MAX_WALK }
}

fn count(searcher: &Searcher, query: &dyn EngineQuery, request: &SearchRequest) -> tantivy::Result<Tally> {
    if !request.want_facets {
        let most = if request.exact_count {
            u64::MAX
        } else {
            SearchRequest::COUNT_CAP + 1
        };
        return tally(searcher, query, &[], most);
    }
    let facets: Vec<&'static str> = FACETS
        .into_iter()
        .filter(|facet| !is_filtered(request, facet))
        .collect();
    tally(searcher, query, &facets, walk_limit(request))
}

fn is_filtered(request: &SearchRequest, facet: &str) -> bool {
    let filters = &request.filters;
    match facet {
        "fonds" => !filters.fonds.is_empty(),
        "category" => !filters.category.is_empty(),
        "year" => filters.year.is_some(),
        "retention" => !filters.retention.is_empty(),
        "open_status" => !filters.open_status.is_empty(),
        "classification" => !filters.classification.is_empty(),
        "carrier" => !filters.carrier.is_empty(),
        "level" => !filters.level.is_empty(),
        _ => false,
    }
}

/// The hits of the page in order; equal ones follow by code.
fn best(
    searcher: &Searcher,
    query: &dyn EngineQuery,
    request: &SearchRequest,
    sort: Sort,
) -> tantivy::Result<Vec<(f32, DocAddress)>> {
    let limit = request.limit.min(SearchRequest::MAX_LIMIT);
    if limit == 0 || request.offset > SearchRequest::MAX_OFFSET {
        return Ok(Vec::new());
    }
    let top = TopDocs::with_limit(limit).and_offset(request.offset);
    let by_code = || (SortByString::for_field(SORT_CODE), Order::Asc);
    let by_date = |order| (SortByStaticFastValue::<i64>::for_field(SORT_DATE), order);
    let unranked = |places: Vec<DocAddress>| places.into_iter().map(|place| (0.0, place)).collect();
    Ok(match sort {
        Sort::Relevance => {
            let found = searcher.search(query, &top.order_by((SortBySimilarityScore, by_code())))?;
            found
                .into_iter()
                .map(|((score, _), place)| (score, place))
                .collect()
        }
        Sort::Code => {
            let found = searcher.search(query, &top.order_by(by_code()))?;
            unranked(found.into_iter().map(|(_, place)| place).collect())
        }
        Sort::DateAsc | Sort::DateDesc => {
            let order = if sort == Sort::DateAsc {
                Order::Asc
            } else {
                Order::Desc
            };
            let found = searcher.search(query, &top.order_by((by_date(order), by_code())))?;
            unranked(found.into_iter().map(|(_, place)| place).collect())
        }
    })
}

/// The passage that shows best why the record was found, otherwise how it begins.
fn snippet(needles: &Needles, text: &str, places: &str, summary: &str, length: usize) -> Option<Snippet> {
    let make = |field: &'static str, source: &str, passage: Passage| {
        let first = passage.marks.first().map_or(0, |(from, _)| *from);
        Snippet {
            text: passage::characters(source, &passage.range),
            highlights: passage.marks,
            field,
            start: passage.range.start,
            place: (field == "text")
                .then(|| place_at(places, passage.range.start + first))
                .flatten(),
        }
    };
    if let Some(found) = needles.best_passage(text, length) {
        return Some(make("text", text, found));
    }
    if let Some(found) = needles.best_passage(summary, length) {
        return Some(make("summary", summary, found));
    }
    let (field, source) = if summary.is_empty() {
        ("text", text)
    } else {
        ("summary", summary)
    };
    (!source.is_empty()).then(|| make(field, source, passage::beginning(source, length)))
}
