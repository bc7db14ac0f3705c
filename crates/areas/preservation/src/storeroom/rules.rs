//! Limits of rooms: what an archivist writes into `rules/environment.toml`.

use serde::Deserialize;

/// The rules of storerooms as they come with the program.
pub const ROOM_RULES: &str = include_str!("../../../../../rules/environment.toml");

/// What is measured in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quantity {
    /// Temperature (温度), °C.
    Temperature,
    /// Relative humidity (相对湿度), %.
    Humidity,
    /// Strength of the magnetic field (磁场强度), A/m.
    MagneticField,
    /// Dust (粉尘), mg/m³.
    Dust,
}

impl Quantity {
    /// All of them, in the order of the columns.
    pub const ALL: [Self; 4] = [Self::Temperature, Self::Humidity, Self::MagneticField, Self::Dust];

    /// Name of its column.
    pub fn name(self) -> &'static str {
        match self {
            Self::Temperature => "temperature",
            Self::Humidity => "humidity",
            Self::MagneticField => "magnetic_field",
            Self::Dust => "dust",
        }
    }

    /// Its unit.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Temperature => "°C",
            Self::Humidity => "%",
            Self::MagneticField => "A/m",
            Self::Dust => "mg/m³",
        }
    }

    /// Where it stands among the values of a reading.
    pub(crate) fn place(self) -> usize {
        match self {
            Self::Temperature => 0,
            Self::Humidity => 1,
            Self::MagneticField => 2,
            Self::Dust => 3,
        }
    }
}

/// Limits of one quantity; what is not said has no limit.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Least value allowed.
    pub least: Option<f64>,
    /// Greatest value allowed.
    pub most: Option<f64>,
    /// How far a reading may lie from the mean of its day.
    pub daily: Option<f64>,
}

impl Limits {
    /// By how much a value lies outside; zero: inside.
    pub(crate) fn beyond(&self, value: f64) -> f64 {
        let below = self.least.map_or(0.0, |least| least - value);
        let above = self.most.map_or(0.0, |most| value - most);
        below.max(above).max(0.0)
    }

    /// Whether there is a range.
    pub(crate) fn is_given(&self) -> bool {
        self.least.is_some() || self.most.is_some()
    }

    /// The stricter of both, for a room that keeps several kinds of carriers.
    fn with(self, other: Self) -> Self {
        let least = |one: Option<f64>, two: Option<f64>| one.into_iter().chain(two).reduce(f64::min);
        let most = |one: Option<f64>, two: Option<f64>| one.into_iter().chain(two).reduce(f64::max);
        Self {
            least: most(self.least, other.least),
            most: least(self.most, other.most),
            daily: least(self.daily, other.daily),
        }
    }
}

impl std::fmt::Display for Limits {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.least, self.most) {
            (Some(least), Some(most)) => write!(to, "{least} to {most}"),
            (Some(least), None) => write!(to, "at least {least}"),
            (None, Some(most)) => write!(to, "at most {most}"),
            (None, None) => to.write_str("any"),
        }
    }
}

/// A kind of room, by what is kept in it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoomKind {
    /// Its identifier, such as `paper_store`.
    pub id: String,
    /// Its Chinese name; a series may name its room so.
    pub label: String,
    /// Its English name.
    pub english: String,
    /// Where the limits come from.
    pub source: String,
    /// Limits of the temperature.
    #[serde(default)]
    pub temperature: Limits,
    /// Limits of the humidity.
    #[serde(default)]
    pub humidity: Limits,
    /// Limits of the magnetic field.
    #[serde(default)]
    pub magnetic_field: Limits,
    /// Limits of dust.
    #[serde(default)]
    pub dust: Limits,
}

impl RoomKind {
    fn limits(&self) -> [Limits; 4] {
        [self.temperature, self.humidity, self.magnetic_field, self.dust]
    }
}

/// A room of the archives.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Room {
    /// Its name, as the series has it.
    pub id: String,
    /// Kinds of what is kept in it; the strictest limits hold.
    pub kinds: Vec<String>,
    /// Minutes between two readings, where they differ from those of the rules.
    #[serde(default)]
    pub interval_minutes: Option<u32>,
}

