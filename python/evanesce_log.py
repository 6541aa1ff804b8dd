"""Records the gradients of a training run for `evanesce monitor`.

One file, no dependency beyond the framework. It writes `evanesce.record/1`: JSON lines, a header and then one line an
update (docs/record-format.md). Read it, while the run goes on or later, with

    npx evanesce monitor run.jsonl --follow

PyTorch 1.13 and later:

    from evanesce_log import EvanesceLog

    log = EvanesceLog(model, "run.jsonl", optimizer=optimizer, every=10)
    for x, y in batches:
        optimizer.zero_grad()
        loss = loss_function(model(x), y)
        loss.backward()
        log.backward_done()   # before clipping
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        log.step(loss)        # after the update, before the gradients are cleared

Keras 3, and tf.keras of TensorFlow 2:

    from evanesce_log import keras_callback

    model.fit(x, y, callbacks=[keras_callback("run.jsonl", every=10)])

Under several processes, make the log in the process of rank 0 only.
"""

import contextlib
import json
import math
import os
import re
import struct
import time
import warnings

__version__ = "1"
__all__ = ["EvanesceLog", "keras_callback"]

SCHEMA = "evanesce.record/1"

#: Below this a float32 norm may have lost digits: the squares of its entries are near float32's smallest number.
_SMALL = 1e-12
#: A norm along time is not measured where the loop written out would take more memory than this, in bytes.
_MOST_REPLAY_BYTES = 1 << 30
#: Decades of the histogram: 10^-46 … 10^39 hold every float32.
_FIRST_DECADE, _LAST_DECADE = -46, 39


# ---------------------------------------------------------------------------------------------------- the file


