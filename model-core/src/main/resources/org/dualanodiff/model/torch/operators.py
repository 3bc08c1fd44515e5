# The libtorch operators that the Java tensor API lacks, in TorchScript's serialized dialect.
# Written into a TorchScript archive at start-up by ScriptArchive; Operators.java and DualOperators.java give each method its Java signature.
#
# N rows, S positions, T context positions, C channels, H W height and width, F branches (2), r rank.
class Operators(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  # ---- layers ----
  def linear(self: __torch__.Operators, x: Tensor, w: Tensor, b: Tensor) -> Tensor:
    return torch.linear(x, w, b)
  def linear_no_bias(self: __torch__.Operators, x: Tensor, w: Tensor) -> Tensor:
    return torch.linear(x, w, None)
  def conv2d(self: __torch__.Operators, x: Tensor, w: Tensor, b: Tensor, stride: int, padding: int) -> Tensor:
    return torch.conv2d(x, w, b, [stride, stride], [padding, padding], [1, 1], 1)
  def group_norm(self: __torch__.Operators, x: Tensor, groups: int, w: Tensor, b: Tensor, eps: float) -> Tensor:
    return torch.group_norm(x, groups, w, b, eps, False)
  # SiLU of it; without gradients where the normalized numbers lie.
  def group_norm_silu(self: __torch__.Operators, x: Tensor, groups: int, w: Tensor, b: Tensor, eps: float) -> Tensor:
    y = torch.group_norm(x, groups, w, b, eps, False)
    if ops.prim.requires_grad(y):
      z = torch.silu(y)
    else:
      z = torch.silu_(y)
    return z
  def layer_norm(self: __torch__.Operators, x: Tensor, w: Tensor, b: Tensor, eps: float) -> Tensor:
    return torch.layer_norm(x, [torch.size(x, -1)], w, b, eps, False)
  def silu(self: __torch__.Operators, x: Tensor) -> Tensor:
    return torch.silu(x)
  def gelu(self: __torch__.Operators, x: Tensor) -> Tensor:
    return torch.gelu(x, approximate="none")
  def quick_gelu(self: __torch__.Operators, x: Tensor) -> Tensor:
    return torch.mul(x, torch.sigmoid(torch.mul(x, 1.702)))
  def geglu(self: __torch__.Operators, x: Tensor) -> Tensor:
    value, gate = torch.chunk(x, 2, -1)
    return torch.mul(value, torch.gelu(gate, approximate="none"))
  # GEGLU feed-forward: x (N, S, C). Without gradients a CPU takes some positions at a time: what lies between the two
  # products, 12 times as wide as x, then stays in its caches. Same numbers.
  def feed_forward(self: __torch__.Operators, x: Tensor, in_w: Tensor, in_b: Tensor, out_w: Tensor, out_b: Tensor) -> Tensor:
    if torch.__and__(ops.prim.is_cpu(x), torch.__not__(ops.prim.requires_grad(x))):
      parts = annotate(List[Tensor], [])
      for part in torch.split(torch.reshape(x, [-1, torch.size(x, 2)]), 1024, 0):
        _0 = torch.append(parts, torch.linear((self).geglu(torch.linear(part, in_w, in_b), ), out_w, out_b))
      y = torch.view(torch.cat(parts, 0), torch.size(x))
    else:
      y = torch.linear((self).geglu(torch.linear(x, in_w, in_b), ), out_w, out_b)
    return y
  def embedding(self: __torch__.Operators, ids: Tensor, table: Tensor) -> Tensor:
    return torch.embedding(table, ids, -1, False, False)
  def resize_nearest(self: __torch__.Operators, x: Tensor, height: int, width: int) -> Tensor:
    return torch.upsample_nearest2d(x, [height, width], None, None)
  def pad_right_bottom(self: __torch__.Operators, x: Tensor) -> Tensor:
    return torch.constant_pad_nd(x, [0, 1, 0, 1], 0)

  # Every patch's coordinates: x (N, 3, H, W), basis (C, 3, f, f) -> (N, C, H/f, W/f); and the patches of coordinates.
  def project_patches(self: __torch__.Operators, x: Tensor, basis: Tensor) -> Tensor:
    f = torch.size(basis, 2)
    return torch.conv2d(x, basis, None, [f, f], [0, 0], [1, 1], 1)
  def compose_patches(self: __torch__.Operators, z: Tensor, basis: Tensor) -> Tensor:
    f = torch.size(basis, 2)
    return torch.conv_transpose2d(z, basis, None, [f, f], [0, 0], [0, 0], 1, [1, 1])

  # ---- attention: (N, S, C) x (N, T, C) -> (N, S, C); the score matrix is never stored ----
  def attention(self: __torch__.Operators, q: Tensor, k: Tensor, v: Tensor, heads: int, causal: bool) -> Tensor:
    n = torch.size(q, 0)
    width = torch.floordiv(torch.size(q, 2), heads)
    q1 = torch.transpose(torch.view(q, [n, -1, heads, width]), 1, 2)
    k1 = torch.transpose(torch.view(k, [n, -1, heads, width]), 1, 2)
    v1 = torch.transpose(torch.view(v, [n, -1, heads, width]), 1, 2)
    # A CPU walks many positions faster where a head's lie side by side (a fifth of the time, with its gradient); same numbers.
    if torch.__and__(torch.ge(torch.size(q, 1), 1024), ops.prim.is_cpu(q)):
      q1 = torch.contiguous(q1, memory_format=0)
      k1 = torch.contiguous(k1, memory_format=0)
      v1 = torch.contiguous(v1, memory_format=0)
    y = torch.scaled_dot_product_attention(q1, k1, v1, None, 0., causal)
    return torch.reshape(torch.transpose(y, 1, 2), torch.size(q))

  # Mean over heads of the attention to some tokens, summed over them: q (N, S, C), k (N, T, C) -> (N, S), fp32.
  def token_attention(self: __torch__.Operators, q: Tensor, k: Tensor, heads: int, first: int, tokens: int) -> Tensor:
    n = torch.size(q, 0)
    width = torch.floordiv(torch.size(q, 2), heads)
    # In half precision the scores of some models overflow.
    q1 = torch.transpose(torch.reshape(torch.to(q, 6, False, False, None), [n, -1, heads, width]), 1, 2)
    k1 = torch.transpose(torch.reshape(torch.to(k, 6, False, False, None), [n, -1, heads, width]), 1, 2)
    scores = torch.mul(torch.matmul(q1, torch.transpose(k1, 2, 3)), torch.pow(float(width), -0.5))
    shares = torch.softmax(scores, -1, dtype=None)
    return torch.sum(torch.mean(torch.narrow(shares, 3, first, tokens), [1], False, dtype=None), [-1], False, dtype=None)

  # ---- adapter weights: fp32 whatever the base computes in ----
  def adapter_linear(self: __torch__.Operators, x: Tensor, w: Tensor, b: Tensor) -> Tensor:
    d = ops.prim.dtype(x)
    return torch.linear(x, torch.to(w, d, False, False, None), torch.to(b, d, False, False, None))
  def adapter_linear_no_bias(self: __torch__.Operators, x: Tensor, w: Tensor) -> Tensor:
    return torch.linear(x, torch.to(w, ops.prim.dtype(x), False, False, None), None)
  def adapter_layer_norm(self: __torch__.Operators, x: Tensor, w: Tensor, b: Tensor, eps: float) -> Tensor:
    d = ops.prim.dtype(x)
    return torch.layer_norm(x, [torch.size(x, -1)], torch.to(w, d, False, False, None), torch.to(b, d, False, False, None), eps, False)

  # ---- LoRA ----
  # x w^T + b + up(down(x))
  def low_rank(self: __torch__.Operators, x: Tensor, base: Tensor, down: Tensor, up: Tensor) -> Tensor:
    d = torch.to(down, ops.prim.dtype(x), False, False, None)
    u = torch.to(up, ops.prim.dtype(x), False, False, None)
    return torch.add(base, torch.linear(torch.linear(x, d, None), u, None), alpha=1)
  # One low-rank pair a branch on rows (b f), f fastest: x (B*F, S, Cin), base (B*F, S, Cout).
  def low_rank_by_branch(self: __torch__.Operators, x: Tensor, base: Tensor, downs: List[Tensor], ups: List[Tensor]) -> Tensor:
    f = torch.len(downs)
    d = torch.to(torch.transpose(torch.stack(downs, 0), 1, 2), ops.prim.dtype(x), False, False, None)
    u = torch.to(torch.transpose(torch.stack(ups, 0), 1, 2), ops.prim.dtype(x), False, False, None)
    rows = torch.view(x, [-1, f, torch.size(x, 1), torch.size(x, 2)])
    return torch.add(base, torch.view(torch.matmul(torch.matmul(rows, d), u), torch.size(base)), alpha=1)

  # ---- SAIM (paper, section 3.2): at every position the two branches are the two tokens of one single-head attention ----
  # A softmax over two tokens is a sigmoid of the difference of their scores, so only k(z1 - z0) is needed
  # and the bias of k cancels. z, q, v (B*F, S, C) rows (b f) -> what each branch receives, before W_o.
  def branch_difference(self: __torch__.Operators, z: Tensor) -> Tensor:
    pairs = torch.view(z, [-1, 2, torch.size(z, 1), torch.size(z, 2)])
    return torch.sub(torch.select(pairs, 1, 1), torch.select(pairs, 1, 0), alpha=1)
  def branch_attention(self: __torch__.Operators, q: Tensor, k_difference: Tensor, v: Tensor) -> Tensor:
    s = torch.size(q, 1)
    c = torch.size(q, 2)
    q1 = torch.view(q, [-1, 2, s, c])
    v1 = torch.view(v, [-1, 2, s, c])
    score = torch.sum(torch.mul(q1, torch.unsqueeze(k_difference, 1)), [-1], True, dtype=None)
    share = torch.sigmoid(torch.mul(score, torch.pow(float(c), -0.5)))
    v_global = torch.unsqueeze(torch.select(v1, 1, 0), 1)
    v_anomaly = torch.unsqueeze(torch.select(v1, 1, 1), 1)
    return torch.view(torch.lerp(v_global, v_anomaly, share), torch.size(q))

  # ---- BCM (paper, section 3.3) ----
  # (1 - a) h + a background in GLOBAL rows: h (B*2, S, C) rows (b f), background (B, S, C), a (1).
  def mix_into_global(self: __torch__.Operators, h: Tensor, background: Tensor, a: Tensor) -> Tensor:
    pairs = torch.view(h, [-1, 2, torch.size(h, 1), torch.size(h, 2)])
    share = torch.to(a, ops.prim.dtype(h), False, False, None)
    mixed = torch.lerp(torch.select(pairs, 1, 0), background, share)
    return torch.view(torch.stack([mixed, torch.select(pairs, 1, 1)], 1), torch.size(h))

  # ---- anchored sampling: GLOBAL follows a clean image outside of where ANOMALY sees a defect ----
  # x (B*2, C, H, W) rows (b f), noise as predicted for it, clean (B, C, H, W), ground (1, C, H, W), place (B, 1, H, W) in
  # 0..1: where a defect may be. Gives the noise that leads there.
  def anchored_noise(self: __torch__.Operators, x: Tensor, noise: Tensor, clean: Tensor, ground: Tensor, place: Tensor, alpha: float, sigma: float, center: float, softness: float) -> Tensor:
    data = torch.div(torch.sub(x, torch.mul(noise, sigma), alpha=1), alpha)
    c = torch.size(x, 1)
    h = torch.size(x, 2)
    w = torch.size(x, 3)
    pairs = torch.view(data, [-1, 2, c, h, w])
    part = torch.sub(torch.select(pairs, 1, 1), ground, alpha=1)
    level = torch.mean(torch.abs(part), [1], True, dtype=None)
    seen = torch.sigmoid(torch.div(torch.sub(level, center, 1), softness))
    free = torch.mul(torch.max_pool2d(seen, [3, 3], [1, 1], [1, 1], [1, 1], False), place)
    anchored = torch.lerp(clean, torch.select(pairs, 1, 0), free)
    rows = torch.view(x, [-1, 2, c, h, w])
    towards = torch.div(torch.sub(torch.select(rows, 1, 0), torch.mul(anchored, alpha), alpha=1), sigma)
    kept = torch.select(torch.view(noise, [-1, 2, c, h, w]), 1, 1)
    return torch.view(torch.stack([towards, kept], 1), torch.size(x))

  # ---- merged adapters: rows (f b), branch by branch, so that one batched product serves both ----
  # base + up down, transposed: base (Cout, Cin) -> (Cin, Cout), in the base's precision
  def merged(self: __torch__.Operators, base: Tensor, down: Tensor, up: Tensor) -> Tensor:
    sum = torch.add(torch.to(base, 6, False, False, None), torch.matmul(up, down), alpha=1)
    return torch.contiguous(torch.transpose(torch.to(sum, ops.prim.dtype(base), False, False, None), 0, 1), memory_format=0)
  # x (F*n, S, Cin), w (F, Cin, Cout) -> (F*n, S, Cout)
  def branch_linear(self: __torch__.Operators, x: Tensor, w: Tensor) -> Tensor:
    f = torch.size(w, 0)
    y = torch.bmm(torch.view(x, [f, -1, torch.size(x, 2)]), w)
    return torch.view(y, [torch.size(x, 0), torch.size(x, 1), -1])
  # ... + b, b (Cout)
  def branch_linear_bias(self: __torch__.Operators, x: Tensor, w: Tensor, b: Tensor) -> Tensor:
    f = torch.size(w, 0)
    y = torch.baddbmm(torch.view(b, [1, 1, -1]), torch.view(x, [f, -1, torch.size(x, 2)]), w, beta=1, alpha=1)
    return torch.view(y, [torch.size(x, 0), torch.size(x, 1), -1])
  # The whole of SAIM on rows (f b) with its linear chains folded: value_query (2C, C) holds W_o W_v W_i over W_q W_i.
  def merged_interaction(self: __torch__.Operators, h: Tensor, norm_w: Tensor, norm_b: Tensor, value_query: Tensor, bias: Tensor, key: Tensor, eps: float) -> Tensor:
    c = torch.size(h, 2)
    n = torch.layer_norm(h, [c], norm_w, norm_b, eps, False)
    vq = torch.linear(n, value_query, bias)
    n_global, n_anomaly = torch.chunk(n, 2, 0)
    k = torch.linear(torch.sub(n_anomaly, n_global, alpha=1), key, None)
    pairs = torch.view(vq, [2, -1, torch.size(h, 1), torch.mul(c, 2)])
    q = torch.narrow(pairs, 3, c, c)
    score = torch.sum(torch.mul(q, torch.unsqueeze(k, 0)), [-1], True, dtype=None)
    share = torch.sigmoid(torch.mul(score, torch.pow(float(c), -0.5)))
    v = torch.narrow(pairs, 3, 0, c)
    heard = torch.lerp(torch.narrow(v, 0, 0, 1), torch.narrow(v, 0, 1, 1), share)
    return torch.add(h, torch.view(heard, torch.size(h)), alpha=1)
  # (1 - a) h + a background in the GLOBAL half of rows (f b)
  def mix_into_global_half(self: __torch__.Operators, h: Tensor, background: Tensor, a: Tensor) -> Tensor:
    h_global, h_anomaly = torch.chunk(h, 2, 0)
    share = torch.to(a, ops.prim.dtype(h), False, False, None)
    return torch.cat([torch.lerp(h_global, background, share), h_anomaly], 0)
  def matmul(self: __torch__.Operators, x: Tensor, y: Tensor) -> Tensor:
    return torch.matmul(x, y)
  # (b f) -> (f b) and back, over the first dimension
  def branch_first(self: __torch__.Operators, x: Tensor) -> Tensor:
    rest = torch.slice(torch.size(x), 1, None, 1)
    pairs = torch.view(x, torch.add([-1, 2], rest))
    return torch.reshape(torch.transpose(pairs, 0, 1), torch.size(x))
  def branch_last(self: __torch__.Operators, x: Tensor) -> Tensor:
    rest = torch.slice(torch.size(x), 1, None, 1)
    pairs = torch.view(x, torch.add([2, -1], rest))
    return torch.reshape(torch.transpose(pairs, 0, 1), torch.size(x))
  # Rows (f b) that several texts share, once for each of them: (F*B, ...) -> (F*G*B, ...), rows (f g b)
  def spread_branches(self: __torch__.Operators, x: Tensor, texts: int) -> Tensor:
    rest = torch.slice(torch.size(x), 1, None, 1)
    b = torch.floordiv(torch.size(x, 0), 2)
    branches = torch.view(x, torch.add([2, 1, b], rest))
    all = torch.expand(branches, torch.add([2, texts, b], rest), implicit=False)
    return torch.reshape(all, torch.add([torch.mul(torch.size(x, 0), texts)], rest))
  # Each of the G text rows of a branch stands for many pairs: (F*G, T, C) -> (F*G*times, T, C)
  def repeat_rows(self: __torch__.Operators, x: Tensor, times: int) -> Tensor:
    return torch.repeat_interleave(x, times, 0, output_size=None)

  # ---- arithmetic ----
  def add(self: __torch__.Operators, x: Tensor, y: Tensor) -> Tensor:
    return torch.add(x, y, alpha=1)
  def add_to_positions(self: __torch__.Operators, x: Tensor, y: Tensor) -> Tensor:
    return torch.add(x, torch.unsqueeze(torch.unsqueeze(y, -1), -1), alpha=1)
  def multiply(self: __torch__.Operators, x: Tensor, factor: float) -> Tensor:
    return torch.mul(x, factor)
  # a x + b y
  def combine(self: __torch__.Operators, x: Tensor, a: float, y: Tensor, b: float) -> Tensor:
    return torch.add(torch.mul(x, a), torch.mul(y, b), alpha=1)
  # x + factor (y - x)
  def extrapolate(self: __torch__.Operators, x: Tensor, y: Tensor, factor: float) -> Tensor:
    return torch.add(x, torch.mul(torch.sub(y, x, alpha=1), factor), alpha=1)
  # a x + b y with one a and b a row
  def combine_rows(self: __torch__.Operators, x: Tensor, a: Tensor, y: Tensor, b: Tensor) -> Tensor:
    shape = [-1, 1, 1, 1]
    return torch.add(torch.mul(torch.view(a, shape), x), torch.mul(torch.view(b, shape), y), alpha=1)
  def clamp(self: __torch__.Operators, x: Tensor, low: float, high: float) -> Tensor:
    return torch.clamp(x, low, high)
  def exp(self: __torch__.Operators, x: Tensor) -> Tensor:
    return torch.exp(x)
  def product(self: __torch__.Operators, x: Tensor, y: Tensor) -> Tensor:
    return torch.mul(x, y)
  def sinusoid(self: __torch__.Operators, t: Tensor, frequencies: Tensor, cosine_first: bool) -> Tensor:
    angle = torch.mul(torch.unsqueeze(torch.to(t, 6, False, False, None), 1), torch.unsqueeze(frequencies, 0))
    if cosine_first:
      e = torch.cat([torch.cos(angle), torch.sin(angle)], -1)
    else:
      e = torch.cat([torch.sin(angle), torch.cos(angle)], -1)
    return e
  def mean_squared_error(self: __torch__.Operators, x: Tensor, y: Tensor) -> Tensor:
    return torch.mse_loss(torch.to(x, 6, False, False, None), y, 1)
  # mean of w (x - y)^2; w (N, 1, H, W)
  def weighted_squared_error(self: __torch__.Operators, x: Tensor, y: Tensor, w: Tensor) -> Tensor:
    error = torch.mean(torch.pow(torch.sub(torch.to(x, 6, False, False, None), y, alpha=1), 2), [1], True, dtype=None)
    return torch.mean(torch.mul(error, w), dtype=None)
  # mean of |x - y| and of its differences between neighbors, these at three scales: x, y (N, C, H, W)
  def picture_error(self: __torch__.Operators, x: Tensor, y: Tensor) -> Tensor:
    d = torch.sub(torch.to(x, 6, False, False, None), y, alpha=1)
    e = torch.mean(torch.abs(d), dtype=None)
    for i in range(3):
      across = torch.sub(torch.slice(d, 3, 1, 9223372036854775807, 1), torch.slice(d, 3, 0, -1, 1), alpha=1)
      down = torch.sub(torch.slice(d, 2, 1, 9223372036854775807, 1), torch.slice(d, 2, 0, -1, 1), alpha=1)
      e = torch.add(e, torch.mean(torch.abs(across), dtype=None), alpha=1)
      e = torch.add(e, torch.mean(torch.abs(down), dtype=None), alpha=1)
      d = torch.avg_pool2d(d, [2, 2], [2, 2], [0, 0], False, True, None)
    return e
  # Weights for both branches of a pair, more where the part is not ground: x (B*2, C, H, W), ground (1, C, H, W) -> (B*2, 1, H, W)
  def defect_weights(self: __torch__.Operators, x: Tensor, ground: Tensor, weight: float, limit: float) -> Tensor:
    pairs = torch.view(x, [-1, 2, torch.size(x, 1), torch.size(x, 2), torch.size(x, 3)])
    part = torch.sub(torch.select(pairs, 1, 1), ground, alpha=1)
    seen = torch.to(torch.gt(torch.mean(torch.abs(part), [1], True, dtype=None), limit), 6, False, False, None)
    one = torch.add(torch.mul(seen, torch.sub(weight, 1.)), 1., 1)
    return torch.repeat_interleave(one, 2, 0, output_size=None)

  # ---- shapes ----
  def view(self: __torch__.Operators, x: Tensor, shape: List[int]) -> Tensor:
    return torch.reshape(x, shape)
  def positions_last_to_channels_last(self: __torch__.Operators, x: Tensor) -> Tensor:
    return torch.contiguous(torch.transpose(torch.flatten(x, 2, 3), 1, 2), memory_format=0)
  def channels_last_to_positions_last(self: __torch__.Operators, x: Tensor, height: int, width: int) -> Tensor:
    return torch.contiguous(torch.view(torch.transpose(x, 1, 2), [torch.size(x, 0), torch.size(x, 2), height, width]), memory_format=0)
  def concat(self: __torch__.Operators, parts: List[Tensor], dimension: int) -> Tensor:
    return torch.cat(parts, dimension)
  def narrow(self: __torch__.Operators, x: Tensor, dimension: int, start: int, length: int) -> Tensor:
    return torch.narrow(x, dimension, start, length)
  def select_rows(self: __torch__.Operators, x: Tensor, rows: Tensor) -> Tensor:
    return torch.index_select(x, 0, rows)
  # (G*F, ...) -> (G*R*F, ...): each of the G groups of F rows stands R times.
  def repeat_groups(self: __torch__.Operators, x: Tensor, group_rows: int, times: int) -> Tensor:
    t = torch.size(x, 1)
    c = torch.size(x, 2)
    groups = torch.view(x, [-1, 1, group_rows, t, c])
    return torch.reshape(torch.expand(groups, [-1, times, group_rows, t, c], implicit=False), [-1, t, c])
  def select_branch(self: __torch__.Operators, x: Tensor, branch: int) -> Tensor:
    pairs = torch.view(x, [-1, 2, torch.size(x, 1), torch.size(x, 2)])
    return torch.contiguous(torch.select(pairs, 1, branch), memory_format=0)
  def zeros_like(self: __torch__.Operators, x: Tensor) -> Tensor:
    return torch.zeros_like(x)
  def fill(self: __torch__.Operators, x: Tensor, value: float) -> Tensor:
    return torch.full_like(x, value)
  def overwrite(self: __torch__.Operators, target: Tensor, source: Tensor) -> Tensor:
    return torch.copy_(target, source, False)
  def cast(self: __torch__.Operators, x: Tensor, dtype: int) -> Tensor:
    return torch.to(x, dtype, False, False, None)
  # The numbers as they are read on the host: fp32, row by row. And a copy on a device.
  def to_host(self: __torch__.Operators, x: Tensor) -> Tensor:
    return torch.contiguous(torch.to(x, torch.device("cpu"), 6, False, False), memory_format=0)
  def to_device(self: __torch__.Operators, x: Tensor, device: str) -> Tensor:
    return torch.to(x, torch.device(device), None, False, True)
  def detach(self: __torch__.Operators, x: Tensor) -> Tensor:
    return torch.detach(x)
  def copy(self: __torch__.Operators, x: Tensor) -> Tensor:
    return torch.clone(x, memory_format=0)

  # ---- learning ----
  # The gradient by each parameter; zeros where there is none.
  def or_zeros(self: __torch__.Operators, found: List[Optional[Tensor]], parameters: List[Tensor]) -> List[Tensor]:
    out = annotate(List[Tensor], [])
    for i in range(torch.len(parameters)):
      g = found[i]
      if torch.__isnot__(g, None):
        gradient = unchecked_cast(Tensor, g)
        # Laid out as the parameter: else a GPU takes one kernel a tensor for what it does to all gradients at once.
        if torch.__not__(ops.prim.is_cpu(gradient)):
          gradient = torch.contiguous(gradient, memory_format=0)
        _0 = torch.append(out, gradient)
      else:
        _1 = torch.append(out, torch.zeros_like(parameters[i]))
    return out
  # d loss / d parameter for each parameter; zeros where the loss does not depend on it.
  def gradients(self: __torch__.Operators, loss: Tensor, parameters: List[Tensor]) -> List[Tensor]:
    return (self).or_zeros(torch.grad([loss], parameters, None, False, False, True), parameters, )
  # As gradients, of outputs that have gradients themselves.
  def gradients_through(self: __torch__.Operators, outputs: List[Tensor], upstream: List[Tensor], parameters: List[Tensor]) -> List[Tensor]:
    given = annotate(List[Optional[Tensor]], [])
    for u in upstream:
      _2 = torch.append(given, u)
    return (self).or_zeros(torch.grad(outputs, parameters, given, False, False, True), parameters, )
  # target += factor source, in place
  def accumulate(self: __torch__.Operators, targets: List[Tensor], sources: List[Tensor], factor: float) -> Tensor:
    torch._foreach_add_(targets, sources, alpha=factor)
    return targets[0]
  def scale(self: __torch__.Operators, tensors: List[Tensor], factor: float) -> Tensor:
    torch._foreach_mul_(tensors, factor)
    return tensors[0]
  def global_norm(self: __torch__.Operators, tensors: List[Tensor]) -> Tensor:
    return torch.linalg_vector_norm(torch.stack(torch._foreach_norm(tensors, 2), 0), 2, None, False, dtype=None)
  def clip_to_norm(self: __torch__.Operators, tensors: List[Tensor], norm: Tensor, limit: float) -> Tensor:
    factor = torch.clamp(torch.mul(torch.reciprocal(torch.add(norm, 9.9999999999999995e-07, 1)), limit), None, 1.)
    acts = True
    # A CPU may look; a GPU would have to be waited for.
    if ops.prim.is_cpu(factor):
      acts = torch.__not__(torch.ge(float(factor), 1.))
    if acts:
      torch._foreach_mul_(tensors, factor)
    return factor
  # target += share (source - target), in place
  def approach(self: __torch__.Operators, targets: List[Tensor], sources: List[Tensor], share: float) -> Tensor:
    torch._foreach_lerp_(targets, sources, share)
    return targets[0]
  # AdamW with decoupled weight decay, as torch.optim.AdamW: in place on parameters and both moments.
  def adamw(self: __torch__.Operators, parameters: List[Tensor], gradients: List[Tensor], first: List[Tensor], second: List[Tensor], step: int, rate: float, beta1: float, beta2: float, decay: float, eps: float) -> Tensor:
    correction1 = torch.sub(1., torch.pow(beta1, float(step)))
    correction2 = torch.sub(1., torch.pow(beta2, float(step)))
    # A CPU does all of it to some numbers at a time, which stay in its caches; same numbers.
    if ops.prim.is_cpu(first[0]):
      size = 131072
      for i in range(torch.len(parameters)):
        p = torch.split(torch.view(parameters[i], [-1]), size, 0)
        g = torch.split(torch.reshape(gradients[i], [-1]), size, 0)
        m = torch.split(torch.view(first[i], [-1]), size, 0)
        v = torch.split(torch.view(second[i], [-1]), size, 0)
        for j in range(torch.len(p)):
          _0 = torch.mul_(p[j], torch.sub(1., torch.mul(rate, decay)))
          _1 = torch.lerp_(m[j], g[j], torch.sub(1., beta1))
          _2 = torch.mul_(v[j], beta2)
          _3 = torch.addcmul_(v[j], g[j], g[j], value=torch.sub(1., beta2))
          root1 = torch.div_(torch.sqrt(v[j]), torch.pow(correction2, 0.5))
          _4 = torch.addcdiv_(p[j], m[j], torch.add_(root1, eps, alpha=1), value=torch.neg(torch.div(rate, correction1)))
      return first[0]
    torch._foreach_mul_(parameters, torch.sub(1., torch.mul(rate, decay)))
    torch._foreach_lerp_(first, gradients, torch.sub(1., beta1))
    torch._foreach_mul_(second, beta2)
    torch._foreach_addcmul_(second, gradients, gradients, torch.sub(1., beta2))
    root = torch._foreach_sqrt(second)
    torch._foreach_div_(root, torch.pow(correction2, 0.5))
    torch._foreach_add_(root, eps)
    torch._foreach_addcdiv_(parameters, first, root, torch.neg(torch.div(rate, correction1)))
    return first[0]
  def item(self: __torch__.Operators, x: Tensor) -> float:
    return float(x)
