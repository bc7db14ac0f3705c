//! An archive opened for work: all stores of one data folder.

use crate::audit;
use crate::config::Config;
use crate::error::ArchiveError;
use crate::own_rules;
use lantai_access::CatalogueIndex;
use lantai_cataloguing::Holdings;
use lantai_database::Database;
use lantai_domain::access::Purpose;
use lantai_domain::{RandomIds, SystemClock, Viewer};
use lantai_gate::Gatekeeper;
use lantai_identity::audit::{AlertRules, AuditTrail, RetentionRules};