def _plain(value):
    """A number as the format writes it: seven digits, what is not finite as a string, None as null."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return value
    value = float(value)
    if value != value:
        return "NaN"
    if value in (math.inf, -math.inf):
        return "Infinity" if value > 0 else "-Infinity"
    return float("%.7g" % value)


def _plain_all(value):
    if isinstance(value, dict):
        return {key: _plain_all(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain_all(each) for each in value]
    return _plain(value)


class _Lines:
    """A file of JSON lines, each written whole. A full disk ends the record, never the training."""

    def __init__(self, path, resume):
        self.path = os.fspath(path)
        self._repair = resume and os.path.exists(self.path)
        self._file = open(self.path, "a" if resume else "w", encoding="utf-8")
        if self._repair:
            with open(self.path, "rb") as old:
                old.seek(0, os.SEEK_END)
                if old.tell() > 0:
                    old.seek(-1, os.SEEK_END)
                    if old.read(1) != b"\n":  # an update that was being written when the last run ended
                        self._file.write("\n")

    def write(self, value):
        if self._file is None:
            return
        try:
            self._file.write(json.dumps(_plain_all(value), separators=(",", ":"), allow_nan=False) + "\n")
            self._file.flush()
        except OSError as error:
            warnings.warn("evanesce: the record ends here, training goes on: %s" % error)
            self._file = None

    def close(self):
        if self._file is not None:
            self._file.close()
            self._file = None


_SAFETENSORS_TYPES = {
    "float64": "F64",
    "float32": "F32",
    "float16": "F16",
    "bfloat16": "BF16",
}


def _write_safetensors(path, arrays):
    """Writes `arrays`, name to (type name, shape, bytes), little endian, as a safetensors file."""
    header, at = {}, 0
    for name, (kind, shape, data) in arrays.items():
        header[name] = {"dtype": _SAFETENSORS_TYPES[kind], "shape": list(shape), "data_offsets": [at, at + len(data)]}
        at += len(data)
    text = json.dumps(header, separators=(",", ":")).encode("utf-8")
    text += b" " * (-len(text) % 8)
    unfinished = path + ".part"
    with open(unfinished, "wb") as file:
        file.write(struct.pack("<Q", len(text)))
        file.write(text)
        for _, _, data in arrays.values():
            file.write(data)
    os.replace(unfinished, path)


def _positive(where, value, least=0):
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ValueError("%s: a whole number >= %d, got %r; leave it out for the default" % (where, least, value))
    return value


# ---------------------------------------------------------------------------------------------------- PyTorch


class _Batch:
    """Numbers on devices, copied to the host together: one copy a device."""

    def __init__(self, torch):
        self._torch = torch
        self._parts = {}  # device -> list of flat tensors
        self._count = {}

    def add(self, tensor):
        """Takes a tensor and returns what `numbers` will need to find its values."""
        flat = tensor.detach().reshape(-1)
        device = flat.device
        kind = self._torch.float32 if device.type == "mps" else self._torch.float64
        start = self._count.get(device, 0)
        self._parts.setdefault(device, []).append(flat.to(kind))
        self._count[device] = start + flat.numel()
        return device, start, flat.numel()

    def add_all(self, scalars):
        """Takes tensors of one number each, all of one device, and returns a key for each."""
        device, start, count = self.add(self._torch.stack(list(scalars)))
        return [(device, start + i, 1) for i in range(count)]

    def copy(self):
        """@returns a function from what `add` returned to a list of floats"""
        there = {device: self._torch.cat(parts).tolist() for device, parts in self._parts.items()}
        self._parts, self._count = {}, {}
        return lambda key: there[key[0]][key[1] : key[1] + key[2]]


class EvanesceLog:
    """Records a PyTorch model's gradients, an update a line.

    Args:
        model: the `torch.nn.Module` that is trained.
        path: the record, JSON lines. A file of that name is replaced, or carried on with `resume=True`.
        optimizer: its rates, and its moments where it is of Adam's family.
        scaler: the `GradScaler` of mixed precision: gradients are recorded unscaled, its scale and the updates that it
            skips are recorded.
        every: an update in so many has all statistics; the others have the norms of gradients, weights and updates.
        along_time: an update in so many has the gradient's norm at every time step: of recurrent cells by hooks, of
            `nn.RNN`, `nn.LSTM` and `nn.GRU` by a loop over their own weights. 0: never.
        arrays: an update in so many has every gradient whole, as `RECORD.UPDATE.safetensors`. 0: never.
        updates: an update in so many has the norms of weights and of their changes, which takes a copy of the weights.
        cells: modules of your own whose calls are time steps, beside `nn.RNNCell`, `nn.LSTMCell` and `nn.GRUCell`;
            their output is h_t, or a tuple of h_t and c_t.
        loss: the loss function's name, for the report.
        baseline: the loss of the best answer that ignores the input, where it is known.
        order: layers or parameters by name, nearest the input first, where the order found by running is not right.
        resume: append to the record instead of replacing it.
    """

    def __init__(
        self,
        model,
        path,
        optimizer=None,
        scaler=None,
        every=10,
        along_time=100,
        arrays=0,
        updates=1,
        cells=(),
        loss=None,
        baseline=None,
        order=None,
        resume=False,
    ):
        import torch

        self._torch = torch
        self._model, self._optimizer, self._scaler = model, optimizer, scaler
        self._every = _positive("every", every, 1)
        self._along_time = _positive("along_time", along_time)
        self._arrays = _positive("arrays", arrays)
        self._updates = _positive("updates", updates, 1)
        self._loss, self._baseline, self._order = loss, baseline, order
        self._named = _named_parameters(model)
        if not self._named:
            raise ValueError("model: a module with parameters, got none; give the module that is trained")
        self._lines = _Lines(path, resume)
        self._update = _next_update(path) if resume else 0
        self._started = time.time()
        self._batch = _Batch(torch)
        self._seen_modules = {}
        self._order_hooks = [
            module.register_forward_pre_hook(self._note_order(name)) for name, module in model.named_modules()
        ]
        self._header, self._unwritten = None, False
        self._small = set()
        self._before = None
        self._pending = None
        self._time = _AlongTime(torch, model, cells, self._time_due) if along_time else None

    # ------------------------------------------------------------------ what a training loop calls

    def backward_done(self):
        """Call after `loss.backward()`, before the gradients are clipped or unscaled by you."""
        self._begin()
        scale = self._scale_now()
        # where the scaler has unscaled the gradients already, they are what they are
        held = 1.0 if scale is None or self._unscaled() else scale
        full = self._update % self._every == 0
        measured = {"scale": scale, "held": held, "full": full}
        measured["gradients"] = self._measure(full, held)
        if self._time is not None and self._time_due():
            measured["stations"] = self._time.collect(self._batch)
        if self._update % self._updates == 0:
            self._before = [parameter.detach().clone() for parameter in self._parameters]
        if self._arrays and self._update % self._arrays == 0:
            measured["arrays"] = self._write_arrays(held)
        self._pending = measured

    def step(self, loss=None):
        """Call after `optimizer.step()` (and `scaler.update()`), before the gradients are cleared.

        Args:
            loss: this update's loss, a tensor or a number.
        """
        torch = self._torch
        told = self._pending is not None
        if not told:
            self._begin()
            self._pending = {"scale": self._scale_now(), "held": 1.0, "full": self._update % self._every == 0}
            self._pending["gradients"] = self._measure(self._pending["full"], 1.0)
        pending, self._pending = self._pending, None
        batch = self._batch
        if self._unwritten:
            after = _branches(self._header["tensors"], self._parameters, loss) if torch.is_tensor(loss) else None
            if after is not None:
                self._header["after"] = after
            self._lines.write(self._header)
            self._unwritten = False
        keys = {}
        if torch.is_tensor(loss):
            keys["loss"] = batch.add(loss.detach().mean())
        after = [None if one.grad is None else one.grad for one in self._parameters]
        if told and all((one is None) == (key is None) for one, key in zip(after, pending["gradients"]["norm"])):
            keys["after"] = self._norms(after)
        if self._before is not None:
            now = [one.detach() for one in self._parameters]
            keys["updateNorm"] = self._norms(torch._foreach_sub(now, self._before))
            keys["weightNorm"] = self._norms(now)
        moments = self._moments() if pending["full"] else None
        if moments is not None:
            keys["adam"] = [None if one is None else batch.add(one) for one in moments]
        read = batch.copy()

        def numbers(keys):
            return [None if key is None else read(key)[0] for key in keys]

        line = {"update": self._update, "seconds": round(time.time() - self._started, 3)}
        if loss is not None:
            line["loss"] = read(keys["loss"])[0] if "loss" in keys else float(loss)
        held = pending["held"]
        norms = [None if one is None else one / held for one in numbers(pending["gradients"]["norm"])]
        total = _together(norms)
        clip = None
        if "after" in keys:
            left = _together(numbers(keys["after"]))
            # gradients that are still scaled were not clipped by the caller
            if total and left is not None and math.isfinite(total) and math.isfinite(left):
                factor = left / total
                clip = 1.0 if abs(factor - 1) < 1e-5 or (held > 1 and abs(factor / held - 1) < 1e-5) else factor
        norms = self._remeasured(norms, after, clip)
        line["norm"] = norms
        if clip is not None:
            line["clip"] = clip
        for name in ("weightNorm", "updateNorm"):
            if name in keys:
                line[name] = numbers(keys[name])
        if self._optimizer is not None:
            line["rate"] = [float(group.get("lr", math.nan)) for group in self._optimizer.param_groups]
        if pending["scale"] is not None:
            line["scale"] = pending["scale"]
            broken = any(one is not None and not math.isfinite(one) for one in norms)
            still = "updateNorm" in line and all(not one for one in line["updateNorm"])
            if self._scale_now() < pending["scale"] or (broken and still):
                line["skipped"] = True
        if pending["full"]:
            line.update(self._statistics(pending["gradients"], read, held))
        if "adam" in keys:
            line["adam"] = numbers(keys["adam"])
        if pending.get("stations"):
            line["stations"] = [station(read, held) for station in pending["stations"]]
        if "arrays" in pending:
            line["arrays"] = pending["arrays"]
        self._small = {i for i, one in enumerate(norms) if one is not None and not _SMALL < one < math.inf}
        self._before = None
        self._lines.write(line)
        self._update += 1
        if self._time is not None:
            self._time.clear()

    def close(self):
        """Ends the record and takes the hooks off the model."""
        for hook in self._order_hooks:
            hook.remove()
        if self._time is not None:
            self._time.remove()
        self._lines.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # ------------------------------------------------------------------ the header

    def _note_order(self, name):
        def hook(_module, _inputs):
            self._seen_modules.setdefault(name, len(self._seen_modules))

        return hook

    def _begin(self):
        """Makes the header at the first update, when a forward pass has shown the order of the layers."""
        if self._header is not None:
            return
        for hook in self._order_hooks:
            hook.remove()
        self._order_hooks = []
        named = _in_forward_order(self._named, self._seen_modules)
        if self._order is not None:
            named = _in_given_order(named, self._order)
        self._parameters = [parameter for _, parameter, _ in named]
        groups = {}
        for g, group in enumerate(self._optimizer.param_groups if self._optimizer is not None else ()):
            for parameter in group["params"]:
                groups[id(parameter)] = g
        tensors = []
        for name, parameter, others in named:
            tensor = {"name": name, "shape": list(parameter.shape)}
            if others:
                tensor["tied"] = others
            if not parameter.requires_grad:
                tensor["frozen"] = True
            elif self._optimizer is not None and id(parameter) not in groups:
                tensor["unoptimized"] = True
            if len(groups) > 0 and groups.get(id(parameter), 0) > 0:
                tensor["group"] = groups[id(parameter)]
            tensors.append(tensor)
        header = {
            "schema": SCHEMA,
            "framework": "PyTorch %s" % self._torch.__version__,
            "model": type(self._model).__name__,
            "started": int(self._started),
            "order": "given" if self._order is not None else "forward" if self._seen_modules else "registered",
            "every": self._every,
            "tensors": tensors,
        }
        if self._loss is not None:
            header["loss"] = str(self._loss)
        if self._baseline is not None:
            header["baseline"] = float(self._baseline)
        if self._optimizer is not None:
            first = self._optimizer.param_groups[0]
            options = {
                key: value
                for key, value in first.items()
                if key not in ("params", "lr") and isinstance(value, (int, float)) and not isinstance(value, bool)
            }
            header["optimizer"] = {
                "name": type(self._optimizer).__name__,
                "rates": [float(group.get("lr", math.nan)) for group in self._optimizer.param_groups],
                "options": options,
            }
        if self._scaler is not None:
            header["scaler"] = type(self._scaler).__name__
        self._header, self._unwritten = header, True
        self._small = set(range(len(tensors)))  # nothing is known of the first update's sizes
        device = self._parameters[0].device
        self._edges = self._torch.tensor(
            [float("1e%d" % k) for k in range(_FIRST_DECADE, _LAST_DECADE + 1)],
            dtype=self._torch.float32 if device.type == "mps" else self._torch.float64,
        )

    # ------------------------------------------------------------------ the scaler

    def _scale_now(self):
        if self._scaler is None or not self._scaler.is_enabled():
            return None
        return float(self._scaler.get_scale())

    def _unscaled(self):
        """Whether `scaler.unscale_(optimizer)` was called since the last update."""
        states = getattr(self._scaler, "_per_optimizer_states", {})
        if self._optimizer is None or id(self._optimizer) not in states:
            return False
        return getattr(states[id(self._optimizer)].get("stage"), "name", "") == "UNSCALED"

    # ------------------------------------------------------------------ numbers on the device

    def _norms(self, tensors):
        """Starts measuring the norms of tensors: keys of the batch, None where there is no tensor."""
        torch = self._torch
        keys = [None] * len(tensors)
        alike = {}
        for i, tensor in enumerate(tensors):
            if tensor is None or tensor.numel() == 0:
                continue
            if tensor.is_sparse:
                tensor = tensor.coalesce().values()
            if i in self._small or tensor.dtype != torch.float32 or tensor.layout != torch.strided:
                keys[i] = self._batch.add(_careful_norm(torch, tensor))
            else:
                alike.setdefault(tensor.device, []).append((i, tensor))
        for some in alike.values():
            norms = torch._foreach_norm([tensor for _, tensor in some])
            for (i, _), key in zip(some, self._batch.add_all(norms)):
                keys[i] = key
        return keys

    def _measure(self, full, held):
        gradients = [None if one.grad is None else one.grad.detach() for one in self._parameters]
        measured = {"norm": self._norms(gradients)}
        if full:
            measured["full"] = [None if one is None else self._all_of(one, held) for one in gradients]
        return measured

    def _all_of(self, gradient, held):
        """Every statistic of one gradient `[n]` as it stands in memory, `held` times the true one: one flat tensor."""
        torch = self._torch
        if gradient.is_sparse:
            gradient = gradient.coalesce().values()
        flat = gradient.reshape(-1)
        if flat.dtype in (torch.float16, torch.bfloat16):
            flat = flat.to(torch.float32)
        size = flat.abs()
        finite = torch.isfinite(flat)
        kind = self._edges.dtype
        edges = self._edges.to(flat.device)
        # entries of no decade get none: zero, NaN and infinities are counted apart
        counted = finite & (size > 0)
        places = torch.bucketize(size.to(kind) / held, edges, right=True).clamp(min=1)
        places = torch.where(counted, places, torch.zeros_like(places))
        decades = torch.bincount(places, minlength=edges.numel() + 1)[1:]
        safe = torch.where(finite, flat, torch.zeros_like(flat)).to(kind)
        few = torch.stack(
            [
                safe.sum(),
                safe.abs().sum(),
                size.max().to(kind) if flat.numel() else torch.zeros((), dtype=kind, device=flat.device),
                (flat == 0).sum().to(kind),
                flat.numel() - finite.sum().to(kind),
                # 2^-25 lies halfway between 0 and float16's smallest number, and rounds to 0
                (counted & (size <= 2.0**-25)).sum().to(kind),
            ]
        )
        return flat.numel(), self._batch.add(few), self._batch.add(decades)

    def _statistics(self, measured, read, held):
        columns = {name: [] for name in ("mean", "meanAbs", "largest", "zeros", "nonfinite", "underflow", "histogram")}
        for one in measured["full"]:
            if one is None or one[0] == 0:
                for column in columns.values():
                    column.append(None)
                continue
            count, few, decades = one
            total, absolute, largest, zeros, broken, underflow = read(few)
            good = max(count - broken, 1)
            for name, value in (
                ("mean", total / good / held),
                ("meanAbs", absolute / good / held),
                ("largest", largest / held),
                ("zeros", zeros / count),
                ("nonfinite", broken / count),
                ("underflow", underflow / count),
                ("histogram", _trimmed(read(decades))),
            ):
                columns[name].append(value)
        return columns

    def _remeasured(self, norms, gradients, clip):
        """A gradient that became tiny since the last update was measured in float32: measured again, with care."""
        again = []
        for i, (norm, gradient) in enumerate(zip(norms, gradients)):
            if norm is None or gradient is None or i in self._small or norm > _SMALL:
                continue
            again.append((i, self._batch.add(_careful_norm(self._torch, gradient.detach()))))
        if not again:
            return norms
        read = self._batch.copy()
        norms = list(norms)
        for i, key in again:
            norms[i] = read(key)[0] / (clip or 1.0)
        return norms

    def _moments(self):
        """Adam's m̂/(√v̂ + ε) of every parameter, root mean square: 1 where every step goes the same way."""
        if self._optimizer is None:
            return None
        torch = self._torch
        found = {}
        for group in self._optimizer.param_groups:
            beta1, beta2 = group.get("betas", (0.0, 0.0))[:2]
            for parameter in group["params"]:
                state = self._optimizer.state.get(parameter, {})
                if "exp_avg" not in state or "exp_avg_sq" not in state:
                    continue
                steps = float(state.get("step", 0))
                if steps < 1:
                    continue
                m = state["exp_avg"] / (1 - beta1**steps)
                v = state["exp_avg_sq"] / (1 - beta2**steps)
                ratio = m / (v.sqrt() + group.get("eps", 0.0))
                found[id(parameter)] = ratio.detach().to(torch.float32).square().mean().sqrt()
        return [found.get(id(one)) for one in self._parameters] if found else None

    def _write_arrays(self, held):
        torch = self._torch
        arrays = {}
        for tensor, parameter in zip(self._header["tensors"], self._parameters):
            if parameter.grad is None:
                continue
            grad = parameter.grad.detach()
            grad = (grad.to_dense() if grad.is_sparse else grad).to("cpu", torch.float32) / held
            arrays[tensor["name"]] = ("float32", grad.shape, grad.contiguous().numpy().astype("<f4").tobytes())
        path = "%s.%d.safetensors" % (re.sub(r"\.jsonl$", "", self._lines.path), self._update)
        _write_safetensors(path, arrays)
        return os.path.basename(path)

    # ------------------------------------------------------------------ time

    def _time_due(self):
        return self._along_time > 0 and self._update % self._along_time == 0


