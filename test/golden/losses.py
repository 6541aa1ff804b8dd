"""The losses of a golden, on [N, Y] outputs, and targets for them."""
import torch
import torch.nn.functional as F

from encode import float32

LOSSES = {
    "mse": F.mse_loss,
    "cross_entropy": F.cross_entropy,
    "binary_cross_entropy": F.binary_cross_entropy_with_logits,
    "hinge": F.multi_margin_loss,
}


def targets(loss, shape, classes):
    """Real targets `[*shape, classes]`, or class indices `shape`."""
    if loss in ("cross_entropy", "hinge"):
        return torch.randint(classes, shape)
    real = torch.randn(*shape, classes)
    return float32(torch.sigmoid(real) if loss == "binary_cross_entropy" else real)


def loss_of(loss, outputs, wanted):
    """`outputs` [N, Y] against targets with N rows, reduction "mean"."""
    flat = wanted.reshape(-1) if wanted.dtype == torch.int64 else wanted.reshape(outputs.shape)
    return LOSSES[loss](outputs, flat)
