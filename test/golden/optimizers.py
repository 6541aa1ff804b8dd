"""
Golden files of the optimizers and schedules: 50 updates by torch.optim in float64, on gradients of ordinary size, tiny (1e-12), huge (1e12), always
zero and zero now and then; NAdam by PyTorch's documentation, Lion (Chen et al. 2023, algorithm 2) and LAMB (You et al. 2020, algorithm 2) by their pseudocode.
"""
import warnings

import torch

from encode import array, float32, write

STEPS = 50
KEPT = [1, 2, 10, 50]


def sequence():
    torch.manual_seed(11)
    theta = float32(torch.randn(13))
    gradients = float32(torch.randn(STEPS, 13) + torch.linspace(-1, 1, 13))
    theta[5:8] = 0  # so that moves far below 1 keep their digits in float32
    gradients[:, 5:7] *= 1e-12
    gradients[:, 7] *= 1e12
    gradients[:, 8] = 0
    gradients[torch.rand(STEPS) < 0.7, 9] = 0
    return theta, float32(gradients)


class Lion(torch.optim.Optimizer):
    def __init__(self, params, lr=1e-4, betas=(0.9, 0.99), weight_decay=0.0):
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            b1, b2 = group["betas"]
            for p in group["params"]:
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                c = b1 * m + (1 - b1) * p.grad
                p -= group["lr"] * (torch.sign(c) + group["weight_decay"] * p)
                m.copy_(b2 * m + (1 - b2) * p.grad)


class NAdam(torch.optim.Optimizer):
    """
    torch.optim.NAdam as documented, and as PyTorch 2 has it: m's correction is 1 − Π μ_i up to t + 1. Version 1.13 multiplies μ_t in twice there.
    """

    def __init__(self, params, lr=2e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, momentum_decay=4e-3):
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, psi=momentum_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            b1, b2 = group["betas"]
            for p in group["params"]:
                state = self.state[p]
                t = state["t"] = state.get("t", 0) + 1
                m = state.setdefault("m", torch.zeros_like(p))
                v = state.setdefault("v", torch.zeros_like(p))
                g = p.grad + group["weight_decay"] * p
                mu, following = (b1 * (1 - 0.5 * 0.96 ** (s * group["psi"])) for s in (t, t + 1))
                product = state["product"] = state.get("product", 1.0) * mu
                m.copy_(b1 * m + (1 - b1) * g)
                v.copy_(b2 * v + (1 - b2) * g**2)
                ahead = following * m / (1 - product * following) + (1 - mu) * g / (1 - product)
                p -= group["lr"] * ahead / ((v / (1 - b2**t)).sqrt() + group["eps"])


class Lamb(torch.optim.Optimizer):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-6, weight_decay=0.01):
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            b1, b2 = group["betas"]
            for p in group["params"]:
                state = self.state[p]
                t = state["t"] = state.get("t", 0) + 1
                m = state.setdefault("m", torch.zeros_like(p))
                v = state.setdefault("v", torch.zeros_like(p))
                m.copy_(b1 * m + (1 - b1) * p.grad)
                v.copy_(b2 * v + (1 - b2) * p.grad**2)
                r = (m / (1 - b1**t)) / ((v / (1 - b2**t)).sqrt() + group["eps"])
                u = r + group["weight_decay"] * p
                own, size = p.norm(), u.norm()
                ratio = own / size if own > 0 and size > 0 else 1.0
                p -= group["lr"] * ratio * u


