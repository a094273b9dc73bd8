import type { FieldError } from '../../../lib/errors.js';
import { isTimeZone } from '../../../lib/zone.js';
import type { SendWindow } from './send-window.js';

/** What is wrong with a send window, of a campaign or a tenant. */
export function windowErrors({ timeZone, days }: SendWindow, path = 'sendWindow'): FieldError[] {
  const errors: FieldError[] = [];
  if (timeZone !== 'tenant' && timeZone !== 'recipient' && !isTimeZone(timeZone)) {
    const message = `"${timeZone}" is no time zone; write tenant, recipient or a name such as America/Sao_Paulo`;
    errors.push({ path: `${path}.timeZone`, message });
  }
  days.forEach(({ from, to }, index) => {
    if (from !== to && from !== '24:00') return;
    const message = `${from} to ${to} is no time; a whole day is 00:00 to 24:00`;
    errors.push({ path: `${path}.days[${index}]`, message });
  });
  return errors;
}
