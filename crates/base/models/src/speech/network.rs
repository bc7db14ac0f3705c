//! Whisper as two ONNX graphs: one hears a window, one says the next token.
//!
//! The hearing part runs in full precision. The saying part keeps its weights in eight bits (blocks of 128 with a scale
//! each): it is bound by reading them, and says the same.

use super::mel::{BANDS, FRAMES};
use super::vocabulary::TOKENS;
use super::weights::{Halves, Weights};
use crate::error::ModelError;
use crate::graph::{Edge, Element, Extent, GraphBuilder, Node};
use crate::names;

/// Numbers of a weight that share a scale.
const BLOCK: usize = 128;
/// Positions of a whole window.
pub(super) const POSITIONS: usize = FRAMES / 2;

/// The extents of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sizes {
    pub(super) width: usize,
    pub(super) heads: usize,
    pub(super) hearing_layers: usize,
    pub(super) layers: usize,
    /// Tokens that it can look back at.
    pub(super) reach: usize,
}

impl Sizes {
    /// Numbers of one head.
    pub(super) fn head(self) -> usize {
        self.width / self.heads.max(1)
    }
}

/// The written graphs and what stays outside of them.
pub(super) struct Network {
    pub(super) sizes: Sizes,
    pub(super) hearing: Vec<u8>,
    pub(super) saying: Vec<u8>,
    /// A row for every token.
    pub(super) embeddings: Halves,
    /// A row for every place of a token.
    pub(super) places: Vec<f32>,
}

impl Network {
    /// Writes the graphs of weights.
    ///
    /// # Errors
    ///
    /// [`ModelError::Format`] where a weight is missing or has another shape.
    pub(super) fn build(mut weights: Weights) -> Result<Self, ModelError> {
        let wrong = |reason: &str| ModelError::format(names::SPEECH, reason);
        let embeddings = weights.take_any("decoder/embeddings/weight")?;
        let places = weights.take_any("decoder/position_encodings/encodings")?;
        let (&[tokens, width], &[reach, across]) = (embeddings.shape.as_slice(), places.shape.as_slice())
        else {
            return Err(wrong("the embeddings are no table"));
        };
        let count = |weights: &Weights, part: &str| {
            (0..64)
                .take_while(|layer| weights.has(&format!("{part}/layer_{layer}/ffn/linear_0/weight")))
                .count()
        };
        let sizes = Sizes {
            width,
            heads: weights.number("encoder/num_heads")?,
            hearing_layers: count(&weights, "encoder"),
            layers: count(&weights, "decoder"),
            reach,
        };
        let fits =
            tokens == TOKENS && across == width && sizes.heads > 0 && width.is_multiple_of(sizes.heads);
        if !fits || !width.is_multiple_of(BLOCK) || weights.number("decoder/num_heads")? != sizes.heads {
            return Err(wrong("its extents do not fit each other"));
        }
        let hearing = hearing(&mut weights, sizes)?;
        let saying = saying(&mut weights, sizes, &embeddings)?;
        Ok(Self {
            sizes,
            hearing,
            saying,
            places: places.numbers(0, reach * width).collect(),
            embeddings,
        })
    }
}

/// Writes parts that both graphs have.
struct Layers<'a> {
    graph: GraphBuilder,
    weights: &'a mut Weights,
    sizes: Sizes,
    /// Whether weights are written in eight bits.
    small: bool,
}

