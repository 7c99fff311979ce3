import { assertEquals, assertMatch } from "@std/assert";
import { planAugmentations } from "../../src/augment/augmentation_plan.ts";
import { type AugmentationConfig, AUGMENTATIONS } from "../../src/augment/augmentations.ts";
import { expandKernel, kernelSources } from "../../src/gpu/kernels.ts";
import { adapterKind } from "../../src/gpu/tuning.ts";
import { openGpu } from "../support/gpu.ts";
import { inRepository } from "../support/paths.ts";

/** Paths below `kernels/` without `.wgsl`, in order. */
function findKernels(folder = ""): string[] {
  const found: string[] = [];
  for (const { name, isDirectory } of Deno.readDirSync(inRepository(`kernels/${folder}`))) {
    if (isDirectory) found.push(...findKernels(`${folder}${name}/`));
    else if (name.endsWith(".wgsl")) found.push(folder + name.slice(0, -".wgsl".length));
  }
  return found.sort();
}

/** Kernels go by their base name, what they import by its path. */
const nameOf = (path: string) => /^(shared|augment)\//.test(path) ? path : path.split("/").at(-1)!;
const paths = findKernels();
const kernels = paths.map(nameOf).filter((name) => !name.includes("/"));

/** What the pipeline of all augmentations is composed of. */
const { snippets } = planAugmentations(
  Object.fromEntries(AUGMENTATIONS.map((name) => [name, 1])) as AugmentationConfig,
  { length: 1000, samplingRate: 100 },
);

/** The kernel that takes the parts of the augmentations that draw. */
const DRAWING = "augment_plan";

Deno.test("every file in kernels/ is registered under its name, and nothing else is", () => {
  const registered: Record<string, string> = { ...kernelSources, ...snippets.sources };
  assertEquals(Object.keys(registered).sort(), paths.map(nameOf).sort());
  for (const path of paths) {
    const text = Deno.readTextFileSync(inRepository(`kernels/${path}.wgsl`));
    assertEquals(registered[nameOf(path)], text, path);
  }
});

Deno.test("every kernel opens with a comment that says how to dispatch it", () => {
  for (const name of kernels) {
    const head = kernelSources[name].match(/^(\/\/[^\n]*\n)+/)?.[0] ?? "";
    assertMatch(head, /^\/\/ Dispatch: /m, name);
  }
});

/** First error of a text given to the adapter as a shader, and as a pipeline. */
async function compileError(code: string): Promise<string | undefined> {
  const { device } = (await openGpu()).gpu;
  device.pushErrorScope("validation");
  const module = device.createShaderModule({ code });
  device.createComputePipeline({ layout: "auto", compute: { module, entryPoint: "main" } });
  return (await device.popErrorScope())?.message;
}

Deno.test("every kernel compiles with the constants it stands with, and under each #ifdef", async () => {
  const { gpu } = await openGpu();
  for (const name of kernels) {
    if (name.includes("subgroup") && adapterKind(gpu) !== "subgroup") continue;
    const flags = [...kernelSources[name].matchAll(/^#ifdef (\w+)/gm)].map(([, flag]) => flag);
    for (const path of kernelSources[name].matchAll(/^#import (\S+)/gm)) {
      flags.push(
        ...[...(kernelSources[path[1]] ?? "").matchAll(/^#ifdef (\w+)/gm)].map(([, flag]) => flag),
      );
    }
    for (const flag of ["", ...flags]) {
      const constants = {
        ...(flag ? { [flag]: true } : {}),
        ...(name === DRAWING ? { DRAW: true } : {}),
      };
      const error = await compileError(expandKernel(name, constants, snippets));
      assertEquals(error, undefined, `${name} ${JSON.stringify(constants)}`);
    }
  }
});

Deno.test("a kernel without #import and #ifdef is valid WGSL as it stands", async () => {
  const plain = kernels.filter((name) => !/^#/m.test(kernelSources[name]));
  assertEquals(plain.includes("add_transposed") && plain.includes("sum_partials_sliced"), true);
  for (const name of plain) assertEquals(await compileError(kernelSources[name]), undefined, name);
});
