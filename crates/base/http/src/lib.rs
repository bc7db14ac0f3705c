//! lantai-http
