// Fused float32 kernels for training on a CPU: causal grouped-query attention with rotary positions,
// RMS normalisation and SwiGLU, forward and backward. Head size is fixed at 32; no dropout, no padding mask
// (rows are padded at the end, where causality hides them).
#include <math.h>
#include <stdlib.h>
#include <string.h>
#define HEAD 32
#define HALF 16
#define ROWS 8
typedef float lanes __attribute__((vector_size(32), aligned(4)));
static inline lanes load(const float *p) { return *(const lanes *)p; }
static inline void store(float *p, lanes x) { *(lanes *)p = x; }
static inline lanes splat(float x) { return (lanes){x, x, x, x, x, x, x, x}; }

static float *buffer(size_t count) {
  float *p = aligned_alloc(64, (count * sizeof(float) + 63) / 64 * 64);
  if (!p) abort();
  return p;
}

// Rotate-half, as in Llama. `sign` -1 turns back, which is also the gradient.
static inline void rotate(const float *in, const float *angle_cos, const float *angle_sin, float sign, float scale, float *out) {
  for (int i = 0; i < HALF; i++) {
    float a = in[i], b = in[i + HALF], c = angle_cos[i], s = sign * angle_sin[i];
    out[i] = (a * c - b * s) * scale;
    out[i + HALF] = (b * c + a * s) * scale;
  }
}

// scores[r][0..count) = rows[r] . columns[.][j] for ROWS rows; count is a multiple of 16.
static void products(float rows[ROWS][HEAD], const float *columns, int stride, int count, float *scores) {
  for (int first = 0; first < ROWS; first += 4)
    for (int j = 0; j < count; j += 16) {
      lanes sum[4][2];
      for (int r = 0; r < 4; r++) sum[r][0] = sum[r][1] = splat(0);
      for (int d = 0; d < HEAD; d++) {
        lanes x = load(columns + d * stride + j), y = load(columns + d * stride + j + 8);
        for (int r = 0; r < 4; r++) {
          lanes c = splat(rows[first + r][d]);
          sum[r][0] += c * x;
          sum[r][1] += c * y;
        }
      }
      for (int r = 0; r < 4; r++) {
        store(scores + (first + r) * stride + j, sum[r][0]);
        store(scores + (first + r) * stride + j + 8, sum[r][1]);
      }
    }
}

// out[r] = sum over j of weights[r][j] * vectors[j].
static void gather(const float *weights, int stride, const float *vectors, int count, float out[ROWS][HEAD]) {
  for (int first = 0; first < ROWS; first += 2) {
    lanes sum[2][4];
    for (int i = 0; i < 4; i++) sum[0][i] = sum[1][i] = splat(0);
    const float *a = weights + first * stride, *b = a + stride;
    for (int j = 0; j < count; j++) {
      lanes x = splat(a[j]), y = splat(b[j]);
      for (int i = 0; i < 4; i++) {
        lanes v = load(vectors + j * HEAD + 8 * i);
        sum[0][i] += x * v;
        sum[1][i] += y * v;
      }
    }
    for (int i = 0; i < 4; i++) {
      store(out[first] + 8 * i, sum[0][i]);
      store(out[first + 1] + 8 * i, sum[1][i]);
    }
  }
}

// out[j] += sum over r of weights[r][j] * rows[r].
static void scatter(const float *weights, int stride, float rows[ROWS][HEAD], int count, float *out) {
  for (int i = 0; i < HEAD; i += 8) {
    lanes row[ROWS];
    for (int r = 0; r < ROWS; r++) row[r] = load(rows[r] + i);
    for (int j = 0; j < count; j++) {
      lanes sum = load(out + j * HEAD + i);
      for (int r = 0; r < ROWS; r++) sum += splat(weights[r * stride + j]) * row[r];
      store(out + j * HEAD + i, sum);
    }
  }
}

