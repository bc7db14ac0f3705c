//! The files of the model besides its graph: numbered lists, pairs of characters, a table of numbers.

use crate::ModelError;
use std::collections::HashMap;

/// Lines of two columns with a tab between them.
pub(super) fn pairs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines()
        .map(|line| line.trim_end_matches('\r'))
        .filter_map(|line| line.split_once('\t'))
}

/// Numbered entries, by entry.
pub(super) fn numbers_of(text: &str) -> HashMap<&str, i64> {
    pairs(text)
        .filter_map(|(number, entry)| Some((entry, number.trim().parse().ok()?)))
        .collect()
}

/// A square table of 32-bit floats as NumPy writes it (NPY format, version 1 or 2, little-endian, C order); its width
/// and its numbers.
pub(super) fn square_table(name: &str, bytes: &[u8]) -> Result<(usize, Vec<f32>), ModelError> {
    let wrong = |reason: &str| ModelError::format(name, reason);
    let rest = bytes
        .strip_prefix(b"\x93NUMPY")
        .ok_or_else(|| wrong("no NPY file"))?;
    let (header, numbers) = match rest {
        [1, _, low, high, rest @ ..] => rest.split_at_checked(usize::from(u16::from_le_bytes([*low, *high]))),
        [2, _, a, b, c, d, rest @ ..] => usize::try_from(u32::from_le_bytes([*a, *b, *c, *d]))
            .ok()
            .and_then(|length| rest.split_at_checked(length)),
        _ => None,
    }
    .ok_or_else(|| wrong("its header is cut"))?;
    let header = std::str::from_utf8(header).map_err(|_| wrong("its header is no text"))?;
    if !header.contains("'<f4'") || !header.contains("'fortran_order': False") {
        return Err(wrong("its numbers are not 32-bit floats row by row"));
    }
    let shape = header
        .split_once("'shape':")
        .map(|(_, rest)| rest)
        .unwrap_or_default();
    let mut sides = shape
        .split(['(', ')', ','])
        .filter_map(|side| side.trim().parse::<usize>().ok());
    let (Some(rows), Some(columns)) = (sides.next(), sides.next()) else {
        return Err(wrong("it has no two sides"));
    };
    let numbers: Vec<f32> = numbers
        .chunks_exact(4)
        .filter_map(|chunk| chunk.try_into().ok().map(f32::from_le_bytes))
        .collect();
    if rows != columns || rows.checked_mul(columns) != Some(numbers.len()) {
        return Err(wrong("it is not square"));
    }
    Ok((rows, numbers))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn table(shape: &str, numbers: &[f32]) -> Vec<u8> {
        let header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}\n");
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend(u16::try_from(header.len()).unwrap().to_le_bytes());
        bytes.extend(header.as_bytes());
        bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
        bytes
    }

    #[test]
    fn a_table_is_read_back() {
        let (width, numbers) = square_table("words", &table("(2, 2)", &[1.0, 2.0, 3.0, 4.5])).unwrap();
        assert_eq!((width, numbers), (2, vec![1.0, 2.0, 3.0, 4.5]));
    }

    #[test]
    fn another_table_is_refused_by_name() {
        for bytes in [
            table("(2, 3)", &[0.0; 6]),
            table("(2, 2)", &[0.0; 3]),
            table("(2,)", &[0.0; 2]),
            b"PK".to_vec(),
        ] {
            assert_eq!(square_table("words", &bytes).unwrap_err().code(), "models.format");
        }
    }

    #[test]
    fn lists_are_read_by_entry() {
        let list = numbers_of("0\t \n1\t!\r\nwrong\n2\t甲");
        assert_eq!((list[" "], list["!"], list["甲"], list.len()), (0, 1, 2, 3));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let mut whole = b"\x93NUMPY".to_vec();
            whole.extend(bytes);
            let _ = square_table("words", &whole);
        }
    }
}
