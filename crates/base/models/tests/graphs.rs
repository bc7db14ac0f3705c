//! Graphs that were written in memory run in ONNX Runtime and reckon what they say.

#![expect(
    clippy::print_stderr,
    reason = "a test that cannot go on fails or says why it is skipped"
)]

use lantai_models::graph::{Element, Extent, GraphBuilder, Node};
use ort::session::Session;
use ort::value::TensorRef;
use std::path::PathBuf;

fn runtime() -> Option<PathBuf> {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../models");
    let models = std::env::var_os("LANTAI_MODELS").map_or_else(|| PathBuf::from(default), PathBuf::from);
    let library = models.join("onnxruntime/libonnxruntime.so");
    if library.is_file() {
        return Some(library);
    }
    eprintln!("skipped: no {} (set LANTAI_MODELS)", library.display());
    None
}

#[test]
fn a_graph_runs() {
    let Some(library) = runtime() else { return };
    let environment = ort::init_from(library)
        .unwrap()
        .with_telemetry(false)
        .build()
        .unwrap();

    let mut graph = GraphBuilder::new("test");
    let x = graph.input("x", Element::F32, &[Extent::Dynamic("n"), Extent::Fixed(32)]);
    // a layer of full precision: two columns, the sum of the even and of the odd elements
    let weights: Vec<f32> = (0..64)
        .map(|at| if at / 2 % 2 == at % 2 { 1.0 } else { 0.0 })
        .collect();
    let w = graph.floats("w", &[32, 2], &weights);
    let bias = graph.floats("bias", &[2], &[0.5, -0.5]);
    let product = graph.node(Node::new("MatMul").input(&x).input(&w));
    let layer = graph.named_node("layer", Node::new("Add").input(&product).input(&bias));
    // the same numbers as 4-bit blocks: value = (nibble - 8) * scale
    let nibbles: Vec<u8> = [[0x9a_u8; 16], [0x08; 16]].concat();
    let packed = graph.bytes("packed", Element::U8, &[2, 1, 16], &nibbles);
    let scales = graph.floats("scales", &[2, 1], &[1.0, 0.25]);
    let quantised = graph.named_node(
        "quantised",
        Node::microsoft("MatMulNBits")
            .input(&x)
            .input(&packed)
            .input(&scales)
            .integer("K", 32)
            .integer("N", 2)
            .integer("bits", 4)
            .integer("block_size", 32)
            .integer("accuracy_level", 4),
    );
    // text, float and several outputs
    let gelu = graph.node(Node::new("Gelu").input(&layer).text("approximate", "tanh"));
    let axis = graph.row(&[1, 1]);
    let [left, right] =
        graph.node_with_outputs(Node::new("Split").input(&gelu).input(&axis).integer("axis", 1));
    let scaled = graph.node(
        Node::microsoft("FusedMatMul")
            .input(&left)
            .input(&right)
            .integer("transB", 1)
            .float("alpha", 0.5),
    );
    let shape = graph.row(&[-1]);
    let flat = graph.named_node("flat", Node::new("Reshape").input(&scaled).input(&shape));
    for (edge, extents) in [
        (&layer, vec![Extent::Dynamic("n"), Extent::Fixed(2)]),
        (&quantised, vec![Extent::Dynamic("n"), Extent::Fixed(2)]),
        (&flat, vec![Extent::Dynamic("m")]),
    ] {
        graph.output(edge, Element::F32, &extents);
    }
    let model = graph.finish().unwrap();

    let mut session = Session::builder(&environment)
        .unwrap()
        .commit_from_memory(&model)
        .unwrap();
    let ones = vec![1.0_f32; 64];
    let x = TensorRef::from_array_view(([2_usize, 32], ones.as_slice())).unwrap();
    let outputs = session.run(ort::inputs!["x" => x]).unwrap();
    let read = |name: &str| outputs[name].try_extract_tensor::<f32>().unwrap().1.to_vec();
    assert_eq!(read("layer"), [16.5, 15.5, 16.5, 15.5]);
    // first column: 16 times (2 + 1), second: 16 times (0 - 8) / 4; inputs are rounded to eight bits
    for (value, expected) in read("quantised").iter().zip([48.0, -32.0, 48.0, -32.0]) {
        assert!((value - expected).abs() < 0.1, "{value} is not {expected}");
    }
    for value in read("flat") {
        assert!((value - 16.5 * 15.5 / 2.0).abs() < 0.01, "{value}");
    }
}
