"""
Golden files of dropout in stacks over time: PyTorch in float64, every mask given explicitly. Cells are torch.nn's; a GRU
whose recurrent way is masked is written out, since torch.nn has none. Sequences of different lengths end where they end,
a reversed direction starts there, and a mask counts a sequence's own steps.
"""
import numpy as np
import torch
from torch import nn

from encode import array, float32
from passes import write_pass

# the two words that a network of seed 7 draws the masks of its pass from: random(7, "dropout/0")
SEED = 7
WORDS = (1805281273, 1038137883)
WEYL = np.uint32(0x9E3779B9)
INPUT, RECURRENT, HIDDEN, CELL, DENSE = range(5)


def u32(x):
    return np.asarray(x, dtype=np.int64).astype(np.uint32)


def mix(x):
    x = (x ^ (x >> np.uint32(16))) * np.uint32(0x21F0AAAD)
    x = (x ^ (x >> np.uint32(15))) * np.uint32(0x735A2D97)
    return x ^ (x >> np.uint32(15))


def bits(what, layer, sample, step, units):
    """u of every unit, [units]; step −1: of a whole sequence."""
    with np.errstate(over="ignore"):
        stream = mix(u32([what * 0x10000 + layer]) * WEYL + np.uint32(1))
        s, t = u32([sample]) * WEYL, u32([step + 1]) * WEYL
        low = mix(mix(mix(u32([WORDS[0]]) ^ stream) + s) + t)
        high = mix(mix(mix(u32([WORDS[1]]) + stream) ^ s) ^ t)
        x = low + np.arange(units, dtype=np.uint32) * WEYL
        x = ((x ^ (x >> np.uint32(16))) * np.uint32(0x21F0AAAD)) ^ high
        x = (x ^ (x >> np.uint32(15))) * np.uint32(0x735A2D97)
        return x ^ (x >> np.uint32(15))


def struck(p, *where):
    return torch.from_numpy(bits(*where) < np.uint32(round(p * 2**32)))


def inverted(p, *where):
    return (~struck(p, *where)).double() * float(np.float32(1 / (1 - p)))


def step(cell, rnn, x, h, c, masked):
    """One step of one sample; `masked` is h as W_hh multiplies it."""
    w_ih, w_hh, b_ih, b_hh = rnn
    if cell == "gru":
        gi, gh = w_ih @ x + b_ih, w_hh @ masked + b_hh
        (ir, iz, i_n), (hr, hz, hn) = gi.chunk(3), gh.chunk(3)
        z, n = torch.sigmoid(iz + hz), torch.tanh(i_n + torch.sigmoid(ir + hr) * hn)
        return (1 - z) * n + z * h, c
    i, f, g, o = (w_ih @ x + b_ih + w_hh @ masked + b_hh).chunk(4)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


def dense(runs, name, inputs, place):
    """Layers of a stem or a head: their module, dropout's rate and the place of its masks among all dense layers'."""
    run, layers = runs.get(name), []
    for i, (width, rate) in enumerate(zip(run["width"], run["dropout"]) if run else []):
        layers.append((nn.Linear(inputs, width).double(), rate, place + i, f"{name}.{i}"))
        inputs = width
    return layers, inputs


def through(layers, b, t, x):
    """Step t of sample b through dense layers; step −1: the one vector that a head reads of a sequence."""
    for module, rate, place, _ in layers:
        x = torch.tanh(module(x))
        x = x * inverted(rate, DENSE, place, b, t, len(x))
    return x


