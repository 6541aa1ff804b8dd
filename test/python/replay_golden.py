"""Records one pass of every golden recurrent network that PyTorch has as a fused module.

    replay_golden.py FOLDER

writes FOLDER/NAME.jsonl for each; recorder.test.ts compares the gradients along time with the float64 oracle.
"""
import base64
import json
import os
import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent.parent / "python"))
sys.path.insert(0, str(HERE.parent / "golden"))
from evanesce_log import EvanesceLog  # noqa: E402
from losses import loss_of  # noqa: E402

MODULES = {
    "tanh": lambda **o: nn.RNN(nonlinearity="tanh", **o),
    "relu": lambda **o: nn.RNN(nonlinearity="relu", **o),
    "lstm": nn.LSTM,
    "gru": nn.GRU,
}


def decoded(value):
    for key, kind in (("f32", "<f4"), ("f64", "<f8"), ("i32", "<i4")):
        if key in value:
            return torch.from_numpy(np.frombuffer(base64.b64decode(value[key]), kind).reshape(value["shape"]).copy())
    raise ValueError(value)


def record(golden, folder):
    spec, batch = golden["spec"], golden["batch"]
    model = nn.Module()
    model.rnn = MODULES[spec["cell"]](
        input_size=spec["inputs"],
        hidden_size=spec["hidden"],
        num_layers=spec["layers"],
        bidirectional=bool(spec.get("bidirectional")),
    )
    model.readout = nn.Identity()
    if "readout.weight" in golden["parameters"]:
        model.readout = nn.Linear((2 if spec.get("bidirectional") else 1) * spec["hidden"], spec["outputs"])
    model.load_state_dict({name: decoded(value).float() for name, value in golden["parameters"].items()})
    log = EvanesceLog(model, os.path.join(folder, golden["name"] + ".jsonl"), along_time=1)
    states, _ = model.rnn(decoded(golden["inputs"]).float())
    if batch["loss"] == "none":
        loss = states[-1].sum() / batch["batch"]
    else:
        every = batch["lossAt"] == "every"
        outputs = model.readout(states if every else states[-1])
        targets = decoded(golden["targets"])
        targets = targets.long() if targets.dtype == torch.int32 else targets.float()
        loss = loss_of(batch["loss"], outputs.reshape(-1, outputs.shape[-1]),
                       targets.reshape(-1) if targets.dtype == torch.long else targets.reshape(-1, targets.shape[-1]))
    loss.backward()
    log.backward_done()
    log.step(loss)
    log.close()


for path in sorted((HERE.parent / "golden" / "recurrent").glob("*.golden.json")):
    golden = json.loads(path.read_text())
    if golden["spec"]["cell"] in MODULES:
        record(golden, sys.argv[1])
