"""
Golden files of deep feed-forward networks: PyTorch, float64, parameters and inputs representable in float32.

Written as a PyTorch user writes such a network, on torch.nn.functional. What is decided rather than given is listed
in test/oracle/feedforward-forward.ts, in the same words as the options here.
"""
import torch
import torch.nn.functional as F

from encode import array, float32, write
from losses import CASES, OUTPUTS, loss_of, targets

PHI = {
    "identity": lambda a: a,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "hardtanh": F.hardtanh,
    # F.hardsigmoid's backward multiplies by 1/6 rounded to float32 (PyTorch 1.13), whatever the type
    "hardsigmoid": lambda a: F.relu6(a + 3) / 6,
    "softsign": F.softsign,
    "relu": F.relu,
    "leaky_relu": F.leaky_relu,
    "elu": F.elu,
    "selu": F.selu,
    "celu": F.celu,
    "gelu": F.gelu,
    "gelu_tanh": lambda a: F.gelu(a, approximate="tanh"),
    "silu": F.silu,
    "mish": F.mish,
    "softplus": F.softplus,
    "erf": torch.erf,
    "sine": torch.sin,
    "hardswish": F.hardswish,
    "relu6": F.relu6,
}

# e^u, whose towers over three layers ask for small inputs: a golden file of its own
FURTHER = {"exponential": torch.exp}

DEFAULTS = {
    "width": 4,
    "depth": 4,
    "activation": "tanh",
    "norm": "none",
    "normPosition": "before",
    "residual": "none",
    "blockLayers": 1,
    "activationPosition": "branch",
    "stochasticDepth": 0,
}


class Network:
    def __init__(self, spec, X, Y, kept):
        self.spec, self.Y, self.kept = spec, Y, kept
        width, L = spec["width"], spec["depth"]
        self.widths = [width] * L if isinstance(width, int) else width
        self.fans = [X] + [sum(self.widths[:l]) if spec["residual"] == "dense" else self.widths[l - 1] for l in range(1, L)]
        span = 1 if spec["residual"] == "dense" else spec["blockLayers"]
        self.blocks = [(first, min(first + span, L) - 1) for first in range(1, L, span)]
        self.parameters = {}
        self.draw_all()

    def has_skip(self, k):
        first, last = self.blocks[k]
        return self.spec["residual"] not in ("none", "dense") and self.widths[first - 1] == self.widths[last]

    def draw(self, name, *shape, mean=0.0, deviation=0.3):
        self.parameters[name] = float32(mean + deviation * torch.randn(*shape)).requires_grad_()

    def draw_all(self):
        spec, pre = self.spec, self.spec["activationPosition"] == "pre"
        activated = range(1 if pre else 0, spec["depth"])
        for l, (H, fan) in enumerate(zip(self.widths, self.fans)):
            if spec["norm"] == "weight":
                self.draw(f"layers.{l}.weight_g", H, 1, mean=1.0)
                self.draw(f"layers.{l}.weight_v", H, fan, deviation=1.0)
            else:
                self.draw(f"layers.{l}.weight", H, fan, deviation=1.2 * fan**-0.5)
            self.draw(f"layers.{l}.bias", H)
        if spec["norm"] in ("batch", "layer", "rms"):
            place = {
                "pre": [(first, self.fans[first]) for first, _ in self.blocks],
                "post": [(last, self.widths[last]) for _, last in self.blocks],
            }.get(spec["normPosition"], [(l, (self.fans if pre else self.widths)[l]) for l in activated])
            for l, H in place:
                self.draw(f"norms.{l}.weight", H, mean=1.0)
                if spec["norm"] != "rms":
                    self.draw(f"norms.{l}.bias", H)
        if spec["activation"] == "prelu":
            for l in activated:
                self.draw(f"activations.{l}.weight", 1, mean=0.25, deviation=0.1)
        for k, (_, last) in enumerate(self.blocks):
            if self.has_skip(k) and spec["residual"] in ("fixup", "skipinit"):
                self.draw(f"residuals.{k}.weight", 1, mean=1.0 if spec["residual"] == "fixup" else 0.5)
            if self.has_skip(k) and spec["residual"] == "highway":
                H = self.widths[last]
                self.draw(f"gates.{k}.weight", H, H, deviation=H**-0.5)
                self.draw(f"gates.{k}.bias", H, mean=-0.5)
        if self.Y:
            self.draw("readout.weight", self.Y, self.widths[-1], deviation=self.widths[-1] ** -0.5)
            self.draw("readout.bias", self.Y)

    def linear(self, name, u):
        p = self.parameters
        if f"{name}.weight_v" in p:
            W = torch._weight_norm(p[f"{name}.weight_v"], p[f"{name}.weight_g"], 0)
        else:
            W = p[f"{name}.weight"]
        return F.linear(u, W, p[f"{name}.bias"])

    def norm(self, position, l, u):
        kind = self.spec["norm"]
        if kind in ("none", "weight") or position != self.spec["normPosition"]:
            return u
        gamma, beta = self.parameters[f"norms.{l}.weight"], self.parameters.get(f"norms.{l}.bias")
        if kind == "batch":
            return F.batch_norm(u, None, None, gamma, beta, training=True)
        if kind == "layer":
            return F.layer_norm(u, u.shape[1:], gamma, beta)
        return u * torch.rsqrt(u.pow(2).mean(dim=1, keepdim=True) + 1e-5) * gamma  # torch.nn.RMSNorm, not in 1.13

    def activate(self, l, u):
        name = self.spec["activation"]
        h = F.prelu(u, self.parameters[f"activations.{l}.weight"]) if name == "prelu" else {**PHI, **FURTHER}[name](u)
        return self.norm("after", l, h)

    def join(self, k, h, branch):
        """The sum of a block's input and branch, each residual kind in its own words."""
        kind, p = self.spec["residual"], self.spec["stochasticDepth"] * (k + 1) / len(self.blocks)
        if p > 0:
            # torchvision.ops.stochastic_depth(mode="batch") with its noise given
            branch = branch * (1.0 / (1.0 - p) if self.kept[k] else 0.0)
        if kind == "identity":
            return h + branch
        if kind == "scaled":
            return h + branch / sum(self.has_skip(j) for j in range(len(self.blocks))) ** 0.5
        if kind in ("fixup", "skipinit"):
            return h + self.parameters[f"residuals.{k}.weight"] * branch
        g = torch.sigmoid(self.linear(f"gates.{k}", h))
        return g * branch + (1 - g) * h

    def forward(self, x):
        """Stations h_0 … h_{L−1}, each keeping its gradient, and the output."""
        position = self.spec["activationPosition"]
        stations = []

        def station(h):
            h.retain_grad()
            stations.append(h)

        stem = self.linear("layers.0", x)
        station(stem if position == "pre" else self.activate(0, self.norm("before", 0, stem)))
        for k, (first, last) in enumerate(self.blocks):
            h = stations[-1]
            u = torch.cat(stations, dim=1) if self.spec["residual"] == "dense" else h
            u = self.norm("pre", first, u)
            for l in range(first, last + 1):
                if position == "pre":
                    u = self.linear(f"layers.{l}", self.activate(l, self.norm("before", l, u)))
                else:
                    u = self.norm("before", l, self.linear(f"layers.{l}", u))
                    if position == "branch" or l < last:
                        u = self.activate(l, u)
                if l < last:
                    station(u)
            if self.has_skip(k):
                u = self.join(k, h, u)
            u = self.norm("post", last, u)
            if position == "post":
                u = self.activate(last, u)
            # a tensor of its own, where nothing was done to it
            station(u.clone())
        return stations, F.linear(stations[-1], self.parameters["readout.weight"], self.parameters["readout.bias"]) if self.Y else stations[-1]


