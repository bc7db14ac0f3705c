//! lantai-testkit
