"""How the generators for PyTorch write files, and the names of parameters in evanesce and in a module."""

import json
import os
import struct

import torch

from golden import FOLDER


def path(name):
    return os.path.join(FOLDER, name)


def gradients(value, module, names):
    """Gradients of `value` by evanesce's names; `names` maps them to the module's."""
    module.zero_grad()
    value.backward()
    parameters = dict(module.named_parameters())
    return {ours: parameters[theirs].grad for ours, theirs in names.items()}


def recurrent_names(prefix, layers=1, both=False, bias=True, projected=False):
    """rnn.* to the names under `prefix`."""
    names = {}
    kinds = ["weight_ih", "weight_hh"] + (["bias_ih", "bias_hh"] if bias else []) + (["weight_hr"] if projected else [])
    for layer in range(layers):
        for suffix in [f"l{layer}"] + ([f"l{layer}_reverse"] if both else []):
            for kind in kinds:
                names[f"rnn.{kind}_{suffix}"] = f"{prefix}{kind}_{suffix}"
    return names


def dense_names(paths, readout=True):
    names = {}
    hidden = paths[:-1] if readout else paths
    for l, each in enumerate(hidden):
        names[f"layers.{l}.weight"] = f"{each}.weight"
        names[f"layers.{l}.bias"] = f"{each}.bias"
    if readout:
        names["readout.weight"], names["readout.bias"] = f"{paths[-1]}.weight", f"{paths[-1]}.bias"
    return names


def save_safetensors(tensors, file):
    """As safetensors.torch.save_file does: wide elements first, then names in order."""
    codes = {torch.float32: "F32", torch.float64: "F64", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64"}
    ordered = sorted(tensors.items(), key=lambda item: (-item[1].element_size(), item[0]))
    header, data = {}, b""
    for name, tensor in ordered:
        tensor = tensor.detach().contiguous()
        raw = bytes(tensor.view(torch.uint8).numpy().tobytes()) if tensor.dim() else tensor.numpy().tobytes()
        header[name] = {"dtype": codes[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(file, "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text + data)
