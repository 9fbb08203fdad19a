"""One step of a tiny model on the GPU, reported with the time that CUDA took to come up."""

import time

import torch

import tui_tuner as tt

trial = tt.trial(lr=1e-2)
began = time.perf_counter()
torch.zeros(1, device="cuda")
torch.cuda.synchronize()
context_s = time.perf_counter() - began
model = torch.nn.Linear(8, 1, device="cuda")
optimizer = torch.optim.Adam(model.parameters(), lr=trial.params["lr"])
loss = model(torch.randn(64, 8, device="cuda")).square().mean()
loss.backward()
optimizer.step()
torch.cuda.synchronize()
trial.report(1, loss=loss.item(), context_s=context_s)
