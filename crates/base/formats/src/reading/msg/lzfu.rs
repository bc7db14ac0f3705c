//! Compressed RTF (MS-OXRTFCP).

/// What every dictionary begins with.
const BEGINNING: &[u8] = b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \
    \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\
    \\u\\tab\\tx";
/// Bytes of the dictionary.
const SIZE: usize = 4096;

/// Decompresses; `None` where the header is none. What comes out is at most nine times what goes in.
pub(super) fn decompress(bytes: &[u8]) -> Option<Vec<u8>> {
    let content = bytes.get(16..)?;
    match bytes.get(8..12)? {
        b"MELA" => return Some(content.to_vec()),
        b"LZFu" => {}
        _ => return None,
    }
    let mut dictionary = vec![b' '; SIZE];
    dictionary.get_mut(..BEGINNING.len())?.copy_from_slice(BEGINNING);
    let mut write = BEGINNING.len();
    let mut text = Vec::new();
    let mut rest = content.iter().copied();
    while let Some(control) = rest.next() {
        for bit in 0..8 {
            if control >> bit & 1 == 0 {
                let Some(byte) = rest.next() else {
                    return Some(text);
                };
                put(&mut dictionary, &mut write, &mut text, byte);
                continue;
            }
            let (Some(high), Some(low)) = (rest.next(), rest.next()) else {
                return Some(text);
            };
            let pair = usize::from(high) << 8 | usize::from(low);
            let (offset, length) = (pair >> 4, (pair & 0xf) + 2);
            if offset == write {
                return Some(text);
            }
            for step in 0..length {
                let byte = dictionary.get((offset + step) % SIZE).copied().unwrap_or(b' ');
                put(&mut dictionary, &mut write, &mut text, byte);
            }
        }
    }
    Some(text)
}

fn put(dictionary: &mut [u8], write: &mut usize, text: &mut Vec<u8>, byte: u8) {
    text.push(byte);
    if let Some(place) = dictionary.get_mut(*write) {
        *place = byte;
    }
    *write = (*write + 1) % SIZE;
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn compressed(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0; 8];
        bytes.extend(kind);
        bytes.extend([0; 4]);
        bytes.extend(content);
        bytes
    }

    #[test]
    fn the_dictionary_has_the_length_of_the_specification() {
        assert_eq!(BEGINNING.len(), 207);
    }

    #[test]
    fn the_example_of_the_specification() {
        // MS-OXRTFCP 4.1.1
        let content = [
            0x03, 0x00, 0x0a, 0x00, 0x72, 0x63, 0x70, 0x67, 0x31, 0x32, 0x35, 0x42, 0x32, 0x0a, 0xf3, 0x20,
            0x68, 0x65, 0x6c, 0x09, 0x00, 0x20, 0x62, 0x77, 0x05, 0xb0, 0x6c, 0x64, 0x7d, 0x0a, 0x80, 0x0f,
            0xa0,
        ];
        assert_eq!(
            decompress(&compressed(b"LZFu", &content)).as_deref(),
            Some(&b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"[..])
        );
        assert_eq!(
            decompress(&compressed(b"MELA", b"{\\rtf1}")).as_deref(),
            Some(&b"{\\rtf1}"[..])
        );
        assert_eq!(decompress(b"short"), None);
    }

    proptest! {
        #[test]
        fn little_comes_out_of_little(content in proptest::collection::vec(any::<u8>(), 0..400)) {
            let text = decompress(&compressed(b"LZFu", &content)).unwrap();
            prop_assert!(text.len() <= content.len() * 9);
        }
    }
}
