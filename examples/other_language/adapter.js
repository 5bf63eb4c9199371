// A reverse-mode autograd in another language, and how it answers the harness: one JSON object a line in, one out.
//
//     autograd-harness verify --backend "process:node examples/other_language/adapter.js"
//
// The messages: docs/reference/process.md. Everything below the line is the autograd; what is above is all that an adapter needs.
"use strict";

const answers = {
  hello: () => ({ name: "tiny-js", version: process.version, dtypes: ["float64"], ops: Object.keys(ops) }),
  evaluate: (question) => ({ outputs: run(question.program, question.values.map(received)).outputs.map(sent) }),
  vjp: (question) => {
    const { inputs, outputs } = run(question.program, question.values.map(received));
    outputs.forEach((output, i) => accumulate(output, received(question.cotangents[i]).value));
    const seen = new Set();
    const order = outputs.flatMap((output) => parentsFirst(output, seen));
    order.reverse().forEach((node) => node.gradient && node.pull(node.gradient));
    const gradients = question.differentiable.map((i) => inputs[i].gradient && sent(tensor(inputs[i].shape, inputs[i].gradient)));
    return { outputs: outputs.map(sent), gradients: gradients.map((gradient) => gradient ?? null) };
  },
};

function reply(line) {
  const question = JSON.parse(line);
  const known = answers[question.do];
  if (!known) return { id: question.id, error: `tiny-js does not do ${question.do}.`, unsupported: true };
  try {
    return { id: question.id, ...known(question) };
  } catch (error) {
    return { id: question.id, error: String(error.message) };
  }
}

require("readline").createInterface({ input: process.stdin }).on("line", (line) => console.log(JSON.stringify(reply(line))));

const words = { nan: NaN, inf: Infinity, "-inf": -Infinity };
const received = (array) => tensor(array.shape, array.values.map((x) => (typeof x === "string" ? words[x] : x)));
const spelled = (x) => (Number.isFinite(x) ? x : Number.isNaN(x) ? "nan" : x > 0 ? "inf" : "-inf");
const sent = ({ shape, value }) => ({ dtype: "float64", shape, values: value.map(spelled) });

function run(program, values) {
  const named = new Map(program.inputs.map((input, i) => [input.name, values[i]]));
  for (const { op, args, results, params } of program.instructions) {
    named.set(results[0], ops[op](...args.map((name) => named.get(name)), params ?? {}));
  }
  return { inputs: values, outputs: program.outputs.map((name) => named.get(name)) };
}

// ---------------------------------------------------------------------------------------------------------------- the autograd

function tensor(shape, value, parents = [], pull = () => {}) {
  return { shape, value, parents, pull, gradient: null };
}

function accumulate(node, gradient) {
  node.gradient = node.gradient ? node.gradient.map((g, i) => g + gradient[i]) : [...gradient];
}

function parentsFirst(node, seen) {
  if (seen.has(node)) return [];
  seen.add(node);
  return [...node.parents.flatMap((parent) => parentsFirst(parent, seen)), node];
}

function broadcast(x, y) {
  const rank = Math.max(x.length, y.length);
  const side = (shape, axis) => shape[axis - rank + shape.length] ?? 1;
  return Array.from({ length: rank }, (_, axis) => (side(x, axis) === 1 ? side(y, axis) : side(x, axis)));
}

// Where element i of an array of shape `whole` comes from in an array of shape `part` that broadcasts to it.
function origin(i, whole, part) {
  let [position, step] = [0, 1];
  for (let axis = whole.length - 1; axis >= 0; axis--) {
    const at = i % whole[axis];
    i = Math.floor(i / whole[axis]);
    const side = part[axis - whole.length + part.length] ?? 1;
    position += side === 1 ? 0 : at * step;
    step *= side;
  }
  return position;
}

const size = (shape) => shape.reduce((product, side) => product * side, 1);

function binary(f, slopes) {
  return (x, y) => {
    const shape = broadcast(x.shape, y.shape);
    const places = Array.from({ length: size(shape) }, (_, i) => [origin(i, shape, x.shape), origin(i, shape, y.shape)]);
    const value = places.map(([a, b]) => f(x.value[a], y.value[b]));
    const pull = (gradient) => {
      const [toX, toY] = [x.value.map(() => 0), y.value.map(() => 0)];
      places.forEach(([a, b], i) => {
        const [dx, dy] = slopes(x.value[a], y.value[b]);
        toX[a] += gradient[i] * dx;
        toY[b] += gradient[i] * dy;
      });
      accumulate(x, toX);
      accumulate(y, toY);
    };
    return tensor(shape, value, [x, y], pull);
  };
}

function unary(f, slope) {
  return (x) => {
    const value = x.value.map(f);
    return tensor(x.shape, value, [x], (gradient) => accumulate(x, gradient.map((g, i) => g * slope(x.value[i], value[i]))));
  };
}

function sum(x, { axis = null, keepdims = false }) {
  const rank = x.shape.length;
  const folded = new Set((axis === null ? x.shape.map((_, i) => i) : [axis].flat()).map((a) => (a + rank) % rank));
  const kept = x.shape.map((side, i) => (folded.has(i) ? 1 : side));
  const places = x.value.map((_, i) => origin(i, x.shape, kept));
  const value = Array(size(kept)).fill(0);
  places.forEach((place, i) => (value[place] += x.value[i]));
  const shape = keepdims ? kept : x.shape.filter((_, i) => !folded.has(i));
  return tensor(shape, value, [x], (gradient) => accumulate(x, places.map((place) => gradient[place])));
}

const ops = {
  add: binary((x, y) => x + y, () => [1, 1]),
  subtract: binary((x, y) => x - y, () => [1, -1]),
  multiply: binary((x, y) => x * y, (x, y) => [y, x]),
  divide: binary((x, y) => x / y, (x, y) => [1 / y, -x / (y * y)]),
  exp: unary(Math.exp, (x, y) => y),
  sin: unary(Math.sin, Math.cos),
  tanh: unary(Math.tanh, (x, y) => 1 - y * y),
  sum,
};