def _named_parameters(model):
    """Every parameter once, as (name, parameter, its other names), in the order of registration."""
    found = {}
    modules = model.named_modules(remove_duplicate=False)
    for prefix, module in modules:
        for own, parameter in module._parameters.items():
            if parameter is None:
                continue
            name = prefix + ("." if prefix else "") + own
            if id(parameter) in found:
                if name not in found[id(parameter)][2] and name != found[id(parameter)][0]:
                    found[id(parameter)][2].append(name)
            else:
                found[id(parameter)] = (name, parameter, [])
    return list(found.values())


def _in_forward_order(named, seen):
    """Parameters in the order in which their modules first ran.

    A module that did not run itself has its nearest ancestor's place: `nn.MultiheadAttention` reads the weights of its
    `out_proj` without calling it. What never ran comes last.
    """

    def place(entry):
        module = entry[0].rpartition(".")[0]
        while module not in seen and module:
            module = module.rpartition(".")[0]
        # the whole model ran, but not what this belongs to: it may not be used at all
        if module == "" and "." in entry[0]:
            return len(seen)
        return seen.get(module, len(seen))

    return sorted(named, key=place)


def _in_given_order(named, order):
    def place(entry):
        name = entry[0]
        for i, wanted in enumerate(order):
            if name == wanted or name.startswith(wanted + "."):
                return i
        raise ValueError("order: every parameter, got none that holds %r; name layers from the input on" % name)

    return sorted(named, key=place)


