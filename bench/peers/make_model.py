"""Trains the peers' CNN (225k parameters, one epoch is enough to time it) and writes it for both.

usage: bench/peers/make_model.py MNIST_DIR OUT_DIR     writes cnn.keras and cnn.onnx
"""
import os
import pathlib
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
import keras  # noqa: E402
import numpy  # noqa: E402
import onnx  # noqa: E402
from onnx import TensorProto, helper, numpy_helper  # noqa: E402


def read(folder, name, skip):
    return numpy.frombuffer((pathlib.Path(folder) / name).read_bytes(), numpy.uint8, offset=skip)


def build():
    layers = keras.layers
    return keras.Sequential([
        keras.Input((28, 28, 1)),
        layers.Conv2D(32, 3, activation="relu", name="conv1"), layers.MaxPooling2D(),
        layers.Conv2D(64, 3, activation="relu", name="conv2"), layers.MaxPooling2D(),
        layers.Flatten(), layers.Dropout(0.5),
        layers.Dense(128, activation="relu", name="dense1"),
        layers.Dense(10, activation="softmax", name="dense2")])


def constant(name, values):
    return numpy_helper.from_array(numpy.ascontiguousarray(values, numpy.float32), name)


def to_onnx(model, path):
    """The same network written node by node: no converter follows this Keras generation."""
    weights = {layer.name: layer.get_weights() for layer in model.layers if layer.get_weights()}
    nodes = [helper.make_node("Transpose", ["image"], ["nchw"], perm=[0, 3, 1, 2])]
    constants, value = [], "nchw"
    for name in ("conv1", "conv2"):
        kernel, bias = weights[name]
        constants += [constant(name + "/w", kernel.transpose(3, 2, 0, 1)), constant(name + "/b", bias)]
        nodes += [helper.make_node("Conv", [value, name + "/w", name + "/b"], [name]),
                  helper.make_node("Relu", [name], [name + "/relu"]),
                  helper.make_node("MaxPool", [name + "/relu"], [name + "/pool"],
                                   kernel_shape=[2, 2], strides=[2, 2])]
        value = name + "/pool"
    nodes += [helper.make_node("Transpose", [value], ["nhwc"], perm=[0, 2, 3, 1]),
              helper.make_node("Flatten", ["nhwc"], ["flat"])]
    for name, source, activation in (("dense1", "flat", "Relu"), ("dense2", "dense1/out", "Softmax")):
        constants += [constant(name + "/w", weights[name][0]), constant(name + "/b", weights[name][1])]
        nodes += [helper.make_node("Gemm", [source, name + "/w", name + "/b"], [name]),
                  helper.make_node(activation, [name], [name + "/out"])]
    graph = helper.make_graph(
        nodes, "cnn", [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 28, 28, 1])],
        [helper.make_tensor_value_info("dense2/out", TensorProto.FLOAT, ["n", 10])], constants)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)


def main(mnist, out):
    images = read(mnist, "train-images-idx3-ubyte", 16).reshape(-1, 28, 28, 1).astype("float32") / 255
    labels = read(mnist, "train-labels-idx1-ubyte", 8)
    model = build()
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(images, labels, batch_size=128, epochs=1, verbose=2)
    model.save(out / "cnn.keras")
    to_onnx(model, out / "cnn.onnx")
    import onnxruntime
    session = onnxruntime.InferenceSession(out / "cnn.onnx")
    difference = abs(session.run(None, {"image": images[:64]})[0] - model.predict(images[:64], verbose=0)).max()
    print(f"onnx and keras differ by at most {difference:.1e}")
    if difference > 1e-4:
        sys.exit("the two files are not the same network")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], pathlib.Path(sys.argv[2]))
