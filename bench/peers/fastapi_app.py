"""The careful Python stack: FastAPI, onnxruntime, PIL, one row a picture at synchronous=FULL."""
import os

import onnxruntime
from fastapi import FastAPI, UploadFile

from prepare import prepare
from store import keep

app = FastAPI()
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
session = onnxruntime.InferenceSession(os.environ["BENCH_ONNX_MODEL"], options,
                                       providers=["CPUExecutionProvider"])
input_name = session.get_inputs()[0].name


@app.get("/ready")
def ready():
    return "ready"


@app.post("/upload", status_code=201)
def upload(image: UploadFile):
    data = image.file.read()
    probabilities = session.run(None, {input_name: prepare(data)})[0][0]
    digit = int(probabilities.argmax())
    confidence = float(probabilities[digit])
    return {"id": keep(digit, confidence, data), "digit": digit, "confidence": confidence}
