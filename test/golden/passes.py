"""The contents of a golden file of one pass: parameters, a batch, its loss and the gradients."""
from encode import array, write


def numbers(values):
    """Whole numbers as int32; all others are representable in float32."""
    return array(values.detach().float() if values.is_floating_point() else values.int())


def gradients_of(parameters):
    return {k: array(p.grad) for k, p in parameters.items()}


def write_pass(folder, name, about, parameters, inputs, targets, value, tokens=None, state=None, gradients=None, more=None):
    """
    `about` holds spec, batch and lengths; `state` what is written of a first state, in front of the loss; `more` what
    else was computed. `gradients` are those of the parameters unless given.
    """
    write(
        folder,
        name,
        {
            "name": name,
            **about,
            "parameters": {k: numbers(p) for k, p in parameters.items()},
            "inputs": numbers(inputs),
            **({} if tokens is None else {"tokens": numbers(tokens)}),
            "targets": numbers(targets),
            **(state or {}),
            "loss": value.item(),
            "gradients": gradients_of(parameters) if gradients is None else gradients,
            **(more or {}),
        },
    )
