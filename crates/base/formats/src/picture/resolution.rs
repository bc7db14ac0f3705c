//! Dots an inch, as formats state them.

/// Dots an inch of a TIFF page, from its tags 282 and 296 (unit 1: none, 3: centimetre).
pub(super) fn of_tiff(dots: Option<f64>, unit: Option<u16>) -> Option<f32> {
    let dots = match unit {
        Some(1) => return None,
        Some(3) => dots? * 2.54,
        _ => dots?,
    };
    (dots > 1.5 && dots < 1e6).then_some(dots as f32)
}

/// Of a picture that was reduced.
pub(super) fn reduced(dots: Option<f32>, factor: u32) -> Option<f32> {
    dots.map(|dots| dots / factor.max(1) as f32)
}
