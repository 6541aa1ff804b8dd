"""The recorder for PyTorch against PyTorch itself: run by test/python/recorder.test.ts where torch is installed."""

import json
import math
import os
import struct
import sys
import tempfile
import types
import unittest

import numpy
import torch
from torch import nn

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "python"))
import evanesce_log  # noqa: E402
from evanesce_log import EvanesceLog  # noqa: E402


def lines_of(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


class Case(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(1)
        self._folder = tempfile.TemporaryDirectory()
        self.path = os.path.join(self._folder.name, "run.jsonl")

    def tearDown(self):
        self._folder.cleanup()

    def near(self, got, wanted, relative=1e-5):
        self.assertTrue(
            abs(got - wanted) <= relative * abs(wanted), "%r is not within %g of %r" % (got, relative, wanted)
        )

    def train(self, model, batch, updates=3, clip=None, optimizer=None, loss=None, **options):
        """Trains as the README says and returns the record's lines, and what was true at each update."""
        optimizer = optimizer or torch.optim.SGD(model.parameters(), 0.1)
        log = EvanesceLog(model, self.path, optimizer=optimizer, **options)
        truth = []
        for _ in range(updates):
            optimizer.zero_grad()
            value = (loss or (lambda: model(batch).square().mean()))()
            value.backward()
            named = dict(model.named_parameters())
            gradients = {name: None if p.grad is None else p.grad.double().clone() for name, p in named.items()}
            before = {name: p.detach().double().clone() for name, p in named.items()}
            log.backward_done()
            if clip is not None:
                nn.utils.clip_grad_norm_(model.parameters(), clip)
            optimizer.step()
            log.step(value)
            after = {name: p.detach().double().clone() for name, p in named.items()}
            truth.append((float(value.detach()), gradients, before, after))
        log.close()
        header, *rest = lines_of(self.path)
        return header, rest, truth


class Out(nn.Module):
    """Registers its layers in the opposite order to that in which they run."""

    def __init__(self):
        super().__init__()
        self.head = nn.Linear(6, 2)
        self.second = nn.Linear(6, 6)
        self.first = nn.Linear(4, 6)
        self.spare = nn.Linear(3, 3)

    def forward(self, x):
        return self.head(torch.tanh(self.second(torch.tanh(self.first(x)))))


class Numbers(Case):
    def test_order_norms_updates_and_clipping(self):
        header, lines, truth = self.train(Out(), torch.randn(5, 4), clip=0.01, every=2)
        names = [tensor["name"] for tensor in header["tensors"]]
        self.assertEqual(header["schema"], "evanesce.record/1")
        self.assertEqual(header["order"], "forward")
        self.assertEqual(
            names,
            ["first.weight", "first.bias", "second.weight", "second.bias", "head.weight", "head.bias",
             "spare.weight", "spare.bias"],
        )
        self.assertEqual([line["update"] for line in lines], [0, 1, 2])
        self.assertEqual(["mean" in line for line in lines], [True, False, True])
        for line, (loss, gradients, before, after) in zip(lines, truth):
            self.near(line["loss"], loss)
            total = math.sqrt(sum(float(g.square().sum()) for g in gradients.values() if g is not None))
            self.near(line["clip"], 0.01 / (total + 1e-6))
            for i, name in enumerate(names):
                if gradients[name] is None:
                    self.assertIsNone(line["norm"][i])
                    continue
                self.near(line["norm"][i], float(gradients[name].norm()))
                self.near(line["weightNorm"][i], float(after[name].norm()))
                self.near(line["updateNorm"][i], float((after[name] - before[name]).norm()), 1e-3)
            self.assertEqual(line["rate"], [0.1])

    def test_without_clipping_the_factor_is_one(self):
        _, lines, _ = self.train(Out(), torch.randn(5, 4))
        self.assertEqual([line["clip"] for line in lines], [1.0, 1.0, 1.0])

    def test_statistics_of_a_gradient_that_is_known(self):
        values = [0.0, 0.0, 1e-3, -2.5, float("nan"), float("inf"), 1e-9, 1e-42, 7.0, -0.03]

        class Known(torch.autograd.Function):
            @staticmethod
            def forward(_ctx, w):
                return w.sum()

            @staticmethod
            def backward(_ctx, _gradient):
                return torch.tensor(values)

        model = nn.Module()
        model.w = nn.Parameter(torch.ones(len(values)))
        _, lines, _ = self.train(model, None, updates=1, loss=lambda: Known.apply(model.w))
        line = lines[0]
        finite = numpy.array([v for v in numpy.float32(values) if numpy.isfinite(v)], dtype="float64")
        self.assertEqual(line["norm"], ["NaN"])
        self.near(line["mean"][0], finite.mean())
        self.near(line["meanAbs"][0], numpy.abs(finite).mean())
        self.assertEqual(line["largest"], ["NaN"])
        self.assertEqual(line["zeros"], [0.2])
        self.assertEqual(line["nonfinite"], [0.2])
        self.assertEqual(line["underflow"], [0.2])  # 1e-9 and 1e-42
        histogram = line["histogram"][0]
        found = {histogram["from"] + k: n for k, n in enumerate(histogram["counts"]) if n}
        # 1e-3 as a float32 is a little above 10^-3, 1e-9 a little below 10^-9 where that is how it rounds
        expected = {}
        for value in finite:
            if value:
                decade = math.floor(math.log10(abs(value)))
                expected[decade] = expected.get(decade, 0) + 1
        self.assertEqual(found, expected)

    def test_norms_far_below_a_float32_square(self):
        class Tiny(torch.autograd.Function):
            @staticmethod
            def forward(_ctx, w):
                return w.sum()

            @staticmethod
            def backward(_ctx, _gradient):
                return torch.full((9,), size)

        model = nn.Module()
        model.w = nn.Parameter(torch.ones(9))
        sizes = iter([1.0, 1e-25, 1e-25, 1e-40, 1e30, 0.0])

        def loss():
            nonlocal size
            size = next(sizes)
            return Tiny.apply(model.w)

        size = 0.0
        _, lines, _ = self.train(model, None, updates=6, loss=loss)
        for line, wanted in zip(lines, [3.0, 3e-25, 3e-25, 3e-40, 3e30]):
            self.near(line["norm"][0], wanted, 1e-5 if wanted > 1e-38 else 1e-4)
        self.assertEqual(lines[5]["norm"], [0.0])  # exactly zero, and nothing else is

    def test_frozen_tied_and_outside_the_optimizer(self):
        model = nn.Sequential(nn.Embedding(7, 4), nn.Linear(4, 4), nn.Linear(4, 7, bias=False))
        model[2].weight = model[0].weight
        model[1].weight.requires_grad_(False)
        optimizer = torch.optim.Adam([model[0].weight], 1e-2)
        header, lines, _ = self.train(model, torch.arange(5), optimizer=optimizer)
        self.assertEqual(
            [(t["name"], t.get("tied"), t.get("frozen"), t.get("unoptimized")) for t in header["tensors"]],
            [("0.weight", ["2.weight"], None, None), ("1.weight", None, True, None), ("1.bias", None, None, True)],
        )
        self.assertEqual(header["optimizer"]["name"], "Adam")
        self.assertIsNone(lines[0]["norm"][1])
        # the first step of Adam has m/√v = ±1 in every entry with a gradient
        self.near(lines[0]["adam"][0], 1.0, 1e-3)
        self.assertIsNone(lines[0]["adam"][2])

    def test_branches_are_found_in_the_graph(self):
        class Towers(nn.Module):
            def __init__(self):
                super().__init__()
                self.head = nn.Linear(8, 1)
                self.a = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 4))
                self.b = nn.Linear(3, 4)

            def forward(self, x):
                return self.head(torch.cat([self.a(x), self.b(x)], 1))

        header, _, _ = self.train(Towers(), torch.randn(5, 3))
        self.assertEqual(header["after"], {"a.0": [], "a.2": ["a.0"], "b": [], "head": ["a.2", "b"]})

        class Chain(nn.Module):
            """Skips, a loop over a cell, layers without a bias: one chain all the same."""

            def __init__(self):
                super().__init__()
                self.out, self.norm = nn.Linear(4, 1), nn.LayerNorm(4)
                self.blocks = nn.ModuleList(nn.Linear(4, 4, bias=False) for _ in range(3))
                self.cell = nn.GRUCell(3, 4)

            def forward(self, x):
                h = None
                for step in x:
                    h = self.cell(step, h)
                for block in self.blocks:
                    h = h + torch.relu(block(h))
                return self.out(self.norm(h))

        header, _, _ = self.train(Chain(), torch.randn(6, 5, 3))
        self.assertNotIn("after", header)
        layers = [tensor["name"].rpartition(".")[0] for tensor in header["tensors"]]
        self.assertEqual(list(dict.fromkeys(layers)), ["cell", "blocks.0", "blocks.1", "blocks.2", "norm", "out"])

    def test_whole_gradients_beside_the_record(self):
        _, lines, truth = self.train(Out(), torch.randn(5, 4), arrays=2)
        self.assertEqual([line.get("arrays") for line in lines], ["run.0.safetensors", None, "run.2.safetensors"])
        with open(os.path.join(self._folder.name, "run.2.safetensors"), "rb") as file:
            data = file.read()
        size = struct.unpack("<Q", data[:8])[0]
        header = json.loads(data[8 : 8 + size])
        entry = header["second.weight"]
        start, end = entry["data_offsets"]
        got = numpy.frombuffer(data[8 + size + start : 8 + size + end], "<f4").reshape(entry["shape"])
        self.assertTrue(numpy.array_equal(got, truth[2][1]["second.weight"].numpy().astype("float32")))
        self.assertNotIn("spare.weight", header)

    def test_a_resumed_record_goes_on_behind_a_torn_line(self):
        self.train(Out(), torch.randn(5, 4), updates=2)
        with open(self.path, "a", encoding="utf-8") as file:
            file.write('{"update":2,"norm":[0.1')
        model = Out()
        log = EvanesceLog(model, self.path, resume=True)
        model(torch.randn(5, 4)).sum().backward()
        log.backward_done()
        log.step(1.0)
        log.close()
        with open(self.path, encoding="utf-8") as file:
            texts = file.read().splitlines()
        self.assertEqual(len(texts), 6)  # header, 0, 1, the torn line, header, 2
        self.assertEqual(json.loads(texts[5])["update"], 2)

    def test_step_alone_records_what_is_left_to_see(self):
        model = Out()
        log = EvanesceLog(model, self.path)
        model(torch.randn(5, 4)).sum().backward()
        log.step()
        log.close()
        _, line = lines_of(self.path)
        self.assertNotIn("clip", line)
        self.assertNotIn("loss", line)
        self.assertTrue(line["norm"][0] > 0)

    def test_hooks_are_taken_off(self):
        model = nn.Sequential(nn.Linear(4, 4), nn.LSTM(4, 3))
        log = EvanesceLog(model, self.path)
        log.close()
        for module in model.modules():
            self.assertEqual((len(module._forward_hooks), len(module._forward_pre_hooks)), (0, 0))

    def test_options_out_of_range(self):
        for options in ({"every": 0}, {"along_time": -1}, {"arrays": 1.5}, {"updates": True}):
            with self.assertRaisesRegex(ValueError, "whole number"):
                EvanesceLog(Out(), self.path, **options)
        with self.assertRaisesRegex(ValueError, "parameters"):
            EvanesceLog(nn.Tanh(), self.path)


