/** A device with its kernels, for one run or several. */

import { chooseDevice, type Gpu } from "../gpu/device.ts";
import { KernelLibrary } from "../gpu/kernels.ts";

/** An open device with its kernels. */
export interface Device {
  readonly gpu: Gpu;
  readonly kernels: KernelLibrary;
}

/** Which device, and how its kernels are chosen. */
export interface DeviceChoice {
  /** Part of the adapter's name; absent: the best one. */
  readonly adapter?: string | undefined;
  /** Fixed kernel variants, none measured. */
  readonly noTune?: boolean;
}

export async function openDevice({ adapter, noTune = false }: DeviceChoice = {}): Promise<Device> {
  const gpu = await chooseDevice({ adapter });
  return { gpu, kernels: new KernelLibrary(gpu, noTune ? { enabled: false } : {}) };
}
