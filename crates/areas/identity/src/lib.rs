//! lantai-identity
