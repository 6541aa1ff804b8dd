"""
Golden files of an encoder and a decoder in PyTorch, float64: two modules of the same kind, the second of which begins
with the last state of the first, and has the loss at each of its steps (Sutskever et al. 2014). Sources have different
lengths, and so have answers: what is behind an answer's end has the class ignore_index.
"""
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

from encode import float32
from passes import write_pass

CELLS = {"tanh": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


def case(name, cell, layers, sources, D, answers=None, embedding=None, X=5, H=6, Y=4):
    """sources: steps of each sample's source; D: the decoder's steps; answers: steps of them with a loss; embedding: E."""
    torch.manual_seed(17)
    B, T = len(sources), max(sources) + D
    E = embedding or X
    table = nn.Embedding(X, E).double() if embedding else None
    encoder, decoder = (CELLS[cell](E, H, num_layers=layers).double() for _ in range(2))
    readout = nn.Linear(H, Y).double()
    modules = {"encoder": encoder, "decoder": decoder, "readout": readout} | ({"embedding": table} if table else {})
    parameters = {f"{module}.{k}": p for module, own in modules.items() for k, p in own.named_parameters()}
    with torch.no_grad():
        for p in parameters.values():
            p.copy_(float32(torch.randn_like(p) * 0.4))
    given = torch.randint(X, (T, B)) if embedding else float32(torch.randn(T, B, X).double())
    x = table(given) if embedding else given
    n = torch.tensor(sources)
    # a sample's decoder steps follow its source at once
    decoded = torch.stack([x[m : m + D, b] for b, m in enumerate(sources)], 1)
    _, state = encoder(pack_padded_sequence(x[: max(sources)], n, enforce_sorted=False))
    z = readout(decoder(decoded, state)[0])
    if answers is None:
        wanted = float32(torch.randn(D, B, Y).double())
        value = nn.functional.mse_loss(z, wanted)
        targets = torch.zeros(T, B, Y)
    else:
        wanted = torch.randint(Y, (D, B))
        wanted[torch.arange(D)[:, None] >= torch.tensor(answers)[None, :]] = -100
        value = nn.functional.cross_entropy(z.reshape(D * B, Y), wanted.reshape(D * B))
        targets = torch.zeros(T, B, dtype=torch.int32)
    for b, m in enumerate(sources):
        targets[m : m + D, b] = wanted[:, b].to(targets.dtype)
    value.backward()
    write_pass(
        "decoders",
        name,
        {
            "spec": {
                "kind": "recurrent", "cell": cell, "hidden": H, "layers": layers, "inputs": X, "outputs": Y,
                "decoder": D,
                **({"embedding": {"size": embedding}} if embedding else {}),
            },
            "batch": {
                "batch": B, "steps": T, "inputSize": X, "lossAt": "every",
                "loss": "mse" if answers is None else "cross_entropy",
            },
            "lengths": [m + D for m in sources],
        },
        parameters,
        given,
        targets,
        value,
    )


def generate_all():
    ragged = [5, 21, 1, 17, 7, 2, 30, 4, 3, 16, 8]
    answers = [1, 4, 3, 2, 4, 4, 1, 2, 3, 4, 4]
    for cell in CELLS:
        case(f"{cell}-one-length", cell, 1, [7] * 5, 3)
        case(f"{cell}-ragged", cell, 2, ragged, 4, answers)
        case(f"{cell}-tokens", cell, 2, ragged, 4, answers, embedding=3)
