"""
Golden files of batches of sequences of different lengths: PyTorch's packed sequences in float64. The head reads the top
layer's output at each sequence's own last step, or at every step; with a loss at every step the padding has the class
ignore_index, so that the mean is over real steps.
"""
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from encode import float32
from losses import CLASSES, loss_of
from losses import targets as draw
from passes import write_pass

CELLS = {"tanh": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


def case(name, cell, loss, loss_at, layers, bidirectional, lengths, X=3, H=6, Y=4, options=None):
    torch.manual_seed(11)
    B, T = len(lengths), max(lengths) + 2  # two steps that no sequence has
    rnn = CELLS[cell](X, H, num_layers=layers, bidirectional=bidirectional).double()
    readout = nn.Linear(H * (2 if bidirectional else 1), Y).double()
    with torch.no_grad():
        for p in [*rnn.parameters(), *readout.parameters()]:
            p.copy_(float32(torch.randn_like(p) * 0.4))
    inputs = float32(torch.randn(T, B, X).double())
    n = torch.tensor(lengths)
    packed = pack_padded_sequence(inputs, n, enforce_sorted=False)
    output, _ = pad_packed_sequence(rnn(packed)[0], total_length=T)
    if loss_at == "last":
        z = readout(output[n - 1, torch.arange(B)])
        if loss == "cross_entropy":
            targets = torch.randint(Y, (B,))
            value = nn.functional.cross_entropy(z, targets)
        else:
            targets = float32(torch.randn(B, Y).double())
            value = nn.functional.mse_loss(z, targets)
    else:
        z = readout(output)
        real = torch.arange(T)[:, None] < n[None, :]
        if loss == "cross_entropy":
            targets = torch.randint(Y, (T, B))
            targets[1, 0] = -100  # a step inside a sequence whose loss is left out
            marked = torch.where(real, targets, torch.tensor(-100))
            value = loss_of(loss, z.reshape(T * B, Y), marked, options)
        elif options is None:
            targets = float32(torch.randn(T, B, Y).double())
            value = nn.functional.mse_loss(z[real], targets[real])
        else:
            targets = draw(loss, (T, B), Y)
            value = loss_of(loss, z[real], targets[real], options)
    value.backward()
    parameters = {f"rnn.{k}": p for k, p in rnn.named_parameters()} | {
        f"readout.{k}": p for k, p in readout.named_parameters()
    }
    write_pass(
        "packed",
        name,
        {
            "spec": {
                "kind": "recurrent",
                "cell": cell,
                "hidden": H,
                "layers": layers,
                "bidirectional": bidirectional,
                "inputs": X,
                "outputs": Y,
            },
            "batch": {"batch": B, "steps": T, "inputSize": X, "loss": loss, "lossAt": loss_at, **({"lossOptions": options} if options else {})},
            "lengths": lengths,
        },
        parameters,
        inputs,
        targets,
        value,
    )


def generate_all():
    lengths = [5, 9, 1, 7, 7, 2, 9, 4, 3, 6, 8]
    case("lstm-last", "lstm", "mse", "last", 2, True, lengths)
    case("gru-last", "gru", "cross_entropy", "last", 1, False, lengths)
    case("tanh-every", "tanh", "cross_entropy", "every", 2, True, lengths)
    case("lstm-every", "lstm", "cross_entropy", "every", 1, False, lengths)
    case("gru-every", "gru", "mse", "every", 2, True, lengths)
    every = lambda name, loss, **options: case(name, "gru", loss, "every", 1, False, lengths, options=options)
    every("every-weighted", "cross_entropy", classWeights=[0.5, 2.0, 0.25, 1.5], labelSmoothing=0.125)
    every("every-positive", "binary_cross_entropy", posWeight=[0.5, 3.0, 1.25, 2.0])
    every("every-huber", "huber", delta=0.375)
    every("every-mae", "mae")
    every("every-hinge", "hinge")
