import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Progress, type ProgressTarget } from "../../src/console/progress.ts";
import { displayWidth } from "../../src/text/width.ts";

/** A stream that remembers, with a clock moved by hand. */
function fakeTarget(interactive: boolean, width = 80) {
  const target = {
    interactive,
    color: false,
    columns: width,
    time: 0,
    text: "",
    printed: [] as string[],
    width: () => target.columns,
    write: (text: string) => void (target.text += text),
    print: (line: string) => void target.printed.push(line),
    now: () => target.time,
  };
  return target satisfies ProgressTarget;
}

Deno.test("progress: plain lines come at every tenth", () => {
  const target = fakeTarget(false);
  const progress = new Progress({ label: "Reading", total: 1000, unit: "records", target });
  for (let done = 1; done <= 1000; done++) {
    target.time += 20; // 20 s in all, a tenth every 2 s
    progress.update(done);
  }
  progress.finish("Done");
  const lines = target.text.trimEnd().split("\n");
  assertEquals(lines.length, 10);
  assertEquals(lines[1], "Reading 20%  200/1,000  50 records/s  0:16 left");
  assertEquals(target.printed, ["Done"]);
  assert(!target.text.includes("\x1b") && !target.text.includes("\r"));
});

Deno.test("progress: quick jobs print little, slow ones less and less", () => {
  const quick = fakeTarget(false);
  const first = new Progress({ label: "Quick", total: 100, target: quick });
  for (let done = 1; done <= 100; done++) {
    quick.time += 5; // half a second in all
    first.update(done);
  }
  assertEquals(quick.text, "");

  const slow = fakeTarget(false);
  const second = new Progress({ label: "Slow", total: 1e6, target: slow });
  for (let done = 1; done <= 600; done++) {
    slow.time += 1000; // ten minutes for less than a thousandth
    second.update(done);
  }
  // Waits of 15, 30, 60, 120, 240 s: 5 lines in 600 s, the sixth at 945 s.
  assertEquals(slow.text.trimEnd().split("\n").length, 5);
});

Deno.test("progress: a terminal line is redrawn in place, at most ten times a second", () => {
  const target = fakeTarget(true);
  const progress = new Progress({ label: "Epoch 1/2", total: 2000, unit: "samples", target });
  for (let done = 1; done <= 1000; done++) {
    target.time += 1;
    progress.update(done, "loss 4.123");
  }
  const draws = target.text.split("\r").slice(1);
  assertEquals(draws.length, 10); // 1 s: at 1, 101, …, 901 ms
  for (const draw of draws) {
    assert(draw.endsWith("\x1b[K") && !draw.includes("\n"));
    // The last column stays free.
    assert(displayWidth(draw) <= 79, draw);
  }
  assertStringIncludes(draws[9], "901/2,000");
  assertStringIncludes(draws[9], "━");
});

Deno.test("progress: lines stay above the bar, the bar goes at the end", () => {
  const target = fakeTarget(true);
  {
    using progress = new Progress({ label: "Train", total: 10, target });
    target.time = 500;
    progress.update(5);
    target.text = "";
    progress.log("Epoch 1 done");
    assert(target.text.startsWith("\r\x1b[K\rTrain"), JSON.stringify(target.text));
    target.text = "";
  }
  assertEquals(target.printed, ["Epoch 1 done"]);
  assertEquals(target.text, "\r\x1b[K");
});

Deno.test("progress: every width is respected", () => {
  for (let width = 20; width <= 140; width++) {
    const target = fakeTarget(true, width);
    const progress = new Progress({ label: "Pretraining", total: 12000, unit: "samples", target });
    target.time = 1000;
    progress.update(6000, "loss 4.123");
    const line = target.text.slice(1);
    assert(displayWidth(line) < width, `${width}: ${line}`);
    assertStringIncludes(line, "Pretraining");
  }
});

Deno.test("progress: the rate follows a change of speed", () => {
  const target = fakeTarget(false);
  const progress = new Progress({ label: "x", total: 1e6, target });
  let done = 0;
  for (let i = 0; i < 60; i++) {
    target.time += 1000;
    progress.update(done += i < 30 ? 1000 : 10);
  }
  // 30 s after the drop nothing of the fast half is left in the 15 s window; whole steps, so exact.
  assertEquals(progress.rate, 10);
});

Deno.test("progress: a better estimate of the time left replaces that of the rate", () => {
  const target = fakeTarget(false);
  let left = NaN;
  const progress = new Progress({ label: "Training", total: 10, target, left: () => left });
  target.time = 2000;
  progress.update(1);
  left = 90;
  target.time = 4000;
  progress.update(2);
  assertEquals(target.text.split("\n").slice(0, 2), [
    "Training 10%  1/10  0.5 steps/s  -:-- left",
    "Training 20%  2/10  0.5 steps/s  1:30 left",
  ]);
});