// qkv is [batch, time, heads + 2 groups, 32]; out is [batch, time, heads, 32]; log_sums is [batch, heads, time].
void attention_forward(const float *qkv, const float *angle_cos, const float *angle_sin, float *out, float *log_sums,
                       int batch, int time, int heads, int groups) {
  int padded = (time + 15) / 16 * 16, ratio = heads / groups, width = (heads + 2 * groups) * HEAD;
  float scale = 1 / sqrtf(HEAD);
#pragma omp parallel for schedule(dynamic, 1)
  for (int task = 0; task < batch * groups; task++) {
    int b = task / groups, g = task % groups;
    const float *base = qkv + (size_t)b * time * width;
    float *keys = buffer(padded * HEAD), *values = buffer(padded * HEAD), *scores = buffer(padded * ROWS), key[HEAD];
    memset(keys, 0, sizeof(float) * padded * HEAD);
    for (int j = 0; j < time; j++) {
      rotate(base + (size_t)j * width + (heads + g) * HEAD, angle_cos + j * HALF, angle_sin + j * HALF, 1, 1, key);
      for (int d = 0; d < HEAD; d++) keys[d * padded + j] = key[d];
      memcpy(values + j * HEAD, base + (size_t)j * width + (heads + groups + g) * HEAD, sizeof key);
    }
    for (int h = g * ratio; h < (g + 1) * ratio; h++)
      for (int i = 0; i < time; i += ROWS) {
        int live = time - i < ROWS ? time - i : ROWS, end = i + live, count = (end + 15) / 16 * 16;
        float queries[ROWS][HEAD] = {{0}}, result[ROWS][HEAD];
        for (int r = 0; r < live; r++)
          rotate(base + (size_t)(i + r) * width + h * HEAD, angle_cos + (i + r) * HALF, angle_sin + (i + r) * HALF, 1, scale, queries[r]);
        products(queries, keys, padded, count, scores);
        for (int r = 0; r < ROWS; r++) {
          float *row = scores + r * padded, top = -1e30f, sum = 0;
          int seen = r < live ? i + r + 1 : 1;
          for (int j = 0; j < seen; j++) top = row[j] > top ? row[j] : top;
          for (int j = 0; j < seen; j++) sum += row[j] = expf(row[j] - top);
          float inverse = 1 / sum;
          for (int j = 0; j < seen; j++) row[j] *= inverse;
          for (int j = seen; j < count; j++) row[j] = 0;
          if (r < live) log_sums[((size_t)b * heads + h) * time + i + r] = top + logf(sum);
        }
        gather(scores, padded, values, end, result);
        for (int r = 0; r < live; r++) memcpy(out + (((size_t)b * time + i + r) * heads + h) * HEAD, result[r], sizeof key);
      }
    free(keys), free(values), free(scores);
  }
}

void attention_backward(const float *qkv, const float *angle_cos, const float *angle_sin, const float *out, const float *log_sums,
                        const float *grad_out, float *grad_qkv, int batch, int time, int heads, int groups) {
  int padded = (time + 15) / 16 * 16, ratio = heads / groups, width = (heads + 2 * groups) * HEAD;
  size_t bytes = sizeof(float) * padded * HEAD;
  float scale = 1 / sqrtf(HEAD);
#pragma omp parallel for schedule(dynamic, 1)
  for (int task = 0; task < batch * groups; task++) {
    int b = task / groups, g = task % groups;
    const float *base = qkv + (size_t)b * time * width;
    float *grad_base = grad_qkv + (size_t)b * time * width;
    float *keys = buffer(padded * HEAD), *values = buffer(padded * HEAD), *key_rows = buffer(padded * HEAD);
    float *grad_keys = buffer(padded * HEAD), *grad_values = buffer(padded * HEAD);
    float *weights = buffer(padded * ROWS), *slopes = buffer(padded * ROWS);
    memset(keys, 0, bytes), memset(values, 0, bytes), memset(grad_keys, 0, bytes), memset(grad_values, 0, bytes);
    for (int j = 0; j < time; j++) {
      float *key = key_rows + j * HEAD;
      const float *value = base + (size_t)j * width + (heads + groups + g) * HEAD;
      rotate(base + (size_t)j * width + (heads + g) * HEAD, angle_cos + j * HALF, angle_sin + j * HALF, 1, 1, key);
      for (int d = 0; d < HEAD; d++) keys[d * padded + j] = key[d], values[d * padded + j] = value[d];
    }
    for (int h = g * ratio; h < (g + 1) * ratio; h++)
      for (int i = 0; i < time; i += ROWS) {
        int live = time - i < ROWS ? time - i : ROWS, end = i + live, count = (end + 15) / 16 * 16;
        float queries[ROWS][HEAD] = {{0}}, grads[ROWS][HEAD] = {{0}}, grad_queries[ROWS][HEAD], mean[ROWS] = {0};
        for (int r = 0; r < live; r++) {
          size_t at = (((size_t)b * time + i + r) * heads + h) * HEAD;
          rotate(base + (size_t)(i + r) * width + h * HEAD, angle_cos + (i + r) * HALF, angle_sin + (i + r) * HALF, 1, scale, queries[r]);
          for (int d = 0; d < HEAD; d++) grads[r][d] = grad_out[at + d], mean[r] += grad_out[at + d] * out[at + d];
        }
        products(queries, keys, padded, count, weights);
        products(grads, values, padded, count, slopes);
        for (int r = 0; r < ROWS; r++) {
          float *weight = weights + r * padded, *slope = slopes + r * padded;
          int seen = r < live ? i + r + 1 : 0;
          float log_sum = r < live ? log_sums[((size_t)b * heads + h) * time + i + r] : 0, centre = mean[r];
          for (int j = 0; j < seen; j++) {
            float e = expf(weight[j] - log_sum);
            weight[j] = e;
            slope[j] = e * (slope[j] - centre);
          }
          for (int j = seen; j < count; j++) weight[j] = slope[j] = 0;
        }
        scatter(weights, padded, grads, end, grad_values);
        scatter(slopes, padded, queries, end, grad_keys);
        gather(slopes, padded, key_rows, end, grad_queries);
        for (int r = 0; r < live; r++)
          rotate(grad_queries[r], angle_cos + (i + r) * HALF, angle_sin + (i + r) * HALF, -1, scale, grad_base + (size_t)(i + r) * width + h * HEAD);
      }
    for (int j = 0; j < time; j++) {
      rotate(grad_keys + j * HEAD, angle_cos + j * HALF, angle_sin + j * HALF, -1, 1, grad_base + (size_t)j * width + (heads + g) * HEAD);
      memcpy(grad_base + (size_t)j * width + (heads + groups + g) * HEAD, grad_values + j * HEAD, HEAD * sizeof(float));
    }
    free(keys), free(values), free(key_rows), free(grad_keys), free(grad_values), free(weights), free(slopes);
  }
}

