//! Archives, the units that hand records in to them, and departments: a tree.

use super::error::PeopleError;
use super::words::check_name;
use jiff::Timestamp;
use lantai_domain::InstitutionId;

/// What kind of institution it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InstitutionKind {
    /// 省级综合档案馆.
    ProvinceArchives,
    /// 市级综合档案馆.
    CityArchives,
    /// 县级综合档案馆.
    CountyArchives,
    /// Archives of another kind: of a trade, an enterprise, a university.
    OtherArchives,
    /// 立档单位: hands its records in to the archives above it.
    Unit,
    /// 内设机构 of an archives or a unit.
    Department,
}

/// All kinds, in the order in which they are shown.
pub const INSTITUTION_KINDS: [InstitutionKind; 6] = [
    InstitutionKind::ProvinceArchives,
    InstitutionKind::CityArchives,
    InstitutionKind::CountyArchives,
    InstitutionKind::OtherArchives,
    InstitutionKind::Unit,
    InstitutionKind::Department,
];

impl InstitutionKind {
    /// Identifier in interfaces and in the catalogue.
    pub fn id(self) -> &'static str {
        match self {
            Self::ProvinceArchives => "province_archives",
            Self::CityArchives => "city_archives",
            Self::CountyArchives => "county_archives",
            Self::OtherArchives => "other_archives",
            Self::Unit => "unit",
            Self::Department => "department",
        }
    }

    /// Reads an identifier.
    pub fn from_id(id: &str) -> Option<Self> {
        INSTITUTION_KINDS.into_iter().find(|kind| kind.id() == id)
    }

    /// Whether it is an archives.
    pub fn is_archives(self) -> bool {
        !matches!(self, Self::Unit | Self::Department)
    }

    /// How high archives stand; a lower one may stand under a higher one.
    fn height(self) -> u8 {
        match self {
            Self::ProvinceArchives => 4,
            Self::CityArchives => 3,
            Self::CountyArchives => 2,
            Self::OtherArchives => 1,
            Self::Unit | Self::Department => 0,
        }
    }

    /// Whether it may stand under `parent`; `None`: at the top.
    pub fn stands_under(self, parent: Option<Self>) -> Result<(), PeopleError> {
        let fits = match (self, parent) {
            (kind, None) => kind.is_archives(),
            (Self::Unit, Some(parent)) => parent.is_archives() || parent == Self::Unit,
            (Self::Department, Some(_)) => true,
            (kind, Some(parent)) => parent.is_archives() && kind.height() < parent.height(),
        };
        match fits {
            true => Ok(()),
            false => Err(PeopleError::Parent {
                kind: self.id(),
                parent: parent.map_or("nothing", Self::id),
            }),
        }
    }
}

/// An institution, a unit under one, or a department.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Institution {
    /// Identifies it.
    pub id: InstitutionId,
    /// What it stands under.
    pub parent: Option<InstitutionId>,
    /// What it is.
    pub kind: InstitutionKind,
    /// Its name.
    pub name: String,
    /// Since when nobody works there any more.
    pub closed_at: Option<Timestamp>,
}

/// An institution to be entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewInstitution {
    /// What it stands under.
    pub parent: Option<InstitutionId>,
    /// What it is.
    pub kind: InstitutionKind,
    /// Its name.
    pub name: String,
}

impl NewInstitution {
    /// With a name that is one.
    pub fn checked(self) -> Result<Self, PeopleError> {
        Ok(Self {
            name: check_name(&self.name)?,
            ..self
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_reads_back() {
        for kind in INSTITUTION_KINDS {
            assert_eq!(InstitutionKind::from_id(kind.id()), Some(kind));
        }
        assert_eq!(InstitutionKind::from_id("ministry"), None);
    }

    #[test]
    fn units_stand_under_archives_and_archives_under_higher_ones() {
        use InstitutionKind::{CityArchives, CountyArchives, Department, ProvinceArchives, Unit};
        assert!(CountyArchives.stands_under(None).is_ok());
        assert!(CountyArchives.stands_under(Some(CityArchives)).is_ok());
        assert!(Unit.stands_under(Some(CountyArchives)).is_ok());
        assert!(Department.stands_under(Some(Unit)).is_ok());
        assert!(ProvinceArchives.stands_under(Some(CountyArchives)).is_err());
        assert!(CityArchives.stands_under(Some(CityArchives)).is_err());
        assert!(CountyArchives.stands_under(Some(Unit)).is_err());
        assert!(Unit.stands_under(None).is_err());
        assert!(Unit.stands_under(Some(Department)).is_err());
    }
}
