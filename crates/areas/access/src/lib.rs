//! lantai-access
