"""One case of bench/peers by PyTorch or NumPy: reads what index.ts wrote, writes the gradient of W_hh, prints the shortest time in ms.

usage: peers.py loop|module|compile|numpy FOLDER THREADS [SECONDS]
"""
import json
import sys
import time

import numpy

way, folder, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
seconds = float(sys.argv[4]) if len(sys.argv) > 4 else 2
case = json.load(open(folder + "case.json"))
cell, B, X, H, T = (case[key] for key in ("cell", "B", "X", "H", "T"))
G = {"tanh": 1, "lstm": 4, "gru": 3}[cell]


def read(name, *shape):
    return numpy.fromfile(f"{folder}{name}.f32", numpy.float32).reshape(shape)


W_ih, W_hh = read("rnn.weight_ih_l0", G * H, X), read("rnn.weight_hh_l0", G * H, H)
b_ih, b_hh = read("rnn.bias_ih_l0", G * H), read("rnn.bias_hh_l0", G * H)
V, c = read("readout.weight", 1, H), read("readout.bias", 1)
inputs, targets = read("inputs", T, B, X), read("targets", B, 1)


def by_numpy():
    bias = b_ih + b_hh
    W_ihT, W_hhT = numpy.ascontiguousarray(W_ih.T), numpy.ascontiguousarray(W_hh.T)

    def run():
        h = numpy.zeros((T + 1, B, H), numpy.float32)
        drive = inputs.reshape(T * B, X) @ W_ihT + bias
        drive = drive.reshape(T, B, H)
        for t in range(T):
            numpy.tanh(drive[t] + h[t] @ W_hhT, out=h[t + 1])
        residual = h[T] @ V.T + c - targets
        delta = (2 / B) * residual @ V
        norms, deltas = numpy.empty(T), numpy.empty((T, B, H), numpy.float32)
        for t in range(T - 1, -1, -1):
            norms[t] = numpy.sqrt(numpy.vdot(delta, delta))
            deltas[t] = delta * (1 - h[t + 1] * h[t + 1])
            delta = deltas[t] @ W_hh
        flat = deltas.reshape(T * B, H)
        flat.T @ inputs.reshape(T * B, X)
        flat.sum(0)
        return flat.T @ h[:T].reshape(T * B, H)

    return run


def by_torch():
    import torch

    torch.set_num_threads(threads)
    module = {"tanh": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[cell](X, H)
    readout = torch.nn.Linear(H, 1)
    with torch.no_grad():
        for name, value in (("weight_ih_l0", W_ih), ("weight_hh_l0", W_hh), ("bias_ih_l0", b_ih), ("bias_hh_l0", b_hh)):
            getattr(module, name).copy_(torch.from_numpy(value))
        readout.weight.copy_(torch.from_numpy(V))
        readout.bias.copy_(torch.from_numpy(c))
    x, y = torch.from_numpy(inputs), torch.from_numpy(targets)

    def whole():
        module.zero_grad()
        readout.zero_grad()
        out, _ = module(x)
        torch.nn.functional.mse_loss(readout(out[-1]), y).backward()
        return module.weight_hh_l0.grad.numpy()

    def loop():
        module.zero_grad()
        readout.zero_grad()
        h, states = torch.zeros(B, H), []
        drive = torch.nn.functional.linear(x, module.weight_ih_l0, module.bias_ih_l0 + module.bias_hh_l0)
        # unbound at once: the gradient of drive[t] would be a zero tensor as long as the sequence, for every t
        for step in drive.unbind(0):
            h = torch.tanh(step + torch.nn.functional.linear(h, module.weight_hh_l0))
            h.retain_grad()
            states.append(h)
        torch.nn.functional.mse_loss(readout(h), y).backward()
        [state.grad.norm().item() for state in states]
        return module.weight_hh_l0.grad.numpy()

    if way == "compile":  # PyTorch 2
        forward = torch.compile(lambda: torch.nn.functional.mse_loss(readout(module(x)[0][-1]), y))

        def compiled():
            module.zero_grad()
            readout.zero_grad()
            forward().backward()
            return module.weight_hh_l0.grad.numpy()

        return compiled
    return loop if way == "loop" else whole


run = by_numpy() if way == "numpy" else by_torch()
numpy.ascontiguousarray(run(), numpy.float32).tofile(folder + "gradient.f32")
best, end = float("inf"), time.perf_counter() + seconds
while time.perf_counter() < end:
    start = time.perf_counter()
    run()
    best = min(best, time.perf_counter() - start)
with open("/proc/self/maps") as maps:
    fast = any(name in line for line in maps for name in ("openblas", "mkl", "blis"))
print(json.dumps({"ms": 1000 * best, "slowBlas": not fast}))