class Scaler:
    """A stand-in for `GradScaler`, which needs a GPU in this version: the same methods, the same order of calls."""

    def __init__(self, scale):
        self.value, self._per_optimizer_states, self.broken = scale, {}, False

    def is_enabled(self):
        return True

    def get_scale(self):
        return self.value

    def unscale_(self, optimizer):
        for group in optimizer.param_groups:
            for p in group["params"]:
                p.grad.div_(self.value)
                self.broken |= not bool(torch.isfinite(p.grad).all())
        self._per_optimizer_states[id(optimizer)] = {"stage": types.SimpleNamespace(name="UNSCALED")}

    def step(self, optimizer):
        if id(optimizer) not in self._per_optimizer_states:
            self.unscale_(optimizer)
        if not self.broken:
            optimizer.step()

    def update(self):
        self.value = self.value / 2 if self.broken else self.value
        self._per_optimizer_states, self.broken = {}, False


class Scaling(Case):
    def scaled(self, unscale, clip, overflow=False):
        model = Out()
        optimizer = torch.optim.SGD([p for n, p in model.named_parameters() if "spare" not in n], 0.1)
        scaler = Scaler(1024.0)
        log = EvanesceLog(model, self.path, optimizer=optimizer, scaler=scaler, every=1)
        batch = torch.randn(5, 4)
        (model(batch).square().mean() * scaler.value).backward()
        wanted = float(model.first.weight.grad.norm()) / 1024
        if overflow:
            model.head.weight.grad[0, 0] = float("inf")
        if unscale == "before":
            scaler.unscale_(optimizer)
        log.backward_done()
        if unscale == "after":
            scaler.unscale_(optimizer)
        if clip:
            nn.utils.clip_grad_norm_(model.parameters(), clip)
        scaler.step(optimizer)
        scaler.update()
        log.step(1.0)
        log.close()
        _, line = lines_of(self.path)
        return line, wanted

    def test_gradients_are_recorded_unscaled(self):
        for unscale in ("before", "after", "never"):
            line, wanted = self.scaled(unscale, 1e-3 if unscale == "after" else None)
            self.near(line["norm"][0], wanted)
            self.near(line["largest"][0] * 1.0, line["largest"][0])
            self.assertEqual(line["scale"], 1024)
            self.assertNotIn("skipped", line)
            if unscale == "after":
                total = math.sqrt(sum(n * n for n in line["norm"] if n is not None))
                self.near(line["clip"], 1e-3 / (total + 1e-6))
            else:
                self.assertEqual(line["clip"], 1.0)

    def test_a_skipped_update_is_said(self):
        line, _ = self.scaled("never", None, overflow=True)
        self.assertTrue(line["skipped"])
        self.assertIn("Infinity", line["norm"])