#: Nodes of a graph of autograd that are walked at most: a loop over some ten thousand steps.
_MOST_NODES = 1_000_000
#: Operations that pass a parameter on as it is.
_VIEWS = ("TBackward", "TransposeBackward", "PermuteBackward", "ViewBackward", "UnsafeViewBackward", "ReshapeAlias",
          "ExpandBackward", "UnsqueezeBackward", "SqueezeBackward", "ToCopyBackward", "AliasBackward", "CloneBackward")


def _layer_name(parameter):
    """The layer of a parameter, as the monitor reads it from the name: `rnn.l0` of `rnn.weight_hh_l0`."""
    recurrent = re.match(r"^(.*?)(?:weight|bias)_(?:ih|hh)_(l\d+(?:_reverse)?)$", parameter)
    return recurrent.group(1) + recurrent.group(2) if recurrent else parameter.rpartition(".")[0] or parameter


def _branches(tensors, parameters, loss):
    """Which layers' outputs each layer reads, from the graph of autograd; None where the layers are one chain.

    A layer stands behind another where the operation that takes its parameters has the other's among its inputs,
    directly or through others. Only the nearest are given.
    """
    names = [_layer_name(tensor["name"]) for tensor in tensors]
    layers = list(dict.fromkeys(names))
    bit = {layer: 1 << i for i, layer in enumerate(layers)}
    own = {id(parameter): bit[name] for name, parameter in zip(names, parameters)}
    if loss.grad_fn is None:
        return None
    below = {}  # node: the layers that it depends on
    alias = {}  # node: the layer whose parameter it is, unchanged
    above = dict.fromkeys(layers, 0)
    used = 0
    stack = [loss.grad_fn]
    while stack:
        node = stack[-1]
        inputs = [one for one, _ in node.next_functions if one is not None]
        waiting = [one for one in inputs if one not in below]
        if waiting and node not in below:
            stack.extend(waiting)
            if len(below) + len(stack) > _MOST_NODES:
                return None
            continue
        stack.pop()
        if node in below:
            continue
        mask = own.get(id(getattr(node, "variable", None)), 0)
        if mask:
            alias[node] = mask
        elif len(node.next_functions) == 1 and inputs and inputs[0] in alias and node.name().startswith(_VIEWS):
            alias[node] = alias[inputs[0]]
        for one in inputs:
            mask |= below[one]
        below[node] = mask
        used |= mask
        if node not in alias:
            for one in inputs:
                if one in alias:
                    layer = layers[alias[one].bit_length() - 1]
                    above[layer] |= mask & ~alias[one]
    present = [layer for layer in layers if used & bit[layer]]
    # what a layer's own operation takes from a layer behind it, as in a loop over steps, is no order
    for layer in present:
        for other in present:
            if above[layer] & bit[other] and above[other] & bit[layer] and layers.index(layer) < layers.index(other):
                above[layer] &= ~bit[other]
    chain = all(above[later] & bit[earlier] for earlier, later in zip(present, present[1:]))
    if chain:
        return None
    nearest = {}
    for layer in present:
        direct = above[layer]
        for other in present:
            if above[layer] & bit[other]:
                direct &= ~above[other]
        nearest[layer] = [other for other in present if direct & bit[other]]
    return nearest


