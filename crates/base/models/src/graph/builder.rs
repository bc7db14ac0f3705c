//! Puts a graph together, node by node.

use super::wire::Writer;
use super::{Edge, Element, Extent};
use std::collections::HashSet;

/// Protocol buffers, and with them ONNX files in one piece, end at two GiB.
const GREATEST_MODEL: usize = (1 << 31) - 1;
/// `ir_version` of what is written: opset 21, which ONNX Runtime reads since 1.18.
const IR_VERSION: i64 = 10;
/// Version of the operators of the domain "".
const OPERATORS: i64 = 21;
/// Domain of the operators that ONNX Runtime adds, such as `MatMulNBits` and `FusedMatMul`.
const MICROSOFT: &str = "com.microsoft";

/// Why a graph cannot be written. All of these are faults of the program or of damaged weights.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum GraphError {
    /// A constant has other than as many bytes as its shape asks for.
    #[error("constant {name} has {found} bytes, its shape asks for {expected}")]
    Shape {
        /// The constant.
        name: String,
        /// Bytes after the shape.
        expected: usize,
        /// Bytes given.
        found: usize,
    },
    /// Two tensors have one name.
    #[error("the graph has two tensors of the name {0}")]
    NameTaken(String),
    /// The model does not fit into one protocol buffer.
    #[error("the graph takes more than 2 GiB")]
    TooLarge,
}

impl GraphError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        "models.graph"
    }
}

/// What a node is told beside its inputs.
#[derive(Debug, Clone)]
enum Attribute {
    Integer(i64),
    Float(f32),
    Text(String),
    Integers(Vec<i64>),
}

/// An operation that is to be added.
#[derive(Debug, Clone)]
pub struct Node {
    operator: &'static str,
    domain: &'static str,
    inputs: Vec<String>,
    attributes: Vec<(&'static str, Attribute)>,
}

impl Node {
    /// An operator of ONNX itself, such as `MatMul`.
    pub fn new(operator: &'static str) -> Self {
        Self {
            operator,
            domain: "",
            inputs: Vec::new(),
            attributes: Vec::new(),
        }
    }

    /// An operator of the domain `com.microsoft`.
    pub fn microsoft(operator: &'static str) -> Self {
        Self {
            domain: MICROSOFT,
            ..Self::new(operator)
        }
    }

    /// Its next input.
    #[must_use]
    pub fn input(mut self, edge: &Edge) -> Self {
        self.inputs.push(edge.0.clone());
        self
    }

    /// Leaves the next input out, where the operator lets it.
    #[must_use]
    pub fn no_input(mut self) -> Self {
        self.inputs.push(String::new());
        self
    }

    /// A whole number that it is told.
    #[must_use]
    pub fn integer(mut self, name: &'static str, value: i64) -> Self {
        self.attributes.push((name, Attribute::Integer(value)));
        self
    }

    /// A number that it is told.
    #[must_use]
    pub fn float(mut self, name: &'static str, value: f32) -> Self {
        self.attributes.push((name, Attribute::Float(value)));
        self
    }

    /// A word that it is told.
    #[must_use]
    pub fn text(mut self, name: &'static str, value: &str) -> Self {
        self.attributes.push((name, Attribute::Text(value.to_owned())));
        self
    }

    /// Whole numbers that it is told.
    #[must_use]
    pub fn integers(mut self, name: &'static str, values: &[i64]) -> Self {
        self.attributes.push((name, Attribute::Integers(values.to_vec())));
        self
    }
}

/// Puts a model together.
///
/// A node may use only what was added before it. Tensors are named by the caller where that matters (inputs, outputs,
/// constants) and numbered otherwise.
#[derive(Debug)]
pub struct GraphBuilder {
    /// The fields of `GraphProto` in the order in which they were added; protocol buffers ask for none.
    graph: Writer,
    names: HashSet<String>,
    numbered: usize,
    error: Option<GraphError>,
}

impl GraphBuilder {
    /// A graph without anything.
    pub fn new(name: &str) -> Self {
        let mut graph = Writer::default();
        graph.bytes(2, name.as_bytes());
        Self {
            graph,
            names: HashSet::new(),
            numbered: 0,
            error: None,
        }
    }

    /// Makes room for constants of so many bytes in all, so that the bytes need not be moved while they grow.
    pub fn reserve(&mut self, bytes: usize) {
        self.graph.0.reserve(bytes);
    }