/// The rules of storerooms.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoomRules {
    /// Which version it is.
    pub version: String,
    /// Days before the test that are looked at.
    pub period_days: u32,
    /// Days that the newest reading may be old.
    pub newest_days: u32,
    /// Minutes between two readings.
    pub interval_minutes: u32,
    /// Share of readings in percent that may be missing.
    pub missing_percent: f64,
    /// Readings one after another outside the limits that are a fault.
    pub readings_outside: u32,
    /// Degrees beyond the limit at which one reading is a fault.
    pub far_temperature: f64,
    /// Percent beyond the limit at which one reading is a fault.
    pub far_humidity: f64,
    /// Temperatures that a sound sensor can give.
    pub plausible_temperature: [f64; 2],
    /// Humidities that a sound sensor can give.
    pub plausible_humidity: [f64; 2],
    /// Kinds of rooms.
    #[serde(rename = "kind")]
    pub kinds: Vec<RoomKind>,
    /// Rooms of the archives.
    #[serde(default, rename = "room")]
    pub rooms: Vec<Room>,
}

/// What holds in one room.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct InRoom {
    pub limits: [Limits; 4],
    pub interval_minutes: u32,
}

impl RoomRules {
    /// The rules that come with the program.
    pub fn builtin() -> Result<Self, toml::de::Error> {
        toml::from_str(ROOM_RULES)
    }

    /// The first room that names a kind which there is not.
    pub fn unknown_kind(&self) -> Option<&str> {
        let known = |kind: &&String| self.kinds.iter().all(|other| other.id != **kind);
        let named = self.rooms.iter().flat_map(|room| &room.kinds);
        named.into_iter().find(known).map(String::as_str)
    }

    /// What holds in a room: one of the archives', or one that is called like a kind. `None`: nobody knows it.
    pub(crate) fn of_room(&self, name: &str) -> Option<InRoom> {
        let kind = |id: &str| self.kinds.iter().find(|kind| kind.id == id);
        if let Some(room) = self.rooms.iter().find(|room| room.id == name) {
            let limits = room.kinds.iter().filter_map(|id| Some(kind(id)?.limits()));
            let strictest =
                limits.reduce(|one, other| std::array::from_fn(|place| one[place].with(other[place])));
            return Some(InRoom {
                limits: strictest.unwrap_or_default(),
                interval_minutes: room.interval_minutes.unwrap_or(self.interval_minutes),
            });
        }
        let found = kind(name).or_else(|| self.kinds.iter().find(|kind| kind.label == name))?;
        Some(InRoom {
            limits: found.limits(),
            interval_minutes: self.interval_minutes,
        })
    }

    /// Whether a sound sensor can give this value.
    pub(crate) fn is_plausible(&self, quantity: Quantity, value: f64) -> bool {
        let within = |[least, most]: [f64; 2]| (least..=most).contains(&value);
        match quantity {
            Quantity::Temperature => within(self.plausible_temperature),
            Quantity::Humidity => within(self.plausible_humidity),
            Quantity::MagneticField | Quantity::Dust => value.is_finite() && value >= 0.0,
        }
    }

    /// How far beyond a limit one reading alone is a fault.
    pub(crate) fn far(&self, quantity: Quantity) -> f64 {
        match quantity {
            Quantity::Temperature => self.far_temperature,
            Quantity::Humidity => self.far_humidity,
            Quantity::MagneticField | Quantity::Dust => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_of_the_program_know_paper_film_magnetic_and_optical_rooms() {
        let rules = RoomRules::builtin().unwrap();
        for room in [
            "paper_store",
            "film_master_store",
            "magnetic_store",
            "optical_store",
            "纸质档案库",
        ] {
            let limits = rules.of_room(room).unwrap().limits;
            assert!(limits[0].is_given() && limits[1].is_given(), "{room}");
        }
        assert_eq!(rules.of_room("B1-201"), None);
        assert_eq!(rules.unknown_kind(), None);
    }

    #[test]
    fn the_strictest_limits_hold_in_a_room_of_several_kinds() {
        let mut rules = RoomRules::builtin().unwrap();
        rules.rooms.push(Room {
            id: "B1-201".to_owned(),
            kinds: vec!["paper_store".to_owned(), "optical_store".to_owned()],
            interval_minutes: Some(5),
        });
        let room = rules.of_room("B1-201").unwrap();
        assert_eq!(
            (room.limits[0].least, room.limits[0].most),
            (Some(14.0), Some(20.0))
        );
        assert_eq!(
            (room.limits[1].least, room.limits[1].most),
            (Some(45.0), Some(50.0))
        );
        assert_eq!(room.interval_minutes, 5);
    }
}