def _next_update(path):
    """The number after the last whole line's update; 0 of a new file."""
    last = -1
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            for line in file:
                try:
                    value = json.loads(line)
                except ValueError:
                    continue
                if isinstance(value, dict) and isinstance(value.get("update"), int):
                    last = value["update"]
    except OSError:
        pass
    return last + 1


def _careful_norm(torch, tensor):
    """‖tensor‖ where squares may leave the range of its type: in float64, or in units of the largest entry."""
    flat = tensor.reshape(-1)
    if flat.device.type == "mps":
        flat = flat.to(torch.float32)
        largest = flat.abs().max()
        return torch.where(largest > 0, largest * torch.linalg.vector_norm(flat / largest), largest)
    return torch.linalg.vector_norm(flat, dtype=torch.float64)


def _together(norms):
    """√Σ‖·‖², None of none."""
    some = [one for one in norms if one is not None]
    return math.hypot(*some) if some else None


def _trimmed(decades):
    """Counts by decade without the empty ones at either end."""
    filled = [k for k, count in enumerate(decades) if count]
    if not filled:
        return None
    first, last = filled[0], filled[-1]
    return {"from": _FIRST_DECADE + first, "counts": [int(count) for count in decades[first : last + 1]]}


class _AlongTime:
    """The gradient's norm at every time step.

    A cell that a module calls in a loop has a hook on each h_t. A fused `nn.RNN`, `nn.LSTM` or `nn.GRU` shows the
    gradient of its output only, which is the loss's direct share: it is run again as a loop over its own weights, its
    output's gradient sent back through that, in float64 where the device has it.
    """

    def __init__(self, torch, model, cells, due):
        self._torch, self._due = torch, due
        self._calls = {}  # name -> list of calls, in order
        self._hooks = []
        own = {id(cell) for cell in cells}
        names = {id(module) for _, module in model.named_modules()}
        for cell in cells:
            if id(cell) not in names:
                raise ValueError("cells: modules of the model, got %s; give model.cell itself" % type(cell).__name__)
        for name, module in model.named_modules():
            if id(module) in own or isinstance(module, torch.nn.RNNCellBase):
                self._hooks.append(module.register_forward_hook(self._on_cell(name)))
            elif isinstance(module, torch.nn.RNNBase):
                self._hooks.append(module.register_forward_hook(self._on_fused(name)))
        if self._hooks:
            self._hooks.append(model.register_forward_pre_hook(self._on_pass))

    def remove(self):
        for hook in self._hooks:
            hook.remove()

    def clear(self):
        self._calls = {}

    def _watching(self):
        return self._due() and self._torch.is_grad_enabled()

    def _on_pass(self, _module, _inputs):
        if self._watching():
            self.clear()  # of several forward passes, the last

    def _on_cell(self, name):
        def hook(_module, _inputs, output):
            if not self._watching():
                return
            states = output if isinstance(output, (tuple, list)) else (output,)
            tensors = [one for one in states if self._torch.is_tensor(one)][:2]
            call = {}
            for kind, tensor in zip("hc", tensors):
                if tensor.requires_grad:
                    tensor.register_hook(self._keep(call, kind))
            self._calls.setdefault(name, []).append(("cell", call))

        return hook

    def _keep(self, call, kind):
        def hook(gradient):
            call[kind] = _careful_norm(self._torch, gradient.detach())

        return hook

    def _on_fused(self, name):
        torch = self._torch

        def hook(module, inputs, output):
            if not self._watching():
                return
            call = {"module": module, "input": inputs[0], "state": inputs[1] if len(inputs) > 1 else None}
            out, last = output
            call["output"] = (out.data if isinstance(out, torch.nn.utils.rnn.PackedSequence) else out).detach()
            ends = last if isinstance(last, tuple) else (last,)
            for kind, tensor in zip(
                ("out", "h", "c"), (out.data if not torch.is_tensor(out) else out,) + tuple(ends)
            ):
                if tensor.requires_grad:
                    tensor.register_hook(lambda gradient, kind=kind: call.__setitem__(kind, gradient.detach()))
            self._calls.setdefault(name, []).append(("fused", call))

        return hook

    def collect(self, batch):
        """Starts measuring. @returns functions that make the line's entries once the numbers are on the host"""
        entries = []
        for name, calls in self._calls.items():
            if calls[0][0] == "cell":
                entries += self._of_cells(name, [call for _, call in calls], batch)
            else:
                entries += self._of_fused(name, [call for _, call in calls], batch)
        return entries

    def _of_cells(self, name, calls, batch):
        entries = []
        for kind in "hc":
            keys = [batch.add(call[kind]) if kind in call else None for call in calls]
            if all(key is None for key in keys):
                continue

            def entry(read, held, keys=keys, kind=kind):
                # a step that nothing flows back to has a gradient of exactly zero
                norm = [0.0 if key is None else read(key)[0] / held for key in keys]
                return {"name": name, "axis": "step", "of": kind, "norm": norm}

            entries.append(entry)
        return entries

    def _of_fused(self, name, calls, batch):
        parts = []
        for call in calls:
            if not any(kind in call for kind in ("out", "h", "c")):
                continue
            try:
                parts.append(_replay(self._torch, call))
            except _NotReplayed as reason:
                warnings.warn("evanesce: no gradients along time of %s: %s" % (name, reason))
                return []
        if not parts:
            return []
        entries = []
        for place in range(len(parts[0]["series"])):
            suffix, kind = parts[0]["series"][place][:2]
            keys = [batch.add(part["series"][place][2]) for part in parts]
            apart = [batch.add(part["difference"]) for part in parts]

            def entry(read, held, suffix=suffix, kind=kind, keys=keys, apart=apart):
                norm = [value / held for key in keys for value in read(key)]
                full = name + ("." if name else "") + suffix
                replayed = max(read(key)[0] for key in apart)
                return {"name": full, "axis": "step", "of": kind, "norm": norm, "replayed": replayed}

            entries.append(entry)
        return entries


class _NotReplayed(Exception):
    pass


