"""Small ONNX models for tests, built node by node."""

from __future__ import annotations

from collections.abc import Sequence

from onnx import TensorProto, helper


def linear(features: int, name: str = "rows") -> bytes:
    """Return a model that adds up a matrix's columns."""
    weights = helper.make_tensor("w", TensorProto.FLOAT, [features, 1], [1.0] * features)
    return _model(
        [helper.make_node("MatMul", [name, "w"], ["sum"])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, features])],
        [helper.make_tensor_value_info("sum", TensorProto.FLOAT, [None, 1])],
        [weights],
    )


def named(number: str, text: str) -> bytes:
    """Return a model with one input for each feature; it gives the number back."""
    return _model(
        [helper.make_node("Identity", [number], ["out"])],
        [
            helper.make_tensor_value_info(number, TensorProto.FLOAT, [None, 1]),
            helper.make_tensor_value_info(text, TensorProto.STRING, [None, 1]),
        ],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, [None, 1])],
    )


def classifier(classes: Sequence[str]) -> bytes:
    """Return a model of one number for two classes, with a label and a map of scores."""
    node = helper.make_node(
        "LinearClassifier",
        ["rows"],
        ["label", "raw"],
        domain="ai.onnx.ml",
        coefficients=[-1.0, 1.0],
        intercepts=[0.0, 0.0],
        classlabels_strings=list(classes),
        post_transform="SOFTMAX",
    )
    zip_map = helper.make_node(
        "ZipMap", ["raw"], ["scores"], domain="ai.onnx.ml", classlabels_strings=list(classes)
    )
    value = helper.make_map_type_proto(
        TensorProto.STRING, helper.make_tensor_type_proto(TensorProto.FLOAT, [])
    )
    scores = helper.make_value_info("scores", helper.make_sequence_type_proto(value))
    return _model(
        [node, zip_map],
        [helper.make_tensor_value_info("rows", TensorProto.FLOAT, [None, 1])],
        [helper.make_tensor_value_info("label", TensorProto.STRING, [None]), scores],
    )


def _model(nodes, inputs, outputs, weights=()) -> bytes:  # type: ignore[no-untyped-def]
    graph = helper.make_graph(nodes, "test", inputs, outputs, list(weights))
    domains = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
    made = helper.make_model(graph, opset_imports=domains, ir_version=8)
    return bytes(made.SerializeToString())