def generate(name, B=3, X=3, Y=3, loss="mse", seed=0, kept=None, inputScale=1.0, lossOptions=None, **changes):
    torch.manual_seed(seed)
    torch.set_default_dtype(torch.float64)
    spec = {**DEFAULTS, **changes}
    network = Network(spec, X, Y, kept)
    inputs = float32(inputScale * torch.randn(B, X)).requires_grad_()
    wanted = None if loss == "none" else targets(loss, (B,), Y or network.widths[-1])
    stations, z = network.forward(inputs)
    value = stations[-1].sum(dim=1).mean() if wanted is None else loss_of(loss, z, wanted, lossOptions)
    value.backward()

    gradient = lambda p: torch.zeros_like(p) if p.grad is None else p.grad
    golden = {
        "name": name,
        "spec": {"kind": "feedforward", "inputs": X, **({"outputs": Y} if Y else {}), **spec},
        "batch": {"batch": B, "inputSize": X, "loss": loss, **({"lossOptions": lossOptions} if lossOptions else {}), **({"kept": kept} if kept else {})},
        "parameters": {k: array(p) for k, p in network.parameters.items()},
        "inputs": array(inputs),
        "loss": value.item(),
        "stations": [{"hidden": array(h), "delta": array(gradient(h))} for h in stations],
        "gradients": {k: array(gradient(p)) for k, p in network.parameters.items()},
        "inputGradient": array(inputs.grad),
    }
    if wanted is not None:
        golden["targets"] = array(wanted)
        golden["outputs"] = array(z)
    write("feedforward", name, golden)