def _replay(torch, call):
    """Runs a fused recurrent module again as a loop and sends its output's gradient back through it.

    Equations, gate order and names are PyTorch's own. A packed batch is padded: a sample's state stays as it is where
    the sample has no step, and such a step counts in no norm.

    @returns per layer, direction and state the norms `[T]`, index 0 the first step; and how far the loop's output is
        from the module's, relative to the largest entry
    """
    module, x, state = call["module"], call["input"], call["state"]
    mode = module.mode
    lstm = mode == "LSTM"
    lengths = None
    gradient = call.get("out")
    output = call["output"]
    rnn = torch.nn.utils.rnn
    if not torch.is_tensor(x):
        packed = x
        x, lengths = rnn.pad_packed_sequence(packed)

        def padded(data):
            # sample order as the module sees it: longest first
            return rnn.pad_packed_sequence(rnn.PackedSequence(data, packed.batch_sizes))[0]

        x = padded(packed.data)
        lengths = rnn.pad_packed_sequence(rnn.PackedSequence(packed.data, packed.batch_sizes))[1]
        output = padded(output)
        gradient = None if gradient is None else padded(gradient)
        order = packed.sorted_indices
    else:
        order = None
        if x.dim() == 2:  # one sample without a batch axis
            x, output = x.unsqueeze(1), output.unsqueeze(1)
            gradient = None if gradient is None else gradient.unsqueeze(1)
        elif module.batch_first:
            x, output = x.transpose(0, 1), output.transpose(0, 1)
            gradient = None if gradient is None else gradient.transpose(0, 1)
    kind = torch.float32 if x.device.type == "mps" else torch.float64
    T, B = x.shape[0], x.shape[1]
    D = 2 if module.bidirectional else 1
    L, H = module.num_layers, module.hidden_size
    P = module.proj_size or H
    gates = {"LSTM": 4, "GRU": 3}.get(mode, 1)
    if T * B * H * L * D * 8 * (4 * gates + 4) > _MOST_REPLAY_BYTES:
        raise _NotReplayed("a loop over %d steps would take more than 1 GiB" % T)
    if module.dropout > 0 and module.training and L > 1:
        raise _NotReplayed("the dropout between its layers cannot be repeated")

    def ends(tensor, width):
        """A state or its gradient `[L·D, B, width]`; zeros where there is none."""
        if tensor is None:
            return torch.zeros(L * D, B, width, dtype=kind, device=x.device)
        tensor = tensor.detach().to(kind)
        tensor = tensor.unsqueeze(1) if tensor.dim() == 2 else tensor
        return tensor if order is None else tensor.index_select(1, order)

    given = state if isinstance(state, tuple) else (state, None)
    h0, c0 = ends(given[0], P), ends(given[1] if lstm else None, H)
    weights = {name: parameter.detach().to(kind) for name, parameter in module.named_parameters(recurse=False)}
    below = [step for step in x.detach().to(kind).unbind(0)]
    with torch.enable_grad():
        series, h_ends, c_ends = [], [], []
        for layer in range(L):
            outputs = []
            for direction in range(D):
                suffix = "l%d%s" % (layer, "_reverse" if direction else "")
                hs, cs = _loop(torch, mode, weights, suffix, below, h0[layer * D + direction],
                               c0[layer * D + direction], lengths, direction == 1)
                outputs.append(hs)
                h_ends.append(hs[0 if direction else -1])
                series.append((suffix, "h", hs))
                if lstm:
                    c_ends.append(cs[0 if direction else -1])
                    series.append((suffix, "c", cs))
            below = [torch.cat(both, 1) for both in zip(*outputs)] if D == 2 else outputs[0]
        top = torch.stack(below)
        if lengths is not None:
            inside = torch.arange(T).unsqueeze(1) < lengths.unsqueeze(0)
            top = top * inside.to(device=x.device, dtype=kind).unsqueeze(2)
        roots, sent = [top, torch.stack(h_ends)], [
            torch.zeros_like(top) if gradient is None else gradient.to(kind),
            ends(call.get("h"), P),
        ]
        if lstm:
            roots.append(torch.stack(c_ends))
            sent.append(ends(call.get("c"), H))
        wanted = [step for _, _, steps in series for step in steps]
        found = torch.autograd.grad(roots, wanted, sent, allow_unused=True)
    norms, at = [], 0
    for suffix, what, steps in series:
        own = found[at : at + len(steps)]
        at += len(steps)
        stacked = torch.stack([torch.zeros_like(step) if one is None else one for one, step in zip(own, steps)])
        if lengths is not None:
            stacked = stacked * inside.to(device=x.device, dtype=kind).unsqueeze(2)
        norms.append((suffix, what, torch.linalg.vector_norm(stacked, dim=(1, 2))))
    largest = output.abs().max().to(kind)
    difference = (top.detach() - output.to(kind)).abs().max() / torch.where(largest > 0, largest, 1.0 + largest)
    return {"series": norms, "difference": difference}


def _loop(torch, mode, weights, suffix, inputs, h, c, lengths, reverse):
    """One layer in one direction: the states h_t `[B, P]` and c_t `[B, H]` of every step, by t.

    h_t = φ(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh); an LSTM's gates are i, f, g, o, a GRU's r, z, n.
    """
    w_ih, w_hh = weights["weight_ih_" + suffix], weights["weight_hh_" + suffix]
    b_ih, b_hh = weights.get("bias_ih_" + suffix), weights.get("bias_hh_" + suffix)
    w_hr = weights.get("weight_hr_" + suffix)
    linear = torch.nn.functional.linear
    T = len(inputs)
    hs, cs = [None] * T, [None] * T

    def kept(t, new, old):
        """The new state of the samples that have a step t, the old one of the others."""
        return new if lengths is None else torch.where((lengths > t).to(new.device).unsqueeze(1), new, old)

    # a state of its own in the graph: the first step's gradient is asked for as every other's is
    h, c = h.clone().requires_grad_(), c.clone().requires_grad_()
    for t in reversed(range(T)) if reverse else range(T):
        a, b = linear(inputs[t], w_ih, b_ih), linear(h, w_hh, b_hh)
        if mode == "LSTM":
            i, f, g, o = (a + b).chunk(4, 1)
            c = kept(t, torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g), c)
            new_h = torch.sigmoid(o) * torch.tanh(c)
            new_h = new_h if w_hr is None else linear(new_h, w_hr)
        elif mode == "GRU":
            (ra, za, na), (rb, zb, nb) = a.chunk(3, 1), b.chunk(3, 1)
            r, z = torch.sigmoid(ra + rb), torch.sigmoid(za + zb)
            n = torch.tanh(na + r * nb)
            new_h = (1 - z) * n + z * h
        else:
            new_h = (torch.relu if mode == "RNN_RELU" else torch.tanh)(a + b)
        h = kept(t, new_h, h)
        hs[t], cs[t] = h, c
    return hs, cs


# ---------------------------------------------------------------------------------------------------- Keras


