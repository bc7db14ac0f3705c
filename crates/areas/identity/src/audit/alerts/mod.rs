//! Alerts (预警): patterns in the trail that somebody should look at.

mod rules;
mod watch;

pub use rules::{AlertRule, AlertRules, Per};
pub use watch::{Alert, look_for_alerts};
