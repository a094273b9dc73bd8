import type { FieldError } from '../../lib/errors.js';
import { ownFault } from './core/behaviour-change.js';
import type { Fault } from './core/faults.js';
import { fields, flag, list, milliseconds, phone } from './core/rules.js';

/** A simulated sender's own settings (its `transportConfig`). */
export interface SimulatorSenderConfig {
  /** False: its pairing code waits until it is scanned (`scan`, or `POST /pair` of the simulator process). */
  autoPair?: boolean;
  /** How long a pairing code is shown before it is scanned by itself, in ms. */
  autoPairAfterMs?: number;
  /** The phone that scans; otherwise one is made up from the sender's id, always the same. */
  phoneNumber?: string;
  /** How this sender misbehaves, for instance `[{ "fault": "fail", "afterMessages": 5 }]`. */
  faults?: Fault[];
}

const rule = fields({
  autoPair: flag,
  autoPairAfterMs: milliseconds,
  phoneNumber: phone,
  faults: list(ownFault, 100),
});

export function senderConfigErrors(config: Record<string, unknown>): FieldError[] {
  return rule(config, '').map(({ path, message }) => ({
    path: path === 'body' ? 'transportConfig' : path,
    message,
  }));
}

/** Parses settings for which `senderConfigErrors` is empty. */
export function parseSenderConfig(config: Record<string, unknown>): SimulatorSenderConfig {
  return config;
}