def case(
    name, cell, lengths, layers=2, directions=1, rates={}, embedding=None, state=False, runs={}, every=False, X=3, H=5, Y=2
):
    torch.manual_seed(17)
    B, T = len(lengths), max(lengths)
    modules = {"lstm": nn.LSTM, "gru": nn.GRU}
    E = X if embedding is None else embedding
    stem, stemWidth = dense(runs, "stem", E, 0)
    head, headWidth = dense(runs, "head", H * directions, len(stem))
    rnn = modules[cell](stemWidth, H, num_layers=layers, bidirectional=directions == 2).double()
    readout = nn.Linear(headWidth, Y).double()
    parameters = {f"{own}.{k}": p for module, _, _, own in [*stem, *head] for k, p in module.named_parameters()}
    parameters |= {f"rnn.{k}": p for k, p in rnn.named_parameters()}
    parameters |= {f"readout.{k}": p for k, p in readout.named_parameters()}
    if embedding is not None:
        parameters["embedding.weight"] = nn.Parameter(torch.randn(X, E).double())
    with torch.no_grad():
        for p in parameters.values():
            p.copy_(float32(torch.randn_like(p) * 0.5))
    tokens = torch.randint(X, (T, B))
    inputs = nn.functional.one_hot(tokens, X).double() if embedding is not None else float32(torch.randn(T, B, X).double())
    targets = float32(torch.randn(*([T, B] if every else [B]), Y).double())
    parts = ["h", "c"] if cell == "lstm" else ["h"]
    N = layers * directions
    first = {k: float32(torch.randn(N, B, H)).requires_grad_() for k in parts} if state else None
    between, whole = rates.get("dropout"), rates.get("variationalDropout")
    recurrent, zoneout = rates.get("recurrentDropout"), rates.get("zoneout")

    def given(level, b, t, x):
        if whole is not None:
            return x * inverted(whole, INPUT, level, b, -1, len(x))
        return x if between is None or level == 0 else x * inverted(between, INPUT, level, b, t, len(x))

    last, wanted = [], []
    for b, n in enumerate(lengths):
        rows = [inputs[t, b] for t in range(n)]
        if embedding is not None:
            rows = [parameters["embedding.weight"][tokens[t, b]] for t in range(n)]
        rows = [through(stem, b, t, x) for t, x in enumerate(rows)]
        for level in range(layers):
            rows = [given(level, b, t, x) for t, x in enumerate(rows)]
            outputs = []
            for d in range(directions):
                record = level * directions + d
                suffix = f"l{level}" + ("_reverse" if d else "")
                weights = [parameters[f"rnn.{k}_{suffix}"] for k in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
                h = first["h"][record, b] if state else torch.zeros(H).double()
                c = first["c"][record, b] if state and cell == "lstm" else torch.zeros(H).double()
                made = [None] * n
                for t in reversed(range(n)) if d else range(n):
                    masked = h if recurrent is None else h * inverted(recurrent, RECURRENT, record, b, -1, H)
                    new_h, new_c = step(cell, weights, rows[t], h, c, masked)
                    if zoneout is not None:
                        new_h = torch.where(struck(zoneout, HIDDEN, record, b, t, H), h, new_h)
                        new_c = torch.where(struck(zoneout, CELL, record, b, t, H), c, new_c)
                    h, c = new_h, new_c
                    made[t] = h
                outputs.append(made)
            rows = [torch.cat([made[t] for made in outputs]) for t in range(n)]
        last += [through(head, b, t, x) for t, x in enumerate(rows)] if every else [through(head, b, -1, rows[n - 1])]
        wanted += [targets[t, b] for t in range(n)] if every else [targets[b]]
    value = nn.functional.mse_loss(readout(torch.stack(last)), torch.stack(wanted))
    value.backward()
    write_pass(
        "dropout",
        name,
        {
            "seed": SEED,
            "words": list(WORDS),
            "spec": {
                "kind": "recurrent", "cell": cell, "hidden": H, "layers": layers, "bidirectional": directions == 2,
                "inputs": X, "outputs": Y, **rates,
                **{k: {**run, "activation": "tanh"} for k, run in runs.items()}, **({} if embedding is None else {"embedding": {"size": embedding}}),
            },
            "lengths": lengths,
        },
        parameters,
        inputs,
        targets,
        value,
        state={"state": None if first is None else {k: array(s.detach()) for k, s in first.items()}},
        more={"stateGradient": None if first is None else {k: array(s.grad) for k, s in first.items()}},
    )  # fmt: skip


def generate_all():
    ragged = [5, 9, 1, 7, 7, 2, 9, 4, 3, 6, 8]
    case("between", "lstm", ragged, layers=3, rates={"dropout": 0.4})
    case("between-both-directions", "gru", ragged, directions=2, rates={"dropout": 0.3, "recurrentDropout": 0.2})
    case("whole-sequences", "gru", ragged, rates={"variationalDropout": 0.3, "recurrentDropout": 0.4})
    case("embedding", "lstm", ragged, directions=2, embedding=4, X=6, rates={"variationalDropout": 0.4})
    case("recurrent-state", "lstm", ragged, rates={"recurrentDropout": 0.5}, state=True)
    case("zoneout", "lstm", ragged, rates={"zoneout": 0.2, "dropout": 0.2}, state=True)
    case("zoneout-gru", "gru", ragged, directions=2, rates={"zoneout": 0.3})
    run = lambda *layers: {"width": [w for w, _ in layers], "dropout": [p for _, p in layers]}
    case("stem", "lstm", ragged, rates={"dropout": 0.3}, runs={"stem": run((6, 0.4))})
    case("head", "gru", ragged, directions=2, runs={"head": run((7, 0.5), (4, 0.2))})
    both = {"stem": run((4, 0.2), (9, 0.5)), "head": run((5, 0.3))}
    case("stem-and-head-every-step", "lstm", ragged, layers=1, runs=both, every=True, embedding=3, X=6)
