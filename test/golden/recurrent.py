"""
Golden files of recurrent networks: PyTorch, float64, parameters and inputs representable in float32.

States are made step by step, so that autograd keeps ∂L/∂h_t by every path; where PyTorch has the whole network
(RNN, LSTM, GRU) its output is asserted equal to the loop's.
"""
import torch
import torch.nn.functional as F

from encode import array, float32, write
from losses import CASES, OUTPUTS, loss_of, targets

PHI = {
    "tanh": torch.tanh,
    "relu": torch.relu,
    "sigmoid": torch.sigmoid,
    "identity": lambda a: a,
    "leaky_relu": F.leaky_relu,
    "hardtanh": F.hardtanh,
    "softsign": F.softsign,
}
GATES = {"lstm": 4, "gru": 3}


def draw_parameters(cell, X, H, L, Y, bidirectional, gain):
    G = GATES.get(cell, 1)
    suffixes = ["", "_reverse"] if bidirectional else [""]
    D = len(suffixes)
    parameters = {}

    def draw(name, *shape, deviation):
        parameters[name] = float32(torch.randn(*shape) * deviation).requires_grad_()

    for l in range(L):
        fan_in = X if l == 0 else D * H
        for suffix in suffixes:
            draw(f"rnn.weight_ih_l{l}{suffix}", G * H, fan_in, deviation=fan_in**-0.5)
            draw(f"rnn.weight_hh_l{l}{suffix}", G * H, H, deviation=gain * H**-0.5)
            draw(f"rnn.bias_ih_l{l}{suffix}", G * H, deviation=0.3)
            draw(f"rnn.bias_hh_l{l}{suffix}", G * H, deviation=0.3)
    if Y:
        draw("readout.weight", Y, D * H, deviation=(D * H) ** -0.5)
        draw("readout.bias", Y, deviation=0.3)
    return parameters


def step(cell, weights, x, h, c):
    """One step of PyTorch's equations; c is the LSTM's cell state."""
    W_ih, W_hh, b_ih, b_hh = weights
    p, r = F.linear(x, W_ih, b_ih), F.linear(h, W_hh, b_hh)
    if cell == "lstm":
        i, f, g, o = (p + r).chunk(4, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        c.retain_grad()
        return torch.sigmoid(o) * torch.tanh(c), c
    if cell == "gru":
        (p_r, p_z, p_n), (r_r, r_z, r_n) = p.chunk(3, dim=1), r.chunk(3, dim=1)
        z = torch.sigmoid(p_z + r_z)
        n = torch.tanh(p_n + torch.sigmoid(p_r + r_r) * r_n)
        return (1 - z) * n + z * h, c
    return PHI[cell](p + r), c


def run_layer(cell, weights, inputs, H, reverse):
    """inputs [T][B, X] → h, c, each [T][B, H], in order of t."""
    B = inputs[0].shape[0]
    h, c = torch.zeros(B, H), torch.zeros(B, H)
    hs, cs = [None] * len(inputs), [None] * len(inputs)
    for t in reversed(range(len(inputs))) if reverse else range(len(inputs)):
        h, c = step(cell, weights, inputs[t], h, c)
        h.retain_grad()
        hs[t], cs[t] = h, c
    return hs, cs


def assert_equals_module(cell, parameters, X, H, L, bidirectional, inputs, output):
    """The loop's output against torch.nn's own network of the same state_dict."""
    kinds = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "tanh": torch.nn.RNN, "relu": torch.nn.RNN}
    if cell not in kinds:
        return
    options = {"nonlinearity": cell} if kinds[cell] is torch.nn.RNN else {}
    module = kinds[cell](X, H, L, bidirectional=bidirectional, **options)
    module.load_state_dict({k[4:]: v.detach() for k, v in parameters.items() if k.startswith("rnn.")})
    assert torch.allclose(module(inputs)[0], output, rtol=1e-12, atol=1e-14)


