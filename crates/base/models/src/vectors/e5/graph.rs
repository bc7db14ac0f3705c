//! The graph of the model: what is reckoned with the weights.
//!
//! BERT (Devlin et al. 2018) with the layer norm behind each half: attention over all places of the run, then two
//! linear steps with GELU between. The input are the embedded pieces of one run, the output the mean of its places.

use super::container::{BLOCK, Container, scale_of};
use crate::error::ModelError;
use crate::graph::{Edge, Element, Extent, GraphBuilder, Node};
use crate::names::PASSAGE_VECTORS;

/// Name of the input, `[1, places, width]`.
pub(super) const INPUT: &str = "embedded";
/// Name of the output, `[1, width]`.
pub(super) const OUTPUT: &str = "mean";
/// Activations are reckoned with in 8 bits.
const IN_8_BITS: i64 = 4;

/// Writes the model as ONNX.
///
/// # Errors
///
/// [`ModelError::Format`] where a tensor is missing or of another size.
pub(super) fn model_of(container: &Container) -> Result<Vec<u8>, ModelError> {
    let unreadable = |reason: String| ModelError::format(PASSAGE_VECTORS, reason);
    let mut graph = Layers {
        container,
        graph: GraphBuilder::new("e5"),
    };
    graph.all().map_err(unreadable)?;
    graph
        .graph
        .finish()
        .map_err(|error| unreadable(error.to_string()))
}

struct Layers<'container> {
    container: &'container Container,
    graph: GraphBuilder,
}

impl Layers<'_> {
    fn all(&mut self) -> Result<(), String> {
        let shape = self.container.shape.clone();
        let width = Extent::Fixed(shape.width);
        let run = [Extent::Fixed(1), Extent::Dynamic("places"), width];
        let embedded = self.graph.input(INPUT, Element::F32, &run);
        let (weight, bias) = self.norm("emb.ln")?;
        let norm = Node::new("LayerNormalization")
            .input(&embedded)
            .input(&weight)
            .input(&bias);
        let norm = norm.integer("axis", -1).float("epsilon", shape.epsilon);
        let mut state = self.graph.node(norm);
        for layer in 0..shape.layers {
            state = self.attention(&state, layer)?;
            state = self.inner(&state, layer)?;
        }
        let axis = self.graph.row(&[1]);
        let mean = Node::new("ReduceMean")
            .input(&state)
            .input(&axis)
            .integer("keepdims", 0);
        let mean = self.graph.named_node(OUTPUT, mean);
        self.graph.output(&mean, Element::F32, &[Extent::Fixed(1), width]);
        Ok(())
    }

    fn attention(&mut self, state: &Edge, layer: usize) -> Result<Edge, String> {
        let width = self.container.shape.width;
        let heads = i64::try_from(self.container.shape.heads).map_err(|error| error.to_string())?;
        let mut node = Node::microsoft("MultiHeadAttention").integer("num_heads", heads);
        for part in ["q", "k", "v"] {
            node = node.input(&self.linear(state, &format!("l{layer}.{part}"), width, width)?);
        }
        let seen = self.graph.node(node);
        let out = self.linear(&seen, &format!("l{layer}.ao"), width, width)?;
        self.added(state, &out, &format!("l{layer}.aln"))
    }

    fn inner(&mut self, state: &Edge, layer: usize) -> Result<Edge, String> {
        let (width, inner) = (self.container.shape.width, self.container.shape.inner);
        let wide = self.linear(state, &format!("l{layer}.fi"), width, inner)?;
        let bent = self.graph.node(Node::microsoft("Gelu").input(&wide));
        let out = self.linear(&bent, &format!("l{layer}.fo"), inner, width)?;
        self.added(state, &out, &format!("l{layer}.oln"))
    }

    /// The sum of two, normalised.
    fn added(&mut self, state: &Edge, more: &Edge, name: &str) -> Result<Edge, String> {
        let (weight, bias) = self.norm(name)?;
        let node = Node::microsoft("SkipLayerNormalization")
            .input(state)
            .input(more)
            .input(&weight)
            .input(&bias)
            .float("epsilon", self.container.shape.epsilon);
        Ok(self.graph.node(node))
    }

    fn norm(&mut self, name: &str) -> Result<(Edge, Edge), String> {
        Ok((
            self.floats(&format!("{name}.w"))?,
            self.floats(&format!("{name}.b"))?,
        ))
    }

    fn floats(&mut self, name: &str) -> Result<Edge, String> {
        let width = self.container.shape.width;
        let values = self.container.floats(name, width)?;
        Ok(self.graph.floats(name, &[width], &values))
    }

    /// A linear step. The container has the first 16 weights of a block in the lower halves of its bytes and the others
    /// in the upper ones; the kernel wants neighbours in one byte, the first in the lower half.
    fn linear(&mut self, input: &Edge, name: &str, from: usize, to: usize) -> Result<Edge, String> {
        let blocks = self.container.blocks(&format!("{name}.w"), from * to)?;
        let mut weights = Vec::with_capacity(blocks.len() * BLOCK / 2);
        let mut scales = Vec::with_capacity(blocks.len());
        for block in blocks {
            scales.push(scale_of(block));
            let (pairs, _) = block[2..].as_chunks::<2>();
            weights.extend(pairs.iter().map(|[one, next]| one & 15 | next << 4));
            weights.extend(pairs.iter().map(|[one, next]| one >> 4 | next & 0xf0));
        }
        let across = from / BLOCK;
        let shape = [to, across, BLOCK / 2];
        let weights = self
            .graph
            .bytes(&format!("{name}.w"), Element::U8, &shape, &weights);
        let scales = self.graph.floats(&format!("{name}.s"), &[to * across], &scales);
        let values = self.container.floats(&format!("{name}.b"), to)?;
        let bias = self.graph.floats(&format!("{name}.b"), &[to], &values);
        let whole = |number: usize| i64::try_from(number).map_err(|error| error.to_string());
        let node = Node::microsoft("MatMulNBits")
            .input(input)
            .input(&weights)
            .input(&scales)
            .no_input()
            .no_input()
            .input(&bias)
            .integer("K", whole(from)?)
            .integer("N", whole(to)?)
            .integer("bits", 4)
            .integer("block_size", whole(BLOCK)?)
            .integer("accuracy_level", IN_8_BITS);
        Ok(self.graph.node(node))
    }
}
