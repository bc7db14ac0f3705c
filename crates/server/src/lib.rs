//! lantai-server
