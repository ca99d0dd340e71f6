"""Trains the network of a glyphd model folder in Keras and prints the seconds of each epoch.

usage: bench/training/keras_epoch.py MODEL_FOLDER MNIST_FOLDER BATCH EPOCHS THREADS

The same layers (batch normalisation after each convolution, as glyphd trains them), batch,
optimizer and label smoothing; the same 55,000 pictures learnt and 5,000 validated an epoch.
"""
import json
import os
import pathlib
import sys
import time

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
import keras  # noqa: E402
import numpy  # noqa: E402
import tensorflow  # noqa: E402

VALIDATION = 5000
DROPOUT = 0.2


def read(folder, name, skip):
    return numpy.frombuffer((pathlib.Path(folder) / name).read_bytes(), numpy.uint8, offset=skip)


def convolution(layer):
    if layer["padding"]:
        yield keras.layers.ZeroPadding2D(layer["padding"])
    yield keras.layers.Conv2D(layer["outputs"], layer["kernel"], strides=layer["stride"], use_bias=False)
    yield keras.layers.BatchNormalization()
    yield keras.layers.ReLU()


def network(description):
    layers = [keras.Input((28, 28, 1))]
    for layer in description["layers"]:
        if layer["kind"] == "convolution":
            layers += convolution(layer)
        elif layer["kind"] == "dense":
            layers += [keras.layers.Flatten(), keras.layers.Dropout(DROPOUT),
                       keras.layers.Dense(layer["outputs"])]
        else:
            sys.exit(f"keras_epoch.py: no rule for a layer of kind {layer['kind']}")
    return keras.Sequential(layers)


class EpochTimer(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        self.start = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        print(json.dumps({"epoch": epoch + 1, "seconds": time.perf_counter() - self.start,
                          "validation_accuracy": logs["val_accuracy"]}), flush=True)


def main():
    model_folder, mnist, batch, epochs, threads = sys.argv[1:]
    tensorflow.config.threading.set_intra_op_parallelism_threads(int(threads))
    images = read(mnist, "train-images-idx3-ubyte", 16).reshape(-1, 28, 28, 1).astype("float32") / 255
    labels = keras.utils.to_categorical(read(mnist, "train-labels-idx1-ubyte", 8), 10)
    model = network(json.loads((pathlib.Path(model_folder) / "model.json").read_text()))
    model.compile(keras.optimizers.SGD(0.05, momentum=0.9, nesterov=True, weight_decay=5e-4),
                  keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.05),
                  metrics=["accuracy"])
    model.fit(images[VALIDATION:], labels[VALIDATION:], batch_size=int(batch), epochs=int(epochs),
              validation_data=(images[:VALIDATION], labels[:VALIDATION]), verbose=0,
              callbacks=[EpochTimer()])


if __name__ == "__main__":
    main()
