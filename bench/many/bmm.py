"""Many small networks by hand in PyTorch: N networks of one shape side by side in batched products (`torch.bmm`), the
backward pass written out, the norm of δ at every station. Prints one JSON object: networks a second of drawing and passes
together, and of the passes alone. `python3 bmm.py KIND N SECONDS`, KIND `mlp` (20 × 32, B 32) or `rnn` (H 32, T 100, B 8)."""

import json
import sys
import time

import torch

torch.set_num_threads(1)
torch.set_grad_enabled(False)
kind, N, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])


def draw_mlp(L=20, H=32, X=64, Y=10, B=32):
    first = torch.randn(N, X, H) * (2 / (X + H)) ** 0.5
    weights = [first] + [torch.randn(N, H, H) * (1 / H) ** 0.5 for _ in range(L - 1)]
    readout = torch.randn(N, H, Y) * (2 / (H + Y)) ** 0.5
    return weights, readout, torch.randn(N, B, X), torch.randint(Y, (N, B))


def pass_mlp(weights, readout, x, labels):
    states = [x]
    for W in weights:
        states.append(torch.tanh(torch.bmm(states[-1], W)))
    logits = torch.bmm(states[-1], readout)
    delta = torch.softmax(logits, 2)
    delta.scatter_add_(2, labels[:, :, None], torch.full_like(labels[:, :, None], -1.0, dtype=torch.float32))
    delta /= x.shape[1]
    gradients = [torch.bmm(states[-1].transpose(1, 2), delta)]
    delta = torch.bmm(delta, readout.transpose(1, 2))
    norms = []
    for l in range(len(weights) - 1, -1, -1):
        norms.append(delta.flatten(1).norm(dim=1))
        delta = delta * (1 - states[l + 1] ** 2)
        gradients.append(torch.bmm(states[l].transpose(1, 2), delta))
        if l > 0:
            delta = torch.bmm(delta, weights[l].transpose(1, 2))
    return torch.stack(norms), gradients


def draw_rnn(T=100, H=32, X=2, B=8):
    bound = (6 / (X + H)) ** 0.5
    W, _ = torch.linalg.qr(torch.randn(N, H, H))
    x = torch.rand(T, N, B, X)
    return W, (torch.rand(N, X, H) * 2 - 1) * bound, torch.randn(N, H, 1) * (2 / (H + 1)) ** 0.5, x, torch.rand(N, B, 1)


def pass_rnn(W, U, readout, x, y):
    T = x.shape[0]
    h = torch.zeros(x.shape[1], x.shape[2], W.shape[1])
    states = [h]
    for t in range(T):
        h = torch.tanh(torch.baddbmm(torch.bmm(x[t], U), h, W))
        states.append(h)
    delta = (torch.bmm(h, readout) - y) * (2 / y.shape[1])
    gradients = [torch.bmm(h.transpose(1, 2), delta)]
    delta = torch.bmm(delta, readout.transpose(1, 2))
    dW, dU, norms, back = torch.zeros_like(W), torch.zeros_like(U), [], W.transpose(1, 2)
    for t in range(T - 1, -1, -1):
        norms.append(delta.flatten(1).norm(dim=1))
        a = delta * (1 - states[t + 1] ** 2)
        dW.baddbmm_(states[t].transpose(1, 2), a)
        dU.baddbmm_(x[t].transpose(1, 2), a)
        delta = torch.bmm(a, back)
    return torch.stack(norms), [dW, dU, *gradients]


def rate(work):
    work()
    start, runs = time.perf_counter(), 0
    while time.perf_counter() - start < seconds or runs < 2:
        work()
        runs += 1
    return N * runs / (time.perf_counter() - start)


draw, run = (draw_mlp, pass_mlp) if kind == "mlp" else (draw_rnn, pass_rnn)
drawn = draw()
run(*drawn)
with open("/proc/self/maps") as maps:
    fast = any(name in line for line in maps for name in ("openblas", "mkl", "blis"))
rates = {"whole": rate(lambda: run(*draw())), "passes": rate(lambda: run(*drawn)), "torch": torch.__version__}
print(json.dumps({**rates, "slowBlas": not fast}))