class Looped(nn.Module):
    """A recurrent network as a loop over PyTorch's own cells: what a fused module must agree with."""

    def __init__(self, fused):
        super().__init__()
        kind = {"RNN": nn.RNNCell, "LSTM": nn.LSTMCell, "GRU": nn.GRUCell}[type(fused).__name__]
        self.cells, self.fused = nn.ModuleList(), fused
        D = 2 if fused.bidirectional else 1
        for layer in range(fused.num_layers):
            for direction in range(D):
                X = fused.input_size if layer == 0 else D * fused.hidden_size
                extra = {"nonlinearity": fused.nonlinearity} if kind is nn.RNNCell else {}
                cell = kind(X, fused.hidden_size, dtype=torch.float64, **extra)
                suffix = "_l%d%s" % (layer, "_reverse" if direction else "")
                for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
                    getattr(cell, name).data.copy_(getattr(fused, name + suffix).detach())
                self.cells.append(cell)

    def forward(self, x):  # [T, 1, X]: one sample
        D = 2 if self.fused.bidirectional else 1
        below, states = list(x), []
        for layer in range(self.fused.num_layers):
            both = []
            for direction in range(D):
                cell, state, seen = self.cells[layer * D + direction], None, {}
                for t in reversed(range(len(below))) if direction else range(len(below)):
                    state = cell(below[t], state)
                    for one in state if isinstance(state, tuple) else (state,):
                        one.retain_grad()
                    seen[t] = state
                suffix = "l%d%s" % (layer, "_reverse" if direction else "")
                states.append((suffix, [seen[t] for t in range(len(below))]))
                both.append([seen[t][0] if isinstance(seen[t], tuple) else seen[t] for t in range(len(below))])
            below = [torch.cat(steps, 1) for steps in zip(*both)]
        return torch.stack(below), states


