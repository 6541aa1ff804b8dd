"""
Golden files of LSTM and GRU with another inner activation or another gate, which PyTorch's modules do not have: the
cells' equations step by step in PyTorch's operations, float64, gradients by autograd.
"""
import torch
import torch.nn.functional as F

from encode import float32
from passes import write_pass

GATES = {"lstm": 4, "gru": 3, "gru_reset_before": 3}


def step(cell, weights, x, h, c, phi, gate):
    """One step; c is the LSTM's cell state."""
    W_ih, W_hh, b_ih, b_hh = weights
    p, r = F.linear(x, W_ih, b_ih), F.linear(h, W_hh, b_hh)
    if cell == "lstm":
        i, f, g, o = (p + r).chunk(4, dim=1)
        c = gate(f) * c + gate(i) * phi(g)
        return gate(o) * phi(c), c
    (p_r, p_z, p_n), (r_r, r_z, r_n) = p.chunk(3, dim=1), r.chunk(3, dim=1)
    reset, z = gate(p_r + r_r), gate(p_z + r_z)
    if cell == "gru":
        n = phi(p_n + reset * r_n)
    else:
        n = phi(p_n + F.linear(reset * h, W_hh.chunk(3)[2], b_hh.chunk(3)[2]))
    return (1 - z) * n + z * h, c


def case(name, cell, inner, gate="sigmoid", layers=1, bidirectional=False, every=False, B=5, T=8, X=3, H=6, Y=2):
    torch.manual_seed(19)
    D, G = 2 if bidirectional else 1, GATES[cell]
    draw = lambda *shape, scale: float32(torch.randn(*shape).double() * scale).requires_grad_()
    suffixes = [[f"l{l}{direction}" for direction in ["", "_reverse"][:D]] for l in range(layers)]
    parameters = {}
    for l, level in enumerate(suffixes):
        fan = X if l == 0 else D * H
        for suffix in level:
            parameters[f"rnn.weight_ih_{suffix}"] = draw(G * H, fan, scale=fan**-0.5)
            parameters[f"rnn.weight_hh_{suffix}"] = draw(G * H, H, scale=H**-0.5)
            parameters[f"rnn.bias_ih_{suffix}"] = draw(G * H, scale=0.5)
            parameters[f"rnn.bias_hh_{suffix}"] = draw(G * H, scale=0.5)
    parameters["readout.weight"], parameters["readout.bias"] = draw(Y, D * H, scale=H**-0.5), draw(Y, scale=0.3)
    inputs, targets = draw(T, B, X, scale=2), draw(*([T, B] if every else [B]), Y, scale=1)
    outputs = [inputs[t] for t in range(T)]
    for level in suffixes:
        sides = []
        for suffix in level:
            weights = [parameters[f"rnn.{kind}_{suffix}"] for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
            h = c = torch.zeros(B, H).double()
            states = [None] * T
            for t in reversed(range(T)) if suffix.endswith("reverse") else range(T):
                h, c = step(cell, weights, outputs[t], h, c, getattr(F, inner, None) or getattr(torch, inner), getattr(F, gate))
                states[t] = h
            sides.append(states)
        outputs = [torch.cat(parts, dim=1) for parts in zip(*sides)]
    read = torch.stack(outputs) if every else outputs[-1]
    value = F.mse_loss(F.linear(read, parameters["readout.weight"], parameters["readout.bias"]), targets.detach())
    value.backward()
    options = {"innerActivation": inner, **({} if gate == "sigmoid" else {"gateActivation": gate})}
    write_pass(
        "cells",
        name,
        {
            "spec": {
                "kind": "recurrent", "cell": cell, "cellOptions": options, "hidden": H, "layers": layers, "inputs": X, "outputs": Y,
                **({"bidirectional": True} if bidirectional else {}),
            },
            "batch": {"batch": B, "steps": T, "inputSize": X, "loss": "mse", "lossAt": "every" if every else "last"},
            "lengths": [T] * B,
        },
        parameters,
        inputs,
        targets,
        value,
    )


def projected(name, lengths, P, H=7, layers=1, bidirectional=False, X=3, Y=2):
    """torch.nn.LSTM with proj_size on packed sequences; the loss reads the last step of each."""
    torch.manual_seed(23)
    B, T, D = len(lengths), max(lengths), 2 if bidirectional else 1
    rnn = torch.nn.LSTM(X, H, num_layers=layers, bidirectional=bidirectional, proj_size=P).double()
    readout = torch.nn.Linear(D * P, Y).double()
    with torch.no_grad():
        for p in [*rnn.parameters(), *readout.parameters()]:
            p.copy_(float32(torch.randn_like(p) * 0.5))
    inputs, targets = float32(torch.randn(T, B, X).double()), float32(torch.randn(B, Y).double())
    n = torch.tensor(lengths)
    output, _ = rnn(torch.nn.utils.rnn.pack_padded_sequence(inputs, n, enforce_sorted=False))
    output, _ = torch.nn.utils.rnn.pad_packed_sequence(output, total_length=T)
    value = F.mse_loss(readout(output[n - 1, torch.arange(B)]), targets)
    value.backward()
    parameters = {f"rnn.{k}": p for k, p in rnn.named_parameters()} | {f"readout.{k}": p for k, p in readout.named_parameters()}
    write_pass(
        "projected",
        name,
        {
            "spec": {
                "kind": "recurrent", "cell": "lstm", "hidden": H, "projection": P, "layers": layers, "inputs": X, "outputs": Y,
                **({"bidirectional": True} if bidirectional else {}),
            },
            "batch": {"batch": B, "steps": T, "inputSize": X, "loss": "mse", "lossAt": "last"},
            "lengths": lengths,
        },
        parameters,
        inputs,
        targets,
        value,
    )


def generate_all():
    ragged = [5, 9, 1, 7, 7, 2, 9, 4, 3, 6, 8]
    projected("one", [7] * 5, 1)
    projected("stack", [6] * 9, 3, layers=2)
    projected("both-ragged", ragged, 4, layers=2, bidirectional=True)
    projected("wide-ragged", ragged, 9, H=17)
    case("lstm-relu", "lstm", "relu")
    case("lstm-elu-stack", "lstm", "elu", layers=2, every=True)
    case("lstm-softsign-hard", "lstm", "softsign", "hardsigmoid", H=5, B=9)
    case("lstm-tanh-hard-both", "lstm", "tanh", "hardsigmoid", layers=2, bidirectional=True)
    case("gru-relu", "gru", "relu", every=True)
    case("gru-elu-hard-both", "gru", "elu", "hardsigmoid", bidirectional=True, H=5)
    case("gru-softsign-stack", "gru", "softsign", layers=2, B=9)
    case("gru-reset-before-relu-hard", "gru_reset_before", "relu", "hardsigmoid", layers=2)
    case("gru-reset-before-gelu", "gru_reset_before", "gelu", every=True, H=9)