def generate_all():
    # sizes run over the remainders of lanes of four and panels of eight
    sizes = [(1, 1, 1), (2, 3, 4), (3, 4, 5), (4, 5, 8), (5, 8, 9), (3, 1, 17), (5, 9, 3)]
    for k, activation in enumerate(FURTHER):
        generate(f"activation-{activation}", B=5, X=4, width=5, depth=3, activation=activation, inputScale=0.3, seed=1900 + k)
    for k, activation in enumerate([*PHI, "prelu"]):
        B, X, H = sizes[k % len(sizes)]
        # inputs of size 3 reach every piece and the beginning of every tail
        generate(f"activation-{activation}", B=max(B, 2), X=X, width=max(H, 3), depth=3, activation=activation, inputScale=3.0, seed=1000 + k)
    for k, loss in enumerate(["mse", "cross_entropy", "binary_cross_entropy", "hinge", "none"]):
        B, X, H = sizes[k + 1]
        generate(f"loss-{loss}", B=B, X=X, width=H, depth=3, Y=[1, 5, 4, 3, 2][k], loss=loss, seed=1100 + k)
    for k, (case, (loss, options)) in enumerate(CASES.items()):
        B, X, H = sizes[k]
        generate(f"loss-{case}", B=B, X=X, width=H, depth=3, Y=OUTPUTS.get(case, 2 + k), loss=loss, lossOptions=options, seed=1160 + k)
    generate("loss-mse-without-readout", Y=None, width=5, seed=1110)
    generate("loss-cross_entropy-without-readout", Y=None, width=5, loss="cross_entropy", seed=1111)
    generate("loss-none-without-readout", Y=None, width=5, loss="none", seed=1112)
    generate("size-1", B=1, X=1, Y=1, width=1, depth=1, seed=1113)
    generate("size-b8-h8", B=8, X=8, Y=8, width=8, depth=3, activation="relu", seed=1114)
    generate("size-b9-h17", B=9, X=17, Y=9, width=17, depth=2, activation="gelu", seed=1115)
    generate("depth-20-tanh", B=3, width=5, depth=20, seed=1116)
    generate("depth-20-relu-identity", B=3, width=5, depth=20, activation="relu", residual="identity", seed=1117)
    for n, norm in enumerate(["batch", "layer", "rms"]):
        for p, position in enumerate(["before", "after", "pre", "post"]):
            seed = 1200 + 10 * n + p
            generate(f"norm-{norm}-{position}-plain", B=5, width=5, norm=norm, normPosition=position, loss="cross_entropy", seed=seed)
            generate(f"norm-{norm}-{position}-identity", B=4, width=4, norm=norm, normPosition=position, residual="identity", blockLayers=2, depth=5, activation="gelu", seed=seed + 100)
        generate(f"norm-{norm}-before-pre-activation", B=5, width=[4, 4, 3, 3], norm=norm, residual="identity", activationPosition="pre", activation="relu", seed=1400 + n)
        generate(f"norm-{norm}-after-pre-activation", B=5, width=[4, 4, 3, 3], norm=norm, normPosition="after", residual="identity", activationPosition="pre", seed=1410 + n)
        generate(f"norm-{norm}-before-post-activation", B=5, norm=norm, residual="identity", activationPosition="post", blockLayers=2, depth=5, activation="relu", seed=1420 + n)
        generate(f"norm-{norm}-post-post-activation", B=5, norm=norm, normPosition="post", residual="identity", activationPosition="post", depth=3, seed=1430 + n)
        generate(f"norm-{norm}-pre-dense", B=4, norm=norm, normPosition="pre", residual="dense", width=3, activation="silu", seed=1440 + n)
    generate("norm-weight-plain", B=5, width=5, norm="weight", seed=1450)
    generate("norm-weight-identity", B=3, width=4, norm="weight", residual="identity", blockLayers=2, depth=5, seed=1451)
    for n, residual in enumerate(["identity", "scaled", "fixup", "skipinit", "highway", "dense"]):
        B, X, H = sizes[n + 1]
        generate(f"residual-{residual}", B=B, X=X, width=min(H, 9), residual=residual, seed=1500 + n)
        generate(f"residual-{residual}-blocks-of-2", width=4, depth=6, residual=residual, blockLayers=2, activation="relu", loss="cross_entropy", seed=1560 + n)
        generate(f"residual-{residual}-pre-activation", width=5, residual=residual, activationPosition="pre", seed=1520 + n)
        generate(f"residual-{residual}-post-activation", width=5, residual=residual, activationPosition="post", blockLayers=2, depth=5, loss="none", seed=1530 + n)
        generate(f"residual-{residual}-widths", width=[5, 5, 3, 4, 3, 3], depth=6, residual=residual, blockLayers=2, activation="elu", seed=1540 + n)
    for n, residual in enumerate(["identity", "scaled", "skipinit", "highway"]):
        generate(f"stochastic-depth-{residual}", width=4, depth=5, residual=residual, stochasticDepth=0.5, kept=[True, False, True, True], seed=1600 + n)
    generate("prelu-pre-activation", activation="prelu", residual="identity", activationPosition="pre", seed=1610)
