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
recurrent.generate_all()
feedforward.generate_all()
clipping.generate_all()
optimizers.generate_all()
packed.generate_all()
heads.generate_all()
states.generate_all()
cells.generate_all()
stacks.generate_all()
dropout.generate_all()
halves.generate_all()
decoders.generate_all()
truncated.generate_all()
