"""
PyTorch's conversions of float32 to float16 and bfloat16.

`float16`: around every boundary between two neighboring nonnegative float16 numbers, h and the next, the float32 just
below the middle, the middle and the float32 just above it. One bit each says whether the result is the next number.
`random`: float32 bits drawn over all exponents, with the bits of both results.
"""
import base64

import torch

from encode import array, write


def bits(values):
    """The bits of float16 or bfloat16 values."""
    return values.view(torch.int16).to(torch.int64) & 0xFFFF


def boundaries():
    h = torch.arange(0x7C00, dtype=torch.int16)  # 0 … the largest finite one
    low = h.view(torch.float16).double()
    high = torch.cat([low[1:], torch.tensor([65536.0], dtype=torch.float64)])
    middle = ((low + high) / 2).float()
    around = torch.stack([middle.view(torch.int32) + d for d in (-1, 0, 1)], 1).view(torch.float32)
    rises = bits(around.half()) - h.to(torch.int64)[:, None]
    assert set(rises.unique().tolist()) == {0, 1}
    flat = rises.flatten().tolist()
    flat += [0] * (-len(flat) % 8)
    packed = bytes(sum(flat[i + j] << j for j in range(8)) for i in range(0, len(flat), 8))
    return base64.b64encode(packed).decode()


def random():
    generator = torch.Generator().manual_seed(16)
    words = torch.randint(-(2**31), 2**31, (700,), generator=generator, dtype=torch.int64)
    # half of them where float16 and bfloat16 have their edges
    exponents = torch.randint(90, 150, (700,), generator=generator)
    edges = torch.randint(0, 12, (700,), generator=generator)
    near = (words & -0x7F800000 - 1) | (exponents << 23)
    low = (words & 0x807FFFFF) | (edges << 23)
    chosen = torch.cat([words, near, low])
    chosen = torch.where(chosen >= 2**31, chosen - 2**32, chosen).to(torch.int32)
    special = [0, 0x7F800000, 0x7FC00000, 0x7F7FFFFF, 0x00000001, 0x477FEFFF, 0x477FF000, 0x3700000, 0x3700001]
    special += [0x7F7F7FFF, 0x7F7F8000, 0x00004000, 0x00004001, 0x0000C000, 0x00007FFF, 0x007FFFFF]
    chosen = torch.cat([chosen, torch.tensor(special, dtype=torch.int32)])
    values = chosen.view(torch.float32)
    return {
        "words": array(chosen.numpy()),
        "float16": array(bits(values.half()).numpy()),
        "bfloat16": array(bits(values.bfloat16()).numpy()),
    }


def generate_all():
    write("halves", "conversions", {"float16": boundaries(), "random": random()})


if __name__ == "__main__":
    generate_all()
