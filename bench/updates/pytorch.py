"""One case of bench/updates by PyTorch: reads what index.ts wrote, makes the first updates and writes the parameters, then times on demand.

usage: pytorch.py FOLDER, then a number of updates a line on standard input; each is answered with the
milliseconds of all and of the shortest.
"""
import json
import sys
import time

import numpy
import torch

folder = sys.argv[1]
case = json.load(open(folder + "case.json"))
torch.set_num_threads(1)


def read(name, shape, kind=numpy.float32):
    return torch.from_numpy(numpy.fromfile(f"{folder}{name}.bin", kind).reshape(shape))


if case["kind"] == "recurrent":
    cell = {"tanh": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[case["cell"]]
    body = cell(case["X"], case["H"])
    x, y = read("inputs", (case["T"], case["B"], case["X"])), read("targets", (case["B"], 1))
    loss = torch.nn.functional.mse_loss
    last = lambda: body(x)[0][-1]
else:
    body = torch.nn.ModuleList(torch.nn.Linear(case["H"], case["H"]) for _ in range(case["depth"]))
    x, y = read("inputs", (case["B"], case["H"])), read("targets", (case["B"],), numpy.int32).long()
    loss = torch.nn.functional.cross_entropy

    def last():
        h = x
        for layer in body:
            h = torch.tanh(layer(h))
        return h


readout = torch.nn.Linear(case["H"], case["Y"])
model = torch.nn.ModuleDict({"rnn" if case["kind"] == "recurrent" else "layers": body, "readout": readout})
parameters = dict(model.named_parameters())
with torch.no_grad():
    for name, parameter in parameters.items():
        parameter.copy_(read(name, parameter.shape))
make = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}[case["optimizer"]]
optimizer = make(model.parameters(), lr=case["rate"])


def update():
    optimizer.zero_grad()
    loss(readout(last()), y).backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1)
    optimizer.step()


for _ in range(case["checked"]):
    update()
for name, parameter in parameters.items():
    parameter.detach().numpy().tofile(f"{folder}{name}.after")
with open("/proc/self/maps") as maps:
    fast = any(name in line for line in maps for name in ("openblas", "mkl", "blis"))
print(json.dumps({"version": torch.__version__, "slowBlas": not fast}), flush=True)
for line in sys.stdin:
    times = [time.perf_counter()]
    for _ in range(int(line)):
        update()
        times.append(time.perf_counter())
    least = min(after - before for before, after in zip(times, times[1:]))
    print(1000 * (times[-1] - times[0]), 1000 * least, flush=True)
