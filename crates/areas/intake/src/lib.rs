//! lantai-intake