impl Layers<'_> {
    /// A weight as a constant of full precision; the file keeps its half.
    fn constant(&mut self, name: &str, shape: &[usize]) -> Result<Edge, ModelError> {
        let halves = self.weights.take(name, shape)?;
        Ok(self.full(name, shape, &halves.bytes))
    }

    /// The conversion is done once, when the graph is opened.
    fn full(&mut self, name: &str, shape: &[usize], bytes: &[u8]) -> Edge {
        let half = self.graph.bytes(name, Element::F16, shape, bytes);
        self.graph
            .node(Node::new("Cast").input(&half).integer("to", Element::F32 as i64))
    }

    fn add(&mut self, left: &Edge, right: &Edge) -> Edge {
        self.graph.node(Node::new("Add").input(left).input(right))
    }

    fn gelu(&mut self, input: &Edge) -> Edge {
        self.graph.node(Node::new("Gelu").input(input))
    }

    fn normalise(&mut self, input: &Edge, name: &str) -> Result<Edge, ModelError> {
        let width = self.sizes.width;
        let scale = self.constant(&format!("{name}/gamma"), &[width])?;
        let shift = self.constant(&format!("{name}/beta"), &[width])?;
        let node = Node::new("LayerNormalization")
            .input(input)
            .input(&scale)
            .input(&shift);
        Ok(self.graph.node(node.integer("axis", -1).float("epsilon", 1e-5)))
    }

    /// `input · weightᵀ + bias`; a weight has a row for every output.
    fn linear(&mut self, input: &Edge, name: &str, rows: usize, columns: usize) -> Result<Edge, ModelError> {
        let weight = self.weights.take(&format!("{name}/weight"), &[rows, columns])?;
        let bias = self.constant(&format!("{name}/bias"), &[rows])?;
        let name = format!("{name}/weight");
        let product = if self.small {
            multiply_small(&mut self.graph, input, &name, &weight, rows, columns)
        } else {
            let turned = transpose(&weight.bytes, rows, columns);
            let weight = self.full(&name, &[columns, rows], &turned);
            self.graph.node(Node::new("MatMul").input(input).input(&weight))
        };
        Ok(self.add(&product, &bias))
    }

    fn split<const N: usize>(&mut self, input: &Edge) -> [Edge; N] {
        let node = Node::new("Split")
            .input(input)
            .integer("axis", 2)
            .integer("num_outputs", N as i64);
        self.graph.node_with_outputs(node)
    }

    fn attention(&self) -> Node {
        Node::microsoft("MultiHeadAttention").integer("num_heads", self.sizes.heads as i64)
    }

    /// The two wide layers behind every attention.
    fn feed_forward(&mut self, input: &Edge, name: &str) -> Result<Edge, ModelError> {
        let width = self.sizes.width;
        let inner = self.normalise(input, &format!("{name}/ffn/layer_norm"))?;
        let inner = self.linear(&inner, &format!("{name}/ffn/linear_0"), 4 * width, width)?;
        let inner = self.gelu(&inner);
        let inner = self.linear(&inner, &format!("{name}/ffn/linear_1"), width, 4 * width)?;
        Ok(self.add(input, &inner))
    }

    fn convolve(
        &mut self,
        input: &Edge,
        name: &str,
        channels: usize,
        stride: i64,
    ) -> Result<Edge, ModelError> {
        let width = self.sizes.width;
        let weight = self.constant(&format!("{name}/weight"), &[width, channels, 3])?;
        let bias = self.constant(&format!("{name}/bias"), &[width])?;
        let node = Node::new("Conv").input(input).input(&weight).input(&bias);
        let node = node
            .integers("kernel_shape", &[3])
            .integers("pads", &[1, 1])
            .integers("strides", &[stride]);
        let output = self.graph.node(node);
        Ok(self.gelu(&output))
    }
}

/// `spectrum` [1, 80, 3000] → for every layer of the saying part `key_n`, `value_n` [1, heads, positions, head].
fn hearing(weights: &mut Weights, sizes: Sizes) -> Result<Vec<u8>, ModelError> {
    let width = sizes.width;
    let mut layers = Layers {
        graph: GraphBuilder::new("hearing"),
        weights,
        sizes,
        small: false,
    };
    let fixed = |extents: &[usize]| {
        extents
            .iter()
            .map(|extent| Extent::Fixed(*extent))
            .collect::<Vec<_>>()
    };
    let spectrum = layers
        .graph
        .input("spectrum", Element::F32, &fixed(&[1, BANDS, FRAMES]));
    let hidden = layers.convolve(&spectrum, "encoder/conv1", BANDS, 1)?;
    let hidden = layers.convolve(&hidden, "encoder/conv2", width, 2)?;
    let hidden = layers
        .graph
        .node(Node::new("Transpose").input(&hidden).integers("perm", &[0, 2, 1]));
    let places = layers.constant("encoder/position_encodings/encodings", &[POSITIONS, width])?;
    let mut hidden = layers.add(&hidden, &places);
    for layer in 0..sizes.hearing_layers {
        let name = format!("encoder/layer_{layer}");
        let inner = layers.normalise(&hidden, &format!("{name}/self_attention/layer_norm"))?;
        let inner = layers.linear(
            &inner,
            &format!("{name}/self_attention/linear_0"),
            3 * width,
            width,
        )?;
        let [query, key, value] = layers.split(&inner);
        let node = layers.attention().input(&query).input(&key).input(&value);
        let inner = layers.graph.node(node);
        let inner = layers.linear(&inner, &format!("{name}/self_attention/linear_1"), width, width)?;
        hidden = layers.add(&hidden, &inner);
        hidden = layers.feed_forward(&hidden, &name)?;
    }
    let heard = layers.normalise(&hidden, "encoder/layer_norm")?;
    let shape = layers
        .graph
        .row(&[1, POSITIONS as i64, sizes.heads as i64, sizes.head() as i64]);
    for layer in 0..sizes.layers {
        let both = layers.linear(
            &heard,
            &format!("decoder/layer_{layer}/attention/linear_1"),
            2 * width,
            width,
        )?;
        let parts: [Edge; 2] = layers.split(&both);
        for (part, name) in parts.iter().zip(["key", "value"]) {
            let part = layers.graph.node(Node::new("Reshape").input(part).input(&shape));
            let node = Node::new("Transpose")
                .input(&part)
                .integers("perm", &[0, 2, 1, 3]);
            let output = layers.graph.named_node(&format!("{name}_{layer}"), node);
            layers.graph.output(
                &output,
                Element::F32,
                &fixed(&[1, sizes.heads, POSITIONS, sizes.head()]),
            );
        }
    }
    finish(layers.graph)
}