def total_norms(samples):
    """The samples' ‖δ_t‖ together, by series and step; a sample counts as far as it is long."""
    squares = {}
    for states in samples:
        for suffix, steps in states:
            for t, state in enumerate(steps):
                for kind, one in zip("hc", state if isinstance(state, tuple) else (state,)):
                    squares.setdefault((suffix, kind), {}).setdefault(t, 0.0)
                    squares[(suffix, kind)][t] += 0.0 if one.grad is None else float(one.grad.square().sum())
    return {key: [math.sqrt(of[t]) for t in sorted(of)] for key, of in squares.items()}


class AlongTime(Case):
    def compare(self, fused, batch_first=False, lengths=None, T=7, B=3):
        model = nn.Module()
        model.rnn, model.out = fused, nn.Linear(fused.hidden_size * (2 if fused.bidirectional else 1), 1)
        x = torch.randn(T, B, fused.input_size)
        given = x.transpose(0, 1) if batch_first else x
        if lengths is not None:
            given = nn.utils.rnn.pack_padded_sequence(given, lengths, batch_first=batch_first, enforce_sorted=False)

        def loss(output):
            # steps weigh differently, so that no error of order can hide
            return sum((t + 1) * model.out(step).square().sum() for t, step in enumerate(output))

        log = EvanesceLog(model, self.path, along_time=1)
        output, _ = fused(given)
        if lengths is not None:
            output, _ = nn.utils.rnn.pad_packed_sequence(output, batch_first=batch_first)
        output = output.transpose(0, 1) if batch_first else output
        total = 0.0
        for b in range(B):
            total = total + loss(output[: T if lengths is None else lengths[b], b])
        total.backward()
        log.backward_done()
        log.step(total)
        log.close()
        stations = lines_of(self.path)[1]["stations"]
        model.double()
        loop, samples = Looped(fused), []
        for b in range(B):
            length = T if lengths is None else lengths[b]
            out, states = loop(x[:length, b : b + 1].double())
            loss(out[:, 0]).backward()
            samples.append(states)
        wanted = total_norms(samples)
        self.assertEqual({(s["name"][4:], s["of"]) for s in stations}, set(wanted))
        for station in stations:
            self.assertEqual(station["axis"], "step")
            self.assertLess(station["replayed"], 1e-5)
            for got, right in zip(station["norm"], wanted[(station["name"][4:], station["of"])], strict=True):
                self.near(got, right, 1e-4)

    def test_fused_modules_agree_with_loops_over_cells(self):
        for kind in (nn.RNN, nn.LSTM, nn.GRU):
            for options in ({}, {"num_layers": 3}, {"bidirectional": True}, {"num_layers": 2, "bidirectional": True}):
                with self.subTest(kind=kind.__name__, **options):
                    self.compare(kind(5, 4, **options))
        self.compare(nn.RNN(5, 4, nonlinearity="relu"))

    def test_batch_first_packed_and_one_step(self):
        for kind in (nn.RNN, nn.LSTM, nn.GRU):
            with self.subTest(kind=kind.__name__):
                self.compare(kind(5, 4, batch_first=True), batch_first=True)
                self.compare(kind(5, 4, bidirectional=True, num_layers=2), lengths=[7, 2, 5])
                self.compare(kind(5, 17), T=1, B=1)

    def test_a_projection(self):
        # the fused kernel itself is the reference: split in two, the state between is a tensor one can ask
        lstm = nn.LSTM(5, 6, proj_size=3)
        x, T, at = torch.randn(9, 4, 5), 9, 5
        log = EvanesceLog(lstm, self.path, along_time=1)
        output, (h, c) = lstm(x)
        (output.square().sum() + c.sum()).backward()
        log.backward_done()
        log.step()
        log.close()
        first, state = lstm(x[:at])
        state = tuple(one.detach().requires_grad_() for one in state)
        second, (_, c) = lstm(x[at:], state)
        (second.square().sum() + c.sum()).backward()
        stations = {s["of"]: s["norm"] for s in lines_of(self.path)[1]["stations"]}
        self.assertEqual(len(stations["h"]), T)
        self.near(stations["h"][at - 1], float((state[0].grad + 2 * first[-1].detach()).norm()), 1e-4)

    def test_cells_in_a_loop_and_a_cell_of_ones_own(self):
        class Own(nn.Module):
            def __init__(self):
                super().__init__()
                self.map = nn.Linear(3 + 4, 4)

            def forward(self, x, h):
                return torch.tanh(self.map(torch.cat([x, h], 1)))

        class Loop(nn.Module):
            def __init__(self, cell):
                super().__init__()
                self.cell = cell

            def forward(self, x):
                h, self.states = torch.zeros(2, 4), []
                for step in x:
                    h = self.cell(step, h)
                    h.retain_grad()
                    self.states.append(h)
                return h

        own = Own()
        for cell, cells in ((nn.GRUCell(3, 4), ()), (own, (own,))):
            model = Loop(cell)
            log = EvanesceLog(model, self.path, along_time=2, cells=cells)
            for _ in range(3):
                model.zero_grad()
                model(torch.randn(6, 2, 3)).square().sum().backward()
                log.backward_done()
                log.step()
            log.close()
            _, *lines = lines_of(self.path)
            self.assertEqual(["stations" in line for line in lines], [True, False, True])
            (station,) = lines[2]["stations"]
            self.assertEqual((station["name"], station["axis"], station["of"]), ("cell", "step", "h"))
            for got, state in zip(station["norm"], model.states, strict=True):
                self.near(got, float(state.grad.norm()))

    def test_a_fused_module_called_step_by_step(self):
        gru = nn.GRU(3, 4)
        log = EvanesceLog(gru, self.path, along_time=1)
        x, h, states = torch.randn(5, 2, 3), None, []
        whole, _ = gru(x)
        for t in range(5):
            out, h = gru(x[t : t + 1], h)
            states.append((out, h))
        h.square().sum().backward()
        log.backward_done()
        log.step()
        log.close()
        # every call passes the model's own hook: the last call's pass is the one that is kept
        (station,) = lines_of(self.path)[1]["stations"]
        self.assertGreaterEqual(len(station["norm"]), 1)

    def test_what_cannot_be_replayed_is_said(self):
        lstm = nn.LSTM(3, 4, num_layers=2, dropout=0.5)
        log = EvanesceLog(lstm, self.path, along_time=1)
        lstm(torch.randn(5, 2, 3))[0].sum().backward()
        with self.assertWarnsRegex(UserWarning, "dropout"):
            log.backward_done()
        log.step()
        log.close()
        self.assertNotIn("stations", lines_of(self.path)[1])


if __name__ == "__main__":
    unittest.main()
