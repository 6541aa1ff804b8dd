"""What the PyTorch recorder costs: H 128, T 100, B 32, Adam, clipping, one thread.

    OMP_NUM_THREADS=1 python3 bench/recorder/cost.py [ROUNDS]

Trains the same updates with and without a log, in turns, and prints processor time, the least of the rounds: norms
every update and all statistics every tenth; a replay along time apart.
"""
import os
import statistics
import sys
import tempfile
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")
import torch  # noqa: E402
from torch import nn  # noqa: E402

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "python"))
from evanesce_log import EvanesceLog  # noqa: E402

B, X, H, T, UPDATES = 32, 16, 128, 100, 20
torch.set_num_threads(1)


class Net(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.rnn, self.out = getattr(nn, kind)(X, H), nn.Linear(H, 1)

    def forward(self, x):
        return self.out(self.rnn(x)[0][-1])


def updates(kind, folder, **options):
    """Processor seconds of each of UPDATES updates; without options, of training alone."""
    torch.manual_seed(0)
    model, x, y = Net(kind), torch.randn(T, B, X), torch.randn(B, 1)
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    log = EvanesceLog(model, os.path.join(folder, "run.jsonl"), optimizer=optimizer, **options) if options else None
    times = []
    for _ in range(UPDATES):
        start = time.process_time()
        optimizer.zero_grad()
        loss = (model(x) - y).square().mean()
        loss.backward()
        if log:
            log.backward_done()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if log:
            log.step(loss)
        times.append(time.process_time() - start)
    if log:
        log.close()
    return times


def mean(times):
    """Of whole tens, without the first update, which also writes the header."""
    return statistics.mean(times[10:])


rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
print("B %d, X %d, H %d, T %d, one thread, PyTorch %s; processor time, least of %d rounds of ten updates" % (B, X, H, T, torch.__version__, rounds))
print("%-5s %12s %12s %8s %12s" % ("", "alone, ms", "recorded, ms", "cost", "a replay, ms"))
with tempfile.TemporaryDirectory() as folder:
    for kind in ("RNN", "LSTM", "GRU"):
        alone, recorded, replay = [], [], []
        for _ in range(rounds):
            alone.append(mean(updates(kind, folder)))
            recorded.append(mean(updates(kind, folder, every=10, along_time=0)))
        for _ in range(max(1, rounds // 5)):
            replay.append(mean(updates(kind, folder, every=10, along_time=1)))
        a, r, p = (1000 * min(some) for some in (alone, recorded, replay))
        print("%-5s %12.2f %12.2f %7.1f%% %12.1f" % (kind, a, r, 100 * (r / a - 1), p - r))