def keras_callback(path, every=10, baseline=None, resume=False, keras=None):
    """A Keras callback that records every update of `model.fit`.

    Keras computes the gradients inside its training step, so the callback measures them where the optimizer takes
    them, on the device and in the compiled step, and copies the numbers once an update. The record has no gradients
    along time: Keras shows none. JAX's training step keeps no state a callback can read: there the callback refuses.

    Args:
        path: the record, JSON lines. A file of that name is replaced, or carried on with `resume=True`.
        every: an update in so many has all statistics; the others have norms.
        baseline: the loss of the best answer that ignores the input, where it is known.
        keras: the module to use, where it is not the one that `import keras` finds.
    """
    _positive("every", every, 1)
    if keras is None:
        try:
            import keras
        except ImportError:
            from tensorflow import keras
    backend = getattr(keras, "backend", None)
    name = backend.backend() if hasattr(backend, "backend") else "tensorflow"
    if name == "jax":
        raise ValueError("keras: the backend tensorflow or torch, got jax; its training step shows no gradients")
    ops = getattr(keras, "ops", None) or _tensorflow_ops()

    make = getattr(keras, "Variable", None) or _tensorflow_variable
    width = len(_KERAS_COLUMNS) + _LAST_DECADE - _FIRST_DECADE + 1

    class EvanesceCallback(keras.callbacks.Callback):
        """Made by `keras_callback`."""

        def __init__(self):
            super().__init__()
            self._lines, self._update = None, _next_update(path) if resume else 0
            self._taken = self._sink = None

        def on_train_begin(self, logs=None):
            if self._lines is None:
                self._lines = _Lines(path, resume)
                self._started = time.time()
            self._optimizer = getattr(self.model.optimizer, "inner_optimizer", self.model.optimizer)
            self._watch()

        def on_train_batch_end(self, batch, logs=None):
            numbers = self._sink_value()
            if numbers is None:
                return
            columns = dict(zip(_KERAS_COLUMNS, zip(*[row[: len(_KERAS_COLUMNS)] for row in numbers])))
            line = {
                "update": self._update,
                "seconds": round(time.time() - self._started, 3),
                "loss": float(_host(self._loss_value)),
                "rate": [float(_host(self._optimizer.learning_rate))],
                "norm": self._present(columns["norm"]),
                "weightNorm": self._present(columns["weightNorm"]),
                "updateNorm": self._present(columns["updateNorm"]),
            }
            clip = _keras_clip(self._optimizer, [one for one in line["norm"] if one is not None])
            if clip is not None:
                line["clip"] = clip
            if self._update % every == 0:
                for key in ("mean", "meanAbs", "largest", "zeros", "nonfinite", "underflow"):
                    line[key] = self._present(columns[key])
                line["histogram"] = self._present([_trimmed(row[len(_KERAS_COLUMNS) :]) for row in numbers])
            self._lines.write(line)
            self._update += 1

        def on_train_end(self, logs=None):
            self._unwatch()
            if self._lines is not None:
                self._lines.close()
                self._lines = None

        # -------------------------------------------------------------- what is measured

        def _variables(self):
            return list(self.model.trainable_variables)

        def _present(self, values):
            """None for a variable that the loss does not depend on."""
            return [value if there else None for value, there in zip(values, self._there)]

        def _write_header(self):
            trained = {id(one) for one in self._variables()}
            model = str(getattr(self.model, "name", "")) + "/"

            def named(one):
                name = _keras_name(one)
                return name[len(model) :] if name.startswith(model) else name

            self._there = [True] * len(trained)
            tensors = [{"name": named(one), "shape": list(one.shape)} for one in self._variables()]
            frozen = [
                named(one)
                for layer in getattr(self.model, "layers", ())
                if not getattr(layer, "trainable", True)
                for one in layer.weights
                if id(one) not in trained
            ]
            header = {
                "schema": SCHEMA,
                "framework": "Keras %s (%s)" % (getattr(keras, "__version__", ""), name),
                "model": str(getattr(self.model, "name", type(self.model).__name__)),
                "started": int(self._started),
                "order": "layers",
                "every": every,
                "tensors": tensors,
                "optimizer": {
                    "name": type(self._optimizer).__name__,
                    "rates": [float(_host(self._optimizer.learning_rate))],
                },
            }
            if frozen:
                header["frozen"] = frozen
            if isinstance(getattr(self.model, "loss", None), str):
                header["loss"] = self.model.loss
            if baseline is not None:
                header["baseline"] = float(baseline)
            self._lines.write(header)

        def _prepare(self):
            """Makes room for the numbers, and writes the header: at the first update, when the model is built."""
            variables = self._variables()
            self._places = {id(one): i for i, one in enumerate(variables)}
            with _outside_of_graphs(name):
                self._sink = make(_zeros((len(variables), width)), trainable=False, name="evanesce_gradients")
                self._write_header()

        def _watch(self):
            optimizer, model = self._optimizer, self.model
            self._loss_value = make(_zeros(()), trainable=False, name="evanesce_loss")
            callback = self
            method = "apply" if hasattr(optimizer, "apply") else "apply_gradients"
            inner, own_loss = getattr(optimizer, method), model.compute_loss

            def measured(gradients, wanted, go):
                if callback._sink is None:
                    callback._prepare()
                places = callback._places
                rows, before = [None] * len(places), {}
                for one in wanted:
                    before[id(one)] = ops.cast(ops.reshape(ops.convert_to_tensor(one), (-1,)), "float32") + 0.0
                callback._there = [False] * len(places)
                result_gradients = list(gradients)
                full = _every_update(ops, optimizer, every)
                stats = [
                    None if gradient is None else _keras_statistics(ops, gradient, full) for gradient in result_gradients
                ]
                result = go()
                for one, numbers in zip(wanted, stats):
                    place = places.get(id(one))
                    if place is None:
                        continue
                    now = ops.cast(ops.reshape(ops.convert_to_tensor(one), (-1,)), "float32")
                    sizes = ops.stack([_keras_norm(ops, now), _keras_norm(ops, now - before[id(one)])])
                    callback._there[place] = numbers is not None
                    if numbers is None:
                        numbers = ops.zeros((width - 2,), "float32")
                    rows[place] = ops.concatenate([sizes, numbers])
                rows = [ops.zeros((width,), "float32") if row is None else row for row in rows]
                callback._sink.assign(ops.stack(rows))
                return result

            def apply(grads, trainable_variables=None):
                wanted = callback._variables() if trainable_variables is None else list(trainable_variables)
                return measured(list(grads), wanted, lambda: inner(grads, trainable_variables))

            def apply_gradients(grads_and_vars, *args, **options):
                pairs = list(grads_and_vars)
                return measured(
                    [gradient for gradient, _ in pairs],
                    [one for _, one in pairs],
                    lambda: inner(pairs, *args, **options),
                )

            def compute_loss(*args, **options):
                loss = own_loss(*args, **options)
                callback._loss_value.assign(ops.cast(loss, "float32"))
                return loss

            setattr(optimizer, method, apply if method == "apply" else apply_gradients)
            model.compute_loss = compute_loss
            self._taken = (optimizer, method, model)
            self._make_again()

        def _unwatch(self):
            if self._taken is None:
                return
            optimizer, method, model = self._taken
            # what was set on the instance hid the class's own
            for owner, attribute in ((optimizer, method), (model, "compute_loss")):
                try:
                    delattr(owner, attribute)
                except AttributeError:
                    pass
            self._taken = None
            self._make_again()

        def _make_again(self):
            """A step compiled before knows nothing of the callback, and one compiled with it must not outlive it."""
            if getattr(self.model, "train_function", None) is not None and hasattr(self.model, "make_train_function"):
                self.model.make_train_function(force=True)

        def _sink_value(self):
            return None if self._taken is None or self._sink is None else _host(self._sink).tolist()

    return EvanesceCallback()


