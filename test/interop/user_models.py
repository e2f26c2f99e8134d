"""Small image classifiers as people write them, and their ONNX files.

Each is made of the operators that its namesake exports to: residual networks, mobile networks (depthwise and dilated
convolutions, ReLU6, hard-swish, squeeze and excitation), networks of many branches, and vision transformers, one with
attention written out and one with PyTorch's own, which wants the sequence in front of the batch.
"""

import math

import torch
import torch.nn.functional as F
from torch import nn

IMAGE_SHAPE = (3, 32, 32)
CLASSES = 10


class ResidualBlock(nn.Module):
    def __init__(self, channels, out, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, out, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(out)
        self.conv2 = nn.Conv2d(out, out, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(out)
        self.down = nn.Sequential(nn.Conv2d(channels, out, 1, stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        return F.relu(self.bn2(self.conv2(y)) + self.down(x))


class ResNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 7, stride=2, padding=3, bias=False)
        self.bn = nn.BatchNorm2d(8)
        self.layer1 = ResidualBlock(8, 8, 1)
        self.layer2 = ResidualBlock(8, 12, 2)
        self.fc = nn.Linear(12, CLASSES)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn(self.conv(x))), 3, 2, 1)
        x = F.adaptive_avg_pool2d(self.layer2(self.layer1(x)), 1)
        return self.fc(x.view(x.size(0), -1))


class MobileBlock(nn.Module):
    """Expansion, depthwise convolution, squeeze and excitation, projection."""

    def __init__(self, channels, hidden, stride, activation, dilation=1):
        super().__init__()
        self.expand = nn.Sequential(nn.Conv2d(channels, hidden, 1, bias=False), nn.BatchNorm2d(hidden), activation())
        self.depthwise = nn.Sequential(
            nn.Conv2d(hidden, hidden, 3, stride, dilation, dilation, groups=hidden, bias=False),
            nn.BatchNorm2d(hidden),
            activation(),
        )
        self.squeeze = nn.Conv2d(hidden, 4, 1)
        self.excite = nn.Conv2d(4, hidden, 1)
        self.project = nn.Sequential(nn.Conv2d(hidden, channels, 1, bias=False), nn.BatchNorm2d(channels))
        self.stride = stride

    def forward(self, x):
        y = self.depthwise(self.expand(x))
        scale = F.hardsigmoid(self.excite(F.relu(self.squeeze(y.mean((2, 3), keepdim=True)))))
        y = self.project(y * scale)
        return x + y if self.stride == 1 else y


class MobileNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1, bias=False), nn.BatchNorm2d(8), nn.Hardswish())
        self.blocks = nn.Sequential(
            MobileBlock(8, 16, 1, nn.ReLU6),
            MobileBlock(8, 16, 2, nn.Hardswish),
            MobileBlock(8, 16, 1, nn.SiLU, dilation=2),
        )
        # Without an activation in front of the mean, the mean of a normalised plane would not depend on anything.
        self.last = nn.Sequential(nn.Conv2d(8, 12, 1, bias=False), nn.BatchNorm2d(12), nn.Hardswish())
        self.head = nn.Sequential(nn.Dropout(0.2), nn.Linear(12, CLASSES))

    def forward(self, x):
        return self.head(torch.flatten(F.adaptive_avg_pool2d(self.last(self.blocks(self.stem(x))), 1), 1))


class Branches(nn.Module):
    """Groups, asymmetric padding, pooling that rounds up, concatenation; no normalisation; probabilities."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=(1, 0))
        self.left = nn.Conv2d(8, 8, (1, 3), padding=(0, 1), groups=2)
        self.right = nn.Conv2d(8, 4, 5, stride=2, padding=2)
        self.fc = nn.Linear(20, CLASSES)

    def forward(self, x):
        x = F.leaky_relu(self.conv(F.pad(x, (0, 1, 2, 0))), 0.1)
        left = F.elu(F.max_pool2d(self.left(x), 3, 2, ceil_mode=True))
        right = F.softplus(self.right(x))
        size = left.shape[2:]
        both = torch.cat([left, right[:, :, : size[0], : size[1]], F.avg_pool2d(x, 3, 2, ceil_mode=True)], 1)
        return F.softmax(self.fc(both.amax((2, 3)) * torch.sigmoid(both.mean((2, 3)))), 1)


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x):
        batch, tokens, width = x.shape
        q, k, v = self.qkv(x).reshape(batch, tokens, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        weights = (q @ k.transpose(-2, -1) / math.sqrt(width // self.heads)).softmax(-1)
        return self.proj((weights @ v).transpose(1, 2).reshape(batch, tokens, width))


class OwnBlock(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = Attention(width, heads)
        self.mlp = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class TorchBlock(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = nn.MultiheadAttention(width, heads, batch_first=True)
        self.mlp = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

    def forward(self, x):
        y = self.norm1(x)
        x = x + self.attention(y, y, y, need_weights=False)[0]
        return x + self.mlp(self.norm2(x))


class VisionTransformer(nn.Module):
    def __init__(self, block=OwnBlock, width=12, heads=3):
        super().__init__()
        self.patches = nn.Conv2d(3, width, 8, 8)
        self.token = nn.Parameter(torch.randn(1, 1, width))
        self.positions = nn.Parameter(torch.randn(1, 17, width))
        self.blocks = nn.Sequential(block(width, heads), block(width, heads))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, CLASSES)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], 1) + self.positions
        return self.head(self.norm(self.blocks(x))[:, 0])


MODELS = {
    "resnet": ResNet,
    "mobilenet": MobileNet,
    "branches": Branches,
    "vit": VisionTransformer,
    "vit-torch-attention": lambda: VisionTransformer(TorchBlock),
}


def make(name, seed):
    """A model with PyTorch's own initial weights, in inference mode as people export it."""
    torch.manual_seed(seed)
    return MODELS[name]().eval()


def export(model, path, *, batch=2, dynamic=True, opset=17, keep=True):
    """Writes the ONNX file; `keep`: with its batch normalisations apart from the convolutions."""
    torch.onnx.export(
        model,
        torch.randn(batch, *IMAGE_SHAPE),
        str(path),
        opset_version=opset,
        input_names=["images"],
        output_names=["logits"],
        training=torch.onnx.TrainingMode.PRESERVE if keep else torch.onnx.TrainingMode.EVAL,
        do_constant_folding=not keep,
        dynamic_axes={"images": {0: "batch"}} if dynamic else None,
    )
