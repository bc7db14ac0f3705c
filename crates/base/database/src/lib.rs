//! lantai-database
