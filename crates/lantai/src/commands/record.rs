//! `lantai record`

use super::{Data, local_note, viewer_of};
use crate::output::{Output, Status};
use clap::Args;
use lantai_cataloguing::{CataloguingError, RecordRepository};
use lantai_domain::access::Action;
use lantai_domain::audit::{AuditObject, EventClass};
