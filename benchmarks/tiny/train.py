"""A tiny torch model: five epochs of Adam, five reports. What it costs is how it was started."""

import torch

import tui_tuner as tt

trial = tt.trial(lr=1e-2)
torch.manual_seed(trial.seed)
inputs = torch.randn(64, 8)
targets = inputs.sum(dim=1, keepdim=True)
model = torch.nn.Linear(8, 1)
optimizer = torch.optim.Adam(model.parameters(), lr=trial.params["lr"])
for epoch in range(1, 6):
    optimizer.zero_grad()
    loss = torch.nn.functional.mse_loss(model(inputs), targets)
    loss.backward()
    optimizer.step()
    trial.report(epoch, loss=loss.item())
