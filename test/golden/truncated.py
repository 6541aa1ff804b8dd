"""
Golden files of truncated back-propagation through a network of tokens: after every k1 steps the losses of these go back
k2 steps, to a state that is a constant. PyTorch, float64.
"""
import torch
from torch import nn

from encode import array, float32
from passes import write_pass

CELLS = {"tanh": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


def detached(state):
    return tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()


def case(name, cell, k1, k2, T=11, B=9, V=7, E=4, H=5, layers=1, stem=0, tied=False, padding=None):
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(23)
    H = E if tied else H
    table = nn.Embedding(V, E, padding_idx=padding)
    stem_layer = nn.Linear(E, stem) if stem else None
    rnn = CELLS[cell](stem or E, H, num_layers=layers)
    readout = nn.Linear(H, V)
    if tied:
        readout.weight = table.weight
    modules = {"embedding": table, "rnn": rnn, "readout": readout}
    if stem:
        modules["stem"] = nn.ModuleList([stem_layer])
    modules = nn.ModuleDict(modules)
    with torch.no_grad():
        for p in modules.parameters():
            p.copy_(float32(torch.randn_like(p) * 0.5))
    tokens, targets = torch.randint(V, (T, B)), torch.randint(V, (T, B))

    def run(first, end, state):
        x = table(tokens[first:end])
        return rnn(torch.tanh(stem_layer(x)) if stem else x, state)

    def losses(h, first, end):
        z = readout(h)
        return nn.functional.cross_entropy(z.reshape(-1, V), targets[first:end].reshape(-1), reduction="sum") / (T * B)

    def gradients():
        found = {k: array(p.grad.clone()) for k, p in modules.named_parameters()}
        modules.zero_grad()
        return found

    value = losses(run(0, T, None)[0], 0, T)
    value.backward()
    whole = gradients()
    states = [None]  # before every step
    with torch.no_grad():
        for t in range(T):
            states.append(detached(run(t, t + 1, states[t])[1]))
    for first in range(0, T, k1):
        end = min(first + k1, T)
        start = max(0, end - k2)
        h, _ = run(start, end, states[start])
        losses(h[first - start :], first, end).backward()
    truncated = gradients()
    embedding = {"size": E, **({"tied": True} if tied else {}), **({} if padding is None else {"padding": padding})}
    spec = {"kind": "recurrent", "cell": cell, "hidden": H, "layers": layers, "inputs": V, "outputs": V, "embedding": embedding}
    if stem:
        spec["stem"] = {"width": [stem], "activation": ["tanh"]}
    write_pass(
        "truncated",
        name,
        {
            "spec": spec,
            "truncate": {"k1": k1, "k2": k2},
            "batch": {"batch": B, "steps": T, "inputSize": V, "loss": "cross_entropy", "lossAt": "every"},
            "lengths": [T] * B,
        },
        dict(modules.named_parameters()),
        torch.zeros(0),
        targets,
        value,
        tokens=tokens,
        gradients=whole,
        more={"truncated": truncated},
    )


def generate_all():
    case("lstm-stack", "lstm", 3, 5, layers=2)
    case("gru-tied", "gru", 4, 4, tied=True, padding=2)
    case("tanh-stem", "tanh", 2, 7, T=19, stem=6)
    case("one-sample", "lstm", 1, 2, T=4, B=1, E=1, H=1)
