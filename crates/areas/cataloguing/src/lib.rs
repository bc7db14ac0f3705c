//! lantai-cataloguing
