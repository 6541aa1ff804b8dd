"""
Golden files of recurrent networks that begin with a given state: PyTorch, float64. The loss reads the last step, or the
last step of each packed sequence; the state's gradient and the last state are kept beside the parameters' gradients.
A learned state is one row for each layer and direction, expanded over the batch.
"""
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from encode import array, float32
from passes import gradients_of, write_pass

CELLS = {"tanh": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


def case(name, cell, layers, lengths, bidirectional=False, learned=False, X=3, H=6, Y=4):
    torch.manual_seed(13)
    B, T = len(lengths), max(lengths)
    D = 2 if bidirectional else 1
    rnn = CELLS[cell](X, H, num_layers=layers, bidirectional=bidirectional).double()
    readout = nn.Linear(D * H, Y).double()
    with torch.no_grad():
        for p in [*rnn.parameters(), *readout.parameters()]:
            p.copy_(float32(torch.randn_like(p) * 0.4))
    inputs = float32(torch.randn(T, B, X).double())
    targets = float32(torch.randn(B, Y).double())
    samples = 1 if learned else B
    states = [float32(torch.randn(D * layers, samples, H)).requires_grad_() for _ in range(2 if cell == "lstm" else 1)]
    first = [s.expand(-1, B, -1).contiguous() for s in states] if learned else states
    n = torch.tensor(lengths)
    packed = pack_padded_sequence(inputs, n, enforce_sorted=False)
    output, last = rnn(packed, tuple(first) if cell == "lstm" else first[0])
    output, _ = pad_packed_sequence(output, total_length=T)
    value = nn.functional.mse_loss(readout(output[n - 1, torch.arange(B)]), targets)
    value.backward()
    parameters = {f"rnn.{k}": p for k, p in rnn.named_parameters()} | {
        f"readout.{k}": p for k, p in readout.named_parameters()
    }
    if learned:
        suffixes = [f"l{layer}{direction}" for layer in range(layers) for direction in ["", "_reverse"][:D]]
        rows = {f"rnn.{k}0_{suffix}": s[n, 0] for k, s in zip("hc", states) for n, suffix in enumerate(suffixes)}
        slopes = {f"rnn.{k}0_{suffix}": s.grad[n, 0] for k, s in zip("hc", states) for n, suffix in enumerate(suffixes)}
    last = last if cell == "lstm" else (last,)
    names = ["h", "c"]
    write_pass(
        "states",
        name,
        {
            "spec": {
                "kind": "recurrent", "cell": cell, "hidden": H, "layers": layers, "inputs": X, "outputs": Y,
                **({"bidirectional": True} if bidirectional else {}),
                **({"initialState": "learned"} if learned else {}),
            },
            "batch": {"batch": B, "steps": T, "inputSize": X, "loss": "mse", "lossAt": "last"},
            "lengths": lengths,
        },
        {**parameters, **(rows if learned else {})},
        inputs,
        targets,
        value,
        state={"state": None if learned else {k: array(s.detach()) for k, s in zip(names, states)}},
        gradients=gradients_of(parameters) | ({k: array(g) for k, g in slopes.items()} if learned else {}),
        more={
            "stateGradient": None if learned else {k: array(s.grad) for k, s in zip(names, states)},
            "final": None if learned else {k: array(s.detach()) for k, s in zip(names, last)},
        },
    )


def generate_all():
    ragged = [5, 9, 1, 7, 7, 2, 9, 4, 3, 6, 8]
    for cell in CELLS:
        case(f"{cell}-one-length", cell, 1, [7] * 5)
        case(f"{cell}-ragged", cell, 2, ragged)
        case(f"{cell}-both-ragged", cell, 2, ragged, bidirectional=True)
        case(f"{cell}-learned", cell, 2, ragged, learned=True)
        case(f"{cell}-learned-both", cell, 2, ragged, bidirectional=True, learned=True)
