"""
Golden files of gradient clipping: PyTorch's clip_grad_norm_ and clip_grad_value_, float64 and float32; adaptive clipping by unit by its
formula (Brock et al. 2021, eq. 3), in torch operations.
"""
import torch
from torch.nn.utils import clip_grad_norm_, clip_grad_value_

from encode import array, float32, write

SHAPES = {"weight": (5, 7), "kernel": (3, 2, 4), "bias": (5,), "zero": (2, 3)}


def tensors(dtype, spread):
    made = {}
    for name, shape in SHAPES.items():
        parameter = torch.nn.Parameter(float32(torch.randn(*shape) * 0.3).to(dtype))
        rows = torch.exp(spread * torch.randn(shape[0])).reshape(-1, *[1] * (len(shape) - 1))
        parameter.grad = torch.zeros_like(parameter) if name == "zero" else float32(torch.randn(*shape) * rows).to(dtype)
        made[name] = parameter
    made["weight"].data[1] = 0  # a unit that starts at zero
    return made


def agc(parameters, clipping):
    for p in parameters:
        dims = tuple(range(1, p.dim())) if p.dim() > 1 else (0,)
        most = clipping * p.detach().norm(dim=dims, keepdim=True).clamp(min=1e-3)
        norm = p.grad.norm(dim=dims, keepdim=True)
        p.grad.copy_(torch.where(norm > most, p.grad * (most / norm), p.grad))


METHODS = {
    "norm": lambda parameters, limit: clip_grad_norm_(parameters, limit),
    "value": lambda parameters, limit: clip_grad_value_(parameters, limit),
    "unit": agc,
}


def generate_all():
    for kind, dtype in {"float64": torch.float64, "float32": torch.float32}.items():
        for method, limits in {"norm": [0.01, 1.0, 1e6], "value": [0.1, 1.0, 1e3], "unit": [0.01, 0.16, 100.0]}.items():
            torch.manual_seed(7)
            cases = []
            for limit in limits:
                made = tensors(dtype, spread=1.5)
                before = {name: array(p.grad.double()) for name, p in made.items()}
                METHODS[method](list(made.values()), limit)
                cases.append(
                    {
                        "limit": limit,
                        "weights": {name: array(p.double()) for name, p in made.items()},
                        "before": before,
                        "after": {name: array(p.grad.double()) for name, p in made.items()},
                    }
                )
            write("clipping", f"{method}-{kind}", {"method": method, "dtype": kind, "cases": cases})
