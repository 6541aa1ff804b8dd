"""The losses of a golden, on [N, Y] outputs, and targets for them."""
import torch
import torch.nn.functional as F

from encode import float32

CLASSES = ("cross_entropy", "hinge")
LOSSES = {
    "mse": F.mse_loss,
    "cross_entropy": F.cross_entropy,
    "binary_cross_entropy": F.binary_cross_entropy_with_logits,
    "hinge": F.multi_margin_loss,
    "huber": F.huber_loss,
    "mae": F.l1_loss,
}
# an option here is PyTorch's under this name
NAMES = {"posWeight": "pos_weight", "classWeights": "weight", "labelSmoothing": "label_smoothing", "delta": "delta"}


def targets(loss, shape, classes):
    """Real targets `[*shape, classes]`, or class indices `shape`."""
    if loss in CLASSES:
        return torch.randint(classes, shape)
    real = torch.randn(*shape, classes)
    return float32(torch.sigmoid(real) if loss == "binary_cross_entropy" else real)


def loss_of(loss, outputs, wanted, options=None):
    """`outputs` [N, Y] against targets with N rows, reduction "mean"."""
    flat = wanted.reshape(-1) if wanted.dtype == torch.int64 else wanted.reshape(outputs.shape)
    given = {
        NAMES[name]: torch.tensor(value, dtype=torch.float64) if name in ("posWeight", "classWeights") else value
        for name, value in (options or {}).items()
    }
    return LOSSES[loss](outputs, flat, **given)


# options by a golden's name; numbers that float32 holds
CASES = {
    "huber": ("huber", {}),
    "huber-delta": ("huber", {"delta": 0.375}),
    "mae": ("mae", {}),
    "pos-weight": ("binary_cross_entropy", {"posWeight": [0.5, 3.0, 1.25]}),
    "class-weights": ("cross_entropy", {"classWeights": [0.5, 2.0, 0.25, 1.5, 1.0]}),
    "label-smoothing": ("cross_entropy", {"labelSmoothing": 0.125}),
    "class-weights-smoothing": ("cross_entropy", {"classWeights": [0.5, 2.0, 0.0, 1.5], "labelSmoothing": 0.25}),
}
OUTPUTS = {"pos-weight": 3, "class-weights": 5, "class-weights-smoothing": 4}