def generate(name, cell, T, B, X, H, Y=None, L=1, loss="mse", at="last", bidirectional=False, gain=1.0, seed=0, lossOptions=None):
    torch.manual_seed(seed)
    torch.set_default_dtype(torch.float64)
    parameters = draw_parameters(cell, X, H, L, Y, bidirectional, gain)
    inputs = float32(torch.randn(T, B, X)).requires_grad_()
    D = 2 if bidirectional else 1
    classes = Y or D * H
    wanted = None if loss == "none" else targets(loss, (B,) if at == "last" else (T, B), classes)

    stations, layer_input = [], [inputs[t] for t in range(T)]
    for l in range(L):
        outputs = []
        for suffix in [f"l{l}", f"l{l}_reverse"][:D]:
            weights = [parameters[f"rnn.{kind}_{suffix}"] for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
            hs, cs = run_layer(cell, weights, layer_input, H, suffix.endswith("reverse"))
            stations.append((suffix, hs, cs))
            outputs.append(hs)
        layer_input = [torch.cat(parts, dim=1) for parts in zip(*outputs)]
    assert_equals_module(cell, parameters, X, H, L, bidirectional, inputs, torch.stack(layer_input))

    scored = torch.cat(layer_input) if at == "every" else layer_input[-1]  # [N, D·H]
    if wanted is None:
        z, value = None, layer_input[-1].sum(dim=1).mean()
    else:
        z = F.linear(scored, parameters["readout.weight"], parameters["readout.bias"]) if Y else scored
        value = loss_of(loss, z, wanted, lossOptions)
    value.backward()

    gradient = lambda p: torch.zeros_like(p) if p.grad is None else p.grad
    spec = {"kind": "recurrent", "cell": cell, "inputs": X, "hidden": H, "layers": L}
    if Y:
        spec["outputs"] = Y
    if bidirectional:
        spec["bidirectional"] = True
    golden = {
        "name": name,
        "spec": spec,
        "batch": {"batch": B, "steps": T, "inputSize": X, "loss": loss, "lossAt": at, **({"lossOptions": lossOptions} if lossOptions else {})},
        "parameters": {k: array(p) for k, p in parameters.items()},
        "inputs": array(inputs),
        "loss": value.item(),
        "stations": [],
        "gradients": {k: array(gradient(p)) for k, p in parameters.items()},
        "inputGradient": array(inputs.grad),
    }
    if wanted is not None:
        golden["targets"] = array(wanted)
        golden["outputs"] = array(z.reshape(T, B, -1) if at == "every" else z)
    for suffix, hs, cs in stations:
        station = {"suffix": suffix, "hidden": array(torch.stack(hs)), "delta": array(torch.stack([gradient(h) for h in hs]))}
        if cell == "lstm":
            station["cell"] = array(torch.stack(cs))
            station["deltaCell"] = array(torch.stack([gradient(c) for c in cs]))
        golden["stations"].append(station)
    write("recurrent", name, golden)


def generate_all():
    # sizes run over the remainders of lanes of four and panels of eight; L stays small, T 7 to 12
    sizes = [(7, 1, 1, 1), (8, 2, 3, 4), (9, 3, 4, 5), (10, 4, 5, 8), (11, 5, 8, 9), (7, 3, 1, 17), (7, 5, 9, 3)]
    for k, cell in enumerate(PHI):
        T, B, X, H = sizes[k]
        generate(f"{cell}-last-mse", cell, T, B, X, H, Y=3, seed=100 + k)
        T, B, X, H = sizes[(k + 3) % len(sizes)]
        generate(f"{cell}-every-ce", cell, T, B, X, H, Y=4, loss="cross_entropy", at="every", seed=200 + k)
        T, B, X, H = sizes[(k + 5) % len(sizes)]
        generate(f"{cell}-stack2-none", cell, T, B, X, H, L=2, loss="none", seed=300 + k)
    generate("tanh-stack3-every-mse", "tanh", 9, 3, 3, 5, Y=2, L=3, at="every", gain=1.5, seed=401)
    generate("relu-stack2-last-ce", "relu", 8, 4, 4, 8, Y=5, L=2, loss="cross_entropy", gain=1.4, seed=402)
    generate("tanh-last-mse-without-readout", "tanh", 7, 3, 3, 4, seed=403)
    for k, (case, (loss, options)) in enumerate({**CASES, "bce": ("binary_cross_entropy", {}), "hinge": ("hinge", {})}.items()):
        cell, at = (("lstm", "every"), ("tanh", "last"))[k % 2]
        T, B, X, H = 5 + k, 1 + 2 * k, 3, (4, 5, 3, 8)[k % 4]
        generate(f"loss-{case}", cell, T, B, X, H, Y=OUTPUTS.get(case, 3), loss=loss, lossOptions=options, at=at, seed=420 + k)
    generate("tanh-every-ce-without-readout", "tanh", 7, 3, 3, 4, loss="cross_entropy", at="every", seed=404)
    generate("tanh-none-with-readout", "tanh", 7, 2, 3, 4, Y=3, loss="none", seed=405)
    generate("tanh-b8", "tanh", 7, 8, 4, 8, Y=1, seed=406)
    generate("tanh-b9", "tanh", 7, 9, 5, 9, Y=1, at="every", seed=407)
    for k, cell in enumerate(["lstm", "gru"]):
        generate(f"{cell}-one-unit", cell, 7, 1, 1, 1, Y=1, seed=500 + k)
        generate(f"{cell}-last-mse", cell, 10, 3, 3, 5, Y=1, seed=510 + k)
        generate(f"{cell}-last-ce", cell, 8, 5, 4, 8, Y=4, loss="cross_entropy", seed=520 + k)
        generate(f"{cell}-every-ce", cell, 9, 2, 5, 9, Y=5, loss="cross_entropy", at="every", seed=530 + k)
        generate(f"{cell}-every-mse", cell, 12, 4, 1, 4, Y=3, at="every", gain=2, seed=540 + k)
        generate(f"{cell}-none", cell, 7, 2, 8, 17, loss="none", seed=550 + k)
        generate(f"{cell}-stack2-last-mse", cell, 9, 3, 3, 5, Y=4, L=2, seed=560 + k)
        generate(f"{cell}-stack3-every-ce", cell, 7, 3, 3, 4, Y=3, L=3, loss="cross_entropy", at="every", seed=570 + k)
        generate(f"{cell}-bidirectional-last-mse", cell, 8, 3, 3, 5, Y=1, bidirectional=True, seed=580 + k)
        generate(f"{cell}-bidirectional-every-ce", cell, 7, 2, 4, 4, Y=3, loss="cross_entropy", at="every", bidirectional=True, seed=590 + k)
        generate(f"{cell}-bidirectional-stack2-every-mse", cell, 7, 3, 3, 4, Y=2, L=2, at="every", bidirectional=True, seed=600 + k)
        generate(f"{cell}-bidirectional-stack2-none", cell, 7, 2, 3, 3, L=2, loss="none", bidirectional=True, seed=610 + k)
