/**
 * Networks in float64 as layers and chains of them. A layer names its parameters, in registration
 * order and with PyTorch's names and layouts, and gives its output together with the way back.
 */

/** Tensors by PyTorch name, in PyTorch layout. */
export type NamedArrays = Map<string, Float64Array>;

/** Name and PyTorch shape of a tensor, e.g. `features.0.block.0.weight`, [64, 12, 11]. */
export interface NamedShape {
  readonly name: string;
  readonly shape: readonly number[];
}

/** What a forward pass depends on besides its input. */
export interface Run {
  /** Parameters and buffers; training updates the running statistics in place. */
  readonly state: NamedArrays;
  /** Records N. */
  readonly batch: number;
  /** Whether to use batch statistics; with a seed and a step, dropout is drawn as well. */
  readonly training: boolean | { readonly seed: number; readonly step: number };
}

/** Output y of a layer and the way back. */
export interface Pass {
  readonly output: Float64Array;
  /** From dy to dx; sets the gradients of the parameters. */
  readonly backward: (outputGradient: Float64Array, gradients: NamedArrays) => Float64Array;
  /** Passes of the layers of a chain. */
  readonly passes?: readonly Pass[];
}

/** Part of a network, or all of it. Signals are [N, T, C], features [N, C]. */
export interface Layer {
  /** In registration order. */
  readonly parameters: readonly NamedShape[];
  /** Name and channels of every batch norm, which have buffers. */
  readonly norms: readonly (readonly [name: string, channels: number])[];
  readonly forward: (input: Float64Array, run: Run) => Pass;
}

/** One layer after the other; without any, the identity. */
export function chain(...layers: readonly Layer[]): Layer {
  return {
    parameters: layers.flatMap(({ parameters }) => parameters),
    norms: layers.flatMap(({ norms }) => norms),
    forward(input, run) {
      let output = input;
      const passes = layers.map((layer) => {
        const pass = layer.forward(output, run);
        output = pass.output;
        return pass;
      });
      return {
        output,
        passes,
        backward: (outputGradient, gradients) =>
          passes.reduceRight((g, pass) => pass.backward(g, gradients), outputGradient),
      };
    },
  };
}

/** y = inner(x) + shortcut(x); the shortcut is the identity unless given. */
export function residual(inner: Layer, shortcut = chain()): Layer {
  return {
    ...chain(inner, shortcut),
    forward(input, run) {
      const [a, b] = [inner.forward(input, run), shortcut.forward(input, run)];
      return {
        output: sum(a.output, b.output),
        backward: (g, gradients) => sum(a.backward(g, gradients), b.backward(g, gradients)),
      };
    },
  };
}

/** a + b, element by element. */
export function sum(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, j) => value + b[j]);
}

/** Adds the buffers of all batch norms at their defaults: mean 0, variance 1, no batch seen. */
export function addBuffers(state: NamedArrays, { norms }: Pick<Layer, "norms">): void {
  for (const [name, channels] of norms) {
    state.set(`${name}.running_mean`, new Float64Array(channels));
    state.set(`${name}.running_var`, new Float64Array(channels).fill(1));
    state.set(`${name}.num_batches_tracked`, new Float64Array(1));
  }
}

/** The tensor of that name. */
export function tensor(state: NamedArrays, name: string): Float64Array {
  const found = state.get(name);
  if (!found) throw new RangeError(`No tensor ${name} in the state`);
  return found;
}

/** A forward pass of a network; its way back gives the gradients of all parameters by name. */
export function forward(
  network: Layer,
  state: NamedArrays,
  input: Float64Array,
  batch: number,
  training: Run["training"],
): Omit<Pass, "backward"> & { readonly backward: (outputGradient: Float64Array) => NamedArrays } {
  const pass = network.forward(input, { state, batch, training });
  return {
    ...pass,
    backward(outputGradient) {
      const gradients: NamedArrays = new Map();
      pass.backward(outputGradient, gradients);
      return gradients;
    },
  };
}
