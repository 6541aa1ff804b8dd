"""Golden files: arrays as base64 of little-endian numbers, the shortest type that holds them exactly."""
import base64
import json
from pathlib import Path

import numpy as np
import torch

HERE = Path(__file__).parent


def array(values):
    values = values.detach().numpy() if isinstance(values, torch.Tensor) else np.asarray(values)
    if values.dtype.kind == "i":
        kind, raw = "i32", values.astype("<i4")
    elif np.array_equal(values.astype("<f4").astype("<f8"), values):
        kind, raw = "f32", values.astype("<f4")
    else:
        kind, raw = "f64", values.astype("<f8")
    return {"shape": list(values.shape), kind: base64.b64encode(raw.tobytes()).decode()}


def write(folder, name, golden):
    path = HERE / folder / f"{name}.golden.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")


def float32(values):
    """Rounded to float32, kept in float64: what a float32 engine can be given exactly."""
    return values.float().double()