/// `hidden` [beams, tokens, width], `parents` [beams], `wanted` [rows], what was said before (`past_key_n`,
/// `past_value_n`) and heard (`key_n`, `value_n`) → `likelihoods` [beams, rows, all tokens], `new_key_n`, `new_value_n`
/// and, of every layer, what it asked of the sound (`asked_n`).
///
/// Several beams hear the same sound: for that attention they stand one behind the other as if they were one.
fn saying(weights: &mut Weights, sizes: Sizes, embeddings: &Halves) -> Result<Vec<u8>, ModelError> {
    use Extent::{Dynamic, Fixed};
    let width = sizes.width;
    let mut layers = Layers {
        graph: GraphBuilder::new("saying"),
        weights,
        sizes,
        small: true,
    };
    let (heads, head) = (Fixed(sizes.heads), Fixed(sizes.head()));
    let mut hidden = layers.graph.input(
        "hidden",
        Element::F32,
        &[Dynamic("beams"), Dynamic("tokens"), Fixed(width)],
    );
    let parents = layers.graph.input("parents", Element::I64, &[Dynamic("beams")]);
    let wanted = layers.graph.input("wanted", Element::I64, &[Dynamic("rows")]);
    let shape = layers.graph.node(Node::new("Shape").input(&hidden));
    let as_one = layers.graph.row(&[1, -1, width as i64]);
    for layer in 0..sizes.layers {
        let name = format!("decoder/layer_{layer}");
        let past = ["key", "value"].map(|part| {
            let extents = [Dynamic("before"), heads, Dynamic("past"), head];
            let past = layers
                .graph
                .input(&format!("past_{part}_{layer}"), Element::F32, &extents);
            layers.graph.node(
                Node::new("Gather")
                    .input(&past)
                    .input(&parents)
                    .integer("axis", 0),
            )
        });
        let heard = ["key", "value"].map(|part| {
            let extents = [Fixed(1), heads, Fixed(POSITIONS), head];
            layers
                .graph
                .input(&format!("{part}_{layer}"), Element::F32, &extents)
        });
        let inner = layers.normalise(&hidden, &format!("{name}/self_attention/layer_norm"))?;
        let inner = layers.linear(
            &inner,
            &format!("{name}/self_attention/linear_0"),
            3 * width,
            width,
        )?;
        let [query, key, value] = layers.split(&inner);
        let node = layers
            .attention()
            .integer("unidirectional", 1)
            .input(&query)
            .input(&key)
            .input(&value);
        let node = node
            .no_input()
            .no_input()
            .no_input()
            .input(&past[0])
            .input(&past[1]);
        let [inner, new_key, new_value] = layers.graph.node_with_outputs(node);
        for (edge, part) in [(new_key, "key"), (new_value, "value")] {
            let named = layers
                .graph
                .named_node(&format!("new_{part}_{layer}"), Node::new("Identity").input(&edge));
            layers.graph.output(
                &named,
                Element::F32,
                &[Dynamic("beams"), heads, Dynamic("so_far"), head],
            );
        }
        let inner = layers.linear(&inner, &format!("{name}/self_attention/linear_1"), width, width)?;
        hidden = layers.add(&hidden, &inner);

        let inner = layers.normalise(&hidden, &format!("{name}/attention/layer_norm"))?;
        let query = layers.linear(&inner, &format!("{name}/attention/linear_0"), width, width)?;
        let asked = layers
            .graph
            .named_node(&format!("asked_{layer}"), Node::new("Identity").input(&query));
        layers.graph.output(
            &asked,
            Element::F32,
            &[Dynamic("beams"), Dynamic("tokens"), Fixed(width)],
        );
        let query = layers
            .graph
            .node(Node::new("Reshape").input(&query).input(&as_one));
        let node = layers.attention().input(&query).input(&heard[0]).input(&heard[1]);
        let inner = layers.graph.node(node);
        let inner = layers
            .graph
            .node(Node::new("Reshape").input(&inner).input(&shape));
        let inner = layers.linear(&inner, &format!("{name}/attention/linear_2"), width, width)?;
        hidden = layers.add(&hidden, &inner);
        hidden = layers.feed_forward(&hidden, &name)?;
    }
    let rows = layers.graph.node(
        Node::new("Gather")
            .input(&hidden)
            .input(&wanted)
            .integer("axis", 1),
    );
    let rows = layers.normalise(&rows, "decoder/layer_norm")?;
    let node = small_product(&mut layers.graph, &rows, "projection", embeddings, TOKENS, width);
    let likelihoods = layers.graph.named_node("likelihoods", node);
    layers.graph.output(
        &likelihoods,
        Element::F32,
        &[Dynamic("beams"), Dynamic("rows"), Fixed(TOKENS)],
    );
    finish(layers.graph)
}