    fn take_name(&mut self, name: &str) -> Edge {
        if !self.names.insert(name.to_owned()) {
            self.fail(GraphError::NameTaken(name.to_owned()));
        }
        Edge(name.to_owned())
    }

    fn numbered_name(&mut self) -> Edge {
        self.numbered += 1;
        let name = format!("t{}", self.numbered);
        self.take_name(&name)
    }

    /// Faults are kept until [`Self::finish`], so that a graph reads as one piece.
    fn fail(&mut self, error: GraphError) {
        self.error.get_or_insert(error);
    }

    /// An input that is given at every run.
    pub fn input(&mut self, name: &str, element: Element, shape: &[Extent]) -> Edge {
        let edge = self.take_name(name);
        self.graph
            .message(11, |value| write_value_info(value, name, element, shape));
        edge
    }

    /// Names a tensor as output.
    pub fn output(&mut self, edge: &Edge, element: Element, shape: &[Extent]) {
        self.graph
            .message(12, |value| write_value_info(value, edge.name(), element, shape));
    }

    /// A constant of 32-bit floats, row by row.
    pub fn floats(&mut self, name: &str, shape: &[usize], values: &[f32]) -> Edge {
        self.constant(name, Element::F32, shape, values.len(), |bytes| {
            bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        })
    }

    /// A constant of 64-bit integers: shapes, axes, places.
    pub fn integers(&mut self, name: &str, shape: &[usize], values: &[i64]) -> Edge {
        self.constant(name, Element::I64, shape, values.len(), |bytes| {
            bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        })
    }

    /// A constant of any kind, in the bytes in which it is to lie in memory (lowest byte first).
    pub fn bytes(&mut self, name: &str, element: Element, shape: &[usize], values: &[u8]) -> Edge {
        if !values.len().is_multiple_of(element.size()) {
            self.fail(GraphError::Shape {
                name: name.to_owned(),
                expected: shape.iter().product::<usize>().saturating_mul(element.size()),
                found: values.len(),
            });
        }
        self.constant(name, element, shape, values.len() / element.size(), |bytes| {
            bytes.extend_from_slice(values);
        })
    }

    /// One number as a tensor without extents.
    pub fn scalar(&mut self, value: f32) -> Edge {
        let name = self.number_of_constant();
        self.floats(&name, &[], &[value])
    }

    /// One whole number as a tensor without extents.
    pub fn scalar_integer(&mut self, value: i64) -> Edge {
        let name = self.number_of_constant();
        self.integers(&name, &[], &[value])
    }

    /// A row of whole numbers, for shapes and axes.
    pub fn row(&mut self, values: &[i64]) -> Edge {
        let name = self.number_of_constant();
        self.integers(&name, &[values.len()], values)
    }

    fn number_of_constant(&mut self) -> String {
        self.numbered += 1;
        format!("c{}", self.numbered)
    }

    fn constant(
        &mut self,
        name: &str,
        element: Element,
        shape: &[usize],
        count: usize,
        write: impl FnOnce(&mut Vec<u8>),
    ) -> Edge {
        let edge = self.take_name(name);
        let bytes = count.saturating_mul(element.size());
        let expected = shape
            .iter()
            .fold(element.size(), |product, extent| product.saturating_mul(*extent));
        if bytes != expected {
            self.fail(GraphError::Shape {
                name: name.to_owned(),
                expected,
                found: bytes,
            });
        }
        if self.error.is_some() {
            return edge;
        }
        if self.graph.0.len().saturating_add(bytes) > GREATEST_MODEL {
            self.fail(GraphError::TooLarge);
            return edge;
        }
        let mut head = Writer::default();
        for extent in shape {
            head.integer(1, i64::try_from(*extent).unwrap_or(i64::MAX));
        }
        head.integer(2, element as i64);
        head.bytes(8, name.as_bytes());
        head.prefix(9, bytes);
        self.graph.prefix(5, head.0.len() + bytes);
        self.graph.0.extend_from_slice(&head.0);
        write(&mut self.graph.0);
        edge
    }

    /// Adds a node with one output.
    pub fn node(&mut self, node: Node) -> Edge {
        let output = self.numbered_name();
        self.write_node(&node, std::slice::from_ref(&output));
        output
    }

    /// Adds a node with one output that has a name.
    pub fn named_node(&mut self, name: &str, node: Node) -> Edge {
        let output = self.take_name(name);
        self.write_node(&node, std::slice::from_ref(&output));
        output
    }

