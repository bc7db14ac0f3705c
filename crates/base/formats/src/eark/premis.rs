//! The events of a PREMIS document: what has been done with the content before it came.

use std::io::Read;

use super::events::{Events, Step};

/// Events read of one document.
const MAX_EVENTS: usize = 100_000;

/// One event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PremisEvent {
    /// `eventType`.
    pub kind: String,
    /// `eventDateTime`, as written.
    pub time: Option<String>,
    /// `eventDetail`.
    pub detail: Option<String>,
    /// `eventOutcome`.
    pub outcome: Option<String>,
    /// Value of the first `linkingAgentIdentifier`, or the agent's name where the document has it.
    pub agent: Option<String>,
    /// Values of `linkingObjectIdentifier`.
    pub objects: Vec<String>,
}

/// Reads the events of a PREMIS document, version 2 or 3; other documents have none.
///
/// # Errors
/// What is wrong with the XML, and on which line.
pub fn read_events(source: impl Read) -> Result<Vec<PremisEvent>, String> {
    let mut events = Events::new(source)?;
    let mut found: Vec<PremisEvent> = Vec::new();
    let mut agents: Vec<(String, String)> = Vec::new();
    while let Some(step) = events.next()? {
        let Step::Start(element) = step else { continue };
        match element.name.as_str() {
            "event" if found.len() < MAX_EVENTS => found.push(event(&mut events)?),
            "agent" if agents.len() < MAX_EVENTS => {
                if let Some(agent) = agent(&mut events)? {
                    agents.push(agent);
                }
            }
            _ => {}
        }
    }
    for event in &mut found {
        let name = event.agent.as_ref().and_then(|id| {
            agents
                .iter()
                .find(|(known, _)| known == id)
                .map(|(_, name)| name.clone())
        });
        if name.is_some() {
            event.agent = name;
        }
    }
    Ok(found)
}

fn filled(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

fn event<R: Read>(events: &mut Events<R>) -> Result<PremisEvent, String> {
    let mut event = PremisEvent::default();
    let mut open = 1usize;
    while open > 0 {
        match events.next()? {
            Some(Step::Start(element)) => match element.name.as_str() {
                "eventType" => event.kind = events.text()?,
                "eventDateTime" => event.time = filled(events.text()?),
                "eventDetail" => event.detail = filled(events.text()?),
                "eventOutcome" => event.outcome = filled(events.text()?),
                "linkingAgentIdentifierValue" => {
                    let agent = filled(events.text()?);
                    event.agent = event.agent.or(agent);
                }
                "linkingObjectIdentifierValue" => {
                    let object = events.text()?;
                    if event.objects.len() < MAX_EVENTS {
                        event.objects.push(object);
                    }
                }
                _ => open += 1,
            },
            Some(Step::Text(_)) => {}
            Some(Step::End) => open -= 1,
            None => break,
        }
    }
    Ok(event)
}

/// Identifier and name of an agent.
fn agent<R: Read>(events: &mut Events<R>) -> Result<Option<(String, String)>, String> {
    let (mut id, mut name) = (None, None);
    let mut open = 1usize;
    while open > 0 {
        match events.next()? {
            Some(Step::Start(element)) => match element.name.as_str() {
                "agentIdentifierValue" => id = filled(events.text()?).or(id),
                "agentName" => name = filled(events.text()?).or(name),
                _ => open += 1,
            },
            Some(Step::Text(_)) => {}
            Some(Step::End) => open -= 1,
            None => break,
        }
    }
    Ok(id.zip(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_know_their_agents() {
        let text = r#"<premis xmlns="http://www.loc.gov/premis/v3"><event><eventIdentifier>
            <eventIdentifierType>local</eventIdentifierType><eventIdentifierValue>1</eventIdentifierValue>
            </eventIdentifier><eventType>ingestion</eventType><eventDateTime>2020-01-01</eventDateTime>
            <linkingAgentIdentifier><linkingAgentIdentifierValue>a1</linkingAgentIdentifierValue>
            </linkingAgentIdentifier></event><agent><agentIdentifier><agentIdentifierValue>a1</agentIdentifierValue>
            </agentIdentifier><agentName>县档案馆</agentName></agent></premis>"#;
        let events = read_events(text.as_bytes()).unwrap();
        assert_eq!(events.len(), 1);
        assert_eq!(events[0].kind, "ingestion");
        assert_eq!(events[0].agent.as_deref(), Some("县档案馆"));
    }
}
