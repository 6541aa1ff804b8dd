"""
Golden files of recurrent networks that begin with a given state: PyTorch, float64. The loss reads the last step, or the
last step of each packed sequence; the state's gradient and the last state are kept beside the parameters' gradients.
"""
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from encode import array, float32, write

CELLS = {"tanh": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


def case(name, cell, layers, lengths, X=3, H=6, Y=4):
    torch.manual_seed(13)
    B, T = len(lengths), max(lengths)
    rnn = CELLS[cell](X, H, num_layers=layers).double()
    readout = nn.Linear(H, Y).double()
    with torch.no_grad():
        for p in [*rnn.parameters(), *readout.parameters()]:
            p.copy_(float32(torch.randn_like(p) * 0.4))
    inputs = float32(torch.randn(T, B, X).double())
    targets = float32(torch.randn(B, Y).double())
    states = [float32(torch.randn(layers, B, H)).requires_grad_() for _ in range(2 if cell == "lstm" else 1)]
    n = torch.tensor(lengths)
    packed = pack_padded_sequence(inputs, n, enforce_sorted=False)
    output, last = rnn(packed, tuple(states) if cell == "lstm" else states[0])
    output, _ = pad_packed_sequence(output, total_length=T)
    value = nn.functional.mse_loss(readout(output[n - 1, torch.arange(B)]), targets)
    value.backward()
    parameters = {f"rnn.{k}": p for k, p in rnn.named_parameters()} | {
        f"readout.{k}": p for k, p in readout.named_parameters()
    }
    last = last if cell == "lstm" else (last,)
    names = ["h", "c"]
    write(
        "states",
        name,
        {
            "name": name,
            "spec": {"kind": "recurrent", "cell": cell, "hidden": H, "layers": layers, "inputs": X, "outputs": Y},
            "batch": {"batch": B, "steps": T, "inputSize": X, "loss": "mse", "lossAt": "last"},
            "lengths": lengths,
            "parameters": {k: array(p.detach().float()) for k, p in parameters.items()},
            "inputs": array(inputs.float()),
            "targets": array(targets.float()),
            "state": {k: array(s.detach()) for k, s in zip(names, states)},
            "loss": value.item(),
            "gradients": {k: array(p.grad) for k, p in parameters.items()},
            "stateGradient": {k: array(s.grad) for k, s in zip(names, states)},
            "final": {k: array(s.detach()) for k, s in zip(names, last)},
        },
    )


def generate_all():
    ragged = [5, 9, 1, 7, 7, 2, 9, 4, 3, 6, 8]
    for cell in CELLS:
        case(f"{cell}-one-length", cell, 1, [7] * 5)
        case(f"{cell}-ragged", cell, 2, ragged)