void norm_forward(const float *x, const float *gain, float *y, float *inverse, int rows, int width, float epsilon) {
#pragma omp parallel for
  for (int i = 0; i < rows; i++) {
    const float *in = x + (size_t)i * width;
    float *out = y + (size_t)i * width, sum = 0;
    for (int d = 0; d < width; d++) sum += in[d] * in[d];
    float scale = inverse[i] = 1 / sqrtf(sum / width + epsilon);
    for (int d = 0; d < width; d++) out[d] = in[d] * scale * gain[d];
  }
}

void norm_backward(const float *x, const float *gain, const float *inverse, const float *grad_y, float *grad_x, float *grad_gain, int rows, int width) {
  memset(grad_gain, 0, sizeof(float) * width);
#pragma omp parallel
  {
    float *partial = buffer(width);
    memset(partial, 0, sizeof(float) * width);
#pragma omp for
    for (int i = 0; i < rows; i++) {
      const float *in = x + (size_t)i * width, *grad = grad_y + (size_t)i * width;
      float *out = grad_x + (size_t)i * width, scale = inverse[i], sum = 0;
      for (int d = 0; d < width; d++) {
        sum += grad[d] * gain[d] * in[d];
        partial[d] += grad[d] * in[d] * scale;
      }
      float centre = sum * scale * scale * scale / width;
      for (int d = 0; d < width; d++) out[d] = grad[d] * gain[d] * scale - in[d] * centre;
    }
#pragma omp critical
    for (int d = 0; d < width; d++) grad_gain[d] += partial[d];
    free(partial);
  }
}

// gate_up is [rows, 2 width]: the gate first, then what it lets through.
void swiglu_forward(const float *gate_up, float *y, int rows, int width) {
#pragma omp parallel for
  for (int i = 0; i < rows; i++) {
    const float *gate = gate_up + (size_t)i * 2 * width, *up = gate + width;
    float *out = y + (size_t)i * width;
    for (int d = 0; d < width; d++) out[d] = gate[d] / (1 + expf(-gate[d])) * up[d];
  }
}

void swiglu_backward(const float *gate_up, const float *grad_y, float *grad_gate_up, int rows, int width) {
#pragma omp parallel for
  for (int i = 0; i < rows; i++) {
    const float *gate = gate_up + (size_t)i * 2 * width, *up = gate + width, *grad = grad_y + (size_t)i * width;
    float *grad_gate = grad_gate_up + (size_t)i * 2 * width, *grad_up = grad_gate + width;
    for (int d = 0; d < width; d++) {
      float open = 1 / (1 + expf(-gate[d])), silu = gate[d] * open;
      grad_up[d] = grad[d] * silu;
      grad_gate[d] = grad[d] * up[d] * (open + silu * (1 - open));
    }
  }
}
