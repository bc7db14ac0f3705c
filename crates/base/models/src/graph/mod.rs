//! Models written in memory, as ONNX graphs.
//!
//! Some weights come as bare numbers, without the graph that says what to reckon with them. Here such a graph is put
//! together: inputs, constants, nodes, outputs; [`GraphBuilder::finish`] gives the bytes that ONNX Runtime opens.
//! The encoding is that of `onnx.proto` (IR version 10): protocol buffers, of which only what is written is known here.
//! Constants go straight into the bytes, so that weights lie in memory once.

mod builder;
mod wire;

pub use builder::{GraphBuilder, GraphError, Node};

/// What the elements of a tensor are; the discriminants are those of `TensorProto.DataType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Element {
    /// 32-bit float.
    F32 = 1,
    /// Unsigned byte.
    U8 = 2,
    /// Signed byte.
    I8 = 3,
    /// 32-bit integer.
    I32 = 6,
    /// 64-bit integer.
    I64 = 7,
    /// Truth value, one byte.
    Bool = 9,
    /// 16-bit float.
    F16 = 10,
}

impl Element {
    /// Bytes of one element.
    pub fn size(self) -> usize {
        match self {
            Element::U8 | Element::I8 | Element::Bool => 1,
            Element::F16 => 2,
            Element::F32 | Element::I32 => 4,
            Element::I64 => 8,
        }
    }
}

/// One extent of an input or output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Always this long.
    Fixed(usize),
    /// Known only when it runs; extents of the same name are equally long.
    Dynamic(&'static str),
}

/// A tensor that flows between nodes, known by its name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Edge(String);

impl Edge {
    /// Its name in the graph.
    pub fn name(&self) -> &str {
        &self.0
    }
}
