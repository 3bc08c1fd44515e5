# The libtorch operators of the detectors, in TorchScript's serialized dialect; see operators.py.
# DetectorOperators.java gives each method its Java signature.
#
# N rows, C channels, H height, W width. Weights are fp32 and take the precision of the activations where they meet them.
class DetectorOperators(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  # ---- layers ----
  # Convolution without bias, then batch normalization; in training the running mean and variance move in place.
  def convolution_norm(self: __torch__.DetectorOperators, x: Tensor, w: Tensor, scale: Tensor, shift: Tensor, mean: Tensor, variance: Tensor, stride: int, padding: int, training: bool) -> Tensor:
    w1 = torch.to(w, ops.prim.dtype(x), False, False, 2)
    y = torch.conv2d(x, w1, None, [stride, stride], [padding, padding], [1, 1], 1)
    return torch.batch_norm(y, scale, shift, mean, variance, training, 0.10000000000000001, 1.0000000000000001e-05, True)
  def pointwise(self: __torch__.DetectorOperators, x: Tensor, w: Tensor, b: Tensor) -> Tensor:
    d = ops.prim.dtype(x)
    return torch.conv2d(x, torch.to(w, d, False, False, None), torch.to(b, d, False, False, None), [1, 1], [0, 0], [1, 1], 1)
  def relu(self: __torch__.DetectorOperators, x: Tensor) -> Tensor:
    return torch.relu(x)
  def max_pool(self: __torch__.DetectorOperators, x: Tensor, kernel: int, stride: int, padding: int) -> Tensor:
    return torch.max_pool2d(x, [kernel, kernel], [stride, stride], [padding, padding], [1, 1], False)
  # The product by 1 copies a gradient that is part of a joined one; of such a part libtorch resizes number by number.
  def resize_bilinear(self: __torch__.DetectorOperators, x: Tensor, height: int, width: int) -> Tensor:
    return torch.mul(torch.upsample_bilinear2d(x, [height, width], False, None), 1.)
  def mean_over_positions(self: __torch__.DetectorOperators, x: Tensor) -> Tensor:
    return torch.mean(x, [2, 3], False, dtype=None)
  def channels_last(self: __torch__.DetectorOperators, x: Tensor) -> Tensor:
    return torch.contiguous(x, memory_format=2)

  # ---- results, fp32 ----
  def sigmoid(self: __torch__.DetectorOperators, x: Tensor) -> Tensor:
    return torch.sigmoid(torch.to(x, 6, False, False, None))
  def softmax(self: __torch__.DetectorOperators, x: Tensor) -> Tensor:
    return torch.softmax(torch.to(x, 6, False, False, None), -1, dtype=None)

  # ---- losses ----
  # Focal loss of gamma 2, mean over pixels, plus two dice losses, smoothed by 1: of the whole batch, in which false alarms on good
  # images count, and the mean over the images with a defect, in which small defects count as much as large ones.
  def focal_dice(self: __torch__.DetectorOperators, x: Tensor, mask: Tensor) -> Tensor:
    logits = torch.to(x, 6, False, False, None)
    entropy = torch.binary_cross_entropy_with_logits(logits, mask, None, None, 0)
    missed = torch.rsub(torch.exp(torch.neg(entropy)), 1., 1)
    focal = torch.mean(torch.mul(torch.mul(missed, missed), entropy), dtype=None)
    p = torch.sigmoid(logits)
    both = torch.mul(torch.sum(torch.mul(p, mask), [1, 2, 3], False, dtype=None), 2.)
    area = torch.sum(mask, [1, 2, 3], False, dtype=None)
    sizes = torch.add(torch.sum(p, [1, 2, 3], False, dtype=None), area, alpha=1)
    images = torch.rsub(torch.div(torch.add(both, 1., 1), torch.add(sizes, 1., 1)), 1., 1)
    defective = torch.to(torch.gt(area, 0), 6, False, False, None)
    image = torch.div(torch.sum(torch.mul(images, defective), dtype=None), torch.clamp_min(torch.sum(defective, dtype=None), 1.))
    batch = torch.rsub(torch.div(torch.add(torch.sum(both, dtype=None), 1., 1), torch.add(torch.sum(sizes, dtype=None), 1., 1)), 1., 1)
    return torch.add(focal, torch.add(image, batch, alpha=1), alpha=1)
  def cross_entropy(self: __torch__.DetectorOperators, x: Tensor, labels: Tensor) -> Tensor:
    return torch.cross_entropy_loss(torch.to(x, 6, False, False, None), labels, None, 1, -100, 0.)
