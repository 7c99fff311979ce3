/**
 * The methods of pretraining. One that is entered here has a place in every experiment, benchmark, table
 * and help page.
 */

import { byol } from "./byol.ts";
import { clocs } from "./clocs.ts";
import { contrastive } from "./contrastive.ts";
import { masked } from "./masked.ts";
import type { PretrainingMethod } from "./pretraining_method.ts";
import { simclr } from "./simclr.ts";

/** All methods by name. */
export const METHODS = { simclr, byol, masked, contrastive, clocs } as const;

export type MethodName = keyof typeof METHODS;

export const METHOD_NAMES = Object.keys(METHODS) as MethodName[];

/** The method of a name, undefined where there is none. */
export function methodNamed(name: string): PretrainingMethod | undefined {
  return Object.hasOwn(METHODS, name) ? METHODS[name as MethodName] : undefined;
}
