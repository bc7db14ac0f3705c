//! The four ways in which protocol buffers write a field, as far as ONNX needs them.

/// Writes fields one behind the other.
#[derive(Debug, Default)]
pub(super) struct Writer(pub(super) Vec<u8>);

/// Wire types of protocol buffers.
const VARINT: u64 = 0;
const DELIMITED: u64 = 2;
const FIXED_32: u64 = 5;

impl Writer {
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn key(&mut self, field: u32, wire_type: u64) {
        self.varint(u64::from(field) << 3 | wire_type);
    }

    /// A whole number; negative ones take ten bytes, as two's complement of 64 bits.
    pub(super) fn integer(&mut self, field: u32, value: i64) {
        self.key(field, VARINT);
        self.varint(value.cast_unsigned());
    }

    pub(super) fn float(&mut self, field: u32, value: f32) {
        self.key(field, FIXED_32);
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    pub(super) fn bytes(&mut self, field: u32, value: &[u8]) {
        self.prefix(field, value.len());
        self.0.extend_from_slice(value);
    }

    /// Announces `length` bytes that the caller writes next.
    pub(super) fn prefix(&mut self, field: u32, length: usize) {
        self.key(field, DELIMITED);
        self.varint(length as u64);
    }

    /// A message inside this one.
    pub(super) fn message(&mut self, field: u32, write: impl FnOnce(&mut Writer)) {
        let mut inner = Writer::default();
        write(&mut inner);
        self.bytes(field, &inner.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_written_as_the_examples_of_the_encoding_guide() {
        let mut writer = Writer::default();
        writer.integer(1, 150);
        writer.bytes(2, b"testing");
        writer.message(3, |inner| inner.integer(1, 150));
        assert_eq!(hex::encode(&writer.0), "089601120774657374696e671a03089601");
    }

    #[test]
    fn negative_numbers_take_ten_bytes() {
        let mut writer = Writer::default();
        writer.integer(1, -1);
        assert_eq!(hex::encode(&writer.0), "08ffffffffffffffffff01");
    }

    #[test]
    fn floats_are_four_bytes_with_the_lowest_first() {
        let mut writer = Writer::default();
        writer.float(2, 1.0);
        assert_eq!(hex::encode(&writer.0), "150000803f");
    }
}
