"""
The classifier of bench/sequences by PyTorch: reads what index.ts wrote, writes gradients, prints the shortest time in ms.

usage: classifier.py FOLDER packed|padded
"""
import json
import sys
import time

import numpy
import torch
from torch.nn.utils.rnn import pack_padded_sequence

folder, way = sys.argv[1], sys.argv[2]
case = json.load(open(folder + "case.json"))
V, E, H, T, B, head, classes = (case[key] for key in ("V", "E", "H", "T", "B", "head", "classes"))
torch.set_num_threads(1)


def read(name, *shape):
    kind = numpy.int32 if name.endswith("i32") else numpy.float32
    return torch.from_numpy(numpy.fromfile(folder + name, kind).reshape(shape))


embedding, lstm = torch.nn.Embedding(V, E), torch.nn.LSTM(E, H)
dense, readout = torch.nn.Linear(H, head), torch.nn.Linear(head, classes)
parameters = {
    "embedding.weight": embedding.weight,
    **{f"rnn.{name}": value for name, value in lstm.named_parameters()},
    **{f"head.0.{name}": value for name, value in dense.named_parameters()},
    **{f"readout.{name}": value for name, value in readout.named_parameters()},
}
with torch.no_grad():
    for name, value in parameters.items():
        value.copy_(read(f"{name}.f32", *value.shape))
tokens, targets = read("tokens.i32", T, B).long(), read("targets.i32", B).long()
lengths = read("lengths.i32", B).long()


def run():
    for value in parameters.values():
        value.grad = None
    x = embedding(tokens)
    if way == "packed":
        _, (h, _) = lstm(pack_padded_sequence(x, lengths, enforce_sorted=False))
        last = h[-1]
    else:
        out, _ = lstm(x)
        last = out[lengths - 1, torch.arange(B)]
    z = readout(torch.relu(dense(last)))
    torch.nn.functional.cross_entropy(z, targets).backward()


run()
for name in ("rnn.weight_hh_l0", "embedding.weight", "head.0.weight"):
    parameters[name].grad.numpy().astype(numpy.float32).tofile(f"{folder}{name}.gradient.f32")
best, end = float("inf"), time.perf_counter() + 6
while time.perf_counter() < end:
    start = time.perf_counter()
    run()
    best = min(best, time.perf_counter() - start)
with open("/proc/self/maps") as maps:
    fast = any(name in line for line in maps for name in ("openblas", "mkl", "blis"))
print(json.dumps({"ms": 1000 * best, "slowBlas": not fast}))