fn finish(graph: GraphBuilder) -> Result<Vec<u8>, ModelError> {
    graph
        .finish()
        .map_err(|error| ModelError::format(names::SPEECH, error))
}

fn multiply_small(
    graph: &mut GraphBuilder,
    input: &Edge,
    name: &str,
    weight: &Halves,
    rows: usize,
    columns: usize,
) -> Edge {
    let node = small_product(graph, input, name, weight, rows, columns);
    graph.node(node)
}

/// `input · weightᵀ` with the weight in eight bits: the greatest of a block becomes 127, nothing is 128.
fn small_product(
    graph: &mut GraphBuilder,
    input: &Edge,
    name: &str,
    weight: &Halves,
    rows: usize,
    columns: usize,
) -> Node {
    let mut bytes = Vec::with_capacity(rows * columns);
    let mut scales = Vec::with_capacity(rows * columns / BLOCK);
    let mut block = [0.0_f32; BLOCK];
    for at in (0..rows * columns).step_by(BLOCK) {
        for (place, value) in block.iter_mut().zip(weight.numbers(at, BLOCK)) {
            *place = value;
        }
        let greatest = block.iter().fold(0.0_f32, |most, value| most.max(value.abs()));
        let scale = if greatest > 0.0 { greatest / 127.0 } else { 1.0 };
        scales.push(scale);
        bytes.extend(block.iter().map(|value| ((value / scale).round() + 128.0) as u8));
    }
    let blocks = columns / BLOCK;
    let weight = graph.bytes(
        &format!("{name}/bytes"),
        Element::U8,
        &[rows, blocks, BLOCK],
        &bytes,
    );
    let scales = graph.floats(&format!("{name}/scales"), &[rows, blocks], &scales);
    let node = Node::microsoft("MatMulNBits")
        .input(input)
        .input(&weight)
        .input(&scales);
    let node = node
        .integer("K", columns as i64)
        .integer("N", rows as i64)
        .integer("bits", 8);
    node.integer("block_size", BLOCK as i64)
        .integer("accuracy_level", 4)
}

/// Turns a table of two-byte numbers.
fn transpose(bytes: &[u8], rows: usize, columns: usize) -> Vec<u8> {
    let mut turned = vec![0; bytes.len()];
    let pairs = bytes.as_chunks::<2>().0;
    let places = turned.as_chunks_mut::<2>().0;
    for (row, line) in pairs.chunks_exact(columns.max(1)).enumerate() {
        for (column, pair) in line.iter().enumerate() {
            places[column * rows + row] = *pair;
        }
    }
    turned
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_turned() {
        let bytes: Vec<u8> = (0..6_u16).flat_map(u16::to_le_bytes).collect();
        let turned: Vec<u16> = transpose(&bytes, 2, 3)
            .as_chunks::<2>()
            .0
            .iter()
            .map(|pair| u16::from_le_bytes(*pair))
            .collect();
        assert_eq!(turned, [0, 3, 1, 4, 2, 5]);
    }
}
