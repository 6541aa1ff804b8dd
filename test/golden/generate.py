"""
Writes every golden file of this folder: `/usr/bin/python3 test/golden/generate.py` (Debian's python3-torch, 1.13).

Float64 throughout, seeds fixed; parameters, inputs and real targets are representable in float32, so that a float32
engine starts from exactly these numbers.
"""
import sys

sys.dont_write_bytecode = True  # the folder holds sources and goldens only

import torch

import cells
import clipping
import decoders
import dropout
import feedforward
import halves
import heads
import optimizers
import packed
import recurrent
import stacks
import states
import truncated

torch.set_num_threads(1)
for module in (
    recurrent, feedforward, clipping, optimizers, packed, heads, states,
    cells, stacks, dropout, halves, decoders, truncated,
):
    torch.set_default_dtype(torch.float32)  # a module may have changed it for its own draws
    module.generate_all()