#: What one row of the sink holds before the counts by decade.
_KERAS_COLUMNS = (
    "weightNorm",
    "updateNorm",
    "norm",
    "mean",
    "meanAbs",
    "largest",
    "zeros",
    "nonfinite",
    "underflow",
)


def _keras_norm(ops, flat):
    """‖flat‖ in units of its largest entry: no square leaves float32's range."""
    largest = ops.max(ops.abs(flat))
    unit = ops.where(ops.logical_and(largest > 0, ops.isfinite(largest)), largest, ops.ones_like(largest))
    return unit * ops.sqrt(ops.sum(ops.square(flat / unit)))


def _keras_statistics(ops, gradient, full):
    """A row of the sink behind the two norms of the weights, everything but the norm 0 where `full` is false."""
    values = getattr(gradient, "values", None)  # tf.IndexedSlices of an embedding
    flat = ops.cast(ops.reshape(gradient if values is None or callable(values) else values, (-1,)), "float32")
    norm = ops.reshape(_keras_norm(ops, flat), (1,))
    decades = _LAST_DECADE - _FIRST_DECADE + 1

    def all_of():
        size = ops.abs(flat)
        finite = ops.isfinite(flat)
        one = ops.ones_like(flat)
        zero = ops.zeros_like(flat)
        safe = ops.where(finite, flat, zero)
        counted = ops.logical_and(finite, size > 0)
        count = ops.sum(one)
        good = ops.maximum(ops.sum(ops.where(finite, one, zero)), 1.0)
        few = ops.stack(
            [
                ops.sum(safe) / good,
                ops.sum(ops.abs(safe)) / good,
                ops.max(size),
                ops.sum(ops.where(flat == 0, one, zero)) / count,
                1.0 - ops.sum(ops.where(finite, one, zero)) / count,
                ops.sum(ops.where(ops.logical_and(counted, size <= 2.0**-25), one, zero)) / count,
            ]
        )
        # zeros and what is not finite are counted in a place of their own, which is cut off
        decade = ops.floor(ops.log10(ops.where(counted, size, one))) - _FIRST_DECADE + 1
        decade = ops.where(counted, ops.maximum(ops.minimum(decade, float(decades)), 1.0), zero)
        # a sum over segments has a shape that is known before it runs, as a compiled step needs it
        counts = ops.segment_sum(one, ops.cast(decade, "int32"), num_segments=decades + 1)[1:]
        return ops.concatenate([few, counts])

    def none_of():
        return ops.zeros((6 + decades,), "float32")

    return ops.concatenate([norm, all_of() if full is True else none_of() if full is False else ops.cond(full, all_of, none_of)])


def _every_update(ops, optimizer, every):
    """Whether the update that `optimizer` is about to do has all statistics: true, false, or a tensor."""
    iterations = ops.convert_to_tensor(optimizer.iterations)
    return ops.equal(iterations % every, 0)


def _keras_clip(optimizer, norms):
    """The factor of `global_clipnorm`, or of `clipnorm` over all variables together; None where nothing clips."""
    total = math.hypot(*norms) if norms else 0.0
    if not (0 < total < math.inf):
        return None
    limit = getattr(optimizer, "global_clipnorm", None)
    if limit:
        return min(1.0, limit / total)
    limit = getattr(optimizer, "clipnorm", None)
    if limit:
        return math.hypot(*[min(one, limit) for one in norms]) / total
    return None


def _keras_name(variable):
    return str(getattr(variable, "path", None) or variable.name).split(":")[0]


def _host(variable):
    """A variable's value as numpy's."""
    value = getattr(variable, "value", variable)
    value = value() if callable(value) else value
    value = value.detach().cpu() if hasattr(value, "detach") else value
    return value.numpy() if hasattr(value, "numpy") else value


def _zeros(shape):
    import numpy

    return numpy.zeros(shape, "float32")


def _outside_of_graphs(backend):
    """Where a variable is made that outlives the step that is being compiled."""
    if backend != "tensorflow":
        return contextlib.nullcontext()
    import tensorflow

    return tensorflow.init_scope()


def _tensorflow_variable(value, trainable, name):
    import tensorflow

    return tensorflow.Variable(value, trainable=trainable, name=name)


def _tensorflow_ops():
    """TensorFlow under the names of `keras.ops`, for tf.keras of Keras 2."""
    import types

    import tensorflow as tf

    return types.SimpleNamespace(
        abs=tf.abs, sqrt=tf.sqrt, square=tf.square, floor=tf.floor, equal=tf.equal, where=tf.where, cast=tf.cast,
        stack=tf.stack, reshape=tf.reshape, zeros=tf.zeros, ones_like=tf.ones_like, zeros_like=tf.zeros_like,
        maximum=tf.maximum, minimum=tf.minimum, logical_and=tf.logical_and, isfinite=tf.math.is_finite, cond=tf.cond,
        convert_to_tensor=tf.convert_to_tensor, sum=tf.reduce_sum, max=tf.reduce_max,
        concatenate=lambda parts: tf.concat(parts, 0),
        log10=lambda x: tf.math.log(x) / math.log(10.0),
        segment_sum=tf.math.unsorted_segment_sum,
    )
