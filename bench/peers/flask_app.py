"""The stack that people build by hand: Flask, a Keras CNN, PIL, one row a picture."""
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
import keras  # noqa: E402
import numpy  # noqa: E402
from flask import Flask, jsonify, request  # noqa: E402

from prepare import prepare  # noqa: E402
from store import keep  # noqa: E402

app = Flask(__name__)
model = keras.models.load_model(os.environ["BENCH_KERAS_MODEL"])


@app.get("/ready")
def ready():
    return "ready"


@app.post("/upload")
def upload():
    data = request.files["image"].read()
    # Called, not predict(): several times faster for one picture, so the stronger peer.
    probabilities = numpy.asarray(model(prepare(data), training=False))[0]
    digit = int(probabilities.argmax())
    confidence = float(probabilities[digit])
    return jsonify(id=keep(digit, confidence, data), digit=digit, confidence=confidence), 201