O = torch.optim
# ours: [(PyTorch's class, our options, PyTorch's options)]
OPTIMIZERS = {
    "sgd": [(O.SGD, {}, {"lr": 1e-3}), (O.SGD, {"weightDecay": 0.1}, {"lr": 1e-3, "weight_decay": 0.1})],
    "momentum": [
        (O.SGD, {}, {"lr": 1e-3, "momentum": 0.9}),
        (
            O.SGD,
            {"momentum": 0.8, "dampening": 0.3, "weightDecay": 0.1},
            {"lr": 1e-3, "momentum": 0.8, "dampening": 0.3, "weight_decay": 0.1},
        ),
    ],
    "nesterov": [
        (O.SGD, {}, {"lr": 1e-3, "momentum": 0.9, "nesterov": True}),
        (O.SGD, {"weightDecay": 0.1}, {"lr": 1e-3, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1}),
    ],
    "adagrad": [
        (O.Adagrad, {}, {}),
        (
            O.Adagrad,
            {"learningRateDecay": 0.1, "initialAccumulator": 0.5, "weightDecay": 0.1},
            {"lr_decay": 0.1, "initial_accumulator_value": 0.5, "weight_decay": 0.1},
        ),
    ],
    "rmsprop": [
        (O.RMSprop, {}, {}),
        (O.RMSprop, {"momentum": 0.9, "weightDecay": 0.1}, {"momentum": 0.9, "weight_decay": 0.1}),
        (O.RMSprop, {"centered": True}, {"centered": True}),
        (
            O.RMSprop,
            {"centered": True, "momentum": 0.5, "alpha": 0.9},
            {"centered": True, "momentum": 0.5, "alpha": 0.9},
        ),
    ],
    "adadelta": [(O.Adadelta, {}, {}), (O.Adadelta, {"rho": 0.95, "weightDecay": 0.1}, {"rho": 0.95, "weight_decay": 0.1})],
    "adam": [
        (O.Adam, {}, {}),
        (O.Adam, {"weightDecay": 0.1, "beta1": 0.8, "beta2": 0.99}, {"weight_decay": 0.1, "betas": (0.8, 0.99)}),
    ],
    "amsgrad": [(O.Adam, {}, {"amsgrad": True}), (O.Adam, {"weightDecay": 0.1}, {"amsgrad": True, "weight_decay": 0.1})],
    "adamw": [(O.AdamW, {}, {}), (O.AdamW, {"weightDecay": 0.3}, {"weight_decay": 0.3})],
    "nadam": [
        (NAdam, {}, {}),
        (NAdam, {"momentumDecay": 0.1, "weightDecay": 0.1}, {"momentum_decay": 0.1, "weight_decay": 0.1}),
    ],
    "radam": [(O.RAdam, {}, {}), (O.RAdam, {"beta2": 0.99, "weightDecay": 0.1}, {"betas": (0.9, 0.99), "weight_decay": 0.1})],
    "lion": [(Lion, {}, {}), (Lion, {"weightDecay": 0.1, "learningRate": 0.01}, {"weight_decay": 0.1, "lr": 0.01})],
    "lamb": [(Lamb, {}, {}), (Lamb, {"weightDecay": 0}, {"weight_decay": 0.0})],
}

S = torch.optim.lr_scheduler
# ours: [(our options, PyTorch's scheduler of an optimizer)]
SCHEDULES = {
    "constant": [({}, lambda o: S.LambdaLR(o, lambda _: 1.0))],
    "step": [({"steps": 7, "factor": 0.5}, lambda o: S.StepLR(o, 7, 0.5))],
    "cosine": [({"steps": 60, "least": 0.001}, lambda o: S.CosineAnnealingLR(o, 60, 0.001))],
    "warmup": [
        ({}, lambda o: S.LinearLR(o)),
        ({"steps": 20, "startFactor": 0.1, "endFactor": 0.8}, lambda o: S.LinearLR(o, 0.1, 0.8, 20)),
    ],
    "one_cycle": [
        ({"steps": 60}, lambda o: S.OneCycleLR(o, 0.1, 60, cycle_momentum=False)),
        (
            {"steps": 60, "rise": 0.5, "divideStart": 10, "divideEnd": 100},
            lambda o: S.OneCycleLR(o, 0.1, 60, pct_start=0.5, div_factor=10, final_div_factor=100, cycle_momentum=False),
        ),
    ],
    "plateau": [
        ({"patience": 2, "threshold": 0.01}, lambda o: S.ReduceLROnPlateau(o, patience=2, threshold=0.01)),
        (
            {"patience": 1, "factor": 0.5, "cooldown": 3, "least": 0.01},
            lambda o: S.ReduceLROnPlateau(o, patience=1, factor=0.5, cooldown=3, min_lr=0.01),
        ),
    ],
}
LOSSES = [1 / (1 + t / 10) if t < 25 else 0.3 + 0.01 * (t % 3) for t in range(60)]


def trajectory(kind, options, start, gradients):
    p = torch.nn.Parameter(start.clone())
    optimizer = kind([p], **options)
    kept = []
    for t in range(STEPS):
        p.grad = gradients[t].clone()
        optimizer.step()
        if t + 1 in KEPT:
            kept.append(p.detach().clone())
    return torch.stack(kept)


def rates(make, plateau):
    p = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([p], lr=0.1)
    scheduler = make(optimizer)
    seen = []
    for loss in LOSSES:
        seen.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if len(seen) == len(LOSSES):
            break  # one cycle has no step behind its last
        scheduler.step(loss) if plateau else scheduler.step()
    return torch.tensor(seen, dtype=torch.float64)


def generate_all():
    torch.set_default_dtype(torch.float64)
    warnings.filterwarnings("ignore")
    start, gradients = sequence()
    write("optimizers", "sequence", {"start": array(start), "gradients": array(gradients), "kept": KEPT})
    for name, cases in OPTIMIZERS.items():
        made = [{"options": ours, "theta": array(trajectory(k, theirs, start, gradients))} for k, ours, theirs in cases]
        write("optimizers", name, {"name": name, "cases": made})
    made = [
        {"name": name, "options": ours, "rates": array(rates(make, name == "plateau"))}
        for name, cases in SCHEDULES.items()
        for ours, make in cases
    ]
    write("schedules", "schedules", {"losses": LOSSES, "cases": made})