    /// Adds a node with `N` outputs.
    pub fn node_with_outputs<const N: usize>(&mut self, node: Node) -> [Edge; N] {
        let outputs = std::array::from_fn(|_| self.numbered_name());
        self.write_node(&node, &outputs);
        outputs
    }

    fn write_node(&mut self, node: &Node, outputs: &[Edge]) {
        self.graph.message(1, |message| {
            for input in &node.inputs {
                message.bytes(1, input.as_bytes());
            }
            for output in outputs {
                message.bytes(2, output.name().as_bytes());
            }
            message.bytes(4, node.operator.as_bytes());
            for (name, attribute) in &node.attributes {
                message.message(5, |field| write_attribute(field, name, attribute));
            }
            message.bytes(7, node.domain.as_bytes());
        });
    }

    /// The whole model, as ONNX Runtime opens it from memory.
    ///
    /// # Errors
    /// The first fault of all that was added.
    pub fn finish(self) -> Result<Vec<u8>, GraphError> {
        if let Some(error) = self.error {
            return Err(error);
        }
        if self.graph.0.len() > GREATEST_MODEL {
            return Err(GraphError::TooLarge);
        }
        let mut head = Writer::default();
        head.integer(1, IR_VERSION);
        head.bytes(2, b"lantai");
        for (domain, version) in [("", OPERATORS), (MICROSOFT, 1)] {
            head.message(8, |opset| {
                opset.bytes(1, domain.as_bytes());
                opset.integer(2, version);
            });
        }
        head.prefix(7, self.graph.0.len());
        let mut model = self.graph.0;
        model.splice(0..0, head.0);
        Ok(model)
    }
}

fn write_value_info(value: &mut Writer, name: &str, element: Element, shape: &[Extent]) {
    value.bytes(1, name.as_bytes());
    value.message(2, |kind| {
        kind.message(1, |tensor| {
            tensor.integer(1, element as i64);
            tensor.message(2, |extents| {
                for extent in shape {
                    extents.message(1, |dimension| match extent {
                        Extent::Fixed(length) => {
                            dimension.integer(1, i64::try_from(*length).unwrap_or(i64::MAX));
                        }
                        Extent::Dynamic(name) => dimension.bytes(2, name.as_bytes()),
                    });
                }
            });
        });
    });
}

/// `AttributeProto`: its kind is written beside its value, since ONNX Runtime goes by the kind.
fn write_attribute(field: &mut Writer, name: &str, attribute: &Attribute) {
    field.bytes(1, name.as_bytes());
    let kind = match attribute {
        Attribute::Float(value) => {
            field.float(2, *value);
            1
        }
        Attribute::Integer(value) => {
            field.integer(3, *value);
            2
        }
        Attribute::Text(value) => {
            field.bytes(4, value.as_bytes());
            3
        }
        Attribute::Integers(values) => {
            for value in values {
                field.integer(8, *value);
            }
            7
        }
    };
    field.integer(20, kind);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_must_fill_its_shape() {
        let mut graph = GraphBuilder::new("g");
        graph.floats("w", &[2, 3], &[0.0; 5]);
        assert_eq!(
            graph.finish(),
            Err(GraphError::Shape {
                name: "w".to_owned(),
                expected: 24,
                found: 20
            })
        );
    }

    #[test]
    fn a_name_is_given_once() {
        let mut graph = GraphBuilder::new("g");
        graph.input("x", Element::F32, &[]);
        graph.floats("x", &[], &[1.0]);
        assert_eq!(graph.finish(), Err(GraphError::NameTaken("x".to_owned())));
    }

    #[test]
    fn the_graph_follows_its_announced_length() {
        let mut graph = GraphBuilder::new("g");
        let x = graph.input("x", Element::F32, &[Extent::Dynamic("n"), Extent::Fixed(2)]);
        graph.output(&x, Element::F32, &[Extent::Dynamic("n"), Extent::Fixed(2)]);
        let model = graph.finish().unwrap();
        let head = "080a12066c616e746169\
                    42040a001015\
                    42110a0d636f6d2e6d6963726f736f66741001\
                    3a";
        let length = head.len() / 2;
        assert_eq!(hex::encode(&model[..length]), head);
        assert_eq!(usize::from(model[length]), model.len() - length - 1);
        assert_eq!(&model[length + 1..length + 4], b"\x12\x01g");
    }
}
