//! lantai-preservation
